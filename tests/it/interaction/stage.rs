//! What an interaction needs, and what is asked of one.

use serde_json::{Value, json};

use crate::{
    app::TestApp,
    contact::{self, codes, with},
    template::template,
};

/// A salesperson BC, a template BUS with values of its own, and a contact.
pub(super) async fn stage(app: &TestApp) -> String {
    codes(app, "SALESPERSON", &["BC", "AH"]).await;
    codes(app, "INTERACTION_GROUP", &["LETTER"]).await;
    let input = json!({
        "code": "BUS", "description": "Business letter", "interactionGroup": "LETTER",
        "unitCost": "8", "unitDurationMin": 10, "informationFlow": "OUTBOUND", "initiatedBy": "US",
    });
    template(app, input).await;
    let person = with(contact::input("PERSON", "Ada"), json!({ "salesperson": "AH" }));
    contact::create(app, person).await
}

/// Records an interaction and returns its id.
pub(super) async fn record(app: &TestApp, contact: &str, more: Value) -> String {
    let input = with(json!({ "contactId": contact, "template": "BUS" }), more);
    let created = app.must("interactionCreate", "interaction { id }", input).await;
    created["interaction"]["id"].as_str().unwrap().to_owned()
}

/// What is wrong, as code and path below the input.
pub(super) fn wrong(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    let path = |it: &Value| -> Vec<String> {
        let path = it["path"].as_array().unwrap();
        path[1..].iter().map(|step| step.as_str().unwrap().to_owned()).collect()
    };
    errors
        .iter()
        .map(|it| format!("{} {}", it["code"].as_str().unwrap(), path(it).join(".")))
        .collect()
}

pub(super) const ALL: &str = "interaction { id no contact { name } company { name } date time
    template { code } group { code } description subject informationFlow initiatedBy
    correspondenceType language { code } salesperson { code } evaluation cost durationMin
    campaign { no } campaignEntry { description date } campaignTarget campaignResponse contactVia
    deliveryStatus attemptFailed postponed canceled canceledItself comments { comment } }";
