//! `urval copy`: all of one database in another, whichever they are.

use std::{collections::BTreeMap, fs, process::Command};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use urval::{
    db::{self, Copied, Table},
    domain::{
        Error,
        access::{self, NewToken, Scopes},
        demo::{self, Demo},
        integrity,
    },
    entity,
};

use crate::{
    app::{TestApp, both},
    entities::entities,
};

/// Characters that something on the way could take for something else.
const ODD: &str =
    "\\N\\.\\\\ a\tb\nc 'd' \"e\" {f} $1 ? å\u{301}ß İ \u{1F9E6}\u{202E}\u{10FFFD} \\x00 NULL";

/// An empty database of each kind; but there is none of contacts that are distributed.
async fn targets() -> Vec<TestApp> {
    let mut targets = vec![TestApp::on_sqlite().await];
    if let Some(target) = TestApp::on_postgres().await
        && !target.is_distributed().await
    {
        targets.push(target);
    }
    targets
}

async fn copy(from: &TestApp, to: &TestApp) -> Result<Copied, String> {
    let copied = from.context.db.copy_to(&to.context.db, &mut |_| {}).await;
    copied.map_err(|err| err.to_string())
}

/// Contacts, and something in every other table.
async fn fill(app: &TestApp) {
    let until = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    demo::fill(&app.context, &Demo { contacts: 300, seed: 7, until }, &mut |_| {}).await.unwrap();
    let scopes = "write".parse::<Scopes>().unwrap();
    let token = NewToken { name: "Shop".to_owned(), scopes, expires_at: None };
    access::create(&app.context, token).await.unwrap();
    for (kind, value) in
        [("TEXT", json!({ "text": ODD })), ("DATE", json!({ "date": "0001-01-01" }))]
    {
        app.must("attributeCreate", "", json!({ "name": kind, "type": kind })).await;
        let attributes = json!([{ "name": kind, "value": value }]);
        let input = json!({ "name": ODD, "type": "PERSON", "attributes": attributes });
        app.must("contactCreate", "", input).await;
    }
    for _ in 0..2 {
        let twin = json!({ "name": "Twin AB", "type": "COMPANY", "address": "Kungsgatan 1", "city": "Malmö" });
        app.must("contactCreate", "", twin).await;
    }
    app.must("contactDuplicatesFind", "", json!({})).await;
    let points = json!([{ "answer": "PERSON.20000", "points": 2 }]);
    let rating = json!({ "questionnaire": "PERSON", "no": 900_000, "description": "Liveliness",
        "classification": { "by": "RATING", "answeredPercentMin": 0, "points": points },
        "answers": [{ "no": 900_001, "description": "High", "fromValue": 1 }] });
    app.must("profileQuestionSet", "", rating).await;
    let id = app.data("{ segmentByNo(no: \"SM000001\") { id } }", json!({})).await;
    let segment = &id["segmentByNo"]["id"];
    let saved = json!({ "segmentId": segment, "name": ODD });
    app.must("segmentSaveCriteria", "", saved).await;
    let line = json!({ "subject": ODD, "unitCost": "12.3456", "date": "9999-12-31" });
    let lines = json!({ "segmentId": segment, "lines": { "all": true }, "set": line });
    app.must("segmentUpdateLines", "", lines).await;
    app.must("segmentTextSet", "", json!({ "segmentId": segment, "body": ODD })).await;
    let interaction = app.data("{ interactions(last: 1) { nodes { id } } }", json!({})).await;
    let comment = json!({ "interactionId": interaction["interactions"]["nodes"][0]["id"],
                          "comment": ODD, "date": "9999-12-31" });
    app.must("interactionCommentAdd", "", comment).await;
    let campaign = app.data("{ campaigns(first: 1) { nodes { id } } }", json!({})).await;
    let campaign = &campaign["campaigns"]["nodes"][0]["id"];
    app.must("segmentUpdate", "", json!({ "segmentId": segment, "campaignId": campaign })).await;
    app.must("segmentLog", "", json!({ "segmentId": segment, "unreachable": "SKIP" })).await;
    let meeting =
        json!({ "segmentId": segment, "type": "MEETING", "description": ODD, "salesperson": "AB" });
    app.must("segmentCreateTasks", "", meeting).await;
    let templates = json!([{ "documentType": "EMAIL", "template": "ORDER" }]);
    app.must("setupUpdate", "", json!({ "documentTemplates": templates })).await;
    let key = "INSERT INTO idempotency_key VALUES \
        ('k', 'f', 'write', -5, '2026-11-02T09:00:00+00:00', TRUE, TRUE, '{}')";
    execute(app, key).await;
    // What is gone keeps its key.
    let gone = app.must("segmentCreate", "segment { id }", json!({})).await;
    let gone = json!({ "segmentId": gone["segment"]["id"] });
    app.must("segmentDelete", "", gone).await;
}

/// All rows of all tables, as the server reads them.
async fn rows(app: &TestApp) -> BTreeMap<&'static str, Vec<String>> {
    async fn of<E: EntityTrait>(app: &TestApp) -> Vec<String> {
        let rows = E::find().all(app.context.db.reader()).await.unwrap();
        let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    }
    macro_rules! all {
        ($($room:ident)*) => {
            BTreeMap::from([$((stringify!($room), of::<entity::$room::Entity>(app).await)),*])
        };
    }
    entities!(all)
}

/// What clients ask.
async fn answers(app: &TestApp) -> Value {
    let queries = [
        "{ contacts(search: \"an\", first: 20) { totalCount nodes { id no name createdAt company { id } \
           mailingGroups { code } interactions(first: 2) { nodes { id date time cost } } } \
           pageInfo { endCursor } } }",
        "{ contacts(last: 2, orderBy: { by: NO }) { nodes { id name \
           attributes { name text date } } } }",
        "{ segments(first: 5, filter: { status: [OPEN, LOGGED] }) { nodes { id no status revision \
           contactsCount criteria { id text asOf added } lines(first: 5) { nodes { contact { id } \
           subject unitCost date overridden } } } } }",
        "{ criteriaPreview(input: { criteria: { all: [ { country: { in: [\"SE\", \"NO\"] } } \
           { interactions: { within: { inLast: \"P90D\" } } } ] } }) { \
           selected { count contacts(first: 3) { nodes { id } } } funnel { matches } } }",
        "{ savedCriteria(first: 5) { nodes { id name steps { text } } } \
           campaigns(first: 5) { nodes { id no entries(first: 5) { nodes { id date } } } } \
           auditLog { totalCount nodes { at operation subject } } }",
    ];
    let mut answers = Vec::new();
    for query in queries {
        answers.push(app.data(query, json!({})).await);
    }
    answers.into()
}

async fn findings(app: &TestApp) -> u64 {
    integrity::check(&app.context, &mut |_| {}).await.unwrap()
}

/// Changes what only the database itself can be told.
async fn execute(app: &TestApp, sql: &str) {
    let done = db::write(&app.context.db, &Table::ALL, async |txn| {
        txn.execute_unprepared(sql).await?;
        Ok::<_, Error>(())
    });
    done.await.unwrap();
}

both! {
    async fn a_copy_has_every_row_of_every_table_and_answers_the_same(app) {
        fill(&app).await;
        let (all, expected) = (rows(&app).await, answers(&app).await);
        for (table, rows) in &all {
            assert!(!rows.is_empty(), "a copy of an empty {table} shows nothing: fill it above");
        }
        for target in targets().await {
            // A server is asked before, and remembers that there is nobody.
            assert_eq!(answers(&target).await[3]["criteriaPreview"]["selected"]["count"], 0);
            let copied = copy(&app, &target).await.unwrap();
            assert_eq!(copied.tables, all.len());
            assert_eq!(copied.rows, all.values().map(|rows| rows.len() as u64).sum::<u64>());
            for (table, rows) in rows(&target).await {
                assert_eq!(rows, all[table], "{table}");
            }
            assert_eq!(answers(&target).await, expected);
            assert_eq!(findings(&target).await, 0);
        }
    }

    async fn a_copy_goes_on_with_the_keys_and_numbers_that_come_next(app) {
        fill(&app).await;
        // Copies of copies, in which nothing has been made yet.
        let mut copies = vec![app];
        for target in [targets().await, targets().await].into_iter().flatten() {
            copy(copies.last().unwrap(), &target).await.unwrap();
            copies.push(target);
        }
        let mut made = Vec::new();
        for app in [&copies[0], copies.last().unwrap()] {
            let person = json!({ "type": "PERSON", "name": "Ek" });
            made.push((
                app.must("segmentCreate", "segment { id no }", json!({})).await,
                app.must("campaignCreate", "campaign { id no }", json!({})).await,
                app.must("contactCreate", "contact { id no }", person).await,
            ));
        }
        assert_eq!(made[0], made[1]);
        assert!(made[0].0["segment"]["id"].as_str().unwrap().ends_with(":5"), "{made:?}");
    }

    async fn an_empty_database_is_copied_and_works(app) {
        for target in targets().await {
            copy(&app, &target).await.unwrap();
            assert_eq!(findings(&target).await, 0);
            let made = target.must("segmentCreate", "segment { no }", json!({})).await;
            assert_eq!(made["segment"]["no"], "SM000001");
        }
    }

    async fn a_target_with_anything_in_it_is_left_alone(app) {
        fill(&app).await;
        for target in targets().await {
            let code = json!({ "kind": "COUNTRY", "code": "SE" });
            target.must("codeCreate", "", code).await;
            let before = rows(&target).await;
            let why = copy(&app, &target).await.unwrap_err();
            assert!(why.contains("not empty: there is something in its table"), "{why}");
            assert_eq!(rows(&target).await, before);
        }
    }

    async fn a_database_of_another_release_is_not_copied(app) {
        let latest = "(SELECT MAX(version) FROM seaql_migrations)";
        let versions = [
            (format!("UPDATE seaql_migrations SET version = 'm2999' WHERE version = {latest}"), "later"),
            (format!("DELETE FROM seaql_migrations WHERE version = {latest}"), "earlier"),
            ("DROP TABLE seaql_migrations".to_owned(), "no database of Urval"),
        ];
        for (sql, expected) in versions {
            execute(&app, &sql).await;
            for target in targets().await {
                let why = copy(&app, &target).await.unwrap_err();
                assert!(why.contains(expected), "{why}");
            }
        }
    }

    async fn a_column_that_only_one_side_has_is_not_dropped_in_silence(app) {
        execute(&app, "ALTER TABLE campaign ADD COLUMN mood varchar").await;
        for target in targets().await {
            let why = copy(&app, &target).await.unwrap_err();
            assert!(why.contains("campaign differs"), "{why}");
        }
    }

    async fn the_command_makes_a_file_that_is_whole_or_none(app) {
        fill(&app).await;
        let dir = tempfile::tempdir().unwrap();
        let url = |name: &str| format!("sqlite://{}", dir.path().join(name).display());
        // What an attempt has left that was killed.
        fs::write(dir.path().join("new.db.part"), "half").unwrap();
        let (code, printed, said) = command(&app.database_url, &url("new.db"));
        assert_eq!((code, printed.as_str()), (Some(0), "nothing found\n"), "{said}");
        assert!(said.starts_with("Copied ") && said.contains(" tables."), "{said}");
        let files = || {
            let files = fs::read_dir(dir.path()).unwrap();
            files.map(|it| it.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(files(), ["new.db"]);
        let (code, _, said) = command(&app.database_url, &url("new.db"));
        assert!(code == Some(1) && said.contains("There is a database at"), "{said}");
        let (code, _, said) = command(&url("none.db"), &url("other.db"));
        assert!(code == Some(1) && said.contains("There is no database at"), "{said}");

        let damage = match app.database_url.starts_with("sqlite") {
            true => "'yesterday'",
            false => "'infinity'",
        };
        execute(&app, &format!("UPDATE interaction SET date = {damage} WHERE id = 500")).await;
        let (code, _, said) = command(&app.database_url, &url("other.db"));
        assert!(code == Some(1) && said.contains("copy the database: interaction: "), "{said}");
        assert_eq!(files(), ["new.db"]);
    }
}

/// `urval copy`: its exit code, and what it prints and says.
fn command(from: &str, to: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_urval"));
    let command = command.args(["copy", "--database-url", from, "--to", to]);
    let output = command.env_remove("DATABASE_URL").output().unwrap();
    let [printed, said] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
    (output.status.code(), printed, said)
}

#[tokio::test]
async fn of_a_copy_that_fails_on_its_way_nothing_is_left_on_postgresql() {
    let app = TestApp::on_sqlite().await;
    fill(&app).await;
    let Some(target) = TestApp::on_postgres().await else { return };
    if target.is_distributed().await {
        return;
    }
    let set = |day: &str| format!("UPDATE segment SET date = '{day}' WHERE no = 'SM000002'");
    execute(&app, &set("yesterdays")).await;
    let before = rows(&target).await;
    let why = copy(&app, &target).await.unwrap_err();
    assert!(why.contains("segment: "), "{why}");
    assert_eq!(rows(&target).await, before);

    execute(&app, &set("2026-11-01")).await;
    copy(&app, &target).await.unwrap();
    assert_eq!(findings(&target).await, 0);
}
