//! What the contacts of a segment are written, as files.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;
use urval::{
    domain::{
        mail::{Mail, MailFormat, Only},
        segment,
    },
    http::{self, App, Settings},
};

use crate::{
    app::{TestApp, both},
    export, import,
    import_http::send,
    log,
    stub::Answer,
    template_language::{say, stage},
};

async fn get(app: &TestApp, path: &str) -> Answer {
    send(app, Request::get(format!("/export/mail/{path}")).body(Body::empty()).unwrap()).await
}

async fn archive(app: &TestApp, path: &str) -> Vec<(String, String)> {
    let served = App::new(app.schema.clone(), app.context.clone(), Settings::default());
    let request = Request::get(format!("/export/mail/{path}")).body(Body::empty()).unwrap();
    let response = http::router(served).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/zip");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        files.push((name, content));
    }
    files
}

/// A segment with somebody who is written to in Swedish, and a company that has no city.
async fn of_everybody(app: &TestApp) -> (Value, String) {
    let person = stage(app).await;
    let company = json!({ "type": "COMPANY", "name": "Ek: AB", "email": "ek@example.com",
        "correspondenceType": "EMAIL", "salesperson": "JO" });
    let company = app.must("contactCreate", "contact { id }", company).await;
    let change = json!({ "id": person, "companyId": company["contact"]["id"], "correspondenceType": "HARD_COPY" });
    app.must("contactUpdate", "contact { no }", change).await;
    let strict = json!({ "template": "BUS", "subject": "Hi {{ contact.name }}",
        "body": "Dear {{ contact.name }} in {{ contact.city }}", "bodyFormat": "TEXT" });
    say(app, strict).await;
    let input = json!({ "description": "News", "interactionTemplate": "BUS" });
    let made = app.must("segmentCreate", "segment { id no }", input).await["segment"].clone();
    let everybody = json!({ "segmentId": made["id"], "criteria": { "all": [] } });
    app.must("segmentAddContacts", "segment { no }", everybody).await;
    (made["id"].clone(), made["no"].as_str().unwrap().to_owned())
}

fn lines(answer: &Answer) -> Vec<Value> {
    answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

both! {
    // DEL-1, DEL-2, DEL-4
    async fn each_contact_gets_what_is_theirs(app) {
        let (_, no) = of_everybody(&app).await;
        let answer = get(&app, &format!("{no}.ndjson")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        assert_eq!(answer.header("cache-control"), "no-store");
        let [company, person] = lines(&answer).try_into().unwrap();
        assert_eq!(company["error"], "body: Line 1, column 31: contact.city is missing. Say what to \
            write then: contact.city|default(\"…\").");
        assert_eq!((&company["name"], &company["body"]), (&json!("Ek: AB"), &json!(null)));
        assert_eq!(person, json!({ "no": person["no"], "name": "Åsa <Berg>", "company": "Ek: AB",
            "email": "ek@example.com", "address": null, "address2": null, "postCode": null, "city": null,
            "county": null, "country": null, "correspondenceType": "HARD_COPY", "language": "SVE",
            "subject": "Hej", "body": "Hej Åsa!", "bodyFormat": "TEXT", "attachments": [], "error": null, "interaction": null }));

        let csv = get(&app, &format!("{no}.csv?only=HARD_COPY")).await.body;
        let rows: Vec<&str> = csv.lines().collect();
        assert_eq!(rows[0], "no,name,company,email,address,address2,postCode,city,county,country,correspondenceType,language,subject,body,bodyFormat,attachments,error,interaction");
        assert!(rows[1].ends_with(",Åsa <Berg>,Ek: AB,ek@example.com,,,,,,,HARD_COPY,SVE,Hej,Hej Åsa!,TEXT,,,"), "{csv}");
        assert_eq!(rows.len(), 2);

        let files = archive(&app, &format!("{no}.zip")).await;
        let name = format!("Ek AB - Åsa Berg ({}).txt", person["no"].as_str().unwrap());
        assert_eq!(files[0], (name, "Hej\n\nHej Åsa!\n".to_owned()));
        assert!(files[1].0 == "errors.txt" && files[1].1.contains("Ek: AB: body: Line 1"), "{files:?}");
        assert_eq!(archive(&app, &format!("{no}.zip?only=HARD_COPY")).await.len(), 1);
    }

    // ALT-1, LIN-5b, DEL-2
    async fn whoever_is_elsewhere_on_the_day_is_written_to_there(app) {
        let (id, no) = of_everybody(&app).await;
        let found = app.data("{ contacts(filter: { type: { eq: COMPANY } }) { nodes { id } } }", json!({})).await;
        let company = &found["contacts"]["nodes"][0]["id"];
        let fair = json!({ "contactId": company, "code": "FAIR", "city": "Malmö", "email": "fair@example.com",
            "periods": [{ "startingDate": "2026-11-05", "endingDate": "2026-11-06" }] });
        app.must("contactAddressCreate", "address { code }", fair).await;
        let body = async || {
            let company = lines(&get(&app, &format!("{no}.ndjson")).await).remove(0);
            (company["email"].clone(), company["body"].clone())
        };
        assert_eq!(body().await, (json!("ek@example.com"), json!(null)));
        let day = json!({ "segmentId": id, "lines": { "contactIds": [company] }, "set": { "date": "2026-11-06" } });
        app.must("segmentUpdateLines", "linesCount", day).await;
        assert_eq!(body().await, (json!("fair@example.com"), json!("Dear Ek: AB in Malmö")));
        assert_eq!(lines(&get(&app, &format!("{no}.ndjson")).await)[0]["city"], "Malmö");
    }

    // LOG-7, DEL-5, LOG-8
    async fn what_was_logged_goes_out_as_it_was_written(app) {
        let (id, no) = of_everybody(&app).await;
        let before = lines(&get(&app, &format!("{no}.ndjson")).await);
        let log = json!({ "segmentId": id, "unreachable": "SKIP" });
        let logged = app.must("segmentLog", "loggedSegment { id }", log).await;
        say(&app, json!({ "template": "BUS", "language": "SVE", "subject": "X", "body": "X" })).await;
        let mut after = lines(&get(&app, &format!("{no}.ndjson")).await);
        for letter in &mut after {
            let interaction = letter["interaction"].take();
            assert!(interaction.as_str().unwrap().starts_with("interaction:"), "{interaction}");
        }
        assert_eq!(after, before);
        let cancel = json!({ "loggedSegmentId": logged["loggedSegment"]["id"] });
        app.must("loggedSegmentCancel", "loggedSegment { id }", cancel).await;
        assert_eq!(get(&app, &format!("{no}.ndjson")).await.body, "");
        assert_eq!(archive(&app, &format!("{no}.zip")).await, []);
        // CAN-4: what was canceled is not written anew, as the template is now.
        let delete = json!({ "loggedSegmentId": logged["loggedSegment"]["id"] });
        app.must("loggedSegmentDelete", "", delete).await;
        let answer = get(&app, &format!("{no}.ndjson")).await;
        assert_ne!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("nothing of it is left to be written"), "{}", answer.body);
    }

    // MRG-1
    async fn of_contacts_who_were_merged_each_letter_goes_out(app) {
        let contacts = log::people(&app, &["Ada", "Ida"]).await;
        let id = log::stage(&app, &contacts, json!({})).await;
        say(&app, json!({ "template": "BUS", "subject": "Hi", "body": "Hi {{ contact.name }}" })).await;
        app.must("segmentLog", "", json!({ "segmentId": id })).await;
        let merge = json!({ "survivorId": contacts[0], "duplicateId": contacts[1] });
        app.must("contactMerge", "", merge).await;
        let letters = lines(&get(&app, "SM000001.ndjson?delivery=IN_PROGRESS").await);
        let interactions: Vec<&Value> = letters.iter().map(|it| &it["interaction"]).collect();
        assert_eq!(interactions, ["interaction:1.1", "interaction:1.2"]);
        let names: Vec<String> = archive(&app, "SM000001.zip").await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Ada (CT000001).txt", "Ada (CT000001, 2).txt"]);
    }

    async fn each_is_written_to_once_whoever_moves_in_the_order_meanwhile(app) {
        let rows: String = (0..1_200).map(|it| format!("N{it:04},Oslo\n")).collect();
        import::import(&app, format!("Name,City\n{rows}")).await;
        let segment = export::segment_of_all(&app).await;
        let row = segment::by_no(&app.context, "SM000001").await.unwrap().unwrap();
        let mut mail = Mail::of_segment(&app.context, &row, Only::default(), MailFormat::Ndjson).await.unwrap();
        let mut written = mail.next().await.unwrap().unwrap();
        // From the first page to the end, from the end to where the walk has been, and away.
        for (index, name) in [(0, "Z"), (1, "Y"), (1_199, "A"), (1_198, "B")] {
            let found = json!({ "name": { "eq": format!("N{index:04}") } });
            let query = "query($c: ContactCriteria) { contacts(filter: $c) { nodes { id } } }";
            let found = app.data(query, json!({ "c": found })).await;
            let change = json!({ "id": found["contacts"]["nodes"][0]["id"], "name": name });
            app.must("contactUpdate", "", change).await;
        }
        while let Some(piece) = mail.next().await.unwrap() {
            written.extend(piece);
        }
        let lines = String::from_utf8(written).unwrap();
        let letters: Vec<Value> = lines.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        let numbers: BTreeSet<&str> = letters.iter().map(|it| it["no"].as_str().unwrap()).collect();
        assert_eq!((letters.len(), numbers.len()), (1_200, 1_200), "{segment}");
    }

    // D9
    async fn who_may_not_be_contacted_is_not_written_to(app) {
        let (_, no) = of_everybody(&app).await;
        let person = json!({ "id": "contact:1", "privacyBlocked": true });
        app.must("contactUpdate", "contact { no }", person).await;
        assert_eq!(lines(&get(&app, &format!("{no}.ndjson")).await).len(), 1);
        for path in ["SM999999.zip", &no, &format!("{no}.pdf")] {
            assert_eq!(get(&app, path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(get(&app, &format!("{no}.csv?only=FAX")).await.status, StatusCode::BAD_REQUEST);
    }
}
