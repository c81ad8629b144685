//! Criteria as text, as clients and people at a terminal write them.

use serde_json::{Value, json};
use urval::domain::access::{Scope, Scopes};

use crate::{
    access::{is_forbidden, run},
    app::{TestApp, both},
    cli::{complaint, urval},
    log::{people, stage},
};

const PARSE: &str = "query($text: String!) { criteriaParse(input: { text: $text }) {
    criteria text filters { field expression }
    diagnostics { severity code message line column offset length expected suggestion } } }";

async fn parse(app: &TestApp, text: &str) -> Value {
    app.data(PARSE, json!({ "text": text })).await["criteriaParse"].clone()
}

/// What is said about a text: severity, code, what it is about, and what may have been meant.
async fn said(app: &TestApp, text: &str) -> Vec<(String, String, String)> {
    let parsed = parse(app, text).await;
    let diagnostics = parsed["diagnostics"].as_array().unwrap();
    let about = |it: &Value| {
        let part = |key: &str| usize::try_from(it[key].as_u64().unwrap()).unwrap();
        text.chars().skip(part("offset")).take(part("length")).collect::<String>()
    };
    let word = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    diagnostics.iter().map(|it| (word(&it["code"]), about(it), word(&it["suggestion"]))).collect()
}

async fn codes(app: &TestApp) {
    for (kind, code) in [("COUNTRY", "SE"), ("COUNTRY", "NO"), ("MAILING_GROUP", "NEWS")] {
        app.must("codeCreate", "code { code }", json!({ "kind": kind, "code": code })).await;
    }
    app.must("attributeCreate", "attribute { name }", json!({ "name": "shoe", "type": "NUMBER" }))
        .await;
}

both! {
    async fn a_text_is_read_into_criteria(app) {
        codes(&app).await;
        let parsed = parse(&app, "country = \"se\" and not mailing_group has \"NEWS\" and shoe > 38").await;
        assert_eq!(parsed, json!({
            "criteria": { "all": [
                { "country": { "eq": "SE" } },
                { "not": { "mailingGroups": { "hasAny": ["NEWS"] } } },
                { "custom": { "name": "shoe", "number": { "gt": 38 } } },
            ] },
            "text": "country = SE and not (mailingGroups has any of (NEWS)) and custom number \"shoe\" > 38",
            "filters": null,
            "diagnostics": [],
        }));
        let parsed = parse(&app, "Post Code matches '1*|2*' and minor = no").await;
        assert_eq!(parsed["filters"], json!([
            { "field": "postCode", "expression": "1*|2*" },
            { "field": "minor", "expression": "No" },
        ]));
    }

    async fn texts_name_segments_and_contacts_by_their_numbers(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let text = "in SM000001 and one of (CT000002, ct000003) and not (ever in SM000001 after step 1)";
        assert_eq!(said(&app, text).await[0].0, "SYNTAX");
        let text = "in sm000001 and one of (CT000002, CT000003) and not (is CT000003)";
        let parsed = parse(&app, text).await;
        assert_eq!(parsed["criteria"], json!({ "all": [
            { "inSegment": { "current": segment } },
            { "ids": [contacts[1], contacts[2]] },
            { "not": { "ids": [contacts[2]] } },
        ] }));
        assert_eq!(parsed["text"], "in SM000001 and one of (CT000002, CT000003) and not (is CT000003)");
        let query = "query($c: ContactCriteria!) { contacts(filter: $c) { nodes { no } } criteriaText(criteria: $c) }";
        let found = app.data(query, json!({ "c": { "text": text } })).await;
        assert_eq!(found["contacts"]["nodes"], json!([{ "no": "CT000002" }]));
        assert_eq!(found["criteriaText"], parsed["text"]);

        let logged = app.must("segmentLog", "loggedSegment { id }", json!({ "segmentId": segment })).await;
        let parsed = parse(&app, "logged with SM000001 or logged with the log of SM000001").await;
        assert_eq!(parsed["criteria"], json!({ "any": [
            { "inSegment": { "logged": segment } },
            { "inSegment": { "logged": logged["loggedSegment"]["id"] } },
        ] }));
        assert_eq!(said(&app, "in SM9 or is CT9 or in segment:99").await, [
            ("NOT_FOUND".to_owned(), "SM9".to_owned(), String::new()),
            ("NOT_FOUND".to_owned(), "CT9".to_owned(), String::new()),
        ]);
        assert_eq!(said(&app, "in segment:99").await[0].0, "NOT_FOUND");
    }

    async fn what_is_wrong_is_told_while_it_is_typed(app) {
        codes(&app).await;
        let text = "minor and\n  cuntry = SE";
        let parsed = parse(&app, text).await;
        assert_eq!((&parsed["criteria"], &parsed["text"]), (&Value::Null, &Value::Null));
        assert_eq!(parsed["diagnostics"], json!([{
            "severity": "ERROR", "code": "SYNTAX", "message": "There is no field cuntry; there is country.",
            "line": 2, "column": 3, "offset": 12, "length": 6,
            "expected": ["a field", "not", "("], "suggestion": "country",
        }]));
        let typed = "country in (SE, NO) and createdAt in last 90 days";
        for length in 0..=typed.len() {
            let parsed = parse(&app, &typed[..length]).await;
            let is_read = parsed["criteria"].is_object();
            assert!(is_read || parsed["diagnostics"][0]["severity"] == "ERROR", "{}", &typed[..length]);
        }
        assert_eq!(said(&app, "country = SE and name matches 'a|'").await, [
            ("INVALID".to_owned(), "'a|'".to_owned(), String::new()),
        ]);
        assert_eq!(said(&app, "custom text shoe = x or custom nope is set").await[0].0, "SYNTAX");
        assert_eq!(said(&app, "custom text \"shoe\" = x or custom nope is set").await, [
            ("INVALID".to_owned(), "\"shoe\"".to_owned(), String::new()),
            ("NOT_FOUND".to_owned(), "nope".to_owned(), String::new()),
        ]);
    }

    async fn what_may_not_be_meant_is_told(app) {
        codes(&app).await;
        let warned = |code: &str, about: &str, suggestion: &str| {
            vec![(code.to_owned(), about.to_owned(), suggestion.to_owned())]
        };
        for (text, expected) in [
            ("country = SE and country = NO", warned("CONTRADICTION", "country = NO", "")),
            ("minor and not minor", warned("CONTRADICTION", "not minor", "")),
            ("minor and minor = no", warned("CONTRADICTION", "minor = no", "")),
            ("shoe > 3 and shoe > 5", vec![]),
            ("type = PERSON and type = COMPANY", warned("CONTRADICTION", "type = COMPANY", "")),
            ("createdAt < 2026-01-01 and createdAt > 2026-02-01", warned("CONTRADICTION", "createdAt > 2026-02-01", "")),
            ("mailingGroups has NEWS and mailingGroups has none of (NEWS)", warned("CONTRADICTION", "mailingGroups has none of (NEWS)", "")),
            ("country in ()", warned("ALWAYS_FALSE", "country in ()", "")),
            ("postCode between 2 and 1", warned("ALWAYS_FALSE", "postCode between 2 and 1", "")),
            ("country = SE and everybody", warned("ALWAYS_TRUE", "everybody", "")),
            ("minor or not minor", warned("ALWAYS_TRUE", "not minor", "")),
            ("country = SE or minor or country = se", warned("DUPLICATE", "country = se", "")),
            ("country = NQ", warned("UNKNOWN_CODE", "NQ", "")),
            ("mailing_group has any of (NEWS, NEWZ)", warned("UNKNOWN_CODE", "NEWZ", "NEWS")),
            ("interactions(language = XX)", warned("UNKNOWN_CODE", "XX", "")),
            ("name starts with A and name = Bo", warned("CONTRADICTION", "name = Bo", "")),
            ("name starts with A and name contains b", vec![]),
            ("country = SE or country = NO", vec![]),
            ("interactions(template = BUS and template = GOLF)", warned("CONTRADICTION", "template = GOLF", "")),
            ("no interactions(cost > 5 and (cost < 5 or not cost < 5))", warned("ALWAYS_TRUE", "not cost < 5", "")),
            ("interactions(any) latest is (template in ())", warned("ALWAYS_FALSE", "template in ()", "")),
            ("purchases(documentNo = A or documentNo = A) count >= 1", warned("DUPLICATE", "documentNo = A", "")),
            ("interactions(any) count >= 1", vec![]),
            ("salesperson = me", vec![]),
            ("name starts with A and createdAt < 2026-01-01 and name contains b and createdAt > 2026-02-01", warned("CONTRADICTION", "createdAt > 2026-02-01", "")),
            ("country <> SE and minor and country = SE and country = NO", warned("CONTRADICTION", "country = SE", "")),
            ("mailingGroups has none of (NEWS) and mailingGroups has all of (NEWS)", warned("CONTRADICTION", "mailingGroups has all of (NEWS)", "")),
            ("country in last 3 days", warned("SYNTAX", "in", "")),
        ] {
            let found = said(&app, text).await;
            if text.contains("in last") {
                assert_eq!(found.len(), 1, "{text}: {found:?}");
            } else {
                assert_eq!(found, expected, "{text}");
            }
        }
    }

    // However much is asked, what is said about it is said at once.
    async fn much_is_looked_at_no_longer_than_little(app) {
        let codes: Vec<String> = (0..9_999).map(|it| format!("C{it}")).collect();
        let text = format!("no in ({})", codes.join(", "));
        assert!(said(&app, &text).await.is_empty());
        let each = |part: &[String]| format!("no not in ({})", part.join(", "));
        let text = codes.chunks(21).map(each).collect::<Vec<_>>().join(" and ");
        assert!(said(&app, &text).await.is_empty());
        let each = |code: &String| format!("no <> {code}");
        let text = codes[..499].iter().map(each).collect::<Vec<_>>().join(" and ");
        assert!(said(&app, &text).await.is_empty());
        assert_eq!(said(&app, &"a+".repeat(100_000)).await[0].0, "SYNTAX");
    }

    async fn what_was_expected_in_an_expression_is_told(app) {
        let parsed = parse(&app, "country matches '(SE|NO'").await;
        assert_eq!(parsed["diagnostics"][0]["expected"], json!([")", "|", "&"]));
        let query = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) { userErrors { line column path } } }";
        let refused = app.data(query, json!({ "c": { "country": { "matches": "SE|\n(NO" } } })).await;
        assert_eq!(refused["criteriaPreview"]["userErrors"], json!([
            { "line": 2, "column": 4, "path": ["input", "criteria", "country", "matches"] },
        ]));
    }

    // What lies in a text has no place of its own in the input.
    async fn what_is_wrong_below_a_text_is_told_at_the_text(app) {
        let preview = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) {
            funnel { path text } userErrors { code path } } }";
        let looked_at = async |criteria: Value| app.data(preview, json!({ "c": criteria })).await["criteriaPreview"].clone();
        let refused = async |criteria: Value| looked_at(criteria).await["userErrors"].clone();
        let error = |code: &str, path: &[&str]| {
            let path: Vec<&str> = ["input", "criteria"].iter().chain(path).copied().collect();
            json!([{ "code": code, "path": path }])
        };
        let nope = json!({ "text": "custom text \"nope\" = x" });
        assert_eq!(refused(nope.clone()).await, error("NOT_FOUND", &["text"]));
        let listed = json!({ "all": { "company": nope } });
        assert_eq!(refused(listed).await, error("NOT_FOUND", &["all", "0", "company", "text"]));
        let mixed = json!({ "any": [{ "text": "minor" }, { "custom": { "name": "nope", "isSet": true } }] });
        assert_eq!(refused(mixed).await, error("NOT_FOUND", &["any", "1", "custom", "name"]));
        let mut deep = json!({ "text": "not not not not minor" });
        for _ in 0..13 {
            deep = json!({ "not": deep });
        }
        let path = [&["not"; 13][..], &["text"][..]].concat();
        assert_eq!(refused(deep).await, error("LIMIT_EXCEEDED", &path));
        let many = json!({ "any": vec![json!({ "text": "minor" }); 501] });
        assert_eq!(refused(many).await, error("LIMIT_EXCEEDED", &[]));

        let shown = looked_at(json!({ "all": [{ "text": "minor and not minor" }, { "minor": true }] })).await;
        assert_eq!(shown["funnel"], json!([
            { "path": ["input", "criteria", "all", "0", "text"], "text": "minor" },
            { "path": ["input", "criteria", "all", "0", "text"], "text": "not (minor)" },
            { "path": ["input", "criteria", "all", "1"], "text": "minor" },
        ]));

        let query = "query($c: ContactCriteria) { contacts(filter: $c) { totalCount } }";
        let refused = app.graphql(query, json!({ "c": { "not": nope } })).await;
        assert_eq!(refused["errors"][0]["extensions"]["path"], json!(["filter", "not", "text"]));
    }

    async fn texts_are_taken_wherever_criteria_are(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        let criteria = json!({ "any": [{ "text": "is CT000001" }, { "company": { "text": "nobody" } }] });
        let refined = app.must("segmentRefineContacts", "segment { contactsCount } criterion { criteria text }", json!({ "segmentId": segment, "criteria": criteria })).await;
        assert_eq!(refined["segment"]["contactsCount"], 1);
        // It is kept as the criteria that it stands for.
        assert_eq!(refined["criterion"]["criteria"], json!({ "any": [{ "ids": ["contact:1"] }, { "company": { "any": [] } }] }));
        let wrong = json!({ "segmentId": segment, "criteria": { "not": { "text": "minor and cuntry = SE" } } });
        let refused = app.mutate("segmentAddContacts", "segment { id }", wrong).await;
        assert_eq!(refused["userErrors"], json!([{
            "code": "INVALID",
            "message": "There is no field cuntry; there is country. (at line 1, column 11)",
            "path": ["input", "criteria", "not", "text"],
        }]));
    }

    // Personal data are not found out by asking in other words.
    async fn whoever_may_not_see_personal_data_may_not_ask_about_them(app) {
        let blind = Scopes::of(&[Scope::Write, Scope::Log, Scope::Admin]);
        for text in ["name = Ada", "country = SE or company(email is set)", "found by 'ada'", "post code matches '1*'"] {
            let query = format!("{{ criteriaParse(input: {{ text: {} }}) {{ criteria text diagnostics {{ code message }} }} }}", json!(text));
            let parsed = run(&app, &query, blind).await;
            let parsed = &parsed["data"]["criteriaParse"];
            assert_eq!(parsed["criteria"], Value::Null, "{text}");
            assert_eq!(parsed["text"], Value::Null, "{text}");
            assert_eq!(parsed["diagnostics"][0]["code"], "FORBIDDEN", "{text}");
            let query = format!("{{ contacts(filter: {{ text: {} }}) {{ totalCount }} }}", json!(text));
            let refused = run(&app, &query, blind).await;
            assert!(is_forbidden(&refused), "{text}: {refused}");
        }
    }
}

#[test]
fn segments_are_changed_by_criteria_as_they_are_typed() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("x.db").display());
    let contacts = dir.path().join("contacts.csv");
    std::fs::write(
        &contacts,
        "no,type,name,country,mailingGroups\nC1,COMPANY,Ek,SE,NEWS\nC2,COMPANY,Berg,NO,\nC3,PERSON,Ann,SE,\n",
    )
    .unwrap();
    let segments = dir.path().join("segments.csv");
    std::fs::write(&segments, "No.,Description\nSM0001,Test\n").unwrap();
    let run = |arguments: &[&str]| {
        let output = urval(&[arguments, &["--database-url", url.as_str()]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        (String::from_utf8(output.stdout).unwrap(), said)
    };
    run(&["import", &contacts.display().to_string()]);
    run(&["import", &segments.display().to_string(), "--kind", "segments"]);

    let text = "country = \"SE\" and not mailing_group has \"NEWS\"";
    assert_eq!(run(&["segment", "add", "SM0001", text, "--dry-run"]).0, "1\n");
    assert_eq!(run(&["segment", "add", "SM0001", text]).0, "1\n");
    assert_eq!(run(&["count", "in SM0001"]).0, "1\n");
    assert_eq!(run(&["count", "country = SE", "--filter", "type=Person"]).0, "1\n");
    assert_eq!(run(&["export", "country = SE or country = NO"]).0.lines().count(), 4);
    let warned = run(&["count", "country = SE and country = NO"]);
    assert_eq!(warned.0, "0\n");
    assert!(warned.1.contains("warning: This contradicts what comes before it"), "{}", warned.1);

    let said = complaint(&["count", "minor and cuntry = SE", "--database-url", &url]);
    assert!(said.contains("There is no field cuntry; there is country."), "{said}");
    assert!(said.contains("\n  minor and cuntry = SE\n            ^^^^^^"), "{said}");
}
