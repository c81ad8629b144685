use serde_json::json;

use super::make;
use crate::app::both;

both! {
    // SEG-1, D20
    async fn a_segment_gets_the_next_number_and_may_bring_its_date(app) {
        let fields = "segment { no status date description contactsCount revision }";
        let first = app.must("segmentCreate", fields, json!({})).await;
        assert_eq!(first["segment"], json!({
            "no": "SM000001", "status": "OPEN", "date": "2026-11-02", "description": null,
            "contactsCount": 0, "revision": 1,
        }));
        // A number of one's own is skipped when the series comes to it.
        let input = json!({ "no": "sm000002", "date": "2026-12-24", "description": " Jul " });
        let own = app.must("segmentCreate", "segment { no date description }", input).await;
        assert_eq!(own["segment"], json!({ "no": "SM000002", "date": "2026-12-24", "description": "Jul" }));
        let third = app.must("segmentCreate", "segment { no }", json!({})).await;
        assert_eq!(third["segment"]["no"], "SM000003");

        let taken = app.mutate("segmentCreate", "", json!({ "no": "SM000002" })).await;
        assert_eq!(taken["userErrors"][0]["code"], "TAKEN");
        assert_eq!(taken["userErrors"][0]["path"], json!(["input", "no"]));
        let empty = app.mutate("segmentCreate", "", json!({ "no": " " })).await;
        assert_eq!(empty["userErrors"][0]["code"], "INVALID");

        let found = app.graphql("{ segmentByNo(no: \"sm000002\") { description } none: segmentByNo(no: \"X\") { id } }", json!({})).await;
        assert_eq!(found["data"], json!({ "segmentByNo": { "description": "Jul" }, "none": null }));
    }

    async fn all_that_is_wrong_with_a_header_is_told_at_once(app) {
        let input = json!({
            "description": "x".repeat(251), "salesperson": "NO", "interactionTemplate": "NO",
            "campaignId": "campaign:9", "unitCost": "1000000.0001", "unitDurationMin": -1,
        });
        let refused = app.mutate("segmentCreate", "segment { id }", input).await;
        let errors: Vec<String> = refused["userErrors"].as_array().unwrap().iter()
            .map(|error| format!("{} {}", error["code"].as_str().unwrap(), error["path"][1].as_str().unwrap()))
            .collect();
        assert_eq!(errors, [
            "LIMIT_EXCEEDED description", "INVALID unitCost", "INVALID unitDurationMin",
            "NOT_FOUND salesperson", "NOT_FOUND interactionTemplate", "NOT_FOUND campaignId",
        ]);
        assert_eq!(refused["segment"], json!(null));
    }

    async fn what_is_left_out_of_an_update_stays_and_null_clears(app) {
        app.must("codeCreate", "", json!({ "kind": "SALESPERSON", "code": "BC" })).await;
        let input = json!({ "description": "A", "salesperson": "bc", "unitCost": "2.5", "subject": "S" });
        let created = app.must("segmentCreate", "segment { id }", input).await;
        let id = &created["segment"]["id"];
        let input = json!({ "segmentId": id, "expectedRevision": 1, "salesperson": null, "unitDurationMin": 5 });
        let fields = "segment { description salesperson { code } unitCost unitDurationMin subject revision }";
        let updated = app.must("segmentUpdate", fields, input.clone()).await;
        assert_eq!(updated["segment"], json!({
            "description": "A", "salesperson": null, "unitCost": "2.5", "unitDurationMin": 5,
            "subject": "S", "revision": 2,
        }));
        let same = json!({ "segmentId": input["segmentId"] });
        let unchanged = app.must("segmentUpdate", "segment { revision }", same).await;
        assert_eq!(unchanged["segment"]["revision"], 2);
        let stale = app.mutate("segmentUpdate", "", input).await;
        assert_eq!(stale["userErrors"][0]["code"], "CONFLICT");
        let missing = app.mutate("segmentUpdate", "", json!({ "segmentId": "segment:99" })).await;
        assert_eq!(missing["userErrors"][0]["code"], "NOT_FOUND");
        let wrong = app.mutate("segmentUpdate", "", json!({ "segmentId": "contact:1" })).await;
        assert_eq!(wrong["userErrors"][0]["path"], json!(["input", "segmentId"]));
    }

    // SEG-9
    async fn a_segment_is_deleted_with_all_that_is_its_own(app) {
        make::people(&app, 3).await;
        let id = make::segment(&app).await;
        app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": make::ids([1, 2]) })).await;
        let stale = app.mutate("segmentDelete", "", json!({ "segmentId": id, "expectedRevision": 1 })).await;
        assert_eq!(stale["userErrors"][0]["code"], "CONFLICT");
        let gone = app.must("segmentDelete", "deletedSegmentId", json!({ "segmentId": id })).await;
        assert_eq!(gone["deletedSegmentId"], json!(id));
        let again = app.mutate("segmentDelete", "", json!({ "segmentId": id })).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
        let segments = urval::domain::membership::segments_of_each(&app.context, &[1]).await;
        assert_eq!(segments.unwrap(), [Vec::<i64>::new()]);
    }

    async fn segments_are_listed_in_any_order_and_paged_both_ways(app) {
        for (no, description, date, count) in [
            ("B", Some("beta"), "2026-01-03", 1), ("A", None, "2026-01-02", 3),
            ("D", Some("Alfa"), "2026-01-02", 0), ("C", Some("Beta"), "2026-01-01", 1),
        ] {
            let header = json!({ "no": no, "description": description, "date": date });
            let created = app.must("segmentCreate", "segment { id }", header).await;
            let id = created["segment"]["id"].clone();
            if no == "B" {
                make::people(&app, 3).await;
            }
            if 0 < count {
                let lines = json!({ "segmentId": id, "contactIds": make::ids(1..=count) });
                app.must("segmentAddLines", "", lines).await;
            }
        }
        for (order, expected) in [
            ("NEWEST", "CDAB"), ("OLDEST", "BADC"), ("NO_ASC", "ABCD"), ("NO_DESC", "DCBA"),
            ("DESCRIPTION_ASC", "ADBC"), ("DESCRIPTION_DESC", "CBDA"), ("DATE_ASC", "CADB"), ("DATE_DESC", "BDAC"),
            // The clock stands still.
            ("UPDATED_DESC", "CDAB"), ("UPDATED_ASC", "BADC"), ("CONTACTS_DESC", "ACBD"), ("CONTACTS_ASC", "DBCA"),
        ] {
            let page = async |how: &str| {
                let query = format!("{{ segments(orderBy: {order}, {how}) {{ nodes {{ no }} pageInfo {{
                    startCursor endCursor hasNextPage hasPreviousPage }} }} }}");
                let data = app.data(&query, json!({})).await;
                let nodes = data["segments"]["nodes"].as_array().unwrap();
                let nos: String = nodes.iter().map(|it| it["no"].as_str().unwrap()).collect();
                (nos, data["segments"]["pageInfo"].clone())
            };
            assert_eq!(page("first: 10").await.0, expected, "{order}");
            // One by one, from either end.
            let (mut forward, mut backward) = (String::new(), String::new());
            let (mut after, mut before) = (String::new(), String::new());
            for _ in 0..4 {
                let (no, info) = page(&format!("first: 1{after}")).await;
                forward += &no;
                after = format!(", after: {}", info["endCursor"]);
                let (no, info) = page(&format!("last: 1{before}")).await;
                backward.insert_str(0, &no);
                before = format!(", before: {}", info["startCursor"]);
            }
            assert_eq!((forward.as_str(), backward.as_str()), (expected, expected), "{order}");
            assert_eq!(page(&format!("first: 1{after}")).await.0, "");
        }
        let cursor = app.data("{ segments(first: 1) { pageInfo { endCursor } } }", json!({})).await;
        let cursor = &cursor["segments"]["pageInfo"]["endCursor"];
        let other = format!("{{ segments(orderBy: NO_ASC, after: {cursor}) {{ nodes {{ no }} }} }}");
        let refused = app.graphql(&other, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_REQUEST", "path": ["after"] }));
    }

    async fn steps_and_saved_criteria_are_found_by_their_ids(app) {
        make::people(&app, 2).await;
        let id = make::segment(&app).await;
        let lines = json!({ "segmentId": id, "contactIds": make::ids([1]) });
        let step = app.must("segmentAddLines", "criterion { id no }", lines).await["criterion"]["id"].clone();
        let saved = json!({ "segmentId": id, "name": "One" });
        let saved = app.must("segmentSaveCriteria", "savedCriteria { id }", saved).await["savedCriteria"]["id"].clone();
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Criterion { no segment { id } }
            ... on SavedCriteria { name } } }";
        let ids = json!([step, saved, "criterion:99", "savedCriteria:99", "operation:1", "criterion:x", ""]);
        let data = app.data(query, json!({ "ids": ids })).await;
        assert_eq!(data["nodes"], json!([
            { "id": step, "no": 1, "segment": { "id": id } }, { "id": saved, "name": "One" },
            null, null, null, null, null,
        ]));
    }
}
