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
        assert!(urval::domain::members::segments_of(app.context.db.reader(), 1).await.unwrap().is_empty());
    }
}
