//! What is set on many interactions at once: an evaluation, and whether they are canceled.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoSimpleExpr, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, UpdateMany, Value,
    sea_query::{Expr, ExprTrait},
};

use super::{locked, named, not_allowed};
use crate::{
    db::{self, Table},
    domain::{Context, Error, Result, planned},
    entity::{campaign_entry, interaction, interaction_comment, kinds::Evaluation, logged_segment},
};

/// Gives all the interactions one evaluation (IAC-1). Returns them in the order of the ids.
///
/// # Errors
/// [`NotFound`](crate::domain::Reason::NotFound) at `ids`.
pub async fn evaluate(
    context: &Context,
    ids: &[String],
    evaluation: Evaluation,
) -> Result<Vec<interaction::Model>> {
    let set = [(interaction::Column::Evaluation, Value::from(evaluation))];
    mark(context, ids, async |_, _| Ok(()), &set).await
}

/// Cancels interactions, each on its own (D14). Those that are canceled already stay so, and from
/// now on also if what canceled them is reinstated.
///
/// # Errors
/// At `ids`: [`NotFound`](crate::domain::Reason::NotFound), or
/// [`NotAllowed`](crate::domain::Reason::NotAllowed) if any is postponed.
pub async fn cancel(context: &Context, ids: &[String]) -> Result<Vec<interaction::Model>> {
    let set = [
        (interaction::Column::CanceledItself, Value::from(true)),
        (interaction::Column::Canceled, Value::from(true)),
    ];
    mark(context, ids, require_taken_place, &set).await
}

/// Takes back that interactions were canceled.
///
/// # Errors
/// At `ids`: [`NotFound`](crate::domain::Reason::NotFound), or
/// [`NotAllowed`](crate::domain::Reason::NotAllowed) if the logged segment or the campaign entry of any is
/// canceled (CAN-3).
pub async fn reinstate(context: &Context, ids: &[String]) -> Result<Vec<interaction::Model>> {
    let set = [
        (interaction::Column::CanceledItself, Value::from(false)),
        (interaction::Column::Canceled, Value::from(false)),
    ];
    mark(context, ids, require_live_parents, &set).await
}

/// Cancels the interactions of what is canceled itself, or reinstates them with it: all but those
/// that were canceled on their own (D14).
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn mark_canceled(
    txn: &DatabaseTransaction,
    context: &Context,
    which: Condition,
    canceled: bool,
) -> Result<()> {
    use interaction::Column;
    let alone = (!canceled).then(|| Column::CanceledItself.eq(false));
    interaction::Entity::update_many()
        .col_expr(Column::Canceled, Expr::val(canceled))
        .col_expr(Column::UpdatedAt, Expr::val(context.clock.now()))
        .filter(which.add(Column::Canceled.eq(!canceled)).add_option(alone))
        .exec(txn)
        .await?;
    Ok(())
}

/// The tables that change when interactions go.
pub(in crate::domain) const DELETING: [Table; 3] =
    [Table::Interaction, Table::Opportunity, Table::Task];

/// Deletes interactions with their comments; what came from them stays, without them. Returns how many
/// went.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn delete_where(
    txn: &DatabaseTransaction,
    context: &Context,
    which: Expr,
) -> Result<u64> {
    use interaction_comment::Column;
    let interaction = |column: interaction::Column| column.into_simple_expr();
    let commented = interaction::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(
            interaction(interaction::Column::ContactId).eq(Column::ContactId.into_simple_expr()),
        )
        .filter(interaction(interaction::Column::Id).eq(Column::InteractionId.into_simple_expr()))
        .filter(which.clone())
        .into_query();
    interaction_comment::Entity::delete_many().filter(Expr::exists(commented)).exec(txn).await?;
    planned::forget_interactions(txn, context.clock.now(), &which).await?;
    Ok(interaction::Entity::delete_many().filter(which).exec(txn).await?.rows_affected)
}

async fn mark(
    context: &Context,
    ids: &[String],
    check: impl AsyncFn(&DatabaseTransaction, &[(i32, i64)]) -> Result<()>,
    set: &[(interaction::Column, Value)],
) -> Result<Vec<interaction::Model>> {
    let keys = named(ids)?;
    let mut by_key = db::write(&context.db, &[Table::Interaction], async |txn| {
        check(txn, &keys).await?;
        let rows = locked(txn, &keys).await?;
        let mut update: UpdateMany<interaction::Entity> = interaction::Entity::update_many()
            .col_expr(interaction::Column::UpdatedAt, Expr::val(context.clock.now()));
        for (column, value) in set {
            update = update.col_expr(*column, Expr::val(value.clone()));
        }
        // The keys of the rows that were found are whole: their ids alone name them.
        update
            .filter(Condition::all().add(contacts_of(&rows)).add(ids_of(&rows)))
            .exec(txn)
            .await?;
        let rows = super::with_keys(&keys).all(txn).await?;
        let by_key: HashMap<_, _> =
            rows.into_iter().map(|row| ((row.contact_id, row.id), row)).collect();
        Ok::<_, Error>(by_key)
    })
    .await?;
    Ok(keys.iter().filter_map(|key| by_key.remove(key)).collect())
}

fn contacts_of(rows: &[interaction::Model]) -> Expr {
    interaction::Column::ContactId.is_in(rows.iter().map(|row| row.contact_id))
}

fn ids_of(rows: &[interaction::Model]) -> Expr {
    interaction::Column::Id.is_in(rows.iter().map(|row| row.id))
}

/// What was put off has not taken place: it is deleted if it is not to.
async fn require_taken_place(txn: &DatabaseTransaction, keys: &[(i32, i64)]) -> Result<()> {
    let rows = locked(txn, keys).await?;
    let postponed = rows.iter().filter(|row| row.postponed);
    not_allowed(postponed, |count| {
        format!("{count} of the interactions are postponed: delete them instead.")
    })
}

/// An interaction is not more alive than what it is a part of, which is locked before it.
async fn require_live_parents(txn: &DatabaseTransaction, keys: &[(i32, i64)]) -> Result<()> {
    let rows = super::with_keys(keys).all(txn).await?;
    macro_rules! canceled {
        ($table:ident, $key:ident) => {
            $table::Entity::find()
                .filter($table::Column::Id.is_in(rows.iter().filter_map(|it| it.$key)))
                .order_by_asc($table::Column::Id)
                .lock_shared()
                .all(txn)
                .await?
                .into_iter()
                .filter(|row| row.canceled)
                .map(|row| row.id)
                .collect::<Vec<i64>>()
        };
    }
    let logged = canceled!(logged_segment, logged_segment_id);
    let entries = canceled!(campaign_entry, campaign_entry_id);
    let dead = rows.iter().filter(|row| {
        row.logged_segment_id.is_some_and(|id| logged.contains(&id))
            || row.campaign_entry_id.is_some_and(|id| entries.contains(&id))
    });
    not_allowed(dead, |count| {
        format!(
            "The logged segment or campaign entry of {count} of the interactions is canceled: \
             reinstate that first."
        )
    })
}
