//! Segments and their lines from table files.

use std::time::Duration;

use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use urval::{
    domain::{
        Event,
        import::{self, Options},
        integrity, members,
    },
    entity::{criterion, kinds::Operation, number_series, segment, segment_line},
};

use crate::{
    app::{TestApp, both},
    import::{counts, import, import_with},
};

/// What segments refer to, and contacts for them: C1 with P1 and P2, and P3 who must be left alone.
async fn world(app: &TestApp) {
    import(app, "Code,Description,Unit Cost (LCY),Language Code\nMEMO,Memo,8,EN\nCARD,Card,1,\n")
        .await;
    import(app, "No.,Description,Starting Date\nCP1,Spring,2026-03-01\nCP2,Summer,\n").await;
    let contacts = "no,type,name,companyNo,salesperson,privacyBlocked,correspondenceType\n\
                    C1,COMPANY,Ek AB,,,,\n\
                    P1,PERSON,Ann,C1,AA,no,EMAIL\n\
                    P2,PERSON,Bo,C1,,no,\n\
                    P3,PERSON,Cia,,,yes,\n";
    let (outcome, said) = import(app, contacts).await;
    assert_eq!(counts(&outcome), [4, 0, 0, 0], "{said:?}");
}

const SEGMENTS: &str = "\
No.,Description,Campaign No.,Salesperson Code,Correspondence Type (Default),Interaction Template Code,\
Unit Cost (LCY),Unit Duration (Min.),Date,Campaign Target,Language Code (Default),Ignore Contact Corres. Type
SM000001,\"Press, and others\",CP1,HR,Hard Copy,MEMO,8.5,30,2026-01-26,No,EN,Yes
SM7,,,,,,,,,,,
";

async fn segments(app: &TestApp) -> Vec<segment::Model> {
    let rows = segment::Entity::find().order_by_asc(segment::Column::No);
    rows.all(app.context.db.reader()).await.unwrap()
}

async fn lines(app: &TestApp) -> Vec<segment_line::Model> {
    let rows = segment_line::Entity::find()
        .order_by_asc(segment_line::Column::SegmentId)
        .order_by_asc(segment_line::Column::ContactId);
    rows.all(app.context.db.reader()).await.unwrap()
}

async fn steps(app: &TestApp) -> Vec<criterion::Model> {
    let rows = criterion::Entity::find().order_by_asc(criterion::Column::Id);
    rows.all(app.context.db.reader()).await.unwrap()
}

async fn is_healthy(app: &TestApp) {
    let mut said = Vec::new();
    let mut tell = |notice: integrity::Notice<'_>| {
        if let integrity::Notice::Found(what) = notice {
            said.push(what.to_owned());
        }
    };
    integrity::check(&app.context, &mut tell).await.unwrap();
    assert_eq!(said, [""; 0]);
}

/// What holds for each line of a segment.
async fn effective(app: &TestApp, no: &str) -> Vec<String> {
    let query = "query($no: String!) { segmentByNo(no: $no) { lines { nodes {
        contact { no } salesperson { code } correspondenceType unitCost language { code }
        campaign { no } date description } } } }";
    let data = app.data(query, json!({ "no": no })).await;
    let lines = data["segmentByNo"]["lines"]["nodes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let shown = |line: &Value| {
        [
            text(&line["contact"]["no"]),
            text(&line["salesperson"]["code"]),
            text(&line["correspondenceType"]),
            text(&line["unitCost"]),
            text(&line["language"]["code"]),
            text(&line["campaign"]["no"]),
            text(&line["date"]),
            text(&line["description"]),
        ]
        .join(" ")
    };
    lines.iter().map(shown).collect()
}

/// What is told from now on.
async fn listen(app: &TestApp) -> broadcast::Receiver<Event> {
    tokio::spawn(app.context.events.clone().relay(app.context.db.clone()));
    // PostgreSQL begins to listen in its own time.
    tokio::time::sleep(Duration::from_millis(300)).await;
    app.context.events.subscribe()
}

async fn told(events: &mut broadcast::Receiver<Event>) -> Event {
    tokio::time::timeout(Duration::from_secs(30), events.recv()).await.unwrap().unwrap()
}

both! {
    async fn segments_come_in_by_number_and_again_change_nothing(app) {
        world(&app).await;
        let mut events = listen(&app).await;
        let (outcome, said) = import(&app, SEGMENTS).await;
        assert_eq!((counts(&outcome), said), ([2, 0, 0, 0], vec![]));
        let rows = segments(&app).await;
        let [full, bare] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!(full.description_fold.as_deref(), Some("press, and others"));
        assert_eq!((full.unit_cost, full.campaign_target), (Some(85_000), Some(false)));
        assert_eq!(full.campaign_id, Some(1));
        assert!(full.ignore_contact_correspondence_type);
        // D20: without a date it is today's; what is blank comes from the template.
        assert_eq!(bare.date.to_string(), "2026-11-02");
        assert_eq!((bare.unit_cost, bare.campaign_target), (None, None));
        for row in &rows {
            let event = Event::SegmentChanged { id: row.id, revision: 1 };
            assert_eq!(told(&mut events).await, event);
        }
        let series = number_series::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert_eq!(series.iter().find(|it| it.prefix == "SM").unwrap().next, 2);

        assert_eq!(counts(&import(&app, SEGMENTS).await.0), [0, 0, 2, 0]);
        assert_eq!(segments(&app).await, rows);
        // Columns that are not in the file stay as they are.
        let (outcome, _) = import(&app, "no,campaign,subject\nsm000001,CP2,Hej\n").await;
        assert_eq!(counts(&outcome), [0, 1, 0, 0]);
        let changed = segments(&app).await.swap_remove(0);
        assert_eq!((changed.campaign_id, changed.revision, changed.set_revision), (Some(2), 2, 1));
        assert_eq!(changed.description, rows[0].description);
        is_healthy(&app).await;
    }

    async fn a_segment_that_makes_no_sense_costs_only_its_row(app) {
        world(&app).await;
        let long = "x".repeat(251);
        let file = format!("No.,Description,Campaign No.,Interaction Template Code,Unit Cost (LCY),Date\n\
                    A,,CP9,GONE,-1,2026\n,,,,,\n,x,,,,\nB,{long},,,,\nC,,,,,\n");
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [1, 0, 0, 3]);
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(said, @r#"
            [
              "2 Campaign No.: There is no campaign CP9.",
              "2 Interaction Template Code: There is no interaction template \"GONE\".",
              "2 Date: \"2026\" is no date like 2026-11-02.",
              "2 Unit Cost (LCY): The cost of a contact lies between 0 and 1,000,000.",
              "4 No.: There has to be a number.",
              "5 Description: This has at most 250 characters."
            ]
            "#);
        }
        let options = Options { create_codes: false, ..Options::default() };
        let (outcome, said) =
            import_with(&app, "No.,Campaign No.,Salesperson Code\nC,,NN\n", options).await;
        assert_eq!((counts(&outcome), &*said[0]),
            ([0, 0, 0, 1], "2 Salesperson Code: There is no salesperson NN."));
    }

    // LIN-10
    async fn the_lines_of_a_chunk_are_one_step_and_only_what_differs_is_their_own(app) {
        world(&app).await;
        import(&app, SEGMENTS).await;
        let file = "Segment No.,Line No.,Contact No.,Salesperson Code,Correspondence Type,Cost (LCY),\
                    Language Code,Interaction Template Code,Campaign No.,Date,Description\n\
                    SM000001,1,P1,HR,Hard Copy,8.5,EN,MEMO,CP1,2026-01-26,\"Press, and others\"\n\
                    SM7,1,P1,AA,Email,0,,,,2026-11-02,\n\
                    SM000001,2,P2,NN,Email,9,EN,MEMO,CP2,2026-01-27,Bo\n\
                    SM7,2,C1,,,,,,,,\n";
        let mut events = listen(&app).await;
        let (outcome, said) = import(&app, file).await;
        assert_eq!((counts(&outcome), said), ([4, 0, 0, 0], vec![]));
        let own = lines(&app).await;
        assert_eq!(own.iter().map(|it| (it.segment_id, it.contact_id)).collect::<Vec<_>>(), [(1, 3)]);
        assert_eq!(own[0].language, None);
        let rows = segments(&app).await;
        for row in &rows {
            assert_eq!((row.contacts_count, row.revision), (2, 2));
            let event = Event::SegmentChanged { id: row.id, revision: 2 };
            assert_eq!(told(&mut events).await, event);
        }
        let first = "P1 HR HARD_COPY 8.5 EN CP1 2026-01-26 Press, and others";
        let second = "P2 NN EMAIL 9 EN CP2 2026-01-27 Bo";
        assert_eq!(effective(&app, "SM000001").await, [first, second]);
        // P1 has salesperson and correspondence type of their own.
        let second = "P1 AA EMAIL 0 - - 2026-11-02 -";
        assert_eq!(effective(&app, "SM7").await, ["C1 - - 0 - - 2026-11-02 -", second]);
        let before = steps(&app).await;
        let step = &before[0];
        assert_eq!(step.operation, Operation::AddContacts);
        assert_eq!((step.before, step.added, step.after), (0, 2, 2));
        let criteria = step.criteria.as_ref().unwrap();
        assert_eq!(criteria["criteria"], json!({ "ids": ["contact:2", "contact:3"] }));
        assert_eq!(before.len(), 2);
        is_healthy(&app).await;

        assert_eq!(counts(&import(&app, file).await.0), [0, 0, 4, 0]);
        assert_eq!((segments(&app).await, lines(&app).await), (rows, own));
        assert_eq!(steps(&app).await, before);

        // What is equal again, or blank, is inherited again.
        let (outcome, _) = import(&app, "segment,contact,salesperson,unitCost,campaign,date,\
            correspondenceType,description\nSM000001,P2,,8.5,CP1,,,\n").await;
        assert_eq!(counts(&outcome), [0, 1, 0, 0]);
        assert_eq!((lines(&app).await, steps(&app).await.len()), (vec![], 2));
        assert_eq!(segments(&app).await[0].revision, 3);

        let back = json!({ "segmentId": "segment:1", "steps": 1 });
        let back = app.must("segmentGoBack", "segment { contactsCount }", back).await;
        assert_eq!(back["segment"]["contactsCount"], 0);
        is_healthy(&app).await;
    }

    async fn a_line_that_can_not_be_taken_is_rejected_with_its_reason(app) {
        world(&app).await;
        import(&app, SEGMENTS).await;
        import(&app, "segment,contact\nSM000001,P1\n").await;
        let logged = app.must("segmentLog", "interactionsCount", json!({ "segmentId": "segment:1" }));
        assert_eq!(logged.await["interactionsCount"], 1);
        let file = "Segment No.,Contact No.,Interaction Template Code,Cost (LCY),Description\n\
                    SM000001,P2,,,\nSM7,P9,,,\nSM9,P1,,,\nSM7,P3,,,\nSM7,,,,\n\
                    SM7,P1,MEMO,x,\nSM7,P2,,-1,\nSM7,C1,,1,x\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [1, 0, 0, 7]);
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(said, @r#"
            [
              "2 Segment No.: The segment SM000001 has been logged and can't change.",
              "3 Contact No.: There is no contact \"P9\".",
              "4 Segment No.: There is no segment \"SM9\".",
              "5 Contact No.: The contact P3 must not be contacted.",
              "6 Contact No.: There is no contact \"\".",
              "7 Interaction Template Code: The segment has no template, and its lines have none either.",
              "7 Cost (LCY): \"x\" is no number like 1234.50, with at most four decimals.",
              "8 Cost (LCY): The cost of a contact lies between 0 and 1,000,000."
            ]
            "#);
        }
        let (outcome, said) = import(&app, "No.,Campaign No.\nSM000001,CP2\n").await;
        assert_eq!(counts(&outcome), [0, 0, 0, 1], "{said:?}");
        is_healthy(&app).await;
    }

    async fn what_says_nothing_new_of_a_logged_segment_is_unchanged(app) {
        world(&app).await;
        import(&app, SEGMENTS).await;
        let file = "segment,contact,description,date\nSM000001,P1,Own,2026-01-26\nSM000001,P2,,2026-01-26\n";
        import(&app, file).await;
        app.must("segmentLog", "", json!({ "segmentId": "segment:1" })).await;
        let before = (segments(&app).await, lines(&app).await);
        let (outcome, said) = import(&app, SEGMENTS).await;
        assert_eq!((counts(&outcome), said), ([0, 0, 2, 0], vec![]));
        let (outcome, said) = import(&app, file).await;
        assert_eq!((counts(&outcome), said), ([0, 0, 2, 0], vec![]));
        let logged = "The segment SM000001 has been logged and can't change.";
        let (_, said) = import(&app, file.replace("Own", "Other")).await;
        assert_eq!(said, [format!("2 segment: {logged}")]);
        let (_, said) = import(&app, SEGMENTS.replace("MEMO", "CARD")).await;
        assert_eq!(said, [format!("2 No.: {logged}")]);
        assert_eq!((segments(&app).await, lines(&app).await), before);
        is_healthy(&app).await;
    }

    async fn lines_of_many_chunks_are_a_step_each_and_a_rehearsal_leaves_no_trace(app) {
        world(&app).await;
        import(&app, SEGMENTS).await;
        let (mut contacts, mut file) = ("no,name\n".to_owned(), "segment,contact\n".to_owned());
        for no in 1..=11000 {
            contacts += &format!("X{no},Name {no}\n");
            file += &format!("SM7,X{no}\n");
        }
        import(&app, contacts).await;
        let rehearsal = urval::db::rehearse(&app.context.db, async |txn| {
            let options = Options::default();
            let mut tell = |_: import::Notice<'_>| {};
            let run = import::run(&app.context, file.as_bytes(), &options, Some(txn), &mut tell);
            Ok::<_, urval::domain::Error>(counts(&run.await?))
        });
        assert_eq!(rehearsal.await.unwrap(), [11000, 0, 0, 0]);
        let row = segments(&app).await.swap_remove(1);
        let reader = app.context.db.reader();
        assert!(app.context.members.load(reader, &row).await.unwrap().is_empty());

        let (outcome, _) = import(&app, &file).await;
        assert_eq!(counts(&outcome), [11000, 0, 0, 0]);
        let added: Vec<i32> = steps(&app).await.iter().map(|step| step.added).collect();
        assert_eq!(added, [10000, 1000]);
        let row = segments(&app).await.swap_remove(1);
        let set = members::MembersCache::default().load(reader, &row).await.unwrap();
        assert_eq!((set.len(), row.contacts_count), (11000, 11000));
        assert_eq!(app.context.members.load(reader, &row).await.unwrap(), set);
        is_healthy(&app).await;
    }
}
