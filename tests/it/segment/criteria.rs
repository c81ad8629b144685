use serde_json::{Value, json};

use super::make::{self, world};
use crate::{
    app::both,
    contact::{codes, with},
    contact_delete,
};

fn oslo() -> Value {
    json!({ "city": { "eq": "Oslo" } })
}

both! {
    // ADD-3, ADD-5, D12: an excluded match does not expand.
    async fn an_excluded_match_does_not_bring_its_colleagues_in(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        let input = json!({ "segmentId": id, "criteria": oslo(), "options": { "expandCompanies": true } });
        let added = app.must("segmentAddContacts", "effect { added skippedExcluded } criterion { text options { expandCompanies entireCompanies } }", input).await;
        assert_eq!(added["effect"], json!({ "added": 4, "skippedExcluded": 1 }));
        assert_eq!(added["criterion"]["options"], json!({ "expandCompanies": true, "entireCompanies": false }));
        assert_eq!(added["criterion"]["text"], "city = Oslo");
        assert_eq!(make::set(&app, &id).await, [1, 5, 11, 12]);
    }

    // CRI-2, CRI-3, CRI-5, D8
    async fn one_row_passes_all_tests_and_people_match_through_their_company(app) {
        world(&app).await;
        contact_delete::stage(&app).await;
        codes(&app, "MAILING_GROUP", &["A", "B"]).await;
        codes(&app, "INDUSTRY_GROUP", &["X"]).await;
        for (id, codes) in [
            (11, json!({ "mailingGroups": { "set": ["A", "B"] } })), (12, json!({ "mailingGroups": { "set": ["A"] } })),
            (1, json!({ "industryGroups": { "set": ["X"] } })),
        ] {
            app.must("contactUpdate", "", with(json!({ "id": format!("contact:{id}") }), codes)).await;
        }
        let mut calls = Vec::new();
        for (evaluation, description) in [("POSITIVE", "First"), ("NEGATIVE", "Second")] {
            let call = json!({ "contactId": "contact:12", "template": "CALL", "salesperson": "BC",
                "evaluation": evaluation, "description": description });
            let call = app.must("interactionCreate", "interaction { id }", call).await;
            calls.push(call["interaction"]["id"].clone());
        }
        let matching = async |criteria: Value| -> Vec<u32> {
            let query = "query($c: ContactCriteria) { contacts(filter: $c, orderBy: { by: NO }) { nodes { no } } }";
            let found = app.data(query, json!({ "c": criteria })).await;
            let nodes = found["contacts"]["nodes"].as_array().unwrap().iter();
            nodes.map(|it| it["no"].as_str().unwrap()[2..].parse().unwrap()).collect()
        };
        let good = json!({ "evaluation": { "eq": "POSITIVE" } });
        let second = json!({ "description": { "eq": "Second" } });
        let an_interaction = |tests: Value| json!({ "interactions": { "where": tests } });
        assert_eq!(matching(an_interaction(json!({ "all": [good, second] }))).await, [0; 0], "no one row is both");
        let each_of_them = json!({ "all": [an_interaction(good.clone()), an_interaction(second)] });
        assert_eq!(matching(each_of_them).await, [12]);
        // In one step, what takes Business Central two.
        let group = |code: &str| json!({ "mailingGroups": { "hasAny": [code] } });
        assert_eq!(matching(json!({ "all": [group("A"), group("B")] })).await, [11]);
        assert_eq!(matching(json!({ "industryGroups": { "hasAny": ["X"] } })).await, [1, 11, 12]);
        app.must("interactionCancel", "", json!({ "ids": [calls[0]] })).await;
        assert_eq!(matching(an_interaction(good.clone())).await, [0; 0]);
        let canceled = json!({ "interactions": { "where": good, "includeCanceled": true } });
        assert_eq!(matching(canceled).await, [12]);
    }

    // ADD-1, REM-1, REM-5, GB-3
    async fn a_step_that_changes_nothing_is_recorded_and_taken_back(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        let (everybody, nobody) = (json!({ "all": [] }), json!({ "any": [] }));
        for (no, (name, criteria, after)) in (1..).zip([
            ("segmentAddContacts", &nobody, 0), ("segmentAddContacts", &everybody, 6),
            ("segmentReduceContacts", &nobody, 6), ("segmentRefineContacts", &everybody, 6),
            ("segmentReduceContacts", &everybody, 0), ("segmentReduceContacts", &everybody, 0),
        ]) {
            let input = json!({ "segmentId": id, "criteria": criteria });
            let done = app.must(name, "effect { after } criterion { no }", input).await;
            assert_eq!((&done["effect"]["after"], &done["criterion"]["no"]), (&json!(after), &json!(no)));
        }
        for after in [0, 6, 6, 6, 0, 0] {
            let back = app.must("segmentGoBack", "effect { after }", json!({ "segmentId": id })).await;
            assert_eq!(back["effect"]["after"], after);
        }
        // GB-1
        let empty = app.mutate("segmentGoBack", "", json!({ "segmentId": id })).await;
        assert_eq!(empty["userErrors"][0]["code"], "NOT_ALLOWED");
    }

    async fn a_funnel_counts_condition_by_condition_and_a_sample_shows_whom(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        let criteria = json!({ "all": [{ "type": { "eq": "PERSON" } }, oslo(), { "not": { "ids": ["contact:5"] } }] });
        let input = json!({ "segmentId": id, "criteria": criteria, "dryRun": true });
        let fields = "funnel { path matches } sample { added(first: 1) { id } removed { id } }";
        let tried = app.must("segmentAddContacts", fields, input).await;
        assert_eq!(tried["funnel"], json!([
            { "path": ["input", "criteria", "all", "0"], "matches": 5 },
            { "path": ["input", "criteria", "all", "1"], "matches": 3 },
            { "path": ["input", "criteria", "all", "2"], "matches": 2 },
        ]));
        // An `all` stands for its conditions, wherever it is; an `any` is one condition.
        let nested = json!({ "all": [
            { "all": [{ "type": { "eq": "PERSON" } }, { "all": [oslo(), { "all": [] }] }] },
            { "any": [{ "all": [{ "not": { "ids": ["contact:5"] } }] }] },
        ] });
        let input = json!({ "segmentId": id, "criteria": nested, "dryRun": true });
        let unfolded = app.must("segmentAddContacts", "funnel { path matches }", input).await;
        assert_eq!(unfolded["funnel"], json!([
            { "path": ["input", "criteria", "all", "0", "all", "0"], "matches": 5 },
            { "path": ["input", "criteria", "all", "0", "all", "1", "all", "0"], "matches": 3 },
            { "path": ["input", "criteria", "all", "1"], "matches": 2 },
        ]));
        assert_eq!(tried["sample"], json!({ "added": [{ "id": "contact:11" }], "removed": [] }));

        let query = "query($input: CriteriaPreviewInput!) { criteriaPreview(input: $input) { selected { count contacts(first: 2) { nodes { no } pageInfo { hasNextPage } } } skippedExcluded skippedPrivacyBlocked text funnel { matches } userErrors { path } } }";
        let preview = app.graphql(query, json!({ "input": { "criteria": oslo() } })).await;
        assert_eq!(preview["data"]["criteriaPreview"], json!({
            "selected": { "count": 2, "contacts": { "nodes": [{ "no": "CT000005" }, { "no": "CT000011" }], "pageInfo": { "hasNextPage": false } } },
            "skippedExcluded": 1, "skippedPrivacyBlocked": 0, "text": "city = Oslo",
            "funnel": [{ "matches": 3 }], "userErrors": [],
        }));
        let wrong = app.graphql(query, json!({ "input": { "criteria": { "ids": ["segment:1"] } } })).await;
        assert_eq!(wrong["data"]["criteriaPreview"]["userErrors"][0]["path"], json!(["input", "criteria", "ids", "0"]));
    }

    // CRT-1
    async fn the_criteria_of_a_step_can_be_sent_again_as_they_are(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        let criteria = json!({ "any": [
            { "mailingGroups": { "count": { "between": { "from": 0, "to": 3 } } } },
            { "people": { "measure": { "count": { "gte": 2 } } } },
            { "interactions": { "measure": { "sum": { "field": "COST", "test": { "in": ["100", "0.5"] } } } } },
            { "interactions": { "where": { "durationMin": { "lt": 30 } } } },
        ] });
        let input = json!({ "segmentId": id, "criteria": criteria });
        let first = app.must("segmentAddContacts", "criterion { criteria text }", input).await;
        let input = json!({ "segmentId": id, "criteria": first["criterion"]["criteria"] });
        let again = app.must("segmentAddContacts", "criterion { criteria text }", input).await;
        assert_eq!(again, first);
    }

    async fn criteria_name_only_what_is_there(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        app.must("attributeCreate", "", json!({ "name": "tier", "type": "CODE" })).await;
        let tier = |key: &str, test: Value| json!({ "custom": { "name": "tier", key: test } });
        let step = |no: i32| json!({ "inSegment": { "asOfStep": { "segment": id, "step": no } } });
        let cases = [
            (json!({ "inSegment": { "current": "segment:9" } }), vec!["inSegment", "current"], "There is no segment segment:9."),
            (json!({ "all": [{ "not": { "inSegment": { "ever": "segment:9" } } }] }),
                vec!["all", "0", "not", "inSegment", "ever"], "There is no segment segment:9."),
            (json!({ "any": [{ "company": step(1) }] }), vec!["any", "0", "company", "inSegment", "asOfStep"],
                "The segment segment:1 has no step 1."),
            (json!({ "inSegment": { "logged": "loggedSegment:9" } }), vec!["inSegment", "logged"],
                "There is no logged segment loggedSegment:9."),
            (json!({ "people": { "where": { "custom": { "name": "nope", "isSet": true } } } }),
                vec!["people", "where", "custom", "name"], "There is no custom attribute nope."),
            (json!({ "sample": { "of": tier("text", json!({ "eq": "x" })), "take": 1, "salt": "s" } }),
                vec!["sample", "of", "custom", "name"], "Test the attribute tier with `code`, not `text`."),
        ];
        let preview = "query($input: CriteriaPreviewInput!) { criteriaPreview(input: $input) { userErrors { message path } } }";
        let list = "query($filter: ContactCriteria, $id: ID!) { contacts(filter: $filter) { totalCount }
            segment(id: $id) { lines(filter: $filter) { totalCount } } }";
        for (criteria, path, message) in cases {
            let path_below = |above: &[&str]| json!(above.iter().chain(&path).collect::<Vec<_>>());
            let input = json!({ "segmentId": id, "criteria": criteria });
            let refused = app.mutate("segmentAddContacts", "segment { id }", input).await;
            assert_eq!(refused["userErrors"][0]["message"], message);
            assert_eq!(refused["userErrors"][0]["path"], path_below(&["input", "criteria"]), "{message}");
            let shown = app.data(preview, json!({ "input": { "criteria": criteria } })).await;
            assert_eq!(shown["criteriaPreview"]["userErrors"],
                json!([{ "message": message, "path": path_below(&["input", "criteria"]) }]));
            let lines = json!({ "segmentId": id, "lines": { "criteria": criteria }, "set": { "description": "x" } });
            let refused = app.mutate("segmentUpdateLines", "linesCount", lines).await;
            assert_eq!(refused["userErrors"][0]["path"], path_below(&["input", "lines", "criteria"]), "{message}");
            let listed = app.graphql(list, json!({ "filter": criteria, "id": id })).await;
            for error in listed["errors"].as_array().unwrap() {
                assert_eq!(error["message"], message);
                assert_eq!(error["extensions"], json!({ "code": "BAD_REQUEST", "path": path_below(&["filter"]) }));
            }
        }
        for fine in [step(0), tier("isSet", json!(true)), tier("code", json!({ "eq": "gold" })), json!({ "inSegment": { "logged": id } })] {
            let input = json!({ "segmentId": id, "criteria": fine, "dryRun": true });
            app.must("segmentAddContacts", "segment { id }", input).await;
        }
    }

    async fn criteria_about_the_segment_itself_see_it_under_the_lock(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        app.must("segmentAddContacts", "", json!({ "segmentId": id, "criteria": oslo() })).await;
        // Exactly those who are not in it.
        let others = json!({ "not": { "inSegment": { "current": id } } });
        app.must("segmentReplaceContacts", "", json!({ "segmentId": id, "criteria": others })).await;
        assert_eq!(make::set(&app, &id).await, [1, 2, 12, 22]);
        app.must("segmentReplaceContacts", "", json!({ "segmentId": id, "criteria": others })).await;
        assert_eq!(make::set(&app, &id).await, [5, 11]);
        let back = app.must("segmentGoBack", "effect { after }", json!({ "segmentId": id, "steps": 2 })).await;
        assert_eq!(back["effect"]["after"], 2);
    }

    async fn selecting_has_its_errors_and_changes_nothing(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        for name in ["segmentAddContacts", "segmentReduceContacts", "segmentRefineContacts", "segmentReplaceContacts"] {
            for (input, code, path) in [
                (json!({ "segmentId": id, "criteria": { "ids": ["segment:1"] } }), "INVALID", json!(["input", "criteria", "ids", "0"])),
                (json!({ "segmentId": "segment:9", "criteria": oslo() }), "NOT_FOUND", json!(["input", "segmentId"])),
                (json!({ "segmentId": "x", "criteria": oslo() }), "INVALID", json!(["input", "segmentId"])),
                (json!({ "segmentId": id, "criteria": oslo(), "expectedRevision": 3 }), "CONFLICT", json!(["input", "expectedRevision"])),
                (json!({ "segmentId": id, "criteria": { "inSegment": { "current": "segment:9" } } }), "NOT_FOUND", Value::Null),
            ] {
                let refused = app.mutate(name, "segment { id }", input).await;
                assert_eq!(refused["userErrors"][0]["code"], code, "{name} {refused}");
                if !path.is_null() {
                    assert_eq!(refused["userErrors"][0]["path"], path, "{name}");
                }
                assert_eq!(refused["segment"], Value::Null);
            }
        }
        assert!(make::set(&app, &id).await.is_empty());
    }

    async fn segments_and_steps_are_compared(app) {
        world(&app).await;
        let (one, two) = (make::segment(&app).await, make::segment(&app).await);
        app.must("segmentAddLines", "", json!({ "segmentId": one, "contactIds": make::ids([1, 2, 5]) })).await;
        app.must("segmentRemoveLines", "", json!({ "segmentId": one, "contactIds": make::ids([1]) })).await;
        app.must("segmentAddLines", "", json!({ "segmentId": two, "contactIds": make::ids([2, 11]) })).await;
        let query = "query($from: SegmentStateInput!, $to: SegmentStateInput!) { segmentDiff(from: $from, to: $to) { added { count contacts { nodes { no } totalCount } } removed { count } common { count } } }";
        let diff = app.graphql(query, json!({ "from": { "segmentId": one, "step": 1 }, "to": { "segmentId": two } })).await;
        assert_eq!(diff["data"]["segmentDiff"], json!({
            "added": { "count": 1, "contacts": { "nodes": [{ "no": "CT000011" }], "totalCount": 1 } },
            "removed": { "count": 2 }, "common": { "count": 1 },
        }));
        let missing = app.graphql(query, json!({ "from": { "segmentId": one, "step": 9 }, "to": { "segmentId": two } })).await;
        assert_eq!(missing["errors"][0]["extensions"]["path"], json!(["from", "step"]));
        let query = "query($ids: [ID!]!) { segmentOverlap(segmentIds: $ids) { unionCount intersectionCount pairs { firstId secondId commonCount } segments { contactsCount } } }";
        let overlap = app.graphql(query, json!({ "ids": [one, two] })).await;
        assert_eq!(overlap["data"]["segmentOverlap"], json!({
            "unionCount": 3, "intersectionCount": 1,
            "pairs": [{ "firstId": one, "secondId": two, "commonCount": 1 }],
            "segments": [{ "contactsCount": 2 }, { "contactsCount": 2 }],
        }));
        let twice = app.graphql(query, json!({ "ids": [one, two, one] })).await;
        assert_eq!(twice["errors"][0]["message"], "This segment is named twice.");
        assert_eq!(twice["errors"][0]["extensions"]["path"], json!(["segmentIds", "2"]));
        let many: Vec<&String> = vec![&one; 51];
        let refused = app.graphql(query, json!({ "ids": many })).await;
        assert!(refused["errors"][0]["message"].is_string());
    }

    async fn an_explanation_says_which_step_and_which_condition(app) {
        world(&app).await;
        let id = make::segment(&app).await;
        app.must("segmentAddContacts", "", json!({ "segmentId": id, "criteria": { "all": [oslo(), { "type": { "eq": "PERSON" } }] } })).await;
        app.must("segmentReduceContacts", "", json!({ "segmentId": id, "criteria": { "ids": ["contact:11"] } })).await;
        let query = "query($s: ID!, $c: ID!) { segmentExplain(segmentId: $s, contactId: $c) { isMember excluded privacyBlocked contact { no } steps { change criterion { no } verdicts { path holds } } } }";
        let explained = app.graphql(query, json!({ "s": id, "c": "contact:11" })).await;
        let explained = &explained["data"]["segmentExplain"];
        assert_eq!(explained["isMember"], false);
        assert_eq!(explained["steps"][0]["change"], "ADDED");
        assert_eq!(explained["steps"][0]["verdicts"][0]["holds"], true);
        assert_eq!(explained["steps"][1]["change"], "REMOVED");
        let explained = app.graphql(query, json!({ "s": id, "c": "contact:1" })).await;
        let explained = &explained["data"]["segmentExplain"];
        assert_eq!(explained["steps"][0]["change"], "LEFT_OUT");
        assert_eq!(explained["steps"][0]["verdicts"], json!([
            { "path": [], "holds": false },
            { "path": ["all", "0"], "holds": false },
            { "path": ["all", "1"], "holds": false },
        ]));
        let missing = app.graphql(query, json!({ "s": id, "c": "contact:99" })).await;
        assert_eq!(missing["errors"][0]["extensions"]["path"], json!(["contactId"]));
    }

    // MG-1
    async fn a_mailing_group_gets_the_contacts_of_a_segment(app) {
        world(&app).await;
        app.must("codeCreate", "", json!({ "kind": "MAILING_GROUP", "code": "NEWS" })).await;
        let (one, two) = (make::segment(&app).await, make::segment(&app).await);
        app.must("segmentAddLines", "", json!({ "segmentId": one, "contactIds": make::ids([1, 2]) })).await;
        app.must("segmentAddLines", "", json!({ "segmentId": two, "contactIds": make::ids([2, 5]) })).await;
        let fields = "added alreadyMember removed";
        let input = json!({ "segmentId": one, "mailingGroup": "news" });
        let applied = app.must("segmentApplyMailingGroup", fields, input).await;
        assert_eq!(applied, json!({ "added": 2, "alreadyMember": 0, "removed": 0, "userErrors": [] }));
        let input = json!({ "segmentId": two, "mailingGroup": "NEWS", "deleteOld": true });
        let mut dry = input.clone();
        dry["dryRun"] = json!(true);
        let expected = json!({ "added": 1, "alreadyMember": 1, "removed": 1, "userErrors": [] });
        assert_eq!(app.must("segmentApplyMailingGroup", fields, dry).await, expected);
        assert_eq!(app.must("segmentApplyMailingGroup", fields, input).await, expected);
        let members = json!({ "mailingGroups": { "hasAny": ["NEWS"] } });
        app.must("segmentReplaceContacts", "", json!({ "segmentId": one, "criteria": members })).await;
        assert_eq!(make::set(&app, &one).await, [2, 5]);
        for (group, code) in [("NO", "NOT_FOUND"), (" ", "REQUIRED")] {
            let refused = app.mutate("segmentApplyMailingGroup", "", json!({ "segmentId": one, "mailingGroup": group })).await;
            assert_eq!(refused["userErrors"][0]["code"], code);
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", "mailingGroup"]));
        }
    }
}
