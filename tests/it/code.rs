use serde_json::json;

use crate::{
    app::both,
    contact::{codes, create, input, with},
};

both! {
    async fn codes_are_upper_case_and_taken_once(app) {
        let input = json!({ "kind": "COUNTRY", "code": " se ", "description": "Sweden" });
        let created = app.must("codeCreate", "code { code description }", input.clone()).await;
        assert_eq!(created["code"], json!({ "code": "SE", "description": "Sweden" }));

        let again = app.mutate("codeCreate", "code { code }", input).await;
        insta::assert_json_snapshot!(again, @r#"
        {
          "code": null,
          "userErrors": [
            {
              "code": "TAKEN",
              "message": "The code SE is taken.",
              "path": [
                "input",
                "code"
              ]
            }
          ]
        }
        "#);
    }

    async fn a_new_code_is_seen_and_parts_no_list(app) {
        for code in ["A;B", "A\tB", "A\nB", "A\u{202e}B"] {
            let wrong = app.mutate("codeCreate", "code { code }", json!({ "kind": "COUNTRY", "code": code })).await;
            assert_eq!(wrong["userErrors"][0]["code"], "INVALID", "{code:?}: {wrong}");
            // One from before can be had no longer, but be left.
            let gone = app.mutate("codeDelete", "deletedCode", json!({ "kind": "COUNTRY", "code": code })).await;
            assert_eq!(gone["userErrors"][0]["code"], "NOT_FOUND", "{code:?}: {gone}");
        }
        for (mutation, input) in [
            ("contactCreate", with(input("PERSON", "Ada"), json!({ "no": "A\tB" }))),
            ("segmentCreate", json!({ "no": "A\u{202e}B" })),
            ("campaignCreate", json!({ "no": "A\nB" })),
            ("interactionTemplateCreate", json!({ "code": "A\tB" })),
            ("numberSeriesUpdate", json!({ "kind": "CONTACT", "prefix": "A\tB" })),
        ] {
            let wrong = app.mutate(mutation, "", input).await;
            assert_eq!(wrong["userErrors"][0]["code"], "INVALID", "{mutation}: {wrong}");
        }
    }

    async fn the_texts_of_a_code_have_their_limits(app) {
        let long = "x".repeat(251);
        let input = json!({ "kind": "SALESPERSON", "code": "BC", "description": long, "email": "nope", "url": long });
        let wrong = app.mutate("codeCreate", "code { code }", input).await;
        let errors = wrong["userErrors"].as_array().unwrap();
        let seen: Vec<_> = errors.iter().map(|it| (it["path"][1].as_str().unwrap(), it["code"].as_str().unwrap())).collect();
        assert_eq!(seen, [("description", "LIMIT_EXCEEDED"), ("url", "LIMIT_EXCEEDED"), ("email", "INVALID")]);

        let input = json!({ "kind": "SALESPERSON", "code": "BC", "description": "ü".repeat(100), "email": "a@b.se; c@d.se" });
        app.must("codeCreate", "code { code }", input).await;
        let wrong = app.mutate("codeUpdate", "code { code }", json!({ "kind": "SALESPERSON", "code": "BC", "email": "nope" })).await;
        assert_eq!(wrong["userErrors"][0]["path"], json!(["input", "email"]));
    }

    async fn what_is_blocked_is_not_chosen_and_what_has_it_keeps_it(app) {
        codes(&app, "SALESPERSON", &["AH", "BC"]).await;
        codes(&app, "MAILING_GROUP", &["NEWS"]).await;
        let ek = with(input("COMPANY", "Ek"), json!({ "salesperson": "BC", "mailingGroups": ["NEWS"] }));
        let ek = create(&app, ek).await;
        let segment = app.must("segmentCreate", "segment { id }", json!({ "salesperson": "BC" })).await;
        let segment = &segment["segment"]["id"];
        app.must("setupUpdate", "", json!({ "defaults": { "salesperson": "BC" } })).await;
        for (kind, code) in [("SALESPERSON", "BC"), ("MAILING_GROUP", "NEWS")] {
            app.must("codeUpdate", "", json!({ "kind": kind, "code": code, "blocked": true })).await;
        }
        let refusals = [
            ("contactCreate", with(input("PERSON", "Ada"), json!({ "salesperson": "BC" }))),
            ("contactUpdate", json!({ "id": ek, "salesperson": "BC" })),
            ("contactCreate", with(input("PERSON", "Ada"), json!({ "mailingGroups": ["NEWS"] }))),
            ("segmentCreate", json!({ "salesperson": "BC" })),
            ("segmentUpdate", json!({ "segmentId": segment, "salesperson": "BC" })),
            ("segmentLog", json!({ "segmentId": segment, "salesperson": "BC" })),
            ("segmentApplyMailingGroup", json!({ "segmentId": segment, "mailingGroup": "NEWS" })),
            ("campaignCreate", json!({ "salesperson": "BC" })),
            ("setupUpdate", json!({ "defaults": { "salesperson": "BC" } })),
        ];
        for (name, input) in refusals {
            let refused = app.mutate(name, "", input.clone()).await;
            let error = &refused["userErrors"][0];
            assert_eq!(error["code"], "NOT_ALLOWED", "{name} {input}");
            assert!(error["message"].as_str().unwrap().ends_with(" is blocked."), "{error}");
        }
        app.must("segmentUpdate", "", json!({ "segmentId": segment, "description": "Spring" })).await;
        app.must("setupUpdate", "", json!({ "duplicates": { "hitPercent": 70 } })).await;
        let kept = json!({ "id": ek, "city": "Oslo", "mailingGroups": { "add": ["NEWS"] } });
        let kept = app.must("contactUpdate", "contact { salesperson { code blocked } }", kept).await;
        assert_eq!(kept["contact"]["salesperson"], json!({ "code": "BC", "blocked": true }));
        // What is taken over is not chosen.
        let ada = with(input("PERSON", "Ada"), json!({ "companyId": ek }));
        let ada = app.must("contactCreate", "contact { salesperson { code } }", ada).await;
        assert_eq!(ada["contact"]["salesperson"]["code"], "BC");
    }

    async fn a_code_is_changed_and_deleted(app) {
        let input = json!({ "kind": "SALESPERSON", "code": "BC", "description": "Bo", "email": "bo@a.se" });
        app.must("codeCreate", "code { code }", input).await;
        let input = json!({ "kind": "SALESPERSON", "code": "bc", "email": null });
        let code = app.must("codeUpdate", "code { description email }", input).await;
        assert_eq!(code["code"], json!({ "description": "Bo", "email": null }));

        let which = json!({ "kind": "SALESPERSON", "code": "BC" });
        let gone = app.must("codeDelete", "deletedCode", which.clone()).await;
        assert_eq!(gone["deletedCode"], "BC");
        let again = app.mutate("codeDelete", "deletedCode", which).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
    }
}
