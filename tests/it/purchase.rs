//! What was sold to contacts, and bought from them.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use urval::{db, domain::Error};

use crate::{
    app::{TestApp, both},
    import::{counts, import},
};

const CONTACTS: &str = "no,type,name,companyNo\n\
    C1,COMPANY,Ek,\n\
    C2,COMPANY,Asp,\n\
    P1,PERSON,Eva,C1\n\
    P2,PERSON,Bo,C1\n\
    P3,PERSON,Ida,\n";
const RELATIONS: &str = "Contact No.,Business Relation Code,Link to Table,No.\n\
    C1,CUST,Customer,10000\n\
    C2,CUST,Customer,20000\n\
    C2,VEND,Vendor,V-9\n";
/// As Business Central has value entries: what leaves the stock is negative.
const ENTRIES: &str = "Entry No.,Posting Date,Source Type,Source No.,Item No.,Variant Code,\
    Inventory Posting Group,Invoiced Quantity,Sales Amount (Actual),Purchase Amount (Actual),\
    Document Type,Document No.,Contact No.\n\
    1,2026-01-10,Customer,10000,1896-S,BLUE,FINISHED,-2,3000.50,,Sales Invoice,S1,P1\n\
    2,2026-02-10,Customer,10000,1900-S,,FINISHED,-1,500,,Sales Invoice,S2,\n\
    3,2026-03-10,Customer,20000,1896-S,,FINISHED,-5,7500,,Sales Invoice,S3,C2\n\
    4,2026-03-11,2,v-9,70000,,RAW MAT,100,,250,Purchase Invoice,I1,P3\n";

pub(crate) async fn fill(app: &TestApp) {
    import(app, CONTACTS).await;
    let (outcome, said) = import(app, RELATIONS).await;
    assert_eq!((counts(&outcome), said.len()), ([3, 0, 0, 0], 0));
    let (outcome, said) = import(app, ENTRIES).await;
    assert_eq!((counts(&outcome), said), ([4, 0, 0, 0], Vec::new()));
}

/// The numbers of the contacts that match.
async fn matching(app: &TestApp, criteria: Value) -> Vec<String> {
    let query = "query($criteria: ContactCriteria) {
        contacts(filter: $criteria, orderBy: { by: NO }) { nodes { no } } }";
    let response = app.graphql(query, json!({ "criteria": criteria })).await;
    let nodes = response["data"]["contacts"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{response}"));
    nodes.iter().map(|it| it["no"].as_str().unwrap().to_owned()).collect()
}

const SHOWN: &str = "{ contactByNo(no: \"C1\") {
    purchases { totalCount nodes {
        side sourceNo item variant postingDate postingGroup quantity amount documentType documentNo
        company { no } contact { no }
    } }
    purchaseStatistics { count amount quantity lastDate }
} }";

both! {
    async fn a_file_of_value_entries_comes_in_and_again_changes_nothing(app) {
        fill(&app).await;
        let shown = app.data(SHOWN, json!({})).await;
        assert_eq!(shown["contactByNo"], json!({
            "purchases": { "totalCount": 2, "nodes": [
                { "side": "SALE", "sourceNo": "10000", "item": "1900-S", "variant": null,
                    "postingDate": "2026-02-10", "postingGroup": "FINISHED", "quantity": "1",
                    "amount": "500", "documentType": "Sales Invoice", "documentNo": "S2",
                    "company": { "no": "C1" }, "contact": null },
                { "side": "SALE", "sourceNo": "10000", "item": "1896-S", "variant": "BLUE",
                    "postingDate": "2026-01-10", "postingGroup": "FINISHED", "quantity": "2",
                    "amount": "3000.5", "documentType": "Sales Invoice", "documentNo": "S1",
                    "company": { "no": "C1" }, "contact": { "no": "P1" } },
            ] },
            "purchaseStatistics": { "count": 2, "amount": "3500.5", "quantity": "3", "lastDate": "2026-02-10" },
        }));

        let (outcome, _) = import(&app, ENTRIES).await;
        assert_eq!(counts(&outcome), [0, 0, 4, 0]);
        // The same once more in one file is another purchase.
        let twice = format!("{ENTRIES}{}\n", ENTRIES.lines().last().unwrap());
        let (outcome, _) = import(&app, twice).await;
        assert_eq!(counts(&outcome), [1, 0, 4, 0]);
    }

    async fn rows_that_belong_to_nobody_or_say_too_little_are_rejected_by_themselves(app) {
        fill(&app).await;
        // As it could come in once.
        import(&app, "Contact No.,Business Relation Code\nC1,PROS\n").await;
        let link = "UPDATE contact_code SET link_type = '1', link_no = '20000' WHERE code = 'PROS'";
        let twice = db::write(&app.context.db, &[db::Table::ContactCode], async |txn| {
            txn.execute_unprepared(link).await?;
            Ok::<_, Error>(())
        });
        twice.await.unwrap();
        let header = "companyNo,contactNo,side,sourceNo,postingDate,quantity,amount\n";
        let rows = [
            ",,Customer,30000,2026-01-01,1,1",
            ",,Customer,20000,2026-01-01,1,1",
            ",,,10000,2026-01-01,1,1",
            "P1,,Sale,,2026-01-01,1,1",
            "C1,P9,Sale,,,1,1",
            "C1,,Sale,,2026-01-01,1,1e3",
            "C1,,Sale,,2026-01-01,1,100000001",
            "C2,,Sale,10000,2026-01-01,1,1",
            "C1,P1,Sale,,2026-01-01,1.5,-10",
            "C1,,Sale,7,2026-01-01,1,1",
        ];
        let (outcome, said) = import(&app, format!("{header}{}\n", rows.join("\n"))).await;
        assert_eq!(counts(&outcome), [2, 0, 0, 8]);
        assert_eq!(said, [
            "2 sourceNo: No contact is the customer \"30000\" by a business relation.",
            "3 sourceNo: Several contacts are the customer \"20000\".",
            "4 side: There has to be a side: Customer or Vendor.",
            "5 companyNo: The contact \"P1\" is no company.",
            "6 contactNo: There is no contact \"P9\".",
            "6 postingDate: There has to be a posting date.",
            "7 amount: \"1e3\" is no number like 1234.50, with at most four decimals.",
            "8 amount: It lies between -100,000,000 and 100,000,000.",
            "9 sourceNo: The company is not the customer \"10000\".",
        ]);
    }

    async fn a_whole_export_of_value_entries_comes_in_without_what_is_of_nobody(app) {
        fill(&app).await;
        let file = "Posting Date,Source Type,Source No.,Item No.,Valued Quantity,Invoiced Quantity,Sales Amount (Actual)\n\
            2026-05-01,Customer,10000,A,-9,-2,10\n\
            2026-05-01,,,A,-9,-2,10\n\
            2026-05-01,Item,A,A,-9,-2,\n\
            2026-05-01,Customer,10000,B,-9,0,10\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [2, 0, 0, 0]);
        assert_eq!(said, ["3 Source Type: Rows about no customer or vendor were passed over: 2 in all."]);
        let quantities = async || {
            let shown = app.data(SHOWN, json!({})).await;
            let nodes = shown["contactByNo"]["purchases"]["nodes"].as_array().unwrap().clone();
            let of_may = nodes.into_iter().filter(|it| it["postingDate"] == "2026-05-01");
            let mut quantities: Vec<String> = of_may.map(|it| it["quantity"].as_str().unwrap().to_owned()).collect();
            quantities.sort();
            quantities
        };
        assert_eq!(quantities().await, ["0", "2"]);
        // Without the other, it is what was valued.
        import(&app, "Posting Date,Source Type,Source No.,Valued Quantity\n2026-05-01,Customer,10000,-9\n").await;
        assert_eq!(quantities().await, ["0", "2", "9"]);
    }

    // CRI-4 with D11: a company matches by its entries, a person only if it is on the document; and
    // the same predicate holds whatever the operation.
    async fn a_company_matches_by_its_entries_and_a_person_by_documents_alone(app) {
        fill(&app).await;
        let item = |item: &str| json!({ "item": { "eq": item } });
        let own = json!({ "purchases": { "where": item("1896-s") } });
        assert_eq!(matching(&app, own.clone()).await, ["C1", "C2", "P1"]);
        let of_other = json!({ "purchases": { "where": item("1900-S") } });
        assert_eq!(matching(&app, of_other).await, ["C1"]);
        let of_company =
            json!({ "purchases": { "where": item("1900-S"), "scope": "COMPANY" } });
        assert_eq!(matching(&app, of_company).await, ["C1", "P1", "P2"]);
        let either = json!({ "purchases": { "where": { "side": { "eq": "PURCHASE" } }, "scope": "EITHER" } });
        assert_eq!(matching(&app, either).await, ["C2", "P3"]);

        let segment = app.must("segmentCreate", "segment { id }", json!({})).await;
        let select = async |mutation: &str, criteria: &Value| {
            let input = json!({ "segmentId": segment["segment"]["id"], "criteria": criteria });
            let done = app.must(mutation, "segment { contactsCount }", input).await;
            done["segment"]["contactsCount"].as_i64().unwrap()
        };
        let everybody = json!({ "all": [] });
        assert_eq!(select("segmentAddContacts", &everybody).await, 5);
        assert_eq!(select("segmentReduceContacts", &own).await, 2);
        assert_eq!(select("segmentAddContacts", &everybody).await, 5);
        assert_eq!(select("segmentRefineContacts", &own).await, 3);
        assert_eq!(select("segmentReplaceContacts", &own).await, 3);
    }

    // CRI-1 and CRI-4
    async fn filters_on_value_entries_become_criteria(app) {
        fill(&app).await;
        let file = "segment,type,action,table,filter\n\
            B1,ACTION,ADD,,\n\
            B1,FILTER,,Value Entry,\"Item No.=1896*, Posting Date=..2026-02-01, Sales Amount (Actual)=>1\"\n\
            B2,ACTION,ADD,,\nB2,FILTER,,Value Entry,Cost per Unit=1\n";
        let (outcome, said) = import(&app, file).await;
        assert_eq!(counts(&outcome), [2, 0, 0, 2], "{said:?}");
        assert!(said.iter().any(|it| it.ends_with("Criteria can't ask for a purchase's \"Cost per Unit\".")), "{said:?}");
        let segment = app.must("segmentCreate", "segment { id }", json!({})).await;
        let input = json!({ "segmentId": segment["segment"]["id"], "savedCriteriaId": "savedCriteria:1" });
        let replayed = app.must("segmentReuseCriteria", "segment { contactsCount criteria { text } }", input).await;
        assert_eq!(replayed["segment"]["contactsCount"], 2);
        let text = replayed["segment"]["criteria"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("purchases(") && text.contains("item") && text.contains("amount"), "{text}");
    }

    async fn purchases_are_counted_summed_and_dated(app) {
        fill(&app).await;
        let measured = |measure: Value| json!({ "purchases": { "measure": measure } });
        let sum = |field: &str, test: Value| measured(json!({ "sum": { "field": field, "test": test } }));
        let count = measured(json!({ "count": { "gte": 2 } }));
        assert_eq!(matching(&app, count).await, ["C1", "C2"]);
        assert_eq!(matching(&app, sum("AMOUNT", json!({ "eq": "3500.5" }))).await, ["C1"]);
        assert_eq!(matching(&app, sum("QUANTITY", json!({ "gt": 100 }))).await, ["C2"]);
        let latest = measured(json!({ "latest": { "item": { "eq": "70000" } } }));
        assert_eq!(matching(&app, latest).await, ["C2", "P3"]);
        let none = measured(json!({ "none": true }));
        assert_eq!(matching(&app, none).await, ["P2"]);
        let within = json!({ "purchases": { "within": { "before": { "date": "2026-02-01" } } } });
        assert_eq!(matching(&app, within).await, ["C1", "P1"]);
    }

    async fn lists_can_be_filtered_ordered_and_paged(app) {
        fill(&app).await;
        let query = "query($filter: PurchaseFilter, $after: String) {
            purchases(filter: $filter, orderBy: POSTING_DATE_ASC, first: 2, after: $after) {
                totalCount nodes { documentNo } pageInfo { hasNextPage endCursor } } }";
        let response = app.graphql(query, json!({})).await;
        let page = &response["data"]["purchases"];
        assert_eq!(page["totalCount"], 4);
        assert_eq!(page["nodes"], json!([{ "documentNo": "S1" }, { "documentNo": "S2" }]));
        let after = &page["pageInfo"]["endCursor"];
        let response = app.graphql(query, json!({ "after": after })).await;
        let page = &response["data"]["purchases"];
        assert_eq!(page["nodes"], json!([{ "documentNo": "S3" }, { "documentNo": "I1" }]));
        assert_eq!(page["pageInfo"]["hasNextPage"], false);
        for (filter, expected) in [
            (json!({ "side": "PURCHASE" }), 1),
            (json!({ "items": ["1896-s"] }), 2),
            (json!({ "postingGroups": ["FINISHED"], "from": "2026-02-10" }), 2),
            (json!({ "to": "2026-01-09" }), 0),
        ] {
            let response = app.graphql(query, json!({ "filter": filter })).await;
            assert_eq!(response["data"]["purchases"]["totalCount"], expected, "{filter}");
        }
    }

    async fn purchases_can_be_deleted_all_that_are_named_or_none(app) {
        fill(&app).await;
        let all = async || -> Vec<String> {
            let response = app.graphql("{ purchases { nodes { id } } }", json!({})).await;
            let nodes = response["data"]["purchases"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
        };
        let ids = all().await;
        for (ids, code, path) in [
            (json!([]), "REQUIRED", json!(["input", "ids"])),
            (json!([ids[0], "contact:1"]), "INVALID", json!(["input", "ids", "1"])),
            (json!(["purchase:1.99", ids[0]]), "NOT_FOUND", json!(["input", "ids", "0"])),
        ] {
            let payload = app.mutate("purchasesDelete", "deleted", json!({ "ids": ids })).await;
            assert_eq!(payload["deleted"], Value::Null);
            assert_eq!(payload["userErrors"][0]["code"], code);
            assert_eq!(payload["userErrors"][0]["path"], path);
        }
        assert_eq!(all().await, ids);
        let payload = app.must("purchasesDelete", "deleted", json!({ "ids": ids[..2] })).await;
        assert_eq!(payload["deleted"], 2);
        assert_eq!(all().await, ids[2..]);
        let node = "query($id: ID!) { node(id: $id) { id } }";
        let response = app.graphql(node, json!({ "id": ids[0] })).await;
        assert_eq!(response["data"]["node"], Value::Null);
        let response = app.graphql(node, json!({ "id": ids[2] })).await;
        assert_eq!(response["data"]["node"]["id"], ids[2].as_str());
    }

    // MRG-1, CON-8 and CON-9
    async fn purchases_follow_contacts_that_are_merged_or_deleted(app) {
        fill(&app).await;
        let id = async |no: &str| {
            let query = "query($no: String!) { contactByNo(no: $no) { id } }";
            let response = app.graphql(query, json!({ "no": no })).await;
            response["data"]["contactByNo"]["id"].as_str().unwrap().to_owned()
        };
        let change = json!({ "id": id("P3").await, "type": "COMPANY" });
        let payload = app.mutate("contactUpdate", "contact { no }", change).await;
        assert_eq!(payload["userErrors"][0]["message"], "It has purchases.");

        let merge = json!({ "survivorId": id("P2").await, "duplicateId": id("P1").await });
        app.must("contactMerge", "contact { no }", merge).await;
        let own = json!({ "purchases": { "where": { "documentNo": { "eq": "S1" } } } });
        assert_eq!(matching(&app, own.clone()).await, ["C1", "P2"]);
        let merge = json!({ "survivorId": id("C2").await, "duplicateId": id("C1").await });
        app.must("contactMerge", "contact { no }", merge).await;
        assert_eq!(matching(&app, own.clone()).await, ["C2", "P2"]);
        app.must("contactDelete", "deletedCount", json!({ "id": id("P2").await })).await;
        assert_eq!(matching(&app, own).await, ["C2"]);
        app.must("contactDelete", "deletedCount", json!({ "id": id("C2").await })).await;
        let response = app.graphql("{ purchases { totalCount } }", json!({})).await;
        assert_eq!(response["data"]["purchases"]["totalCount"], 0);
    }
}
