use serde_json::{Value, json};

use super::make;
use crate::app::{TestApp, both};

const EFFECT: &str = "effect { before after added removed alreadyMember skippedExcluded skippedPrivacyBlocked } criterion { no before after added removed }";

fn effect(counts: [u64; 7]) -> Value {
    let [before, after, added, removed, already, excluded, blocked] = counts;
    json!({
        "before": before, "after": after, "added": added, "removed": removed,
        "alreadyMember": already, "skippedExcluded": excluded, "skippedPrivacyBlocked": blocked,
    })
}

async fn pick(app: &TestApp, name: &str, segment: &str, keys: &[u32]) -> Value {
    let input = json!({ "segmentId": segment, "contactIds": make::ids(keys.iter().copied()) });
    app.must(name, EFFECT, input).await
}

both! {
    // ADD-8
    async fn a_segment_as_of_a_step_is_the_same_in_criteria_whether_or_not_it_was_taken_back(app) {
        make::people(&app, 6).await;
        let id = make::segment(&app).await;
        for keys in [&[1, 2][..], &[3], &[4, 5]] {
            pick(&app, "segmentAddLines", &id, keys).await;
        }
        pick(&app, "segmentRemoveLines", &id, &[1, 4]).await;
        let count = async |step: i32| {
            let query = "query($input: CriteriaPreviewInput!) { criteriaPreview(input: $input) { selected { count } } }";
            let criteria = json!({ "inSegment": { "asOfStep": { "segment": id, "step": step } } });
            let answer = app.graphql(query, json!({ "input": { "criteria": criteria } })).await;
            answer["data"]["criteriaPreview"]["selected"]["count"].clone()
        };
        for back in [0, 1, 2, 1] {
            if 0 < back {
                app.must("segmentGoBack", "", json!({ "segmentId": id, "steps": back })).await;
            }
            for (step, contacts) in (0..).zip([0, 2, 3, 5, 3]) {
                assert_eq!(count(step).await, json!(contacts), "step {step} after going {back} back");
            }
        }
    }

    // LIN-7, LIN-8, LIN-9, ADD-7, D1, D5, D9
    async fn picked_contacts_come_in_once_and_never_against_their_will(app) {
        make::people(&app, 3).await;
        let mut excluded = make::contact(4, None);
        excluded["exclude_from_segment"] = json!(true);
        let mut blocked = make::contact(5, None);
        blocked["privacy_blocked"] = json!(true);
        let mut minor = make::contact(6, None);
        minor["minor"] = json!(true);
        let mut allowed = make::contact(7, None);
        allowed["minor"] = json!(true);
        allowed["parental_consent"] = json!(true);
        make::contacts(&app, &[excluded, blocked, minor, allowed]).await;
        let id = make::segment(&app).await;

        let first = pick(&app, "segmentAddLines", &id, &[1, 2, 2]).await;
        assert_eq!(first["effect"], effect([0, 2, 2, 0, 0, 0, 0]));
        let second = pick(&app, "segmentAddLines", &id, &[2, 3, 4, 5, 6, 7]).await;
        assert_eq!(second["effect"], effect([2, 5, 3, 0, 1, 0, 2]));
        assert_eq!(second["criterion"], json!({ "no": 2, "before": 2, "after": 5, "added": 3, "removed": 0 }));
        assert_eq!(make::set(&app, &id).await, [1, 2, 3, 4, 7]);

        let third = pick(&app, "segmentRemoveLines", &id, &[1, 6]).await;
        assert_eq!(third["effect"], effect([5, 4, 0, 1, 0, 0, 0]));
        // Also a step that changes nothing is recorded.
        let fourth = pick(&app, "segmentRemoveLines", &id, &[1]).await;
        assert_eq!(fourth["criterion"]["no"], 4);

        let steps = app.graphql("query($id: ID!) { segment(id: $id) { contactsCount revision criteria { no operation criteria } } }", json!({ "id": id })).await;
        assert_eq!(steps["data"]["segment"]["contactsCount"], 4);
        assert_eq!(steps["data"]["segment"]["revision"], 5);
        assert_eq!(steps["data"]["segment"]["criteria"][2], json!({ "no": 3, "operation": "REMOVE_CONTACTS", "criteria": { "ids": ["contact:1", "contact:6"] } }));
    }

    // D10
    async fn picking_has_its_errors(app) {
        make::people(&app, 1).await;
        let id = make::segment(&app).await;
        let too_many: Value = (0..=10_000).map(|_| json!("contact:1")).collect();
        for (ids, code, path) in [
            (json!([]), "REQUIRED", json!(["input", "contactIds"])),
            (json!(["contact:1", "contact:2"]), "NOT_FOUND", json!(["input", "contactIds", "1"])),
            (json!(["contact:2147483647"]), "NOT_FOUND", json!(["input", "contactIds", "0"])),
            (json!(["segment:1"]), "INVALID", json!(["input", "contactIds", "0"])),
            (too_many, "LIMIT_EXCEEDED", json!(["input", "contactIds"])),
        ] {
            let input = json!({ "segmentId": id, "contactIds": ids });
            let refused = app.mutate("segmentAddLines", "segment { id }", input).await;
            assert_eq!(refused["userErrors"][0]["code"], code);
            assert_eq!(refused["userErrors"][0]["path"], path);
        }
        let input = json!({ "segmentId": id, "contactIds": ["contact:1"], "expectedRevision": 7 });
        let stale = app.mutate("segmentAddLines", "segment { id }", input).await;
        assert_eq!(stale["userErrors"][0]["code"], "CONFLICT");
        let input = json!({ "segmentId": "segment:9", "contactIds": ["contact:1"] });
        let missing = app.mutate("segmentAddLines", "segment { id }", input).await;
        assert_eq!(missing["userErrors"][0]["path"], json!(["input", "segmentId"]));
        assert!(make::set(&app, &id).await.is_empty());
    }

    async fn a_dry_run_tells_the_effect_and_writes_nothing(app) {
        make::people(&app, 3).await;
        let id = make::segment(&app).await;
        pick(&app, "segmentAddLines", &id, &[1, 2]).await;
        let input = json!({ "segmentId": id, "contactIds": make::ids([2, 3]), "dryRun": true });
        let tried = app.must("segmentAddLines", EFFECT, input).await;
        assert_eq!(tried["effect"], effect([2, 3, 1, 0, 1, 0, 0]));
        assert_eq!(tried["criterion"], json!(null));
        for (name, after) in [("segmentClear", 0), ("segmentGoBack", 0)] {
            let input = json!({ "segmentId": id, "dryRun": true });
            let tried = app.must(name, "effect { after } segment { revision }", input).await;
            assert_eq!(tried, json!({ "effect": { "after": after }, "segment": { "revision": 2 }, "userErrors": [] }));
        }
        assert_eq!(make::set(&app, &id).await, [1, 2]);
    }

    // GB-1, GB-2, GB-5, D2
    async fn going_back_undoes_exactly_and_going_forward_does_again(app) {
        make::people(&app, 5).await;
        let id = make::segment(&app).await;
        pick(&app, "segmentAddLines", &id, &[1, 2, 3]).await;
        pick(&app, "segmentRemoveLines", &id, &[2]).await;
        pick(&app, "segmentAddLines", &id, &[2, 4]).await;
        let back = app.must("segmentGoBack", EFFECT, json!({ "segmentId": id, "steps": 2 })).await;
        assert_eq!(back["effect"], effect([3 + 1, 3, 0, 1, 0, 0, 0]));
        assert_eq!(back["criterion"]["no"], 1);
        assert_eq!(make::set(&app, &id).await, [1, 2, 3]);
        let query = "query($id: ID!) { segment(id: $id) { criteria { no } undoneCriteria { no } } }";
        let steps = app.graphql(query, json!({ "id": id })).await;
        assert_eq!(steps["data"]["segment"], json!({ "criteria": [{ "no": 1 }], "undoneCriteria": [{ "no": 2 }, { "no": 3 }] }));

        let forward = app.must("segmentGoForward", EFFECT, json!({ "segmentId": id })).await;
        assert_eq!(forward["criterion"]["no"], 2);
        assert_eq!(make::set(&app, &id).await, [1, 3]);
        // A new step drops what was taken back.
        let new = pick(&app, "segmentAddLines", &id, &[5]).await;
        assert_eq!(new["criterion"]["no"], 3);
        let too_far = app.mutate("segmentGoForward", "", json!({ "segmentId": id })).await;
        assert_eq!(too_far["userErrors"][0]["code"], "NOT_ALLOWED");
        let too_far = app.mutate("segmentGoBack", "", json!({ "segmentId": id, "steps": 4 })).await;
        assert_eq!(too_far["userErrors"][0]["path"], json!(["input", "steps"]));
        let nowhere = app.mutate("segmentGoBack", "", json!({ "segmentId": id, "steps": 0 })).await;
        assert_eq!(nowhere["userErrors"][0]["code"], "INVALID");
        app.must("segmentGoBack", "", json!({ "segmentId": id, "steps": 3 })).await;
        assert!(make::set(&app, &id).await.is_empty());
    }

    async fn the_deleted_never_come_back_to_life(app) {
        make::people(&app, 4).await;
        let id = make::segment(&app).await;
        pick(&app, "segmentAddLines", &id, &[1, 2, 3]).await;
        app.must("segmentClear", "", json!({ "segmentId": id })).await;
        make::delete(&app, &[2]).await;
        app.must("segmentGoBack", "", json!({ "segmentId": id })).await;
        assert_eq!(make::set(&app, &id).await, [1, 3]);
        app.must("segmentGoBack", "", json!({ "segmentId": id })).await;
        app.must("segmentGoForward", "", json!({ "segmentId": id, "steps": 1 })).await;
        assert_eq!(make::set(&app, &id).await, [1, 3]);
        let id = id.strip_prefix("segment:").unwrap().parse().unwrap();
        for (no, expected) in [(0, vec![]), (1, vec![1, 3]), (2, vec![])] {
            let set = urval::domain::segment::at_step(&app.context, id, no, &[]).await.unwrap();
            assert_eq!(set.iter().collect::<Vec<u32>>(), expected);
        }
        assert!(urval::domain::segment::at_step(&app.context, id, 3, &[]).await.is_err());
    }

    // LIN-6, REM-4, GB-4, D4
    async fn clearing_is_a_step_and_forgetting_is_asked_for(app) {
        make::people(&app, 2).await;
        let id = make::segment(&app).await;
        pick(&app, "segmentAddLines", &id, &[1, 2]).await;
        // Removing the last line forgets nothing.
        pick(&app, "segmentRemoveLines", &id, &[1, 2]).await;
        app.must("segmentGoBack", "", json!({ "segmentId": id })).await;
        let cleared = app.must("segmentClear", EFFECT, json!({ "segmentId": id })).await;
        assert_eq!(cleared["effect"], effect([2, 0, 0, 2, 0, 0, 0]));
        app.must("segmentGoBack", "", json!({ "segmentId": id })).await;
        assert_eq!(make::set(&app, &id).await, [1, 2]);
        let reset = json!({ "segmentId": id, "resetCriteria": true });
        let fields = "effect { removed } criterion { no } segment { criteria { no } undoneCriteria { no } }";
        let reset = app.must("segmentClear", fields, reset).await;
        assert_eq!(reset, json!({
            "effect": { "removed": 2 }, "criterion": null,
            "segment": { "criteria": [], "undoneCriteria": [] }, "userErrors": [],
        }));
        assert!(make::set(&app, &id).await.is_empty());
    }

    async fn twenty_who_add_at_once_lose_nothing(app) {
        make::people(&app, 40).await;
        let id = make::segment(&app).await;
        let tasks = (0..20).map(|task| {
            let keys = [2 * task + 1, 2 * task + 2];
            let (app, id) = (&app, &id);
            async move { pick(app, "segmentAddLines", id, &keys).await }
        });
        let outcomes = futures_util::future::join_all(tasks).await;
        let mut numbers: Vec<i64> =
            outcomes.iter().map(|it| it["criterion"]["no"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
        assert_eq!(make::set(&app, &id).await, (1..=40).collect::<Vec<_>>());
    }

    async fn the_steps_of_a_segment_are_listed_from_either_end(app) {
        make::people(&app, 2).await;
        let id = make::segment(&app).await;
        for step in 0..25 {
            let name = if step % 2 == 0 { "segmentAddLines" } else { "segmentRemoveLines" };
            pick(&app, name, &id, &[1]).await;
        }
        let list = async |selection: &str| {
            let query = format!("query($id: ID!) {{ segment(id: $id) {{ {selection} }} }}");
            app.graphql(&query, json!({ "id": id })).await
        };
        let found = list("criteria(last: 2) { no } first: criteria(first: 1) { no } all: criteria { no }").await;
        let found = &found["data"]["segment"];
        assert_eq!(found["criteria"], json!([{ "no": 24 }, { "no": 25 }]));
        assert_eq!(found["first"], json!([{ "no": 1 }]));
        assert_eq!(found["all"].as_array().unwrap().len(), 25);
        let wrong = list("criteria(last: 1001) { no }").await;
        assert_eq!(wrong["errors"][0]["extensions"]["path"], json!(["last"]));

        // They are taken for ten, until they are there.
        let many = "{ addedContacts(first: 240) { nodes { no } } }";
        let refused = list(&format!("criteria {many}")).await;
        let error = &refused["errors"][0];
        assert_eq!(error["path"], json!(["segment", "criteria"]), "{refused}");
        assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED");
        // 1 for the segment, 10 for the list, and for each step 5 and 240 times 2.
        let told = format!("The operation costs {}, more than 10000.", 11 + 25 * 485);
        assert!(error["message"].as_str().unwrap().starts_with(&told), "{error}");
        let fewer = list(&format!("criteria(first: 20) {many}")).await;
        assert_eq!(fewer["data"]["segment"]["criteria"].as_array().unwrap().len(), 20);
    }
}
