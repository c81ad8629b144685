//! Classifications, custom attributes and number series.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    contact::{codes, create, input, with},
    import::{counts, import},
};

const CODES: &str = "contact { revision mailingGroups { code } industryGroups { code } \
    jobResponsibilities { code } businessRelations { relation { code } linkType linkNo } \
    webSources { webSource { code } searchWord } }";

async fn tables(app: &TestApp) {
    codes(app, "MAILING_GROUP", &["A", "B", "C"]).await;
    codes(app, "INDUSTRY_GROUP", &["MANUF"]).await;
    codes(app, "JOB_RESPONSIBILITY", &["CEO"]).await;
    codes(app, "BUSINESS_RELATION", &["CUST", "BANK"]).await;
    codes(app, "WEB_SOURCE", &["WEB"]).await;
}

fn listed(payload: &Value, list: &str) -> Vec<String> {
    let codes = payload["contact"][list].as_array().unwrap().iter();
    codes.map(|it| it["code"].as_str().unwrap().to_owned()).collect()
}

async fn ask(app: &TestApp, id: &str) -> Value {
    let query = "query($id: ID!) { contact(id: $id) { city revision } }";
    app.data(query, json!({ "id": id })).await["contact"].clone()
}

both! {
    async fn mailing_groups_are_set_added_and_removed(app) {
        tables(&app).await;
        let ada = with(input("PERSON", "Ada"), json!({ "mailingGroups": ["b", "a", "B"] }));
        let id = create(&app, ada).await;
        let change = json!({ "id": id, "mailingGroups": { "add": ["c"], "remove": ["a", "zz"] } });
        let changed = app.must("contactUpdate", CODES, change.clone()).await;
        assert_eq!(listed(&changed, "mailingGroups"), ["B", "C"]);
        // CON-10: the contact has changed.
        assert_eq!(changed["contact"]["revision"], 2);
        let again = app.must("contactUpdate", CODES, change).await;
        assert_eq!(again["contact"]["revision"], 2, "nothing changed, so neither did the revision");
        let set = json!({ "id": id, "mailingGroups": { "set": ["a"], "add": ["b"] } });
        let set = app.must("contactUpdate", CODES, set).await;
        assert_eq!(listed(&set, "mailingGroups"), ["A", "B"]);
        let unknown = json!({ "id": id, "mailingGroups": { "set": ["nope"] } });
        let unknown = app.mutate("contactUpdate", CODES, unknown).await;
        assert_eq!(unknown["userErrors"][0]["code"], "NOT_FOUND");
        assert_eq!(unknown["userErrors"][0]["path"], json!(["input", "mailingGroups", "set", "0"]));
        let which = json!({ "kind": "MAILING_GROUP", "code": "A" });
        let used = app.mutate("codeDelete", "deletedCode", which).await;
        assert_eq!(used["userErrors"][0]["code"], "IN_USE");
    }

    async fn companies_and_people_have_codes_of_their_own_kinds(app) {
        tables(&app).await;
        let relation = json!({ "code": "cust", "linkType": "CUSTOMER", "linkNo": "10000" });
        let company = with(input("COMPANY", "Alfa"), json!({
            "industryGroups": ["manuf"], "businessRelations": [relation],
            "webSources": [{ "code": "web", "searchWord": "alfa" }],
        }));
        let company = create(&app, company).await;
        let refused = json!({ "id": company, "jobResponsibilities": { "add": ["CEO"] } });
        let refused = app.mutate("contactUpdate", CODES, refused).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED");

        // People have the industry groups and relations of their company.
        let person = json!({ "companyId": company, "jobResponsibilities": ["CEO"] });
        let person = app.must("contactCreate", CODES, with(input("PERSON", "Ada"), person)).await;
        assert_eq!(person["contact"], json!({
            "revision": 1, "mailingGroups": [], "industryGroups": [{ "code": "MANUF" }],
            "jobResponsibilities": [{ "code": "CEO" }], "webSources": [],
            "businessRelations": [{ "relation": { "code": "CUST" }, "linkType": "CUSTOMER", "linkNo": "10000" }],
        }));
        let own = with(input("PERSON", "Bo"), json!({ "industryGroups": ["MANUF"] }));
        let own = app.mutate("contactCreate", CODES, own).await;
        assert_eq!(own["userErrors"][0]["path"], json!(["input", "industryGroups"]));

        // What a company is elsewhere, no other is.
        let other = with(input("COMPANY", "Beta"), json!({
            "businessRelations": [{ "code": "BANK", "linkType": "CUSTOMER", "linkNo": "10000" }],
        }));
        let other = app.mutate("contactCreate", CODES, other).await;
        assert_eq!(other["userErrors"][0]["code"], "TAKEN");
    }

    async fn what_a_company_is_elsewhere_no_other_is_however_it_is_written(app) {
        tables(&app).await;
        let relation = |r#type: &str, no: &str| json!([{ "code": "CUST", "linkType": r#type, "linkNo": no }]);
        let company = with(input("COMPANY", "Alfa"), json!({ "no": "A", "businessRelations": relation("CUSTOMER", "K1") }));
        create(&app, company).await;
        for (r#type, no) in [("customer", "K1"), ("1", "K1"), ("Customer", "k1")] {
            let other = with(input("COMPANY", "Beta"), json!({ "businessRelations": relation(r#type, no) }));
            let other = app.mutate("contactCreate", CODES, other).await;
            assert_eq!(other["userErrors"], json!([{ "code": "TAKEN", "path": ["input", "businessRelations", "0", "linkNo"],
                "message": format!("{} {no} is the contact A already.", r#type) }]));
        }
        let other = json!({ "no": "B", "businessRelations": relation("2", "K1") });
        create(&app, with(input("COMPANY", "Beta"), other)).await;

        // So it is in files, also among their own rows.
        let file = "Contact No.,Business Relation Code,Link to Table,No.\n\
            B,BANK,1,k1\n\
            B,BANK,Customer,K2\n\
            A,BANK,customer,k2\n\
            B,BANK,Customer,K3\n\
            A,BANK,customer,k2\n\
            A,CUST,customer,k1\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [2, 2, 0, 2]);
        assert_eq!(said, ["2 No.: 1 k1 is another contact already.", "4 No.: customer k2 is another contact already."]);
    }

    async fn a_contact_changes_type_only_as_long_as_nothing_depends_on_it(app) {
        // CON-8
        tables(&app).await;
        let company = create(&app, with(input("COMPANY", "Alfa"), json!({ "industryGroups": ["MANUF"] }))).await;
        let person = create(&app, with(input("PERSON", "Ada Ek"), json!({ "companyId": company }))).await;
        let refused = app.mutate("contactUpdate", "contact { id }", json!({ "id": company, "type": "PERSON" })).await;
        let messages: Vec<_> = refused["userErrors"].as_array().unwrap().iter().map(|it| it["message"].as_str().unwrap()).collect();
        assert_eq!(messages, ["It has classifications that the other type can't have.", "People belong to it."]);
        let company = app.must("contactUpdate", "contact { type companyName firstName company { name } }",
            json!({ "id": person, "type": "COMPANY" })).await;
        assert_eq!(company["contact"], json!({
            "type": "COMPANY", "companyName": "Ada Ek", "firstName": null, "company": { "name": "Ada Ek" },
        }));
    }

    // CON-8
    async fn a_type_changes_together_with_what_makes_it_possible(app) {
        tables(&app).await;
        codes(&app, "ORGANIZATIONAL_LEVEL", &["CEO"]).await;
        let person = json!({ "organizationalLevel": "CEO", "jobResponsibilities": ["CEO"] });
        let person = create(&app, with(input("PERSON", "Ada"), person)).await;
        let company = json!({ "vatNo": "SE1", "industryGroups": ["MANUF"] });
        let company = create(&app, with(input("COMPANY", "Alfa"), company)).await;
        for (change, freeing) in [
            (json!({ "id": person, "type": "COMPANY" }), json!({ "organizationalLevel": null, "jobResponsibilities": { "set": [] } })),
            (json!({ "id": company, "type": "PERSON" }), json!({ "vatNo": null, "industryGroups": { "remove": ["MANUF"] } })),
        ] {
            let refused = app.mutate("contactUpdate", "contact { id }", change.clone()).await;
            assert_eq!(refused["userErrors"].as_array().unwrap().len(), 2, "{refused}");
            let changed = app.must("contactUpdate", "contact { type }", with(change.clone(), freeing)).await;
            assert_eq!(changed["contact"]["type"], change["type"]);
        }
    }

    // CON-8
    async fn a_contact_with_interactions_keeps_its_type(app) {
        crate::contact_delete::stage(&app).await;
        let company = create(&app, input("COMPANY", "Alfa")).await;
        let person = create(&app, with(input("PERSON", "Ada"), json!({ "companyId": company }))).await;
        crate::contact_delete::interaction(&app, &person).await;
        // They stay with the company when the person leaves it.
        app.must("contactUpdate", "", json!({ "id": person, "companyId": null })).await;
        for (id, r#type) in [(&person, "COMPANY"), (&company, "PERSON")] {
            let change = json!({ "id": id, "type": r#type, "city": "Oslo" });
            let refused = app.mutate("contactUpdate", "contact { id }", change).await;
            assert_eq!(refused["userErrors"], json!([
                { "code": "NOT_ALLOWED", "message": "It has interactions.", "path": ["input", "type"] },
            ]));
            assert_eq!(ask(&app, id).await, json!({ "city": null, "revision": if id == &person { 2 } else { 1 } }));
        }
    }

    // CON-8
    async fn a_contact_with_opportunities_or_tasks_keeps_its_type(app) {
        let company = create(&app, input("COMPANY", "Alfa")).await;
        let person = create(&app, with(input("PERSON", "Ada"), json!({ "companyId": company }))).await;
        let from = json!({ "contactId": person });
        for (name, delete, field) in [("opportunityCreate", "opportunityDelete", "opportunity"), ("taskCreate", "taskDelete", "task")] {
            let planned = json!({ "from": from, "description": "Pumps" });
            let planned = app.must(name, &format!("{field} {{ id }}"), planned).await;
            let change = json!({ "id": person, "type": "COMPANY" });
            let refused = app.mutate("contactUpdate", "contact { id }", change).await;
            assert_eq!(refused["userErrors"], json!([
                { "code": "NOT_ALLOWED", "message": "It has opportunities or tasks.", "path": ["input", "type"] },
            ]));
            let change = json!({ "id": company, "type": "PERSON" });
            let refused = app.mutate("contactUpdate", "contact { id }", change).await;
            assert_eq!(refused["userErrors"].as_array().unwrap().len(), 2, "{refused}");
            app.must(delete, "", json!({ (format!("{field}Id")): planned[field]["id"] })).await;
        }
        app.must("contactUpdate", "contact { id }", json!({ "id": person, "type": "COMPANY" })).await;
    }

    // REL-1
    async fn a_contact_is_in_one_word_what_its_business_relations_say(app) {
        codes(&app, "BUSINESS_RELATION", &["CUST", "VEND", "BANK", "EMP", "LAW", "PRESS"]).await;
        let relations = json!({ "customer": "CUST", "vendor": "VEND", "bankAccount": "BANK", "employee": "EMP" });
        app.must("setupUpdate", "", json!({ "businessRelations": relations })).await;
        let company = create(&app, input("COMPANY", "Alfa")).await;
        create(&app, with(input("PERSON", "Ada"), json!({ "companyId": company }))).await;
        create(&app, input("PERSON", "Bo")).await;
        let query = "{ contacts(orderBy: { by: NO }) { nodes { relation } } }";
        for (codes, expected) in [
            (vec![], json!(null)), (vec!["CUST"], json!("CUSTOMER")), (vec!["VEND"], json!("VENDOR")),
            (vec!["BANK"], json!("BANK_ACCOUNT")), (vec!["EMP"], json!("EMPLOYEE")), (vec!["LAW", "PRESS"], json!("OTHER")),
            (vec!["CUST", "VEND"], json!("MULTIPLE")), (vec!["CUST", "LAW"], json!("MULTIPLE")),
        ] {
            let set: Vec<Value> = codes.iter().map(|code| json!({ "code": code })).collect();
            app.must("contactUpdate", "", json!({ "id": company, "businessRelations": { "set": set } })).await;
            let found = app.data(query, json!({})).await;
            // People are what their company is, and who has none is nothing.
            assert_eq!(found["contacts"]["nodes"],
                json!([{ "relation": expected }, { "relation": expected }, { "relation": null }]), "{codes:?}");
        }
        let (_, few) = app.statements(&query.replace("orderBy", "first: 1, orderBy"), json!({})).await;
        let (_, all) = app.statements(query, json!({})).await;
        assert_eq!(few, all);
    }

    async fn custom_attributes_have_a_name_and_a_type(app) {
        for (name, r#type) in [("size", "NUMBER"), ("note", "TEXT"), ("since", "DATE"), ("vip", "BOOLEAN"), ("tier", "CODE")] {
            app.must("attributeCreate", "attribute { name }", json!({ "name": name, "type": r#type })).await;
        }
        let again = app.mutate("attributeCreate", "attribute { name }", json!({ "name": "size", "type": "TEXT" })).await;
        assert_eq!(again["userErrors"][0]["code"], "TAKEN");
        let values = json!([
            { "name": "size", "value": { "number": "42.5" } }, { "name": "note", "value": { "text": "Hej" } },
            { "name": "since", "value": { "date": "2020-02-29" } }, { "name": "vip", "value": { "boolean": false } },
            { "name": "tier", "value": { "code": "gold" } },
        ]);
        let selection = "contact { id revision attributes { name type text number date boolean code } }";
        let created = app.must("contactCreate", selection, with(input("PERSON", "Ada"), json!({ "attributes": values }))).await;
        let none = json!({ "text": null, "number": null, "date": null, "boolean": null, "code": null });
        assert_eq!(created["contact"]["attributes"], json!([
            with(none.clone(), json!({ "name": "note", "type": "TEXT", "text": "Hej" })),
            with(none.clone(), json!({ "name": "since", "type": "DATE", "date": "2020-02-29" })),
            with(none.clone(), json!({ "name": "size", "type": "NUMBER", "number": "42.5" })),
            with(none.clone(), json!({ "name": "tier", "type": "CODE", "code": "GOLD" })),
            with(none, json!({ "name": "vip", "type": "BOOLEAN", "boolean": false })),
        ]));
        let id = &created["contact"]["id"];
        let wrong = json!({ "id": id, "attributes": [
            { "name": "note", "value": { "number": 1 } }, { "name": "nope", "value": { "text": "x" } },
        ] });
        let wrong = app.mutate("contactUpdate", selection, wrong).await;
        assert_eq!(wrong["userErrors"][0]["path"], json!(["input", "attributes", "0", "value"]));
        assert_eq!(wrong["userErrors"][1]["path"], json!(["input", "attributes", "1", "name"]));
        let cleared = json!({ "id": id, "attributes": [{ "name": "note", "value": null }, { "name": "size" }] });
        let cleared = app.must("contactUpdate", selection, cleared).await;
        assert_eq!(cleared["contact"]["attributes"].as_array().unwrap().len(), 3);

        let refused = app.mutate("attributeDelete", "deletedName", json!({ "name": "vip" })).await;
        assert_eq!(refused["userErrors"][0]["code"], "IN_USE");
        app.must("attributeDelete", "deletedName", json!({ "name": "vip", "withValues": true })).await;
        app.must("attributeDelete", "deletedName", json!({ "name": "note" })).await;
        let left = app.graphql("{ attributes { name } contacts { nodes { attributes { name } } } }", json!({})).await;
        assert_eq!(left["data"]["attributes"].as_array().unwrap().len(), 3);
        assert_eq!(left["data"]["contacts"]["nodes"][0]["attributes"].as_array().unwrap().len(), 2);
    }

    async fn number_series_can_be_changed(app) {
        let change = json!({ "kind": "CONTACT", "prefix": "k-", "width": 3, "next": 7, "manual": false });
        let changed = app.must("numberSeriesUpdate", "numberSeries { nextNo manual }", change).await;
        assert_eq!(changed["numberSeries"], json!({ "nextNo": "K-007", "manual": false }));
        let created = app.must("contactCreate", "contact { no }", input("PERSON", "Ada")).await;
        assert_eq!(created["contact"]["no"], "K-007");
        let own = app.mutate("contactCreate", "contact { no }", with(input("PERSON", "Bo"), json!({ "no": "X" }))).await;
        assert_eq!(own["userErrors"][0]["code"], "NOT_ALLOWED");
        let bad = json!({ "kind": "CONTACT", "width": 16, "next": 0 });
        let bad = app.mutate("numberSeriesUpdate", "numberSeries { nextNo }", bad).await;
        assert_eq!(bad["userErrors"].as_array().unwrap().len(), 2);
        let long = json!({ "kind": "CONTACT", "prefix": "ABCDEFGHIJKLMNOPQRST" });
        let long = app.mutate("numberSeriesUpdate", "numberSeries { nextNo }", long).await;
        assert_eq!(long["userErrors"][0]["path"], json!(["input", "prefix"]));
        let all = app.graphql("{ numberSeries { kind nextNo } }", json!({})).await;
        assert_eq!(all["data"]["numberSeries"][1], json!({ "kind": "CONTACT", "nextNo": "K-008" }));
    }

    async fn numbers_grow_no_longer_than_numbers_are(app) {
        for (kind, mutation, input) in [
            ("CAMPAIGN", "campaignCreate", json!({})),
            ("SEGMENT", "segmentCreate", json!({})),
            ("CONTACT", "contactCreate", input("PERSON", "Ada")),
        ] {
            let series = json!({ "kind": kind, "prefix": "ABCDEFGHIJKLMNOPQ", "width": 3, "next": 999 });
            app.must("numberSeriesUpdate", "", series).await;
            app.must(mutation, "", input.clone()).await;
            let long = app.mutate(mutation, "", input).await;
            assert_eq!(long["userErrors"][0]["code"], "LIMIT_EXCEEDED", "{kind}: {long}");
            assert_eq!(long["userErrors"][0]["path"], json!(["input", "no"]));
        }
    }
}
