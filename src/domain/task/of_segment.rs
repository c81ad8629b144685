//! Tasks with every contact of a segment: one with each, or one meeting with all (TSK-1).

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};

use super::{
    attendees::{NOBODY, attending, invite},
    create::require_organizer,
};
use crate::{
    db::{self, Table},
    domain::{
        Context, Error, Reason, Result, check,
        numbers::{self, Counter},
        planned::{Links, links},
        segment::{Plan, Planned},
    },
    entity::{
        interaction,
        kinds::{Priority, SeriesKind, TaskStatus, TaskType},
        task::{self, Column},
        task_attendee,
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

/// What came of it.
#[derive(Clone, Debug)]
pub struct Made {
    pub planned: Planned,
    /// The one meeting with all of them, if it is one and there is anybody to meet.
    pub meeting: Option<task::Model>,
}

/// Creates a task with every contact of a segment, open or logged, who may be contacted and has no such
/// task from it: of the type, on the day, and with the description if one is given. A meeting is one that
/// all of them attend. All of them or none; a second time only what is missing.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is canceled or empty, at `segmentId`;
/// [`Reason::Required`] at `description` if neither the segment nor its template has one, and at
/// `salesperson` for a meeting that nobody arranges; and what is wrong with the rest.
pub async fn create_for_segment(context: &Context, of: &ForSegment) -> Result<Made> {
    let description = check::text(of.description.as_deref(), &["description"])?;
    let tables = [Table::Task, Table::TaskAttendee];
    db::write(&context.db, &tables, async |txn| {
        let asked = Asked {
            context,
            txn,
            of,
            description: description.clone(),
            date: of.date.unwrap_or_else(|| context.today()),
        };
        match of.r#type {
            Some(TaskType::Meeting) => asked.one_meeting().await,
            _ => asked.one_with_each().await,
        }
    })
    .await
}

struct Asked<'a> {
    context: &'a Context,
    txn: &'a DatabaseTransaction,
    of: &'a ForSegment,
    description: Option<String>,
    date: NaiveDate,
}

impl Asked<'_> {
    /// Such tasks from this segment.
    fn same(&self) -> Condition {
        let same_type = match self.of.r#type {
            Some(r#type) => Column::Type.eq(r#type),
            None => Column::Type.is_null(),
        };
        let description = self.description.as_deref();
        Condition::all()
            .add(Column::SegmentId.eq(self.of.segment_id))
            .add(Column::Date.eq(self.date))
            .add(same_type)
            .add_option(description.map(|it| Column::Description.eq(it)))
    }

    /// The salesperson who is named, if one is; there has to be a description.
    async fn named(&self, plan: &Plan) -> Result<Option<String>> {
        let given = self.of.salesperson.clone().map(Some);
        let given = Links { salesperson: given, ..Links::default() };
        let salesperson = links(self.txn, &given, (None, None)).await?.salesperson.flatten();
        let organizer = salesperson.as_deref().or(plan.segment.salesperson.as_deref());
        require_organizer(self.of.r#type, organizer)?;
        if self.description.is_none() && plan.defaults.description().is_none() {
            let message = "Say what they are about: the segment has no description.";
            return Err(Error::reject(Reason::Required, &["description"], message));
        }
        Ok(salesperson)
    }

    async fn one_with_each(self) -> Result<Made> {
        let there = task::Entity::find()
            .select_only()
            .column_as(Column::ContactId, "id")
            .filter(self.same())
            .into_query();
        let plan = Plan::new(self.context, self.txn, self.of.segment_id, there).await?;
        let salesperson = self.named(&plan).await?;
        if self.of.dry_run {
            let created = plan.contacts.len();
            return Ok(Made { planned: plan.done(created), meeting: None });
        }
        let now = self.context.clock.now();
        let or_line = |given: Option<String>, wanted| match given {
            Some(given) => Expr::val(given),
            None => plan.of_line(wanted),
        };
        let columns = [
            (Column::Description, or_line(self.description, interaction::Column::Description)),
            (Column::Salesperson, or_line(salesperson, interaction::Column::Salesperson)),
            (Column::CampaignId, plan.of_line(interaction::Column::CampaignId)),
            (Column::SegmentId, Expr::val(self.of.segment_id)),
            (Column::CompanyId, plan.company()),
            (Column::Status, Expr::val(TaskStatus::NotStarted)),
            (Column::Priority, Expr::val(self.of.priority)),
            (Column::Date, Expr::val(self.date)),
            (Column::Type, Expr::val(self.of.r#type)),
            (Column::Actor, Expr::val(self.context.actor())),
            (Column::CreatedAt, Expr::val(now)),
            (Column::UpdatedAt, Expr::val(now)),
            (Column::Revision, Expr::val(1)),
        ];
        let keys = [Column::ContactId, Column::Id, Column::No];
        let created = plan
            .write::<task::Entity>(self.txn, keys, (Counter::Task, SeriesKind::Task), &columns)
            .await?;
        Ok(Made { planned: plan.done(created), meeting: None })
    }

    /// Salesperson and campaign are those of the segment.
    async fn one_meeting(self) -> Result<Made> {
        let meetings = self.meetings().await?;
        let same = Condition::all()
            .add(Column::ContactId.eq(NOBODY))
            .add(Column::Id.is_in(meetings.iter().copied()));
        let there = attending(&meetings);
        let plan = Plan::new(self.context, self.txn, self.of.segment_id, there).await?;
        let salesperson = self.named(&plan).await?;
        if self.of.dry_run {
            let created = plan.contacts.len();
            return Ok(Made { planned: plan.done(created), meeting: None });
        }
        let open = task::Entity::find()
            .filter(same)
            .filter(Column::ClosedDate.is_null())
            .order_by_asc(Column::Id)
            .lock_exclusive();
        let open = open.one(self.txn).await?;
        if plan.contacts.is_empty() {
            return Ok(Made { planned: plan.done(0), meeting: open });
        }
        let meeting = match open {
            Some(found) => {
                let (revision, mut row) = (found.revision + 1, found.into_active_model());
                row.revision = Set(revision);
                row.updated_at = Set(self.context.clock.now());
                row.update(self.txn).await?
            }
            None => self.meeting(&plan, salesperson).await?,
        };
        let created = invite(self.txn, &plan, meeting.id).await?;
        Ok(Made { planned: plan.done(created), meeting: Some(meeting) })
    }

    /// Such meetings from this segment. One that nobody attends is the task of a contact who is gone.
    async fn meetings(&self) -> Result<Vec<i64>> {
        let same = task::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(self.same().add(Column::ContactId.eq(NOBODY)))
            .into_query();
        let attended = task_attendee::Entity::find()
            .select_only()
            .column(task_attendee::Column::TaskId)
            .distinct()
            .filter(task_attendee::Column::TaskId.in_subquery(same));
        Ok(attended.into_tuple().all(self.txn).await?)
    }

    async fn meeting(&self, plan: &Plan, salesperson: Option<String>) -> Result<task::Model> {
        let or_segments = plan.defaults.description().map(str::to_owned);
        let no = Column::No;
        let number = numbers::take_free_number::<task::Entity>(self.txn, SeriesKind::Task, no);
        let number = number.await?;
        let now = self.context.clock.now();
        let row = task::ActiveModel {
            contact_id: Set(NOBODY),
            id: Set(numbers::take_keys(self.txn, Counter::Task, 1).await?),
            no: Set(number),
            description: Set(self.description.clone().or(or_segments).unwrap_or_default()),
            segment_id: Set(Some(plan.segment.id)),
            campaign_id: Set(plan.segment.campaign_id),
            salesperson: Set(salesperson.or_else(|| plan.segment.salesperson.clone())),
            status: Set(TaskStatus::NotStarted),
            priority: Set(self.of.priority),
            date: Set(self.date),
            actor: Set(self.context.actor()),
            created_at: Set(now),
            updated_at: Set(now),
            revision: Set(1),
            r#type: Set(self.of.r#type),
            ..Default::default()
        };
        Ok(task::Entity::insert(row).exec_with_returning(self.txn).await?)
    }
}
