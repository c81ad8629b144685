//! Erasing what is known of a contact, on their request.

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use urval::{
    domain::access::{Scope, Scopes},
    entity::{contact, criterion, idempotency_key, interaction, saved_criteria, segment_line},
};

use crate::{
    access::run,
    app::{TestApp, both},
    check::{check, damage},
    contact::{codes, create, input, with},
    contact_delete::{interaction, key, segment_of, set, stage},
    import::{counts, import},
};

/// A person of whom everything there is holds the word `secret`.
async fn person(app: &TestApp) -> String {
    stage(app).await;
    codes(app, "MAILING_GROUP", &["A"]).await;
    app.must("attributeCreate", "attribute { name }", json!({ "name": "note", "type": "TEXT" }))
        .await;
    let company = create(app, input("COMPANY", "Alfa")).await;
    let person = with(
        input("PERSON", "Ada Secretsson"),
        json!({
            "companyId": company, "address": "Secret 1", "city": "Secretville", "email": "secret@x.example",
            "phone": "+46 777777", "externalId": "secret-7", "jobTitle": "Secretary", "mailingGroups": ["A"],
            "attributes": [{ "name": "note", "value": { "text": "secret" } }],
        }),
    );
    let person = create(app, person).await;
    let address = json!({ "contactId": person, "code": "SECRET", "city": "Secret", "periods": [{ "startingDate": "2026-01-01" }] });
    app.must("contactAddressCreate", "address { code }", address).await;
    let call = json!({ "contactId": person, "template": "CALL", "salesperson": "BC", "description": "secret", "subject": "secret",
        "contactVia": "secret", "evaluation": "POSITIVE", "cost": "12.5" });
    let call = app.must("interactionCreate", "interaction { id }", call).await;
    let comment = json!({ "interactionId": call["interaction"]["id"], "comment": "Is a secret" });
    app.must("interactionCommentAdd", "comment { lineNo }", comment).await;
    person
}

/// All rows that may tell of somebody, as text.
async fn all_text(app: &TestApp) -> String {
    let db = app.context.db.reader();
    let mut text = String::new();
    macro_rules! text {
        ($($table:ident),*) => {$( text += &format!("{:?}", $table::Entity::find().all(db).await.unwrap()); )*};
    }
    use urval::entity::{
        audit_entry, contact_address, contact_attribute, contact_code, contact_identifier,
        interaction_comment,
    };
    text!(
        contact,
        contact_address,
        contact_attribute,
        contact_code,
        contact_identifier,
        interaction,
        interaction_comment,
        segment_line,
        criterion,
        saved_criteria,
        idempotency_key,
        audit_entry
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
        let criteria = json!({ "any": [{ "email": { "eq": "Secret@X.example" } }, { "name": { "in": ["ADA SECRETSSON", "Bo"] } }] });
        let add = json!({ "segmentId": segment, "criteria": criteria });
        app.must("segmentAddContacts", "segment { id }", add).await;
        app.must("segmentSaveCriteria", "savedCriteria { id }", json!({ "segmentId": segment, "name": "Kept" })).await;
        let answer = "INSERT INTO idempotency_key (id, fingerprint, scopes, claim, claimed_at, committed, ended, answer) \
            SELECT 'k', 'f', 'read', 1, created_at, TRUE, TRUE, '{\"name\": \"Ada Secretsson\"}' FROM contact WHERE id = 1";
        damage(&app, answer).await;
        assert!(20 < all_text(&app).await.matches("secret").count());

        let erase = json!({ "contactId": ada, "reason": "On request", "expectedRevision": 2 });
        let selection = "contact { no name privacyBlocked excludeFromSegment erasedAt erasureReason company { id } revision } \
            interactionsCount commentsCount criteriaCount";
        let erased = app.must("contactErase", selection, erase.clone()).await;
        assert_eq!(erased, json!({
            "contact": { "no": "CT000002", "name": "Erased", "privacyBlocked": true, "excludeFromSegment": true,
                "erasedAt": "2026-11-02T09:00:00+00:00", "erasureReason": "On request", "company": null, "revision": 3 },
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

    async fn who_was_erased_is_never_selected_or_changed_again(app) {
        let ada = person(&app).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        app.must("contactErase", "contact { id }", json!({ "contactId": ada })).await;
        let segment = segment_of(&app, &[]).await;
        let add = json!({ "segmentId": segment, "criteria": { "all": [] }, "options": { "ignoreExclusion": true } });
        let added = app.must("segmentAddContacts", "effect { skippedPrivacyBlocked }", add).await;
        assert_eq!(added["effect"]["skippedPrivacyBlocked"], 1);
        assert!(!set(&app, &segment).await.contains(&key(&ada)));
        for (name, input) in [
            ("contactUpdate", json!({ "id": ada, "name": "Ada" })),
            ("contactUpdate", json!({ "id": ada, "privacyBlocked": false })),
            ("contactAddressCreate", json!({ "contactId": ada, "code": "HOME" })),
            ("contactMerge", json!({ "survivorId": ada, "duplicateId": bo })),
            ("contactMerge", json!({ "survivorId": bo, "duplicateId": ada })),
        ] {
            let refused = app.mutate(name, "contact { id }", input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED", "{name} {input}: {refused}");
        }
        let call = json!({ "contactId": ada, "template": "CALL", "salesperson": "BC" });
        let refused = app.mutate("interactionCreate", "interaction { id }", call).await;
        assert_eq!(refused["userErrors"][0]["code"], "PRIVACY_BLOCKED");
        // The system from which they came may know them still.
        let (outcome, said) = import(&app, "No.,Name\nCT000002,Ada Secretsson\n").await;
        assert_eq!(counts(&outcome), [0, 0, 0, 1]);
        assert_eq!(said, ["2 No.: The contact has been erased, and stays so."]);
        // It can be deleted.
        app.must("contactDelete", "deletedId", json!({ "id": ada })).await;
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
