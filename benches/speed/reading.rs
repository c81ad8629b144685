//! What is read of segments: pages of lines, membership, overlap.

use serde_json::json;

use crate::harness::Bench;

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

    async fn lines(&mut self) {
        let dense = self.new_segment().await;
        self.add(&dense, json!({ "excludeFromSegment": false })).await;
        // Cursors of one segment's lines hold in another: three from a sample lie at any depth.
        let sparse = self.new_segment().await;
        let few = json!({ "sample": { "take": 3, "salt": "depth", "of": { "excludeFromSegment": false } } });
        self.add(&sparse, few).await;
        let cursors = self
            .graphql(
                "query($id: ID!) { segment(id: $id) { lines { edges { cursor } } } }",
                json!({ "id": &sparse }),
            )
            .await;
        let middle = &cursors["segment"]["lines"]["edges"][1]["cursor"];
        let query = "query($id: ID!, $first: Int, $last: Int, $after: String) { segment(id: $id) { \
                     lines(first: $first, last: $last, after: $after) { nodes { contact { name } } } } }";
        for (case, page) in [
            ("50 lines of all, the first", json!({ "first": 50 })),
            ("50 lines of all, somewhere in the middle", json!({ "first": 50, "after": middle })),
            ("50 lines of all, the last", json!({ "last": 50 })),
        ] {
            let mut variables = page;
            variables["id"] = json!(&dense);
            let ours = self.measure(async || {
                self.graphql(query, variables.clone()).await;
            });
            let ours = ours.await;
            self.note(case, ours, None);
        }
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
