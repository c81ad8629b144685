//! Personal data are hidden from those who may not see them, and are not found out by asking.

use std::{collections::HashSet, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use urval::domain::access::{self, NewToken, Scope, Scopes};

use crate::{
    access::{is_forbidden, run},
    app::{TestApp, both},
    contact::codes,
    log,
    socket::Client,
    stub::Served,
};

/// Somebody at a server, with the access to everything but personal data.
fn blind() -> Scopes {
    Scopes::of(&[Scope::Write, Scope::Log, Scope::Admin])
}

/// A company and a person, in a segment that somebody made who sees everything.
async fn stage(app: &TestApp) -> (String, String) {
    let company = json!({ "type": "COMPANY", "name": "Secret AB", "city": "Hidden" });
    let company = app.must("contactCreate", "contact { id }", company).await;
    let person = json!({
        "type": "PERSON", "firstName": "Secret", "surname": "Secretsson", "initials": "SS",
        "companyId": company["contact"]["id"], "address": "Secret 1", "postCode": "SECRET",
        "county": "Secretshire", "phone": "+46 777777", "mobile": "+46 777778", "fax": "secret-3",
        "email": "secret@example.com", "email2": "secret2@example.com", "name2": "Secret 2",
    });
    let person = app.must("contactCreate", "contact { id }", person).await;
    let segment = app.must("segmentCreate", "segment { id no }", json!({})).await;
    let criteria = json!({ "any": [{ "name": { "contains": "Secret" } }] });
    let id = segment["segment"]["id"].as_str().unwrap().to_owned();
    let input = json!({ "segmentId": id, "criteria": criteria });
    app.must("segmentAddContacts", "segment { no }", input).await;
    (id, person["contact"]["id"].as_str().unwrap().to_owned())
}

const ALL: &str = "id no name name2 searchName firstName middleName surname initials address \
    address2 postCode city county phone mobile fax email email2 companyName hidden";

both! {
    async fn personal_data_are_hidden_wherever_a_contact_is_shown(app) {
        let (segment, person) = stage(&app).await;
        let query = format!(
            "{{ contacts(first: 5) {{ edges {{ cursor node {{ {ALL} company {{ {ALL} }} }} }} }}
               contact(id: \"{person}\") {{ {ALL} company {{ {ALL} people(first: 5) {{ nodes {{ {ALL} }} }} }} }}
               contactByNo(no: \"CT000001\") {{ {ALL} }}
               node(id: \"{person}\") {{ ... on Contact {{ {ALL} }} }}
               segment(id: \"{segment}\") {{
                 lines(first: 5) {{ edges {{ cursor node {{ contact {{ {ALL} }} }} }} }}
                 criteria {{ criteria text addedContacts(first: 5) {{ nodes {{ {ALL} }} }} }} }}
               segmentDiff(from: {{ segmentId: \"{segment}\" }}, to: {{ segmentId: \"{segment}\" }}) {{
                 common {{ contacts(first: 5) {{ edges {{ cursor node {{ {ALL} }} }} }} }} }} }}"
        );
        let seen = run(&app, &query, Scopes::ALL).await;
        assert!(seen.get("errors").is_none(), "{seen:#}");
        assert!(seen.to_string().to_lowercase().matches("secret").count() > 50);
        assert_eq!(seen["data"]["contact"]["hidden"], Value::Null);

        let hidden = run(&app, &query, blind()).await;
        assert!(hidden.get("errors").is_none(), "{hidden:#}");
        let text = cursors_opened(&hidden).to_lowercase();
        for hint in ["secret", "\"hidden\"", "77777"] {
            assert!(!text.contains(hint), "{hint}: {hidden:#}");
        }
        assert_eq!(hidden["data"]["contact"]["no"], seen["data"]["contact"]["no"]);
        assert_eq!(
            hidden["data"]["contact"]["hidden"],
            "It is about personal data, which needs the scope `personal`."
        );
        let numbers = |answer: &Value| {
            let edges = answer["data"]["contacts"]["edges"].as_array().unwrap().clone();
            edges.iter().map(|it| it["node"]["no"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&hidden), ["CT000001", "CT000002"]);
    }

    async fn what_is_personal_beside_a_contact_is_hidden_too(app) {
        let (segment, person) = stage(&app).await;
        let lines = json!({ "contactIds": [person] });
        let set = json!({ "contactVia": "+46 777779" });
        let update = json!({ "segmentId": segment, "lines": lines, "set": set });
        app.must("segmentUpdateLines", "linesCount", update).await;
        let template = json!({ "code": "CALL", "description": "Call" });
        app.must("interactionTemplateCreate", "interactionTemplate { code }", template).await;
        codes(&app, "SALESPERSON", &["SA"]).await;
        let call = json!({
            "contactId": person, "template": "CALL", "salesperson": "SA", "contactVia": "+46 777779",
        });
        app.must("interactionCreate", "interaction { id }", call).await;
        codes(&app, "WEB_SOURCE", &["WEB"]).await;
        let found = app.data("{ contactByNo(no: \"CT000001\") { id } }", json!({})).await;
        let words = json!([{ "code": "WEB", "searchWord": "Secret AB" }]);
        let input = json!({ "id": found["contactByNo"]["id"], "webSources": { "set": words } });
        app.must("contactUpdate", "contact { no }", input).await;
        let query = format!(
            "{{ segment(id: \"{segment}\") {{ lines(first: 5) {{ nodes {{ contactVia }} }} }}
                contact(id: \"{person}\") {{ interactions(first: 5) {{ nodes {{ contactVia }} }} }}
                contactByNo(no: \"CT000001\") {{ webSources {{ webSource {{ code }} searchWord }} }} }}"
        );
        let seen = run(&app, &query, Scopes::ALL).await.to_string();
        assert_eq!(seen.matches("777779").count() + seen.matches("Secret AB").count(), 3, "{seen}");
        let hidden = run(&app, &query, blind()).await.to_string();
        assert!(hidden.contains("\"WEB\""), "{hidden}");
        assert!(!hidden.contains("777779") && !hidden.contains("Secret"), "{hidden}");
    }

    async fn personal_data_are_not_found_out_by_asking(app) {
        let (segment, person) = stage(&app).await;
        let lines = |arguments: &str| {
            format!("{{ segment(id: \"{segment}\") {{ lines({arguments}) {{ totalCount }} }} }}")
        };
        let nested = "{ company: { any: [{ not: { city: { eq: \"Hidden\" } } }] } }";
        let queries = [
            "{ contacts(search: \"secr\") { totalCount } }".to_owned(),
            "{ contacts(filter: { search: \"secr\" }) { totalCount } }".to_owned(),
            "{ contacts(filter: { email: { isEmpty: false } }) { totalCount } }".to_owned(),
            format!("{{ contacts(filter: {nested}) {{ totalCount }} }}"),
            "{ contacts(orderBy: { by: NAME }) { nodes { no } } }".to_owned(),
            "{ contacts(orderBy: { by: CITY }) { nodes { no } } }".to_owned(),
            "{ contacts(orderBy: { by: POST_CODE }) { nodes { no } } }".to_owned(),
            "{ contacts(orderBy: { by: COMPANY }) { nodes { no } } }".to_owned(),
            format!("{{ contact(id: \"{person}\") {{ company {{ people(orderBy: {{ by: NAME }}) \
                     {{ totalCount }} }} }} }}"),
            lines("filter: { surname: { startsWith: \"S\" } }"),
            lines("orderBy: { by: NAME }"),
            lines("orderBy: { by: DEFAULT }"),
            "{ criteriaValues(field: \"city\") { value } }".to_owned(),
            format!("{{ segmentExplain(segmentId: \"{segment}\", contactId: \"{person}\") {{ isMember }} }}"),
        ];
        for query in queries {
            let seen = run(&app, &query, Scopes::ALL).await;
            assert!(seen.get("errors").is_none(), "{query}: {seen:#}");
            let refused = run(&app, &query, blind()).await;
            assert!(is_forbidden(&refused), "{query}: {refused:#}");
        }
        let previews = [
            ("{ criteriaPreview(input: { criteria: CRITERIA }) { selected { count } \
               userErrors { code path } } }", "criteriaPreview"),
            ("mutation { segmentAddContacts(input: { segmentId: SEGMENT, criteria: CRITERIA }) { \
               segment { no } userErrors { code path } } }", "segmentAddContacts"),
            ("mutation { segmentReduceContacts(input: { segmentId: SEGMENT, criteria: CRITERIA, \
               dryRun: true }) { segment { no } userErrors { code path } } }", "segmentReduceContacts"),
        ];
        for (query, field) in previews {
            let query = query.replace("CRITERIA", nested).replace("SEGMENT", &format!("\"{segment}\""));
            let refused = run(&app, &query, blind()).await;
            let path = ["input", "criteria", "company", "any", "0", "not", "city"];
            assert_eq!(
                refused["data"][field]["userErrors"],
                json!([{ "code": "FORBIDDEN", "path": path }]),
                "{refused:#}"
            );
        }
        let lines = format!("mutation {{ segmentUpdateLines(input: {{ segmentId: \"{segment}\", \
            lines: {{ criteria: {nested} }}, set: {{ unitCost: \"1\" }}, dryRun: true }}) \
            {{ linesCount userErrors {{ code path }} }} }}");
        let refused = run(&app, &lines, blind()).await["data"]["segmentUpdateLines"].clone();
        assert_eq!(refused["linesCount"], Value::Null, "{refused:#}");
        assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN", "{refused:#}");
        // What is not personal can be asked.
        let query = "{ contacts(filter: { no: { eq: \"CT000002\" } }) { totalCount } }";
        assert_eq!(run(&app, query, blind()).await["data"]["contacts"]["totalCount"], 1);
    }

    async fn who_has_no_address_is_not_told_with_who_can_not_be_reached(app) {
        let mut contacts = log::people(&app, &["Ada"]).await;
        let bo = json!({ "type": "PERSON", "name": "Bo", "email": "bo@a.se" });
        let bo = app.must("contactCreate", "contact { id }", bo).await;
        contacts.push(bo["contact"]["id"].as_str().unwrap().to_owned());
        let segment = log::stage(&app, &contacts, json!({ "correspondenceType": "EMAIL" })).await;
        let logging = format!(
            "mutation {{ segmentLog(input: {{ segmentId: \"{segment}\" }}) {{
               userErrors {{ code message concerned }} }} }}"
        );
        let counts = format!(
            "{{ segment(id: \"{segment}\") {{ reachability {{
                 withoutEmail {{ count }} reachable {{ count }} blocked {{ contacts {{ totalCount }} }} }} }} }}"
        );
        let whom = |set: &str| {
            format!(
                "{{ segment(id: \"{segment}\") {{ reachability {{ {set} {{ contacts {{ nodes {{ id }} }} }} }} }} }}"
            )
        };
        let merge = format!(
            "mutation {{ contactMerge(input: {{ survivorId: \"{}\", duplicateId: \"{}\", dryRun: true }}) {{
               conflicts {{ key }} userErrors {{ code }} }} }}",
            contacts[0], contacts[1]
        );
        for (scopes, concerned) in [(Scopes::ALL, json!([contacts[0]])), (blind(), json!([]))] {
            let error = json!({
                "code": "UNREACHABLE", "message": "No e-mail address is known of 1 contact.", "concerned": concerned,
            });
            let answer = run(&app, &logging, scopes).await;
            assert_eq!(answer["data"]["segmentLog"]["userErrors"], json!([error]), "{answer:#}");
            let answer = run(&app, &counts, scopes).await;
            assert_eq!(
                answer["data"]["segment"]["reachability"],
                json!({ "withoutEmail": { "count": 1 }, "reachable": { "count": 1 },
                    "blocked": { "contacts": { "totalCount": 0 } } }),
                "{answer:#}"
            );
            let is_told = concerned != json!([]);
            for set in ["unaddressed", "withoutEmail", "withoutPostalAddress", "duplicateEmail", "reachable"] {
                let answer = run(&app, &whom(set), scopes).await;
                assert_eq!(is_forbidden(&answer), !is_told, "{set}: {answer:#}");
            }
            let answer = run(&app, &merge, scopes).await;
            assert_eq!(is_forbidden(&answer), !is_told, "{answer:#}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_are_hidden_from_those_who_subscribe() {
    let app = TestApp::on_sqlite().await;
    let (segment, person) = stage(&app).await;
    let server = Served::real(app).await;
    let app = &server.app;
    let watch = async |name: &str, scopes: Scopes| {
        let new = NewToken { name: name.to_owned(), scopes, expires_at: None };
        let token = access::create(&app.context, new).await.unwrap();
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        let mut client = Client::connect(server.address, &headers).await.unwrap();
        client.say(r#"{"type":"connection_init"}"#).await;
        assert_eq!(client.hear().await["type"], "connection_ack");
        let contact = format!("subscription {{ contactChanged {{ contact {{ {ALL} }} }} }}");
        client.subscribe("contact", &contact).await;
        let lines = "subscription { segmentChanged { segment { \
                     lines(first: 5) { nodes { contact { name city hidden } } } } } }";
        client.subscribe("segment", lines).await;
        client
    };
    let mut clients = [watch("blind", blind()).await, watch("seeing", Scopes::ALL).await];
    // Nobody says when the server has begun to watch.
    let change = async {
        for round in 0.. {
            let input = json!({ "id": person, "jobTitle": round.to_string() });
            app.must("contactUpdate", "contact { no }", input).await;
            let input = json!({ "segmentId": segment, "description": round.to_string() });
            app.must("segmentUpdate", "segment { no }", input).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let hear = async {
        let mut heard = [String::new(), String::new()];
        for (client, heard) in clients.iter_mut().zip(&mut heard) {
            let mut names = HashSet::new();
            while names.len() < 2 {
                let message = client.hear().await;
                assert_eq!(message["type"], "next", "{message}");
                names.insert(message["id"].to_string());
                heard.push_str(&message["payload"].to_string());
            }
        }
        heard
    };
    let [hidden, seen] = tokio::select! { heard = hear => heard, () = change => unreachable!() };
    assert!(seen.contains("Secretsson") && seen.contains("Secret AB"), "{seen}");
    assert!(hidden.contains("CT000002") && hidden.contains("the scope `personal`"), "{hidden}");
    assert!(!hidden.to_lowercase().contains("secret"), "{hidden}");
}

/// The text of an answer, with what is in its cursors.
fn cursors_opened(answer: &Value) -> String {
    match answer {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("cursor", Value::String(cursor)) => {
                    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
                    String::from_utf8_lossy(&bytes).into_owned()
                }
                _ => cursors_opened(value),
            })
            .collect::<Vec<_>>()
            .join(" "),
        Value::Array(items) => items.iter().map(cursors_opened).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
