//! How many statements pages take: no more for fifty rows than for five.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact::{codes, create, input, with},
    template::template,
};

/// 50 people, each at a company of their own, with codes of every kind, a value of an attribute and
/// three interactions, in three segments.
async fn stage(app: &TestApp) -> String {
    for (kind, code) in [
        ("SALESPERSON", "BC"),
        ("COUNTRY", "SE"),
        ("MAILING_GROUP", "NEWS"),
        ("INDUSTRY_GROUP", "FOOD"),
        ("JOB_RESPONSIBILITY", "BUYS"),
        ("BUSINESS_RELATION", "CUST"),
        ("WEB_SOURCE", "NET"),
        ("INTERACTION_GROUP", "LETTER"),
        ("LANGUAGE", "SVE"),
    ] {
        codes(app, kind, &[code]).await;
    }
    let campaign = campaign(app, json!({ "description": "Spring" })).await;
    app.must("attributeCreate", "", json!({ "name": "vip", "type": "BOOLEAN" })).await;
    let letter = json!({ "code": "BUS", "description": "Letter", "interactionGroup": "LETTER" });
    template(app, letter).await;
    let mut people = Vec::new();
    for number in 0..50 {
        let company = json!({ "country": "SE", "industryGroups": ["FOOD"],
            "businessRelations": [{ "code": "CUST" }], "webSources": [{ "code": "NET" }] });
        let company = create(app, with(input("COMPANY", &format!("C{number}")), company)).await;
        let person = json!({ "companyId": company, "salesperson": "BC", "language": "SVE",
            "mailingGroups": ["NEWS"], "jobResponsibilities": ["BUYS"],
            "attributes": [{ "name": "vip", "value": { "boolean": true } }] });
        let person = create(app, with(input("PERSON", &format!("P{number}")), person)).await;
        for day in 1..=3 {
            let call = json!({ "contactId": person, "template": "BUS", "date": format!("2026-10-0{day}") });
            app.must("interactionCreate", "", call).await;
        }
        people.push(person);
    }
    let mut last = String::new();
    for _ in 0..3 {
        let header = json!({ "description": "S", "campaignId": campaign, "interactionTemplate": "BUS", "salesperson": "BC" });
        let created = app.must("segmentCreate", "segment { id }", header).await;
        last = created["segment"]["id"].as_str().unwrap().to_owned();
        app.must("segmentAddLines", "", json!({ "segmentId": last, "contactIds": people })).await;
    }
    last
}

/// Asks for pages of 5 and of 50, and returns the larger one. Neither takes more than `max`
/// statements; fewer if answers that arrive together let what they lead to share a batch.
async fn ask(app: &TestApp, query: &str, id: &str, max: usize) -> Value {
    // Whether slices of lists can be joined is found out by the first.
    app.data(query, json!({ "id": id, "first": 1 })).await;
    let (_, for_few) = app.statements(query, json!({ "id": id, "first": 5 })).await;
    let (many, for_many) = app.statements(query, json!({ "id": id, "first": 50 })).await;
    assert!(for_few <= max, "{for_few} statements for few: {query}");
    assert!(for_many <= max, "{for_many} statements for many: {query}");
    many
}

both! {
    async fn pages_take_as_many_statements_whatever_their_size(app) {
        let segment = stage(&app).await;

        // Beside the page: contacts twice, codes of contacts, attributes, interactions, segments twice, …
        let contacts = "query($first: Int!) {
            contacts(first: $first, filter: { type: { eq: PERSON } }) { nodes {
                no company { name country { code } } salesperson { code } language { code }
                mailingGroups { code } industryGroups { code } jobResponsibilities { code }
                businessRelations { relation { code } } attributes { name }
                interactions(first: 3) { nodes { date } } segments { no status } } } }";
        let page = ask(&app, contacts, &segment, 12).await;
        assert_eq!(page["contacts"]["nodes"].as_array().unwrap().len(), 50);
        let last = &page["contacts"]["nodes"][49];
        for (list, count) in [("mailingGroups", 1), ("industryGroups", 1), ("businessRelations", 1), ("segments", 3)] {
            assert_eq!(last[list].as_array().unwrap().len(), count, "{list}");
        }
        assert_eq!(last["interactions"]["nodes"].as_array().unwrap().len(), 3);
        assert_eq!(last["company"]["country"]["code"], "SE");

        let lines = "query($id: ID!, $first: Int!) { segment(id: $id) {
            interactionTemplate { code } campaign { no } lines(first: $first) { nodes {
                date time salesperson { code } language { code } campaign { no } interactionGroup { code }
                contact { no company { name } } addedBy { no } } } } }";
        let page = ask(&app, lines, &segment, 14).await;
        let nodes = page["segment"]["lines"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 50);
        assert_eq!(nodes[7]["campaign"]["no"], "CP000001");
        assert_eq!(nodes[7]["addedBy"]["no"], 1);

        let log = json!({ "segmentId": segment, "unreachable": "LOG_WITHOUT_DELIVERY" });
        app.must("segmentLog", "", log).await;
        let interactions = "query($id: ID!, $first: Int!) { segment(id: $id) { loggedSegment { id }
            interactions(first: $first) { totalCount nodes {
                contact { no } company { name } template { code campaign { no } } campaign { no }
                campaignEntry { description } salesperson { code } segment { no } loggedSegment { id }
                comments { comment } } } } }";
        let page = ask(&app, interactions, &segment, 12).await;
        assert_eq!(page["segment"]["interactions"]["totalCount"], 50);
        let node = &page["segment"]["interactions"]["nodes"][0];
        assert_eq!(node["loggedSegment"], page["segment"]["loggedSegment"]);

        let steps = "query($first: Int!) { segments(first: $first, filter: { status: [OPEN, LOGGED] }) { nodes {
            no criteria { no segment { no } } undoneCriteria { no } campaign { no } interactionTemplate { code }
            loggedSegment { id } } } }";
        ask(&app, steps, &segment, 6).await;
    }
}
