//! Lists of segments.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, PaginatorTrait, QueryFilter,
    Select,
    sea_query::{Expr, Func},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::dialect,
    domain::{
        Context, Order, Page, PageArgs, Result,
        campaign::of_campaign,
        page::{Day, Instant},
        sorted::{self, Sort},
        text,
    },
    entity::{kinds::SegmentStatus, segment},
};

/// Which segments to list.
#[derive(Clone, Debug)]
pub struct SegmentFilter {
    pub status: Vec<SegmentStatus>,
    /// In the number or the description, whatever the case.
    pub text: Option<String>,
    /// Whose lines are for this campaign unless they say something else.
    pub campaign_id: Option<i64>,
    pub salesperson: Option<String>,
}

/// What a list of segments is ordered by.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum SegmentSort {
    /// When they were created.
    Created,
    No,
    /// Whatever the case; those without one come first.
    Description,
    Date,
    /// When they changed last.
    Updated,
    /// How many contacts are in them.
    Contacts,
}

/// Where a segment stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SegmentKey {
    Created(i64),
    No(String),
    Description(String, i64),
    Date(Day, i64),
    Updated(Instant, i64),
    Contacts(i32, i64),
}

impl Sort for SegmentSort {
    type Entity = segment::Entity;
    type Key = SegmentKey;

    /// Ids come in the order of creation.
    fn columns(self) -> Vec<Expr> {
        use segment::Column;
        let id = Column::Id.into_simple_expr();
        match self {
            Self::Created => vec![id],
            Self::No => vec![Column::No.into_simple_expr()],
            Self::Description => {
                let description = Column::DescriptionFold.into_simple_expr();
                vec![Func::coalesce([description, Expr::val("")]).into(), id]
            }
            Self::Date => vec![Column::Date.into_simple_expr(), id],
            Self::Updated => vec![Column::UpdatedAt.into_simple_expr(), id],
            Self::Contacts => vec![Column::ContactsCount.into_simple_expr(), id],
        }
    }

    fn key(self, row: &segment::Model) -> SegmentKey {
        match self {
            Self::Created => SegmentKey::Created(row.id),
            Self::No => SegmentKey::No(row.no.clone()),
            Self::Description => {
                SegmentKey::Description(row.description_fold.clone().unwrap_or_default(), row.id)
            }
            Self::Date => SegmentKey::Date(Day(row.date), row.id),
            Self::Updated => SegmentKey::Updated(Instant(row.updated_at), row.id),
            Self::Contacts => SegmentKey::Contacts(row.contacts_count, row.id),
        }
    }

    fn values(self, key: &SegmentKey) -> Option<Vec<Expr>> {
        Some(match (self, key) {
            (Self::Created, SegmentKey::Created(id)) => vec![Expr::val(*id)],
            (Self::No, SegmentKey::No(no)) => vec![Expr::val(no.as_str())],
            (Self::Description, SegmentKey::Description(description, id)) => {
                vec![Expr::val(description.as_str()), Expr::val(*id)]
            }
            (Self::Date, SegmentKey::Date(date, id)) => vec![Expr::val(*date), Expr::val(*id)],
            (Self::Updated, SegmentKey::Updated(at, id)) => vec![Expr::val(*at), Expr::val(*id)],
            (Self::Contacts, SegmentKey::Contacts(count, id)) => {
                vec![Expr::val(*count), Expr::val(*id)]
            }
            _ => return None,
        })
    }
}

/// A page of segments.
///
/// # Errors
/// [`Invalid`](crate::domain::Reason::Invalid) at `after` or `before` for a cursor of another order.
pub async fn list(
    context: &Context,
    filter: &SegmentFilter,
    order: Order<SegmentSort>,
    args: &PageArgs<SegmentKey>,
) -> Result<Page<SegmentKey, segment::Model>> {
    sorted::page(context, filtered(context, filter), order, args).await
}

/// How many segments there are in the whole list.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, filter: &SegmentFilter) -> Result<u64> {
    Ok(filtered(context, filter).count(context.db.reader()).await?)
}

fn filtered(context: &Context, filter: &SegmentFilter) -> Select<segment::Entity> {
    let backend = context.db.reader().get_database_backend();
    let mut condition =
        Condition::all().add(segment::Column::Status.is_in(filter.status.iter().copied()));
    if let Some(text) = filter.text.as_deref().and_then(text::tidy) {
        let column = |column| Expr::col((segment::Entity, column));
        let no = dialect::contains(backend, column(segment::Column::No), &text::upper(&text));
        let description = column(segment::Column::DescriptionFold);
        let description = dialect::contains(backend, description, &text::fold(&text));
        condition = condition.add(no.or(description));
    }
    if let Some(campaign) = filter.campaign_id {
        condition = condition.add(of_campaign(campaign));
    }
    if let Some(salesperson) = filter.salesperson.as_deref().and_then(text::code) {
        condition = condition.add(segment::Column::Salesperson.eq(salesperson));
    }
    segment::Entity::find().filter(condition)
}
