//! Many rows at once: a segment logged, and exported.

use std::time::Instant;

use sea_orm::{EntityTrait, Iterable, sea_query::Iden};
use serde_json::json;
use urval::{
    domain::{
        export::{Export, Format},
        id::Kind,
    },
    entity::{interaction, segment},
};

use crate::harness::Bench;

impl Bench {
    pub(crate) async fn bulk(&mut self) {
        self.log().await;
        self.export().await;
    }

    /// 100,000 lines as interactions, beside copying the same rows with one statement.
    async fn log(&mut self) {
        let last = self.number("SELECT MAX(id) FROM interaction").await;
        let columns: Vec<String> =
            interaction::Column::iter().map(|column| column.unquoted().to_owned()).collect();
        let source: Vec<&str> = columns
            .iter()
            .map(|column| if column == "id" { "id + 100000000" } else { column.as_str() })
            .collect();
        let copy = format!(
            "INSERT INTO interaction ({}) SELECT {} FROM interaction WHERE id > {last}",
            columns.join(", "),
            source.join(", ")
        );
        let (mut ours, mut by_hand) = (Vec::new(), Vec::new());
        for _ in 0..=self.runs {
            let segment = self.new_segment().await;
            let many = json!({ "sample": { "take": 100_000, "salt": "log" } });
            self.add(&segment, many).await;
            let template = json!({ "segmentId": &segment, "interactionTemplate": "ORDER" });
            self.mutate("segmentUpdate", "segment { id }", template).await;
            let input = json!({
                "segmentId": &segment, "description": "Measured", "unreachable": "LOG_WITHOUT_DELIVERY",
            });
            let started = Instant::now();
            let logged = self.mutate("segmentLog", "interactionsCount loggedSegment { id }", input);
            let logged = logged.await;
            ours.push(started.elapsed().as_secs_f64() * 1000.0);
            let started = Instant::now();
            self.execute(&copy).await;
            by_hand.push(started.elapsed().as_secs_f64() * 1000.0);

            self.execute(&format!("DELETE FROM interaction WHERE id > {last}")).await;
            let logged = json!({ "loggedSegmentId": logged["loggedSegment"]["id"] });
            self.mutate("loggedSegmentCancel", "loggedSegment { id }", logged.clone()).await;
            self.mutate("loggedSegmentDelete", "deletedLoggedSegmentId", logged).await;
        }
        let [ours, by_hand] = [ours, by_hand].map(|mut times| {
            times.remove(0);
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        self.note("log 100,000 lines; by hand: the same rows copied", ours, Some(by_hand));
    }

    async fn export(&mut self) {
        let segment = self.new_segment().await;
        self.add(&segment, json!({ "excludeFromSegment": false })).await;
        let key = Kind::Segment.key(&segment, &[]).unwrap();
        let row = segment::Entity::find_by_id(key).one(self.db.reader()).await.unwrap().unwrap();
        for (case, format) in [
            ("export everybody as CSV", Format::Csv),
            ("export everybody as NDJSON", Format::Ndjson),
        ] {
            let started = Instant::now();
            let mut export = Export::of_segment(&self.context, &row, format).await.unwrap();
            while export.next().await.unwrap().is_some() {}
            let ours = started.elapsed().as_secs_f64() * 1000.0;
            self.note(case, ours, None);
        }
    }
}
