use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    contact_delete,
};

/// The input of a contact of this type and name.
pub(crate) fn input(r#type: &str, name: &str) -> Value {
    json!({ "type": r#type, "name": name })
}

/// `input` with more fields.
pub(crate) fn with(mut input: Value, more: Value) -> Value {
    let more = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(more);
    input
}

/// Creates a contact and returns its id.
pub(crate) async fn create(app: &TestApp, input: Value) -> String {
    let created = app.must("contactCreate", "contact { id }", input).await;
    created["contact"]["id"].as_str().unwrap().to_owned()
}

/// Adds entries to a code table.
pub(crate) async fn codes(app: &TestApp, kind: &str, codes: &[&str]) {
    for code in codes {
        app.must("codeCreate", "code { code }", json!({ "kind": kind, "code": code })).await;
    }
}

async fn ask(app: &TestApp, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ contact(id: $id) {{ {selection} }} }}");
    let response = app.graphql(&query, json!({ "id": id })).await;
    assert!(response.get("errors").is_none(), "{response:#}");
    response["data"]["contact"].clone()
}

both! {
    async fn a_company_points_at_itself_and_gets_the_next_number(app) {
        let numbered = json!({ "type": "COMPANY", "name": " Åre  Skidfabrik ", "no": "ct000001" });
        let selection = "contact { id no type name searchName companyName company { id } revision }";
        let first = app.must("contactCreate", selection, numbered).await;
        let id = first["contact"]["id"].clone();
        assert_eq!(first["contact"], json!({
            "id": "contact:1", "no": "CT000001", "type": "COMPANY", "name": "Åre  Skidfabrik",
            "searchName": "ÅRE  SKIDFABRIK", "companyName": "Åre  Skidfabrik",
            "company": { "id": id }, "revision": 1,
        }));
        // CON-1: numbers that are in use are skipped.
        let second = app.must("contactCreate", "contact { no }", input("COMPANY", "Bo")).await;
        assert_eq!(second["contact"]["no"], "CT000002");
    }

    async fn a_person_takes_over_what_is_missing_from_the_company(app) {
        // CON-6
        codes(&app, "COUNTRY", &["SE", "NO"]).await;
        let company = with(input("COMPANY", "Fjell AS"), json!({
            "address": "Gata 1", "city": "Oslo", "country": "no", "phone": "22 33", "email": "post@fjell.no",
        }));
        let company = create(&app, company).await;
        let person = with(input("PERSON", "Kari Lie"), json!({ "companyId": company, "phone": "44" }));
        let id = create(&app, person).await;
        let selection = "companyName address city country { code } phone email firstName surname company { name }";
        assert_eq!(ask(&app, &id, selection).await, json!({
            "companyName": "Fjell AS", "address": "Gata 1", "city": "Oslo", "country": { "code": "NO" },
            "phone": "44", "email": "post@fjell.no", "firstName": "Kari", "surname": "Lie",
            "company": { "name": "Fjell AS" },
        }));
        let alone = with(input("PERSON", "Ola"), json!({ "companyId": company, "inheritFromCompany": false }));
        let id = create(&app, alone).await;
        assert_eq!(ask(&app, &id, "companyName city").await, json!({ "companyName": "Fjell AS", "city": null }));
    }

    async fn a_change_of_a_company_reaches_its_people(app) {
        // CON-7
        let company = create(&app, with(input("COMPANY", "Alfa"), json!({ "city": "Oslo", "phone": "11" }))).await;
        let same = create(&app, with(input("PERSON", "Ada"), json!({ "companyId": company }))).await;
        let own = with(input("PERSON", "Bo"), json!({ "companyId": company, "city": "Rom", "phone": "22" }));
        let own = create(&app, own).await;
        let change = json!({ "id": company, "name": "Ömega", "city": "Bergen", "phone": "33" });
        app.must("contactUpdate", "contact { revision }", change).await;
        assert_eq!(ask(&app, &same, "companyName city phone revision").await,
            json!({ "companyName": "Ömega", "city": "Bergen", "phone": "33", "revision": 2 }));
        assert_eq!(ask(&app, &own, "companyName city phone").await,
            json!({ "companyName": "Ömega", "city": "Rom", "phone": "22" }));
        // Their words and their order follow.
        let found = app.graphql(r#"{ contacts(search: "öm") { totalCount nodes { name } } }"#, json!({})).await;
        assert_eq!(found["data"]["contacts"], json!({
            "totalCount": 3, "nodes": [{ "name": "Ömega" }, { "name": "Ada" }, { "name": "Bo" }],
        }));
    }

    async fn an_address_follows_the_company_as_a_whole_or_not_at_all(app) {
        // CON-7
        codes(&app, "COUNTRY", &["SE", "NO"]).await;
        let place = |address: &str, code: &str, city: &str, country: &str| json!({
            "address": address, "postCode": code, "city": city, "country": country });
        let office = place("Kungsgatan 5", "111 44", "Stockholm", "SE");
        let company = create(&app, with(input("COMPANY", "Alfa"), office)).await;
        let of_it = json!({ "companyId": company });
        let there = create(&app, with(input("PERSON", "Ada"), of_it.clone())).await;
        let home = with(input("PERSON", "Bo"), place("Storgatan 1", "112 11", "Stockholm", "SE"));
        let home = create(&app, with(home, of_it.clone())).await;
        let nowhere = with(of_it, json!({ "inheritFromCompany": false, "country": "SE" }));
        let nowhere = create(&app, with(input("PERSON", "Cy"), nowhere)).await;
        let moved = with(place("Karl Johan 1", "0154", "Oslo", "NO"), json!({ "id": company }));
        app.must("contactUpdate", "", moved).await;
        let shown = "address postCode city country { code }";
        for (id, expected) in [
            (&there, json!(["Karl Johan 1", "0154", "Oslo", "NO"])),
            (&home, json!(["Storgatan 1", "112 11", "Stockholm", "SE"])),
            // A country by itself is no address, and follows.
            (&nowhere, json!([null, null, null, "NO"])),
        ] {
            let found = ask(&app, id, shown).await;
            assert_eq!(json!([found["address"], found["postCode"], found["city"], found["country"]["code"]]), expected);
        }
    }

    async fn whoever_is_nowhere_takes_the_address_of_the_company(app) {
        // CON-6
        codes(&app, "COUNTRY", &["SE", "NO"]).await;
        codes(&app, "LANGUAGE", &["SV", "EN"]).await;
        let company = json!({ "address": "Kungsgatan 5", "city": "Stockholm", "country": "SE", "language": "SV" });
        let company = create(&app, with(input("COMPANY", "Alfa"), company)).await;
        let shown = "address city country { code } language { code }";
        let taken = |country: &str, language: &str| json!({ "address": "Kungsgatan 5", "city": "Stockholm",
            "country": { "code": country }, "language": { "code": language } });
        // A country by itself is no address.
        let person = json!({ "companyId": company, "country": "SE" });
        let person = create(&app, with(input("PERSON", "Ada"), person)).await;
        assert_eq!(ask(&app, &person, shown).await, taken("SE", "SV"));
        // What people have is theirs, but for a country without an address.
        let person = create(&app, with(input("PERSON", "Bo"), json!({ "country": "NO", "language": "EN" }))).await;
        app.must("contactUpdate", "", json!({ "id": person, "companyId": company })).await;
        assert_eq!(ask(&app, &person, shown).await, taken("SE", "EN"));
        let own = json!({ "companyId": company, "city": "Rom" });
        let own = create(&app, with(input("PERSON", "Cy"), own)).await;
        assert_eq!(ask(&app, &own, "address city country { code }").await,
            json!({ "address": null, "city": "Rom", "country": null }));
    }

    // CON-6, D17
    async fn a_person_moves_to_another_company_and_stays_in_segments(app) {
        contact_delete::stage(&app).await;
        let old = create(&app, with(input("COMPANY", "Old"), json!({ "city": "Oslo", "phone": "1" }))).await;
        let new = json!({ "city": "Bergen", "phone": "2", "email": "post@new.no" });
        let new = create(&app, with(input("COMPANY", "New"), new)).await;
        let ada = create(&app, with(input("PERSON", "Ada"), json!({ "companyId": old }))).await;
        let own = json!({ "companyId": old, "city": "Rom", "phone": "9" });
        let bo = create(&app, with(input("PERSON", "Bo"), own)).await;
        let segment = contact_delete::segment_of(&app, &[&ada, &bo]).await;
        contact_delete::interaction(&app, &ada).await;
        for id in [&ada, &bo] {
            app.must("contactUpdate", "", json!({ "id": id, "companyId": new })).await;
        }
        let selection = "companyName city phone email";
        assert_eq!(ask(&app, &ada, selection).await,
            json!({ "companyName": "New", "city": "Bergen", "phone": "2", "email": "post@new.no" }));
        assert_eq!(ask(&app, &bo, selection).await,
            json!({ "companyName": "New", "city": "Rom", "phone": "9", "email": "post@new.no" }));
        let stay = [&ada, &bo].map(|id| contact_delete::key(id));
        assert_eq!(contact_delete::set(&app, &segment).await, stay);
        // What was logged stays with the person, and with the company of the time.
        let logged = "interactions { totalCount nodes { contact { name } company { name } } }";
        let interaction = json!({ "contact": { "name": "Ada" }, "company": { "name": "Old" } });
        let interactions = json!({ "interactions": { "totalCount": 1, "nodes": [interaction] } });
        assert_eq!(ask(&app, &ada, logged).await, interactions);
        assert_eq!(ask(&app, &old, logged).await, interactions);
        assert_eq!(ask(&app, &new, logged).await["interactions"]["totalCount"], 0);
        let refused = app.mutate("contactUpdate", "", json!({ "id": old, "companyId": new })).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED");
    }

    async fn names_are_split_and_put_together(app) {
        // CON-2
        let id = create(&app, input("PERSON", "Anna Lena Maria Berg")).await;
        let selection = "name firstName middleName surname searchName";
        assert_eq!(ask(&app, &id, selection).await, json!({
            "name": "Anna Lena Maria Berg", "firstName": "Anna Lena", "middleName": "Maria",
            "surname": "Berg", "searchName": "ANNA LENA MARIA BERG",
        }));
        app.must("contactUpdate", "contact { id }", json!({ "id": id, "surname": "Ek", "middleName": null })).await;
        assert_eq!(ask(&app, &id, selection).await, json!({
            "name": "Anna Lena Ek", "firstName": "Anna Lena", "middleName": null, "surname": "Ek",
            "searchName": "ANNA LENA EK",
        }));
        app.must("contactUpdate", "contact { id }", json!({ "id": id, "searchName": "boss" })).await;
        app.must("contactUpdate", "contact { id }", json!({ "id": id, "name": "Cher" })).await;
        assert_eq!(ask(&app, &id, selection).await, json!({
            "name": "Cher", "firstName": null, "middleName": null, "surname": "Cher", "searchName": "BOSS",
        }));
    }

    async fn a_minor_is_blocked_until_the_parents_consent(app) {
        // CON-4
        let selection = "contact { id minor parentalConsent privacyBlocked }";
        let id = create(&app, input("PERSON", "Alva")).await;
        let minor = app.must("contactUpdate", selection, json!({ "id": id, "minor": true })).await;
        assert_eq!(minor["contact"]["privacyBlocked"], true);
        let refused = app.mutate("contactUpdate", selection, json!({ "id": id, "privacyBlocked": false })).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED");
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", "privacyBlocked"]));
        let consent = app.must("contactUpdate", selection, json!({ "id": id, "parentalConsent": true })).await;
        assert_eq!(consent["contact"]["privacyBlocked"], true, "a change of consent blocks");
        let free = app.must("contactUpdate", selection, json!({ "id": id, "privacyBlocked": false })).await;
        assert_eq!(free["contact"]["privacyBlocked"], false);
        let withdrawn = json!({ "id": id, "parentalConsent": false });
        let withdrawn = app.must("contactUpdate", selection, withdrawn).await;
        assert_eq!(withdrawn["contact"]["privacyBlocked"], true);
    }

    async fn bad_values_are_refused_together_and_nothing_is_written(app) {
        // CON-3
        let bad = json!({
            "type": "COMPANY", "phone": "call me", "email": "a@b.se; nobody", "country": "XX",
            "name2": "x".repeat(101), "minor": true,
        });
        let refused = app.mutate("contactCreate", "contact { id }", bad).await;
        let errors: Vec<_> = refused["userErrors"].as_array().unwrap().iter()
            .map(|it| format!("{} {}", it["code"].as_str().unwrap(), it["path"][1].as_str().unwrap()))
            .collect();
        assert_eq!(errors, [
            "REQUIRED name", "LIMIT_EXCEEDED name2", "INVALID phone", "INVALID email",
            "NOT_ALLOWED minor", "NOT_FOUND country",
        ]);
        let unseen = json!({ "type": "COMPANY", "name": "\u{200b}\u{feff}", "email": "mailto:a@b.se", "email2": "a@-" });
        let refused = app.mutate("contactCreate", "contact { id }", unseen).await;
        let paths: Vec<_> = refused["userErrors"].as_array().unwrap().iter().map(|it| it["path"][1].clone()).collect();
        assert_eq!(paths, ["name", "email", "email2"]);
        let count = app.graphql("{ contacts { totalCount } }", json!({})).await;
        assert_eq!(count["data"]["contacts"]["totalCount"], 0);
    }

    async fn numbers_and_external_ids_are_taken_once(app) {
        let id = create(&app, with(input("PERSON", "Ada"), json!({ "no": "a1", "externalId": "x" }))).await;
        let again = with(input("PERSON", "Bo"), json!({ "no": "A1" }));
        let refused = app.mutate("contactCreate", "contact { id }", again).await;
        assert_eq!(refused["userErrors"][0]["code"], "TAKEN");
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", "no"]));
        let again = with(input("PERSON", "Bo"), json!({ "externalId": "x" }));
        let refused = app.mutate("contactCreate", "contact { id }", again).await;
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", "externalId"]));
        // A contact that is renumbered is still found by its old number; its old external id is free.
        app.must("contactUpdate", "contact { no }", json!({ "id": id, "no": "b2", "externalId": "y" })).await;
        let found = app.graphql(r#"{ a: contactByNo(no: "a1") { no } b: contactByNo(no: "B2") { no } }"#, json!({})).await;
        assert_eq!(found["data"], json!({ "a": { "no": "B2" }, "b": { "no": "B2" } }));
        create(&app, with(input("PERSON", "Bo"), json!({ "externalId": "x" }))).await;
    }

    async fn a_stale_revision_is_a_conflict(app) {
        let id = create(&app, input("PERSON", "Ada")).await;
        app.must("contactUpdate", "contact { id }", json!({ "id": id, "city": "Ulm" })).await;
        let stale = json!({ "id": id, "city": "Rom", "expectedRevision": 1 });
        let query = "mutation($input: ContactUpdateInput!) { contactUpdate(input: $input) { \
            contact { id } userErrors { code path currentRevision } } }";
        let response = app.graphql(query, json!({ "input": stale })).await;
        assert_eq!(response["data"]["contactUpdate"]["userErrors"], json!([
            { "code": "CONFLICT", "path": ["input", "expectedRevision"], "currentRevision": 2 },
        ]));
        assert_eq!(ask(&app, &id, "city").await["city"], "Ulm");
    }

    async fn what_is_left_out_stays_and_null_clears(app) {
        let id = create(&app, with(input("PERSON", "Ada"), json!({ "city": "Ulm", "county": "x" }))).await;
        let query = "mutation($id: ID!, $city: String, $county: String) { \
            contactUpdate(input: { id: $id, city: $city, county: $county }) { contact { city county } } }";
        let response = app.graphql(query, json!({ "id": id, "county": null })).await;
        assert_eq!(response["data"]["contactUpdate"]["contact"], json!({ "city": "Ulm", "county": null }));
    }

    async fn two_updates_at_once_lose_nothing(app) {
        let id = create(&app, input("PERSON", "Ada")).await;
        let fields = ["city", "address", "county", "jobTitle", "initials", "name2", "phone", "mobile"];
        let updates = fields.map(|field| {
            let change = json!({ "id": id, field: "1" });
            let app = &app;
            async move { app.must("contactUpdate", "contact { id }", change).await }
        });
        futures_util::future::join_all(updates).await;
        let contact = ask(&app, &id, &format!("{} revision", fields.join(" "))).await;
        assert_eq!(contact["revision"], 9);
        for field in fields {
            assert_eq!(contact[field], "1", "{field}");
        }
    }

    async fn nodes_come_in_the_order_of_their_ids(app) {
        let a = create(&app, input("PERSON", "Ada")).await;
        let b = create(&app, input("PERSON", "Bo")).await;
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Contact { name } } }";
        let response = app.graphql(query, json!({ "ids": [b, "contact:99", "nonsense", a] })).await;
        assert_eq!(response["data"]["nodes"], json!([
            { "id": b, "name": "Bo" }, null, null, { "id": a, "name": "Ada" },
        ]));
    }
}
