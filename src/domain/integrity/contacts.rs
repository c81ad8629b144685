//! Whether the derived columns of contacts follow from the others, and keys stay below their
//! counters.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::Value;

use super::{Run, words::Words};
use crate::{
    domain::{
        Error, Result,
        contact::derive,
        members,
        numbers::{self, Counter},
    },
    entity::{contact, interaction, purchase},
};

/// Contacts read at once.
const PAGE: u64 = 5000;

/// Checks every contact; returns the keys of all.
pub(super) async fn check(run: &mut Run<'_>) -> Result<RoaringBitmap> {
    let total = contact::Entity::find().count(&run.txn).await?;
    run.begin("Contacts", total);
    let mut living = RoaringBitmap::new();
    let mut words = Words::default();
    let mut last = None;
    loop {
        let rows = contact::Entity::find()
            .filter(last.map_or_else(|| Expr::val(true), |it| contact::Column::Id.gt(it)))
            .order_by_asc(contact::Column::Id)
            .limit(PAGE)
            .all(&run.txn)
            .await?;
        let Some(row) = rows.last() else { break };
        last = Some(row.id);
        for row in &rows {
            match u32::try_from(row.id) {
                Ok(id) if id != 0 => _ = living.insert(id),
                _ => run.found(&format!("contact {}: no contact can have this key.", row.id)),
            }
            derived(run, row)?;
            words.expect(row);
        }
        run.at(living.len());
    }
    counters(run, &living).await?;
    words.check(run).await?;
    Ok(living)
}

/// Whether deriving it again changes nothing.
fn derived(run: &mut Run<'_>, row: &contact::Model) -> Result<()> {
    let mut again = row.clone();
    derive(&mut again);
    if again == *row {
        return Ok(());
    }
    let columns: Vec<String> = columns(&again)?
        .into_iter()
        .zip(columns(row)?)
        .filter(|(derived, stored)| derived != stored)
        .map(|((name, _), _)| name)
        .collect();
    let columns = columns.join(", ");
    run.found(&format!("contact {} ({}): stale: {columns}.", row.id, row.no));
    Ok(())
}

fn columns(row: &contact::Model) -> Result<Vec<(String, Value)>> {
    match serde_json::to_value(row) {
        Ok(Value::Object(columns)) => Ok(columns.into_iter().collect()),
        _ => Err(Error::Corrupt(format!("contact {} is no row", row.id))),
    }
}

/// Keys that the counters give from here on must be new.
async fn counters(run: &mut Run<'_>, living: &RoaringBitmap) -> Result<()> {
    let contact = living.max().max(deleted(run).await?.max()).map_or(0, i64::from);
    let interaction = last_key::<interaction::Entity>(run, interaction::Column::Id).await?;
    let purchase = last_key::<purchase::Entity>(run, purchase::Column::Id).await?;
    let counters = [
        (Counter::Contact, "contacts", contact),
        (Counter::Interaction, "interactions", interaction),
        (Counter::Purchase, "purchases", purchase),
    ];
    for (counter, what, last) in counters {
        let next = numbers::next_key(&run.txn, counter).await?;
        if next <= last {
            let message = format!("counter of {what}: the next key is {next}, but {last} is used.");
            run.found(&message);
        }
    }
    Ok(())
}

/// The highest key in `column`; 0 if there is none.
async fn last_key<E: EntityTrait>(run: &Run<'_>, column: E::Column) -> Result<i64> {
    let last = E::find().select_only().column_as(column.max(), "id");
    let last: Option<Option<i64>> = last.into_tuple().one(&run.txn).await?;
    Ok(last.flatten().unwrap_or(0))
}

/// The keys of the dead; those that can be read. The others are found with the sets.
async fn deleted(run: &Run<'_>) -> Result<RoaringBitmap> {
    match members::deleted(&run.txn).await {
        Err(Error::Corrupt(_)) => Ok(RoaringBitmap::new()),
        other => other,
    }
}
