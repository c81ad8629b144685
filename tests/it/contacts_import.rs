//! Rows of contacts in a mutation.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tokio::time::sleep;
use urval::entity::contact;

use crate::{
    app::{TestApp, both, open},
    contact::{create, input},
};

async fn import(app: &TestApp, input: Value) -> Value {
    app.mutate("contactsImport", "created updated unchanged rejected", input).await
}

async fn contacts(app: &TestApp) -> u64 {
    contact::Entity::find().count(app.context.db.reader()).await.unwrap()
}

const BAD: &[[Option<&str>; 3]] = &[
    [Some("A"), Some("Ek; \"Bo\",\nÅ"), Some("SE")],
    [Some("B"), Some("Eva"), Some("THIS-CODE-IS-FAR-TOO-LONG")],
    [Some("C"), None, None],
];

both! {
    async fn rows_come_in_and_again_change_nothing(app) {
        let rows = json!([
            ["C1", "COMPANY", "Ek; \"Bo\",\nÅ", "", "news;vip"],
            ["P1", "PERSON", "Eva Ek", "C1", null],
        ]);
        let columns = json!(["no", "type", "name", "Company No.", "mailingGroups"]);
        let input = json!({ "columns": columns, "rows": rows });
        let payload = import(&app, input.clone()).await;
        let expected = json!({
            "created": 2, "updated": 0, "unchanged": 0, "rejected": 0, "userErrors": []
        });
        assert_eq!(payload, expected);
        let query = r#"{ contactByNo(no: "P1") { company { name mailingGroups { code } } } }"#;
        let person = app.data(query, json!({})).await;
        assert_eq!(person["contactByNo"]["company"]["name"], "Ek; \"Bo\",\nÅ");
        let payload = import(&app, input).await;
        assert_eq!((&payload["created"], &payload["unchanged"]), (&json!(0), &json!(2)));
        let payload = import(&app, json!({ "columns": ["no", "city"], "rows": [["P1", "Å"]] }));
        assert_eq!(payload.await["updated"], 1);
    }

    async fn a_bad_row_is_named_and_keeps_the_others_out_unless_it_is_left_out(app) {
        let mut input = json!({ "columns": ["no", "name", "country"], "rows": BAD });
        let payload = import(&app, input.clone()).await;
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(payload, @r#"
            {
              "created": 0,
              "rejected": 2,
              "unchanged": 0,
              "updated": 0,
              "userErrors": [
                {
                  "code": "INVALID",
                  "message": "A code has at most 20 characters.",
                  "path": [
                    "input",
                    "rows",
                    "1",
                    "2"
                  ]
                },
                {
                  "code": "INVALID",
                  "message": "A contact has a name.",
                  "path": [
                    "input",
                    "rows",
                    "2",
                    "1"
                  ]
                }
              ]
            }
            "#);
        }
        assert_eq!(contacts(&app).await, 0);
        input["onError"] = json!("SKIP");
        let payload = import(&app, input).await;
        assert_eq!((&payload["created"], &payload["rejected"]), (&json!(1), &json!(2)));
        assert_eq!(payload["userErrors"].as_array().unwrap().len(), 2);
        assert_eq!(contacts(&app).await, 1);
    }

    async fn what_is_no_table_is_refused(app) {
        let many = vec![json!(["A", "Ann"]); 1001];
        let cases = [
            (json!([]), json!([]), "REQUIRED", "columns"),
            (json!(["no", "No."]), json!([]), "INVALID", "columns"),
            (json!(["no", "name", "attribute.x"]), json!([]), "NOT_FOUND", "columns"),
            (json!(["city"]), json!([["Å"]]), "REQUIRED", "columns"),
            (json!(["no", "name"]), json!(many), "LIMIT_EXCEEDED", "rows"),
        ];
        for (columns, rows, code, path) in cases {
            let payload = import(&app, json!({ "columns": columns, "rows": rows })).await;
            let error = &payload["userErrors"][0];
            assert_eq!((&error["code"], &error["path"]), (&json!(code), &json!(["input", path])));
            assert_eq!(payload["created"], Value::Null);
        }
        for row in [json!(["A"]), json!(["A", "Ann", "x"]), json!(["A\u{0}", "Ann"])] {
            let payload = import(&app, json!({ "columns": ["no", "name"], "rows": [row] })).await;
            assert_eq!(payload["userErrors"][0]["path"], json!(["input", "rows", "0"]), "{payload}");
        }
        let nothing = import(&app, json!({ "columns": ["no", "name"], "rows": [] })).await;
        assert_eq!((&nothing["created"], &nothing["userErrors"]), (&json!(0), &json!([])));
        assert_eq!(contacts(&app).await, 0);
    }

    async fn contacts_are_created_and_imported_at_the_same_time(app) {
        // The same numbers come from several, as when a request is sent again too early.
        let rows = |round: u32| -> Value {
            (0..20).map(|no| json!([format!("R{round}X{no}"), "Ada"])).collect()
        };
        let mut tasks = tokio::task::JoinSet::new();
        for client in 0..8 {
            let app = app.another().await;
            tasks.spawn(async move {
                for round in 0..5 {
                    let named = json!({ "columns": ["no", "name"], "rows": rows(round) });
                    let unnamed = json!({ "columns": ["name"], "rows": [["Bo"], ["Cy"]] });
                    let own = format!("C{client}X{round}");
                    let contact = json!({ "type": "PERSON", "name": "Di", "no": own });
                    for input in [named, unnamed] {
                        let payload = import(&app, input).await;
                        assert_eq!(payload["rejected"], 0, "{payload}");
                    }
                    app.must("contactCreate", "contact { id }", contact).await;
                    let next = json!({ "type": "COMPANY", "name": "Ek" });
                    app.must("contactCreate", "contact { id }", next).await;
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert_eq!(contacts(&app).await, 5 * 20 + 8 * 5 * (2 + 1 + 1));
    }
    async fn an_external_id_that_is_set_at_the_same_moment_is_found(app) {
        create(&app, input("PERSON", "Ada")).await;
        // Somebody is about to set it on her.
        let other = open(&app.database_url).await;
        let (begin, schema, id) = match other.get_database_backend() {
            DbBackend::Sqlite => ("BEGIN IMMEDIATE", "main", "NULL"),
            _ => ("BEGIN", "urval", "pg_current_xact_id()::text::bigint"),
        };
        let set = format!(
            "{begin}; INSERT INTO {schema}.contact_identifier (kind, value, contact_id) \
             SELECT 'EXTERNAL_ID', 'E1', id FROM {schema}.contact; \
             UPDATE {schema}.contact SET external_id = 'E1'; \
             INSERT INTO {schema}.change (id, tables) VALUES ({id}, 63)"
        );
        other.execute_unprepared(&set).await.unwrap();
        let set = async {
            sleep(Duration::from_millis(300)).await;
            other.execute_unprepared("COMMIT").await.unwrap();
        };
        let rows = json!({ "columns": ["externalId", "name", "city"], "rows": [["E1", "Ada", "Oslo"]] });
        let (payload, ()) = tokio::join!(import(&app, rows), set);
        let [created, updated] = ["created", "updated"].map(|it| payload[it].clone());
        assert_eq!([created, updated], [0, 1], "{payload}");
        assert_eq!(contacts(&app).await, 1);
    }
}
