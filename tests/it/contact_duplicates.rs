//! Contacts that may be one and the same.

use serde_json::{Value, json};
use urval::domain::access::{Scope, Scopes};

use crate::{
    access::{is_forbidden, run},
    app::{TestApp, both},
    check::check,
    contact::{create, input, with},
    import::import,
};

const FOUND: &str = "searchedCount leftCount pairsCount commonStringsCount";

async fn find(app: &TestApp) -> Value {
    app.must("contactDuplicatesFind", FOUND, json!({})).await
}

/// The pairs, as names and percentages.
async fn pairs(app: &TestApp, arguments: &str) -> Vec<String> {
    let query = format!(
        "{{ contactDuplicates{arguments} {{ totalCount unsearchedCount nodes {{ percentage \
         contact {{ name }} other {{ name }} }} }} }}"
    );
    let list = app.data(&query, json!({})).await["contactDuplicates"].clone();
    let nodes = list["nodes"].as_array().unwrap().iter();
    let pair = |it: &Value| {
        let name = |it: &Value| it["name"].as_str().unwrap().to_owned();
        format!("{} = {} {}", name(&it["contact"]), name(&it["other"]), it["percentage"])
    };
    let pairs: Vec<String> = nodes.map(pair).collect();
    assert_eq!(list["totalCount"], pairs.len());
    pairs
}

async fn company(app: &TestApp, name: &str, more: Value) -> String {
    create(app, with(input("COMPANY", name), more)).await
}

both! {
    // As the setup says.
    async fn duplicates_come_with_a_contact_that_is_entered(app) {
        let place = json!({ "address": "Storgatan 1", "postCode": "111 22", "city": "Stockholm" });
        company(&app, "Bergs Bageri AB", place.clone()).await;
        find(&app).await;
        let shown = "contact { id } duplicates { percentage contact { name } }";
        let entered = with(input("COMPANY", "Bergs Bageri Aktiebolag"), place.clone());
        let count = async || app.data("{ auditLog { totalCount } }", json!({})).await["auditLog"]["totalCount"].as_u64().unwrap();
        let before = count().await;
        let payload = app.must("contactCreate", shown, entered.clone()).await;
        assert_eq!(count().await, before + 1, "what is looked for is no change of anybody's");
        assert_eq!(payload["duplicates"][0]["contact"]["name"], "Bergs Bageri AB", "{payload}");
        // Once it is another, it is like nobody.
        let moved = json!({ "id": payload["contact"]["id"], "name": "Ek", "address": "Lugnet 2", "postCode": "9", "city": "Kil" });
        let payload = app.must("contactUpdate", shown, moved).await;
        assert_eq!(payload["duplicates"], json!([]));
        // Whom somebody is like is personal.
        let query = "mutation { contactCreate(input: { type: COMPANY, name: \"Bergs Bageri\", \
            address: \"Storgatan 1\", city: \"Stockholm\" }) { duplicates { percentage } } }";
        let answer = run(&app, query, Scopes::of(&[Scope::Write])).await;
        assert_eq!(answer["data"]["contactCreate"], json!({ "duplicates": null }), "{answer}");
        app.must("setupUpdate", "", json!({ "duplicates": { "searchOnEntry": false } })).await;
        let payload = app.must("contactCreate", shown, entered).await;
        assert_eq!(payload["duplicates"], Value::Null);
    }

    async fn contacts_whose_strings_agree_are_found(app) {
        let alfa = json!({ "address": "Drottninggatan 12", "postCode": "602 24", "city": "Norrköping", "phone": "+46 11 12 34 56" });
        let one = company(&app, "Norrköpings Snickeri AB", alfa).await;
        let other = json!({ "address": "DROTTNINGGATAN 12 B", "postCode": "60224", "city": "Norrkoping", "phone": "011-123456" });
        company(&app, "Norrkopings snickeri aktiebolag", other).await;
        company(&app, "Norrköpings Bageri AB", json!({ "address": "Kungsgatan 1", "postCode": "582 20", "city": "Linköping" })).await;
        // A person is never a company.
        create(&app, with(input("PERSON", "Norrköpings Snickeri AB"), json!({ "city": "Norrköping" }))).await;
        assert_eq!(pairs(&app, "").await, [""; 0]);
        let found = find(&app).await;
        assert_eq!(found, json!({ "searchedCount": 4, "leftCount": 0, "pairsCount": 1, "commonStringsCount": 0, "userErrors": [] }));
        // First of the name, first of the address, post code, city and telephone agree; the ends do not.
        let expected = ["Norrköpings Snickeri AB = Norrkopings snickeri aktiebolag 71"];
        assert_eq!(pairs(&app, "").await, expected);
        assert_eq!(pairs(&app, "(minPercentage: 72)").await, [""; 0]);
        assert_eq!(pairs(&app, &format!("(contactId: \"{one}\")")).await, expected);
        let fields = app.data("{ contactDuplicates { unsearchedCount nodes { fields dismissed } } }", json!({})).await;
        assert_eq!(fields["contactDuplicates"], json!({ "unsearchedCount": 0, "nodes": [
            { "fields": ["name", "address", "postCode", "city", "phone"], "dismissed": false },
        ] }));
        // Nobody has changed.
        assert_eq!(find(&app).await["searchedCount"], 0);
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn who_changes_is_looked_at_again(app) {
        let ada = with(input("PERSON", "Ada Lovelace"), json!({ "email": "ada@x.example" }));
        create(&app, ada.clone()).await;
        let other = create(&app, with(input("PERSON", "Ada Lovelace"), json!({ "email": "other@y.example" }))).await;
        find(&app).await;
        // Names alone are three of four.
        assert_eq!(pairs(&app, "").await, ["Ada Lovelace = Ada Lovelace 75"]);
        app.must("contactUpdate", "contact { id }", json!({ "id": other, "name": "Bo Ek" })).await;
        let list = app.data("{ contactDuplicates { unsearchedCount } }", json!({})).await;
        assert_eq!(list["contactDuplicates"]["unsearchedCount"], 1);
        let only = json!({ "contactIds": [other] });
        assert_eq!(app.must("contactDuplicatesFind", FOUND, only).await["searchedCount"], 1);
        assert_eq!(pairs(&app, "").await, [""; 0]);
        // Those that come with a file are looked at, too.
        import(&app, "No.,Name,Email\nX1,Ada Lovelace,ada@x.example\n").await;
        assert_eq!(find(&app).await["searchedCount"], 1);
        assert_eq!(pairs(&app, "").await, ["Ada Lovelace = Ada Lovelace 100"]);
    }

    async fn a_pair_is_dismissed_and_stays_so(app) {
        let ada = with(input("PERSON", "Ada Lovelace"), json!({}));
        let (one, other) = (create(&app, ada.clone()).await, create(&app, ada).await);
        find(&app).await;
        assert_eq!(pairs(&app, "").await.len(), 1);
        // In either order.
        let dismiss = json!({ "contactId": other, "otherId": one });
        let done = app.must("contactDuplicateDismiss", "duplicate { dismissed contact { id } other { id } }", dismiss.clone()).await;
        assert_eq!(done["duplicate"], json!({ "dismissed": true, "contact": { "id": one }, "other": { "id": other } }));
        assert_eq!(pairs(&app, "").await, [""; 0]);
        assert_eq!(pairs(&app, "(dismissed: true)").await.len(), 1);
        app.must("contactUpdate", "contact { id }", json!({ "id": one, "phone": "1" })).await;
        find(&app).await;
        assert_eq!(pairs(&app, "").await, [""; 0], "whatever changes");
        app.must("contactDuplicateDismiss", "duplicate { dismissed }", with(dismiss, json!({ "dismissed": false }))).await;
        assert_eq!(pairs(&app, "").await.len(), 1);
        for (input, code, path) in [
            (json!({ "contactId": one, "otherId": one }), "NOT_FOUND", "otherId"),
            (json!({ "contactId": one, "otherId": "contact:99" }), "NOT_FOUND", "otherId"),
            (json!({ "contactId": "segment:1", "otherId": one }), "INVALID", "contactId"),
        ] {
            let refused = app.mutate("contactDuplicateDismiss", "duplicate { dismissed }", input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], code, "{input}");
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", path]), "{input}");
        }
        // They go with either of the two.
        app.must("contactDelete", "deletedId", json!({ "id": other })).await;
        assert_eq!(pairs(&app, "").await, [""; 0]);
        assert_eq!(check(&app).await, [""; 0]);
    }

    async fn what_too_many_share_leads_to_nobody(app) {
        // 51 people of one name, of whom two have the same address.
        let rows: String = (0..51).map(|it| format!("Ada Lovelace,{}@x.example\n", if it < 2 { "same".to_owned() } else { format!("m{it}") })).collect();
        import(&app, &format!("Name,Email\n{rows}")).await;
        let found = find(&app).await;
        // The three strings of the name.
        assert_eq!(found["commonStringsCount"], 3);
        assert_eq!(found["pairsCount"], 1);
        assert_eq!(pairs(&app, "").await, ["Ada Lovelace = Ada Lovelace 100"]);
    }

    async fn pairs_come_in_pages_the_likeliest_first(app) {
        for (name, email) in [("Ada Lovelace", "a"), ("Ada Lovelace", "a"), ("Ada Lovelace", "b"), ("Bo Berggren", "c"), ("Bo Berggren", "c")] {
            create(&app, with(input("PERSON", name), json!({ "email": format!("{email}@x.example") }))).await;
        }
        find(&app).await;
        let all = pairs(&app, "").await;
        assert_eq!(all, [
            "Ada Lovelace = Ada Lovelace 100", "Bo Berggren = Bo Berggren 100",
            "Ada Lovelace = Ada Lovelace 75", "Ada Lovelace = Ada Lovelace 75",
        ]);
        let (mut after, mut seen) = (Value::Null, Vec::new());
        for _ in 0..4 {
            let query = "query($after: String) { contactDuplicates(first: 1, after: $after) { edges { cursor node { percentage contact { id } other { id } } } pageInfo { hasNextPage } } }";
            let page = app.data(query, json!({ "after": after })).await["contactDuplicates"].clone();
            after = page["edges"][0]["cursor"].clone();
            seen.push(page["edges"][0]["node"].clone());
            assert_eq!(page["pageInfo"]["hasNextPage"], seen.len() < 4);
        }
        let query = "{ contactDuplicates { nodes { percentage contact { id } other { id } } } last: contactDuplicates(last: 2) { nodes { percentage } } }";
        let whole = app.data(query, json!({})).await;
        assert_eq!(whole["contactDuplicates"]["nodes"], json!(seen));
        assert_eq!(whole["last"]["nodes"], json!([{ "percentage": 75 }, { "percentage": 75 }]));
        let wrong = app.graphql("{ contactDuplicates(minPercentage: 49) { totalCount } }", json!({})).await;
        assert_eq!(wrong["errors"][0]["extensions"]["path"], json!(["minPercentage"]));
    }

    async fn whom_somebody_is_alike_is_personal(app) {
        let blind = Scopes::of(&[Scope::Write, Scope::Log, Scope::Admin]);
        let query = "{ contactDuplicates { totalCount } }";
        assert!(is_forbidden(&run(&app, query, blind).await));
        for mutation in [
            "contactDuplicatesFind(input: {})",
            "contactDuplicateDismiss(input: { contactId: \"contact:1\", otherId: \"contact:2\" })",
        ] {
            let refused = run(&app, &format!("mutation {{ {mutation} {{ userErrors {{ code }} }} }}"), blind).await;
            assert!(is_forbidden(&refused), "{refused}");
        }
    }
}
