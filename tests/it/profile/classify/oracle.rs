//! What all contacts get at once, and what each of them would get by itself.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use fastrand::Rng;
use sea_orm::EntityTrait;
use serde_json::json;
use urval::entity::{contact, interaction, opportunity, purchase};

use super::{
    answers, classify,
    plan::{Facts, Plan},
};
use crate::{
    app::{TestApp, both},
    check::check,
    contact::codes,
    import::import,
};

/// Six companies, of which three are customers, eighteen people, of whom the first is a minor, and what
/// happened with them.
async fn world(app: &TestApp, rng: &mut Rng) {
    codes(app, "BUSINESS_RELATION", &["CUST", "VEND"]).await;
    let mut contacts = "No.,Type,Name,Company No.,Minor\n".to_owned();
    for no in 1..=6 {
        contacts += &format!("C{no},Company,C{no},,No\n");
    }
    for no in 1..=18 {
        let company = rng.u32(..8);
        let company = if company < 6 { format!("C{}", company + 1) } else { String::new() };
        let minor = if no == 1 { "Yes" } else { "No" };
        contacts += &format!("P{no},Person,P{no},{company},{minor}\n");
    }
    import(app, contacts).await;
    import(app, "Contact No.,Business Relation Code\nC1,CUST\nC3,CUST\nC5,CUST\n").await;
    // Whoever has it is a customer, whether anything was sold or not.
    app.must("setupUpdate", "", json!({ "businessRelations": { "customer": "CUST" } })).await;
    // And who is linked to a vendor is one, also as Business Central numbers it.
    import(app, "Contact No.,Business Relation Code,Link to Table,No.\nC6,VEND,2,V6\n").await;
    happenings(app, rng).await;
}

/// What goes on for a while.
async fn happenings(app: &TestApp, rng: &mut Rng) {
    interactions(app, rng).await;
    purchases(app, rng).await;
    opportunities(app, rng).await;
}

async fn interactions(app: &TestApp, rng: &mut Rng) {
    let mut file = "Contact No.,Contact Company No.,Date,Description,Cost (LCY),Duration (Min.),Canceled,Postponed\n".to_owned();
    for number in 0..120 {
        // Some have nothing, some the same.
        let contact = match rng.u32(..16) {
            company @ 0..4 => format!("C{}", company + 1),
            person => format!("P{}", person - 3),
        };
        let (month, day) = (rng.u32(1..=10), rng.u32(1..=28));
        let (cost, minutes) = (rng.u32(..40), rng.u32(..90));
        let flag = |rng: &mut Rng| if rng.u32(..10) == 0 { "Yes" } else { "No" };
        let (canceled, postponed) = (flag(rng), flag(rng));
        file += &format!(
            "{contact},,2026-{month:02}-{day:02},{number} {},{cost}.25,{minutes},{canceled},{postponed}\n",
            rng.u32(..)
        );
    }
    import(app, file).await;
}

/// Of four of the companies, on documents of several entries and on none.
async fn purchases(app: &TestApp, rng: &mut Rng) {
    let mut file = "companyNo,side,postingDate,amount,item,documentType,documentNo\n".to_owned();
    for number in 0..60 {
        let side = if rng.u32(..3) == 0 { "Purchase" } else { "Sale" };
        let company = rng.u32(1..5);
        let (month, day) = (rng.u32(1..=10), rng.u32(1..=28));
        let amount = format!("{}.5", rng.u32(..20));
        let (document, amount) = match rng.u32(..5) {
            0 => (format!("{side}s Credit Memo,CR{number}"), format!("-{amount}")),
            1 => (",".to_owned(), amount),
            2 => (format!("{side}s Invoice,"), amount),
            _ => (format!("{side}s Invoice,I{}", rng.u32(..12)), amount),
        };
        let item = rng.u32(..);
        file += &format!("C{company},{side},2026-{month:02}-{day:02},{amount},{item},{document}\n");
    }
    import(app, file).await;
}

/// Won, lost and left open, on several days of the year.
async fn opportunities(app: &TestApp, rng: &mut Rng) {
    for _ in 0..12 {
        let days = TimeDelta::days(rng.i64(0..300));
        app.context.clock.advance(-days);
        // The first person is a minor.
        let contact = format!("contact:{}", [1, 2, 3, 8, 9, 10, 11, 12][rng.usize(..8)]);
        let new = json!({ "from": { "contactId": contact }, "description": "x" });
        let made = app.must("opportunityCreate", "opportunity { id }", new).await;
        let close =
            |outcome| json!({ "opportunityId": made["opportunity"]["id"], "outcome": outcome });
        match rng.u32(..5) {
            0 => {}
            1..3 => _ = app.must("opportunityClose", "", close("LOST")).await,
            _ => _ = app.must("opportunityClose", "", close("WON")).await,
        }
        app.context.clock.advance(days);
    }
}

both! {
    async fn all_contacts_get_what_each_of_them_would_get_by_itself(app) {
        // PRO-6
        let mut rng = Rng::with_seed(6);
        world(&app, &mut rng).await;
        let plans: Vec<(String, Plan)> =
            (0..32).map(|number| (format!("Q{number}"), Plan::random(&mut rng))).collect();
        for (code, plan) in &plans {
            plan.ask(&app, code).await;
        }
        for round in 0..2 {
            let db = app.context.db.reader();
            let facts = Facts {
                contacts: contact::Entity::find().all(db).await.unwrap(),
                interactions: interaction::Entity::find().all(db).await.unwrap(),
                purchases: purchase::Entity::find().all(db).await.unwrap(),
                opportunities: opportunity::Entity::find().all(db).await.unwrap(),
            };
            let mut given = 0;
            for (code, plan) in &plans {
                let expected = plan.expected(code, &facts);
                let before = answers(&app, code).await;
                let dry = classify(&app, json!({ "questionnaire": code, "dryRun": true })).await;
                assert_eq!(answers(&app, code).await, before, "a dry run changes nothing");
                let done = classify(&app, json!({ "questionnaire": code })).await;
                assert_eq!(dry, done, "a dry run says what would happen");
                let found = answers(&app, code).await;
                assert_eq!(found, expected, "{code} in round {round}: {} {}", plan.measure, plan.method);
                given += found.values().map(BTreeSet::len).sum::<usize>();
                let counted: u64 = done["questions"][0]["answers"].as_array().unwrap().iter()
                    .map(|it| it["contactsCount"].as_u64().unwrap()).sum();
                assert_eq!(counted as usize, found.values().map(BTreeSet::len).sum::<usize>());
                let again = classify(&app, json!({ "questionnaire": code })).await;
                assert_eq!(again["contactsChanged"], 0);
            }
            assert!(100 < given, "only {given} answers");
            // In the second round more has happened.
            happenings(&app, &mut rng).await;
        }
        assert!(check(&app).await.is_empty());
    }
}
