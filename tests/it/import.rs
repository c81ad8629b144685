//! Table files, as they come, into rows.

use sea_orm::{EntityTrait, QueryOrder};
use urval::{
    domain::{
        contact::attribute,
        import::{self, FileKind, Notice, OnError, Options, Outcome, Stop},
    },
    entity::{
        contact, contact_attribute, contact_code, contact_identifier, interaction,
        kinds::AttributeType, number_series,
    },
};

use crate::app::{TestApp, both};

/// Imports a file; also returns what was said of its rows, a line each.
pub(crate) async fn import_with(
    app: &TestApp,
    file: impl AsRef<[u8]>,
    options: Options,
) -> (Outcome, Vec<String>) {
    let mut said = Vec::new();
    let mut tell = |notice: Notice<'_>| {
        let problems = match notice {
            Notice::Rejected { problems, .. } => problems,
            Notice::Warning(problem) => std::slice::from_ref(problem),
            Notice::Header(_) | Notice::Committed(_) => return,
        };
        for it in problems {
            let column = it.column.as_deref().unwrap_or("-");
            said.push(format!("{} {column}: {}", it.line, it.reason));
        }
    };
    let run = import::run(&app.context, file.as_ref(), &options, None, &mut tell);
    let outcome = run.await.unwrap();
    (outcome, said)
}

pub(crate) async fn import(app: &TestApp, file: impl AsRef<[u8]>) -> (Outcome, Vec<String>) {
    import_with(app, file, Options::default()).await
}

/// Created, updated, unchanged, rejected.
pub(crate) fn counts(outcome: &Outcome) -> [u64; 4] {
    let it = &outcome.summary;
    [it.created, it.updated, it.unchanged, it.rejected]
}

async fn contacts(app: &TestApp) -> Vec<contact::Model> {
    let rows = contact::Entity::find().order_by_asc(contact::Column::No);
    rows.all(app.context.db.reader()).await.unwrap()
}

const BUSINESS_CENTRAL: &str = "\
No.,External ID,Name,City,Country/Region Code,Telex No.,Type,Company Name,Company No.,First Name,\
Surname,Exclude from Segment,Correspondence Type
CT3,,Eva Ås,,,,1,ignored,CT2,,,No,2
CT2,x-1,\"Bo \"\"B\"\" AB\",Å,SE,,Company,,,,,Yes,Hard Copy
CT4,,Ola,,,,Person,,CT9,,,,
";

both! {
    async fn a_file_of_business_central_comes_in_and_again_changes_nothing(app) {
        let (outcome, said) = import(&app, BUSINESS_CENTRAL).await;
        assert_eq!(counts(&outcome), [3, 0, 0, 0]);
        // The company of CT3 came later in the file; that of CT4 never.
        assert_eq!(said, ["4 Company No.: There is no company CT9; the person is without one now."]);
        let rows = contacts(&app).await;
        let [bo, eva, ola] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!(bo.name, "Bo \"B\" AB");
        assert_eq!(bo.company_id, Some(bo.id));
        assert!(bo.exclude_from_segment);
        assert_eq!((eva.company_id, eva.company_name.as_ref()), (Some(bo.id), Some(&bo.name)));
        assert_eq!(eva.surname.as_deref(), Some("Ås"));
        assert_eq!(ola.company_id, None);

        let (outcome, _) = import(&app, BUSINESS_CENTRAL).await;
        assert_eq!(counts(&outcome), [0, 0, 3, 0]);
        assert_eq!(contacts(&app).await, rows);
    }

    async fn the_native_header_takes_codes_in_lists(app) {
        let file = "externalId;name;type;mailingGroups;jobResponsibilities\n\
                    7;Ada Berg;PERSON;news;\n\
                    8;Ek AB;COMPANY;NEWS; vip ;\n\
                    9;Ek AB;COMPANY;;BOSS\n";
        let (outcome, said) = import(&app, file.replace("NEWS; vip ", "\"NEWS; vip \"")).await;
        assert_eq!(counts(&outcome), [2, 0, 0, 1]);
        assert_eq!(said, ["4 jobResponsibilities: Only people have job responsibilities."]);
        let rows = contact_code::Entity::find().all(app.context.db.reader()).await.unwrap();
        let codes: Vec<(i32, &str)> =
            rows.iter().map(|row| (row.contact_id, row.code.as_str())).collect();
        assert_eq!(codes, [(1, "NEWS"), (2, "NEWS"), (2, "VIP")]);
        // They got numbers, and are found by their external ids.
        assert_eq!(contacts(&app).await[1].no, "CT000002");
        let (outcome, _) = import(&app, "externalId,name,mailingGroups\n8,Ek & Co,VIP\n").await;
        assert_eq!(counts(&outcome), [0, 1, 0, 0]);
        let rows = contact_code::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert_eq!(rows.len(), 2);
    }

    async fn a_renamed_company_renames_itself_at_its_people(app) {
        import(&app, "no,type,name,companyNo\nC1,COMPANY,Ek,\nP1,PERSON,Eva,C1\n").await;
        import(&app, "no,name\nC1,Asp\n").await;
        let rows = contacts(&app).await;
        assert_eq!(rows[1].company_name.as_deref(), Some("Asp"));
        assert!(rows[1].sort_key.starts_with("asp"), "{}", rows[1].sort_key);
        assert_eq!(rows[0].search_name.as_deref(), Some("ASP"));
    }

    // CON-7
    async fn a_company_that_changes_changes_those_who_had_its_values(app) {
        let file = "no,type,name,companyNo,city,phone\n\
                    C1,COMPANY,Ek,,Oslo,1\n\
                    P1,PERSON,Ann,C1,Oslo,1\n\
                    P2,PERSON,Bea,C1,Rome,2\n\
                    P3,PERSON,Cia,C1,Oslo,1\n";
        import(&app, file).await;
        // What the file says of P1 stands, though it comes before the company.
        import(&app, "no,name,city\nP1,Ann,Oslo\nC1,Asp,Bonn\n").await;
        let shown = async || -> Vec<(String, i32)> {
            let rows = contacts(&app).await.into_iter();
            let row = |it: contact::Model| {
                let company = it.company_name.unwrap();
                (format!("{} {company} {} {}", it.no, it.city.unwrap(), it.phone.unwrap()), it.revision)
            };
            rows.map(row).collect()
        };
        let expected = |texts: [&str; 4], revisions: [i32; 4]| -> Vec<(String, i32)> {
            texts.map(str::to_owned).into_iter().zip(revisions).collect()
        };
        let texts = ["C1 Asp Bonn 1", "P1 Asp Oslo 1", "P2 Asp Rome 2", "P3 Asp Bonn 1"];
        assert_eq!(shown().await, expected(texts, [2, 2, 2, 2]));
        // Doing it again changes nothing.
        let (outcome, _) = import(&app, "no,name,city\nP1,Ann,Oslo\nC1,Asp,Bonn\n").await;
        assert_eq!(counts(&outcome), [0, 0, 2, 0]);
        assert_eq!(shown().await, expected(texts, [2, 2, 2, 2]));
        import(&app, "no,city\nC1,\n").await;
        let cities: Vec<_> = contacts(&app).await.into_iter().map(|it| it.city).collect();
        assert_eq!(cities, [None, Some("Oslo".to_owned()), Some("Rome".to_owned()), None]);
    }

    async fn custom_attributes_are_read_by_their_types_and_within_their_limits(app) {
        for (name, r#type) in [
            ("note", AttributeType::Text),
            ("size", AttributeType::Number),
            ("since", AttributeType::Date),
            ("vip", AttributeType::Boolean),
            ("class", AttributeType::Code),
        ] {
            attribute::attribute_create(&app.context, name, r#type, None).await.unwrap();
        }
        let header = "no,name,attribute.note,attribute.size,attribute.since,attribute.vip,\
                      attribute.class\n";
        let good = "A,Ann,Hej,1.5,2026-01-02,yes,gold\nB,Bea,,,,,\n";
        let (outcome, said) = import(&app, format!("{header}{good}")).await;
        assert_eq!((counts(&outcome), said.len()), ([2, 0, 0, 0], 0));
        let (outcome, _) = import(&app, format!("{header}{good}")).await;
        assert_eq!(counts(&outcome), [0, 0, 2, 0]);
        let long = "x".repeat(1001);
        let bad = format!("C,Cia,{long},x,2026,maybe,{}\nA,Ann,,2,,no,\n", &long[..21]);
        let (outcome, said) = import(&app, format!("{header}{bad}")).await;
        assert_eq!(counts(&outcome), [0, 1, 0, 1]);
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(said, @r#"
            [
              "2 attribute.note: A value has 1 to 1000 characters.",
              "2 attribute.size: \"x\" is no number like 1234.50, with at most four decimals.",
              "2 attribute.since: \"2026\" is no date like 2026-11-02.",
              "2 attribute.vip: \"maybe\" is neither Yes nor No.",
              "2 attribute.class: A value has 1 to 20 characters."
            ]
            "#);
        }
        let values = contact_attribute::Entity::find().order_by_asc(contact_attribute::Column::Name);
        let values = values.all(app.context.db.reader()).await.unwrap();
        let values: Vec<(&str, Option<i64>, Option<bool>)> =
            values.iter().map(|it| (it.name.as_str(), it.number, it.flag)).collect();
        assert_eq!(values, [("size", Some(20_000), None), ("vip", None, Some(false))]);
    }

    async fn a_bad_row_costs_only_itself(app) {
        let file = "No.,Name,Type,Email,Country Code,Minor\n\
                    A,Ann,Person,ann@example.com,SE,No\n\
                    B,Bea,Robot,bea,SE,maybe\n\
                    C,Cia\n\
                    ,,,,,\n\
                    \"D\",\"two\nlines\",,,,\n\
                    E,Eve,Person,,THIS-CODE-IS-FAR-TOO-LONG,\n\
                    F,Fay,Person,,,yes\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [3, 0, 0, 3]);
        insta::assert_json_snapshot!(said, @r#"
        [
          "3 Type: \"Robot\" is none of: Company, Person.",
          "3 Minor: \"maybe\" is neither Yes nor No.",
          "3 Email: \"bea\" is no e-mail address, nor several parted by \";\".",
          "4 -: The row has 2 fields, the header 6.",
          "8 Country Code: A code has at most 20 characters."
        ]
        "#);
        // CON-4: a minor without consent is blocked.
        assert!(contacts(&app).await[2].privacy_blocked);
    }

    async fn unknown_codes_are_made_or_refused(app) {
        let file = "No.,Name,Country Code\nA,Ann,XX\n";
        let options = Options { create_codes: false, ..Options::default() };
        let (outcome, said) = import_with(&app, file, options).await;
        assert_eq!(counts(&outcome), [0, 0, 0, 1]);
        assert_eq!(said, ["2 Country Code: There is no country XX."]);
        assert_eq!(counts(&import(&app, file).await.0), [1, 0, 0, 0]);
    }

    async fn numbers_that_are_brought_are_not_given_again(app) {
        import(&app, "no,name\nCT000001,Ann\nCT000002,Bea\nCT000009,Cia\n").await;
        let series = number_series::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert_eq!(series.iter().find(|it| it.prefix == "CT").unwrap().next, 3);
        let identifiers = contact_identifier::Entity::find().all(app.context.db.reader()).await;
        assert_eq!(identifiers.unwrap().len(), 3);
        let (outcome, said) =
            import(&app, "no,externalId,name\nCT1,x,Ann\nCT2,x,Bea\nCT2,y,Bea\n").await;
        assert_eq!(counts(&outcome), [2, 0, 0, 1]);
        assert_eq!(said, ["3 externalId: Another contact has this external id."]);
    }

    async fn an_abort_keeps_whole_chunks_and_says_where_to_go_on(app) {
        let mut file = String::from("no,name\n");
        for no in 1..=12000 {
            file += &format!("X{no},Name {no}\n");
        }
        let bad = file.replace("X11000,", "X11000,extra,");
        let options = Options { on_error: OnError::Abort, ..Options::default() };
        let (outcome, _) = import_with(&app, bad, options).await;
        assert!(matches!(outcome.stopped, Some(Stop::Rejected)));
        assert_eq!(outcome.summary.next_line, 10002);
        assert_eq!(contacts(&app).await.len(), 10_000);
        let from_line = outcome.summary.next_line;
        let (outcome, _) = import_with(&app, file, Options { from_line, ..Options::default() }).await;
        assert_eq!(counts(&outcome), [2000, 0, 0, 0]);
    }

    async fn interactions_are_not_doubled(app) {
        import(&app, "no,type,name,companyNo\nC1,COMPANY,Ek,\nP1,PERSON,Eva,C1\n").await;
        let options = Options {
            file: "interaction_groups".to_owned(),
            kind: FileKind::by_name("interaction_groups"),
            ..Options::default()
        };
        import_with(&app, "Code,Description\nLETTER,Letters\n", options).await;
        import(&app, "Code,Description,Unit Cost (LCY)\nBUS,Business letter,8.5\n").await;
        let file = "Entry No.,Contact No.,Date,Interaction Template Code,Cost (LCY),Evaluation\n\
                    1,P1,2026-01-02,BUS,8.5,Positive\n\
                    2,P1,2026-01-02,BUS,8.5,Positive\n\
                    3,P9,2026-01-02,BUS,8.5,\n\
                    4,P1,2026-13-02,BUS,8.5,\n\
                    5,P1,2026-01-03,GONE,8.5,\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [2, 0, 0, 3]);
        insta::assert_json_snapshot!(said, @r#"
        [
          "4 Contact No.: There is no contact \"P9\".",
          "5 Date: \"2026-13-02\" is no date like 2026-11-02.",
          "6 Interaction Template Code: There is no interaction template \"GONE\"."
        ]
        "#);
        let (outcome, _) = import(&app, file).await;
        assert_eq!(counts(&outcome), [0, 0, 2, 3]);
        let rows = interaction::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert_eq!((rows.len(), rows[0].cost, rows[0].company_id), (2, 85_000, Some(1)));
    }

    async fn encodings_and_separators_are_found_out(app) {
        let text = "no\tname\r\nN1\tÅsa \"Ö\" Ek\r\n\r\nN2\tBo";
        let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        let latin1: Vec<u8> = text.chars().map(|char| u8::try_from(char).unwrap()).collect();
        let files: [Vec<u8>; 5] = [
            text.into(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            latin1,
            utf16(u16::to_le_bytes),
            [b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat(),
        ];
        for (index, file) in files.into_iter().enumerate() {
            let (outcome, said) = import(&app, file).await;
            assert!(said.is_empty(), "{said:?}");
            let expected = if index == 0 { [2, 0, 0, 0] } else { [0, 0, 2, 0] };
            assert_eq!(counts(&outcome), expected, "file {index}");
        }
        assert_eq!(contacts(&app).await[0].name, "Åsa \"Ö\" Ek");
    }

    async fn hostile_files_are_refused_in_words(app) {
        let reject = async |file: &[u8]| {
            let options = Options::default();
            let run = import::run(&app.context, file, &options, None, &mut |_| {}).await;
            run.unwrap_err().to_string()
        };
        assert!(reject(b"").await.contains("The file is empty"));
        assert!(reject(b"a,b\n1,2\n").await.contains("can't be told from its header: a, b"));
        assert!(reject(b"no,name,No.\n").await.contains("\"no\" and \"No.\" hold the same"));
        assert!(reject(b"no,name,attribute.x\n").await.contains("no custom attribute"));

        let (outcome, said) = import(&app, "no,name\nA,Ann\nB,\"Bea\nC,Cia\n").await;
        assert_eq!(counts(&outcome), [1, 0, 0, 1]);
        assert!(matches!(outcome.stopped, Some(Stop::Unreadable(_))));
        assert!(said[0].starts_with("3 -: a quote is opened here and never closed"), "{said:?}");

        let huge = format!("no,name\nA,Ann\nB,\"{}\n", "x".repeat(2 << 20));
        let (outcome, said) = import(&app, huge).await;
        assert_eq!(counts(&outcome), [0, 0, 1, 1]);
        assert!(said[0].contains("longer than 1 MiB"), "{said:?}");

        // A header alone, in any of the line ends.
        for file in ["no,name", "no,name\r\n\r\n", "no,name\n\n\n"] {
            assert_eq!(counts(&import(&app, file).await.0), [0, 0, 0, 0]);
        }
        assert!(reject(b"\n\r\n").await.contains("The file is empty"));
        assert!(reject(b"\xef\xbb\xbf").await.contains("The file is empty"));
        assert!(reject(&[b'x'; 2 << 20]).await.contains("The header, line 1, can't be read"));

        // A line of a hundred megabytes is given up after the first.
        let line = tokio::io::AsyncReadExt::take(tokio::io::repeat(b'x'), 100 << 20);
        let file = tokio::io::AsyncReadExt::chain(&b"no,name\nA,Ann\n"[..], line);
        let mut said = Vec::new();
        let mut tell = |notice: Notice<'_>| {
            if let Notice::Rejected { problems, .. } = notice {
                said.push((problems[0].line, problems[0].reason.clone()));
            }
        };
        let options = Options::default();
        let outcome = import::run(&app.context, file, &options, None, &mut tell).await.unwrap();
        assert!(matches!(outcome.stopped, Some(Stop::Unreadable(_))));
        assert!(said[0].0 == 3 && said[0].1.starts_with("the row is longer than 1 MiB"), "{said:?}");

        // Half a character of UTF-16.
        let text = "no,name\nA,Ann\nB,#\n".encode_utf16();
        let text = text.map(|unit| if unit == u16::from(b'#') { 0xd800 } else { unit });
        let file: Vec<u8> = text.flat_map(u16::to_le_bytes).collect();
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [0, 0, 1, 1], "{said:?}");
        assert_eq!(said, ["3 -: it is no valid UTF-16"]);

        // What is said of a bad value does not repeat it whole.
        let file = format!("no,name,minor\nA,Ann,{}\n", "x".repeat(100_000));
        let (_, said) = import(&app, file).await;
        assert!(said[0].len() < 500 && said[0].ends_with('…'), "{said:?}");

        let (outcome, said) = import(&app, b"no,name\nZ\0,Zoe\nA,\xff\xc3\nB,Bea\n").await;
        assert_eq!(counts(&outcome), [1, 1, 0, 1], "{said:?}");
        assert!(said[0].contains("NUL"), "{said:?}");
    }
}
