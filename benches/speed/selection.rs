//! Steps that take everybody, and back.

use std::time::Instant;

use serde_json::{Value, json};

use crate::harness::Bench;

/// Everybody, as criteria and as SQL.
fn everybody() -> Value {
    json!({ "excludeFromSegment": false })
}
const EVERYBODY: &str = "FROM contact WHERE NOT exclude_from_segment";

impl Bench {
    pub(crate) async fn selection(&mut self) {
        let ids = self.ids_by_hand().await;
        let rows = self.rows_by_hand().await;
        let segment = self.new_segment().await;
        let target = json!({ "segmentId": &segment });
        let select = json!({ "segmentId": &segment, "criteria": everybody() });
        let clear =
            async || _ = self.mutate("segmentClear", "effect { removed }", target.clone()).await;
        let step = async |name| _ = self.mutate(name, "effect { after }", select.clone()).await;
        let fill = async || {
            clear().await;
            step("segmentAddContacts").await;
        };
        let again = self.measure_after(clear, async || step("segmentAddContacts").await).await;
        // From here on whoever matches is asked for each time.
        let empty = async || {
            clear().await;
            self.outdate_sets().await;
        };
        let full = async || {
            fill().await;
            self.outdate_sets().await;
        };
        let add = self.measure_after(empty, async || step("segmentAddContacts").await).await;
        let reduce = self.measure_after(full, async || step("segmentReduceContacts").await).await;
        let refine = self.measure_after(full, async || step("segmentRefineContacts").await).await;
        self.note("add everybody, committed; by hand: their ids", add, Some(ids));
        self.note("add everybody once more, unchanged; by hand: their ids", again, Some(ids));
        self.note("add everybody; by hand: a row for each", add, Some(rows));
        self.note("reduce by everybody; by hand: their ids", reduce, Some(ids));
        self.note("refine by everybody; by hand: their ids", refine, Some(ids));
        self.back_and_forward().await;
    }

    /// Naming them is the least that any selection has to do.
    async fn ids_by_hand(&self) -> f64 {
        let aggregate = if self.is_postgres() { "array_agg(id)" } else { "group_concat(id)" };
        let sql = format!("SELECT {aggregate} AS ids {EVERYBODY}");
        let read = async || {
            let row = self.row(&sql).await;
            if self.is_postgres() {
                let ids: Vec<i32> = row.try_get("", "ids").unwrap();
                assert!(!ids.is_empty());
            } else {
                let ids: String = row.try_get("", "ids").unwrap();
                assert!(!ids.is_empty());
            }
        };
        self.measure(read).await
    }

    async fn rows_by_hand(&self) -> f64 {
        let table = async || {
            self.execute("DROP TABLE IF EXISTS bench_member").await;
            let columns = "segment_id bigint, contact_id integer";
            let sql = format!(
                "CREATE TABLE bench_member ({columns}, PRIMARY KEY (segment_id, contact_id))"
            );
            self.execute(&sql).await;
        };
        let sql = format!("INSERT INTO bench_member SELECT 1, id {EVERYBODY}");
        let time = self.measure_after(table, async || self.execute(&sql).await).await;
        self.execute("DROP TABLE bench_member").await;
        time
    }

    async fn back_and_forward(&mut self) {
        let segment = self.new_segment().await;
        self.add(&segment, everybody()).await;
        let target = || json!({ "segmentId": &segment });
        let mut back = Vec::new();
        let mut forward = Vec::new();
        for _ in 0..=self.runs {
            for (name, times) in [("segmentGoBack", &mut back), ("segmentGoForward", &mut forward)]
            {
                let started = Instant::now();
                self.mutate(name, "segment { contactsCount }", target()).await;
                times.push(started.elapsed().as_secs_f64() * 1000.0);
            }
        }
        for (case, mut times) in [("go back", back), ("go forward", forward)] {
            times.remove(0);
            times.sort_by(f64::total_cmp);
            let median = times[times.len() / 2];
            self.note(case, median, None);
        }
    }
}
