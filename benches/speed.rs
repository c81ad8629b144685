//! How long the main jobs take, beside the best SQL by hand for the same question on the same
//! database in the same run.
//!
//! ```text
//! cargo bench --bench speed -- --contacts 1000000 --database-url sqlite://bench.db
//! ```
//!
//! An empty database is filled with invented data first; a filled one is used as it is. Requests go
//! through the whole schema, as clients send them. Prints medians as a table, and as JSON on demand.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and may fail loudly"
)]

use std::{fs, path::PathBuf, time::Instant};

use clap::Parser;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use urval::{
    db::{self, Database},
    domain::{Clock, Context, demo},
    graphql,
};

#[derive(Parser)]
struct Arguments {
    /// Contacts to invent where the database is empty; each has about five interactions.
    #[arg(long, default_value_t = 100_000)]
    contacts: u32,
    /// The databases to measure, one after the other.
    #[arg(long, default_value = "sqlite://bench.db")]
    database_url: Vec<String>,
    /// How often each case runs; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Where to write the figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// One question, and how long it took to answer.
struct Figure {
    case: &'static str,
    /// Milliseconds, the median.
    ours: f64,
    /// The best SQL by hand, if there is any to compare with.
    by_hand: Option<f64>,
}

struct Bench {
    db: Database,
    context: Context,
    schema: graphql::Schema,
    runs: usize,
    figures: Vec<Figure>,
    /// The segments it has created.
    segments: Vec<String>,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let mut report = Vec::new();
    for url in &arguments.database_url {
        let mut bench = Bench::open(url, &arguments).await;
        bench.run().await;
        report.push(bench.report());
    }
    if let Some(path) = arguments.json {
        fs::write(path, serde_json::to_string_pretty(&report).unwrap()).unwrap();
    }
}

impl Bench {
    async fn open(url: &str, arguments: &Arguments) -> Self {
        let db = db::connect(url).await.unwrap();
        db.migrate().await.unwrap();
        let context = Context::new(db.clone(), Clock::default(), chrono_tz::Tz::UTC);
        let schema = graphql::build(context.clone());
        let (figures, segments) = (Vec::new(), Vec::new());
        let bench = Self { db, context, schema, runs: arguments.runs, figures, segments };
        if bench.number("SELECT COUNT(*) FROM contact").await == 0 {
            let invented =
                demo::Demo { contacts: arguments.contacts, seed: 1, until: bench.context.today() };
            let started = Instant::now();
            demo::fill(&bench.context, &invented, &mut |_| {}).await.unwrap();
            println!("filled in {:.0} s", started.elapsed().as_secs_f64());
        }
        // Both databases choose their plans by statistics.
        bench.db.reader().execute_unprepared("ANALYZE").await.unwrap();
        bench
    }

    fn is_postgres(&self) -> bool {
        self.db.reader().get_database_backend() == DbBackend::Postgres
    }

    async fn row(&self, sql: &str) -> sea_orm::QueryResult {
        let backend = self.db.reader().get_database_backend();
        let statement = Statement::from_string(backend, sql);
        self.db.reader().query_one_raw(statement).await.unwrap().unwrap()
    }

    async fn number(&self, sql: &str) -> i64 {
        self.row(sql).await.try_get_by_index(0).unwrap()
    }

    async fn graphql(&self, query: &str, variables: Value) -> Value {
        let request = async_graphql::Request::new(query)
            .variables(async_graphql::Variables::from_json(variables));
        let response = serde_json::to_value(self.schema.execute(request).await).unwrap();
        assert!(response.get("errors").is_none(), "{response:#}");
        response["data"].clone()
    }

    async fn mutate(&self, name: &str, selection: &str, input: Value) -> Value {
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

    async fn new_segment(&mut self) -> String {
        let input = json!({ "description": "Measured" });
        let created = self.mutate("segmentCreate", "segment { id }", input).await;
        let id = created["segment"]["id"].as_str().unwrap().to_owned();
        self.segments.push(id.clone());
        id
    }

    /// Leaves the database as it was, so that the next run measures the same.
    async fn delete_segments(&mut self) {
        for id in std::mem::take(&mut self.segments) {
            self.mutate("segmentDelete", "deletedSegmentId", json!({ "segmentId": id })).await;
        }
    }

    async fn add(&self, segment: &str, criteria: Value) {
        let input = json!({ "segmentId": segment, "criteria": criteria });
        self.mutate("segmentAddContacts", "effect { added }", input).await;
    }

    /// The median of several runs, in milliseconds, after one that does not count.
    async fn measure(&self, mut run: impl AsyncFnMut()) -> f64 {
        run().await;
        let mut times = Vec::new();
        for _ in 0..self.runs {
            let started = Instant::now();
            run().await;
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }

    fn note(&mut self, case: &'static str, ours: f64, by_hand: Option<f64>) {
        let ratio = by_hand.map(|by_hand| format!("{by_hand:10.1} {:8.2}", ours / by_hand));
        println!("{case:<58} {ours:10.1} {}", ratio.unwrap_or_default());
        self.figures.push(Figure { case, ours, by_hand });
    }

    async fn run(&mut self) {
        let contacts = self.number("SELECT COUNT(*) FROM contact").await;
        let interactions = self.number("SELECT COUNT(*) FROM interaction").await;
        let name = if self.is_postgres() { "PostgreSQL" } else { "SQLite" };
        println!("\n{name}: {contacts} contacts, {interactions} interactions");
        println!("{:<58} {:>10} {:>10} {:>8}", "median ms", "ours", "by hand", "ratio");
        self.selection().await;
        self.back_and_forward().await;
        self.lines().await;
        self.membership().await;
        self.preview().await;
        self.delete_segments().await;
        println!("peak memory of this process: {} MiB", peak_memory_mib());
    }

    /// Every contact that is not excluded, committed, beside naming their ids, and beside writing
    /// a row for each.
    async fn selection(&mut self) {
        let everyone = || json!({ "excludeFromSegment": false });
        let segment = self.new_segment().await;
        let ours = self
            .measure(async || {
                let target = json!({ "segmentId": &segment });
                self.mutate("segmentClear", "effect { removed }", target).await;
                self.add(&segment, everyone()).await;
            })
            .await;
        let clear = self
            .measure(async || {
                let target = json!({ "segmentId": &segment });
                self.mutate("segmentClear", "effect { removed }", target).await;
            })
            .await;
        let whose = "FROM contact WHERE NOT exclude_from_segment";
        let aggregate = if self.is_postgres() { "array_agg(id)" } else { "group_concat(id)" };
        let sql = format!("SELECT {aggregate} AS ids {whose}");
        let ids = self
            .measure(async || {
                let row = self.row(&sql).await;
                if self.is_postgres() {
                    let ids: Vec<i32> = row.try_get("", "ids").unwrap();
                    assert!(!ids.is_empty());
                } else {
                    let ids: String = row.try_get("", "ids").unwrap();
                    assert!(!ids.is_empty());
                }
            })
            .await;
        self.note("add all not excluded, committed; by hand: their ids", ours - clear, Some(ids));
        let rows = self
            .measure(async || {
                let writer = self.db.reader();
                for sql in [
                    "DROP TABLE IF EXISTS bench_member",
                    "CREATE TABLE bench_member (segment_id bigint, contact_id integer, \
                     PRIMARY KEY (segment_id, contact_id))",
                    &format!("INSERT INTO bench_member SELECT 1, id {whose}"),
                ] {
                    writer.execute_unprepared(sql).await.unwrap();
                }
            })
            .await;
        self.db.reader().execute_unprepared("DROP TABLE bench_member").await.unwrap();
        self.note("the same; by hand: a row for each", ours - clear, Some(rows));
    }

    async fn back_and_forward(&mut self) {
        let segment = self.new_segment().await;
        self.add(&segment, json!({ "excludeFromSegment": false })).await;
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
        for number in 0..100 {
            let segment = self.new_segment().await;
            let salt = format!("salt {number}");
            self.add(&segment, json!({ "sample": { "fraction": "0.5", "salt": salt } })).await;
        }
        let ours = self
            .measure(async || {
                let query = "{ contactByNo(no: \"CT000001\") { segments { no } } }";
                self.graphql(query, json!({})).await;
            })
            .await;
        self.note("in which of more than 100 segments a contact is", ours, None);
    }

    /// Three conditions over contact, classification and interactions, beside one statement.
    async fn preview(&mut self) {
        let since = self.context.today() - chrono::Days::new(180);
        let criteria = json!({ "all": [
            { "country": { "in": ["SE", "NO", "DE"] } },
            { "mailingGroups": { "hasAny": ["NEWS"] } },
            { "interactions": {
                "where": { "template": { "eq": "ORDER" } },
                "within": { "onOrAfter": { "date": since } },
            } },
        ] });
        let ours = self
            .measure(async || {
                let query = "query($input: CriteriaPreviewInput!) { criteriaPreview(input: $input) { selected { count } } }";
                self.graphql(query, json!({ "input": { "criteria": &criteria } })).await;
            })
            .await;
        let sql = format!(
            "SELECT COUNT(*) FROM contact c WHERE c.country IN ('SE', 'NO', 'DE') AND c.id IN \
             (SELECT contact_id FROM contact_code WHERE kind = 'MAILING_GROUP' AND code = 'NEWS') \
             AND c.id IN (SELECT contact_id FROM interaction WHERE template = 'ORDER' AND NOT \
             canceled AND NOT postponed AND date >= '{since}')"
        );
        let by_hand = self
            .measure(async || {
                self.number(&sql).await;
            })
            .await;
        self.note("count for three conditions; by hand: one statement", ours, Some(by_hand));
    }

    fn report(&self) -> Value {
        let figure =
            |it: &Figure| json!({ "case": it.case, "ours": it.ours, "byHand": it.by_hand });
        json!({
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
