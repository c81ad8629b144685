//! Opportunities: with one contact, from an interaction, and with all contacts of a segment.

mod change;
mod create;
mod criteria;
mod heirs;
mod list;
mod segment;

use serde_json::{Value, json};

pub(crate) use criteria::matching;

use crate::{app::TestApp, contact::with};

const ALL: &str = "opportunity { id no description status priority date closedDate closeReason estimatedValue
    contact { name } company { name } segment { no } campaign { id } salesperson { code } interaction { id }
    revision }";
const MADE: &str = "created alreadyThere skippedPrivacyBlocked segment { no }";

/// Creates an opportunity with a contact and returns its id.
async fn opportunity(app: &TestApp, contact: &str, more: Value) -> String {
    let input = with(json!({ "from": { "contactId": contact }, "description": "Pumps" }), more);
    let created = app.must("opportunityCreate", "opportunity { id }", input).await;
    created["opportunity"]["id"].as_str().unwrap().to_owned()
}

async fn blocked(app: &TestApp, contact: &str) {
    app.must("contactUpdate", "", json!({ "id": contact, "privacyBlocked": true })).await;
}

async fn created(app: &TestApp, input: Value) -> (i64, i64, i64) {
    let made = app.must("segmentCreateOpportunities", MADE, input).await;
    let number = |name: &str| made[name].as_i64().unwrap();
    (number("created"), number("alreadyThere"), number("skippedPrivacyBlocked"))
}
