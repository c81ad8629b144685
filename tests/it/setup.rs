//! What holds for the whole business.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    contact::{codes, input},
    import::{counts, import},
    template::template,
};

const SHOWN: &str = "setup {
    inheritance { salesperson territory country language address communication }
    defaults { salesperson { code } territory { code } country { code } language { code }
        correspondenceType companySalutation { code } personSalutation { code } }
    businessRelations { customer { code } vendor { code } bankAccount { code } employee { code } }
    duplicates { searchOnEntry hitPercent }
    documentTemplates { documentType template { code } }
    timeZone numberSeries { kind } revision }";

async fn master(app: &TestApp) {
    codes(app, "SALESPERSON", &["AH"]).await;
    codes(app, "TERRITORY", &["NORTH"]).await;
    codes(app, "COUNTRY", &["NO", "SE"]).await;
    codes(app, "LANGUAGE", &["SV"]).await;
    codes(app, "SALUTATION", &["C", "P"]).await;
    codes(app, "BUSINESS_RELATION", &["CUST", "VEND"]).await;
}

fn defaults() -> Value {
    json!({ "salesperson": "ah", "territory": "NORTH", "country": "SE", "language": "SV",
        "correspondenceType": "EMAIL", "companySalutation": "C", "personSalutation": "P" })
}

both! {
    // As Business Central is set up.
    async fn a_new_database_is_set_up_as_business_central_is(app) {
        let setup = app.data(&format!("{{ {SHOWN} }}"), json!({})).await;
        assert_eq!(setup["setup"], json!({
            "inheritance": { "salesperson": true, "territory": true, "country": true, "language": true,
                "address": true, "communication": true },
            "defaults": { "salesperson": null, "territory": null, "country": null, "language": null,
                "correspondenceType": null, "companySalutation": null, "personSalutation": null },
            "businessRelations": { "customer": null, "vendor": null, "bankAccount": null, "employee": null },
            "duplicates": { "searchOnEntry": true, "hitPercent": 60 },
            "documentTemplates": [],
            "timeZone": "Europe/Stockholm",
            "numberSeries": [
                { "kind": "CAMPAIGN" }, { "kind": "CONTACT" }, { "kind": "OPPORTUNITY" }, { "kind": "SEGMENT" },
                { "kind": "TASK" },
            ],
            "revision": 1,
        }));
    }

    // DOC-1
    async fn what_is_set_stays_and_what_is_left_out_is_left_alone(app) {
        master(&app).await;
        template(&app, json!({ "code": "ORDER" })).await;
        let input = json!({
            "inheritance": { "address": false },
            "defaults": defaults(),
            "businessRelations": { "customer": "cust", "vendor": "VEND" },
            "duplicates": { "hitPercent": 80, "searchOnEntry": false },
            "documentTemplates": [
                { "documentType": "SALES_INVOICE", "template": "order" },
                { "documentType": "EMAIL", "template": "ORDER" },
            ],
            "expectedRevision": 1,
        });
        let setup = app.must("setupUpdate", SHOWN, input).await;
        let order = json!({ "code": "ORDER" });
        assert_eq!(setup["setup"], json!({
            "inheritance": { "salesperson": true, "territory": true, "country": true, "language": true,
                "address": false, "communication": true },
            "defaults": { "salesperson": { "code": "AH" }, "territory": { "code": "NORTH" },
                "country": { "code": "SE" }, "language": { "code": "SV" }, "correspondenceType": "EMAIL",
                "companySalutation": { "code": "C" }, "personSalutation": { "code": "P" } },
            "businessRelations": { "customer": { "code": "CUST" }, "vendor": { "code": "VEND" },
                "bankAccount": null, "employee": null },
            "duplicates": { "searchOnEntry": false, "hitPercent": 80 },
            "documentTemplates": [{ "documentType": "EMAIL", "template": order },
                { "documentType": "SALES_INVOICE", "template": order }],
            "timeZone": "Europe/Stockholm",
            "numberSeries": [
                { "kind": "CAMPAIGN" }, { "kind": "CONTACT" }, { "kind": "OPPORTUNITY" }, { "kind": "SEGMENT" },
                { "kind": "TASK" },
            ],
            "revision": 2,
        }));
        let input = json!({ "defaults": { "country": null },
            "documentTemplates": [{ "documentType": "EMAIL", "template": null }] });
        let setup = app.must("setupUpdate", SHOWN, input).await["setup"].clone();
        assert_eq!(setup["defaults"]["country"], Value::Null);
        assert_eq!(setup["defaults"]["salesperson"], json!({ "code": "AH" }));
        assert_eq!(setup["documentTemplates"][0]["documentType"], "SALES_INVOICE");
        assert_eq!(setup["documentTemplates"][1], Value::Null);
        assert_eq!(setup["revision"], 3);
    }

    // D16
    async fn days_begin_where_the_setup_says_on_every_server(app) {
        // It is 9 o'clock in the morning of 2 November in Greenwich.
        let other = app.another().await;
        let kept = tokio::spawn(other.context.clone().keep_time_zone());
        let relay = tokio::spawn(other.context.events.clone().relay(other.context.db.clone()));
        let shown = "setup { timeZone }";
        let kiritimati = json!({ "timeZone": "Pacific/Kiritimati" });
        let set = app.must("setupUpdate", shown, kiritimati.clone()).await;
        assert_eq!(set["setup"], kiritimati);
        let created = app.must("segmentCreate", "segment { date }", json!({})).await;
        assert_eq!(created["segment"]["date"], "2026-11-02");
        let honolulu = json!({ "timeZone": "Pacific/Honolulu" });
        app.must("setupUpdate", shown, honolulu.clone()).await;
        let created = app.must("segmentCreate", "segment { date }", json!({})).await;
        assert_eq!(created["segment"]["date"], "2026-11-01");
        // What is left out stays.
        let left = app.must("setupUpdate", shown, json!({ "duplicates": { "hitPercent": 70 } })).await;
        assert_eq!(left["setup"], honolulu);
        if app.database_url.starts_with("postgres") {
            // Another server is told. On SQLite there is none.
            while other.data("{ setup { timeZone } }", json!({})).await["setup"] != honolulu {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
        // Whoever starts later reads it.
        let later = app.another().await;
        later.context.heed_time_zone().await.unwrap();
        assert_eq!(later.data("{ setup { timeZone } }", json!({})).await["setup"], honolulu);
        let program = app.must("setupUpdate", shown, json!({ "timeZone": null })).await;
        assert_eq!(program["setup"]["timeZone"], "Europe/Stockholm");
        kept.abort();
        relay.abort();
    }

    async fn what_makes_no_sense_is_refused_and_changes_nothing(app) {
        master(&app).await;
        template(&app, json!({ "code": "ORDER" })).await;
        for (input, code, path) in [
            (json!({ "defaults": { "salesperson": "XX" } }), "NOT_FOUND", json!(["input", "defaults", "salesperson"])),
            (json!({ "defaults": { "personSalutation": "XX" } }), "NOT_FOUND", json!(["input", "defaults", "personSalutation"])),
            (json!({ "businessRelations": { "vendor": "AH" } }), "NOT_FOUND", json!(["input", "businessRelations", "vendor"])),
            (json!({ "businessRelations": { "customer": "CUST", "employee": "CUST" } }), "INVALID", json!(["input", "businessRelations", "employee"])),
            (json!({ "duplicates": { "hitPercent": 49 } }), "INVALID", json!(["input", "duplicates", "hitPercent"])),
            (json!({ "duplicates": { "hitPercent": 101 } }), "INVALID", json!(["input", "duplicates", "hitPercent"])),
            (json!({ "documentTemplates": [{ "documentType": "EMAIL", "template": "XX" }] }), "NOT_FOUND",
                json!(["input", "documentTemplates", "0", "template"])),
            (json!({ "documentTemplates": [{ "documentType": "EMAIL", "template": "ORDER" },
                { "documentType": "EMAIL", "template": "ORDER" }] }), "TAKEN", json!(["input", "documentTemplates", "1", "documentType"])),
            (json!({ "documentTemplates": [{ "documentType": "EMAIL", "template": null },
                { "documentType": "EMAIL", "template": "ORDER" }] }), "TAKEN", json!(["input", "documentTemplates", "1", "documentType"])),
            (json!({ "expectedRevision": 7 }), "CONFLICT", json!(["input", "expectedRevision"])),
        ] {
            let payload = app.mutate("setupUpdate", "setup { revision }", input.clone()).await;
            assert_eq!(payload["setup"], Value::Null, "{input}");
            let error = &payload["userErrors"][0];
            assert_eq!((&error["code"], &error["path"]), (&json!(code), &path), "{input}");
        }
        let setup = app.data("{ setup { revision } }", json!({})).await;
        assert_eq!(setup["setup"]["revision"], 1);
        // The least there is.
        app.must("setupUpdate", "", json!({ "duplicates": { "hitPercent": 50 } })).await;
    }

    // CON-1
    async fn a_new_contact_gets_what_nobody_and_no_company_gave_it(app) {
        master(&app).await;
        app.must("setupUpdate", "setup { revision }", json!({ "defaults": defaults() })).await;
        let shown = "contact { id salesperson { code } territory { code } country { code } language { code } \
            correspondenceType salutation { code } }";
        let company = app.must("contactCreate", shown, input("COMPANY", "Ek")).await;
        let id = &company["contact"]["id"];
        assert_eq!(company["contact"], json!({
            "id": id, "salesperson": { "code": "AH" }, "territory": { "code": "NORTH" },
            "country": { "code": "SE" }, "language": { "code": "SV" }, "correspondenceType": "EMAIL",
            "salutation": { "code": "C" },
        }));
        let with = |more: Value| {
            let mut input = input("PERSON", "Ada");
            for (key, value) in more.as_object().unwrap() {
                input[key] = value.clone();
            }
            input
        };
        let person = app.must("contactCreate", shown, with(json!({ "country": "NO", "language": null }))).await;
        assert_eq!(person["contact"]["country"], json!({ "code": "NO" }));
        assert_eq!(person["contact"]["language"], Value::Null);
        assert_eq!(person["contact"]["salutation"], json!({ "code": "P" }));
        // What the company has comes first.
        let change = json!({ "id": company["contact"]["id"], "country": "NO" });
        app.must("contactUpdate", "contact { id }", change).await;
        let company_id = &company["contact"]["id"];
        let person = app.must("contactCreate", shown, with(json!({ "companyId": company_id }))).await;
        assert_eq!(person["contact"]["country"], json!({ "code": "NO" }));
    }

    // CON-6 and CON-7
    async fn people_take_over_what_the_setup_says_and_no_more(app) {
        master(&app).await;
        let input_json = json!({ "inheritance": { "country": false, "salesperson": false } });
        app.must("setupUpdate", "setup { revision }", input_json).await;
        let mut company = input("COMPANY", "Ek");
        for (key, value) in [("country", "SE"), ("salesperson", "AH"), ("phone", "1"), ("language", "SV")] {
            company[key] = json!(value);
        }
        let company = app.must("contactCreate", "contact { id }", company).await["contact"]["id"].clone();
        let mut person = input("PERSON", "Ada");
        person["companyId"] = company.clone();
        let shown = "contact { id country { code } salesperson { code } phone language { code } }";
        let person = app.must("contactCreate", shown, person).await["contact"].clone();
        let taken = |phone: &str| json!({ "id": person["id"], "country": null, "salesperson": null, "phone": phone,
            "language": { "code": "SV" } });
        assert_eq!(person, taken("1"));
        app.must("contactUpdate", "", json!({ "id": company, "phone": "2", "country": "NO" })).await;
        let query = format!("query($id: ID!) {{ {} }}", shown.replacen("contact", "contact(id: $id)", 1));
        let changed = app.data(&query, json!({ "id": person["id"] })).await;
        assert_eq!(changed["contact"], taken("2"));
    }

    // CON-1
    async fn imported_contacts_get_what_the_file_has_no_column_for(app) {
        master(&app).await;
        app.must("setupUpdate", "setup { revision }", json!({ "defaults": defaults() })).await;
        let file = "no,type,name,country\nC1,COMPANY,Ek,NO\nP1,PERSON,Ada,\n";
        let query = "{ contactByNo(no: \"P1\") { country { code } salesperson { code } salutation { code } revision } }";
        for counted in [[2, 0, 0, 0], [0, 0, 2, 0]] {
            let (outcome, _) = import(&app, file).await;
            assert_eq!(counts(&outcome), counted);
            let shown = app.data(query, json!({})).await;
            assert_eq!(shown["contactByNo"], json!({ "country": null, "salesperson": { "code": "AH" },
                "salutation": { "code": "P" }, "revision": 1 }));
        }
    }

    async fn codes_and_templates_of_the_setup_are_not_deleted(app) {
        master(&app).await;
        template(&app, json!({ "code": "ORDER" })).await;
        let input = json!({ "defaults": { "territory": "NORTH" },
            "documentTemplates": [{ "documentType": "EMAIL", "template": "ORDER" }] });
        app.must("setupUpdate", "setup { revision }", input).await;
        let code = json!({ "kind": "TERRITORY", "code": "NORTH" });
        let refused = app.mutate("codeDelete", "deletedCode", code).await;
        assert_eq!(refused["userErrors"][0]["message"], "The code NORTH is in use by the setup.");
        let refused = app.mutate("interactionTemplateDelete", "deletedCode", json!({ "code": "ORDER" })).await;
        assert_eq!(refused["userErrors"][0]["code"], "IN_USE");
    }
}
