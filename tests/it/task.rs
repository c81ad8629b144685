//! Tasks: with one contact, and with all contacts of a segment.

use serde_json::{Value, json};

use crate::{
    app::both,
    check::check,
    contact::with,
    log::{people, stage, wrong},
};

const ALL: &str =
    "task { id no description type status priority date closedDate contact { name } segment { no }
    salesperson { code } interaction { id } opportunity { no } revision }";
const MADE: &str = "created alreadyThere skippedPrivacyBlocked";

both! {
    // The next task date of a contact.
    async fn a_task_is_made_done_and_opened_again(app) {
        let contacts = people(&app, &["Ada"]).await;
        stage(&app, &[], json!({})).await;
        let from = json!({ "contactId": contacts[0] });
        let input = json!({ "from": from, "description": "Call back", "type": "PHONE_CALL", "date": "2026-11-09",
            "salesperson": "AH" });
        let made = app.must("taskCreate", ALL, input).await;
        insta::assert_json_snapshot!(made["task"], @r#"
        {
          "closedDate": null,
          "contact": {
            "name": "Ada"
          },
          "date": "2026-11-09",
          "description": "Call back",
          "id": "task:1.1",
          "interaction": null,
          "no": "TD000001",
          "opportunity": null,
          "priority": "NORMAL",
          "revision": 1,
          "salesperson": {
            "code": "AH"
          },
          "segment": null,
          "status": "NOT_STARTED",
          "type": "PHONE_CALL"
        }
        "#);
        app.must("taskCreate", "", json!({ "from": from, "description": "Write", "date": "2026-11-05" })).await;
        let of = async || {
            let data = app.data("query($id: ID!) { contact(id: $id) { nextTaskDate tasks { nodes { no } } } }",
                json!({ "id": contacts[0] })).await;
            data["contact"].clone()
        };
        assert_eq!(of().await, json!({ "nextTaskDate": "2026-11-05", "tasks": { "nodes": [{ "no": "TD000002" }, { "no": "TD000001" }] } }));
        let found = app.data("{ taskByNo(no: \"td000002\") { id } }", json!({})).await;
        let which = json!({ "taskId": found["taskByNo"]["id"] });
        let state = "task { status closedDate revision }";
        let closed = app.must("taskClose", state, which.clone()).await;
        assert_eq!(closed["task"], json!({ "status": "COMPLETED", "closedDate": "2026-11-02", "revision": 2 }));
        assert_eq!(of().await["nextTaskDate"], "2026-11-09");
        assert_eq!(wrong(&app.mutate("taskClose", state, which.clone()).await), ["NOT_ALLOWED taskId"]);
        let change = with(which.clone(), json!({ "status": "WAITING" }));
        assert_eq!(wrong(&app.mutate("taskUpdate", state, change.clone()).await), ["NOT_ALLOWED taskId"]);
        for _ in 0..2 {
            let open = app.must("taskReopen", state, which.clone()).await;
            assert_eq!(open["task"], json!({ "status": "IN_PROGRESS", "closedDate": null, "revision": 3 }));
        }
        let changed = app.must("taskUpdate", state, change).await;
        assert_eq!(changed["task"]["status"], "WAITING");
        let done = with(which.clone(), json!({ "status": "COMPLETED" }));
        assert_eq!(wrong(&app.mutate("taskUpdate", state, done).await), ["NOT_ALLOWED status"]);
        let stale = with(which.clone(), json!({ "expectedRevision": 1 }));
        assert_eq!(wrong(&app.mutate("taskDelete", "", stale).await), ["CONFLICT expectedRevision"]);
        let gone = app.must("taskDelete", "deletedTaskId", which.clone()).await;
        assert_eq!(gone["deletedTaskId"], which["taskId"]);
        for name in ["taskUpdate", "taskClose", "taskReopen", "taskDelete"] {
            assert_eq!(wrong(&app.mutate(name, "", which.clone()).await), ["NOT_FOUND taskId"], "{name}");
            let other = json!({ "taskId": "opportunity:1.1" });
            assert_eq!(wrong(&app.mutate(name, "", other).await), ["INVALID taskId"], "{name}");
        }
    }

    // TSK-1: somebody arranges a meeting; CON-5.
    async fn what_is_wrong_with_a_task_is_said(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        app.must("contactUpdate", "", json!({ "id": contacts[1], "privacyBlocked": true })).await;
        let from = json!({ "contactId": contacts[0] });
        for (input, expected) in [
            (json!({ "from": from }), "REQUIRED description"),
            (json!({ "from": from, "description": "D", "type": "MEETING" }), "REQUIRED salesperson"),
            (json!({ "from": from, "description": "D", "salesperson": "X" }), "NOT_FOUND salesperson"),
            (json!({ "from": from, "description": "D", "segmentId": "segment:9" }), "NOT_FOUND segmentId"),
            (json!({ "from": { "contactId": contacts[1] }, "description": "D" }), "PRIVACY_BLOCKED from"),
            (json!({ "from": { "opportunityId": "opportunity:1.9" } }), "NOT_FOUND from"),
            (json!({ "from": { "interactionId": "x" } }), "INVALID from"),
        ] {
            let refused = app.mutate("taskCreate", ALL, input.clone()).await;
            assert_eq!(wrong(&refused), [expected], "{input}");
        }
    }

    // TSK-1: a task with each, as OPP-1; the same once.
    async fn every_contact_of_a_segment_gets_a_task(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        app.must("contactUpdate", "", json!({ "id": contacts[2], "privacyBlocked": true })).await;
        let created = async |input: Value| -> (i64, i64, i64) {
            let made = app.must("segmentCreateTasks", MADE, with(json!({ "segmentId": segment }), input)).await;
            let number = |name: &str| made[name].as_i64().unwrap();
            (number("created"), number("alreadyThere"), number("skippedPrivacyBlocked"))
        };
        let call = json!({ "type": "PHONE_CALL", "date": "2026-11-10" });
        assert_eq!(created(with(call.clone(), json!({ "dryRun": true }))).await, (2, 0, 1));
        assert_eq!(created(call.clone()).await, (2, 0, 1));
        assert_eq!(created(call).await, (0, 2, 1));
        // Another day, another type, another description: another task.
        assert_eq!(created(json!({ "type": "PHONE_CALL", "date": "2026-11-11" })).await, (2, 0, 1));
        assert_eq!(created(json!({ "date": "2026-11-10" })).await, (2, 0, 1));
        let listed = app.data(
            "query($id: ID!) { segment(id: $id) { tasks { totalCount } } tasks(filter: { type: [PHONE_CALL], salesperson: \"BC\",
               to: \"2026-11-10\" }) { totalCount nodes { no description type date salesperson { code } contact { name } } } }",
            json!({ "id": segment }),
        ).await;
        assert_eq!(listed["segment"]["tasks"]["totalCount"], 6);
        insta::assert_json_snapshot!(listed["tasks"], @r#"
        {
          "nodes": [
            {
              "contact": {
                "name": "Ada"
              },
              "date": "2026-11-10",
              "description": "Spring",
              "no": "TD000001",
              "salesperson": {
                "code": "BC"
              },
              "type": "PHONE_CALL"
            },
            {
              "contact": {
                "name": "Bo"
              },
              "date": "2026-11-10",
              "description": "Spring",
              "no": "TD000002",
              "salesperson": {
                "code": "BC"
              },
              "type": "PHONE_CALL"
            }
          ],
          "totalCount": 2
        }
        "#);
        assert!(check(&app).await.is_empty());
    }

    // TSK-1
    async fn tasks_of_a_segment_have_their_errors(app) {
        let contacts = people(&app, &["Ada"]).await;
        let empty = stage(&app, &[], json!({})).await;
        let bare = app.must("segmentCreate", "segment { id }", json!({})).await["segment"]["id"].clone();
        app.must("segmentAddLines", "", json!({ "segmentId": bare, "contactIds": contacts })).await;
        for (input, expected) in [
            (json!({ "segmentId": empty }), "NOT_ALLOWED segmentId"),
            (json!({ "segmentId": bare }), "REQUIRED description"),
            (json!({ "segmentId": bare, "description": "D", "type": "MEETING" }), "REQUIRED salesperson"),
            (json!({ "segmentId": "segment:99" }), "NOT_FOUND segmentId"),
        ] {
            let refused = app.mutate("segmentCreateTasks", MADE, input.clone()).await;
            assert_eq!(wrong(&refused), [expected], "{input}");
        }
    }
}
