//! A task with every contact of a segment (TSK-1).

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::Expr,
};

use super::create::require_organizer;
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Result, check,
        numbers::Counter,
        planned::{Links, links},
        segment::{Plan, Planned},
    },
    entity::{
        interaction,
        kinds::{Priority, SeriesKind, TaskStatus, TaskType},
        task::{self, Column},
    },
};

/// What the tasks of a segment have in common. What is missing comes from each line.
#[derive(Clone, Debug)]
pub struct ForSegment {
    pub segment_id: i64,
    pub description: Option<String>,
    pub r#type: Option<TaskType>,
    pub priority: Priority,
    /// When they are to be done; today unless it is said.
    pub date: Option<NaiveDate>,
    pub salesperson: Option<String>,
    pub dry_run: bool,
}

/// Creates a task with every contact of a segment, open or logged, who may be contacted and has no such
/// task from it: of the type, on the day, and with the description if one is given. All of them or none;
/// a second time only what is missing.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is canceled or empty, at `segmentId`;
/// [`Reason::Required`] at `description` if neither the segment nor its template has one, and at
/// `salesperson` for meetings that nobody arranges; and what is wrong with the rest.
pub async fn create_for_segment(context: &Context, of: &ForSegment) -> Result<Planned> {
    let description = check::text(of.description.as_deref(), &["description"])?;
    let date = of.date.unwrap_or_else(|| context.today());
    db::write(&context.db, &[Table::Task], async |txn| {
        let same_type = match of.r#type {
            Some(r#type) => Column::Type.eq(r#type),
            None => Column::Type.is_null(),
        };
        let same = Condition::all()
            .add(Column::SegmentId.eq(of.segment_id))
            .add(Column::Date.eq(date))
            .add(same_type)
            .add_option(description.as_ref().map(|it| Column::Description.eq(it.as_str())));
        let there = task::Entity::find()
            .select_only()
            .column_as(Column::ContactId, "id")
            .filter(same)
            .into_query();
        let plan = Plan::new(context, txn, of.segment_id, there).await?;
        let given = of.salesperson.clone().map(Some);
        let given = Links { salesperson: given, ..Links::default() };
        let salesperson = links(txn, &given, (None, None)).await?.salesperson.flatten();
        let organizer = salesperson.as_deref().or(plan.segment.salesperson.as_deref());
        require_organizer(of.r#type, organizer)?;
        if description.is_none() && !plan.defaults.has_description() {
            let message = "Say what they are about: the segment has no description.";
            return Err(Error::reject(Reason::Required, &["description"], message));
        }
        if of.dry_run {
            let created = plan.contacts.len();
            return Ok(plan.done(created));
        }
        let now = context.clock.now();
        let or_line = |given: Option<String>, wanted| match given {
            Some(given) => Expr::val(given),
            None => plan.of_line(wanted),
        };
        let columns = [
            (Column::Description, or_line(description.clone(), interaction::Column::Description)),
            (Column::Salesperson, or_line(salesperson, interaction::Column::Salesperson)),
            (Column::CampaignId, plan.of_line(interaction::Column::CampaignId)),
            (Column::SegmentId, Expr::val(of.segment_id)),
            (Column::CompanyId, plan.company()),
            (Column::Status, Expr::val(TaskStatus::NotStarted)),
            (Column::Priority, Expr::val(of.priority)),
            (Column::Date, Expr::val(date)),
            (Column::Type, Expr::val(of.r#type)),
            (Column::Actor, Expr::val(context.actor())),
            (Column::CreatedAt, Expr::val(now)),
            (Column::UpdatedAt, Expr::val(now)),
            (Column::Revision, Expr::val(1)),
        ];
        let keys = [Column::ContactId, Column::Id, Column::No];
        let created = plan
            .write::<task::Entity>(txn, keys, (Counter::Task, SeriesKind::Task), &columns)
            .await?;
        Ok(plan.done(created))
    })
    .await
}
