//! Files hold what they hold: what comes in keeps to the limits of the API all the same.

use sea_orm::EntityTrait;
use serde_json::json;
use urval::{
    domain::import::{FileKind, Options},
    entity::{code, contact, interaction_template, kinds::CodeKind, number_series},
};

use crate::{
    app::{TestApp, both},
    check::{check, damage},
    import::{counts, import, import_with},
    profile::{ANSWERS, question, questionnaire},
};

/// What is said of each row, and how many came in.
async fn said(app: &TestApp, kind: &str, file: &str) -> (u64, Vec<String>) {
    let options = Options { kind: FileKind::by_name(kind), ..Options::default() };
    assert!(options.kind.is_some(), "{kind}");
    let (outcome, said) = import_with(app, file, options).await;
    (outcome.summary.created, said)
}

async fn all_codes(app: &TestApp) -> Vec<(CodeKind, String)> {
    let codes = code::Entity::find().all(app.context.db.reader()).await.unwrap();
    codes.into_iter().map(|it| (it.kind, it.code)).collect()
}

both! {
    async fn costs_and_durations_can_always_be_added_up(app) {
        import(&app, "no,name\nC1,Ann\n").await;
        let file = "Contact No.,Date,Cost (LCY),Duration (Min.)\n\
                    C1,2026-01-01,900000000000000,1\n\
                    C1,2026-01-02,-5,1\n\
                    C1,2026-01-03,1,2147483647\n\
                    C1,2026-01-04,1000000,527040\n";
        let cost = "The cost of an interaction lies between 0 and 1,000,000.";
        let duration = "The duration lies between 0 minutes and a year.";
        assert_eq!(said(&app, "interactions", file).await, (1, vec![
            format!("2 Cost (LCY): {cost}"),
            format!("3 Cost (LCY): {cost}"),
            format!("4 Duration (Min.): {duration}"),
        ]));
        let file = "Code,Unit Cost (LCY),Unit Duration (Min.)\nA,900000000000000,1\nB,1,527041\nC,-1,1\n";
        assert_eq!(said(&app, "interaction_templates", file).await, (0, vec![
            format!("2 Unit Cost (LCY): {cost}"),
            format!("3 Unit Duration (Min.): {duration}"),
            format!("4 Unit Cost (LCY): {cost}"),
        ]));
    }

    async fn texts_are_as_long_as_the_api_takes_them(app) {
        import(&app, "no,type,name\nC1,COMPANY,Ek\n").await;
        let (fits, long) = ("å".repeat(250), "å".repeat(251));
        let cases = [
            ("campaigns", "No.", "K", "Description"),
            ("interaction_templates", "Code", "K", "Description"),
            ("interactions", "Date,Contact No.", "2026-01-01,C1", "Description"),
            ("interactions", "Date,Contact No.", "2026-01-01,C1", "Subject"),
            ("interactions", "Date,Contact No.", "2026-01-01,C1", "Contact Via"),
            ("interactions", "Date,Contact No.", "2026-01-01,C1", "Document Type"),
            ("interactions", "Date,Contact No.", "2026-01-01,C1", "Document No."),
            ("purchases", "Side,Posting Date,Company No.", "Sale,2026-01-01,C1", "Document Type"),
            ("purchases", "Side,Posting Date,Company No.", "Sale,2026-01-01,C1", "Document No."),
        ];
        for (kind, columns, values, column) in cases {
            let file = |text: &str| format!("{columns},{column}\n{values},{text}\n");
            let reason = format!("2 {column}: This has at most 250 characters.");
            assert_eq!(said(&app, kind, &file(&long)).await, (0, vec![reason]), "{kind}");
            assert_eq!(said(&app, kind, &file(&fits)).await, (1, vec![]), "{kind} {column}");
        }
        for column in ["Link to Table", "No.", "Search Word"] {
            let file = format!("Contact No.,Web Source Code,{column}\nC1,WEB,{}\n", &long[..202]);
            let reason = format!("2 {column}: It has more than 100 characters.");
            assert_eq!(said(&app, "contact_web_sources", &file).await, (0, vec![reason]));
        }
    }

    async fn codes_are_made_for_rows_that_are_taken_only(app) {
        let long = "Y".repeat(4000);
        let file = format!(
            "no,name,type,territory,country,mailingGroups\n\
             C1,Ann,PERSON,North,{long},NEWS\n\
             C2,Bo,ROBOT,South,SE,VIP\n\
             C3,Cia,PERSON,,\"N\tO\",\n\
             C4,Dag,PERSON,\"A;B\",,\n\
             C5,Eva,PERSON,West,NO,\"OLD;NEW\"\n"
        );
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [1, 0, 0, 4]);
        assert_eq!(said, [
            "2 country: A code has at most 20 characters.",
            "3 type: \"ROBOT\" is none of: Company, Person.",
            "4 country: A code has only characters that are seen.",
            "5 territory: A code has no \";\".",
        ]);
        let mut codes = all_codes(&app).await;
        codes.sort_unstable_by_key(|(_, code)| code.clone());
        let expected = [
            (CodeKind::MailingGroup, "NEW"),
            (CodeKind::Country, "NO"),
            (CodeKind::MailingGroup, "OLD"),
            (CodeKind::Territory, "WEST"),
        ];
        assert_eq!(codes, expected.map(|(kind, code)| (kind, code.to_owned())));

        // Each kind of file makes its codes by itself.
        for (kind, file) in [
            ("campaigns", "No.,Status Code,Starting Date\nK1,OPEN,soon\n"),
            ("interaction_templates", "Code,Language Code,Unit Cost (LCY)\nT1,EN,x\n"),
            ("interactions", "Contact No.,Date,Salesperson Code\nC9,2026-01-01,BC\n"),
            ("segments", "No.,Salesperson Code,Date\nS1,BC,soon\n"),
            ("contact_mailing_groups", "Contact No.,Mailing Group Code\nC9,GONE\n"),
            ("contact_addresses", "Contact No.,Code,Country\nC9,HOME,DK\n"),
            ("profile_questionnaires", "Code,Business Relation Code,Priority\nQ,CUST,x\n"),
        ] {
            let options = Options { kind: FileKind::by_name(kind), ..Options::default() };
            let (outcome, said) = import_with(&app, file, options).await;
            assert_eq!(counts(&outcome), [0, 0, 0, 1], "{kind}: {said:?}");
            assert_eq!(all_codes(&app).await.len(), 4, "{kind}");
        }
        let file = "Code,Description\nA;B,x\nA\u{202e}B,x\nAB,x\n";
        let (outcome, said) = import_with(&app, file, Options {
            kind: FileKind::by_name("countries"),
            ..Options::default()
        }).await;
        assert_eq!((counts(&outcome), said.len()), ([1, 0, 0, 2], 2), "{said:?}");
    }

    async fn what_can_not_be_read_changes_nothing(app) {
        import(&app, "no,name,type,privacyBlocked\nC1,Ann,PERSON,yes\n").await;
        let file = "no,name,type,privacyBlocked\nC1,Ann,PERSON,✓\nC2,Bo,??,no\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [0, 0, 0, 2]);
        assert_eq!(said, [
            "2 privacyBlocked: \"✓\" is neither Yes nor No.",
            "3 type: \"??\" is none of: Company, Person.",
        ]);
        let rows = contact::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert!(rows[0].privacy_blocked);
        let file = "Contact No.,Date,Evaluation,Canceled,Cost (LCY)\n\
                    C1,2026-01-01,-1,,\nC1,2026-01-01,???,,\nC1,2026-01-01,,-1,\nC1,2026-01-01,,,1_000\n\
                    C1,2026-01-01,1,0,1000\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [1, 0, 0, 4], "{said:?}");
    }

    async fn campaigns_come_by_the_number_series_too(app) {
        let series = json!({ "kind": "CAMPAIGN", "manual": true });
        app.must("numberSeriesUpdate", "numberSeries { nextNo }", series).await;
        assert_eq!(counts(&import(&app, "No.,Starting Date\nCP000001,\nCP000002,\n").await.0), [2, 0, 0, 0]);
        let all = number_series::Entity::find().all(app.context.db.reader()).await.unwrap();
        assert_eq!(all.iter().find(|it| it.prefix == "CP").unwrap().next, 3);
        let series = json!({ "kind": "CAMPAIGN", "manual": false });
        app.must("numberSeriesUpdate", "numberSeries { nextNo }", series).await;
        let (outcome, said) = import(&app, "No.,Starting Date\nCP000001,2026-01-01\nMINE,\n").await;
        assert_eq!(counts(&outcome), [0, 1, 0, 1]);
        assert_eq!(said, ["3 No.: The number comes from the number series and can't be chosen."]);
    }

    async fn a_contact_has_only_so_many_codes_and_who_has_more_may_have_less(app) {
        import(&app, "no,name\nC1,Ann\n").await;
        let rows: String = (1..=1001).map(|no| format!("C1,M{no}\n")).collect();
        let (created, said) =
            said(&app, "contact_mailing_groups", &format!("Contact No.,Mailing Group Code\n{rows}")).await;
        assert_eq!((created, said), (1000, vec!["1002 Mailing Group Code: A contact has at most 1000 of these.".to_owned()]));
        assert_eq!(all_codes(&app).await.len(), 1000);
        let list: Vec<String> = (1..=1001).map(|no| format!("M{no}")).collect();
        let file = format!("no,name,mailingGroups\nC2,Bo,\"{}\"\n", list.join(";"));
        assert_eq!(counts(&import(&app, file).await.0), [0, 0, 0, 1]);

        let more = "INSERT INTO code (kind, code, blocked) SELECT kind, code || 'X', blocked FROM code; \
                    INSERT INTO contact_code (contact_id, kind, code) SELECT 1, kind, code FROM code \
                    WHERE code LIKE 'M1__X'";
        damage(&app, more).await;
        let change = |change| json!({ "id": "contact:1", "mailingGroups": change });
        app.must("contactUpdate", "", change(json!({ "remove": ["M1"] }))).await;
        app.must("contactUpdate", "", change(json!({ "remove": ["M2"], "add": ["M1"] }))).await;
        let refused = app.mutate("contactUpdate", "", change(json!({ "add": ["M2"] }))).await;
        assert_eq!(refused["userErrors"][0]["code"], "LIMIT_EXCEEDED");
    }

    async fn a_contact_gives_only_so_many_answers_and_who_gave_more_may_give_less(app) {
        import(&app, "no,name,type\nC1,Ann,PERSON\n").await;
        let answers: Vec<(i32, String)> = (2..=700).map(|no| (no, format!("A{no}"))).collect();
        let answers: Vec<(i32, &str)> = answers.iter().map(|(no, text)| (*no, text.as_str())).collect();
        for code in ["Q1", "Q2"] {
            questionnaire(&app, json!({ "code": code })).await;
            question(&app, code, 1, true, &answers).await;
        }
        let rows = |code: &str| (2..=700).map(|no| format!("C1,{code},{no}\n")).collect::<String>();
        let header = "Contact No.,Profile Questionnaire Code,Line No.\n";
        let (created, said) = said(&app, "contact_profile_answers", &format!("{header}{}{}", rows("Q1"), rows("Q2"))).await;
        assert_eq!((created, said.len()), (1000, 398));
        assert_eq!(said[0], "1002 Contact No.: A contact has at most 1000 answers.");

        let more = "INSERT INTO contact_profile_answer (contact_id, questionnaire, answer_no, question_no, updated_on) \
                    SELECT 1, a.questionnaire, a.no, a.question_no, c.updated_on \
                    FROM profile_answer a, contact_profile_answer c \
                    WHERE c.questionnaire = 'Q1' AND c.answer_no = 2 AND a.questionnaire = 'Q2' AND 600 < a.no";
        damage(&app, more).await;
        let change = |remove: &str| json!({ "contactId": "contact:1", "remove": [remove] });
        app.must("contactProfileAnswersSet", ANSWERS, change("Q1.2")).await;
        let more = json!({ "contactId": "contact:1", "add": ["Q1.2"] });
        let refused = app.mutate("contactProfileAnswersSet", ANSWERS, more).await;
        assert_eq!(refused["userErrors"][0]["code"], "LIMIT_EXCEEDED");
    }

    async fn what_is_there_already_is_found_out_of_bounds(app) {
        import(&app, "no,name\nC1,Ann\n").await;
        import(&app, "Contact No.,Date,Cost (LCY)\nC1,2026-01-01,1\n").await;
        assert_eq!(check(&app).await, [""; 0]);
        damage(&app, "UPDATE interaction SET cost = 10000000001").await;
        assert_eq!(check(&app).await, ["interaction 1: its cost is 10000000001, which is out of bounds."]);
    }

    async fn a_purchase_of_nobody_is_told_so(app) {
        let (_, said) = said(&app, "purchases", "Side,Posting Date,Source No.\nCustomer,2026-01-01,\n").await;
        assert_eq!(said, ["2 Source No.: There has to be the number of a company, or of a customer."]);
        let payload = app.mutate("profileClassify", "", json!({ "questionnaire": "" })).await;
        assert_eq!(payload["userErrors"][0]["message"], "There is no questionnaire \"\".");
        assert!(interaction_template::Entity::find().all(app.context.db.reader()).await.unwrap().is_empty());
    }
}
