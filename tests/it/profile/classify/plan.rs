//! A question by which contacts are classified, made up, and what comes of it contact by contact.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fastrand::Rng;
use serde_json::{Value, json};
use urval::entity::{
    contact, interaction,
    kinds::{ContactType, OpportunityStatus, PurchaseSide},
    opportunity, purchase,
};

use crate::{app::TestApp, profile::questionnaire};

/// All that there is.
pub(super) struct Facts {
    pub(super) contacts: Vec<contact::Model>,
    pub(super) interactions: Vec<interaction::Model>,
    pub(super) purchases: Vec<purchase::Model>,
    pub(super) opportunities: Vec<opportunity::Model>,
}

/// A question as it is asked, and as it is answered one by one.
pub(super) struct Plan {
    pub(super) measure: &'static str,
    pub(super) method: &'static str,
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
    pub(super) fn random(rng: &mut Rng) -> Self {
        let pick = |rng: &mut Rng, from: &[&'static str]| from[rng.usize(..from.len())];
        let measure = pick(
            rng,
            &[
                "INTERACTION_QUANTITY",
                "INTERACTION_FREQUENCY",
                "AVERAGE_INTERACTION_COST",
                "AVERAGE_INTERACTION_DURATION",
                "OPPORTUNITIES_WON_PERCENT",
                "SALES",
                "SALES_FREQUENCY",
                "AVERAGE_INVOICE",
                "PURCHASES",
                "PURCHASE_FREQUENCY",
                "AVERAGE_PURCHASE",
            ],
        );
        let method = pick(rng, &["DEFINED_VALUE", "PERCENTAGE_OF_VALUE", "PERCENTAGE_OF_CONTACTS"]);
        let end = |rng: &mut Rng| {
            (rng.u32(..4) != 0).then(|| match method {
                "PERCENTAGE_OF_CONTACTS" => rng.i64(0..1_050_000),
                "PERCENTAGE_OF_VALUE" => rng.i64(0..200_000),
                _ if measure == "OPPORTUNITIES_WON_PERCENT" => rng.i64(0..1_050_000),
                _ => rng.i64(-20_000..400_000),
            })
        };
        let range = |rng: &mut Rng| match (end(rng), end(rng)) {
            (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to))),
            open => open,
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
            ranges: (0..3).map(|_| range(rng)).collect(),
        }
    }

    pub(super) async fn ask(&self, app: &TestApp, code: &str) {
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
    fn value(&self, contact: &contact::Model, facts: &Facts) -> i128 {
        match self.measure {
            "OPPORTUNITIES_WON_PERCENT" => self.won(contact, facts),
            measure if measure.starts_with("INTERACTION") => self.of_interactions(contact, facts),
            measure if measure.contains("_INTERACTION_") => self.of_interactions(contact, facts),
            _ => self.of_purchases(contact, facts),
        }
    }

    fn is_within(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    fn a_year(&self, count: i128) -> i128 {
        rounded(count * 365 * 10_000, i128::from((self.to - self.from).num_days() + 1))
    }

    fn of_interactions(&self, contact: &contact::Model, facts: &Facts) -> i128 {
        let theirs: Vec<&interaction::Model> = facts
            .interactions
            .iter()
            .filter(|it| !it.canceled && !it.postponed && self.is_within(it.date))
            .filter(|it| is_of(contact, it.contact_id, it.company_id))
            .collect();
        let count = theirs.len() as i128;
        if count == 0 {
            return 0;
        }
        match self.measure {
            "INTERACTION_QUANTITY" => count * 10_000,
            "INTERACTION_FREQUENCY" => self.a_year(count),
            "AVERAGE_INTERACTION_COST" => {
                rounded(theirs.iter().map(|it| i128::from(it.cost)).sum(), count)
            }
            _ => rounded(theirs.iter().map(|it| i128::from(it.duration_min) * 10_000).sum(), count),
        }
    }

    fn won(&self, contact: &contact::Model, facts: &Facts) -> i128 {
        let count = |status: OpportunityStatus| {
            let theirs = facts.opportunities.iter().filter(|it| it.status == status);
            let theirs = theirs.filter(|it| it.closed_date.is_some_and(|day| self.is_within(day)));
            theirs.filter(|it| is_of(contact, it.contact_id, it.company_id)).count() as i128
        };
        let (won, lost) = (count(OpportunityStatus::Won), count(OpportunityStatus::Lost));
        if won + lost == 0 { 0 } else { rounded(won * 100 * 10_000, won + lost) }
    }

    /// Whether customers or vendors are compared; nothing if all contacts are.
    fn side(&self) -> Option<PurchaseSide> {
        match self.measure {
            "SALES" | "SALES_FREQUENCY" | "AVERAGE_INVOICE" => Some(PurchaseSide::Sale),
            "PURCHASES" | "PURCHASE_FREQUENCY" | "AVERAGE_PURCHASE" => Some(PurchaseSide::Purchase),
            _ => None,
        }
    }

    fn of_purchases(&self, company: &contact::Model, facts: &Facts) -> i128 {
        let side = self.side().unwrap();
        let theirs = facts.purchases.iter().filter(|it| it.side == side);
        let theirs: Vec<&purchase::Model> = theirs
            .filter(|it| it.contact_id == company.id && self.is_within(it.posting_date))
            .collect();
        if ["SALES", "PURCHASES"].contains(&self.measure) {
            return theirs.iter().map(|it| i128::from(it.amount)).sum();
        }
        let is_invoice = |it: &purchase::Model| {
            it.document_type.as_ref().is_none_or(|it| it.to_lowercase().ends_with("invoice"))
        };
        let entries: Vec<_> = theirs.into_iter().filter(|it| is_invoice(it)).collect();
        let documents: BTreeSet<&String> =
            entries.iter().filter_map(|it| it.document_no.as_ref()).collect();
        let alone = entries.iter().filter(|it| it.document_no.is_none()).count();
        let count = (documents.len() + alone) as i128;
        if self.measure.ends_with("FREQUENCY") {
            return self.a_year(count);
        }
        let amount: i128 = entries.iter().map(|it| i128::from(it.amount)).sum();
        if count == 0 { 0 } else { rounded(amount, count) }
    }

    fn is_trader(&self, side: PurchaseSide, company: &contact::Model, facts: &Facts) -> bool {
        let related: &[&str] = match side {
            PurchaseSide::Sale => &["C1", "C3", "C5"],
            PurchaseSide::Purchase => &["C6"],
        };
        let mut theirs = facts.purchases.iter().filter(|it| it.contact_id == company.id);
        related.contains(&company.no.as_str()) || theirs.any(|it| it.side == side)
    }

    /// What each contact answers.
    pub(super) fn expected(&self, code: &str, facts: &Facts) -> BTreeMap<String, BTreeSet<String>> {
        let customers: Vec<i32> = facts
            .contacts
            .iter()
            .filter(|it| ["C1", "C3", "C5"].contains(&it.no.as_str()))
            .map(|it| it.id)
            .collect();
        let may_be_asked: Vec<&contact::Model> = facts
            .contacts
            .iter()
            .filter(|it| !it.minor)
            .filter(|it| {
                !self.only_customers || it.company_id.is_some_and(|it| customers.contains(&it))
            })
            .collect();
        let fits =
            |it: &&contact::Model| self.contact_type.is_none_or(|wanted| wanted == it.r#type);
        let population = may_be_asked.iter().copied().filter(fits);
        let Some(side) = self.side() else {
            return by_no(population.clone(), &self.answers(code, population, facts), |it| it.id);
        };
        let companies = may_be_asked.iter().copied().filter(|it| it.r#type == ContactType::Company);
        let traders = companies.filter(|it| self.is_trader(side, it, facts));
        // People get what their company gets.
        let given = self.answers(code, traders, facts);
        by_no(population, &given, |it| it.company_id.unwrap_or(0))
    }

    /// What contacts answer who are compared with each other.
    fn answers<'a>(
        &self,
        code: &str,
        compared: impl Iterator<Item = &'a contact::Model>,
        facts: &Facts,
    ) -> BTreeMap<i32, BTreeSet<String>> {
        let mut values: Vec<(i32, i128)> =
            compared.map(|it| (it.id, self.value(it, facts))).collect();
        let total: i128 = values.iter().map(|(_, value)| *value).sum();
        let count = values.len() as i128;
        values.sort_by_key(|(id, value)| (if self.ascending { *value } else { -*value }, *id));
        let mut all = BTreeMap::new();
        for (place, (id, value)) in values.iter().enumerate() {
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
            let given: &mut BTreeSet<String> = all.entry(*id).or_default();
            for (index, (from, to)) in self.ranges.iter().enumerate() {
                let reaches = from.is_none_or(|from| i128::from(from) <= shown);
                let stays = to.is_none_or(|to| shown <= i128::from(to));
                if reaches && stays && (from.is_some() || to.is_some()) {
                    given.insert(format!("{code}.{}", 20_000 + 10_000 * index));
                }
            }
        }
        all
    }
}

/// The answers of contacts who have any, by their numbers.
fn by_no<'a>(
    contacts: impl Iterator<Item = &'a contact::Model>,
    answers: &BTreeMap<i32, BTreeSet<String>>,
    whose: impl Fn(&contact::Model) -> i32,
) -> BTreeMap<String, BTreeSet<String>> {
    let given = contacts.filter_map(|it| Some((it.no.clone(), answers.get(&whose(it))?.clone())));
    given.filter(|(_, answers)| !answers.is_empty()).collect()
}

/// Of a company, what is of its people counts, too.
fn is_of(contact: &contact::Model, contact_id: i32, company_id: Option<i32>) -> bool {
    match contact.r#type {
        ContactType::Company => company_id == Some(contact.id),
        ContactType::Person => contact_id == contact.id,
    }
}

/// Half away from zero.
fn rounded(above: i128, below: i128) -> i128 {
    (2 * above.abs() + below) / (2 * below) * above.signum()
}
