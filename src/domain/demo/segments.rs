//! A few segments, built the way a user would.

use serde_json::{Value, json};

use crate::{
    domain::{
        Context, Result,
        opportunity::{self, NewOpportunity},
        planned::{Links, Source, Which},
        segment::{self, Options, Request, SegmentChange, Target},
        task::{self, NewTask},
    },
    entity::kinds::{Operation, Priority, TaskType},
};

/// The number of the customers to visit.
const VISITED: &str = "SM000002";

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
    plan(context).await
}

/// How many customers something is planned with.
const PLANNED: usize = 20;

/// Opportunities with a few of the customers to visit, some of them closed, and calls to the others.
async fn plan(context: &Context) -> Result<()> {
    let Some(segment) = segment::by_no(context, VISITED).await? else { return Ok(()) };
    let customers = context.members.load(context.db.reader(), &segment).await?;
    for (index, contact) in customers.iter().take(PLANNED).enumerate() {
        let source = Source::Contact(contact.cast_signed());
        let links = Links { segment_id: Some(Some(segment.id)), ..Links::default() };
        let new = NewOpportunity {
            source,
            description: Some("Larger order".to_owned()),
            priority: Priority::Normal,
            estimated_value: Some(10_000_000 * (1 + index as i64 % 5)),
            links: links.clone(),
        };
        let created = opportunity::create(context, &new).await?;
        let which = Which { key: (created.contact_id, created.id), expected_revision: None };
        match index % 4 {
            0 => _ = opportunity::close(context, which, true, None, None).await?,
            1 => {
                let reason = Some("Too expensive");
                opportunity::close(context, which, false, reason, None).await?;
            }
            _ => {
                let call = NewTask {
                    source: Source::Opportunity(created.contact_id, created.id),
                    description: Some("Agree on a day".to_owned()),
                    r#type: Some(TaskType::PhoneCall),
                    priority: Priority::High,
                    date: None,
                    links,
                };
                task::create(context, &call).await?;
            }
        }
    }
    Ok(())
}
