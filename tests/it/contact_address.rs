//! Alternative addresses of contacts, when they hold (ALT-1), and where companies are on the web.

use chrono::NaiveDate;
use serde_json::{Value, json};
use urval::domain::{
    access::{Scope, Scopes},
    contact::address,
};

use crate::{
    access::run,
    app::{TestApp, both},
    contact::{codes, create, input, with},
    contact_delete::key,
    import::{counts, import},
};

const ADDRESS: &str = "contact { revision } address { code companyName address address2 postCode city \
    county country { code } phone mobile fax email homePage periods { startingDate endingDate } }";

fn period(starting_date: &str, ending_date: Option<&str>) -> Value {
    json!({ "startingDate": starting_date, "endingDate": ending_date })
}

/// Adds an address in a city of its own name.
async fn add(app: &TestApp, contact: &str, code: &str, periods: Value) {
    let input = json!({ "contactId": contact, "code": code, "city": code, "periods": periods });
    app.must("contactAddressCreate", "address { code }", input).await;
}

async fn on(app: &TestApp, contact: &str, date: &str) -> Value {
    let query =
        "query($id: ID!, $date: Date) { contact(id: $id) { addressOn(date: $date) { code } } }";
    let found = app.data(query, json!({ "id": contact, "date": date })).await;
    found["contact"]["addressOn"]["code"].clone()
}

both! {
    async fn an_address_is_added_changed_and_deleted(app) {
        codes(&app, "COUNTRY", &["SE"]).await;
        let ada = create(&app, input("PERSON", "Ada")).await;
        let new = json!({
            "contactId": ada, "code": " summer ", "companyName": "Ö AB", "address": " Udden 1 ", "address2": "Vik",
            "postCode": "123 ab", "city": "Åmål", "county": "X", "country": "se", "phone": "1", "mobile": "2",
            "fax": "fax", "email": "a@b.se", "homePage": "x.se",
            "periods": [period("2027-06-01", Some("2027-08-01")), period("2026-06-01", None)],
        });
        let created = app.must("contactAddressCreate", ADDRESS, new.clone()).await;
        let address = json!({
            "code": "SUMMER", "companyName": "Ö AB", "address": "Udden 1", "address2": "Vik",
            "postCode": "123 AB", "city": "Åmål", "county": "X", "country": { "code": "SE" }, "phone": "1",
            "mobile": "2", "fax": "fax", "email": "a@b.se", "homePage": "x.se",
            "periods": [period("2026-06-01", None), period("2027-06-01", Some("2027-08-01"))],
        });
        // CON-10: the contact has changed.
        assert_eq!(created, json!({ "contact": { "revision": 2 }, "address": address, "userErrors": [] }));
        let taken = app.mutate("contactAddressCreate", ADDRESS, new).await;
        assert_eq!(taken["userErrors"][0]["code"], "TAKEN");
        assert_eq!(taken["userErrors"][0]["path"], json!(["input", "code"]));

        let which = json!({ "contactId": ada, "code": "Summer" });
        let change = with(which.clone(), json!({ "city": null, "address": "Udden 2", "expectedRevision": 2 }));
        let changed = app.must("contactAddressUpdate", ADDRESS, change).await;
        assert_eq!(changed["contact"]["revision"], 3);
        let expected = with(address.clone(), json!({ "city": null, "address": "Udden 2" }));
        assert_eq!(changed["address"], expected, "what is left out stays");
        let same = app.must("contactAddressUpdate", ADDRESS, with(which.clone(), json!({ "address": "Udden 2" }))).await;
        assert_eq!(same["contact"]["revision"], 3, "nothing changed");
        let dates = json!({ "periods": [period("2026-07-01", None)] });
        let dates = app.must("contactAddressUpdate", ADDRESS, with(which.clone(), dates)).await;
        assert_eq!(dates["address"]["periods"], json!([period("2026-07-01", None)]));
        let used = app.mutate("codeDelete", "deletedCode", json!({ "kind": "COUNTRY", "code": "SE" })).await;
        assert_eq!(used["userErrors"][0]["message"], "The code SE is in use by 1 alternative address.");

        let query = "query($id: ID!) { contact(id: $id) { revision addresses { code periods { startingDate } } } }";
        let listed = app.data(query, json!({ "id": ada })).await;
        let expected = json!([{ "code": "SUMMER", "periods": [{ "startingDate": "2026-07-01" }] }]);
        assert_eq!(listed["contact"]["addresses"], expected);
        let deleted = app.must("contactAddressDelete", "deletedCode contact { revision }", which).await;
        assert_eq!(deleted["deletedCode"], "SUMMER");
        let listed = app.data(query, json!({ "id": ada })).await;
        assert_eq!(listed["contact"], json!({ "revision": 5, "addresses": [] }));
        // The periods went, too.
        assert_eq!(on(&app, &ada, "2026-07-02").await, json!(null));
        assert_eq!(crate::check::check(&app).await, [""; 0]);
    }

    async fn the_active_address_is_that_of_the_period_that_began_last(app) {
        // ALT-1
        let ada = create(&app, input("PERSON", "Ada")).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        add(&app, &ada, "HOME", json!([period("2026-01-10", None)])).await;
        let fair = json!([period("2026-03-01", Some("2026-03-05")), period("2026-05-01", Some("2026-05-01"))]);
        add(&app, &ada, "FAIR", fair).await;
        add(&app, &ada, "NEVER", json!([])).await;
        add(&app, &bo, "FAIR", json!([period("2026-03-05", None)])).await;
        for (date, expected) in [
            ("2026-01-09", None),
            ("2026-01-10", Some("HOME")),
            ("2026-02-28", Some("HOME")),
            ("2026-03-01", Some("FAIR")),
            ("2026-03-05", Some("FAIR")),
            // The last day has passed; the one before goes on.
            ("2026-03-06", Some("HOME")),
            ("2026-05-01", Some("FAIR")),
            ("2030-01-01", Some("HOME")),
        ] {
            assert_eq!(on(&app, &ada, date).await, json!(expected), "{date}");
        }
        // Today is 2026-11-02.
        let today = app.data("query($id: ID!) { contact(id: $id) { addressOn { city } } }", json!({ "id": ada })).await;
        assert_eq!(today["contact"]["addressOn"]["city"], "HOME");
        // Many at once.
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        let all = [key(&ada), key(&bo), 99].into_iter();
        let active = address::active_of_each(app.context.db.reader(), all, day).await.unwrap();
        let mut active: Vec<_> = active.into_values().map(|it| (it.contact_id.cast_unsigned(), it.code)).collect();
        active.sort();
        assert_eq!(active, [(key(&ada), "FAIR".to_owned()), (key(&bo), "FAIR".to_owned())]);
    }

    async fn a_page_of_addresses_takes_few_statements(app) {
        for index in 0..20 {
            let contact = create(&app, input("PERSON", &format!("P{index}"))).await;
            add(&app, &contact, "HOME", json!([period("2026-01-10", None)])).await;
        }
        let query = "{ contacts(first: 20) { nodes { addresses { city periods { startingDate } } \
            addressOn(date: \"2026-02-02\") { city periods { endingDate } } } } }";
        let (found, statements) = app.statements(query, json!({})).await;
        assert_eq!(found["contacts"]["nodes"][19]["addressOn"]["city"], "HOME");
        assert!(statements <= 8, "{statements}");
    }

    // ALT-1, LIN-2, LIN-5b
    async fn a_line_has_the_address_that_holds_on_its_date(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        add(&app, &ada, "FAIR", json!([period("2026-03-01", Some("2026-03-05"))])).await;
        let header = json!({ "description": "Fair", "date": "2026-03-04" });
        let created = app.must("segmentCreate", "segment { id }", header).await;
        let segment = created["segment"]["id"].as_str().unwrap();
        app.must("segmentAddLines", "segment { id }", json!({ "segmentId": segment, "contactIds": [ada] })).await;
        let query = format!("{{ segment(id: \"{segment}\") {{ lines {{ nodes {{ address {{ code }} }} }} }} }}");
        let address = async |scopes| {
            run(&app, &query, scopes).await["data"]["segment"]["lines"]["nodes"][0]["address"].clone()
        };
        assert_eq!(address(Scopes::ALL).await, json!({ "code": "FAIR" }));
        assert_eq!(address(Scopes::of(&[Scope::Write])).await, json!(null));
        let later = json!({ "segmentId": segment, "lines": { "contactIds": [ada] }, "set": { "date": "2026-03-06" } });
        app.must("segmentUpdateLines", "linesCount", later).await;
        assert_eq!(address(Scopes::ALL).await, json!(null));
    }

    async fn addresses_have_their_errors(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        add(&app, &ada, "HOME", json!([period("2026-01-10", None)])).await;
        let long = "x".repeat(101);
        let create = "contactAddressCreate";
        let update = "contactAddressUpdate";
        for (name, more, code, path) in [
            (create, json!({ "contactId": "contact:99" }), "NOT_FOUND", json!(["contactId"])),
            (create, json!({ "contactId": "segment:1" }), "INVALID", json!(["contactId"])),
            (create, json!({ "code": "" }), "INVALID", json!(["code"])),
            (create, json!({ "code": "x".repeat(21) }), "INVALID", json!(["code"])),
            (create, json!({ "expectedRevision": 9 }), "CONFLICT", json!(["expectedRevision"])),
            (create, json!({ "country": "XX" }), "NOT_FOUND", json!(["country"])),
            (create, json!({ "city": long }), "LIMIT_EXCEEDED", json!(["city"])),
            // CON-3
            (create, json!({ "phone": "call me" }), "INVALID", json!(["phone"])),
            (create, json!({ "email": "nobody" }), "INVALID", json!(["email"])),
            (create, json!({ "periods": [period("2026-02-02", Some("2026-02-01"))] }), "INVALID",
                json!(["periods", "0", "endingDate"])),
            (create, json!({ "periods": [period("2026-02-02", None), period("2026-02-02", None)] }), "TAKEN",
                json!(["periods", "1", "startingDate"])),
            // Of two that begin on one day nobody could say which holds.
            (create, json!({ "periods": [period("2026-01-10", None)] }), "TAKEN",
                json!(["periods", "0", "startingDate"])),
            (update, json!({}), "NOT_FOUND", json!(["code"])),
            ("contactAddressDelete", json!({}), "NOT_FOUND", json!(["code"])),
        ] {
            let input = with(json!({ "contactId": ada, "code": "NEW" }), more);
            let refused = app.mutate(name, "contact { id }", input.clone()).await;
            let mut expected = vec![json!("input")];
            expected.extend(path.as_array().unwrap().clone());
            assert_eq!(refused["userErrors"][0]["code"], code, "{input}: {refused}");
            assert_eq!(refused["userErrors"][0]["path"], json!(expected), "{input}");
        }
        let found = app.data("query($id: ID!) { contact(id: $id) { revision addresses { code } } }", json!({ "id": ada }));
        let expected = json!({ "revision": 2, "addresses": [{ "code": "HOME" }] });
        assert_eq!(found.await["contact"], expected, "nothing changed");
    }

    async fn a_contact_has_so_many_addresses_and_periods(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let file: String = (0..=address::ADDRESSES_MAX).map(|it| format!("CT000001,A{it},X\n")).collect();
        let (outcome, said) = import(&app, format!("Contact No.,Code,City\n{file}")).await;
        assert_eq!(counts(&outcome), [address::ADDRESSES_MAX as u64, 0, 0, 1]);
        assert_eq!(said, ["102 Contact No.: A contact has at most 100 alternative addresses."]);
        let more = json!({ "contactId": ada, "code": "MORE" });
        let refused = app.mutate("contactAddressCreate", "contact { id }", more).await;
        assert_eq!(refused["userErrors"][0]["code"], "LIMIT_EXCEEDED");

        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let days: Vec<String> =
            day.iter_days().take(address::PERIODS_MAX + 1).map(|it| it.to_string()).collect();
        let periods: Vec<Value> = days.iter().map(|it| period(it, None)).collect();
        let change = |periods: &[Value]| json!({ "contactId": ada, "code": "A1", "periods": periods });
        let refused = app.mutate("contactAddressUpdate", "contact { id }", change(&periods)).await;
        assert_eq!(refused["userErrors"][0]["path"], json!(["input", "periods"]));
        app.must("contactAddressUpdate", "contact { id }", change(&periods[1..])).await;
        let file = format!("contactNo,addressCode,startingDate\nCT000001,A2,{}\n", days[0]);
        let (_, said) = import(&app, file).await;
        assert_eq!(said, ["2 contactNo: The addresses of a contact hold in at most 1000 periods."]);
    }

    async fn addresses_come_in_from_files_of_business_central(app) {
        codes(&app, "COUNTRY", &["GB"]).await;
        let ada = create(&app, with(input("PERSON", "Ada"), json!({ "no": "CT1" }))).await;
        let addresses = "Contact No.,Code,Company Name,Address,Address 2,Post Code,City,County,\
            Country/Region Code,Phone No.,Extension No.,Mobile Phone No.,Fax No.,Email,Home Page\n\
            CT1,holiday,,\"22, Manor Road\",,gl78 5TT,Cheltenham,,GB,,7,,,,\n\
            CT1,BLANK,,,,,,,,,,,,,\n\
            CT9,X,,,,,,,,,,,,,\n\
            CT1,,,,,,,,,,,,,,\n\
            CT1,Y,,,,,,,TWENTYONECHARACTERSABC,,,,,,\n\
            CT1,Z,,,,,,,,letters,,,,,\n";
        let (outcome, said) = import(&app, addresses).await;
        assert_eq!(counts(&outcome), [2, 0, 0, 4]);
        assert!(outcome.unknown_columns.is_empty());
        assert_eq!(said, [
            "4 Contact No.: There is no contact \"CT9\".",
            "5 Code: There has to be a code of 1 to 20 characters.",
            "6 Country/Region Code: A code has at most 20 characters.",
            "7 Phone No.: A telephone number has no letters.",
        ]);
        let periods = "Contact No.,Contact Alt. Address Code,Starting Date,Ending Date\n\
            CT1,HOLIDAY,2027-06-01,2027-08-01\n\
            CT1,BLANK,2027-01-01,\n\
            CT1,HOLIDAY,2027-06-01,2027-09-01\n\
            CT1,NONE,2027-06-02,\n\
            CT1,BLANK,2027-06-02,2027-06-01\n\
            CT1,BLANK,,\n\
            CT2,BLANK,2027-06-02,\n";
        let (outcome, said) = import(&app, periods).await;
        assert_eq!(counts(&outcome), [2, 1, 0, 4]);
        assert_eq!(said, [
            "5 Contact Alt. Address Code: The contact has no alternative address \"NONE\".",
            "6 Ending Date: It ends before it begins.",
            "7 Starting Date: A period has a first day.",
            "8 Contact No.: There is no contact \"CT2\".",
        ]);
        let query = "query($id: ID!) { contact(id: $id) { revision addresses { code address postCode city \
            country { code } periods { startingDate endingDate } } } }";
        let found = app.data(query, json!({ "id": ada })).await;
        let blank = json!({ "code": "BLANK", "address": null, "postCode": null, "city": null, "country": null,
            "periods": [period("2027-01-01", None)] });
        let holiday = json!({ "code": "HOLIDAY", "address": "22, Manor Road", "postCode": "GL78 5TT",
            "city": "Cheltenham", "country": { "code": "GB" },
            "periods": [period("2027-06-01", Some("2027-09-01"))] });
        // CON-10
        assert_eq!(found["contact"], json!({ "revision": 3, "addresses": [blank, holiday] }));

        // Columns that are not in a file stay as they are, and the same file changes nothing.
        let (outcome, _) = import(&app, "contactNo,code,city\nct1,holiday,Bath\nct1,blank,\n").await;
        assert_eq!(counts(&outcome), [0, 1, 1, 0]);
        let again = periods.lines().take(3).collect::<Vec<_>>().join("\n").replace("08-01", "09-01");
        let (outcome, _) = import(&app, again).await;
        assert_eq!(counts(&outcome), [0, 0, 2, 0]);
        let found = app.data(query, json!({ "id": ada })).await;
        assert_eq!(found["contact"]["addresses"][1], with(holiday, json!({ "city": "Bath" })));
    }

    async fn addresses_go_with_their_contact_and_on_to_a_survivor(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let duplicate = create(&app, input("PERSON", "Aada")).await;
        add(&app, &ada, "HOME", json!([period("2026-01-10", None)])).await;
        add(&app, &duplicate, "HOME", json!([period("2026-04-01", None)])).await;
        let fair = json!([period("2026-01-10", None), period("2026-03-01", Some("2026-03-05"))]);
        add(&app, &duplicate, "FAIR", fair).await;
        app.must("contactMerge", "contact { id }", json!({ "survivorId": ada, "duplicateId": duplicate })).await;
        // MRG-1: of what both have, the survivor's own stays.
        let query = "query($id: ID!) { contact(id: $id) { addresses { code periods { startingDate } } } }";
        let found = app.data(query, json!({ "id": ada })).await;
        assert_eq!(found["contact"]["addresses"], json!([
            { "code": "FAIR", "periods": [{ "startingDate": "2026-03-01" }] },
            { "code": "HOME", "periods": [{ "startingDate": "2026-01-10" }] },
        ]));
        assert_eq!(crate::check::check(&app).await, [""; 0]);
        app.must("contactDelete", "deletedId", json!({ "id": ada })).await;
        assert_eq!(crate::check::check(&app).await, [""; 0]);
    }

    async fn a_survivor_gets_no_more_addresses_than_a_contact_may_have(app) {
        let ada = create(&app, with(input("PERSON", "Ada"), json!({ "no": "C1" }))).await;
        let duplicate = create(&app, with(input("PERSON", "Aada"), json!({ "no": "C2" }))).await;
        let rows = |no: &str, from: usize, to: usize| -> String {
            (from..to).map(|code| format!("{no},A{code},Oslo\n")).collect()
        };
        let half = address::ADDRESSES_MAX / 2;
        let file = format!("contactNo,code,city\n{}{}", rows("C1", 0, half), rows("C2", half - 1, 2 * half + 1));
        import(&app, file).await;
        let merge = json!({ "survivorId": ada, "duplicateId": duplicate });
        let refused = app.mutate("contactMerge", "contact { id }", merge.clone()).await;
        let error = &refused["userErrors"][0];
        assert_eq!((&error["code"], &error["path"]), (&json!("LIMIT_EXCEEDED"), &json!(["input", "duplicateId"])));
        let one_less = json!({ "contactId": duplicate, "code": format!("A{}", 2 * half) });
        app.must("contactAddressDelete", "", one_less).await;
        let merged = app.must("contactMerge", "contact { addresses { code } }", merge).await;
        assert_eq!(merged["contact"]["addresses"].as_array().unwrap().len(), address::ADDRESSES_MAX);
    }

    async fn addresses_are_personal_as_a_whole(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        add(&app, &ada, "SECRET", json!([period("2026-01-10", None)])).await;
        let query = format!("{{ contact(id: \"{ada}\") {{ hidden addresses {{ code city }} addressOn {{ city }} }} }}");
        let blind = Scopes::of(&[Scope::Write, Scope::Log, Scope::Admin]);
        let hidden = run(&app, &query, blind).await;
        assert!(hidden.get("errors").is_none() && !hidden["data"]["contact"]["hidden"].is_null(), "{hidden}");
        assert_eq!(hidden["data"]["contact"]["addresses"], json!(null));
        assert!(!hidden.to_string().contains("SECRET"), "{hidden}");
        assert_eq!(run(&app, &query, Scopes::ALL).await.to_string().matches("SECRET").count(), 3);
        let change = format!("mutation {{ contactAddressUpdate(input: {{ contactId: \"{ada}\", code: \"SECRET\", \
            address: \"Nook 1\" }}) {{ contact {{ revision }} address {{ city }} userErrors {{ code }} }} }}");
        let hidden = run(&app, &change, blind).await;
        let expected = json!({ "contact": { "revision": 3 }, "address": null, "userErrors": [] });
        assert_eq!(hidden["data"]["contactAddressUpdate"], expected);
    }

    async fn a_company_is_looked_up_where_its_web_sources_say(app) {
        for (code, url) in [("FIND", json!("https://find.example/?q=%1")), ("HOME", json!("https://home.example")), ("NONE", Value::Null)] {
            app.must("codeCreate", "code { code }", json!({ "kind": "WEB_SOURCE", "code": code, "url": url })).await;
        }
        let sources = json!([{ "code": "FIND", "searchWord": "Åre & Co" }, { "code": "HOME", "searchWord": "x" }, { "code": "NONE" }]);
        let company = create(&app, with(input("COMPANY", "Åre & Co"), json!({ "webSources": sources }))).await;
        let query = format!("{{ contact(id: \"{company}\") {{ webSources {{ webSource {{ code }} url }} }} }}");
        let found = app.data(&query, json!({})).await;
        let url = |code: &str, url: Option<&str>| json!({ "webSource": { "code": code }, "url": url });
        assert_eq!(found["contact"]["webSources"], json!([
            url("FIND", Some("https://find.example/?q=%C3%85re%20%26%20Co")),
            url("HOME", Some("https://home.example")),
            url("NONE", None),
        ]));
        let hidden = run(&app, &query, Scopes::of(&[Scope::Read])).await;
        assert_eq!(hidden["data"]["contact"]["webSources"][0]["url"], json!(null));
    }
}
