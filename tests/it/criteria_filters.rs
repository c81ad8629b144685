//! Filter expressions, as clients and people at a terminal use them.

use serde_json::{Value, json};
use urval::domain::criteria::{Criteria, stored, upgrade};

use crate::{
    app::{TestApp, both},
    cli::{complaint, urval},
    criteria::people::populate,
};

async fn count(app: &TestApp, criteria: Value) -> i64 {
    let query = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c, options: { ignoreExclusion: true } }) {
        selected { count } userErrors { message path } } }";
    let preview = app.data(query, json!({ "c": criteria })).await;
    assert_eq!(preview["criteriaPreview"]["userErrors"], json!([]), "{criteria}");
    preview["criteriaPreview"]["selected"]["count"].as_i64().unwrap()
}

async fn complains(app: &TestApp, criteria: Value) -> Value {
    let query = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) { userErrors { message path } } }";
    app.data(query, json!({ "c": criteria })).await["criteriaPreview"]["userErrors"].clone()
}

both! {
    // As Business Central has them.
    async fn expressions_ask_the_same_as_tests(app) {
        populate(&app).await;
        app.must("attributeCreate", "", json!({ "name": "shoe", "type": "NUMBER" })).await;
        for (expression, test) in [
            (json!({ "country": { "matches": "se|no" } }), json!({ "country": { "in": ["SE", "NO"] } })),
            (json!({ "country": { "matches": "<>SE" } }), json!({ "not": { "country": { "eq": "SE" } } })),
            (json!({ "country": { "matches": "''" } }), json!({ "country": { "isSet": false } })),
            (json!({ "name": { "matches": "@*s*" } }), json!({ "name": { "containsIgnoreCase": "s" } })),
            (json!({ "type": { "matches": "Person" } }), json!({ "type": { "eq": "PERSON" } })),
            (json!({ "mailingGroups": { "matches": "<>''" } }), json!({ "mailingGroups": { "count": { "gte": 1 } } })),
            (json!({ "custom": { "name": "shoe", "number": { "matches": ">0" } } }), json!({ "custom": { "name": "shoe", "number": { "gt": 0 } } })),
            (
                json!({ "interactions": { "where": { "evaluation": { "matches": "1..2" } }, "within": { "matches": "..today" } } }),
                json!({ "interactions": { "where": { "evaluation": { "gte": "POSITIVE" } }, "within": { "onOrBefore": { "relative": { "anchor": "TODAY" } } } } }),
            ),
            (
                json!({ "createdAt": { "matches": "-CM..CM" } }),
                json!({ "createdAt": { "between": { "from": { "relative": { "anchor": "MONTH_START" } }, "to": { "relative": { "anchor": "MONTH_END" } } } } }),
            ),
        ] {
            assert_eq!(count(&app, expression.clone()).await, count(&app, test).await, "{expression}");
        }
    }

    async fn errors_tell_the_place_in_the_expression(app) {
        let criteria = json!({ "all": [{ "createdAt": { "matches": "..p4" } }, { "mailingGroups": { "matches": "(A|B" } }] });
        assert_eq!(complains(&app, criteria).await, json!([
            { "message": "There are no accounting periods here: give the days, as from..to. (at character 3)", "path": ["input", "criteria", "all", "0", "createdAt", "matches"] },
            { "message": "A closing parenthesis is missing. (at character 5)", "path": ["input", "criteria", "all", "1", "mailingGroups", "matches"] },
        ]));
    }

    async fn criteria_are_written_as_filters_where_they_can_be(app) {
        let query = "query($c: ContactCriteria!) { criteriaFilters(criteria: $c) { field expression } }";
        let filters = async |criteria: Value| app.data(query, json!({ "c": criteria })).await["criteriaFilters"].clone();
        let criteria = json!({ "all": [
            { "country": { "matches": "no|se" } },
            { "not": { "postCode": { "eq": "1" } } },
            { "postCode": { "gte": "0" } },
            { "minor": false },
            { "custom": { "name": "tier", "code": { "startsWith": "G" } } },
        ] });
        assert_eq!(filters(criteria).await, json!([
            { "field": "country", "expression": "NO|SE" },
            { "field": "postCode", "expression": "<>1&0.." },
            { "field": "minor", "expression": "No" },
            { "field": "tier", "expression": "G*" },
        ]));
        assert_eq!(filters(json!({ "all": [] })).await, json!([]));
        for criteria in [
            json!({ "any": [{ "country": { "eq": "SE" } }, { "city": { "eq": "Oslo" } }] }),
            json!({ "mailingGroups": { "hasAll": ["A", "B"] } }),
            json!({ "createdAt": { "inLast": "P90D" } }),
            json!({ "city": { "eq": "a*" } }),
        ] {
            assert_eq!(filters(criteria).await, Value::Null);
        }
    }

    // `%me`
    async fn whoever_asks_is_found_by_their_name(app) {
        populate(&app).await;
        let query = "query($c: ContactCriteria!) { contacts(filter: $c) { totalCount } }";
        let mine = json!({ "c": { "country": { "matches": "%me" } } });
        let none = app.data(query, mine.clone()).await;
        assert_eq!(none["contacts"]["totalCount"], 0);
        for nobodys in [json!({ "name": { "ne": "%me" } }), json!({ "name": { "notIn": ["x", "%me"] } })] {
            assert_eq!(count(&app, nobodys).await, 0);
        }
        let everybody = count(&app, json!({ "all": [] })).await;
        assert_eq!(count(&app, json!({ "not": { "name": { "eq": "%me" } } })).await, everybody);
        let refused = Criteria::parse(&json!({ "name": { "contains": "%me" } }), &[]);
        assert!(refused.unwrap_err().to_string().contains("%%me"));
        let viewer = urval::domain::access::Viewer { name: Some("se".to_owned()), ..urval::domain::access::Viewer::ANYBODY };
        let context = app.context.of(viewer);
        let asked = Criteria::parse(&mine["c"], &[]).unwrap();
        let found = urval::domain::criteria::matching(&context, &asked, context.moment()).await.unwrap();
        assert_eq!(found.len() as i64, count(&app, json!({ "country": { "eq": "SE" } })).await);
    }
}

#[test]
fn criteria_of_version_1_are_read_as_before() {
    let old = json!({ "version": 1, "criteria": { "all": [
        { "country": { "filter": "SE|NO" } },
        { "interactions": { "within": { "filter": "TODAY-90D.." } } },
    ] } });
    let read = upgrade(&old).unwrap();
    assert_eq!(read.to_json()["all"][0], json!({ "country": { "in": ["SE", "NO"] } }));
    assert_eq!(upgrade(&stored(&read)).unwrap(), read);
}

#[test]
fn what_a_filter_expression_stands_for_counts_against_the_limits() {
    let values = |count: usize| vec!["A"; count].join("|");
    let many = |filters: usize| json!({ "all": vec![json!({ "no": { "matches": values(500) } }); filters] });
    assert!(Criteria::parse(&many(20), &[]).is_ok());
    assert!(Criteria::parse(&many(21), &[]).is_err());
    let patterns = vec!["A*"; 498].join("|");
    assert!(Criteria::parse(&json!({ "no": { "matches": patterns } }), &[]).is_ok());
    let one_more = format!("{patterns}|B*|C*");
    assert!(Criteria::parse(&json!({ "no": { "matches": one_more } }), &[]).is_err());
}

fn printed(arguments: &[&str]) -> String {
    let output = urval(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn contacts_are_counted_exported_and_selected_by_filters() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("x.db").display());
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let contacts = file(
        "contacts.csv",
        "no,type,name,country,postCode,mailingGroups,minor\nC1,COMPANY,Ek,SE,11122,NEWS,No\n\
         C2,COMPANY,Berg,NO,0150,,No\nC3,PERSON,Ann,SE,21122,NEWS,No\nC4,PERSON,Bo,DE,11122,,No\n",
    );
    printed(&["import", &contacts, "--database-url", &url]);
    let segments = file("segments.csv", "No.,Description\nSM1,Test\n");
    printed(&["import", &segments, "--kind", "segments", "--database-url", &url]);
    let run =
        |arguments: &[&str]| printed(&[arguments, &["--database-url", url.as_str()]].concat());

    assert_eq!(run(&["count", "--filter", "Country/Region Code=SE|NO"]), "3\n");
    assert_eq!(run(&["count", "--filter", "country=se", "--filter", "Post Code=1*"]), "1\n");
    assert_eq!(
        run(&["count", "--filter", "Mailing Group Code=NEWS", "--filter", "Minor=No"]),
        "2\n"
    );
    assert_eq!(run(&["count"]), "4\n");
    let funnel = run(&["count", "--funnel", "--filter", "country=SE|NO", "--filter", "type=1"]);
    assert_eq!(funnel, "3\tcountry in (SE, NO)\n1\ttype = PERSON\n1\n");
    let exported = run(&["export", "--filter", "country=SE"]);
    assert_eq!(exported.lines().count(), 3, "{exported}");

    assert_eq!(run(&["segment", "add", "SM1", "--filter", "country=SE|NO", "--dry-run"]), "3\n");
    assert_eq!(run(&["export", "--segment", "SM1"]).lines().count(), 1);
    assert_eq!(run(&["segment", "add", "SM1", "--filter", "country=SE|NO"]), "3\n");
    assert_eq!(run(&["segment", "reduce", "SM1", "--filter", "country=NO"]), "2\n");
    assert_eq!(run(&["segment", "refine", "sm1", "--filter", "type=Person"]), "1\n");
    assert_eq!(run(&["segment", "replace", "SM1", "--filter", "country=DE"]), "1\n");
    assert_eq!(run(&["export", "--segment", "SM1"]).lines().count(), 2);

    for (arguments, expected) in [
        (
            &["count", "--filter", "Shoe Size=38"][..],
            "There is no field \"Shoe Size\" to filter by.",
        ),
        (&["count", "--filter", "country"], "is no filter such as Country=SE|NO."),
        (&["count", "--filter", "createdAt=..p4"], "no accounting periods here"),
        (
            &["count", "--filter", "type=1", "--filter", "country=(SE", "--filter", "Shoe=3"],
            "--filter \"country=(SE\": A closing parenthesis is missing. (at character 4) Expected: ), |, &.\n\
             --filter \"Shoe=3\": There is no field \"Shoe\" to filter by.",
        ),
        (&["segment", "add", "SM1"], "Say which contacts"),
        (&["segment", "add", "SM9", "--filter", "country=SE"], "There is no segment SM9"),
        (&["export"], "Say what to export"),
    ] {
        let said = complaint(&[arguments, &["--database-url", url.as_str()]].concat());
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
