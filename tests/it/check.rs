//! The check of the database: a healthy one passes, and each kind of damage is found.

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use serde_json::json;
use urval::{
    db,
    domain::{
        Error,
        demo::{self, Demo},
        integrity::{self, Notice},
        segment::{self, Request, SegmentChange, Target},
    },
    entity::kinds::Operation,
};

use crate::app::{TestApp, both};

pub(crate) async fn check(app: &TestApp) -> Vec<String> {
    let mut findings = Vec::new();
    let mut tell = |notice: Notice<'_>| {
        if let Notice::Found(what) = notice {
            findings.push(what.to_owned());
        }
    };
    let found = integrity::check(&app.context, &mut tell).await.unwrap();
    assert_eq!(found, findings.len() as u64);
    findings
}

/// Contacts 1 to 200 with all that is theirs.
async fn fill(app: &TestApp) {
    let until = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    demo::fill(&app.context, &Demo { contacts: 200, seed: 3, until }, &mut |_| {}).await.unwrap();
}

/// A segment with three steps, the last of them taken back.
async fn segment(app: &TestApp, no: &str) {
    let row = segment::create(&app.context, Some(no), SegmentChange::default());
    let row = row.await.unwrap();
    let target = Target { segment_id: row.id, expected_revision: None, dry_run: false };
    let moment = app.context.moment();
    let steps = [
        (Operation::Add, json!({ "all": [] })),
        (Operation::Reduce, json!({ "country": { "eq": "SE" } })),
        (Operation::Refine, json!({ "country": { "in": ["NO", "DE"] } })),
    ];
    for (operation, criteria) in steps {
        let request = Request::with_criteria(operation, segment::Options::default(), &criteria);
        let request = request.unwrap();
        segment::select(&app.context, target, &request, moment, false).await.unwrap();
    }
    segment::go_back(&app.context, target, 1).await.unwrap();
}

pub(crate) async fn damage(app: &TestApp, sql: &str) {
    let done = db::write(&app.context.db, &db::Table::ALL, async |txn| {
        txn.execute_unprepared(sql).await?;
        Ok::<_, Error>(())
    });
    done.await.unwrap();
}

/// What has to be said, as far as it matters, and the damage that is the reason. `$S` is the number of
/// a segment of its own, `$ID` the query for its id.
const DAMAGE: &[(&str, &str)] = &[
    ("contact 7 (CT000007): stale: sort_key.", "UPDATE contact SET sort_key = 'x' WHERE id = 7"),
    ("contact 8 (CT000008): stale: name_fold.", "UPDATE contact SET name_fold = 'x' WHERE id = 8"),
    (
        "contact 9 (CT000009): stale: search_text.",
        "UPDATE contact SET search_text = 'x' WHERE id = 9",
    ),
    (
        "counter of contacts: the next key is 200, but 200 is used.",
        "UPDATE counter SET next = 200 WHERE name = 'CONTACT'",
    ),
    (
        "counter of interactions: the next key is 1, but ",
        "UPDATE counter SET next = 1 WHERE name = 'INTERACTION'",
    ),
    (
        "counter of purchases: the next key is 1, but ",
        "UPDATE counter SET next = 1 WHERE name = 'PURCHASE'",
    ),
    (
        "purchase 1: its document_contact_id is 999, which is not there.",
        "UPDATE purchase SET document_contact_id = 999 WHERE id = 1",
    ),
    ("setup 1: its territory is XX, which is not there.", "UPDATE setup SET territory = 'XX'"),
    (
        "document_template EMAIL: its template is XX, which is not there.",
        "INSERT INTO document_template (document_type, template) VALUES ('EMAIL', 'XX')",
    ),
    (
        "contact 10: its country is XX, which is not there.",
        "UPDATE contact SET country = 'XX' WHERE id = 10",
    ),
    (
        "contact 11: its no is CT000011, which is not there.",
        "UPDATE contact_identifier SET contact_id = 12 WHERE value = 'CT000011'",
    ),
    (
        "contact_identifier CT000013: its contact_id is 999, which is not there.",
        "UPDATE contact_identifier SET contact_id = 999 WHERE value = 'CT000013'",
    ),
    (
        "contact_code 14: its code is XX, which is not there.",
        "INSERT INTO contact_code (contact_id, kind, code) VALUES (14, 'MAILING_GROUP', 'XX')",
    ),
    (
        "contact_attribute 15: its name is nowhere, which is not there.",
        "INSERT INTO contact_attribute (contact_id, name, text) VALUES (15, 'nowhere', 'x')",
    ),
    (
        "interaction 3: its contact_id is 999, which is not there.",
        "INSERT INTO interaction (contact_id, id, date, cost, duration_min, campaign_target, \
         campaign_response, attempt_failed, postponed, canceled, canceled_itself, created_at, \
         updated_at) SELECT 999, id, date, cost, duration_min, campaign_target, \
         campaign_response, attempt_failed, postponed, canceled, canceled_itself, created_at, \
         updated_at FROM interaction WHERE id = 3; \
         DELETE FROM interaction WHERE id = 3 AND contact_id <> 999",
    ),
    (
        "interaction 4: its template is NONE, which is not there.",
        "UPDATE interaction SET template = 'NONE' WHERE id = 4",
    ),
    (
        "criterion_set 999: its criterion_id is 999, which is not there.",
        "UPDATE criterion_set SET criterion_id = 999 WHERE criterion_id = (SELECT id FROM criterion \
         WHERE no = 3 AND segment_id = $ID)",
    ),
    (
        "segment $S: it has ",
        "UPDATE segment SET contacts_count = contacts_count + 1 WHERE no = '$S'",
    ),
    (
        "segment $S: its piece 1 is empty, or holds contacts of others.",
        "UPDATE segment_set SET piece = 1 WHERE segment_id = $ID",
    ),
    (
        "segment $S: its piece 0 can't be read.",
        "UPDATE segment_set SET contacts = $BYTES WHERE segment_id = \
         $ID",
    ),
    (
        "segment $S: its steps make another set; they differ by contact:",
        "UPDATE criterion SET undone = TRUE WHERE no = 2 \
         AND segment_id = $ID",
    ),
    (
        "segment $S, step 4: it should be number 3.",
        "UPDATE criterion SET no = 4 WHERE no = 3 \
         AND segment_id = $ID",
    ),
    (
        "segment $S, step 3: it is done, though the one before it is not.",
        "UPDATE criterion SET undone = (no = 2) WHERE 1 < no \
         AND segment_id = $ID",
    ),
    (
        "segment $S, step 1: 1 + ",
        "UPDATE criterion SET before = 1 WHERE no = 1 \
         AND segment_id = $ID",
    ),
    (
        "segment $S, step 1: it added ",
        "UPDATE criterion SET added = added + 1, after = after + 1 WHERE no = 1 \
         AND segment_id = $ID",
    ),
    (
        "segment $S, step 2: its criteria can't be read.",
        "UPDATE criterion SET criteria = '{\"version\": 2, \"criteria\": {\"type\": {\"eq\": \"erased\"}}}' \
         WHERE no = 2 AND segment_id = $ID",
    ),
    (
        "saved criteria $S: they can't be read.",
        "INSERT INTO saved_criteria (name, name_fold, steps, created_at, updated_at) SELECT '$S', '$S', \
         '{\"version\": 1, \"steps\": [{\"operation\": \"ADD\", \"options\": {}, \"criteria\": {\"version\": 2, \
         \"criteria\": {\"type\": {\"eq\": \"erased\"}}}}]}', created_at, updated_at FROM segment WHERE no = '$S'",
    ),
    (
        "segment $S: it holds deleted contacts: contact:",
        "INSERT INTO segment_set (segment_id, piece, contacts) SELECT 0, piece, contacts \
         FROM segment_set WHERE segment_id = $ID",
    ),
];

both! {
    async fn a_healthy_database_passes(app) {
        assert_eq!(check(&app).await, [""; 0]);
        fill(&app).await;
        segment(&app, "S1").await;
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn each_kind_of_damage_is_found(app) {
        fill(&app).await;
        let bytes = if app.database_url.starts_with("sqlite") { "x'0102'" } else { "'\\x0102'" };
        for (index, (expected, sql)) in DAMAGE.iter().enumerate() {
            let no = format!("S{index}");
            segment(&app, &no).await;
            let expected = expected.replace("$S", &no);
            let id = format!("(SELECT id FROM segment WHERE no = '{no}')");
            let sql = sql.replace("$S", &no).replace("$ID", &id).replace("$BYTES", bytes);
            let says_so = |all: &[String]| all.iter().any(|it| it.starts_with(&expected));
            let before = check(&app).await;
            assert!(!says_so(&before), "{sql}: {before:#?}");
            damage(&app, &sql).await;
            let after = check(&app).await;
            assert!(says_so(&after), "{sql}: {expected}: {after:#?}");
        }
    }
}

/// On PostgreSQL the index follows from the rows.
#[tokio::test]
async fn a_contact_that_is_searched_by_other_words_is_found() {
    let app = TestApp::on_sqlite().await;
    fill(&app).await;
    assert_eq!(check(&app).await, [""; 0]);
    for sql in [
        "UPDATE contact_search SET search_text = 'x' WHERE rowid = 7",
        "DELETE FROM contact_search WHERE rowid = 8",
        "INSERT INTO contact_search (rowid, search_text) VALUES (999, 'x')",
    ] {
        damage(&app, sql).await;
    }
    let found = check(&app).await;
    let expected =
        [7, 8, 999].map(|key| format!("contact {key}: it is searched by other words than it has."));
    assert_eq!(found, expected);
}
