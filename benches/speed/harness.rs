//! What every case needs: a database, requests, times, and a place for the figures.

use std::{fs, time::Instant};

use async_graphql::Executor;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use serde_json::{Value, json};
use urval::{
    db::{self, Database, Table},
    domain::{Clock, Context, Error, demo},
    graphql,
};

use crate::{Arguments, Group};

/// One question, and how long it took to answer.
struct Figure {
    case: &'static str,
    /// Milliseconds, the median.
    ours: f64,
    /// The best SQL by hand, if there is any to compare with.
    by_hand: Option<f64>,
}

pub(crate) struct Bench {
    pub(crate) db: Database,
    pub(crate) context: Context,
    schema: graphql::Schema,
    pub(crate) runs: usize,
    contacts: i64,
    figures: Vec<Figure>,
    /// The segments it has created.
    pub(crate) segments: Vec<String>,
}

impl Bench {
    pub(crate) async fn open(url: &str, arguments: &Arguments) -> Self {
        let db = db::connect(url).await.unwrap();
        db.migrate().await.unwrap();
        let context = Context::new(db.clone(), Clock::default(), chrono_tz::Tz::UTC);
        let schema = graphql::build(context.clone());
        let (figures, segments) = (Vec::new(), Vec::new());
        let mut bench =
            Self { db, context, schema, runs: arguments.runs, contacts: 0, figures, segments };
        if bench.number("SELECT COUNT(*) FROM contact").await == 0 {
            let invented =
                demo::Demo { contacts: arguments.contacts, seed: 1, until: bench.context.today() };
            let started = Instant::now();
            demo::fill(&bench.context, &invented, &mut |_| {}).await.unwrap();
            println!("filled in {:.0} s", started.elapsed().as_secs_f64());
        }
        bench.contacts = bench.number("SELECT COUNT(*) FROM contact").await;
        // Both databases choose their plans by statistics.
        bench.db.reader().execute_unprepared("ANALYZE").await.unwrap();
        bench
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.db.reader().get_database_backend() == DbBackend::Postgres
    }

    pub(crate) async fn row(&self, sql: &str) -> QueryResult {
        let backend = self.db.reader().get_database_backend();
        let statement = Statement::from_string(backend, sql);
        self.db.reader().query_one_raw(statement).await.unwrap().unwrap()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.db.reader().execute_unprepared(sql).await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.row(sql).await.try_get_by_index(0).unwrap()
    }

    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Value {
        let request = async_graphql::Request::new(query)
            .variables(async_graphql::Variables::from_json(variables));
        let response = serde_json::to_value(self.schema.execute(request).await).unwrap();
        assert!(response.get("errors").is_none(), "{response:#}");
        response["data"].clone()
    }

    pub(crate) async fn mutate(&self, name: &str, selection: &str, input: Value) -> Value {
        let (first, rest) = name.split_at(1);
        let query = format!(
            "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{ {selection} userErrors \
             {{ message path }} }} }}",
            first.to_uppercase()
        );
        let data = self.graphql(&query, json!({ "input": input })).await;
        assert_eq!(data[name]["userErrors"], json!([]), "{name}");
        data[name].clone()
    }

    pub(crate) async fn new_segment(&mut self) -> String {
        let input = json!({ "description": "Measured" });
        let created = self.mutate("segmentCreate", "segment { id }", input).await;
        let id = created["segment"]["id"].as_str().unwrap().to_owned();
        self.segments.push(id.clone());
        id
    }

    /// Leaves the database as it was, so that the next run measures the same.
    pub(crate) async fn delete_segments(&mut self) {
        for id in std::mem::take(&mut self.segments) {
            self.mutate("segmentDelete", "deletedSegmentId", json!({ "segmentId": id })).await;
        }
    }

    pub(crate) async fn add(&self, segment: &str, criteria: Value) {
        let input = json!({ "segmentId": segment, "criteria": criteria });
        self.mutate("segmentAddContacts", "effect { added }", input).await;
    }

    /// The median of several runs, in milliseconds, after one that does not count.
    pub(crate) async fn measure(&self, run: impl AsyncFnMut()) -> f64 {
        self.measure_after(async || {}, run).await
    }

    /// The same, with something to prepare before each run that does not count.
    pub(crate) async fn measure_after(
        &self,
        mut prepare: impl AsyncFnMut(),
        mut run: impl AsyncFnMut(),
    ) -> f64 {
        let mut times = Vec::new();
        for _ in 0..=self.runs {
            prepare().await;
            let started = Instant::now();
            run().await;
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times.remove(0);
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }

    /// Makes what is known of contacts outdated, as if something had changed.
    pub(crate) async fn outdate_sets(&self) {
        let done = db::write(&self.context.db, &Table::ALL, async |_| Ok::<_, Error>(()));
        done.await.unwrap();
    }

    pub(crate) fn note(&mut self, case: &'static str, ours: f64, by_hand: Option<f64>) {
        let ratio = by_hand.map(|by_hand| format!("{by_hand:10.1} {:8.2}", ours / by_hand));
        println!("{case:<58} {ours:10.1} {}", ratio.unwrap_or_default());
        self.figures.push(Figure { case, ours, by_hand });
    }

    pub(crate) async fn run(&mut self, only: &[Group]) {
        let interactions = self.number("SELECT COUNT(*) FROM interaction").await;
        let name = if self.is_postgres() { "PostgreSQL" } else { "SQLite" };
        println!("\n{name}: {} contacts, {interactions} interactions", self.contacts);
        println!("{:<58} {:>10} {:>10} {:>8}", "median ms", "ours", "by hand", "ratio");
        for group in
            [Group::Selection, Group::Reading, Group::Criteria, Group::Relations, Group::Bulk]
        {
            if !only.is_empty() && !only.contains(&group) {
                continue;
            }
            match group {
                Group::Selection => self.selection().await,
                Group::Reading => self.reading().await,
                Group::Criteria => self.criteria().await,
                Group::Relations => self.relations().await,
                Group::Bulk => self.bulk().await,
            }
        }
        self.delete_segments().await;
        println!("peak memory of this process: {} MiB", peak_memory_mib());
    }

    pub(crate) fn report(&self) -> Value {
        let figure =
            |it: &Figure| json!({ "case": it.case, "ours": it.ours, "byHand": it.by_hand });
        json!({
            "contacts": self.contacts,
            "database": if self.is_postgres() { "PostgreSQL" } else { "SQLite" },
            "unit": "ms, median",
            "figures": self.figures.iter().map(figure).collect::<Vec<_>>(),
            "peakMemoryMiB": peak_memory_mib(),
        })
    }
}

/// What this process has occupied at most, as Linux has it; 0 elsewhere.
fn peak_memory_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kib| kib.parse().ok());
    kib.unwrap_or(0_u64) / 1024
}
