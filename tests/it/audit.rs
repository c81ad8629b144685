//! The audit log.

use async_graphql::Executor;
use serde_json::{Value, json};
use urval::domain::access::{self, NewToken, Origin, Scopes, Viewer};

use crate::{
    app::both,
    contact::{codes, with},
    log,
};

both! {
    async fn whatever_is_changed_is_in_the_audit_log(app) {
        let origin = Origin {
            request_id: Some("r1".to_owned()),
            address: Some("192.0.2.7".parse().unwrap()),
        };
        let viewer = Viewer { name: Some("Shop".to_owned()), origin, ..Viewer::ANYBODY };
        let ask = async |query: &str, variables: Value| {
            let request = async_graphql::Request::new(query).data(viewer.clone());
            let request = request.variables(async_graphql::Variables::from_json(variables));
            serde_json::to_value(app.schema.execute(request).await).unwrap()
        };
        let made = ask("mutation { segmentCreate(input: {}) { segment { id } } }", json!({})).await;
        let id = &made["data"]["segmentCreate"]["segment"]["id"];
        let add = "mutation($i: SegmentAddContactsInput!) { ...F } fragment F on Mutation { \
                   segmentAddContacts(input: $i) { userErrors { code } } }";
        let everybody = json!({ "all": [] });
        ask(add, json!({ "i": { "segmentId": id, "criteria": everybody } })).await;
        // Nothing of these is changed.
        ask(add, json!({ "i": { "segmentId": id, "criteria": everybody, "dryRun": true } })).await;
        ask(add, json!({ "i": { "segmentId": id, "criteria": everybody, "expectedRevision": 9 } }))
            .await;
        ask("{ segments { totalCount } }", json!({})).await;
        let two = format!(
            "mutation {{ a: segmentUpdate(input: {{ segmentId: {id}, description: \"A\" }}) \
             {{ segment {{ no }} }} segmentDelete(input: {{ segmentId: {id} }}) {{ deletedSegmentId }} }}"
        );
        ask(&two, json!({})).await;

        let entries = "nodes { operation actor subject requestId address } totalCount";
        let log = ask(&format!("{{ auditLog {{ {entries} }} }}"), json!({})).await;
        let entry = |operation: &str, subject: &Value| {
            json!({ "operation": operation, "actor": "Shop", "subject": subject,
                    "requestId": "r1", "address": "192.0.2.7" })
        };
        let both = entry("segmentUpdate segmentDelete", id);
        let all = [
            both.clone(),
            both.clone(),
            entry("segmentAddContacts", id),
            entry("segmentCreate", &Value::Null),
        ];
        assert_eq!(log["data"]["auditLog"], json!({ "nodes": all, "totalCount": 4 }), "{log:#}");
        let some = format!(
            "{{ first: auditLog(first: 1, filter: {{ actor: \"Shop\", subject: {id} }}) \
                {{ {entries} pageInfo {{ endCursor }} }} \
                last: auditLog(last: 1) {{ {entries} }} \
                none: auditLog(filter: {{ actor: \"shop\" }}) {{ {entries} }} \
                later: auditLog(filter: {{ from: \"2026-11-02T09:00:01Z\" }}) {{ totalCount }} \
                then: auditLog(filter: {{ to: \"2026-11-02T09:00:01Z\" }}) {{ totalCount }} }}"
        );
        let some = ask(&some, json!({})).await["data"].clone();
        assert_eq!(some["first"]["nodes"], json!([both]));
        assert_eq!(some["first"]["totalCount"], 3);
        assert_eq!(some["last"]["nodes"], json!([entry("segmentCreate", &Value::Null)]));
        assert_eq!(some["none"], json!({ "nodes": [], "totalCount": 0 }));
        assert_eq!([&some["later"]["totalCount"], &some["then"]["totalCount"]], [0, 4]);
        let after = some["first"]["pageInfo"]["endCursor"].clone();
        let next = format!("{{ auditLog(first: 2, after: {after}) {{ nodes {{ operation }} }} }}");
        let next = ask(&next, json!({})).await;
        let names = ["segmentUpdate segmentDelete", "segmentAddContacts"];
        let nodes = names.map(|it| json!({ "operation": it }));
        assert_eq!(next["data"]["auditLog"]["nodes"], json!(nodes), "{next:#}");
    }

    async fn what_is_only_tried_is_not_in_the_audit_log(app) {
        let contacts = log::people(&app, &["Ada"]).await;
        let segment = log::stage(&app, &contacts, json!({})).await;
        codes(&app, "MAILING_GROUP", &["NEWS"]).await;
        let entries = async || {
            app.data("{ auditLog { totalCount } }", json!({})).await["auditLog"]["totalCount"].clone()
        };
        let before = entries().await;
        let line = json!({ "unitCost": "1" });
        let inputs = [
            ("segmentLog", json!({})),
            ("segmentUpdateLines", json!({ "lines": { "contactIds": contacts }, "set": line })),
            ("segmentApplyMailingGroup", json!({ "mailingGroup": "NEWS" })),
        ];
        for (mutation, more) in inputs {
            let input = with(json!({ "segmentId": segment, "dryRun": true }), more);
            app.must(mutation, "__typename", input).await;
            assert_eq!(entries().await, before, "{mutation}");
        }
    }

    async fn tokens_that_are_made_and_revoked_are_in_the_audit_log(app) {
        let scopes = Scopes::ALL;
        let new = NewToken { name: "Shop".to_owned(), scopes, expires_at: None };
        access::create(&app.context, new).await.unwrap();
        access::revoke(&app.context, "Shop").await.unwrap();
        let log = app.data("{ auditLog { nodes { operation subject } } }", json!({})).await;
        let entry = |operation: &str| json!({ "operation": operation, "subject": "accessToken:Shop" });
        assert_eq!(log["auditLog"]["nodes"], json!([entry("token revoke"), entry("token create")]));
    }
}
