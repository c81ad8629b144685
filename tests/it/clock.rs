//! The clock may go back, between two requests and between two starts: what comes after what is told
//! by keys and revisions, never by the time.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use urval::domain::access::{self, NewToken, Scopes};

use crate::{
    app::{TestApp, both},
    check::check,
    contact::{create, input, with},
    criteria::known::{asked_anew, matching},
    log,
};

/// An hour back.
fn turn_back(app: &TestApp) {
    app.context.clock.advance(TimeDelta::hours(-1));
}

async fn segment(app: &TestApp) -> Value {
    let made = app.must("segmentCreate", "segment { id createdAt }", json!({})).await;
    made["segment"].clone()
}

/// Adds the contacts of this type.
async fn add(app: &TestApp, segment: &Value, r#type: &str) -> Value {
    let criteria = json!({ "type": { "eq": r#type } });
    let input = json!({ "segmentId": segment["id"], "criteria": criteria });
    app.must("segmentAddContacts", STEP, input).await
}

const STEP: &str = "segment { revision contactsCount } criterion { no }";
const STEPS: &str = "query($id: ID!) { segment(id: $id) { revision contactsCount updatedAt
    criteria { no createdAt before after } undoneCriteria { no }
    first: lines(asOfStep: 1) { totalCount } } }";

/// What is in a field of each node of a list, page by page; `more` follows the arguments.
async fn paged(app: &TestApp, list: &str, more: &str, field: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query($after: String) {{ page: {list}(first: 1, after: $after{more}) {{ \
             nodes {{ {field} }} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let page = app.data(&query, json!({ "after": after })).await["page"].clone();
        found.extend(page["nodes"].as_array().unwrap().iter().map(|it| it[field].clone()));
        if page["pageInfo"]["hasNextPage"] != true {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

both! {
    async fn steps_and_revisions_stay_in_their_order(app) {
        create(&app, input("PERSON", "Ada")).await;
        create(&app, input("COMPANY", "Ek")).await;
        let segment = segment(&app).await;
        add(&app, &segment, "PERSON").await;
        turn_back(&app);
        let second = add(&app, &segment, "COMPANY").await;
        assert_eq!(second["criterion"]["no"], 2);

        let now = app.data(STEPS, json!({ "id": segment["id"] })).await["segment"].clone();
        let at = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        let steps = &now["criteria"];
        assert!(at(&steps[1]["createdAt"]) < at(&steps[0]["createdAt"]), "as the clock said");
        assert_eq!((&steps[0]["no"], &steps[1]["no"]), (&json!(1), &json!(2)));
        assert_eq!((&steps[0]["after"], &steps[1]["before"]), (&json!(1), &json!(1)));
        assert_eq!(now["first"]["totalCount"], 1);
        assert_eq!((&now["revision"], &now["contactsCount"]), (&json!(3), &json!(2)));

        turn_back(&app);
        let back = json!({ "segmentId": segment["id"], "expectedRevision": 3 });
        let back = app.must("segmentGoBack", STEP, back).await;
        assert_eq!(back["segment"], json!({ "revision": 4, "contactsCount": 1 }));
        assert_eq!(back["criterion"]["no"], 1, "the last step is what was recorded last");
        turn_back(&app);
        let forward = app.must("segmentGoForward", STEP, json!({ "segmentId": segment["id"] })).await;
        assert_eq!(forward["segment"], json!({ "revision": 5, "contactsCount": 2 }));
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn lists_show_everything_once_and_what_came_last_first(app) {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(segment(&app).await["id"].clone());
            turn_back(&app);
        }
        let newest = paged(&app, "segments", "", "id").await;
        assert!(newest.iter().eq(ids.iter().rev()), "{newest:?}");
        // By the time that they show.
        assert_eq!(paged(&app, "segments", ", orderBy: UPDATED_DESC", "id").await, ids);
        let operation = json!({ "segmentId": ids[0], "description": "Last" });
        app.must("segmentUpdate", "segment { id }", operation).await;
        let log = paged(&app, "auditLog", "", "operation").await;
        assert_eq!(log, ["segmentUpdate", "segmentCreate", "segmentCreate", "segmentCreate"]);
    }

    async fn what_is_logged_is_in_order_too(app) {
        let contacts = log::people(&app, &["Ada", "Bo"]).await;
        let segment = log::stage(&app, &contacts, json!({})).await;
        let mut logged = Vec::new();
        turn_back(&app);
        let first = json!({ "segmentId": segment });
        let made = app.must("segmentLog", "loggedSegment { id }", first).await;
        logged.push(made["loggedSegment"]["id"].clone());
        turn_back(&app);
        let header = json!({ "description": "Again", "interactionTemplate": "BUS", "salesperson": "BC" });
        let again = app.must("segmentCreate", "segment { id }", header).await["segment"]["id"].clone();
        let lines = json!({ "segmentId": again, "contactIds": contacts });
        app.must("segmentAddLines", "segment { id }", lines).await;
        let made = app.must("segmentLog", "loggedSegment { id }", json!({ "segmentId": again })).await;
        logged.push(made["loggedSegment"]["id"].clone());
        logged.reverse();
        assert_eq!(paged(&app, "loggedSegments", "", "id").await, logged);
        assert_eq!(check(&app).await, [""; 0]);
    }

    // D16
    async fn what_criteria_find_is_what_the_clock_says_now(app) {
        // 01:00 in Stockholm, so an hour back is another day.
        app.context.clock.advance(TimeDelta::hours(-9));
        create(&app, input("PERSON", "Ada")).await;
        let conditions = [
            json!({ "createdAt": { "inLast": "PT30M" } }),
            json!({ "createdAt": { "inLast": "P1D" } }),
            json!({ "createdAt": { "olderThan": "P1D" } }),
            json!({ "createdAt": { "inNext": "P2D" } }),
            json!({ "updatedAt": { "onOrBefore": { "relative": { "anchor": "NOW" } } } }),
        ];
        let mut found = Vec::new();
        for _ in 0..2 {
            for criteria in &conditions {
                let keys = matching(&app.context, criteria).await;
                assert_eq!(keys, asked_anew(&app.context, criteria).await, "{criteria}");
                found.push(keys.len());
            }
            turn_back(&app);
        }
        // What was created in the future is not in the last half hour.
        assert_eq!(found, [1, 1, 0, 1, 1, 0, 0, 0, 1, 0]);
    }

    async fn what_is_changed_after_the_clock_went_back_is_found(app) {
        let ada = create(&app, with(input("PERSON", "Ada"), json!({ "city": "Oslo" }))).await;
        let criteria = json!({ "city": { "eq": "Oslo" } });
        assert_eq!(matching(&app.context, &criteria).await.len(), 1);
        turn_back(&app);
        create(&app, with(input("PERSON", "Bo"), json!({ "city": "Oslo" }))).await;
        assert_eq!(matching(&app.context, &criteria).await.len(), 2);
        let update = json!({ "id": ada, "expectedRevision": 1, "city": "Rome" });
        let updated = app.must("contactUpdate", "contact { revision }", update).await;
        assert_eq!(updated["contact"]["revision"], 2);
        assert_eq!(matching(&app.context, &criteria).await.len(), 1);
    }

    async fn a_token_that_was_revoked_stays_so(app) {
        let context = &app.context;
        let later = Some(context.clock.now() + TimeDelta::minutes(90));
        let new = |name: &str, expires_at| {
            NewToken { name: name.to_owned(), scopes: Scopes::ALL, expires_at }
        };
        let revoked = access::create(context, new("Revoked", None)).await.unwrap();
        let short = access::create(context, new("Short", later)).await.unwrap();
        turn_back(&app);
        access::revoke(context, "Revoked").await.unwrap();
        let is_known = async |token: &str| access::viewer(context, token).await.unwrap().is_some();
        for _ in 0..2 {
            turn_back(&app);
            assert!(!is_known(&revoked).await, "though that is yet to come");
            assert!(is_known(&short).await);
        }
        context.clock.advance(TimeDelta::hours(5));
        assert!(!is_known(&short).await);
    }

    async fn a_server_whose_clock_is_behind_goes_on_where_another_stopped(app) {
        create(&app, input("PERSON", "Ada")).await;
        let segment = segment(&app).await;
        add(&app, &segment, "PERSON").await;

        let next = app.another().await;
        turn_back(&next);
        let bo = create(&next, input("PERSON", "Bo")).await;
        assert_eq!(bo, "contact:2");
        let step = add(&next, &segment, "PERSON").await;
        assert_eq!(step["segment"], json!({ "revision": 3, "contactsCount": 2 }));
        assert_eq!(step["criterion"]["no"], 2);
        // And the one before, which is ahead again, sees it.
        let seen = app.data(STEPS, json!({ "id": segment["id"] })).await["segment"].clone();
        assert_eq!(seen["contactsCount"], 2);
        let all = json!({ "type": { "eq": "PERSON" } });
        assert_eq!(matching(&app.context, &all).await.len(), 2);
        assert_eq!(check(&next).await, [""; 0]);
    }
}
