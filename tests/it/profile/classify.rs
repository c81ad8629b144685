//! Answers that follow from other data.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fastrand::Rng;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use urval::entity::{contact, interaction, kinds::ContactType};

use super::{keys, question, questionnaire, stage};
use crate::{
    app::{TestApp, both},
    check::check,
    contact::codes,
    import::import,
};

const CLASSIFIED: &str = "contactsChanged questions { question { no } skipped \
    answers { answer { key } contactsCount added removed } }";

async fn classify(app: &TestApp, input: Value) -> Value {
    app.must("profileClassify", CLASSIFIED, input).await
}

/// The answers of all contacts in a questionnaire, by number of contact.
async fn answers(app: &TestApp, questionnaire: &str) -> BTreeMap<String, BTreeSet<String>> {
    let query = "query($code: String!) { contacts(first: 50) { nodes { no \
        profileAnswers(questionnaire: $code) { nodes { answer { key } } } } } }";
    let data = app.data(query, json!({ "code": questionnaire })).await;
    let contacts = data["contacts"]["nodes"].as_array().unwrap();
    let with_keys = contacts.iter().map(|it| {
        let keys = keys(it).into_iter().map(str::to_owned).collect();
        (it["no"].as_str().unwrap().to_owned(), keys)
    });
    with_keys.filter(|(_, keys): &(String, BTreeSet<String>)| !keys.is_empty()).collect()
}

/// Six companies, of which three are customers, eighteen people, of whom the first is a minor, and what
/// happened with them.
async fn world(app: &TestApp, rng: &mut Rng) {
    codes(app, "BUSINESS_RELATION", &["CUST"]).await;
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
    interactions(app, rng).await;
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

/// A question as it is asked, and as it is answered one by one.
struct Plan {
    measure: &'static str,
    method: &'static str,
    ascending: bool,
    decimals: i32,
    from: NaiveDate,
    to: NaiveDate,
    contact_type: Option<ContactType>,
    only_customers: bool,
    /// In ten-thousandths.
    ranges: Vec<(Option<i64>, Option<i64>)>,
}

fn decimal(ten_thousandths: i64) -> String {
    format!("{:.4}", ten_thousandths as f64 / 10_000.0)
}

impl Plan {
    fn random(rng: &mut Rng) -> Self {
        let pick = |rng: &mut Rng, from: &[&'static str]| from[rng.usize(..from.len())];
        let measure = pick(
            rng,
            &[
                "INTERACTION_QUANTITY",
                "INTERACTION_FREQUENCY",
                "AVERAGE_INTERACTION_COST",
                "AVERAGE_INTERACTION_DURATION",
            ],
        );
        let method = pick(rng, &["DEFINED_VALUE", "PERCENTAGE_OF_VALUE", "PERCENTAGE_OF_CONTACTS"]);
        let end = |rng: &mut Rng| {
            (rng.u32(..4) != 0).then(|| match method {
                "PERCENTAGE_OF_CONTACTS" => rng.i64(0..1_050_000),
                "PERCENTAGE_OF_VALUE" => rng.i64(0..200_000),
                _ => rng.i64(-20_000..400_000),
            })
        };
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        Self {
            measure,
            method,
            ascending: rng.bool(),
            decimals: rng.i32(-1..=4),
            from: day(rng.u32(1..5), 1),
            to: day(rng.u32(5..12), 30),
            contact_type: [None, Some(ContactType::Company), Some(ContactType::Person)]
                [rng.usize(..3)],
            only_customers: rng.u32(..3) == 0,
            ranges: (0..3).map(|_| (end(rng), end(rng))).collect(),
        }
    }

    async fn ask(&self, app: &TestApp, code: &str) {
        let contact_type = self.contact_type.map(|it| match it {
            ContactType::Company => "COMPANY",
            ContactType::Person => "PERSON",
        });
        questionnaire(
            app,
            json!({ "code": code, "contactType": contact_type,
            "businessRelation": if self.only_customers { json!("CUST") } else { json!(null) } }),
        )
        .await;
        // From the second of November, which is the day of the test.
        let formula = |day: NaiveDate| {
            let today = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
            match (day - today).num_days() {
                days @ 0.. => format!("{days}D"),
                days => format!("-{}D", -days),
            }
        };
        let answers: Vec<Value> = self
            .ranges
            .iter()
            .map(|(from, to)| {
                json!({ "description": "x",
            "fromValue": from.map(decimal), "toValue": to.map(decimal) })
            })
            .collect();
        let sorting = if self.ascending { "ASCENDING" } else { "DESCENDING" };
        let set = json!({ "questionnaire": code, "description": "?", "answers": answers,
            "classification": { "by": self.measure, "method": self.method, "sorting": sorting,
                "startingDate": formula(self.from), "endingDate": formula(self.to), "decimals": self.decimals } });
        app.must("profileQuestionSet", "profileQuestion { no }", set).await;
    }

    /// The value of a contact, in ten-thousandths.
    fn value(&self, contact: &contact::Model, interactions: &[interaction::Model]) -> i128 {
        let theirs: Vec<&interaction::Model> = interactions
            .iter()
            .filter(|it| {
                !it.canceled && !it.postponed && self.from <= it.date && it.date <= self.to
            })
            .filter(|it| match contact.r#type {
                ContactType::Company => it.company_id == Some(contact.id),
                ContactType::Person => it.contact_id == contact.id,
            })
            .collect();
        let count = theirs.len() as i128;
        if count == 0 {
            return 0;
        }
        match self.measure {
            "INTERACTION_QUANTITY" => count * 10_000,
            "INTERACTION_FREQUENCY" => {
                rounded(count * 365 * 10_000, i128::from((self.to - self.from).num_days() + 1))
            }
            "AVERAGE_INTERACTION_COST" => {
                rounded(theirs.iter().map(|it| i128::from(it.cost)).sum(), count)
            }
            _ => rounded(theirs.iter().map(|it| i128::from(it.duration_min) * 10_000).sum(), count),
        }
    }

    /// What each contact answers.
    fn expected(
        &self,
        code: &str,
        contacts: &[contact::Model],
        interactions: &[interaction::Model],
    ) -> BTreeMap<String, BTreeSet<String>> {
        let customers: Vec<i32> = contacts
            .iter()
            .filter(|it| ["C1", "C3", "C5"].contains(&it.no.as_str()))
            .map(|it| it.id)
            .collect();
        let mut values: Vec<(&contact::Model, i128)> = contacts
            .iter()
            .filter(|it| !it.minor && self.contact_type.is_none_or(|wanted| wanted == it.r#type))
            .filter(|it| {
                !self.only_customers || it.company_id.is_some_and(|it| customers.contains(&it))
            })
            .map(|it| (it, self.value(it, interactions)))
            .collect();
        let total: i128 = values.iter().map(|(_, value)| *value).sum();
        let count = values.len() as i128;
        values.sort_by_key(|(it, value)| (if self.ascending { *value } else { -*value }, it.id));
        let mut expected = BTreeMap::new();
        for (place, (contact, value)) in values.iter().enumerate() {
            // What is compared, as a fraction.
            let (above, below) = match self.method {
                "DEFINED_VALUE" => (*value, 10_000),
                "PERCENTAGE_OF_VALUE" if 0 < total => (100 * value, total),
                "PERCENTAGE_OF_VALUE" => (0, 1),
                _ => (100 * (place as i128 + 1), count),
            };
            // Rounded, in ten-thousandths.
            let unit = 10_i128.pow((4 - self.decimals).unsigned_abs());
            let shown = rounded(above * 10_000, below * unit) * unit;
            let mut given = BTreeSet::new();
            for (index, (from, to)) in self.ranges.iter().enumerate() {
                let reaches = from.is_none_or(|from| i128::from(from) <= shown);
                let stays = to.is_none_or(|to| shown <= i128::from(to));
                if reaches && stays && (from.is_some() || to.is_some()) {
                    given.insert(format!("{code}.{}", 20_000 + 10_000 * index));
                }
            }
            if !given.is_empty() {
                expected.insert(contact.no.clone(), given);
            }
        }
        expected
    }
}

/// Half away from zero.
fn rounded(above: i128, below: i128) -> i128 {
    (2 * above.abs() + below) / (2 * below) * above.signum()
}

both! {
    async fn all_contacts_get_what_each_of_them_would_get_by_itself(app) {
        // PRO-6
        let mut rng = Rng::with_seed(6);
        world(&app, &mut rng).await;
        let plans: Vec<(String, Plan)> =
            (0..16).map(|number| (format!("Q{number}"), Plan::random(&mut rng))).collect();
        for (code, plan) in &plans {
            plan.ask(&app, code).await;
        }
        for round in 0..2 {
            let db = app.context.db.reader();
            let contacts = contact::Entity::find().all(db).await.unwrap();
            let of_contacts = interaction::Entity::find().all(db).await.unwrap();
            let mut given = 0;
            for (code, plan) in &plans {
                let expected = plan.expected(code, &contacts, &of_contacts);
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
            interactions(&app, &mut rng).await;
        }
        assert!(check(&app).await.is_empty());
    }

    async fn a_classification_is_set_by_one_measure_and_says_what_is_missing(app) {
        // PRO-5
        questionnaire(&app, json!({ "code": "Q" })).await;
        let selection = "profileQuestion { classified classification { by method sorting startingDate \
            endingDate decimals answeredPercentMin points { points } } answers { fromValue toValue } }";
        let set = |classification: Value| json!({ "questionnaire": "Q", "no": 1, "description": "?",
            "classification": classification, "answers": [{ "no": 2, "description": "x", "toValue": "25.5" }] });
        let by_share = json!({ "by": "INTERACTION_QUANTITY", "method": "PERCENTAGE_OF_CONTACTS",
            "startingDate": "<-cy>", "endingDate": "CD", "answeredPercentMin": 50 });
        let found = app.must("profileQuestionSet", selection, set(by_share)).await;
        assert_eq!(found["profileQuestion"], json!({ "classified": true, "classification": {
            "by": "INTERACTION_QUANTITY", "method": "PERCENTAGE_OF_CONTACTS", "sorting": "DESCENDING",
            "startingDate": "-CY", "endingDate": "CD", "decimals": 0, "answeredPercentMin": "0", "points": [],
        }, "answers": [{ "fromValue": null, "toValue": "25.5" }] }));
        let rating = json!({ "by": "RATING", "method": "PERCENTAGE_OF_VALUE", "sorting": "ASCENDING",
            "startingDate": "CD", "answeredPercentMin": "75" });
        let found = app.must("profileQuestionSet", selection, set(rating)).await;
        assert_eq!(found["profileQuestion"]["classification"], json!({
            "by": "RATING", "method": "DEFINED_VALUE", "sorting": null, "startingDate": null, "endingDate": null,
            "decimals": 0, "answeredPercentMin": "75", "points": [] }));
        let by_people = app.must("profileQuestionSet", selection, set(json!(null))).await;
        assert_eq!(by_people["profileQuestion"]["classified"], false);
        let dates = json!({ "startingDate": "CD", "endingDate": "CD" });
        for (wrong, code, path) in [
            (json!({ "by": "INTERACTION_QUANTITY", "endingDate": "CD" }), "REQUIRED", vec!["startingDate"]),
            (json!({ "by": "INTERACTION_QUANTITY", "startingDate": "CD", "endingDate": "x" }), "INVALID", vec!["endingDate"]),
            (json!({ "by": "RATING", "decimals": 5 }), "INVALID", vec!["decimals"]),
            (json!({ "by": "RATING", "answeredPercentMin": 101 }), "INVALID", vec!["answeredPercentMin"]),
            (json!({ "by": "RATING", "points": [{ "answer": "Q.9", "points": 1 }] }), "NOT_FOUND", vec!["points", "0", "answer"]),
            (json!({ "by": "RATING", "points": [{ "answer": "Q.2", "points": 1 }] }), "INVALID", vec!["points"]),
            (crate::contact::with(json!({ "by": "PROFIT" }), dates), "NOT_ALLOWED", vec!["by"]),
        ] {
            let refused = app.mutate("profileQuestionSet", selection, set(wrong)).await;
            let path: Vec<&str> = ["input", "classification"].into_iter().chain(path).collect();
            assert_eq!(refused["userErrors"][0]["code"], code, "{refused}");
            assert_eq!(refused["userErrors"][0]["path"], json!(path));
        }
    }

    async fn what_is_not_kept_is_left_out_and_what_lacks_a_date_is_refused(app) {
        // PRO-6
        stage(&app).await;
        let lines = "Profile Questionnaire Code,Line No.,Type,Description,Auto Contact Classification,\
            Customer Class. Field,Contact Class. Field,Starting Date Formula,Ending Date Formula,To Value\n\
            CUST,40000,Question,Profit,Yes,Profit (LCY),,CY,CY,\nCUST,50000,Answer,Little,,,,,,9\n";
        import(&app, lines).await;
        import(&app, "Contact No.,Profile Questionnaire Code,Line No.\nCT000001,CUST,50000\n").await;
        let left_out = classify(&app, json!({ "questionnaire": "cust" })).await;
        assert_eq!(left_out, json!({ "contactsChanged": 0, "userErrors": [], "questions": [{
            "question": { "no": 40_000 }, "answers": [], "skipped": "Contacts can't be classified by what it measures." }] }));
        assert_eq!(answers(&app, "CUST").await["CT000001"].len(), 1, "it stays as it is");
        let lines = "Profile Questionnaire Code,Line No.,Type,Description,Auto Contact Classification,\
            Contact Class. Field,Starting Date Formula,Ending Date Formula\n\
            CUST,60000,Question,No date,Yes,Interaction Quantity,,CY\n\
            CUST,70000,Question,Never,Yes,Interaction Quantity,CY,CY-1D\n";
        import(&app, lines).await;
        let refused = app.mutate("profileClassify", "contactsChanged", json!({})).await;
        let messages: Vec<&str> = refused["userErrors"].as_array().unwrap().iter()
            .map(|it| it["message"].as_str().unwrap()).collect();
        assert_eq!(messages, [
            "The question CUST.60000 has no starting date.",
            "The question CUST.70000 ends before it starts.",
        ]);
        let unknown = app.mutate("profileClassify", "contactsChanged", json!({ "questionnaire": "X" })).await;
        assert_eq!(unknown["userErrors"][0]["path"], json!(["input", "questionnaire"]));
    }

    async fn ratings_add_up_points_of_other_answers(app) {
        // PRO-7
        let [customer, ..] = stage(&app).await;
        question(&app, "CUST", 40_000, false, &[(50_000, "Poor"), (60_000, "Rich")]).await;
        let rating = |no: i32, points: Value, percent: u32| json!({ "questionnaire": "CUST", "no": no,
            "description": "Rating", "classification": { "by": "RATING", "answeredPercentMin": percent, "points": points },
            "answers": [
                { "no": no + 1, "description": "Low", "toValue": 9 },
                { "no": no + 2, "description": "High", "fromValue": 10 } ] });
        let point = |answer: &str, points: i32| json!({ "answer": answer, "points": points });
        // The second is made of the first, whatever their numbers.
        let first = json!([point("CUST.20000", 2), point("CUST.30000", 8), point("CUST.50000", 1), point("CUST.60000", 4)]);
        let points = "profileQuestion { classification { points { answer { key } points } } }";
        let set = app.must("profileQuestionSet", points, rating(90_000, first, 75)).await;
        assert_eq!(set["profileQuestion"]["classification"]["points"][1],
            json!({ "answer": { "key": "CUST.30000" }, "points": "8" }));
        let second = rating(80_000, json!([point("CUST.90002", 10)]), 0);
        app.must("profileQuestionSet", points, second).await;

        // PRO-1: who answers is rated at once, and those who depend on it, too.
        let add = |key: &str| json!({ "contactId": customer, "add": [key] });
        app.must("contactProfileAnswersSet", "", add("CUST.30000")).await;
        let found = answers(&app, "CUST").await;
        assert!(found["CT000001"].contains("CUST.80001"), "half of the questions are not enough: {found:?}");
        app.must("contactProfileAnswersSet", "", add("CUST.60000")).await;
        let expected: BTreeSet<String> =
            ["CUST.30000", "CUST.60000", "CUST.80002", "CUST.90002"].map(str::to_owned).into();
        assert_eq!(answers(&app, "CUST").await["CT000001"], expected);
        let query = "query($id: ID!) { contact(id: $id) { profileAnswers { nodes { answeredPercent } } } }";
        let percents = app.data(query, json!({ "id": customer })).await;
        assert_eq!(percents["contact"]["profileAnswers"]["nodes"].as_array().unwrap().iter()
            .map(|it| it["answeredPercent"].clone()).collect::<Vec<_>>(), [json!(null), json!(null), json!("100"), json!("100")]);
        let nothing_new = classify(&app, json!({ "questionnaire": "CUST" })).await;
        assert_eq!(nothing_new["contactsChanged"], 0);
        // All at once, ratings come after what they are made of.
        import(&app, "Contact No.,Profile Questionnaire Code,Line No.\nCT000001,CUST,30000\n").await;
        let swap = json!({ "contactId": customer, "add": ["CUST.20000", "CUST.50000"], "remove": ["CUST.30000", "CUST.60000"] });
        app.must("contactProfileAnswersSet", "", swap).await;
        let expected: BTreeSet<String> =
            ["CUST.20000", "CUST.50000", "CUST.80001", "CUST.90001"].map(str::to_owned).into();
        assert_eq!(answers(&app, "CUST").await["CT000001"], expected);

        // Cycles are refused.
        let circle = rating(90_000, json!([point("CUST.80001", 1)]), 0);
        let circle = app.mutate("profileQuestionSet", points, circle).await;
        assert_eq!(circle["userErrors"][0]["code"], "INVALID");
        assert_eq!(circle["userErrors"][0]["path"], json!(["input", "classification", "points"]));
        // PRO-4: what a rating uses is not deleted.
        app.must("contactProfileAnswersSet", "", json!({ "contactId": customer, "set": [] })).await;
        let delete = json!({ "questionnaire": "CUST", "no": 10_000, "withAnswers": true });
        let refused = app.mutate("profileQuestionDelete", "deletedNo", delete).await;
        assert_eq!(refused["userErrors"][0]["message"], "Ratings use it: CUST.90000.");
        let rating = json!({ "questionnaire": "CUST", "no": 80_000, "classification": null });
        app.must("profileQuestionSet", points, rating).await;
        assert!(check(&app).await.is_empty());
    }
}
