//! Counts for criteria on rows of relations, and who of everybody can be reached; asked for the first time.

use serde_json::{Value, json};

use crate::harness::Bench;

impl Bench {
    pub(crate) async fn relations(&mut self) {
        let sum = json!({ "field": "AMOUNT", "test": { "gte": "1000" } });
        self.relation(
            "sum of purchases; by hand: one statement",
            json!({ "purchases": { "measure": { "sum": sum } } }),
            "SELECT COUNT(*) FROM (SELECT owner FROM (SELECT contact_id AS owner, amount FROM purchase \
             UNION ALL SELECT document_contact_id, amount FROM purchase WHERE document_contact_id IS NOT \
             NULL) AS owned GROUP BY owner HAVING SUM(amount) >= 10000000) AS found",
        )
        .await;
        self.relation(
            "three answers; by hand: one statement",
            json!({ "profileAnswers": { "measure": { "count": { "gte": 3 } } } }),
            "SELECT COUNT(*) FROM (SELECT contact_id FROM contact_profile_answer GROUP BY contact_id \
             HAVING COUNT(*) >= 3) AS found",
        )
        .await;
        let latest = json!({ "evaluation": { "eq": "POSITIVE" } });
        self.relation(
            "latest interaction; by hand: one statement",
            json!({ "interactions": { "measure": { "latest": latest } } }),
            if self.is_postgres() {
                "SELECT COUNT(*) FROM (SELECT DISTINCT ON (contact_id) evaluation FROM interaction WHERE NOT \
                 canceled AND NOT postponed ORDER BY contact_id, date DESC, id DESC) AS last \
                 WHERE evaluation = 4"
            } else {
                "SELECT COUNT(*) FROM (SELECT evaluation, ROW_NUMBER() OVER (PARTITION BY contact_id ORDER BY \
                 date DESC, id DESC) AS place FROM interaction WHERE NOT canceled AND NOT postponed) \
                 WHERE place = 1 AND evaluation = 4"
            },
        )
        .await;
        self.reach().await;
    }

    async fn relation(&mut self, case: &'static str, criteria: Value, by_hand: &str) {
        let by_hand = self.measure(async || _ = self.number(by_hand).await).await;
        let count = async || self.count(criteria.clone()).await;
        let ours = self.measure_after(async || self.outdate_sets().await, count).await;
        self.note(case, ours, Some(by_hand));
    }

    async fn reach(&mut self) {
        let segment = self.new_segment().await;
        self.add(&segment, json!({ "excludeFromSegment": false })).await;
        let template = json!({ "segmentId": &segment, "interactionTemplate": "NEWSLETTER" });
        self.mutate("segmentUpdate", "segment { id }", template).await;
        let query = "query($id: ID!) { segment(id: $id) { reachability { reachable { count } \
                     withoutEmail { count } duplicateEmail { count } } } }";
        let ours = async || _ = self.graphql(query, json!({ "id": &segment })).await;
        let ours = self.measure(ours).await;
        self.note("who of everybody can be reached", ours, None);
        self.delete_segments().await;
    }
}
