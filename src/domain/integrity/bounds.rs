//! Whether costs and the like are such that they can be added up. Each rule is one statement over a
//! whole table.

use sea_orm::sea_query::{Expr, ExprTrait};

use super::{
    Run,
    references::{report, shown},
};
use crate::domain::{
    Result,
    check::{COST_MAX, ENTRY_MAX, MINUTES_MAX, VALUE_MAX},
};

/// Table, key, column, and between what its values lie.
type Bounds = (&'static str, &'static str, &'static str, i64, i64);

const BOUNDS: &[Bounds] = &[
    ("interaction", "id", "cost", 0, COST_MAX),
    ("interaction", "id", "duration_min", 0, MINUTES_MAX as i64),
    ("interaction_template", "code", "unit_cost", 0, COST_MAX),
    ("interaction_template", "code", "unit_duration_min", 0, MINUTES_MAX as i64),
    ("segment", "id", "unit_cost", 0, COST_MAX),
    ("segment", "id", "unit_duration_min", 0, MINUTES_MAX as i64),
    ("segment_line", "contact_id", "unit_cost", 0, COST_MAX),
    ("segment_line", "contact_id", "unit_duration_min", 0, MINUTES_MAX as i64),
    ("opportunity", "id", "estimated_value", 0, VALUE_MAX),
    ("purchase", "id", "quantity", -ENTRY_MAX, ENTRY_MAX),
    ("purchase", "id", "amount", -ENTRY_MAX, ENTRY_MAX),
];

pub(super) async fn check(run: &mut Run<'_>) -> Result<()> {
    run.begin("Bounds", BOUNDS.len() as u64);
    for (done, (table, key, column, min, max)) in (1..).zip(BOUNDS) {
        let value = || Expr::col(("here", *column));
        let mut select = shown(table, key, column);
        select.and_where(value().lt(*min).or(value().gt(*max)));
        report(run, select, |key, value| {
            format!("{table} {key}: its {column} is {value}, which is out of bounds.")
        })
        .await?;
        run.at(done);
    }
    Ok(())
}
