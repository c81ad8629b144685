//! Deleting contacts, and what becomes of the segments and interactions they are in.

use serde_json::{Value, json};
use urval::domain::members;

use crate::{
    app::{TestApp, both},
    contact::{codes, create, input, with},
};

pub(crate) async fn segment_of(app: &TestApp, contacts: &[&str]) -> String {
    let created = app.must("segmentCreate", "segment { id }", json!({})).await;
    let id = created["segment"]["id"].as_str().unwrap().to_owned();
    if !contacts.is_empty() {
        let input = json!({ "segmentId": id, "contactIds": contacts });
        app.must("segmentAddLines", "", input).await;
    }
    id
}

pub(crate) fn key(id: &str) -> u32 {
    id.split_once(':').unwrap().1.parse().unwrap()
}

/// The contacts that the database says are in a segment, past all caches.
pub(crate) async fn set(app: &TestApp, segment: &str) -> Vec<u32> {
    let db = app.context.db.reader();
    let row =
        urval::domain::segment::by_id(&app.context, key(segment).into()).await.unwrap().unwrap();
    let stored = members::MembersCache::default().load(db, &row).await.unwrap();
    assert_eq!(stored, app.context.members.load(db, &row).await.unwrap());
    assert_eq!(stored.len(), row.contacts_count as u64);
    stored.iter().collect()
}

pub(crate) async fn interaction(app: &TestApp, contact: &str) -> String {
    let input = json!({ "contactId": contact, "template": "CALL", "salesperson": "BC" });
    let created = app.must("interactionCreate", "interaction { id }", input).await;
    created["interaction"]["id"].as_str().unwrap().to_owned()
}

/// What an interaction needs.
pub(crate) async fn stage(app: &TestApp) {
    codes(app, "SALESPERSON", &["BC"]).await;
    codes(app, "INTERACTION_GROUP", &["PHONE"]).await;
    let template = json!({ "code": "CALL", "description": "A call", "interactionGroup": "PHONE" });
    app.must("interactionTemplateCreate", "", template).await;
}

fn error(payload: &Value) -> (&str, String) {
    let error = &payload["userErrors"][0];
    let path = error["path"].as_array().unwrap();
    let path: Vec<&str> = path.iter().map(|it| it.as_str().unwrap()).collect();
    (error["code"].as_str().unwrap(), path.join("."))
}

both! {
    // CON-9, D17
    async fn who_is_in_an_open_segment_is_deleted_only_if_that_is_allowed(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        let segment = segment_of(&app, &[&ada, &bo]).await;

        let query = "mutation($input: ContactDeleteInput!) { contactDelete(input: $input) { deletedId deletedCount \
            userErrors { code path concerned } } }";
        let refused = app.data(query, json!({ "input": { "id": ada } })).await;
        assert_eq!(refused["contactDelete"], json!({ "deletedId": null, "deletedCount": null, "userErrors": [
            { "code": "IN_USE", "path": ["input", "removeFromSegments"], "concerned": [segment] },
        ] }));
        assert_eq!(set(&app, &segment).await, [key(&ada), key(&bo)]);

        let allowed = json!({ "id": ada, "removeFromSegments": true });
        let gone = app.must("contactDelete", "deletedId deletedCount", allowed).await;
        assert_eq!((&gone["deletedId"], &gone["deletedCount"]), (&json!(ada), &json!(1)));
        assert_eq!(set(&app, &segment).await, [key(&bo)]);
        let deleted = members::deleted(app.context.db.reader()).await.unwrap();
        assert_eq!(deleted.iter().collect::<Vec<_>>(), [key(&ada)]);
        let left = app.data("query($id: ID!, $segment: ID!) { contact(id: $id) { id } segment(id: $segment) { \
            contactsCount criteria { operation removed options { cause } } } }", json!({ "id": ada, "segment": segment })).await;
        assert_eq!(left["contact"], json!(null));
        assert_eq!(left["segment"]["contactsCount"], 1);
        assert_eq!(left["segment"]["criteria"][1], json!({
            "operation": "REMOVE_CONTACTS", "removed": 1, "options": { "cause": "CONTACT_DELETED" },
        }));
    }

    // GB-4a
    async fn who_is_deleted_never_comes_back(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        let inside = segment_of(&app, &[&ada, &bo]).await;
        let left = segment_of(&app, &[&ada, &bo]).await;
        app.must("segmentRemoveLines", "", json!({ "segmentId": left, "contactIds": [ada] })).await;
        app.must("contactDelete", "", json!({ "id": ada, "removeFromSegments": true })).await;
        for segment in [&inside, &left] {
            app.must("segmentGoBack", "", json!({ "segmentId": segment })).await;
            assert_eq!(set(&app, segment).await, [key(&bo)]);
            app.must("segmentGoForward", "", json!({ "segmentId": segment })).await;
            assert_eq!(set(&app, segment).await, [key(&bo)]);
        }
        let refused = app.mutate("segmentAddLines", "", json!({ "segmentId": left, "contactIds": [ada] })).await;
        assert_eq!(error(&refused).0, "NOT_FOUND");
        assert_ne!(create(&app, input("PERSON", "Cy")).await, ada);
    }

    async fn who_is_in_no_open_segment_is_deleted_right_away(app) {
        stage(&app).await;
        let ada = create(&app, input("PERSON", "Ada")).await;
        let segment = segment_of(&app, &[&ada]).await;
        app.must("segmentUpdate", "", json!({ "segmentId": segment, "interactionTemplate": "CALL",
            "salesperson": "BC", "description": "Call" })).await;
        let log = json!({ "segmentId": segment, "unreachable": "LOG_WITHOUT_DELIVERY" });
        app.must("segmentLog", "", log).await;
        app.must("contactDelete", "", json!({ "id": ada })).await;
        // A segment that was logged records no step; its set holds living contacts only.
        assert_eq!(set(&app, &segment).await, Vec::<u32>::new());
        let steps = app.data("query($id: ID!) { segment(id: $id) { status criteria { no } } }", json!({ "id": segment })).await;
        assert_eq!(steps["segment"], json!({ "status": "LOGGED", "criteria": [{ "no": 1 }] }));
    }

    // CON-9
    async fn people_go_with_their_company_unless_they_are_kept(app) {
        for (people, count) in [("DELETE", 2), ("KEEP", 1)] {
            let company = create(&app, input("COMPANY", "Alfa")).await;
            let ada = create(&app, with(input("PERSON", "Ada"), json!({ "companyId": company }))).await;
            let segment = segment_of(&app, &[&ada]).await;
            let input = json!({ "id": company, "people": people, "removeFromSegments": people == "DELETE" });
            let gone = app.must("contactDelete", "deletedCount", input).await;
            assert_eq!(gone["deletedCount"], count);
            let left = app.data("query($id: ID!) { contact(id: $id) { companyName company { id } revision } }", json!({ "id": ada })).await;
            let kept = json!({ "companyName": null, "company": null, "revision": 2 });
            let (left_of_ada, members): (_, &[u32]) =
                if people == "KEEP" { (kept, &[key(&ada)]) } else { (json!(null), &[]) };
            assert_eq!(left["contact"], left_of_ada);
            assert_eq!(set(&app, &segment).await, members);
        }
        let found = app.data(r#"{ contacts(search: "alfa") { totalCount } }"#, json!({})).await;
        assert_eq!(found["contacts"]["totalCount"], 0, "nothing is left of the company's name");
    }

    // CON-9
    async fn interactions_of_a_person_stay_with_the_company(app) {
        stage(&app).await;
        let company = create(&app, input("COMPANY", "Alfa")).await;
        let ada = create(&app, with(input("PERSON", "Ada"), json!({ "companyId": company }))).await;
        let call = interaction(&app, &ada).await;
        let comment = json!({ "interactionId": call, "comment": "Nice" });
        app.must("interactionCommentAdd", "", comment).await;
        app.must("contactDelete", "", json!({ "id": ada })).await;
        let query = "query($id: ID!) { contact(id: $id) { interactions { nodes { comments { comment } } } } }";
        let left = app.data(query, json!({ "id": company })).await;
        assert_eq!(left["contact"]["interactions"]["nodes"], json!([{ "comments": [{ "comment": "Nice" }] }]));
        app.must("contactDelete", "", json!({ "id": company })).await;
        let left = app.data("{ interactions { nodes { contact { id } company { id } comments { comment } } } }", json!({})).await;
        assert_eq!(left["interactions"]["nodes"],
            json!([{ "contact": null, "company": null, "comments": [{ "comment": "Nice" }] }]));
    }

    async fn deleting_has_its_errors(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        for (input, expected) in [
            (json!({ "id": "contact:99" }), ("NOT_FOUND", "input.id")),
            (json!({ "id": "contact:-1" }), ("INVALID", "input.id")),
            (json!({ "id": "segment:1" }), ("INVALID", "input.id")),
            (json!({ "id": ada, "expectedRevision": 2 }), ("CONFLICT", "input.expectedRevision")),
        ] {
            let refused = app.mutate("contactDelete", "deletedId", input).await;
            assert_eq!(error(&refused), (expected.0, expected.1.to_owned()));
            assert_eq!(refused["deletedId"], json!(null));
        }
        app.must("contactDelete", "", json!({ "id": ada })).await;
        let again = app.mutate("contactDelete", "", json!({ "id": ada })).await;
        assert_eq!(error(&again).0, "NOT_FOUND");
    }

    async fn lists_are_filtered_by_criteria(app) {
        for (name, city) in [("Ada", "Oslo"), ("Adam", "Oslo"), ("Bo", "Oslo"), ("Adele", "Rom")] {
            create(&app, with(input("PERSON", name), json!({ "city": city }))).await;
        }
        let query = "query($search: String, $filter: ContactCriteria) { contacts(search: $search, filter: $filter, \
            orderBy: { by: NAME }, first: 2) { totalCount nodes { name } pageInfo { hasNextPage } } }";
        let oslo = json!({ "city": { "eq": "Oslo" } });
        for (variables, total, names, more) in [
            (json!({ "filter": oslo }), 3, json!([{ "name": "Ada" }, { "name": "Adam" }]), true),
            (json!({ "filter": oslo, "search": "ad" }), 2, json!([{ "name": "Ada" }, { "name": "Adam" }]), false),
            (json!({ "filter": { "ids": ["contact:3"] } }), 1, json!([{ "name": "Bo" }]), false),
            (json!({ "filter": { "any": [] } }), 0, json!([]), false),
            (json!({ "filter": { "all": [] } }), 4, json!([{ "name": "Ada" }, { "name": "Adam" }]), true),
        ] {
            let page = &app.data(query, variables.clone()).await["contacts"];
            assert_eq!(*page, json!({ "totalCount": total, "nodes": names, "pageInfo": { "hasNextPage": more } }), "{variables}");
        }
        let filter = json!({ "inSegment": { "current": "segment:9" } });
        let wrong = app.graphql(query, json!({ "filter": filter })).await;
        assert!(wrong["errors"].is_array(), "{wrong}");
        let filter = json!({ "custom": { "name": "nope", "text": { "eq": "x" } } });
        let wrong = app.graphql(query, json!({ "filter": filter })).await;
        assert_eq!(wrong["errors"][0]["message"], "There is no custom attribute nope.");
    }
}
