//! Files that call contacts as they were called before they were merged, or got other numbers.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    import::{counts, import},
};

const CONTACTS: &str = "no,externalId,type,name,city\n\
    CT7,x7,COMPANY,Ek,Oslo\n\
    CT9,x9,COMPANY,Ek AS,Rome\n";
const RELATIONS: &str = "Contact No.,Business Relation Code,Link to Table,No.\n\
    CT7,CUST,Customer,10000\n\
    CT9,CUST,Customer,20000\n";
const ADDRESSES: &str = "contactNo,code,city\nCT7,BOX,Bonn\nCT9,BOX,Ulm\n";

async fn id(app: &TestApp, no: &str) -> Value {
    let query = "query($no: String!) { contactByNo(no: $no) { id } }";
    app.data(query, json!({ "no": no })).await["contactByNo"]["id"].clone()
}

async fn shown(app: &TestApp) -> Value {
    let query = "{ contactByNo(no: \"CT7\") { name city revision businessRelations { linkNo }
        addresses { city } } }";
    app.data(query, json!({})).await["contactByNo"].clone()
}

both! {
    // MRG-1
    async fn a_contact_that_was_merged_does_not_overwrite_the_survivor(app) {
        for file in [CONTACTS, RELATIONS, ADDRESSES] {
            assert_eq!(counts(&import(&app, file).await.0), [2, 0, 0, 0]);
        }
        let merge = json!({ "survivorId": id(&app, "CT7").await, "duplicateId": id(&app, "CT9").await });
        app.must("contactMerge", "", merge).await;
        let merged = shown(&app).await;
        assert_eq!((&merged["name"], &merged["city"]), (&json!("Ek"), &json!("Oslo")));
        for (file, column) in [(CONTACTS, "no"), (RELATIONS, "Contact No."), (ADDRESSES, "contactNo")] {
            let (outcome, said) = import(&app, file).await;
            assert_eq!(counts(&outcome), [0, 0, 1, 1]);
            assert_eq!(said, [format!("3 {column}: CT9 was merged into CT7.")]);
        }
        let (outcome, said) = import(&app, "externalId,name\nx7,Ek\nx9,Ek AS\n").await;
        assert_eq!((counts(&outcome), &*said[0]), ([0, 0, 1, 1], "3 externalId: x9 was merged into CT7."));
        assert_eq!(shown(&app).await, merged);
        // What happened with it happened with the survivor, and its people are the survivor's.
        let file = "no,type,name,companyNo\nP1,PERSON,Ann,CT9\n";
        assert_eq!(counts(&import(&app, file).await.0), [1, 0, 0, 0]);
        assert_eq!(counts(&import(&app, "contactNo,date,description\nCT9,2026-01-02,x\n").await.0), [1, 0, 0, 0]);
        assert_eq!(shown(&app).await, merged);
        // A number that the survivor takes over is its own.
        let take = json!({ "id": id(&app, "CT7").await, "no": "CT9" });
        app.must("contactUpdate", "", take).await;
        let (outcome, said) = import(&app, "no,city\nCT9,Bern\n").await;
        assert_eq!((counts(&outcome), said), ([0, 1, 0, 0], vec![]));
    }

    async fn a_contact_that_got_another_number_is_changed_by_the_old_one_and_by_one_row(app) {
        import(&app, CONTACTS).await;
        app.must("contactUpdate", "", json!({ "id": id(&app, "CT9").await, "no": "N9" })).await;
        let (outcome, said) = import(&app, CONTACTS.replace("Rome", "Bern")).await;
        assert_eq!((counts(&outcome), said), ([0, 1, 1, 0], vec![]));
        for (first, second) in [("CT9", "N9"), ("N9", "CT9")] {
            let (outcome, said) = import(&app, format!("no,city\n{first},Ulm\n{second},Paris\n{first},Ulm\n")).await;
            assert_eq!(counts(&outcome)[3], 1);
            assert_eq!(said, ["3 no: An earlier row is about the same contact, N9."]);
        }
        let city = app.data("{ contactByNo(no: \"N9\") { city } }", json!({})).await;
        assert_eq!(city["contactByNo"]["city"], "Ulm");
    }
}
