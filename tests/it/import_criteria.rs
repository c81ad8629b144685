//! Criteria of segments, and campaign entries, from table files.

use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use urval::{
    domain::segment::saved::steps_of,
    entity::{campaign_entry, saved_criteria},
};

use crate::{
    app::{TestApp, both},
    import::{counts, import},
};

const CRITERIA: &str = "\
Segment No.,Line No.,Type,Action,Allow Existing Contacts,Expand Contact,Allow Company with Persons,\
Ignore Exclusion,Entire Companies,Table,Filter
S1,1,Action,Add Contacts,No,No,Yes,Yes,No,,
S1,2,Filter,,,,,,,Contact Business Relation,Business Relation Code=PRESS|CUST
S1,3,Filter,,,,,,,Contact,\"City=Oslo, No.=<>C3\"
S1,4,Action,Remove Contacts (Reduce),No,No,No,No,Yes,,
S1,5,Filter,,,,,,,Interaction Log Entry,Evaluation=Negative
S2,1,Action,Add Contacts,No,No,No,No,No,,
S2,2,Filter,,,,,,,Opportunity,Status=Won
S3,1,ACTION,REFINE,,,,,,,
";

async fn saved(app: &TestApp) -> Vec<saved_criteria::Model> {
    let rows = saved_criteria::Entity::find().order_by_asc(saved_criteria::Column::Name);
    rows.all(app.context.db.reader()).await.unwrap()
}

async fn entries(app: &TestApp) -> Vec<campaign_entry::Model> {
    let rows = campaign_entry::Entity::find().order_by_asc(campaign_entry::Column::Id);
    rows.all(app.context.db.reader()).await.unwrap()
}

both! {
    // CRI-1
    async fn recorded_actions_become_saved_criteria_and_again_change_nothing(app) {
        import(&app, "No.,Description,Campaign No.\nS1,Press,\n").await;
        let (outcome, said) = import(&app, CRITERIA).await;
        assert_eq!(counts(&outcome), [6, 0, 0, 2]);
        assert_eq!(said, [
            "7 -: It belongs to line 8, which can't be taken.",
            "8 Filter: Criteria can't ask for the table \"Opportunity\".",
        ]);
        let rows = saved(&app).await;
        let names = rows.iter().map(|it| (it.name.as_str(), it.description.as_deref()));
        assert_eq!(names.collect::<Vec<_>>(), [("S1", Some("Press")), ("S3", None)]);
        let steps: Vec<_> = rows.iter().flat_map(|row| steps_of(row).unwrap()).map(|it| {
            let criteria = it.criteria.unwrap();
            format!("{:?} {} {}", it.operation, json!(it.options), criteria.to_json())
        }).collect();
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(steps, @r#"
            [
              "Add {\"ignoreExclusion\":true,\"includeCompanies\":true} {\"all\":[{\"businessRelations\":{\"hasAny\":[\"PRESS\",\"CUST\"]}},{\"all\":[{\"city\":{\"eq\":\"Oslo\"}},{\"no\":{\"not\":{\"eq\":\"C3\"}}}]}]}",
              "Reduce {\"entireCompanies\":true} {\"interactions\":{\"includeCanceled\":true,\"includePostponed\":true,\"measure\":{\"some\":true},\"scope\":\"PERSON\",\"where\":{\"evaluation\":{\"eq\":\"NEGATIVE\"}}}}",
              "Refine {} {\"all\":[]}"
            ]
            "#);
        }
        let (outcome, _) = import(&app, CRITERIA).await;
        assert_eq!(counts(&outcome), [0, 0, 6, 2]);
        assert_eq!(saved(&app).await, rows);
        // Nothing was executed; what is saved can be replayed.
        let contacts = "no,type,name,companyNo,city,businessRelations\n\
                        C1,COMPANY,Ek,,Bonn,PRESS\nP1,PERSON,Ann,C1,Oslo,\nP2,PERSON,Bo,C1,Bonn,\n";
        import(&app, contacts).await;
        let input = json!({ "segmentId": "segment:1", "savedCriteriaId": "savedCriteria:1" });
        let replayed = app.must("segmentReuseCriteria", "segment { contactsCount }", input).await;
        assert_eq!(replayed["segment"]["contactsCount"], 2);
    }

    async fn a_changed_set_replaces_the_saved_criteria_of_its_name(app) {
        let header = "segment,type,action,table,filter\n";
        import(&app, format!("{header}S1,ACTION,ADD,,\nS1,FILTER,,Contact,No.=A\n")).await;
        let changed = format!("{header}s1,ACTION,ADD,,\nS1,FILTER,,Contact,No.=B\nS2,ACTION,ADD,,\n");
        assert_eq!(counts(&import(&app, changed).await.0), [1, 2, 0, 0]);
        let rows = saved(&app).await;
        assert_eq!((rows.len(), steps_of(&rows[0]).unwrap().len()), (2, 1));
    }

    async fn rows_of_a_segment_are_taken_whole_or_not_at_all(app) {
        let header = "segment,type,action,table,filter\n";
        for (rows, expected) in [
            ("S1,FILTER,,Contact,No.=A\n", "2 type: No action comes before it."),
            ("S1,ACTION,,,\n", "2 action: There has to be an action."),
            ("S1,,,,\n", "2 type: There has to be Action or Filter."),
            (",ACTION,ADD,,\n", "2 segment: There has to be a segment."),
            ("S1,ACTION,ADD,,\nS1,FILTER,,Contact,No.=(\n", "3 filter: A value is missing here. (at character 2)"),
            ("S1,ACTION,ADD,,\nS2,ACTION,ADD,,\nS1,ACTION,ADD,,\n",
                "2 segment: The rows of this segment have to follow each other."),
            ("S1,ACTION,ADD,,\nS1,FILTER\nS2,ACTION,ADD,,\n",
                "2 -: Line 3, which can't be read, may belong to it."),
        ] {
            let (_, said) = import(&app, format!("{header}{rows}")).await;
            assert!(said.iter().any(|it| it == expected), "{rows}: {said:?}");
        }
        assert_eq!(saved(&app).await.len(), 1);
    }

    async fn the_rows_of_a_segment_stay_together_however_long_the_file(app) {
        let mut file = "segment,type,action,table,filter\n".to_owned();
        for no in 1..=4999 {
            file += &format!("X{no},ACTION,ADD,,\n");
        }
        file += "S1,ACTION,ADD,,\nS1,FILTER,,Contact,No.=A\nS1,ACTION,REDUCE,,\nS2,ACTION,ADD,,\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!((counts(&outcome), said), ([5003, 0, 0, 0], vec![]));
        let rows = saved(&app).await;
        let steps = |name: &str| {
            steps_of(rows.iter().find(|row| row.name == name).unwrap()).unwrap().len()
        };
        assert_eq!((rows.len(), steps("S1"), steps("S2")), (5001, 2, 1));
    }

    async fn campaign_entries_are_not_doubled(app) {
        import(&app, "No.,Description,Starting Date\nCP1,Spring,\n").await;
        import(&app, "No.,Campaign No.\nS1,CP1\n").await;
        let file = "Entry No.,Campaign No.,Description,Date,Segment No.,Salesperson Code,Canceled\n\
                    1,CP1,Letters,2026-01-02,S1,HR,No\n\
                    2,CP1,Letters,2026-01-02,GONE,HR,Yes\n\
                    3,CP9,Letters,2026-01-02,,,\n\
                    4,,Letters,2026-01-02,,,\n\
                    5,CP1,Letters,,,,\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [2, 0, 0, 3]);
        assert_eq!(said, [
            "4 Campaign No.: There is no campaign CP9.",
            "5 Campaign No.: There has to be a campaign.",
            "6 Date: There has to be a date.",
        ]);
        let rows = entries(&app).await;
        assert_eq!(rows.iter().map(|it| it.segment_id).collect::<Vec<_>>(), [Some(1), None]);
        assert_eq!(rows.iter().map(|it| it.canceled).collect::<Vec<_>>(), [false, true]);
        assert_eq!(counts(&import(&app, file).await.0), [0, 0, 2, 3]);
        assert_eq!(entries(&app).await, rows);
    }
}
