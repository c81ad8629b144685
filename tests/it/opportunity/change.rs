//! Changing, closing, reopening and deleting opportunities.

use serde_json::{Value, json};

use super::{ALL, opportunity};
use crate::{
    app::both,
    campaign::campaign,
    contact::with,
    log::{people, stage, wrong},
};

both! {
    // OPP-3
    async fn the_links_of_an_opportunity_agree(app) {
        let contacts = people(&app, &["Ada"]).await;
        let spring = campaign(&app, json!({ "startingDate": "2026-11-01", "endingDate": "2026-11-30" })).await;
        let later = campaign(&app, json!({ "startingDate": "2026-12-01" })).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": spring, "campaignTarget": true })).await;
        let header = json!({ "campaignId": later, "campaignTarget": true });
        let other = app.must("segmentCreate", "segment { id }", header).await["segment"]["id"].clone();
        app.must("segmentAddLines", "", json!({ "segmentId": other, "contactIds": contacts })).await;
        let id = opportunity(&app, &contacts[0], json!({})).await;
        let update = async |more: Value| {
            app.mutate("opportunityUpdate", ALL, with(json!({ "opportunityId": id }), more)).await
        };
        assert_eq!(wrong(&update(json!({ "campaignId": spring })).await), ["NOT_ALLOWED campaignId"]);
        for campaign in [&spring, &later] {
            app.must("campaignActivate", "", json!({ "campaignId": campaign })).await;
        }
        assert_eq!(wrong(&update(json!({ "campaignId": later })).await), ["NOT_ALLOWED campaignId"]);
        assert!(wrong(&update(json!({ "campaignId": spring })).await).is_empty());
        assert_eq!(wrong(&update(json!({ "segmentId": other })).await), ["INVALID segmentId"]);
        assert!(wrong(&update(json!({ "segmentId": segment })).await).is_empty());
        let both = json!({ "segmentId": other, "campaignId": null, "estimatedValue": "5", "inProgress": true });
        let changed = update(both).await;
        assert_eq!((&changed["opportunity"]["campaign"], &changed["opportunity"]["estimatedValue"],
            &changed["opportunity"]["status"]), (&Value::Null, &json!("5"), &json!("IN_PROGRESS")));
        assert_eq!(wrong(&update(json!({ "description": "" })).await), ["REQUIRED description"]);
        let stale = json!({ "expectedRevision": 1, "priority": "HIGH" });
        assert_eq!(wrong(&update(stale).await), ["CONFLICT expectedRevision"]);
        let refused = app.mutate("campaignDelete", "", json!({ "campaignId": spring })).await;
        assert_eq!(refused["userErrors"][0]["code"], "IN_USE");
    }

    // OPP-2
    async fn an_opportunity_is_closed_reopened_and_deleted(app) {
        let contacts = people(&app, &["Ada"]).await;
        let id = opportunity(&app, &contacts[0], json!({})).await;
        let which = json!({ "opportunityId": id });
        let state = "opportunity { status closedDate closeReason revision }";
        let early = with(which.clone(), json!({ "outcome": "WON", "date": "2026-11-01" }));
        assert_eq!(wrong(&app.mutate("opportunityClose", state, early).await), ["INVALID date"]);
        let close = with(which.clone(), json!({ "outcome": "WON", "reason": " Price " }));
        let closed = app.must("opportunityClose", state, close.clone()).await;
        assert_eq!(closed["opportunity"], json!({ "status": "WON", "closedDate": "2026-11-02", "closeReason": "Price", "revision": 2 }));
        assert_eq!(wrong(&app.mutate("opportunityClose", state, close).await), ["NOT_ALLOWED opportunityId"]);
        let change = with(which.clone(), json!({ "priority": "LOW" }));
        assert_eq!(wrong(&app.mutate("opportunityUpdate", state, change).await), ["NOT_ALLOWED opportunityId"]);
        for _ in 0..2 {
            let open = app.must("opportunityReopen", state, which.clone()).await;
            assert_eq!(open["opportunity"], json!({ "status": "IN_PROGRESS", "closedDate": null, "closeReason": null, "revision": 3 }));
        }
        let gone = app.must("opportunityDelete", "deletedOpportunityId", which.clone()).await;
        assert_eq!(gone["deletedOpportunityId"], json!(id));
        for name in ["opportunityUpdate", "opportunityReopen", "opportunityDelete"] {
            assert_eq!(wrong(&app.mutate(name, "", which.clone()).await), ["NOT_FOUND opportunityId"], "{name}");
            let other = json!({ "opportunityId": "task:1.1" });
            assert_eq!(wrong(&app.mutate(name, "", other).await), ["INVALID opportunityId"], "{name}");
        }
    }

    async fn a_salesperson_with_opportunities_stays(app) {
        let contacts = people(&app, &["Ada"]).await;
        stage(&app, &[], json!({})).await;
        opportunity(&app, &contacts[0], json!({ "salesperson": "AH" })).await;
        let refused = app.mutate("codeDelete", "", json!({ "kind": "SALESPERSON", "code": "AH" })).await;
        assert_eq!(refused["userErrors"][0]["message"], "The code AH is in use by 1 opportunity.");
    }
}
