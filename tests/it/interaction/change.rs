//! Interactions finished, changed, evaluated, canceled and commented.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::stage::{ALL, record, stage, wrong};
use crate::{
    app::both,
    campaign::campaign,
    contact::{self},
    import::import,
    template_language::say,
};

both! {
    // INT-5, INT-6
    async fn a_postponed_interaction_counts_when_it_is_finished(app) {
        let contact = stage(&app).await;
        let spring = campaign(&app, json!({})).await;
        let id = record(&app, &contact, json!({ "postponed": true, "campaignId": spring })).await;
        let query = "query($id: ID!) { contact(id: $id) { statistics { count }
            interactions { totalCount }
            all: interactions(filter: { includePostponed: true }) { nodes { campaignEntry { id } } } } }";
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"], json!({
            "statistics": { "count": 0 }, "interactions": { "totalCount": 0 },
            "all": { "nodes": [{ "campaignEntry": null }] },
        }));
        let finish = json!({ "id": id, "postponed": false, "date": "2026-11-03" });
        app.must("interactionUpdate", "interaction { postponed date }", finish).await;
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"]["statistics"]["count"], 1);
        assert_eq!(data["contact"]["all"]["nodes"][0]["campaignEntry"]["id"], "campaignEntry:1");
        let back = json!({ "id": id, "postponed": true });
        let refused = app.mutate("interactionUpdate", "interaction { id }", back).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED postponed"]);
    }

    // INT-5, INT-6
    async fn what_is_to_be_finished_is_listed_and_is_of_the_day_on_which_it_is(app) {
        let contact = stage(&app).await;
        record(&app, &contact, json!({})).await;
        let id = record(&app, &contact, json!({ "postponed": true })).await;
        app.must("interactionCommentAdd", "", json!({ "interactionId": id, "comment": "Ask Bo" })).await;
        let listed = async || {
            let query = "query($id: ID!) { interactions(filter: { onlyPostponed: true }) { totalCount nodes { id } }
                contact(id: $id) { interactions(filter: { onlyPostponed: true, includePostponed: false }) { totalCount } } }";
            let data = app.data(query, json!({ "id": contact })).await;
            assert_eq!(data["interactions"]["totalCount"], data["contact"]["interactions"]["totalCount"]);
            data["interactions"]["nodes"].clone()
        };
        assert_eq!(listed().await, json!([{ "id": id }]));
        app.context.clock.advance(TimeDelta::days(3));
        // It may be changed before, and stays what it is.
        let change = json!({ "id": id, "evaluation": "POSITIVE" });
        let changed = app.must("interactionUpdate", "interaction { date postponed }", change).await;
        assert_eq!(changed["interaction"], json!({ "date": "2026-11-02", "postponed": true }));
        let finish = json!({ "id": id, "postponed": false });
        let selection = "interaction { id date postponed evaluation comments { comment } }";
        let finished = app.must("interactionUpdate", selection, finish.clone()).await;
        let expected = json!({ "id": id, "date": "2026-11-05", "postponed": false, "evaluation": "POSITIVE",
            "comments": [{ "comment": "Ask Bo" }] });
        assert_eq!(finished["interaction"], expected);
        assert_eq!(listed().await, json!([]));
        // What has taken place is finished already, and keeps its date.
        app.context.clock.advance(TimeDelta::days(1));
        let again = app.must("interactionUpdate", selection, finish).await;
        assert_eq!(again["interaction"], expected);
    }

    // INT-1, INT-3, D9
    async fn what_was_postponed_is_finished_only_with_whom_may_be_contacted_and_when_nothing_is_missing(app) {
        let contact = stage(&app).await;
        import(&app, "Contact No.,Date,Postponed\nCT000001,2026-10-01,Yes\n").await;
        let id = "interaction:1.1";
        let selection = "interaction { postponed }";
        let bare = app.mutate("interactionUpdate", selection, json!({ "id": id, "postponed": false })).await;
        assert_eq!(wrong(&bare), ["REQUIRED salesperson", "REQUIRED description"]);
        let whole = json!({ "id": id, "postponed": false, "salesperson": "BC", "description": "Visit" });
        app.must("contactUpdate", "", json!({ "id": contact, "privacyBlocked": true })).await;
        let refused = app.mutate("interactionUpdate", selection, whole.clone()).await;
        assert_eq!(wrong(&refused), ["PRIVACY_BLOCKED id"]);
        app.must("contactUpdate", "", json!({ "id": contact, "privacyBlocked": false })).await;
        let finished = app.must("interactionUpdate", selection, whole).await;
        assert_eq!(finished["interaction"]["postponed"], false);
    }

    // CAN-5, CAN-7, CAN-8, INT-6
    async fn what_does_not_count_is_deleted_with_its_comments(app) {
        let contact = stage(&app).await;
        let draft = record(&app, &contact, json!({ "postponed": true })).await;
        let canceled = record(&app, &contact, json!({})).await;
        let counting = record(&app, &contact, json!({})).await;
        app.must("interactionCancel", "interactions { id }", json!({ "ids": [canceled] })).await;
        app.must("interactionCommentAdd", "comment { comment }", json!({ "interactionId": canceled, "comment": "x" })).await;
        let all = json!({ "ids": [draft, canceled, counting] });
        let refused = app.mutate("interactionDelete", "deletedIds", all).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED ids"]);
        let two = json!({ "ids": [draft, canceled] });
        let deleted = app.must("interactionDelete", "deletedIds", two.clone()).await;
        assert_eq!(deleted["deletedIds"], two["ids"]);
        let query = "query($id: ID!) { contact(id: $id) { interactions(filter: { includePostponed: true,
            includeCanceled: true }) { nodes { id } } } }";
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"]["interactions"]["nodes"], json!([{ "id": counting }]));
        let again = app.mutate("interactionDelete", "deletedIds", two).await;
        assert_eq!(wrong(&again), ["NOT_FOUND ids.0", "NOT_FOUND ids.1"]);
        assert_eq!(wrong(&app.mutate("interactionDelete", "deletedIds", json!({ "ids": [] })).await), ["REQUIRED ids"]);
    }

    async fn an_interaction_is_changed_by_field(app) {
        let contact = stage(&app).await;
        let spring = campaign(&app, json!({})).await;
        let id = record(&app, &contact, json!({ "evaluation": "NEGATIVE", "campaignId": spring })).await;
        let change = json!({ "id": id, "evaluation": null, "description": " Visit ", "cost": "2",
            "time": "08:00:01", "salesperson": "bc", "campaignId": null, "subject": null });
        let changed = app.must("interactionUpdate", ALL, change).await;
        let changed = &changed["interaction"];
        assert_eq!(
            json!([changed["evaluation"], changed["description"], changed["cost"], changed["time"],
                changed["salesperson"]["code"], changed["campaign"], changed["campaignEntry"],
                changed["subject"], changed["durationMin"]]),
            json!([null, "Visit", "2", "08:00:01", "BC", null, null, null, 10]),
        );
        let refused = app.mutate("interactionUpdate", "interaction { id }", json!({
            "id": id, "description": " ", "salesperson": "", "cost": "1000001", "language": "XX",
            "campaignId": "campaign:9",
        })).await;
        assert_eq!(wrong(&refused), [
            "REQUIRED description", "REQUIRED salesperson", "INVALID cost", "NOT_FOUND language",
            "NOT_FOUND campaignId",
        ]);
        for (id, code) in [("interaction:1.99", "NOT_FOUND id"), ("interaction:x", "INVALID id")] {
            let refused = app.mutate("interactionUpdate", "interaction { id }", json!({ "id": id })).await;
            assert_eq!(wrong(&refused), [code]);
        }
    }

    // IAC-1
    async fn many_interactions_get_one_evaluation(app) {
        let contact = stage(&app).await;
        let first = record(&app, &contact, json!({})).await;
        let second = record(&app, &contact, json!({})).await;
        record(&app, &contact, json!({})).await;
        let input = json!({ "ids": [second, first], "evaluation": "POSITIVE" });
        let marked = app.must("interactionEvaluate", "interactions { id evaluation }", input).await;
        assert_eq!(marked["interactions"], json!([
            { "id": second, "evaluation": "POSITIVE" }, { "id": first, "evaluation": "POSITIVE" },
        ]));
        let query = "{ interactions(filter: { evaluations: [POSITIVE] }) { totalCount } }";
        assert_eq!(app.data(query, json!({})).await["interactions"]["totalCount"], 2);
    }

    async fn an_unknown_interaction_spoils_the_whole_list(app) {
        let contact = stage(&app).await;
        let other = contact::create(&app, contact::input("PERSON", "Bo")).await;
        let id = record(&app, &contact, json!({})).await;
        record(&app, &other, json!({ "salesperson": "BC" })).await;
        let mixed = ["interaction:1.2", "interaction:2.1"];
        for (ids, expected) in [
            (json!([]), vec!["REQUIRED ids"]),
            (json!([id, "interaction:1.9"]), vec!["NOT_FOUND ids.1"]),
            // The keys of two others, mixed up.
            (json!(mixed), vec!["NOT_FOUND ids.0", "NOT_FOUND ids.1"]),
            (json!(["contact:1", id, "interaction:1.-1"]), vec!["INVALID ids.0", "INVALID ids.2"]),
            (json!(vec![id.clone(); 501]), vec!["LIMIT_EXCEEDED ids"]),
        ] {
            let refused = app.mutate("interactionCancel", "interactions { id }", json!({ "ids": ids })).await;
            assert_eq!(wrong(&refused), expected);
        }
        let query = "{ interactions(filter: { includeCanceled: true }) { nodes { canceled } } }";
        let data = app.data(query, json!({})).await;
        assert_eq!(data["interactions"]["nodes"], json!([{ "canceled": false }, { "canceled": false }]));
    }

    // CAN-3, D14
    async fn interactions_are_canceled_and_reinstated(app) {
        let contact = stage(&app).await;
        let id = record(&app, &contact, json!({})).await;
        let selection = "interactions { canceled canceledItself }";
        let ids = json!({ "ids": [id] });
        for name in ["interactionCancel", "interactionCancel"] {
            let marked = app.must(name, selection, ids.clone()).await;
            assert_eq!(marked["interactions"], json!([{ "canceled": true, "canceledItself": true }]));
        }
        let query = "query($id: ID!) { contact(id: $id) { statistics { count lastDate cost }
            interactions { totalCount } all: interactions(filter: { includeCanceled: true }) { totalCount } } }";
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"], json!({
            "statistics": { "count": 0, "lastDate": null, "cost": "0" },
            "interactions": { "totalCount": 0 }, "all": { "totalCount": 1 },
        }));
        let marked = app.must("interactionReinstate", selection, ids).await;
        assert_eq!(marked["interactions"], json!([{ "canceled": false, "canceledItself": false }]));
    }

    async fn comments_are_added_changed_and_deleted(app) {
        let contact = stage(&app).await;
        let id = record(&app, &contact, json!({})).await;
        let add = async |comment: &str| {
            let input = json!({ "interactionId": id, "comment": comment });
            app.mutate("interactionCommentAdd", "comment { lineNo date comment }", input).await
        };
        add(" One ").await;
        let second = add("Two").await;
        assert_eq!(second["comment"], json!({ "lineNo": 2, "date": "2026-11-02", "comment": "Two" }));
        assert_eq!(wrong(&add(" ").await), ["REQUIRED comment"]);
        assert_eq!(wrong(&add(&"c".repeat(251)).await), ["LIMIT_EXCEEDED comment"]);
        let change = json!({ "interactionId": id, "lineNo": 1, "comment": "Ett" });
        app.must("interactionCommentUpdate", "comment { comment }", change).await;
        let which = json!({ "interactionId": id, "lineNo": 2 });
        app.must("interactionCommentDelete", "deletedLineNo", which.clone()).await;
        let refused = app.mutate("interactionCommentDelete", "deletedLineNo", which).await;
        assert_eq!(wrong(&refused), ["NOT_FOUND lineNo"]);
        let lost = json!({ "interactionId": "interaction:1.9", "comment": "x" });
        let refused = app.mutate("interactionCommentAdd", "comment { lineNo }", lost).await;
        assert_eq!(wrong(&refused), ["NOT_FOUND interactionId"]);
        let data = app.data("query($id: ID!) { interaction(id: $id) { comments { lineNo comment } } }",
            json!({ "id": id })).await;
        assert_eq!(data["interaction"]["comments"], json!([{ "lineNo": 1, "comment": "Ett" }]));
    }

    // CAN-1, DEL-1, LOG-8, INT-6
    async fn what_has_gone_out_or_does_not_count_is_not_made_something_else(app) {
        let spring = campaign(&app, json!({ "no": "SPRING" })).await;
        let ada = stage(&app).await;
        say(&app, json!({ "template": "BUS", "subject": "Hi", "body": "Hi" })).await;
        let id = record(&app, &ada, json!({})).await;
        app.must("interactionCancel", "", json!({ "ids": [id] })).await;
        let refused = app.mutate("interactionUpdate", "", json!({ "id": id, "campaignId": spring })).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED campaignId"]);

        let draft = record(&app, &ada, json!({ "postponed": true })).await;
        let refused = app.mutate("interactionCancel", "", json!({ "ids": [draft] })).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED ids"]);
        let from = json!({ "from": { "interactionId": draft }, "description": "Pumps" });
        let refused = app.mutate("opportunityCreate", "", from).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED from.interactionId"]);
        let deleted = app.must("interactionDelete", "deletedIds", json!({ "ids": [draft, draft] })).await;
        assert_eq!(deleted["deletedIds"], json!([draft]));

        let header = json!({ "description": "Spring", "interactionTemplate": "BUS", "salesperson": "BC", "correspondenceType": "HARD_COPY" });
        let segment = app.must("segmentCreate", "segment { id }", header).await["segment"]["id"].clone();
        app.must("segmentAddLines", "", json!({ "segmentId": segment, "contactIds": [ada] })).await;
        app.must("segmentLog", "", json!({ "segmentId": segment })).await;
        let data = app.data("{ interactions(first: 1) { nodes { id subject deliveryStatus } } }", json!({})).await;
        let logged = &data["interactions"]["nodes"][0];
        assert_eq!((&logged["subject"], &logged["deliveryStatus"]), (&json!("Hi"), &json!("IN_PROGRESS")));
        let refused = app.mutate("interactionUpdate", "", json!({ "id": logged["id"], "subject": "Dear" })).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED subject"]);
        let no_way = json!({ "id": logged["id"], "correspondenceType": null });
        let changed = app.must("interactionUpdate", "interaction { deliveryStatus }", no_way).await;
        assert_eq!(changed["interaction"]["deliveryStatus"], Value::Null);
        let on_its_way = json!({ "of": { "ids": [logged["id"]] }, "status": "IN_PROGRESS" });
        let refused = app.mutate("interactionSetDelivery", "", on_its_way).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED of.ids"]);
    }
}
