//! Counts for criteria: asked for the first time, once more, and with one condition changed.

use serde_json::{Value, json};

use crate::harness::Bench;

const NORTH: [&str; 3] = ["SE", "NO", "DE"];
const EDITED: [&str; 3] = ["SE", "NO", "GB"];

impl Bench {
    /// Three conditions over contact, classification and interactions, beside one statement.
    pub(crate) async fn criteria(&mut self) {
        let by_hand = self.statement_by_hand().await;
        let same = self.three_conditions(&NORTH);
        let first = async || self.count(same.clone()).await;
        let first = self.measure_after(async || self.outdate_sets().await, first).await;
        let again = self.measure(async || self.count(same.clone()).await).await;
        let edited = self.three_conditions(&EDITED);
        // The condition that is edited is asked for, the others are known.
        let forget = async || {
            self.outdate_sets().await;
            self.count(same.clone()).await;
        };
        let edited = self.measure_after(forget, async || self.count(edited.clone()).await).await;
        self.note("count for three conditions; by hand: one statement", first, Some(by_hand));
        self.note("the same with one condition edited", edited, Some(by_hand));
        self.note("the same once more, unchanged", again, Some(by_hand));
    }

    fn since(&self) -> chrono::NaiveDate {
        self.context.today() - chrono::Days::new(180)
    }

    fn three_conditions(&self, countries: &[&str]) -> Value {
        json!({ "all": [
            { "country": { "in": countries } },
            { "mailingGroups": { "hasAny": ["NEWS"] } },
            { "interactions": {
                "where": { "template": { "eq": "ORDER" } },
                "within": { "onOrAfter": { "date": self.since() } },
            } },
        ] })
    }

    pub(crate) async fn count(&self, criteria: Value) {
        let query = "query($input: CriteriaPreviewInput!) { \
                     criteriaPreview(input: $input) { selected { count } } }";
        self.graphql(query, json!({ "input": { "criteria": criteria } })).await;
    }

    async fn statement_by_hand(&self) -> f64 {
        let sql = format!(
            "SELECT COUNT(*) FROM contact c WHERE c.country IN ('SE', 'NO', 'DE') AND c.id IN \
             (SELECT contact_id FROM contact_code WHERE kind = 'MAILING_GROUP' AND code = 'NEWS') \
             AND c.id IN (SELECT contact_id FROM interaction WHERE template = 'ORDER' AND NOT \
             canceled AND NOT postponed AND date >= '{}')",
            self.since()
        );
        self.measure(async || _ = self.number(&sql).await).await
    }
}
