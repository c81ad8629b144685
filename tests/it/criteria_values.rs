//! What criteria can test, and which values occur: enough to build a user interface from.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact::{codes, create, input, with},
    log::{people, stage},
};

/// The values of a field, with how often.
async fn values(app: &TestApp, of: &str, field: &str, prefix: &str) -> Vec<(String, i64)> {
    let query = "query($of: CriteriaFieldOf, $field: String!, $prefix: String) {
        criteriaValues(of: $of, field: $field, prefix: $prefix) { value contactsCount interactionsCount isExact } }";
    let variables = json!({ "of": of, "field": field, "prefix": prefix });
    let found = app.data(query, variables).await;
    let value = |it: &Value| {
        assert_eq!(it["isExact"], true);
        let (counted, null) = match of {
            "INTERACTION" => ("interactionsCount", "contactsCount"),
            _ => ("contactsCount", "interactionsCount"),
        };
        assert!(it[null].is_null(), "{it}");
        (it["value"].as_str().unwrap().to_owned(), it[counted].as_i64().unwrap())
    };
    found["criteriaValues"].as_array().unwrap().iter().map(value).collect()
}

fn counted(values: &[(&str, i64)]) -> Vec<(String, i64)> {
    values.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

/// Three people and a company with classifications and attributes, all of them logged once.
async fn world(app: &TestApp) {
    codes(app, "MAILING_GROUP", &["NEWS", "NEWS2", "EVENT", "EMPTY"]).await;
    codes(app, "INDUSTRY_GROUP", &["STEEL"]).await;
    codes(app, "JOB_RESPONSIBILITY", &["CEO"]).await;
    codes(app, "BUSINESS_RELATION", &["CUST"]).await;
    codes(app, "WEB_SOURCE", &["WEB"]).await;
    for (name, r#type) in [
        ("motto", "TEXT"),
        ("tier", "CODE"),
        ("shoe", "NUMBER"),
        ("since", "DATE"),
        ("vip", "BOOLEAN"),
    ] {
        app.must(
            "attributeCreate",
            "",
            json!({ "name": name, "type": r#type, "description": "Told." }),
        )
        .await;
    }
    let mut contacts = people(app, &["Ada", "Bo", "Cy"]).await;
    contacts.push(create(app, with(input("COMPANY", "Alfa"), json!({
        "mailingGroups": ["news"], "industryGroups": ["steel"], "webSources": [{ "code": "web" }],
        "businessRelations": [{ "code": "cust" }],
    }))).await);
    for (contact, groups, motto, tier) in [
        (0, vec!["news", "event"], "Åse", "gold"),
        (1, vec!["news", "news2"], "åse", "gold"),
        (2, vec![], "Åse", "gilt"),
    ] {
        let attributes = json!([
            { "name": "motto", "value": { "text": motto } }, { "name": "tier", "value": { "code": tier } },
            { "name": "shoe", "value": { "number": "42" } },
        ]);
        let change = json!({ "id": contacts[contact], "mailingGroups": { "set": groups },
            "jobResponsibilities": { "set": ["CEO"] }, "attributes": attributes });
        app.must("contactUpdate", "", change).await;
    }
    codes(app, "INTERACTION_GROUP", &["LETTERS"]).await;
    codes(app, "LANGUAGE", &["SV"]).await;
    let campaign = campaign(app, json!({ "no": "cp7" })).await;
    let header = json!({ "campaignId": campaign, "interactionGroup": "LETTERS", "language": "SV" });
    let segment = stage(app, &contacts, header).await;
    let set = json!({ "evaluation": "VERY_POSITIVE", "salesperson": "AH" });
    app.must(
        "segmentUpdateLines",
        "",
        json!({ "segmentId": segment, "lines": { "contactIds": [contacts[0]] }, "set": set }),
    )
    .await;
    app.must("segmentLog", "", json!({ "segmentId": segment })).await;
}

both! {
    async fn the_values_of_every_kind_of_field_are_listed_with_how_often(app) {
        world(&app).await;
        for (of, field, prefix, expected) in [
            ("CONTACT", "mailingGroups", "", &[("NEWS", 3), ("EVENT", 1), ("NEWS2", 1)][..]),
            ("CONTACT", "mailingGroups", "ne", &[("NEWS", 3), ("NEWS2", 1)]),
            ("CONTACT", "mailingGroups", "%", &[]),
            ("CONTACT", "industryGroups", "s", &[("STEEL", 1)]),
            ("CONTACT", "jobResponsibilities", "", &[("CEO", 3)]),
            ("CONTACT", "businessRelations", "", &[("CUST", 1)]),
            ("CONTACT", "webSources", "", &[("WEB", 1)]),
            ("CONTACT", "type", "", &[("PERSON", 3), ("COMPANY", 1)]),
            ("CONTACT", "surname", "a", &[("Ada", 1)]),
            ("CONTACT", "no", "ct00000", &[("CT000001", 1), ("CT000002", 1), ("CT000003", 1), ("CT000004", 1)]),
            ("CONTACT", "no", "ct\0", &[]),
            ("ATTRIBUTE", "motto", "ÅS", &[("Åse", 2), ("åse", 1)]),
            ("ATTRIBUTE", "tier", "g", &[("GOLD", 2), ("GILT", 1)]),
            ("INTERACTION", "template", "b", &[("BUS", 4)]),
            ("INTERACTION", "template", "c", &[]),
            ("INTERACTION", "group", "", &[("LETTERS", 4)]),
            ("INTERACTION", "campaign", "CP", &[("CP7", 4)]),
            ("INTERACTION", "campaign", "cp8", &[]),
            ("INTERACTION", "salesperson", "", &[("BC", 3), ("AH", 1)]),
            ("INTERACTION", "salesperson", "a", &[("AH", 1)]),
            ("INTERACTION", "evaluation", "", &[("VERY_POSITIVE", 1)]),
            ("INTERACTION", "evaluation", "very_n", &[]),
            ("INTERACTION", "language", "", &[("SV", 4)]),
            ("INTERACTION", "informationFlow", "", &[("OUTBOUND", 4)]),
            ("INTERACTION", "initiatedBy", "U", &[("US", 4)]),
            ("INTERACTION", "correspondenceType", "Hard c", &[("HARD_COPY", 4)]),
            ("INTERACTION", "evaluation", "very p", &[("VERY_POSITIVE", 1)]),
            ("INTERACTION", "evaluation", "%", &[]),
            ("INTERACTION", "evaluation", "x", &[]),
            ("INTERACTION", "correspondenceType", "", &[("HARD_COPY", 4)]),
            ("INTERACTION", "description", "", &[("Spring", 4)]),
        ] {
            assert_eq!(values(&app, of, field, prefix).await, counted(expected), "{of} {field} {prefix:?}");
        }

        // The interactions of those who are deleted belong to nobody.
        let gone = json!({ "id": "contact:1", "removeFromSegments": true });
        app.must("contactDelete", "", gone).await;
        assert_eq!(values(&app, "INTERACTION", "salesperson", "").await, counted(&[("BC", 3)]));
        assert_eq!(values(&app, "INTERACTION", "template", "").await, counted(&[("BUS", 3)]));
        assert_eq!(values(&app, "CONTACT", "mailingGroups", "").await, counted(&[("NEWS", 2), ("NEWS2", 1)]));
    }

    async fn a_value_from_a_code_table_comes_with_what_it_means(app) {
        world(&app).await;
        app.must("codeUpdate", "", json!({ "kind": "MAILING_GROUP", "code": "NEWS", "description": "Newsletter" })).await;
        let query = "{ criteriaValues(field: \"mailingGroups\", first: 1) { value code { kind description } }
            of: criteriaValues(of: INTERACTION, field: \"template\") { value code { code } } }";
        assert_eq!(app.data(query, json!({})).await, json!({
            "criteriaValues": [{ "value": "NEWS", "code": { "kind": "MAILING_GROUP", "description": "Newsletter" } }],
            "of": [{ "value": "BUS", "code": null }],
        }));
    }

    async fn what_has_no_values_to_list_is_said(app) {
        world(&app).await;
        let query = "query($of: CriteriaFieldOf, $field: String!, $first: Int) { criteriaValues(of: $of, field: $field, first: $first) { value } }";
        for (of, field, first, path) in [
            ("CONTACT", "minor", 1, "field"), ("CONTACT", "template", 1, "field"), ("CONTACT", "motto", 1, "field"),
            ("ATTRIBUTE", "shoe", 1, "field"), ("ATTRIBUTE", "nope", 1, "field"), ("ATTRIBUTE", "a\0b", 1, "field"), ("ATTRIBUTE", "", 1, "field"),
            ("INTERACTION", "date", 1, "field"), ("INTERACTION", "mailingGroups", 1, "field"),
            ("CONTACT", "city", 0, "first"), ("CONTACT", "city", 101, "first"), ("CONTACT", "city", -1, "first"),
        ] {
            let refused = app.graphql(query, json!({ "of": of, "field": field, "first": first })).await;
            let extensions = &refused["errors"][0]["extensions"];
            assert_eq!((&extensions["code"], &extensions["path"]), (&json!("BAD_REQUEST"), &json!([path])), "{of} {field}");
        }
    }

    async fn every_field_says_where_its_test_stands_and_whether_it_has_values(app) {
        world(&app).await;
        let query = "{ criteriaFields { name of path testType valueType codes hasValues description operators { name takes } } }";
        let fields = app.data(query, json!({})).await;
        let fields = fields["criteriaFields"].as_array().unwrap();
        let field = |of: &str, name: &str| {
            let found = fields.iter().find(|it| it["of"] == of && it["name"] == name);
            found.unwrap_or_else(|| panic!("no {of} {name}"))
        };
        assert_eq!(field("CONTACT", "mailingGroups"), &json!({
            "name": "mailingGroups", "of": "CONTACT", "path": ["mailingGroups"], "testType": "CodeSetTest",
            "valueType": "String", "codes": "MAILING_GROUP", "hasValues": true,
            "description": "The mailing groups of the contact.",
            "operators": [
                { "name": "hasAny", "takes": "MANY" }, { "name": "hasAll", "takes": "MANY" },
                { "name": "hasNone", "takes": "MANY" }, { "name": "has", "takes": "CODE_TEST" },
                { "name": "matches", "takes": "EXPRESSION" }, { "name": "count", "takes": "TEST" },
            ],
        }));
        assert_eq!(field("ATTRIBUTE", "vip"), &json!({
            "name": "vip", "of": "ATTRIBUTE", "path": ["custom", "boolean"], "testType": "Boolean",
            "valueType": "Boolean", "codes": null, "hasValues": false, "description": "Told.", "operators": [],
        }));
        assert_eq!(field("ATTRIBUTE", "shoe")["path"], json!(["custom", "number"]));
        assert_eq!(field("INTERACTION", "template")["path"], json!(["interactions", "where", "template"]));
        for it in fields {
            // What is said to have values has them, and what has none is refused.
            let query = "query($of: CriteriaFieldOf, $field: String!) { criteriaValues(of: $of, field: $field) { value } }";
            let answer = app.graphql(query, json!({ "of": it["of"], "field": it["name"] })).await;
            assert_eq!(answer.get("errors").is_none(), it["hasValues"] == true, "{it}");
        }
    }
}
