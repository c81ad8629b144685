//! A few segments, built the way a user would.

use serde_json::{Value, json};

use crate::{
    domain::{
        Context, Result,
        segment::{self, Options, Request, SegmentChange, Target},
    },
    entity::kinds::Operation,
};

/// A segment's description, its template and its steps.
type Plan = (&'static str, &'static str, Vec<(Operation, Value)>);

/// Builds them step by step.
pub(super) async fn build(context: &Context) -> Result<()> {
    let nordic = json!({ "country": { "in": ["SE", "NO"] } });
    let news = json!({ "mailingGroups": { "hasAny": ["NEWS"] } });
    let complained = json!({ "interactions": { "where": { "template": { "eq": "COMPLAINT" } } } });
    let customers = json!({ "businessRelations": { "hasAny": ["CUST"] } });
    let cards = json!({ "mailingGroups": { "hasAny": ["XMAS"] } });
    use Operation::{Add, Reduce, Refine};
    let plans: [Plan; 3] = [
        (
            "Northern newsletter",
            "NEWSLETTER",
            vec![(Add, news), (Refine, nordic), (Reduce, complained)],
        ),
        ("Customers to visit", "VISIT", vec![(Add, customers)]),
        ("Christmas cards", "XMAS", vec![(Add, cards)]),
    ];
    for (description, template, steps) in plans {
        let change = SegmentChange {
            description: Some(Some(description.to_owned())),
            interaction_template: Some(Some(template.to_owned())),
            ..SegmentChange::default()
        };
        let row = segment::create(context, None, change).await?;
        let target = Target { segment_id: row.id, expected_revision: None, dry_run: false };
        for (operation, criteria) in steps {
            let request = Request::with_criteria(operation, Options::default(), &criteria)?;
            segment::select(context, target, &request, context.moment(), false).await?;
        }
    }
    Ok(())
}
