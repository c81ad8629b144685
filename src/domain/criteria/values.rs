//! The values of a field that occur, for suggestions while criteria are written.

use sea_orm::{
    EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{CONTACT_FIELDS, Field, Kind, field::Column};
use crate::{
    db::dialect,
    domain::{Context, Error, Reason, Result, text},
    entity::contact,
};

/// How many values can be asked for.
const VALUES_MAX: i32 = 100;

/// Up to `first` values of a field of contacts that begin with `prefix` in any case, each with the
/// number of contacts that have it, the most frequent first.
///
/// # Errors
/// [`Reason::NotFound`] if there is no such field with text to list; [`Reason::LimitExceeded`].
pub async fn values(
    context: &Context,
    field: &str,
    prefix: &str,
    first: i32,
) -> Result<Vec<(String, i32)>> {
    let field = CONTACT_FIELDS.iter().find(|it| it.name == field && has_values(it));
    let field = field.ok_or_else(|| {
        Error::reject(Reason::NotFound, &["field"], "There is no such field with values to list.")
    })?;
    let first = match u64::try_from(first) {
        Ok(count) if (1..=VALUES_MAX).contains(&first) => count,
        _ => {
            let message = format!("Ask for 1 to {VALUES_MAX} values.");
            return Err(Error::reject(Reason::LimitExceeded, &["first"], message));
        }
    };
    let (column, searched, prefix) = match field.column {
        Column::ContactText(column, folded) => (column, folded, text::fold(prefix)),
        Column::Contact(column) if matches!(field.kind, Kind::Code | Kind::Choice(_)) => {
            (column, column, prefix.to_uppercase())
        }
        Column::Contact(column) => (column, column, text::compose(prefix)),
        Column::Interaction(_) | Column::CampaignNo => unreachable!("not a field of contacts"),
    };
    let value = || Expr::col((contact::Entity, column));
    let mut query = contact::Entity::find()
        .select_only()
        .expr(value())
        .expr_as(Expr::cust("CAST(COUNT(*) AS integer)"), "contacts")
        .filter(value().is_not_null())
        .group_by(value())
        .order_by(Expr::col("contacts"), Order::Desc)
        .order_by(value(), Order::Asc)
        .limit(first);
    if !prefix.is_empty() {
        let searched = Expr::col((contact::Entity, searched));
        query = query.filter(dialect::starts_with(searched, &prefix));
    }
    Ok(query.into_tuple().all(context.db.reader()).await?)
}

fn has_values(field: &Field) -> bool {
    matches!(field.kind, Kind::Text | Kind::ExactText | Kind::Code | Kind::Choice(_))
}
