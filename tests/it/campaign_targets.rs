//! The targets of campaigns: derived from lines and interactions, and what depends on them.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact::{self, with},
    log::{people, stage, wrong},
    template::template,
};

/// The names of the targets, in their order.
async fn targets(app: &TestApp, campaign: &str, arguments: &str) -> Vec<String> {
    let query = format!(
        "query($id: ID!) {{ campaign(id: $id) {{ targets({arguments}) {{ totalCount nodes {{ name }} }} }} }}"
    );
    let data = app.data(&query, json!({ "id": campaign })).await;
    let found = &data["campaign"]["targets"];
    let names: Vec<String> = found["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(found["totalCount"], names.len());
    names
}

const ALL: &str = "orderBy: { by: NAME }, first: 100";

async fn set(app: &TestApp, segment: &str, contacts: &[&String], values: Value) {
    let lines = json!({ "segmentId": segment, "lines": { "contactIds": contacts }, "set": values });
    app.must("segmentUpdateLines", "linesCount", lines).await;
}

async fn campaigns_of(app: &TestApp, contact: &str) -> Vec<String> {
    let query = "query($id: ID!) { contact(id: $id) { campaigns { id } } }";
    let data = app.data(query, json!({ "id": contact })).await;
    let found = data["contact"]["campaigns"].as_array().unwrap();
    found.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

both! {
    // CMP-1, CMP-4, CMP-5, CMP-6, LIN-5c, D13: whatever changes on a line or its segment, targets follow.
    async fn targets_follow_from_lines(app) {
        let (spring, fair) = (campaign(&app, json!({})).await, campaign(&app, json!({})).await);
        let contacts = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let segment = stage(&app, &contacts[..3], json!({ "campaignId": spring })).await;
        assert!(targets(&app, &spring, ALL).await.is_empty(), "no line says that it is a target");

        app.must("segmentUpdate", "", json!({ "segmentId": segment, "campaignTarget": true })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada", "Bo", "Cy"]);
        // What is set on lines goes before.
        set(&app, &segment, &[&contacts[0]], json!({ "campaignTarget": false })).await;
        set(&app, &segment, &[&contacts[1]], json!({ "campaignId": fair })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Cy"]);
        assert_eq!(targets(&app, &fair, ALL).await, ["Bo"]);
        assert_eq!(campaigns_of(&app, &contacts[1]).await, [fair.as_str()]);
        assert_eq!(campaigns_of(&app, &contacts[2]).await, [spring.as_str()]);
        assert!(campaigns_of(&app, &contacts[0]).await.is_empty());
        assert!(campaigns_of(&app, &contacts[3]).await.is_empty());
        // The segment no longer says so, and lines may.
        app.must("segmentUpdate", "", json!({ "segmentId": segment, "campaignTarget": null })).await;
        set(&app, &segment, &[&contacts[0], &contacts[1]], json!({ "campaignTarget": true })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada"]);
        assert_eq!(targets(&app, &fair, ALL).await, ["Bo"]);
        // Who leaves is none, whatever was set; who comes back is one again.
        let remove = json!({ "segmentId": segment, "contactIds": [contacts[0]] });
        app.must("segmentRemoveLines", "", remove).await;
        assert!(targets(&app, &spring, ALL).await.is_empty());
        assert!(campaigns_of(&app, &contacts[0]).await.is_empty());
        app.must("segmentGoBack", "", json!({ "segmentId": segment })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada"]);
        app.must("segmentDelete", "", json!({ "segmentId": segment })).await;
        assert!(targets(&app, &spring, ALL).await.is_empty());
    }

    // CMP-6: the campaign and the flag may come from the template.
    async fn targets_follow_from_the_template_of_a_segment(app) {
        let spring = campaign(&app, json!({})).await;
        let contacts = people(&app, &["Ada", "Bo"]).await;
        stage(&app, &[], json!({})).await;
        template(&app, json!({ "code": "T", "campaignId": spring, "campaignTarget": true })).await;
        let segment = stage_with(&app, &contacts, json!({ "interactionTemplate": "T" })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada", "Bo"]);
        assert_eq!(campaigns_of(&app, &contacts[0]).await, [spring.as_str()]);
        app.must("segmentUpdate", "", json!({ "segmentId": segment, "campaignTarget": false })).await;
        assert!(targets(&app, &spring, ALL).await.is_empty());
        let listed = app.data(
            "query($id: ID!) { campaign(id: $id) { segments { totalCount nodes { id } } }
               segments(filter: { campaignId: $id }) { nodes { id } } }",
            json!({ "id": spring }),
        ).await;
        assert_eq!(listed["campaign"]["segments"], json!({ "totalCount": 1, "nodes": [{ "id": segment }] }));
        assert_eq!(listed["segments"]["nodes"], json!([{ "id": segment }]));
    }

    // LOG-10, D8: logging moves targets from lines to interactions; canceled and postponed ones make none.
    async fn targets_follow_from_interactions(app) {
        let spring = campaign(&app, json!({})).await;
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let header = json!({ "campaignId": spring, "campaignTarget": true });
        let segment = stage(&app, &contacts[..2], header).await;
        let logged = app.must("segmentLog", "loggedSegment { id }", json!({ "segmentId": segment })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada", "Bo"]);
        assert_eq!(campaigns_of(&app, &contacts[0]).await, [spring.as_str()]);
        let call = |more| with(json!({ "contactId": contacts[2], "template": "BUS", "salesperson": "BC",
            "campaignId": spring }), more);
        let postponed = call(json!({ "campaignTarget": true, "postponed": true }));
        let later = app.must("interactionCreate", "interaction { id }", postponed).await;
        app.must("interactionCreate", "interaction { id }", call(json!({}))).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada", "Bo"]);
        let done = json!({ "id": later["interaction"]["id"], "postponed": false });
        app.must("interactionUpdate", "", done).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada", "Bo", "Cy"]);

        let log = json!({ "loggedSegmentId": logged["loggedSegment"]["id"] });
        app.must("loggedSegmentCancel", "", log.clone()).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Cy"]);
        app.must("loggedSegmentReinstate", "", log).await;
        // A contact who is deleted is no target.
        app.must("contactDelete", "", json!({ "id": contacts[0], "removeFromSegments": true })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Bo", "Cy"]);
    }

    // CMP-7: one key. By company, people stand for theirs, and whoever has none for themselves.
    async fn targets_are_shown_by_contact_or_by_company(app) {
        let spring = campaign(&app, json!({})).await;
        let company = contact::create(&app, contact::input("COMPANY", "Works")).await;
        let mut contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        for person in &contacts[..2] {
            app.must("contactUpdate", "", json!({ "id": person, "companyId": company })).await;
        }
        contacts.push(company);
        stage(&app, &contacts, json!({ "campaignId": spring, "campaignTarget": true })).await;
        assert_eq!(targets(&app, &spring, ALL).await, ["Ada", "Bo", "Cy", "Works"]);
        assert_eq!(targets(&app, &spring, "by: COMPANY, orderBy: { by: NAME }").await, ["Cy", "Works"]);
        let paged = app.data(
            "query($id: ID!) { campaign(id: $id) { targets(first: 1, orderBy: { by: NO }) { totalCount
               nodes { name } pageInfo { hasNextPage } } } }",
            json!({ "id": spring }),
        ).await;
        assert_eq!(paged["campaign"]["targets"]["totalCount"], 4);
        assert_eq!(paged["campaign"]["targets"]["pageInfo"]["hasNextPage"], true);
    }

    // CMP-1, CMP-2
    async fn a_campaign_with_a_target_is_activated(app) {
        let spring = campaign(&app, json!({})).await;
        let state = "campaign { activated activatedAt revision }";
        let input = json!({ "campaignId": spring });
        let refused = app.mutate("campaignActivate", state, input.clone()).await;
        assert_eq!(wrong(&refused), ["NOT_ALLOWED campaignId"]);
        assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("no targets"));

        let contacts = people(&app, &["Ada"]).await;
        let header = json!({ "campaignId": spring, "campaignTarget": true });
        let segment = stage(&app, &contacts, header).await;
        for _ in 0..2 {
            let on = app.must("campaignActivate", state, input.clone()).await;
            assert_eq!(on["campaign"], json!({ "activated": true,
                "activatedAt": "2026-11-02T09:00:00+00:00", "revision": 2 }));
        }
        let stale = with(input.clone(), json!({ "expectedRevision": 1 }));
        for name in ["campaignActivate", "campaignDeactivate"] {
            assert_eq!(wrong(&app.mutate(name, state, stale.clone()).await), ["CONFLICT expectedRevision"]);
            let other = app.mutate(name, state, json!({ "campaignId": "campaign:9" })).await;
            assert_eq!(wrong(&other), ["NOT_FOUND campaignId"]);
            let other = app.mutate(name, state, json!({ "campaignId": "contact:1" })).await;
            assert_eq!(wrong(&other), ["INVALID campaignId"]);
        }
        // CMP-5 differs: it stays activated when its last target goes.
        app.must("segmentClear", "", json!({ "segmentId": segment })).await;
        assert!(targets(&app, &spring, ALL).await.is_empty());
        let still = app.data("query($id: ID!) { campaign(id: $id) { activated } }", json!({ "id": spring })).await;
        assert_eq!(still["campaign"]["activated"], true);
        for _ in 0..2 {
            let off = app.must("campaignDeactivate", state, input.clone()).await;
            assert_eq!(off["campaign"], json!({ "activated": false, "activatedAt": null, "revision": 3 }));
        }
    }

    // CMP-3: activated by hand, and on its days.
    async fn a_campaign_is_activated_on_its_days_only(app) {
        let contacts = people(&app, &["Ada"]).await;
        stage(&app, &[], json!({})).await;
        let mut all = Vec::new();
        for (no, from, to) in [
            ("A", Some("2026-11-02"), Some("2026-11-02")), ("B", None, None), ("C", Some("2026-11-03"), None),
            ("D", None, Some("2026-11-01")), ("E", None, None),
        ] {
            let id = campaign(&app, json!({ "no": no, "startingDate": from, "endingDate": to })).await;
            stage_with(&app, &contacts, json!({ "campaignId": id, "campaignTarget": true })).await;
            if no != "E" {
                app.must("campaignActivate", "", json!({ "campaignId": id })).await;
            }
            all.push(id);
        }
        let list = async |filter: &str| -> Vec<String> {
            let query = format!("{{ campaigns(filter: {filter}) {{ totalCount nodes {{ no activated }} }} }}");
            let data = app.data(&query, json!({})).await;
            let nodes = data["campaigns"]["nodes"].as_array().unwrap();
            assert_eq!(data["campaigns"]["totalCount"], nodes.len());
            nodes.iter().map(|it| format!("{} {}", it["no"].as_str().unwrap(), it["activated"])).collect()
        };
        assert_eq!(list("{ activated: true }").await, ["A true", "B true"]);
        assert_eq!(list("{ activated: false }").await, ["C false", "D false", "E false"]);
    }

    async fn targets_of_a_list_of_contacts_come_in_few_statements(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        stage(&app, &[], json!({})).await;
        for no in ["A", "B"] {
            let id = campaign(&app, json!({ "no": no })).await;
            stage_with(&app, &contacts, json!({ "campaignId": id, "campaignTarget": true })).await;
        }
        let query = "query($first: Int!) { contacts(first: $first) { nodes { campaigns { no } } } }";
        app.statements(query, json!({ "first": 1 })).await;
        let (_, one) = app.statements(query, json!({ "first": 1 })).await;
        let (data, many) = app.statements(query, json!({ "first": 4 })).await;
        assert_eq!(one, many);
        for contact in data["contacts"]["nodes"].as_array().unwrap() {
            assert_eq!(contact["campaigns"], json!([{ "no": "A" }, { "no": "B" }]));
        }
    }
}

/// A further segment.
async fn stage_with(app: &TestApp, contacts: &[String], header: Value) -> String {
    let created = app.must("segmentCreate", "segment { id }", header).await;
    let id = created["segment"]["id"].as_str().unwrap().to_owned();
    app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": contacts })).await;
    id
}
