//! What is read of segments: pages of lines, membership, overlap.

use serde_json::{Value, json};

use crate::harness::Bench;

const LINES: &str =
    "query($id: ID!, $order: SegmentLineOrder, $first: Int, $last: Int, $after: String) {
    segment(id: $id) { lines(orderBy: $order, first: $first, last: $last, after: $after) {
        edges { cursor node { contact { name } } } } } }";

impl Bench {
    pub(crate) async fn reading(&mut self) {
        self.lines().await;
        for number in 0..100 {
            let segment = self.new_segment().await;
            let salt = format!("salt {number}");
            self.add(&segment, json!({ "sample": { "fraction": "0.5", "salt": salt } })).await;
        }
        self.membership().await;
        self.overlap().await;
    }

    /// Of each set the slowest page: the first, one in the middle and the last, in every order.
    async fn lines(&mut self) {
        let everybody = json!({ "excludeFromSegment": false });
        let hundredth = json!({ "sample": { "fraction": "0.01", "salt": "sparse" } });
        // Cursors of one segment's lines hold in another: three from a sample lie at any depth.
        let few = json!({ "sample": { "take": 3, "salt": "depth", "of": &everybody } });
        let depths = self.new_segment().await;
        self.add(&depths, few).await;
        for (case, criteria) in [
            ("50 lines of everybody, any order and depth: the slowest", everybody),
            ("50 lines of every hundredth, any order and depth: the slowest", hundredth),
        ] {
            let segment = self.new_segment().await;
            self.add(&segment, criteria).await;
            let mut slowest = 0_f64;
            for order in ["DEFAULT", "NO", "NAME", "CITY", "POST_CODE"] {
                let middle = self.middle(&depths, order).await;
                for page in [
                    json!({ "first": 50 }),
                    json!({ "first": 50, "after": middle }),
                    json!({ "last": 50 }),
                ] {
                    let mut variables = page;
                    variables["id"] = json!(&segment);
                    variables["order"] = json!({ "by": order });
                    let read = async || _ = self.graphql(LINES, variables.clone()).await;
                    slowest = slowest.max(self.measure(read).await);
                }
            }
            self.note(case, slowest, None);
        }
    }

    async fn middle(&self, segment: &str, order: &str) -> Value {
        let variables = json!({ "id": segment, "order": { "by": order } });
        let found = self.graphql(LINES, variables).await;
        found["segment"]["lines"]["edges"][1]["cursor"].clone()
    }

    async fn membership(&mut self) {
        let query = "{ contactByNo(no: \"CT000001\") { segments { no } } }";
        let read = async || _ = self.graphql(query, json!({})).await;
        let ours = self.measure(read).await;
        self.note("in which of more than 100 segments a contact is", ours, None);
    }

    /// Of the last twenty segments, each with half of all contacts.
    async fn overlap(&mut self) {
        let ids: Vec<_> = self.segments.iter().rev().take(20).collect();
        let query = "query($ids: [ID!]!) { segmentOverlap(segmentIds: $ids) { \
                     unionCount intersectionCount pairs { commonCount } } }";
        let variables = json!({ "ids": ids });
        let read = async || _ = self.graphql(query, variables.clone()).await;
        let ours = self.measure(read).await;
        self.note("overlap of 20 segments with half of everybody", ours, None);
    }
}
