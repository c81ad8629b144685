//! Lists of campaigns.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, PaginatorTrait, QueryFilter, Select,
    sea_query::{Expr, ExprTrait, Func},
};
use serde::{Deserialize, Serialize};

use crate::{
    db::dialect,
    domain::{
        Context, Order, Page, PageArgs, Result,
        page::{Day, Instant},
        sorted::{self, Sort},
        text,
    },
    entity::campaign::{self, Column},
};

/// Which campaigns to list: those for which all holds that is set.
#[derive(Clone, Debug, Default)]
pub struct CampaignFilter {
    /// In the number or the description, whatever the case.
    pub text: Option<String>,
    pub status: Option<String>,
    pub salesperson: Option<String>,
    /// Begun by this day, and not ended before it. What has no such date has no such bound.
    pub active_on: Option<NaiveDate>,
    /// Whether they are activated today.
    pub activated: Option<bool>,
}

/// What a list of campaigns is ordered by.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum CampaignSort {
    No,
    /// Whatever the case; those without one come first.
    Description,
    /// Those without one come first.
    StartingDate,
    /// Those without one come first.
    EndingDate,
    /// When they changed last.
    Updated,
}

/// Where a campaign stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CampaignKey {
    No(String),
    Description(String, i64),
    StartingDate(Day, i64),
    EndingDate(Day, i64),
    Updated(Instant, i64),
}

/// What stands for a missing day: the first that there can be.
const NO_DAY: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("it is a day");

impl Sort for CampaignSort {
    type Entity = campaign::Entity;
    type Key = CampaignKey;

    fn columns(self) -> Vec<Expr> {
        let id = Column::Id.into_simple_expr();
        let or = |column: Column, none: Expr| -> Expr {
            Func::coalesce([column.into_simple_expr(), none]).into()
        };
        match self {
            Self::No => vec![Column::No.into_simple_expr()],
            Self::Description => vec![or(Column::DescriptionFold, Expr::val("")), id],
            Self::StartingDate => vec![or(Column::StartingDate, Expr::val(NO_DAY)), id],
            Self::EndingDate => vec![or(Column::EndingDate, Expr::val(NO_DAY)), id],
            Self::Updated => vec![Column::UpdatedAt.into_simple_expr(), id],
        }
    }

    fn key(self, row: &campaign::Model) -> CampaignKey {
        match self {
            Self::No => CampaignKey::No(row.no.clone()),
            Self::Description => {
                CampaignKey::Description(row.description_fold.clone().unwrap_or_default(), row.id)
            }
            Self::StartingDate => {
                CampaignKey::StartingDate(Day(row.starting_date.unwrap_or(NO_DAY)), row.id)
            }
            Self::EndingDate => {
                CampaignKey::EndingDate(Day(row.ending_date.unwrap_or(NO_DAY)), row.id)
            }
            Self::Updated => CampaignKey::Updated(Instant(row.updated_at), row.id),
        }
    }

    fn values(self, key: &CampaignKey) -> Option<Vec<Expr>> {
        Some(match (self, key) {
            (Self::No, CampaignKey::No(no)) => vec![Expr::val(no.as_str())],
            (Self::Description, CampaignKey::Description(description, id)) => {
                vec![Expr::val(description.as_str()), Expr::val(*id)]
            }
            (Self::StartingDate, CampaignKey::StartingDate(day, id))
            | (Self::EndingDate, CampaignKey::EndingDate(day, id)) => {
                vec![Expr::val(*day), Expr::val(*id)]
            }
            (Self::Updated, CampaignKey::Updated(at, id)) => vec![Expr::val(*at), Expr::val(*id)],
            _ => return None,
        })
    }
}

/// A page of campaigns.
///
/// # Errors
/// [`Invalid`](crate::domain::Reason::Invalid) at `after` or `before` for a cursor of another order.
pub async fn list(
    context: &Context,
    filter: &CampaignFilter,
    order: Order<CampaignSort>,
    args: &PageArgs<CampaignKey>,
) -> Result<Page<CampaignKey, campaign::Model>> {
    sorted::page(context, filtered(context, filter), order, args).await
}

/// How many campaigns [`list`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, filter: &CampaignFilter) -> Result<u64> {
    Ok(filtered(context, filter).count(context.db.reader()).await?)
}

fn filtered(context: &Context, filter: &CampaignFilter) -> Select<campaign::Entity> {
    let backend = context.db.reader().get_database_backend();
    // A code that none can be finds nothing.
    let code = |code: &str| text::code(code).unwrap_or_default();
    let mut all = Condition::all();
    if let Some(text) = filter.text.as_deref().and_then(text::tidy) {
        let column = |column: Column| column.into_simple_expr();
        let no = dialect::contains(backend, column(Column::No), &text::upper(&text));
        let description = column(Column::DescriptionFold);
        all = all.add(no.or(dialect::contains(backend, description, &text::fold(&text))));
    }
    if let Some(status) = &filter.status {
        all = all.add(Column::Status.eq(code(status)));
    }
    if let Some(salesperson) = &filter.salesperson {
        all = all.add(Column::Salesperson.eq(code(salesperson)));
    }
    if let Some(day) = filter.active_on {
        all = all.add(goes_on(day));
    }
    if let Some(activated) = filter.activated {
        let is =
            Condition::all().add(Column::ActivatedAt.is_not_null()).add(goes_on(context.today()));
        all = all.add(if activated { is } else { is.not() });
    }
    campaign::Entity::find().filter(all)
}

/// The day is not before the campaign, and not after it.
fn goes_on(day: NaiveDate) -> Condition {
    let begun = Column::StartingDate.lte(day).or(Column::StartingDate.is_null());
    let not_over = Column::EndingDate.gte(day).or(Column::EndingDate.is_null());
    Condition::all().add(begun).add(not_over)
}
