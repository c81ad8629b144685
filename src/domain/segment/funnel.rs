//! How criteria narrow everybody down, condition by condition.

use roaring::RoaringBitmap;
use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::criteria_stub::{self as criteria, Criteria};
use crate::domain::{Context, Moment, Result};

/// One condition, and how many contacts are left with it and all before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunnelStep {
    /// Where the condition is, from the input down.
    pub path: Vec<String>,
    pub text: String,
    pub matches: u64,
}

/// The conditions that all have to hold, in their order, each counted together with those before
/// it. An `any` or a `not` is one condition, for what is inside does not narrow down.
///
/// # Errors
/// What is wrong with the criteria, at `criteria`.
pub(super) async fn funnel(
    context: &Context,
    db: &impl ConnectionTrait,
    criteria: &Value,
    moment: Moment,
) -> Result<Vec<FunnelStep>> {
    let mut steps = Vec::new();
    let mut left: Option<RoaringBitmap> = None;
    for (path, condition) in conditions(criteria, vec!["criteria".to_owned()]) {
        let at: Vec<&str> = path.iter().map(String::as_str).collect();
        let condition = Criteria::parse(condition, &at)?;
        let matching = criteria::evaluate(context, db, &condition, moment).await?;
        let remaining = match left {
            Some(left) => left & matching,
            None => matching,
        };
        steps.push(FunnelStep { text: condition.text(), matches: remaining.len(), path });
        left = Some(remaining);
    }
    Ok(steps)
}

/// The conditions under nested `all`s, outermost first; the whole, if it is no `all` or an empty
/// one.
fn conditions(criteria: &Value, path: Vec<String>) -> Vec<(Vec<String>, &Value)> {
    match criteria.get("all").and_then(Value::as_array) {
        Some(all) if !all.is_empty() => {
            let parts = all.iter().enumerate().flat_map(|(index, part)| {
                let mut path = path.clone();
                path.extend(["all".to_owned(), index.to_string()]);
                conditions(part, path)
            });
            parts.collect()
        }
        _ => vec![(path, criteria)],
    }
}
