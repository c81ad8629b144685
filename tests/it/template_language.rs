//! What interaction templates say in each language, and to whom.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    attachment::upload,
    contact::codes,
    import::{counts, import},
    template::template,
};

const ALL: &str = "interactionTemplateLanguage { id template { code } language { code } description
    subject body bodyFormat attachments { name } }";

/// Sets a text, which has to succeed.
pub(crate) async fn say(app: &TestApp, input: Value) -> Value {
    let set = app.must("interactionTemplateLanguageSet", ALL, input).await;
    set["interactionTemplateLanguage"].clone()
}

/// Codes, messages and places of the errors of setting a text.
async fn wrong(app: &TestApp, input: Value) -> Vec<String> {
    let query = "mutation($input: InteractionTemplateLanguageSetInput!) {
        interactionTemplateLanguageSet(input: $input) {
            interactionTemplateLanguage { id } userErrors { code message path line column } } }";
    let data = app.data(query, json!({ "input": input })).await;
    let payload = &data["interactionTemplateLanguageSet"];
    assert_eq!(payload["interactionTemplateLanguage"], Value::Null);
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let told = errors.map(|it| {
        let path: Vec<&str> =
            it["path"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let (code, message) = (it["code"].as_str().unwrap(), it["message"].as_str().unwrap());
        format!("{code} {} {}:{} {message}", path.join("."), it["line"], it["column"])
    });
    told.collect()
}

/// A template with texts in Swedish and for everybody else, and somebody to write to.
pub(crate) async fn stage(app: &TestApp) -> String {
    codes(app, "LANGUAGE", &["SVE", "ENU", "DEU"]).await;
    codes(app, "SALESPERSON", &["JO"]).await;
    template(app, json!({ "code": "BUS", "language": "ENU" })).await;
    let swedish = json!({ "template": "bus", "language": "sve", "subject": "Hej",
        "body": "Hej {{ contact.firstName }}!" });
    say(app, swedish).await;
    let others = json!({ "template": "BUS", "subject": "Hi {{ contact.name }}",
        "body": "<p>Dear {{ contact.name }} in {{ contact.city|default('your town') }}</p>",
        "bodyFormat": "HTML" });
    say(app, others).await;
    let person = json!({ "type": "PERSON", "firstName": "Åsa", "surname": "<Berg>",
        "language": "SVE", "salesperson": "JO" });
    let person = app.must("contactCreate", "contact { id }", person).await;
    person["contact"]["id"].as_str().unwrap().to_owned()
}

const SHOWN: &str = "query($input: TemplatePreviewInput!) { templatePreview(input: $input) {
    language { code } bodyLanguage { code } bodyFrom subject body bodyFormat attachments { name }
    userErrors { code message path line column } } }";

pub(crate) async fn preview(app: &TestApp, input: Value) -> Value {
    app.data(SHOWN, json!({ "input": input })).await["templatePreview"].clone()
}

both! {
    async fn a_text_is_set_field_by_field(app) {
        codes(&app, "LANGUAGE", &["SVE"]).await;
        template(&app, json!({ "code": "BUS" })).await;
        let file = upload(&app, "prices.csv", "text/csv", "a,b\n").await;
        let input = json!({ "template": "bus", "language": "sve", "description": "Letter",
            "subject": " Hej {{ contact.name }} ", "body": "<b>Hej</b>", "bodyFormat": "HTML",
            "attachmentIds": [file] });
        let made = say(&app, input).await;
        assert_eq!(made, json!({ "id": made["id"], "template": { "code": "BUS" },
            "language": { "code": "SVE" }, "description": "Letter",
            "subject": "Hej {{ contact.name }}", "body": "<b>Hej</b>", "bodyFormat": "HTML",
            "attachments": [{ "name": "prices.csv" }] }));
        let change = json!({ "template": "BUS", "language": "SVE", "body": null,
            "attachmentIds": null });
        let changed = say(&app, change).await;
        assert_eq!(changed["id"], made["id"]);
        assert_eq!(changed["subject"], "Hej {{ contact.name }}");
        assert_eq!((&changed["body"], &changed["attachments"]), (&json!(null), &json!([])));

        say(&app, json!({ "template": "BUS", "subject": "Hi" })).await;
        let query = r#"{ interactionTemplate(code: "BUS") { languages { language { code } subject } } }"#;
        let data = app.data(query, json!({})).await;
        assert_eq!(data["interactionTemplate"]["languages"], json!([
            { "language": null, "subject": "Hi" },
            { "language": { "code": "SVE" }, "subject": "Hej {{ contact.name }}" },
        ]));
        let node = "query($id: ID!) { node(id: $id) { id ... on InteractionTemplateLanguage { subject } } }";
        let data = app.data(node, json!({ "id": made["id"] })).await;
        assert_eq!(data["node"], json!({ "id": made["id"], "subject": "Hej {{ contact.name }}" }));
    }

    async fn what_is_wrong_with_a_text_is_told_with_its_place(app) {
        codes(&app, "LANGUAGE", &["SVE"]).await;
        template(&app, json!({ "code": "BUS" })).await;
        let input = |field: &str, text: &str| json!({ "template": "BUS", field: text });
        assert_eq!(wrong(&app, input("body", "Hi\n {{ contact.nmae }}")).await,
            ["INVALID input.body 2:5 Line 2, column 5: There is no contact.nmae. Do you mean contact.name?"]);
        let unfinished = wrong(&app, input("body", "Hi {{ contact.name")).await;
        assert!(unfinished[0].starts_with("INVALID input.body 1:"), "{unfinished:?}");
        let both = json!({ "template": "BUS", "subject": "{% include 'x' %}", "body": "{{ x }}" });
        let both = wrong(&app, both).await;
        assert!(both[0].starts_with("INVALID input.subject 1:"), "{both:?}");
        assert!(both[1].starts_with("INVALID input.body 1:4 "), "{both:?}");
        let long = wrong(&app, input("subject", &"x".repeat(251))).await;
        assert_eq!(long, ["LIMIT_EXCEEDED input.subject null:null This has at most 250 characters."]);
        let long = wrong(&app, input("body", &"x".repeat(100_001))).await;
        assert!(long[0].starts_with("LIMIT_EXCEEDED input.body"), "{long:?}");
        say(&app, input("body", &"x".repeat(100_000))).await;

        let nowhere = json!({ "template": "NONE", "language": "XXX", "subject": "a" });
        let told = wrong(&app, nowhere).await;
        assert!(told[0].starts_with("NOT_FOUND input.template"), "{told:?}");
        assert!(told[1].starts_with("NOT_FOUND input.language"), "{told:?}");
        let files = json!({ "template": "BUS", "attachmentIds": ["attachment:9"] });
        assert!(wrong(&app, files).await[0].starts_with("NOT_FOUND input.attachmentIds.0"));
        let files = json!({ "template": "BUS", "attachmentIds": ["contact:9"] });
        assert!(wrong(&app, files).await[0].starts_with("INVALID input.attachmentIds.0"));
        // A body that was plain text is read anew where it becomes HTML, and stays right.
        say(&app, json!({ "template": "BUS", "bodyFormat": "HTML" })).await;
    }

    // TPL-4
    async fn a_template_goes_with_all_it_says(app) {
        stage(&app).await;
        let file = upload(&app, "a.txt", "text/plain", "a").await;
        say(&app, json!({ "template": "BUS", "attachmentIds": [file] })).await;
        let in_use = app.mutate("codeDelete", "deletedCode", json!({ "kind": "LANGUAGE", "code": "SVE" })).await;
        assert_eq!(in_use["userErrors"][0]["code"], "IN_USE");
        let in_use = app.mutate("attachmentDelete", "deletedAttachmentId", json!({ "attachmentId": file })).await;
        assert_eq!(in_use["userErrors"][0]["code"], "IN_USE");
        app.must("interactionTemplateDelete", "deletedCode", json!({ "code": "BUS" })).await;
        app.must("attachmentDelete", "deletedAttachmentId", json!({ "attachmentId": file })).await;
        let mut found = 0;
        urval::domain::integrity::check(&app.context, &mut |notice| {
            found += usize::from(matches!(notice, urval::domain::integrity::Notice::Found(_)));
        }).await.unwrap();
        assert_eq!(found, 0);
    }

    async fn a_text_is_deleted_once(app) {
        stage(&app).await;
        let query = r#"{ interactionTemplate(code: "BUS") { languages { id } } }"#;
        let id = app.data(query, json!({})).await["interactionTemplate"]["languages"][0]["id"].clone();
        let deleted = app.must("interactionTemplateLanguageDelete", "deletedId", json!({ "id": id })).await;
        assert_eq!(deleted["deletedId"], id);
        let again = app.mutate("interactionTemplateLanguageDelete", "deletedId", json!({ "id": id })).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
        let other = app.mutate("interactionTemplateLanguageDelete", "deletedId", json!({ "id": "contact:1" })).await;
        assert_eq!(other["userErrors"][0]["code"], "INVALID");
    }

    // TPL-1
    async fn a_preview_says_which_text_is_chosen_and_merges_it(app) {
        let contact = stage(&app).await;
        let shown = preview(&app, json!({ "template": "bus", "contactId": contact })).await;
        assert_eq!(shown["language"]["code"], "SVE");
        assert_eq!(shown["bodyLanguage"]["code"], "SVE");
        assert_eq!((&shown["subject"], &shown["body"]), (&json!("Hej"), &json!("Hej Åsa!")));

        // In German there is no text but the one for whoever has none; in HTML values are escaped.
        let german = json!({ "template": "BUS", "contactId": contact, "language": "DEU" });
        let shown = preview(&app, german).await;
        assert_eq!(shown["language"]["code"], "DEU");
        assert_eq!(shown["bodyLanguage"], json!(null));
        assert_eq!(shown["subject"], "Hi Åsa <Berg>");
        assert_eq!(shown["body"], "<p>Dear Åsa &lt;Berg&gt; in your town</p>");

        // A draft is tried instead, and what is wrong with it is told with its place.
        let draft = |body: &str| json!({ "template": "BUS", "contactId": contact, "draft": { "body": body } });
        let shown = preview(&app, draft("{{ salesperson.code }}, {{ line.date|date('%d.%m.') }}")).await;
        assert_eq!(shown["body"], "JO, 02.11.");
        for (body, message) in [
            ("{{ contact.email }}", "Line 1, column 4: contact.email is missing. Say what to write then: contact.email|default(\"…\")."),
            ("{{ contact.emial }}", "Line 1, column 4: There is no contact.emial. Do you mean contact.email?"),
        ] {
            let error = preview(&app, draft(body)).await["userErrors"][0].clone();
            assert_eq!(error["message"], message);
            assert_eq!(error["path"], json!(["input", "draft", "body"]));
            assert_eq!((&error["line"], &error["column"]), (&json!(1), &json!(4)));
        }
    }

    async fn a_preview_tells_what_is_missing(app) {
        let contact = stage(&app).await;
        let told = async |input: Value| {
            let shown = preview(&app, input).await;
            let errors = shown["userErrors"].as_array().unwrap().clone();
            errors.iter().map(|it| format!("{} {}", it["code"], it["path"])).collect::<Vec<_>>()
        };
        let nothing = json!({ "template": "NONE", "contactId": "contact:999", "segmentId": "segment:9" });
        assert_eq!(told(nothing).await, [
            r#""NOT_FOUND" ["input","contactId"]"#, r#""NOT_FOUND" ["input","segmentId"]"#,
            r#""NOT_FOUND" ["input","template"]"#]);
        assert_eq!(told(json!({ "contactId": contact })).await, [r#""REQUIRED" ["input","template"]"#]);
        assert_eq!(told(json!({ "template": "BUS", "contactId": "segment:1" })).await,
            [r#""INVALID" ["input","contactId"]"#]);
    }

    // Canceled and postponed interactions do not count.
    async fn templates_and_groups_know_what_their_interactions_add_up_to(app) {
        codes(&app, "INTERACTION_GROUP", &["LETTER"]).await;
        let contact = stage(&app).await;
        template(&app, json!({ "code": "CARD", "interactionGroup": "LETTER", "unitCost": "2.5",
            "unitDurationMin": 3, "description": "Card" })).await;
        let mut ids = Vec::new();
        for (date, postponed) in [("2026-01-01", false), ("2026-02-01", false), ("2026-03-01", false), ("2026-03-01", true)] {
            let input = json!({ "contactId": contact, "template": "CARD", "date": date, "postponed": postponed });
            let made = app.must("interactionCreate", "interaction { id }", input).await;
            ids.push(made["interaction"]["id"].clone());
        }
        app.must("interactionCancel", "interactions { id }", json!({ "ids": [ids[0]] })).await;
        let query = r#"{
            interactionTemplates { nodes { code statistics { count cost durationMin } } }
            template: interactionTemplate(code: "CARD") { statistics(from: "2026-03-01") { count cost } }
            codes(kind: INTERACTION_GROUP) { code statistics { count cost durationMin lastDate } }
            languages: codes(kind: LANGUAGE) { statistics { count } } }"#;
        let data = app.data(query, json!({})).await;
        assert_eq!(data["interactionTemplates"]["nodes"], json!([
            { "code": "BUS", "statistics": { "count": 0, "cost": "0", "durationMin": 0 } },
            { "code": "CARD", "statistics": { "count": 2, "cost": "5", "durationMin": 6 } }]));
        assert_eq!(data["template"]["statistics"], json!({ "count": 1, "cost": "2.5" }));
        assert_eq!(data["codes"], json!([{ "code": "LETTER", "statistics":
            { "count": 2, "cost": "5", "durationMin": 6, "lastDate": "2026-03-01" } }]));
        assert_eq!(data["languages"][0]["statistics"], json!(null));
    }

    async fn texts_come_in_from_files(app) {
        for code in ["ABSTRACT", "GOLF"] {
            template(&app, json!({ "code": code })).await;
        }
        // As Business Central has it: of its attachments, only the kind is told.
        let file = "Interaction Template Code,Language Code,Description,Attachment File Extension\n\
                    ABSTRACT,ENU,,DOC\nGOLF,ENU,Golf,HTML\nMEMO,ENU,,DOC\n,ENU,,DOC\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(outcome.kind, urval::domain::import::FileKind::InteractionTemplateLanguages);
        assert!(outcome.unknown_columns.is_empty());
        assert_eq!(counts(&outcome), [2, 0, 0, 2]);
        assert_eq!(said, [
            "4 Interaction Template Code: There is no interaction template \"MEMO\".",
            "5 Interaction Template Code: There has to be a template."]);
        let ours = "template,language,subject,body,bodyFormat\n\
                    golf,enu,Golf,<b>{{ contact.name }}</b>,HTML\n\
                    GOLF,,For all,\"Hi\n{{ contact.name }}\",\n\
                    GOLF,DEU,,{{ nobody.name }},Text\nABSTRACT,ENU,,,Word\n";
        let (outcome, said) = import(&app, ours).await;
        assert_eq!(counts(&outcome), [1, 1, 0, 2]);
        assert!(said[0].starts_with("5 body: Line 1, column 4: There is no nobody.name."), "{said:?}");
        assert!(said[1].starts_with("6 bodyFormat: "), "{said:?}");
        let (outcome, _) = import(&app, ours).await;
        assert_eq!(counts(&outcome), [0, 0, 2, 2]);
    }

    // D9
    async fn a_preview_says_what_keeps_it_from_being_written(app) {
        let person = stage(&app).await;
        let unknown = preview(&app, json!({ "template": "BUS", "contactId": person, "language": "qq" })).await;
        assert_eq!(unknown["userErrors"][0]["message"], "There is no language QQ.");
        assert_eq!(unknown["userErrors"][0]["path"], json!(["input", "language"]));
        app.must("contactUpdate", "", json!({ "id": person, "privacyBlocked": true })).await;
        let blocked = preview(&app, json!({ "template": "BUS", "contactId": person })).await;
        assert_eq!(blocked["body"], Value::Null);
        assert_eq!(blocked["userErrors"][0]["code"], "PRIVACY_BLOCKED", "{blocked}");
        assert_eq!(blocked["userErrors"][0]["path"], json!(["input", "contactId"]));
    }
}
