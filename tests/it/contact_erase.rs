//! Erasing what is known of a contact, on their request.

use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
use serde_json::{Value, json};
use urval::{
    domain::access::{Scope, Scopes},
    entity::{contact, message, segment_line},
};

use crate::{
    access::run,
    app::{TestApp, both},
    attachment::upload,
    check::{check, damage},
    contact::{codes, create, input, with},
    contact_delete::{interaction, key, segment_of, set, stage},
};

/// A person of whom everything there is holds the word `secret`.
pub(crate) async fn person(app: &TestApp) -> String {
    stage(app).await;
    codes(app, "MAILING_GROUP", &["A"]).await;
    app.must("attributeCreate", "attribute { name }", json!({ "name": "note", "type": "TEXT" }))
        .await;
    let company = create(app, input("COMPANY", "Alfa")).await;
    let person = with(
        input("PERSON", "Ada Secretsson"),
        json!({
            "companyId": company, "address": "Secret 1", "city": "Secretville", "email": "secret@x.example",
            "phone": "+46 777777", "externalId": "secret-7", "homePage": "secret.example", "jobTitle": "Secretary", "mailingGroups": ["A"],
            "attributes": [{ "name": "note", "value": { "text": "secret" } }],
        }),
    );
    let person = create(app, person).await;
    let address = json!({ "contactId": person, "code": "SECRET", "city": "Secret", "address": "Secret 2", "phone": "+46 7777778",
        "email": "secret2@x.example", "periods": [{ "startingDate": "2026-01-01" }] });
    app.must("contactAddressCreate", "address { code }", address).await;
    let call = json!({ "contactId": person, "template": "CALL", "salesperson": "BC", "description": "secret", "subject": "secret",
        "contactVia": "secret", "evaluation": "POSITIVE", "cost": "12.5" });
    let call = app.must("interactionCreate", "interaction { id }", call).await;
    let comment = json!({ "interactionId": call["interaction"]["id"], "comment": "Is a secret" });
    app.must("interactionCommentAdd", "comment { lineNo }", comment).await;
    let sale = json!({ "from": { "contactId": person }, "description": "A secret sale" });
    let sale = app.must("opportunityCreate", "opportunity { id }", sale).await;
    let id = sale["opportunity"]["id"].clone();
    let task = json!({ "from": { "opportunityId": id }, "description": "A secret task" });
    app.must("taskCreate", "", task).await;
    let lost = json!({ "opportunityId": id, "outcome": "LOST", "reason": "A secret reason" });
    app.must("opportunityClose", "", lost).await;
    let duplicate =
        create(app, with(input("PERSON", "Ada"), json!({ "externalId": "secret-8" }))).await;
    let merge = json!({ "survivorId": person, "duplicateId": duplicate });
    app.must("contactMerge", "contact { id }", merge).await;
    person
}

/// A segment of the contact, ready to be logged, with a line that says what nobody else is told.
async fn written_to(app: &TestApp, contact: &str, attachment: &Value) -> String {
    let header =
        json!({ "description": "Spring", "interactionTemplate": "CALL", "salesperson": "BC" });
    let segment = app.must("segmentCreate", "segment { id }", header).await;
    let id = segment["segment"]["id"].as_str().unwrap().to_owned();
    app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": [contact] })).await;
    let lines = json!({ "segmentId": id, "lines": { "all": true }, "set": { "subject": "secret",
        "body": "A secret", "bodyFormat": "TEXT", "attachmentIds": [attachment] } });
    assert_eq!(app.must("segmentUpdateLines", "linesCount", lines).await["linesCount"], 1);
    id
}

/// All rows that may tell of somebody, as text.
pub(crate) async fn all_text(app: &TestApp) -> String {
    let db = app.context.db.reader();
    let mut text = String::new();
    macro_rules! text {
        ($($table:ident),*) => {$( text += &format!("{:?}", $table::Entity::find().all(db).await.unwrap()); )*};
    }
    use urval::entity::*;
    text!(
        attachment,
        attribute,
        audit_entry,
        campaign,
        campaign_entry,
        contact,
        contact_address,
        contact_address_period,
        contact_attribute,
        contact_code,
        contact_duplicate,
        contact_duplicate_key,
        contact_identifier,
        contact_profile_answer,
        criterion,
        document_template,
        idempotency_key,
        interaction,
        interaction_comment,
        interaction_template,
        interaction_template_language,
        logged_segment,
        message,
        message_attachment,
        opportunity,
        profile_answer,
        profile_question,
        profile_questionnaire,
        purchase,
        saved_criteria,
        segment,
        segment_line,
        segment_text,
        setup,
        task,
        task_attendee
    );
    text.to_lowercase()
}

both! {
    async fn nothing_is_left_that_tells_of_them_and_all_is_still_counted(app) {
        let ada = person(&app).await;
        let segment = segment_of(&app, &[&ada]).await;
        let lines = json!({ "segmentId": segment, "lines": { "all": true },
            "set": { "description": "secret", "contactVia": "secret", "unitCost": "3" } });
        app.must("segmentUpdateLines", "linesCount", lines).await;
        let criteria = json!({ "any": [
            { "email": { "eq": "Secret@X.example" } }, { "name": { "in": ["ADA SECRETSSON", "Bo"] } },
            { "firstName": { "eqIgnoreCase": "ada" } }, { "company": { "surname": { "matches": "@*secretsson*" } } },
            { "email2": { "eq": "secret2@x.example" } }, { "mobile": { "eq": "+46 7777778" } }, { "address": { "eq": "Secret 2" } },
            { "externalId": { "in": ["secret-7", "secret-8"] } }, { "homePage": { "eq": "secret.example" } },
            { "search": "Ada Secretsson" },
        ] });
        let add = json!({ "segmentId": segment, "criteria": criteria });
        app.must("segmentAddContacts", "segment { id }", add).await;
        app.must("segmentSaveCriteria", "savedCriteria { id }", json!({ "segmentId": segment, "name": "Kept" })).await;
        let answer = "INSERT INTO idempotency_key (id, fingerprint, scopes, claim, claimed_at, committed, ended, answer) \
            SELECT 'k', 'f', 'read', 1, created_at, TRUE, TRUE, '{\"comment\": \"Is a secret\"}' FROM contact WHERE id = 1";
        damage(&app, answer).await;
        assert!(20 < all_text(&app).await.matches("secret").count());

        let erase = json!({ "contactId": ada, "reason": "On request", "expectedRevision": 3 });
        let selection = "contact { no name privacyBlocked excludeFromSegment erasedAt erasureReason company { id } revision } \
            interactionsCount commentsCount criteriaCount";
        let erased = app.must("contactErase", selection, erase.clone()).await;
        assert_eq!(erased, json!({
            "contact": { "no": "CT000002", "name": "Erased", "privacyBlocked": true, "excludeFromSegment": true,
                "erasedAt": "2026-11-02T09:00:00+00:00", "erasureReason": "On request", "company": null, "revision": 4 },
            "interactionsCount": 1, "commentsCount": 1, "criteriaCount": 2, "userErrors": [],
        }));
        let text = all_text(&app).await;
        let left: Vec<_> = text.match_indices("secret").map(|(at, _)| &text[at.saturating_sub(60)..at + 20]).collect();
        assert_eq!(left, [""; 0]);
        assert!(!text.contains("777777"));
        assert!(!text.contains("ada"), "{text}");
        let words = app.data(r#"{ a: contacts(search: "secret") { totalCount } b: contacts(search: "erased") { totalCount } }"#, json!({})).await;
        assert_eq!((&words["a"]["totalCount"], &words["b"]["totalCount"]), (&json!(0), &json!(1)));

        // What happened is still there, and counts.
        assert_eq!(set(&app, &segment).await, [key(&ada)]);
        let query = "query($id: ID!, $segment: ID!) { contact(id: $id) { statistics { count cost } interactions { nodes {
            template { code } evaluation cost description company { no } } } }
            segment(id: $segment) { contactsCount cost criteria { operation after text } } }";
        let kept = app.data(query, json!({ "id": ada, "segment": segment })).await;
        assert_eq!(kept["contact"]["interactions"]["nodes"], json!([{ "template": { "code": "CALL" }, "evaluation": "POSITIVE",
            "cost": "12.5", "description": null, "company": { "no": "CT000001" } }]));
        assert_eq!(kept["segment"]["cost"], "3");
        assert!(kept["segment"]["criteria"][1]["text"].as_str().unwrap().contains("erased"), "{kept}");
        assert_eq!(check(&app).await, [""; 0]);
        // A second time there is nothing to be done.
        let again = app.must("contactErase", "interactionsCount", json!({ "contactId": ada })).await;
        assert_eq!(again["interactionsCount"], 0);
    }

    async fn what_was_written_to_them_alone_goes(app) {
        let ada = person(&app).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        let file = upload(&app, "a.txt", "text/plain", "A").await;
        let open = written_to(&app, &ada, &file).await;
        let logged = written_to(&app, &ada, &file).await;
        let of_both = written_to(&app, &bo, &file).await;
        app.must("segmentLog", "interactionsCount", json!({ "segmentId": logged })).await;
        assert!(all_text(&app).await.contains("a secret"));
        let messages = || async { message::Entity::find().count(app.context.db.reader()).await.unwrap() };
        assert_eq!(messages().await, 6);
        app.must("contactErase", "contact { id }", json!({ "contactId": ada })).await;
        // A body and attachments are a message each, and those of Bo's line are left.
        assert_eq!(messages().await, 2);
        assert_eq!(set(&app, &open).await, [key(&ada)]);
        app.must("contactDelete", "", json!({ "id": bo, "removeFromSegments": true })).await;
        assert_eq!(messages().await, 0);
        assert_eq!(set(&app, &of_both).await, [0; 0]);
        let text = all_text(&app).await;
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn what_merely_reads_like_them_stays(app) {
        stage(&app).await;
        let her = with(input("PERSON", "Company"), json!({ "firstName": "London", "surname": "Company", "phone": "123" }));
        let her = create(&app, her).await;
        let bo = create(&app, with(input("PERSON", "Bo"), json!({ "city": "London" }))).await;
        let segment = segment_of(&app, &[]).await;
        let criteria = json!({ "any": [{ "type": { "eq": "COMPANY" } }, { "city": { "eq": "London" } },
            { "interactions": { "where": { "documentNo": { "eq": "123" } } } }] });
        app.must("segmentAddContacts", "", json!({ "segmentId": segment, "criteria": criteria })).await;
        app.must("segmentSaveCriteria", "", json!({ "segmentId": segment, "name": "Kept" })).await;
        let query = "{ segments { nodes { criteria { criteria text } } } savedCriteria { nodes { steps { criteria text } } } }";
        let before = app.data(query, json!({})).await;
        let erased = app.must("contactErase", "criteriaCount", json!({ "contactId": her })).await;
        assert_eq!(erased["criteriaCount"], 0);
        assert_eq!(app.data(query, json!({})).await, before);
        assert_eq!(set(&app, &segment).await, [key(&bo)]);
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn people_of_an_erased_company_keep_what_is_theirs(app) {
        let company = create(&app, with(input("COMPANY", "Secret AB"), json!({ "city": "Oslo", "phone": "1" }))).await;
        let bo = create(&app, with(input("PERSON", "Bo"), json!({ "companyId": company }))).await;
        app.must("contactErase", "contact { id }", json!({ "contactId": company })).await;
        let query = "query($id: ID!) { contact(id: $id) { name city phone companyName company { name city } } }";
        let kept = app.data(query, json!({ "id": bo })).await;
        assert_eq!(kept["contact"], json!({ "name": "Bo", "city": "Oslo", "phone": "1", "companyName": "Erased",
            "company": { "name": "Erased", "city": null } }));
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn erasing_has_its_errors(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        for (input, code, path) in [
            (json!({ "contactId": "contact:99" }), "NOT_FOUND", "contactId"),
            (json!({ "contactId": "segment:1" }), "INVALID", "contactId"),
            (json!({ "contactId": ada, "expectedRevision": 9 }), "CONFLICT", "expectedRevision"),
            (json!({ "contactId": ada, "reason": "x".repeat(251) }), "LIMIT_EXCEEDED", "reason"),
        ] {
            let refused = app.mutate("contactErase", "contact { id }", input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], code, "{input}");
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", path]), "{input}");
        }
        let erase = format!("mutation {{ contactErase(input: {{ contactId: \"{ada}\" }}) {{ contact {{ name }} userErrors {{ code }} }} }}");
        let refused = run(&app, &erase, Scopes::of(&[Scope::Write, Scope::Log])).await;
        let told = "`contactErase` needs the scope `personal` or `admin`; you have `read write log`.";
        assert_eq!(refused["errors"][0]["message"], told, "{refused}");
        let row = contact::Entity::find().one(app.context.db.reader()).await.unwrap().unwrap();
        assert_eq!((row.name.as_str(), row.erased_at), ("Ada", None));
        for scopes in [Scopes::of(&[Scope::Write, Scope::Personal]), Scopes::of(&[Scope::Write, Scope::Admin])] {
            let done = run(&app, &erase, scopes).await;
            assert_eq!(done["data"]["contactErase"]["userErrors"], json!([]), "{done}");
        }
    }

    async fn comments_and_texts_of_others_stay(app) {
        let ada = person(&app).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        let call = interaction(&app, &bo).await;
        app.must("interactionCommentAdd", "comment { lineNo }", json!({ "interactionId": call, "comment": "Nice" })).await;
        let segment = segment_of(&app, &[&ada, &bo]).await;
        let lines = json!({ "segmentId": segment, "lines": { "all": true }, "set": { "description": "Hello" } });
        app.must("segmentUpdateLines", "linesCount", lines).await;
        app.must("contactErase", "contact { id }", json!({ "contactId": ada })).await;
        let query = "query($id: ID!) { contact(id: $id) { interactions { nodes { description comments { comment } } } } }";
        let kept = app.data(query, json!({ "id": bo })).await;
        let expected: Value = json!([{ "description": "A call", "comments": [{ "comment": "Nice" }] }]);
        assert_eq!(kept["contact"]["interactions"]["nodes"], expected);
        let lines = segment_line::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert_eq!(lines.len(), 1, "a line without values of its own has no row");
        assert_eq!(lines[0].description.as_deref(), Some("Hello"));
    }
}

/// On PostgreSQL it is `VACUUM` that takes them.
#[tokio::test]
async fn their_words_leave_the_index_for_good() {
    let app = TestApp::on_sqlite().await;
    let ada = create(&app, input("PERSON", "Qwertzuiop")).await;
    create(&app, input("PERSON", "Bo")).await;
    let kept = || async {
        // Words that begin alike are kept once, and then by their ends.
        let sql = "SELECT COUNT(*) AS kept FROM contact_search_data \
                   WHERE instr(block, CAST('wertzuiop' AS BLOB)) <> 0";
        let db = app.context.db.reader();
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql));
        row.await.unwrap().unwrap().try_get::<i64>("", "kept").unwrap()
    };
    assert_eq!(kept().await, 1);
    app.must("contactErase", "contact { id }", json!({ "contactId": ada })).await;
    assert_eq!(kept().await, 0);
    assert_eq!(check(&app).await, [""; 0]);
}
