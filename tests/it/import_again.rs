//! Files of interactions and of campaign entries that come in again.

use std::fmt::Write;

use sea_orm::{EntityTrait, QueryOrder};
use urval::entity::{campaign_entry, interaction};

use crate::{
    app::{TestApp, both},
    import::{counts, import},
};

async fn interactions(app: &TestApp) -> Vec<interaction::Model> {
    let rows = interaction::Entity::find().order_by_asc(interaction::Column::Id);
    rows.all(app.context.db.reader()).await.unwrap()
}

both! {
    async fn what_changed_in_an_interaction_is_changed(app) {
        import(&app, "no,type,name\nP1,PERSON,Eva\nP2,PERSON,Bo\n").await;
        let header = "Contact No.,Date,Description,Campaign Target,Campaign Response,Interaction Language Code,Canceled\n";
        let file = |values: &str| format!("{header}P1,2026-01-02,Call,{values}\nP2,2026-01-02,Call,No,No,ENU,No\n");
        import(&app, file("No,No,ENU,No")).await;
        let (outcome, said) = import(&app, file("Yes,Yes,SVE,Yes")).await;
        assert_eq!((counts(&outcome), said), ([0, 1, 1, 0], vec![]));
        let [changed, other] = <[_; 2]>::try_from(interactions(&app).await).unwrap();
        assert!(changed.campaign_target && changed.campaign_response);
        assert!(changed.canceled && changed.canceled_itself);
        assert_eq!(changed.language.as_deref(), Some("SVE"));
        assert_eq!((other.canceled, other.language.as_deref()), (false, Some("ENU")));
        assert_eq!(counts(&import(&app, file("Yes,Yes,SVE,Yes")).await.0), [0, 0, 2, 0]);
        // What the file says nothing of stays.
        let (outcome, _) = import(&app, "Contact No.,Date,Description\nP1,2026-01-02,Call\n").await;
        assert_eq!(counts(&outcome), [0, 0, 1, 0]);
        assert_eq!(interactions(&app).await, [changed, other]);
        // Of several that say the same, each row finds its own.
        let rows = ["P1,2026-01-03,Twice,No,No,,No\n", "P1,2026-01-03,Twice,No,No,,Yes\n"];
        import(&app, format!("{header}{}{}", rows[0], rows[1])).await;
        let (outcome, _) = import(&app, format!("{header}{}{}", rows[1], rows[0])).await;
        assert_eq!(counts(&outcome), [0, 0, 2, 0]);
    }

    async fn what_changed_in_a_campaign_entry_is_changed(app) {
        import(&app, "No.,Description,Starting Date\nCP1,Spring,\n").await;
        let file = |canceled: &str| format!("Campaign No.,Date,Description,Canceled\n\
            CP1,2026-01-02,Letters,{canceled}\nCP1,2026-01-03,Letters,No\n");
        for (canceled, expected) in [("No", [2, 0, 0, 0]), ("Yes", [0, 1, 1, 0]), ("Yes", [0, 0, 2, 0]), ("No", [0, 1, 1, 0])] {
            assert_eq!(counts(&import(&app, file(canceled)).await.0), expected);
            let rows = campaign_entry::Entity::find().order_by_asc(campaign_entry::Column::Id);
            let rows = rows.all(app.context.db.reader()).await.unwrap();
            let is_canceled = canceled == "Yes";
            assert_eq!([rows[0].canceled, rows[0].canceled_itself], [is_canceled; 2]);
            assert!(!rows[1].canceled);
        }
    }

    async fn the_same_row_far_apart_is_another_each_time(app) {
        import(&app, "no,type,name\nC1,COMPANY,Ek\n").await;
        import(&app, "No.,Description,Starting Date\nCP1,Spring,\n").await;
        for (header, twin, other) in [
            ("contactNo,date,description", "C1,2026-01-02,x", "C1,2026-01-02,"),
            ("companyNo,side,postingDate,item", "C1,Sale,2026-01-02,x", "C1,Sale,2026-01-02,"),
            ("campaign,date,description", "CP1,2026-01-02,x", "CP1,2026-01-02,"),
        ] {
            import(&app, format!("{header}\n{twin}\n")).await;
            let mut file = format!("{header}\n{twin}\n");
            for no in 0..10_000 {
                writeln!(file, "{other}{no}").unwrap();
            }
            file += &format!("{twin}\n{twin}\n");
            assert_eq!(counts(&import(&app, &file).await.0), [10_002, 0, 1, 0], "{header}");
            assert_eq!(counts(&import(&app, &file).await.0), [0, 0, 10_003, 0], "{header}");
        }
    }

    async fn documents_are_called_as_those_that_are_recorded_here(app) {
        import(&app, "no,type,name\nC1,COMPANY,Ek\n").await;
        let types = ["Sales Inv.", "sales invoice", "Sales Shpt. Note", "Purch. Rcpt.", "Sales Cr. Memo", "Cover Sheet",
            "Waybill", ""];
        let mut file = "contactNo,date,description,documentType\n".to_owned();
        for (number, it) in types.iter().enumerate() {
            writeln!(file, "C1,2026-01-02,{number},{it}").unwrap();
        }
        import(&app, &file).await;
        let rows = interactions(&app).await;
        let found: Vec<&str> = rows.iter().map(|it| it.document_type.as_deref().unwrap_or_default()).collect();
        assert_eq!(found, ["Sales Invoice", "Sales Invoice", "Sales Shipment", "Purchase Receipt", "Sales Credit Memo",
            "Cover Sheet", "Waybill", ""]);
        assert_eq!(counts(&import(&app, &file).await.0), [0, 0, 8, 0]);
    }
}
