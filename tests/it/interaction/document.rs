//! Documents that other programs have sent.

use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    contact::{codes, create, input, with},
    template::template,
};

const RECORDED: &str =
    "interaction { template { code } description date documentType documentNo salesperson { code }
    contact { id } body deliveryStatus }";

async fn record(app: &TestApp, more: Value) -> Value {
    let invoice = json!({ "documentType": "SALES_INVOICE", "documentNo": "103001" });
    app.mutate("interactionLogDocument", RECORDED, with(invoice, more)).await
}

both! {
    // DOC-1
    async fn a_document_is_recorded_as_the_setup_says(app) {
        codes(&app, "BUSINESS_RELATION", &["CUST"]).await;
        template(&app, json!({ "code": "INVOICE", "description": "Invoice", "informationFlow": "OUTBOUND" })).await;
        let link = json!({ "code": "CUST", "linkType": "CUSTOMER", "linkNo": "10000" });
        let relations = json!({ "businessRelations": [link] });
        let company = create(&app, with(input("COMPANY", "Ek AB"), relations)).await;
        let to_customer = json!({ "to": { "link": { "type": "CUSTOMER", "no": "10000" } } });

        // The setup does not want it.
        let nothing = json!({ "interaction": null, "userErrors": [] });
        assert_eq!(record(&app, to_customer.clone()).await, nothing);
        let wanted = json!({ "documentTemplates": [{ "documentType": "SALES_INVOICE", "template": "INVOICE" }] });
        app.must("setupUpdate", "setup { revision }", wanted).await;
        // Nobody has to be responsible.
        let expected = json!({ "template": { "code": "INVOICE" }, "description": "Invoice", "date": "2026-11-02",
            "documentType": "Sales Invoice", "documentNo": "103001", "salesperson": null,
            "contact": { "id": company }, "body": null, "deliveryStatus": null });
        assert_eq!(record(&app, to_customer).await["interaction"], expected);
        let other = json!({ "to": { "contactId": company }, "date": "2026-10-01", "description": "Paid late" });
        let recorded = record(&app, other).await;
        assert_eq!(recorded["interaction"], with(expected, json!({ "date": "2026-10-01", "description": "Paid late" })));
        // The customer is no contact.
        assert_eq!(record(&app, json!({ "to": { "link": { "type": "VENDOR", "no": "10000" } } })).await, nothing);
    }

    // DOC-1, D9
    async fn documents_have_their_errors(app) {
        template(&app, json!({ "code": "INVOICE" })).await;
        let wanted = json!({ "documentTemplates": [{ "documentType": "SALES_INVOICE", "template": "INVOICE" }] });
        app.must("setupUpdate", "setup { revision }", wanted).await;
        let ada = create(&app, input("PERSON", "Ada")).await;
        let bo = create(&app, with(input("PERSON", "Bo"), json!({ "privacyBlocked": true }))).await;
        let long = "x".repeat(251);
        for (more, code, path) in [
            (json!({ "to": { "contactId": "contact:99" } }), "NOT_FOUND", json!(["input", "to", "contactId"])),
            (json!({ "to": { "contactId": bo } }), "PRIVACY_BLOCKED", json!(["input", "to", "contactId"])),
            (json!({ "to": { "contactId": ada } }), "REQUIRED", json!(["input", "description"])),
            (json!({ "to": { "contactId": ada }, "documentNo": long }), "LIMIT_EXCEEDED", json!(["input", "documentNo"])),
        ] {
            let refused = record(&app, more.clone()).await;
            assert_eq!(refused["interaction"], Value::Null, "{more}");
            let error = &refused["userErrors"][0];
            assert_eq!((&error["code"], &error["path"]), (&json!(code), &path), "{more}");
        }
        let counted = app.data("{ interactions { totalCount } }", json!({})).await;
        assert_eq!(counted["interactions"]["totalCount"], 0);
    }

    // DOC-1
    async fn a_customer_is_found_however_the_link_is_written(app) {
        codes(&app, "BUSINESS_RELATION", &["CUST", "BANK"]).await;
        template(&app, json!({ "code": "INVOICE", "description": "Invoice" })).await;
        let wanted = json!({ "documentTemplates": [{ "documentType": "SALES_INVOICE", "template": "INVOICE" }] });
        app.must("setupUpdate", "", wanted).await;
        let link = json!({ "code": "CUST", "linkType": "Customer", "linkNo": "c-10" });
        let relations = json!({ "businessRelations": [link] });
        create(&app, with(input("COMPANY", "Ek AB"), relations)).await;
        for (kind, no) in [("CUSTOMER", "C-10"), ("customer", "c-10"), ("1", " C-10 ")] {
            let recorded = record(&app, json!({ "to": { "link": { "type": kind, "no": no } } })).await;
            assert!(recorded["interaction"].is_object(), "{kind} {no} {recorded}");
        }
    }
}
