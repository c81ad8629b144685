//! An opportunity for every contact of a segment (OPP-1).

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::Expr};

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
        kinds::{OpportunityStatus, Priority, SeriesKind},
        opportunity::{self, Column},
    },
};

/// What the opportunities of a segment have in common. What is missing comes from each line.
#[derive(Clone, Debug)]
pub struct ForSegment {
    pub segment_id: i64,
    pub description: Option<String>,
    pub priority: Priority,
    /// Of each, in ten-thousandths of the local currency.
    pub estimated_value: Option<i64>,
    pub salesperson: Option<String>,
    pub dry_run: bool,
}

/// Creates an opportunity for every contact of a segment, open or logged, who has none from it and may
/// be contacted: all of them or none. A second time only what is missing.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::NotAllowed`] if it is canceled or empty (OPP-2), at `segmentId`;
/// [`Reason::Required`] at `description` if neither the segment nor its template has one; and what is
/// wrong with the rest.
pub async fn create_for_segment(context: &Context, of: &ForSegment) -> Result<Planned> {
    let description = check::text(of.description.as_deref(), &["description"])?;
    let value = of.estimated_value.map(|it| check::value(it, &["estimatedValue"])).transpose()?;
    db::write(&context.db, &[Table::Opportunity], async |txn| {
        let there = opportunity::Entity::find()
            .select_only()
            .column_as(Column::ContactId, "id")
            .filter(Column::SegmentId.eq(of.segment_id))
            .into_query();
        let plan = Plan::new(context, txn, of.segment_id, there).await?;
        let given = of.salesperson.clone().map(Some);
        let given = Links { salesperson: given, ..Links::default() };
        let salesperson = links(txn, &given, (None, None)).await?.salesperson.flatten();
        if description.is_none() && plan.defaults.description().is_none() {
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
            (Column::Status, Expr::val(OpportunityStatus::NotStarted)),
            (Column::Priority, Expr::val(of.priority)),
            (Column::Date, Expr::val(context.today())),
            (Column::EstimatedValue, Expr::val(value)),
            (Column::Actor, Expr::val(context.actor())),
            (Column::CreatedAt, Expr::val(now)),
            (Column::UpdatedAt, Expr::val(now)),
            (Column::Revision, Expr::val(1)),
        ];
        let keys = [Column::ContactId, Column::Id, Column::No];
        let numbers = (Counter::Opportunity, SeriesKind::Opportunity);
        let created = plan.write::<opportunity::Entity>(txn, keys, numbers, &columns).await?;
        Ok(plan.done(created))
    })
    .await
}
