//! Meetings with all contacts of a segment (TSK-1).

use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use urval::entity::task_attendee;

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    check::check,
    contact::{self, with},
    log::{people, stage, wrong},
    opportunity::matching,
};

const MADE: &str = "created alreadyThere skippedPrivacyBlocked meeting { id no description type date revision
    contact { no } segment { no } campaign { no } salesperson { code } attendees { totalCount nodes { name } } }";

/// What came of a meeting on a day with the contacts of a segment.
async fn meet(app: &TestApp, segment: &str, more: Value) -> Value {
    let input = json!({ "segmentId": segment, "type": "MEETING", "date": "2026-11-10", "description": "Fair" });
    app.must("segmentCreateTasks", MADE, with(input, more)).await
}

fn names(attendees: &Value) -> Vec<&str> {
    let nodes = attendees["nodes"].as_array().unwrap();
    nodes.iter().map(|it| it["name"].as_str().unwrap()).collect()
}

/// The numbers of the tasks of a contact, with how many there are, and the day of the next one.
async fn of(app: &TestApp, contact: &str) -> Value {
    let query =
        "query($id: ID!) { contact(id: $id) { nextTaskDate tasks { totalCount nodes { no } } } }";
    app.data(query, json!({ "id": contact })).await["contact"].clone()
}

both! {
    // TSK-1: one meeting, every contact attends; salesperson and campaign from the header. D9: nobody who
    // may not be contacted. The same once.
    async fn a_meeting_is_one_that_every_contact_of_the_segment_attends(app) {
        let spring = campaign(&app, json!({ "no": "SPRING" })).await;
        let contacts = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let segment = stage(&app, &contacts[..3], json!({ "campaignId": spring })).await;
        app.must("contactUpdate", "", json!({ "id": contacts[2], "privacyBlocked": true })).await;
        let dry = meet(&app, &segment, json!({ "dryRun": true })).await;
        assert_eq!((&dry["created"], &dry["meeting"]), (&json!(2), &Value::Null));
        let made = meet(&app, &segment, json!({})).await;
        assert_eq!((&made["created"], &made["alreadyThere"], &made["skippedPrivacyBlocked"]), (&json!(2), &json!(0), &json!(1)));
        insta::assert_json_snapshot!(made["meeting"], @r#"
        {
          "attendees": {
            "nodes": [
              {
                "name": "Ada"
              },
              {
                "name": "Bo"
              }
            ],
            "totalCount": 2
          },
          "campaign": {
            "no": "SPRING"
          },
          "contact": null,
          "date": "2026-11-10",
          "description": "Fair",
          "id": "task:0.1",
          "no": "TD000001",
          "revision": 1,
          "salesperson": {
            "code": "BC"
          },
          "segment": {
            "no": "SM000001"
          },
          "type": "MEETING"
        }
        "#);
        let again = meet(&app, &segment, json!({})).await;
        assert_eq!((&again["created"], &again["alreadyThere"]), (&json!(0), &json!(2)));
        assert_eq!(again["meeting"], made["meeting"]);
        // Who comes later is invited to the same.
        app.must("segmentAddLines", "", json!({ "segmentId": segment, "contactIds": [contacts[3]] })).await;
        let more = meet(&app, &segment, json!({})).await;
        assert_eq!((&more["created"], &more["meeting"]["no"], &more["meeting"]["revision"]),
            (&json!(1), &made["meeting"]["no"], &json!(2)));
        assert_eq!(names(&more["meeting"]["attendees"]), ["Ada", "Bo", "Di"]);
        // Another description: another meeting. One that is over is not the place for those who come later.
        let other = meet(&app, &segment, json!({ "description": "Show", "salesperson": "AH" })).await;
        assert_eq!((&other["created"], &other["meeting"]["salesperson"]["code"]), (&json!(3), &json!("AH")));
        let listed = app.data("query($id: ID!) { segment(id: $id) { tasks { totalCount } } tasks { totalCount } }",
            json!({ "id": segment })).await;
        assert_eq!(listed, json!({ "segment": { "tasks": { "totalCount": 2 } }, "tasks": { "totalCount": 2 } }));
        assert!(check(&app).await.is_empty());
    }

    // TSK-1: an organizer is mandatory.
    async fn somebody_arranges_a_meeting(app) {
        let contacts = people(&app, &["Ada"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let made = meet(&app, &segment, json!({})).await;
        let which = json!({ "taskId": made["meeting"]["id"] });
        let update = async |change: Value| wrong(&app.mutate("taskUpdate", "", with(which.clone(), change)).await);
        assert_eq!(update(json!({ "salesperson": null })).await, ["REQUIRED salesperson"]);
        assert_eq!(update(json!({ "type": "PHONE_CALL" })).await, ["NOT_ALLOWED type"]);
        assert!(update(json!({ "type": "MEETING", "date": "2026-11-12" })).await.is_empty());
        let bare = app.must("segmentCreate", "segment { id }", json!({})).await["segment"]["id"].clone();
        app.must("segmentAddLines", "", json!({ "segmentId": bare, "contactIds": contacts })).await;
        let input = json!({ "segmentId": bare, "type": "MEETING", "description": "D" });
        assert_eq!(wrong(&app.mutate("segmentCreateTasks", MADE, input).await), ["REQUIRED salesperson"]);
    }

    async fn contacts_and_companies_have_the_meetings_that_are_attended(app) {
        let works = contact::create(&app, contact::input("COMPANY", "Works")).await;
        let mut contacts = Vec::new();
        for name in ["Ada", "Bo"] {
            let person = with(contact::input("PERSON", name), json!({ "companyId": works }));
            contacts.push(contact::create(&app, person).await);
        }
        contacts.extend(people(&app, &["Cy"]).await);
        let segment = stage(&app, &contacts, json!({})).await;
        let call = json!({ "from": { "contactId": contacts[0] }, "description": "Call", "date": "2026-11-20" });
        app.must("taskCreate", "", call).await;
        let made = meet(&app, &segment, json!({})).await;
        let both = json!({ "nextTaskDate": "2026-11-10", "tasks": { "totalCount": 2, "nodes": [{ "no": "TD000002" }, { "no": "TD000001" }] } });
        let one = json!({ "nextTaskDate": "2026-11-10", "tasks": { "totalCount": 1, "nodes": [{ "no": "TD000002" }] } });
        assert_eq!(of(&app, &contacts[0]).await, both);
        assert_eq!(of(&app, &contacts[1]).await, one);
        assert_eq!(of(&app, &contacts[2]).await, one);
        // Two of the company meet: it is one meeting of the company.
        assert_eq!(of(&app, &works).await, both);
        let met = json!({ "type": { "eq": "MEETING" } });
        let count = |scope: &str, count: i32| json!({ "tasks": { "scope": scope, "measure": { "count": { "eq": count } } } });
        assert_eq!(matching(&app, json!({ "tasks": { "where": met } })).await, ["Ada", "Bo", "Cy"]);
        assert_eq!(matching(&app, count("PERSON", 2)).await, ["Ada"]);
        assert_eq!(matching(&app, count("COMPANY", 2)).await, ["Works", "Ada", "Bo"]);
        assert_eq!(matching(&app, count("EITHER", 1)).await, ["Cy"]);
        let closed = json!({ "taskId": made["meeting"]["id"] });
        app.must("taskClose", "", closed).await;
        assert_eq!(of(&app, &contacts[1]).await["nextTaskDate"], Value::Null);
        let all_done = json!({ "tasks": { "where": { "status": { "ne": "COMPLETED" } }, "measure": { "none": true } } });
        assert_eq!(matching(&app, all_done).await, ["Works", "Bo", "Cy"]);
    }

    async fn attendees_are_paged_and_those_of_many_meetings_come_together(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy", "Di", "Ed"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        for description in ["Fair", "Show"] {
            meet(&app, &segment, json!({ "description": description })).await;
        }
        let query = "query($first: Int, $after: String, $last: Int, $before: String) { tasks(first: 1) { nodes {
            attendees(first: $first, after: $after, last: $last, before: $before) {
                totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } } } }";
        let page = async |slice: Value| {
            let data = app.data(query, slice).await;
            data["tasks"]["nodes"][0]["attendees"].clone()
        };
        let first = page(json!({ "first": 2 })).await;
        assert_eq!((names(&first), &first["totalCount"]), (vec!["Ada", "Bo"], &json!(5)));
        let next = page(json!({ "first": 2, "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!((names(&next), &next["pageInfo"]["hasNextPage"]), (vec!["Cy", "Di"], &json!(true)));
        let last = page(json!({ "last": 2 })).await;
        assert_eq!((names(&last), &last["pageInfo"]["hasPreviousPage"]), (vec!["Di", "Ed"], &json!(true)));
        let before = page(json!({ "last": 9, "before": last["pageInfo"]["startCursor"] })).await;
        assert_eq!(names(&before), ["Ada", "Bo", "Cy"]);
        let query = "query($n: Int!) { tasks(first: $n) { nodes { attendees(first: 2) { totalCount nodes { no } } } } }";
        app.statements(query, json!({ "n": 1 })).await;
        let (_, one) = app.statements(query, json!({ "n": 1 })).await;
        let (_, two) = app.statements(query, json!({ "n": 2 })).await;
        assert_eq!(one, two);
    }

    // MRG-1: who attended in their place, once.
    async fn a_survivor_attends_in_the_place_of_a_duplicate(app) {
        let contacts = people(&app, &["Ada", "Ida", "Bo", "Bob"]).await;
        let segment = stage(&app, &contacts[1..], json!({})).await;
        let made = meet(&app, &segment, json!({})).await;
        for (survivor, duplicate) in [(0, 1), (2, 3)] {
            app.must("contactMerge", "", json!({ "survivorId": contacts[survivor], "duplicateId": contacts[duplicate] })).await;
        }
        let query = "query($id: ID!) { task(id: $id) { attendees { totalCount nodes { name } } } }";
        let left = app.data(query, json!({ "id": made["meeting"]["id"] })).await;
        assert_eq!(names(&left["task"]["attendees"]), ["Ada", "Bo"]);
        assert!(check(&app).await.is_empty());
    }

    // CON-9 and D17: an open meeting keeps those who attend it, unless it may be handed on to the company.
    async fn an_open_meeting_keeps_its_attendees(app) {
        let works = contact::create(&app, contact::input("COMPANY", "Works")).await;
        let ada = with(contact::input("PERSON", "Ada"), json!({ "companyId": works }));
        let ada = contact::create(&app, ada).await;
        let bo = people(&app, &["Bo"]).await.remove(0);
        let segment = stage(&app, &[ada.clone(), bo.clone()], json!({})).await;
        let made = meet(&app, &segment, json!({})).await;
        let meeting = &made["meeting"]["id"];
        let which = json!({ "id": ada, "removeFromSegments": true });
        let delete = "mutation($input: ContactDeleteInput!) { contactDelete(input: $input) { userErrors { code message concerned } } }";
        let refused = app.data(delete, json!({ "input": which })).await;
        assert_eq!(refused["contactDelete"]["userErrors"], json!([{ "code": "IN_USE",
            "message": "Open with it, or its people: tasks (1).", "concerned": [meeting] }]));
        for contact in [&ada, &bo] {
            let allowed = json!({ "id": contact, "removeFromSegments": true, "handOnOpen": true });
            app.must("contactDelete", "", allowed).await;
        }
        let query = "query($id: ID!) { task(id: $id) { attendees { totalCount nodes { name } } } }";
        let left = app.data(query, json!({ "id": meeting })).await;
        assert_eq!(names(&left["task"]["attendees"]), ["Works"]);
        assert!(check(&app).await.is_empty());
        app.must("taskDelete", "", json!({ "taskId": meeting })).await;
        assert_eq!(task_attendee::Entity::find().count(app.context.db.reader()).await.unwrap(), 0);
    }

    // What is known of a contact goes; that somebody attended stays.
    async fn who_is_erased_still_attended(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let made = meet(&app, &segment, json!({})).await;
        app.must("contactErase", "", json!({ "contactId": contacts[0] })).await;
        let query = "query($id: ID!) { task(id: $id) { description attendees { totalCount nodes { name } } } }";
        let left = app.data(query, json!({ "id": made["meeting"]["id"] })).await;
        assert_eq!(left["task"]["description"], "Fair");
        assert_eq!(names(&left["task"]["attendees"]), ["Erased", "Bo"]);
    }

    // TSK-1, D17: a task of somebody who is gone is no meeting of several, even if it was one with them.
    async fn what_is_left_of_somebody_is_not_what_others_are_invited_to(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let segment = stage(&app, &contacts[1..], json!({})).await;
        let own = json!({ "from": { "contactId": contacts[0] }, "type": "MEETING", "description": "Fair", "date": "2026-11-10",
            "segmentId": segment, "salesperson": "BC" });
        let own = app.must("taskCreate", "task { id no }", own).await["task"].clone();
        app.must("contactDelete", "", json!({ "id": contacts[0], "handOnOpen": true })).await;
        let made = meet(&app, &segment, json!({})).await;
        assert_ne!(made["meeting"]["no"], own["no"]);
        assert_eq!(names(&made["meeting"]["attendees"]), ["Bo"]);
        let query = "query($no: String!) { taskByNo(no: $no) { id } }";
        let left = app.data(query, json!({ "no": own["no"] })).await;
        app.must("taskUpdate", "task { type }", json!({ "taskId": left["taskByNo"]["id"], "type": "PHONE_CALL" })).await;
        let meeting = json!({ "taskId": made["meeting"]["id"], "type": "PHONE_CALL" });
        assert_eq!(wrong(&app.mutate("taskUpdate", "", meeting).await), ["NOT_ALLOWED type"]);
    }
}
