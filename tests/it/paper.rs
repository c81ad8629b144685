//! Segments on paper: labels and cover sheets.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use tower::ServiceExt;
use urval::{
    domain::{
        paper::{Kind, Labels, Options, Paper},
        segment,
    },
    entity::{interaction, kinds::InformationFlow},
    http::{self, App, Settings},
};

use crate::{
    app::{TestApp, both},
    contact::{codes, create, input, with},
    contact_delete::segment_of,
    import_http::send,
    template::template,
};

/// The document, by its pieces.
async fn paper(app: &TestApp, no: &str, kind: Kind) -> Vec<Vec<u8>> {
    let row = segment::by_no(&app.context, no).await.unwrap().unwrap();
    let options = Options { kind, home_country: Some("se".to_owned()) };
    let mut paper = Paper::of_segment(&app.context, &row, &options).await.unwrap();
    let mut pieces = Vec::new();
    while let Some(piece) = paper.next().await.unwrap() {
        pieces.push(piece);
    }
    assert_eq!(paper.done + paper.skipped_privacy_blocked, row.contacts_count as u64);
    pieces
}

/// How many pages it has: each is an object of that type.
fn pages(document: &[u8]) -> usize {
    let text = String::from_utf8_lossy(document);
    let count = text.matches("/Type/Page/").count() + text.matches("/Type/Page>").count();
    let said = text.split("/Count ").nth(1).unwrap();
    let said = said.split(|it: char| !it.is_ascii_digit()).next().unwrap();
    assert_eq!(said, count.to_string(), "the list of pages says so, too");
    count
}

/// Each place that the table at the end names is that of an object.
fn places_are_right(document: &[u8]) {
    let find = |what: &[u8]| document.windows(what.len()).rposition(|it| it == what).unwrap();
    let text = |from: usize| String::from_utf8_lossy(&document[from..]).into_owned();
    let begins: usize = text(find(b"startxref")).lines().nth(1).unwrap().parse().unwrap();
    let table = text(begins);
    assert!(table.starts_with("xref\n0 "), "{table}");
    for (number, line) in (1..).zip(table.lines().skip(3)) {
        let Some(place) = line.strip_suffix(" 00000 n").or(line.strip_suffix(" 00000 n\r")) else {
            break;
        };
        let place: usize = place.parse().unwrap();
        let object = format!("{number} 0 obj");
        assert!(document[place..].starts_with(object.as_bytes()), "{number} is not at {place}");
    }
}

async fn people(app: &TestApp, count: usize) -> String {
    codes(app, "COUNTRY", &["SE", "PL"]).await;
    let mut ids = Vec::new();
    for index in 0..count {
        let person =
            json!({ "address": "Gatan 1", "postCode": "123 45", "city": "Łódź", "country": "PL" });
        ids.push(create(app, with(input("PERSON", &format!("Åsa Ωμέγα Щ{index}")), person)).await);
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    segment_of(app, &ids).await
}

both! {
    // LBL-1
    async fn labels_fill_sheets_of_their_size(app) {
        people(&app, 25).await;
        for (labels, expected) in [
            (Labels::H36W70, 2), (Labels::H37W70, 2), (Labels::H36W105, 2), (Labels::H37W105, 2),
        ] {
            let document = paper(&app, "SM000001", Kind::Labels(labels)).await.concat();
            assert!(document.starts_with(b"%PDF-1.7"));
            assert_eq!(pages(&document), expected, "{labels:?}");
            places_are_right(&document);
        }
    }

    // ALT-1, LBL-1, CVR-1
    async fn paper_goes_to_the_address_of_the_day_of_the_segment(app) {
        let ada = create(&app, with(input("PERSON", "Ada"), json!({ "city": "Oslo" }))).await;
        let fair = json!({ "contactId": ada, "code": "FAIR", "city": "Malmö",
            "periods": [{ "startingDate": "2026-03-01", "endingDate": "2026-03-05" }] });
        app.must("contactAddressCreate", "", fair).await;
        let mut papers = Vec::new();
        for (no, date) in [("A", "2026-03-05"), ("B", "2026-03-06"), ("C", "2026-03-07")] {
            let segment = json!({ "no": no, "date": date, "description": "Fair" });
            let segment = app.must("segmentCreate", "segment { id }", segment).await;
            let lines = json!({ "segmentId": segment["segment"]["id"], "contactIds": [ada] });
            app.must("segmentAddLines", "", lines).await;
            papers.push(paper(&app, no, Kind::Labels(Labels::H36W70)).await.concat());
        }
        assert_ne!(papers[0], papers[1]);
        assert_eq!(papers[1], papers[2]);
    }

    // CVR-1
    async fn a_cover_sheet_is_a_page_of_each_contact(app) {
        people(&app, 5).await;
        let document = paper(&app, "SM000001", Kind::CoverSheets).await.concat();
        assert_eq!(pages(&document), 5);
        places_are_right(&document);
    }

    async fn an_empty_segment_is_an_empty_page(app) {
        segment_of(&app, &[]).await;
        let document = paper(&app, "SM000001", Kind::Labels(Labels::H36W70)).await.concat();
        assert_eq!(pages(&document), 1);
        places_are_right(&document);
    }

    async fn a_large_segment_goes_out_in_pieces(app) {
        let rows: String = (0..1_200).map(|it| format!("Ångström {it},Åmål\n")).collect();
        crate::import::import(&app, format!("Name,City\n{rows}")).await;
        crate::export::segment_of_all(&app).await;
        let pieces = paper(&app, "SM000001", Kind::Labels(Labels::H36W70)).await;
        // Three pages of contacts, and the end.
        assert_eq!(pieces.len(), 4);
        let document = pieces.concat();
        assert_eq!(pages(&document), 50);
        places_are_right(&document);
    }

    async fn paper_goes_out_over_http(app) {
        people(&app, 3).await;
        for (path, name) in [
            ("labels.pdf", "SM000001-labels.pdf"),
            ("labels.pdf?size=37x105&home=SE", "SM000001-labels.pdf"),
            ("cover-sheets.pdf", "SM000001-cover-sheets.pdf"),
        ] {
            let served = App::new(app.schema.clone(), app.context.clone(), Settings::default());
            let request = Request::get(format!("/export/segments/sm000001/{path}")).body(Body::empty()).unwrap();
            let response = http::router(served).oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
            assert_eq!(header("content-type"), "application/pdf");
            assert_eq!(header("cache-control"), "no-store");
            let disposition = format!("attachment; filename=\"{name}\"; filename*=UTF-8''{name}");
            assert_eq!(header("content-disposition"), disposition);
            let document = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            places_are_right(&document);
        }
        for (path, status) in [
            ("SM000009/labels.pdf", 404),
            ("SM000001/envelopes.pdf", 404),
            ("SM000001/labels.pdf?size=1x1", 400),
            ("SM000001/labels.pdf?color=red", 400),
            ("SM000001/cover-sheets.pdf?size=36x70", 400),
        ] {
            let request = Request::get(format!("/export/segments/{path}")).body(Body::empty()).unwrap();
            let answer = send(&app, request).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
        }
    }

    // CVR-1
    async fn cover_sheets_are_recorded_for_whom_may_be_contacted(app) {
        let segment = people(&app, 3).await;
        let blocked = json!({ "id": "contact:2", "privacyBlocked": true });
        app.must("contactUpdate", "contact { id }", blocked).await;
        let logged = app.must("segmentLogCoverSheets", "interactionsCount", json!({ "segmentId": segment })).await;
        assert_eq!(logged["interactionsCount"], 2);
        let rows = interaction::Entity::find().order_by_asc(interaction::Column::Id);
        let rows = rows.all(app.context.db.reader()).await.unwrap();
        let whom: Vec<i32> = rows.iter().map(|it| it.contact_id).collect();
        assert_eq!(whom, [1, 3]);
        let row = &rows[0];
        assert_eq!(row.document_type.as_deref(), Some("Cover Sheet"));
        assert_eq!(row.document_no.as_deref(), Some("SM000001"));
        assert_eq!(row.information_flow, Some(InformationFlow::Outbound));
        assert_eq!(row.date.to_string(), "2026-11-02");
        assert_eq!((&row.template, row.cost), (&None, 0));
        // DOC-1
        template(&app, json!({ "code": "SHEET", "description": "Letter", "unitCost": "2" })).await;
        let setup = json!({ "documentTemplates": [{ "documentType": "COVER_SHEET", "template": "SHEET" }] });
        app.must("setupUpdate", "setup { revision }", setup).await;
        app.must("segmentLogCoverSheets", "interactionsCount", json!({ "segmentId": segment })).await;
        let rows = interaction::Entity::find().order_by_desc(interaction::Column::Id);
        let last = rows.one(app.context.db.reader()).await.unwrap().unwrap();
        assert_eq!((last.template.as_deref(), last.description.as_deref()), (Some("SHEET"), Some("Letter")));
        assert_eq!((last.cost, last.information_flow), (20_000, Some(InformationFlow::Outbound)));
        // The segment is open, as before.
        let query = "query($id: ID!) { segment(id: $id) { status revision } }";
        let found = app.data(query, json!({ "id": segment })).await;
        assert_eq!(found["segment"]["status"], "OPEN");
        for (input, code) in [
            (json!({ "segmentId": "segment:9" }), "NOT_FOUND"),
            (json!({ "segmentId": "contact:1" }), "INVALID"),
            (json!({ "segmentId": segment, "expectedRevision": 99 }), "CONFLICT"),
        ] {
            let refused = app.mutate("segmentLogCoverSheets", "interactionsCount", input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], code, "{input}");
        }
        assert_eq!(crate::check::check(&app).await, [""; 0]);
    }

    // D9
    async fn who_may_not_be_contacted_has_no_label(app) {
        people(&app, 3).await;
        app.must("contactUpdate", "", json!({ "id": "contact:2", "privacyBlocked": true })).await;
        let document = paper(&app, "SM000001", Kind::CoverSheets).await.concat();
        assert_eq!(pages(&document), 2);
        let request = Request::get("/export/segments/SM000001/labels.pdf").body(Body::empty()).unwrap();
        assert_eq!(send(&app, request).await.header("skipped-privacy-blocked"), "1");
    }
}
