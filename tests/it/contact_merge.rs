//! Merging a duplicate into the contact that survives.

use serde_json::{Value, json};
use urval::domain::members;

use crate::{
    app::{TestApp, both},
    contact::{codes, create, input, with},
    contact_delete::{interaction, key, segment_of, set, stage},
};

async fn merge(app: &TestApp, survivor: &str, duplicate: &str) -> Value {
    let input = json!({ "survivorId": survivor, "duplicateId": duplicate });
    app.must("contactMerge", "contact { id revision }", input).await["contact"].clone()
}

both! {
    // MRG-1
    async fn the_survivor_gets_what_it_lacks_and_keeps_what_it_has(app) {
        codes(&app, "COUNTRY", &["NO", "SE"]).await;
        let survivor = json!({ "phone": "11", "city": "Oslo", "country": "NO" });
        let survivor = create(&app, with(input("PERSON", "Ada Berg"), survivor)).await;
        let duplicate = json!({ "phone": "22", "email": "ada@berg.example", "externalId": "crm-7", "no": "OLD1",
            "postCode": "111", "country": "SE", "excludeFromSegment": true });
        let duplicate = create(&app, with(input("PERSON", "A. Berg"), duplicate)).await;

        let input = json!({ "survivorId": survivor, "duplicateId": duplicate, "expectedRevision": 1, "jobTitle": "Boss" });
        let selection = "contact { id name phone email city postCode country { code } externalId jobTitle \
            excludeFromSegment revision }";
        let merged = app.must("contactMerge", selection, input).await;
        assert_eq!(merged["contact"], json!({
            "id": survivor, "name": "Ada Berg", "phone": "11", "email": "ada@berg.example", "city": "Oslo",
            // An address is taken as a whole.
            "postCode": null, "country": { "code": "NO" }, "externalId": "crm-7", "jobTitle": "Boss",
            "excludeFromSegment": true, "revision": 2,
        }));
        let found = app.data(r#"query($id: ID!) { contact(id: $id) { id } old: contactByNo(no: "old1") { id }
            contacts(search: "boss ada") { totalCount } all: contacts { totalCount } }"#, json!({ "id": duplicate })).await;
        assert_eq!(found["contact"], json!(null));
        assert_eq!(found["old"], json!({ "id": survivor }), "the old number finds the survivor");
        assert_eq!(found["all"]["totalCount"], 1);
        let deleted = members::deleted(app.context.db.reader()).await.unwrap();
        assert_eq!(deleted.iter().collect::<Vec<_>>(), [key(&duplicate)]);
        // The number and the external id are taken for ever.
        for taken in [json!({ "no": "OLD1" }), json!({ "externalId": "crm-7" })] {
            let refused = app.mutate("contactCreate", "", with(crate::contact::input("PERSON", "B"), taken)).await;
            assert_eq!(refused["userErrors"][0]["code"], "TAKEN");
        }
    }

    // MRG-1
    async fn the_survivor_takes_the_place_of_the_duplicate_in_segments(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let duplicate = create(&app, input("PERSON", "Aada")).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        let only_duplicate = segment_of(&app, &[&duplicate, &bo]).await;
        let both = segment_of(&app, &[&ada, &duplicate]).await;
        let neither = segment_of(&app, &[&bo]).await;
        assert_eq!(merge(&app, &ada, &duplicate).await, json!({ "id": ada, "revision": 2 }));

        assert_eq!(set(&app, &only_duplicate).await, [key(&ada), key(&bo)]);
        assert_eq!(set(&app, &both).await, [key(&ada)]);
        assert_eq!(set(&app, &neither).await, [key(&bo)]);
        // As if it had always been one contact.
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Segment { contactsCount criteria {
            before added removed after addedContacts { nodes { id } } } } } }";
        let steps = app.data(query, json!({ "ids": [only_duplicate, both, neither] })).await;
        let step = |count: usize, ids: Value| {
            let nodes: Vec<Value> = ids.as_array().unwrap().iter().map(|id| json!({ "id": id })).collect();
            json!({ "contactsCount": count, "criteria": [{ "before": 0, "added": count, "removed": 0,
                "after": count, "addedContacts": { "nodes": nodes } }] })
        };
        assert_eq!(steps["nodes"], json!([step(2, json!([ada, bo])), step(1, json!([ada])), step(1, json!([bo]))]));
        // The duplicate never comes back, and the survivor goes and comes as it did.
        for segment in [&only_duplicate, &both] {
            app.must("segmentGoBack", "", json!({ "segmentId": segment })).await;
            assert!(set(&app, segment).await.is_empty());
            app.must("segmentGoForward", "", json!({ "segmentId": segment })).await;
        }
        assert_eq!(set(&app, &only_duplicate).await, [key(&ada), key(&bo)]);
        let segments = app.data("query($id: ID!) { contact(id: $id) { segments { id } } }", json!({ "id": ada })).await;
        assert_eq!(segments["contact"]["segments"], json!([{ "id": only_duplicate }, { "id": both }]));
    }

    // MRG-1
    async fn what_hangs_on_the_duplicate_hangs_on_the_survivor(app) {
        stage(&app).await;
        codes(&app, "MAILING_GROUP", &["A", "B", "C"]).await;
        let ada = with(input("PERSON", "Ada"), json!({ "mailingGroups": ["A", "B"] }));
        let ada = create(&app, ada).await;
        let duplicate = with(input("PERSON", "Aada"), json!({ "mailingGroups": ["B", "C"] }));
        let duplicate = create(&app, duplicate).await;
        interaction(&app, &ada).await;
        let call = interaction(&app, &duplicate).await;
        app.must("interactionCommentAdd", "", json!({ "interactionId": call, "comment": "Nice" })).await;
        merge(&app, &ada, &duplicate).await;
        let query = "query($id: ID!) { contact(id: $id) { mailingGroups { code } \
            interactions { totalCount nodes { comments { comment } } } } }";
        let merged = app.data(query, json!({ "id": ada })).await;
        assert_eq!(merged["contact"], json!({
            "mailingGroups": [{ "code": "A" }, { "code": "B" }, { "code": "C" }],
            "interactions": { "totalCount": 2, "nodes": [{ "comments": [{ "comment": "Nice" }] }, { "comments": [] }] },
        }));
    }

    async fn people_of_a_duplicate_company_belong_to_the_survivor(app) {
        stage(&app).await;
        let alfa = create(&app, with(input("COMPANY", "Alfa"), json!({ "phone": "1" }))).await;
        let duplicate = create(&app, with(input("COMPANY", "Alfa Ltd"), json!({ "city": "Oslo" }))).await;
        let ada = create(&app, with(input("PERSON", "Ada"), json!({ "companyId": duplicate }))).await;
        interaction(&app, &ada).await;
        let input = json!({ "survivorId": alfa, "duplicateId": duplicate, "name": "Alfa AS" });
        app.must("contactMerge", "contact { name city company { id } }", input).await;
        let query = "query($id: ID!) { contact(id: $id) { companyName company { id } \
            interactions { nodes { company { id } } } } }";
        let person = app.data(query, json!({ "id": ada })).await;
        assert_eq!(person["contact"], json!({
            "companyName": "Alfa AS", "company": { "id": alfa }, "interactions": { "nodes": [{ "company": { "id": alfa } }] },
        }));
        let found = app.data(r#"{ contacts(search: "ltd") { totalCount } }"#, json!({})).await;
        assert_eq!(found["contacts"]["totalCount"], 0);
    }

    async fn merging_protects_a_minor(app) {
        let survivor = with(input("PERSON", "Ada"), json!({ "parentalConsent": true }));
        let survivor = create(&app, survivor).await;
        let minor = create(&app, with(input("PERSON", "Ada"), json!({ "minor": true }))).await;
        let input = json!({ "survivorId": survivor, "duplicateId": minor });
        let merged = app.must("contactMerge", "contact { minor parentalConsent privacyBlocked }", input).await;
        assert_eq!(merged["contact"], json!({ "minor": true, "parentalConsent": false, "privacyBlocked": true }));
    }

    async fn what_both_have_is_told_and_chosen(app) {
        // MRG-1
        codes(&app, "MAILING_GROUP", &["A", "B"]).await;
        codes(&app, "COUNTRY", &["NO", "SE"]).await;
        app.must("attributeCreate", "attribute { name }", json!({ "name": "size", "type": "NUMBER" })).await;
        let size = |size: &str| json!([{ "name": "size", "value": { "number": size } }]);
        let ada = create(&app, with(input("PERSON", "Ada Berg"), json!({
            "phone": "11", "email": "ada@x.example", "city": "Oslo", "country": "NO", "jobTitle": "Boss",
            "mailingGroups": ["A"], "attributes": size("1"),
        }))).await;
        let duplicate = create(&app, with(input("PERSON", "Aada Berg"), json!({
            "phone": "22", "email": "ada@x.example", "city": "Åmål", "country": "SE",
            "mailingGroups": ["A", "B"], "attributes": size("2.5"),
        }))).await;
        for contact in [&ada, &duplicate] {
            let home = json!({ "contactId": contact, "code": "HOME", "city": "Vik",
                "periods": [{ "startingDate": "2026-01-01" }] });
            app.must("contactAddressCreate", "address { code }", home).await;
        }
        let segment = segment_of(&app, &[&ada, &duplicate]).await;
        let lines = json!({ "segmentId": segment, "lines": { "all": true }, "set": { "description": "Mine" } });
        app.must("segmentUpdateLines", "linesCount", lines).await;

        let selection = "contact { name phone city country { code } jobTitle } conflicts { kind key survivor \
            duplicate isTaken } interactionsCount segmentsCount peopleCount";
        let merge = json!({ "survivorId": ada, "duplicateId": duplicate, "take": ["NAME", "PHONE", "ADDRESS", "JOB_TITLE"] });
        let dry = app.must("contactMerge", selection, with(merge.clone(), json!({ "dryRun": true }))).await;
        let conflict = |kind: &str, key: &str, both: [Option<&str>; 2], is_taken: bool| json!({
            "kind": kind, "key": key, "survivor": both[0], "duplicate": both[1], "isTaken": is_taken,
        });
        assert_eq!(dry["conflicts"], json!([
            conflict("FIELD", "NAME", [Some("Ada Berg"), Some("Aada Berg")], true),
            conflict("FIELD", "ADDRESS", [Some("Oslo, NO"), Some("Åmål, SE")], true),
            conflict("FIELD", "PHONE", [Some("11"), Some("22")], true),
            conflict("ATTRIBUTE", "size", [Some("1"), Some("2.5")], false),
            conflict("CODE", "MAILING_GROUP A", [None, None], false),
            conflict("ADDRESS", "HOME", [Some("Vik"), Some("Vik")], false),
            conflict("ADDRESS_PERIOD", "2026-01-01", [Some("HOME"), Some("HOME")], false),
            conflict("LINE", "SM000001", [None, None], false),
        ]));
        assert_eq!((&dry["interactionsCount"], &dry["segmentsCount"]), (&json!(0), &json!(1)));
        // What the duplicate lacks, the survivor keeps.
        let expected = json!({ "name": "Aada Berg", "phone": "22", "city": "Åmål", "country": { "code": "SE" }, "jobTitle": "Boss" });
        assert_eq!(dry["contact"], expected);
        // Nothing happened.
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { name revision } ... on Segment { contactsCount } } }";
        let before = app.data(query, json!({ "ids": [ada, duplicate, segment] })).await;
        assert_eq!(before["nodes"], json!([{ "name": "Ada Berg", "revision": 2 }, { "name": "Aada Berg", "revision": 2 }, { "contactsCount": 2 }]));
        assert_eq!(set(&app, &segment).await, [key(&ada), key(&duplicate)]);

        let done = app.must("contactMerge", selection, merge).await;
        assert_eq!(done, dry, "it came as it was told");
        assert_eq!(set(&app, &segment).await, [key(&ada)]);
        let query = "query($id: ID!) { contact(id: $id) { name firstName searchName mailingGroups { code } attributes { number } } }";
        let merged = app.data(query, json!({ "id": ada })).await;
        assert_eq!(merged["contact"], json!({
            "name": "Aada Berg", "firstName": "Aada", "searchName": "AADA BERG",
            "mailingGroups": [{ "code": "A" }, { "code": "B" }], "attributes": [{ "number": "1" }],
        }));
        assert_eq!(crate::check::check(&app).await, [""; 0]);
    }

    async fn merging_has_its_errors(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let aada = create(&app, input("PERSON", "Aada")).await;
        let alfa = create(&app, with(input("COMPANY", "Alfa"), json!({ "externalId": "X" }))).await;
        for (input, code, path) in [
            (json!({ "survivorId": ada, "duplicateId": ada }), "INVALID", "duplicateId"),
            (json!({ "survivorId": ada, "duplicateId": alfa }), "INVALID", "duplicateId"),
            (json!({ "survivorId": ada, "duplicateId": "contact:99" }), "NOT_FOUND", "duplicateId"),
            (json!({ "survivorId": "contact:99", "duplicateId": ada }), "NOT_FOUND", "survivorId"),
            (json!({ "survivorId": ada, "duplicateId": "segment:1" }), "INVALID", "duplicateId"),
            (json!({ "survivorId": ada, "duplicateId": aada, "expectedRevision": 3 }), "CONFLICT", "expectedRevision"),
            (json!({ "survivorId": ada, "duplicateId": aada, "country": "XX" }), "NOT_FOUND", "country"),
            (json!({ "survivorId": ada, "duplicateId": aada, "externalId": "X" }), "TAKEN", "externalId"),
        ] {
            let refused = app.mutate("contactMerge", "contact { id }", input.clone()).await;
            assert_eq!(refused["contact"], json!(null), "{input}");
            assert_eq!(refused["userErrors"][0]["code"], code, "{input}");
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", path]), "{input}");
        }
        // Nothing happened.
        let all = app.data("{ contacts { totalCount nodes { revision } } }", json!({})).await;
        assert_eq!(all["contacts"]["totalCount"], 3);
        assert!(members::deleted(app.context.db.reader()).await.unwrap().is_empty());
    }
}
