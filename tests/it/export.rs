//! A segment's contacts as a file.

use serde_json::json;
use urval::{
    domain::{
        export::{Export, Format},
        import::{self, Options},
        segment::{self, Request, SegmentChange, Target},
    },
    entity::kinds::Operation,
};

use crate::app::{TestApp, both};

pub(crate) const FILE: &str = "No.,Name,City,Type,Company No.,Country/Region Code,Exclude from Segment,\
                    Correspondence Type\n\
                    CT1,\"Bo, \"\"B\"\" AB\",Å,Company,,SE,No,Email\n\
                    CT2,Eva Ek,,Person,CT1,NO,No,\n";

pub(crate) async fn import(app: &TestApp, file: &str) -> import::Summary {
    let options = Options::default();
    let file = file.as_bytes();
    let outcome = import::run(&app.context, file, &options, None, &mut |_| {}).await.unwrap();
    assert!(outcome.stopped.is_none());
    outcome.summary
}

pub(crate) async fn export(app: &TestApp, no: &str, format: Format) -> String {
    let row = segment::by_no(&app.context, no).await.unwrap().unwrap();
    let mut export = Export::of_segment(&app.context, &row, format).await.unwrap();
    let mut file = Vec::new();
    while let Some(piece) = export.next().await.unwrap() {
        file.extend(piece);
    }
    String::from_utf8(file).unwrap()
}

pub(crate) async fn segment_of_all(app: &TestApp) -> String {
    let row = segment::create(&app.context, None, SegmentChange::default()).await.unwrap();
    let target = Target { segment_id: row.id, expected_revision: None, dry_run: false };
    let everybody = json!({ "all": [] });
    let request = Request::with_criteria(Operation::Add, segment::Options::default(), &everybody);
    let moment = app.context.moment();
    segment::select(&app.context, target, &request.unwrap(), moment, false).await.unwrap();
    row.no
}

both! {
    // EXP-1
    async fn what_goes_out_comes_in_again_and_changes_nothing(app) {
        import(&app, FILE).await;
        let no = segment_of_all(&app).await;
        let file = export(&app, &no, Format::BusinessCentral).await;
        let lines: Vec<&str> = file.lines().collect();
        assert!(lines[0].starts_with("No.,External ID,Name,Name 2,Address,"), "{file}");
        assert!(lines[1].starts_with("CT1,,\"Bo, \"\"B\"\" AB\",,"), "{file}");
        assert!(lines[2].contains(",1,\"Bo, \"\"B\"\" AB\",CT1,Eva,,Ek,"), "{file}");
        for format in [Format::BusinessCentral, Format::Csv] {
            let file = export(&app, &no, format).await;
            let summary = import(&app, &file).await;
            assert_eq!((summary.unchanged, summary.rows()), (2, 2), "{file}");
        }
    }

    async fn json_has_an_object_a_line(app) {
        import(&app, FILE).await;
        import(&app, "no,mailingGroups\nCT2,B;A\n").await;
        let no = segment_of_all(&app).await;
        let file = export(&app, &no, Format::Ndjson).await;
        let rows: Vec<serde_json::Value> =
            file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len(), 2);
        assert!(file.starts_with(r#"{"no":"CT1","type":"COMPANY","name":"#), "{file}");
        let shown = json!([rows[1]["no"], rows[1]["mailingGroups"], rows[1]["minor"], rows[1]["fax"]]);
        assert_eq!(shown, json!(["CT2", ["A", "B"], false, null]));
    }
}
