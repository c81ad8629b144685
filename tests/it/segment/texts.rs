//! What segments and lines say of their own, and who can be reached by it.

use serde_json::{Value, json};

use super::make;
use crate::{
    app::{TestApp, both},
    attachment::upload,
    template_language::{preview, say, stage},
};

/// A segment of everybody, with a template that has texts; and a contact with a Swedish one.
async fn segment(app: &TestApp) -> (Value, String) {
    let contact = stage(app).await;
    let input = json!({ "description": "News", "interactionTemplate": "BUS", "salesperson": "JO" });
    let made = app.must("segmentCreate", "segment { id }", input).await;
    let id = made["segment"]["id"].clone();
    let everybody = json!({ "segmentId": id, "criteria": { "all": [] } });
    app.must("segmentAddContacts", "segment { no }", everybody).await;
    (id, contact)
}

const LINES: &str = "query($id: ID!) { segment(id: $id) { revision lines(first: 5) { nodes {
    language { code } subject body bodyFormat attachments { name } overridden } } } }";

/// The first line of a segment.
async fn line(app: &TestApp, id: &Value) -> Value {
    let data = app.data(LINES, json!({ "id": id })).await;
    data["segment"]["lines"]["nodes"][0].clone()
}

async fn set(app: &TestApp, input: Value) -> Value {
    let selection = "segment { revision } segmentText { id language { code } subject body
        attachments { name } }";
    app.must("segmentTextSet", selection, input).await["segmentText"].clone()
}

both! {
    // SEG-15, D6, LNG-1, LNG-4: nothing is copied, so a change is seen by every line at once.
    async fn lines_follow_their_segment_and_it_its_template(app) {
        let (id, contact) = segment(&app).await;
        assert_eq!(line(&app, &id).await, json!({ "language": { "code": "SVE" }, "subject": "Hej",
            "body": "Hej {{ contact.firstName }}!", "bodyFormat": "TEXT", "attachments": [],
            "overridden": [] }));
        let file = upload(&app, "karta.txt", "text/plain", "karta").await;
        let made = set(&app, json!({ "segmentId": id, "language": "sve",
            "subject": "Kom {{ contact.name }}", "attachmentIds": [file] })).await;
        assert_eq!((&made["body"], &made["subject"]), (&json!(null), &json!("Kom {{ contact.name }}")));
        let told = line(&app, &id).await;
        assert_eq!(told["subject"], "Kom {{ contact.name }}");
        assert_eq!(told["body"], "Hej {{ contact.firstName }}!");
        assert_eq!(told["attachments"], json!([{ "name": "karta.txt" }]));

        // What the template says meanwhile is heard where the segment is silent.
        say(&app, json!({ "template": "BUS", "language": "SVE", "subject": "X", "body": "Tja!" })).await;
        let told = line(&app, &id).await;
        assert_eq!((&told["subject"], &told["body"]), (&json!("Kom {{ contact.name }}"), &json!("Tja!")));
        let shown = preview(&app, json!({ "segmentId": id, "contactId": contact })).await;
        assert_eq!((&shown["subject"], &shown["body"]), (&json!("Kom Åsa <Berg>"), &json!("Tja!")));
        assert_eq!((&shown["bodyFrom"], &shown["attachments"]), (&json!("TEMPLATE"), &json!([{ "name": "karta.txt" }])));

        // LNG-3: without its text the template speaks again.
        let delete = json!({ "segmentId": id, "language": "SVE" });
        let gone = app.must("segmentTextDelete", "deletedId segment { texts { id } }", delete.clone()).await;
        assert_eq!((&gone["deletedId"], &gone["segment"]["texts"]), (&made["id"], &json!([])));
        assert_eq!(line(&app, &id).await["subject"], "X");
        let again = app.mutate("segmentTextDelete", "deletedId", delete).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
        app.must("attachmentDelete", "deletedAttachmentId", json!({ "attachmentId": file })).await;
    }

    // SEG-16, LNG-2
    async fn lines_say_something_of_their_own_until_it_is_cleared(app) {
        let (id, contact) = segment(&app).await;
        let file = upload(&app, "own.txt", "text/plain", "own").await;
        let all = json!({ "all": true });
        let own = json!({ "segmentId": id, "lines": { "contactIds": [contact] }, "set": {
            "body": "<p>{{ contact.surname }}</p>", "bodyFormat": "HTML", "attachmentIds": [file] } });
        app.must("segmentUpdateLines", "linesCount", own).await;
        let told = line(&app, &id).await;
        assert_eq!(told, json!({ "language": { "code": "SVE" }, "subject": "Hej",
            "body": "<p>{{ contact.surname }}</p>", "bodyFormat": "HTML",
            "attachments": [{ "name": "own.txt" }], "overridden": ["BODY", "ATTACHMENTS"] }));
        let shown = preview(&app, json!({ "segmentId": id, "contactId": contact })).await;
        assert_eq!((&shown["body"], &shown["bodyFrom"]), (&json!("<p>&lt;Berg&gt;</p>"), &json!("LINE")));

        let query = "query($id: ID!) { segment(id: $id) { overrides { field linesCount }
            own: lines(overriding: [BODY, SUBJECT]) { totalCount }
            none: lines(overriding: [SUBJECT]) { totalCount } } }";
        let data = app.data(query, json!({ "id": id })).await;
        assert_eq!(data["segment"], json!({ "overrides": [{ "field": "BODY", "linesCount": 1 },
            { "field": "ATTACHMENTS", "linesCount": 1 }],
            "own": { "totalCount": 1 }, "none": { "totalCount": 0 } }));
        let clear = json!({ "segmentId": id, "lines": { "overriding": ["BODY"] }, "set": { "body": null } });
        let cleared = app.must("segmentUpdateLines", "linesCount", clear).await;
        assert_eq!(cleared["linesCount"], 1);
        assert_eq!(line(&app, &id).await["overridden"], json!(["ATTACHMENTS"]));
        let in_use = app.mutate("attachmentDelete", "deletedAttachmentId", json!({ "attachmentId": file })).await;
        assert_eq!(in_use["userErrors"][0]["code"], "IN_USE");
        let clear = json!({ "segmentId": id, "lines": all, "set": { "attachmentIds": null } });
        app.must("segmentUpdateLines", "linesCount", clear).await;
        app.must("attachmentDelete", "deletedAttachmentId", json!({ "attachmentId": file })).await;
        assert_eq!(line(&app, &id).await["overridden"], json!([]));

        for (set, path) in [
            (json!({ "subject": "{{ x" }), json!(["input", "set", "subject"])),
            (json!({ "body": "{{ contact.nmae }}" }), json!(["input", "set", "body"])),
            (json!({ "attachmentIds": ["attachment:99"] }), json!(["input", "set", "attachmentIds", "0"])),
        ] {
            let wrong = json!({ "segmentId": id, "lines": all, "set": set });
            let wrong = app.mutate("segmentUpdateLines", "linesCount", wrong).await;
            assert_eq!(wrong["userErrors"][0]["path"], path);
        }
    }

    async fn a_text_is_set_in_an_open_segment_only(app) {
        let (id, _) = segment(&app).await;
        let old = json!({ "segmentId": id, "expectedRevision": 1, "subject": "a" });
        let old = app.mutate("segmentTextSet", "segment { id }", old).await;
        assert_eq!(old["userErrors"][0]["code"], "CONFLICT");
        for (input, code, path) in [
            (json!({ "segmentId": "segment:99", "subject": "a" }), "NOT_FOUND", "segmentId"),
            (json!({ "segmentId": id, "language": "XX", "subject": "a" }), "NOT_FOUND", "language"),
            (json!({ "segmentId": id, "subject": "{{ y }}" }), "INVALID", "subject"),
        ] {
            let wrong = app.mutate("segmentTextSet", "segment { id }", input).await;
            assert_eq!(wrong["userErrors"][0]["code"], code);
            assert_eq!(wrong["userErrors"][0]["path"][1], path);
        }
        let before = app.data(LINES, json!({ "id": id })).await["segment"]["revision"].clone();
        let made = set(&app, json!({ "segmentId": id, "subject": "a" })).await;
        assert_eq!(set(&app, json!({ "segmentId": id, "subject": "a" })).await, made);
        let after = app.data(LINES, json!({ "id": id })).await["segment"]["revision"].clone();
        assert_eq!(after.as_i64().unwrap(), before.as_i64().unwrap() + 1, "once, for it was set once");
        app.must("segmentDelete", "deletedSegmentId", json!({ "segmentId": id })).await;
        let node = app.data("query($id: ID!) { node(id: $id) { id } }", json!({ "id": made["id"] })).await;
        assert_eq!(node["node"], json!(null));
    }

    // LOG-6, LOG-8
    async fn what_was_logged_stays_as_it_was_written(app) {
        let (id, contact) = segment(&app).await;
        let file = upload(&app, "a.txt", "text/plain", "a").await;
        say(&app, json!({ "template": "BUS", "language": "SVE", "attachmentIds": [file] })).await;
        let log = json!({ "segmentId": id, "unreachable": "LOG_WITHOUT_DELIVERY" });
        app.must("segmentLog", "interactionsCount", log).await;
        say(&app, json!({ "template": "BUS", "language": "SVE", "subject": "Other", "body": "Other",
            "attachmentIds": [] })).await;
        let query = "query($id: ID!) { contact(id: $id) { interactions(first: 1) { nodes {
            subject body bodyFormat attachments { name } } } } }";
        let data = app.data(query, json!({ "id": contact })).await;
        assert_eq!(data["contact"]["interactions"]["nodes"][0], json!({ "subject": "Hej",
            "body": "Hej {{ contact.firstName }}!", "bodyFormat": "TEXT",
            "attachments": [{ "name": "a.txt" }] }));
        let in_use = app.mutate("attachmentDelete", "deletedAttachmentId", json!({ "attachmentId": file })).await;
        assert_eq!(in_use["userErrors"][0]["code"], "IN_USE");
        let later = json!({ "segmentId": id, "subject": "a" });
        let later = app.mutate("segmentTextSet", "segment { id }", later).await;
        assert_eq!(later["userErrors"][0]["code"], "NOT_ALLOWED");
    }

    // D19
    async fn who_can_be_reached_is_known_before_anybody_is_written_to(app) {
        let mut rows: Vec<Value> = (1..=8).map(|id| make::contact(id, None)).collect();
        let mail = |row: &mut Value, address: &str| {
            row["correspondence_type"] = json!("EMAIL");
            row["email"] = json!(address);
            row["email_fold"] = json!(address.to_lowercase());
        };
        mail(&mut rows[0], "a@example.com");
        mail(&mut rows[1], "A@example.com");
        mail(&mut rows[2], "b@example.com");
        rows[3]["correspondence_type"] = json!("EMAIL");
        rows[4]["correspondence_type"] = json!("HARD_COPY");
        rows[5]["correspondence_type"] = json!("HARD_COPY");
        rows[5]["city"] = json!("Oslo");
        rows[5]["city_fold"] = json!("oslo");
        rows[6]["privacy_blocked"] = json!(false);
        make::contacts(&app, &rows).await;
        let id = make::segment(&app).await;
        let everybody = json!({ "segmentId": id, "criteria": { "all": [] } });
        app.must("segmentAddContacts", "segment { no }", everybody).await;
        app.must("contactUpdate", "contact { no }", json!({ "id": "contact:8", "privacyBlocked": true })).await;
        let sets = ["blocked", "unaddressed", "withoutEmail", "withoutPostalAddress", "duplicateEmail", "reachable"];
        let fields: String = sets.map(|it| format!("{it} {{ count contacts {{ nodes {{ id }} }} }} ")).concat();
        let query = format!("query($id: ID!) {{ segment(id: $id) {{ reachability {{ {fields} }} }} }}");
        let data = app.data(&query, json!({ "id": id })).await;
        let reach = &data["segment"]["reachability"];
        let ids = |set: &str| {
            let nodes = reach[set]["contacts"]["nodes"].as_array().unwrap().iter();
            let ids: Vec<&str> = nodes.map(|it| it["id"].as_str().unwrap()).collect();
            assert_eq!(reach[set]["count"], ids.len());
            ids
        };
        assert_eq!(sets.map(ids), [
            vec!["contact:8"], vec!["contact:7"], vec!["contact:4"], vec!["contact:5"],
            vec!["contact:2"], vec!["contact:1", "contact:3", "contact:6"]]);
        let log = json!({ "segmentId": id, "description": "x", "dryRun": true });
        let told = app.mutate("segmentLog", "interactionsCount", log).await;
        assert!(told["userErrors"].to_string().contains("UNREACHABLE"));
    }
}
