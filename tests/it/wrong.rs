//! What is wrong is said where it is wrong, and never becomes a fault of ours.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact::{codes, create, input, with},
    log::{people, stage},
    purchase,
};

/// The code and the path of each user error, as one line.
fn errors(payload: &Value) -> Vec<String> {
    let error = |it: &Value| {
        let path = it["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap());
        format!("{} {}", it["code"].as_str().unwrap(), path.collect::<Vec<_>>().join("."))
    };
    payload["userErrors"].as_array().unwrap().iter().map(error).collect()
}

/// The key with each of its parts replaced by something it can't be, or should not be.
fn forgeries(key: &Value) -> Vec<Value> {
    match key {
        Value::Array(parts) => {
            let of_part = |(index, part): (usize, &Value)| {
                let forged = forgeries(part).into_iter();
                let whole = forged.map(move |forged| {
                    let mut parts = parts.clone();
                    parts[index] = forged;
                    Value::Array(parts)
                });
                whole.collect::<Vec<_>>()
            };
            parts.iter().enumerate().flat_map(of_part).chain([json!([])]).collect()
        }
        Value::Object(parts) => {
            let of_part = |(name, part): (&String, &Value)| {
                let forged = forgeries(part).into_iter();
                let whole = forged.map(|forged| {
                    let mut parts = parts.clone();
                    parts.insert(name.clone(), forged);
                    Value::Object(parts)
                });
                whole.collect::<Vec<_>>()
            };
            parts.iter().flat_map(of_part).chain([json!({})]).collect()
        }
        Value::String(_) => {
            let days = ["+262142-12-31", "-4800-01-01"];
            let instants = days.map(|day| format!("{day}T00:00:00Z").into());
            let texts = ["a\0b", "\0", "", "\u{10FFFF}"].into_iter().chain(days);
            texts.map(Value::from).chain(instants).chain([Value::Null, json!(5)]).collect()
        }
        Value::Number(_) => [-1, 0, i64::MAX, i64::MIN, i64::from(i32::MAX)]
            .map(Value::from)
            .into_iter()
            .chain([json!(1.5), json!(u64::MAX), json!("1"), Value::Null])
            .collect(),
        Value::Bool(_) => vec![Value::Null, json!("x")],
        Value::Null => vec![json!("x"), json!(0)],
    }
}

/// Lists of the API that there is something in, each with where it stands in the answer.
async fn lists(app: &TestApp) -> Vec<(String, &'static str)> {
    let campaign = campaign(app, json!({ "description": "Spring" })).await;
    let contacts = people(app, &["Ada", "Bo"]).await;
    let company = create(app, input("COMPANY", "Alfa")).await;
    create(app, with(input("PERSON", "Cy"), json!({ "companyId": company }))).await;
    let segment = stage(app, &contacts, json!({ "campaignId": campaign })).await;
    app.must("segmentSaveCriteria", "", json!({ "segmentId": segment, "name": "Kept" })).await;
    app.must("segmentLog", "", json!({ "segmentId": segment })).await;
    let with_ada = json!({ "from": { "contactId": contacts[0] }, "description": "Pumps" });
    app.must("opportunityCreate", "", with_ada.clone()).await;
    app.must("taskCreate", "", with_ada).await;
    purchase::fill(app).await;

    let of =
        |kind: &str, id: &str, list: &str| format!("{kind}(id: {id:?}) {{ {list} {{ PAGE }} }}");
    let mut lists = vec![
        ("savedCriteria(AFTER) { PAGE }".to_owned(), "/savedCriteria"),
        ("loggedSegments(AFTER) { PAGE }".to_owned(), "/loggedSegments"),
        ("interactions(AFTER) { PAGE }".to_owned(), "/interactions"),
        ("interactionTemplates(AFTER) { PAGE }".to_owned(), "/interactionTemplates"),
        ("campaigns(AFTER) { PAGE }".to_owned(), "/campaigns"),
        ("opportunities(AFTER) { PAGE }".to_owned(), "/opportunities"),
        ("tasks(AFTER) { PAGE }".to_owned(), "/tasks"),
        ("purchases(AFTER) { PAGE }".to_owned(), "/purchases"),
        ("segments(filter: { status: [LOGGED] }, AFTER) { PAGE }".to_owned(), "/segments"),
        (of("contact", &company, "people(AFTER)"), "/contact/people"),
        (of("contact", &contacts[0], "interactions(AFTER)"), "/contact/interactions"),
        (of("campaign", &campaign, "entries(AFTER)"), "/campaign/entries"),
        (of("segment", &segment, "lines(orderBy: { by: ADDED_STEP }, AFTER)"), "/segment/lines"),
    ];
    for order in ["NO_ASC", "DESCRIPTION_DESC", "DATE_ASC", "UPDATED_DESC", "CONTACTS_DESC"] {
        let filter = "filter: { status: [LOGGED] }";
        let list = format!("segments({filter}, orderBy: {order}, AFTER) {{ PAGE }}");
        lists.push((list, "/segments"));
    }
    for order in ["DESCRIPTION_ASC", "STARTING_DATE_ASC", "ENDING_DATE_DESC", "UPDATED_DESC"] {
        lists.push((format!("campaigns(orderBy: {order}, AFTER) {{ PAGE }}"), "/campaigns"));
    }
    for by in ["NO", "NAME", "CITY", "POST_CODE"] {
        lists.push((format!("contacts(orderBy: {{ by: {by} }}, AFTER) {{ PAGE }}"), "/contacts"));
        let lines = format!("lines(orderBy: {{ by: {by} }}, AFTER)");
        lists.push((of("segment", &segment, &lines), "/segment/lines"));
    }
    lists
}

both! {
    async fn what_always_has_a_value_is_not_cleared(app) {
        for (mutation, thing, fields) in [
            ("segmentUpdate", json!({ "segmentId": "segment:1" }),
                &["date", "ignoreContactCorrespondenceType"][..]),
            ("savedCriteriaUpdate", json!({ "savedCriteriaId": "savedCriteria:1" }), &["name"][..]),
            ("numberSeriesUpdate", json!({ "kind": "CONTACT" }), &["prefix", "width", "next", "manual"][..]),
            ("interactionUpdate", json!({ "id": "interaction:1.1" }), &["date", "description",
                "salesperson", "cost", "durationMin", "campaignTarget", "attemptFailed", "postponed"][..]),
        ] {
            for field in fields {
                let refused = app.mutate(mutation, "", with(thing.clone(), json!({ *field: null }))).await;
                assert_eq!(errors(&refused), [format!("REQUIRED input.{field}")], "{mutation}");
            }
        }
    }

    async fn an_argument_of_the_wrong_form_is_named_by_its_path(app) {
        let query = "mutation($i: SegmentAddContactsInput!) { segmentAddContacts(input: $i) { userErrors { code } } }";
        for (criteria, path) in [
            (json!({ "cuntry": { "eq": "SE" } }), json!(["input", "criteria"])),
            (json!({ "all": [{ "minor": true }, { "country": { "eq": 5 } }] }), json!(["input", "criteria", "all", "1", "country", "eq"])),
        ] {
            let input = json!({ "segmentId": "segment:1", "criteria": criteria });
            let answer = app.graphql(query, json!({ "i": input })).await;
            let extensions = &answer["errors"][0]["extensions"];
            assert_eq!((&extensions["code"], &extensions["path"]), (&json!("GRAPHQL_VALIDATION_FAILED"), &path), "{answer}");
        }
    }

    async fn a_forged_cursor_is_an_error_of_whoever_sent_it(app) {
        let mut refused = 0;
        for (list, place) in lists(&app).await {
            let query = |after: &str| {
                let list = list.replace("AFTER", after).replace("PAGE", "edges { cursor }");
                format!("query($c: String) {{ {list} }}")
            };
            let page = app.data(&query("first: 1, after: $c"), json!({})).await;
            let cursor = page.pointer(place).unwrap_or_else(|| panic!("{list} {page}"));
            let cursor = cursor["edges"][0]["cursor"].as_str().unwrap_or_else(|| panic!("{list} {page}"));
            let key: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
            for forged in forgeries(&key) {
                let forged = URL_SAFE_NO_PAD.encode(forged.to_string());
                for (argument, name) in [("first: 2, after: $c", "after"), ("last: 2, before: $c", "before")] {
                    let answer = app.graphql(&query(argument), json!({ "c": forged })).await;
                    let Some(errors) = answer.get("errors") else { continue };
                    refused += 1;
                    assert_eq!(errors[0]["extensions"]["code"], "BAD_REQUEST", "{list} {forged:?} {key} {answer}");
                    assert_eq!(errors[0]["extensions"]["path"], json!([name]), "{list} {key} {answer}");
                }
            }
            let written = key.to_string();
            for nul in [written.replacen('"', "\"\\u0000", 1), "nonsense".to_owned(), "[".repeat(10_000)] {
                if nul == written {
                    continue;
                }
                let nul = URL_SAFE_NO_PAD.encode(nul);
                let answer = app.graphql(&query("after: $c"), json!({ "c": nul })).await;
                assert_eq!(answer["errors"][0]["extensions"]["path"], json!(["after"]), "{list} {answer}");
            }
        }
        assert!(100 < refused);
    }

    async fn a_code_that_is_not_there_is_named_by_its_place_in_the_list(app) {
        codes(&app, "MAILING_GROUP", &["NEWS"]).await;
        codes(&app, "BUSINESS_RELATION", &["CUST"]).await;
        let company = with(input("COMPANY", "Alfa"), json!({
            "mailingGroups": ["news", "zz", "aa"],
            "businessRelations": [{ "code": "cust" }, { "code": "nope" }],
        }));
        let refused = app.mutate("contactCreate", "", company).await;
        assert_eq!(errors(&refused), [
            "NOT_FOUND input.mailingGroups.2", "NOT_FOUND input.mailingGroups.1",
            "NOT_FOUND input.businessRelations.1.code",
        ]);
        let id = create(&app, input("COMPANY", "Alfa")).await;
        let other = json!({ "code": "CUST", "linkType": "CUSTOMER", "linkNo": "1" });
        create(&app, with(input("COMPANY", "Beta"), json!({ "businessRelations": [other] }))).await;
        for (change, wrong) in [
            (json!({ "mailingGroups": { "set": ["NEWS"], "add": ["news", "zz"] } }), "NOT_FOUND input.mailingGroups.add.1"),
            (json!({ "mailingGroups": { "set": ["zz"] } }), "NOT_FOUND input.mailingGroups.set.0"),
            (json!({ "mailingGroups": { "add": [" "] } }), "REQUIRED input.mailingGroups.add.0"),
            (json!({ "businessRelations": { "add": [other] } }), "TAKEN input.businessRelations.add.0.linkNo"),
            (json!({ "businessRelations": { "set": [{ "code": "CUST", "linkType": "x".repeat(101) }] } }), "LIMIT_EXCEEDED input.businessRelations.set.0.linkType"),
        ] {
            let refused = app.mutate("contactUpdate", "", with(json!({ "id": id }), change)).await;
            assert_eq!(errors(&refused), [wrong]);
        }
    }

    async fn an_id_is_named_as_it_was_sent(app) {
        let segment = stage(&app, &[], json!({})).await;
        let preview = "query($ids: [ID!]) { criteriaPreview(input: { criteria: { ids: $ids } }) \
                       { text userErrors { code path message } } }";
        for (id, shown) in [
            (json!(1), "\"1\""),
            (json!("contact:4294967295"), "\"contact:4294967295\""),
            (json!("contact:99999999999"), "\"contact:99999999999\""),
        ] {
            let expected = format!("{shown} is not the id of a contact.");
            let previewed = app.data(preview, json!({ "ids": ["contact:1", id] })).await;
            let refused = &previewed["criteriaPreview"]["userErrors"][0];
            assert_eq!(refused["path"], json!(["input", "criteria", "ids", "1"]));
            assert_eq!(refused["message"], expected);
            let lines = json!({ "segmentId": segment, "contactIds": [id] });
            let refused = app.mutate("segmentAddLines", "", lines).await;
            assert_eq!(errors(&refused), ["INVALID input.contactIds.0"]);
            assert_eq!(refused["userErrors"][0]["message"], expected);
        }
        let largest = app.data(preview, json!({ "ids": ["contact:2147483647"] })).await;
        assert_eq!(largest["criteriaPreview"]["userErrors"], json!([]));
        let nobody = app.data(r#"{ node(id: "contact:4294967295") { id } }"#, json!({})).await;
        assert_eq!(nobody["node"], Value::Null);
    }

    async fn a_number_of_steps_that_can_not_be_is_a_user_error(app) {
        let segment = stage(&app, &[], json!({})).await;
        for name in ["segmentGoBack", "segmentGoForward"] {
            for steps in [-1, 0, 10_001, i64::from(i32::MAX)] {
                let refused = app.mutate(name, "", json!({ "segmentId": segment, "steps": steps })).await;
                assert_eq!(errors(&refused), ["INVALID input.steps"]);
            }
        }
    }

    // CON-2
    async fn a_name_that_is_too_long_is_blamed_alone(app) {
        for (given, path) in [("name", "input.name"), ("surname", "input.surname"), ("firstName", "input.firstName")] {
            for long in ["x".repeat(101), "x y ".repeat(30)] {
                let refused = app.mutate("contactCreate", "", json!({ "type": "PERSON", given: long })).await;
                assert_eq!(errors(&refused), [format!("LIMIT_EXCEEDED {path}")]);
            }
        }
        // Each part will do, but what they make together will not.
        let parts = json!({ "type": "PERSON", "firstName": "x".repeat(60), "surname": "y".repeat(60) });
        let refused = app.mutate("contactCreate", "", parts).await;
        assert_eq!(errors(&refused), ["LIMIT_EXCEEDED input.name"]);
    }

    async fn days_that_no_database_can_hold_are_refused(app) {
        for day in ["-0001-01-01", "0000-12-31", "+10000-01-01", "+262142-12-31"] {
            let filter = "query($d: Date) { interactions(filter: { from: $d }) { totalCount } }";
            let refused = app.graphql(filter, json!({ "d": day })).await;
            let extensions = json!({ "code": "GRAPHQL_VALIDATION_FAILED", "path": ["filter", "from"] });
            assert_eq!(refused["errors"][0]["extensions"], extensions, "{refused}");
            for date in [json!({ "date": day }), json!({ "instant": format!("{day}T00:00:00Z") })] {
                let criteria = json!({ "createdAt": { "before": date } });
                let preview = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) { userErrors { code path } } }";
                let refused = app.data(preview, json!({ "c": criteria })).await;
                let name = date.as_object().unwrap().keys().next().unwrap();
                let path = format!("INVALID input.criteria.createdAt.before.{name}");
                assert_eq!(errors(&refused["criteriaPreview"]), [path]);
            }
        }
        for day in ["0001-01-01", "9999-12-31"] {
            let created = app.must("segmentCreate", "segment { date }", json!({ "date": day })).await;
            assert_eq!(created["segment"]["date"], day);
        }
    }
}
