//! The guides: each request in them is sent, in their order, and answered as they say.
//!
//! - A block `graphql` is a request, and a block `json` the answer. Variables may come between them, as
//!   `json variables`.
//! - A block `graphql template` is a request with `$criteria`. A block `graphql criteria` puts criteria
//!   there, and its answer is what the one field of the answer holds.
//! - A subscription begins with its block, and a block `json event` is what it tells next.
//! - A block `console` that begins with `curl` and has `-d '…'` shows the answer below the command.
//!
//! Run with `UPDATE_GUIDES=1` to write the answers.

use std::{fs, ops::Range, time::Duration};

use async_graphql::{Executor, Request, Response, Value};
use chrono::NaiveDate;
use futures_util::{StreamExt, stream::BoxStream};
use serde_json::json;
use tokio::time::timeout;
use urval::{
    domain::{
        Event,
        demo::{self, Demo},
    },
    graphql::{self, Schema},
};

use super::{
    markdown::{Block, Page},
    pretty::pretty,
};
use crate::{
    app::{TestApp, both},
    stub::Stub,
};

const UPDATE: &str = "UPDATE_GUIDES";

/// All pages with requests in them.
const PAGES: &[&str] = &[
    "README.md",
    "docs/guides/campaigns.md",
    "docs/guides/contacts.md",
    "docs/guides/criteria-text.md",
    "docs/guides/criteria.md",
    "docs/guides/errors.md",
    "docs/guides/filter-expressions.md",
    "docs/guides/first-query.md",
    "docs/guides/interactions.md",
    "docs/guides/live.md",
    "docs/guides/opportunities.md",
    "docs/guides/paging.md",
    "docs/guides/postgresql.md",
    "docs/guides/profiles.md",
    "docs/guides/segments.md",
    "docs/guides/templates.md",
];

both! {
    async fn requests_are_answered_as_the_guides_say(app) {
        let demo = TestApp::on_sqlite().await;
        fill(&demo).await;
        let unchanged = Server::start(twin(&demo, &app).await);
        for path in PAGES {
            let page = Page::read(path);
            if page.text.contains("```graphql\nmutation") {
                let own = Server::start(twin(&demo, &app).await);
                answers(&own, path, &page).await;
            } else {
                answers(&unchanged, path, &page).await;
            }
        }
    }
}

/// What `urval demo --until 2026-11-01` makes; the clock of tests stands at the day after.
async fn fill(app: &TestApp) {
    let until = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    let demo = Demo { contacts: 10_000, seed: 1, until };
    demo::fill(&app.context, &demo, &mut |_| {}).await.unwrap();
}

/// The same data in a database of its own, of the kind that `like` is.
async fn twin(demo: &TestApp, like: &TestApp) -> TestApp {
    if like.database_url.starts_with("sqlite") {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("twin.db");
        demo.context.db.back_up(&file).await.unwrap();
        return TestApp::start(format!("sqlite://{}", file.display()), Some(dir)).await;
    }
    let twin = TestApp::on_postgres().await.unwrap();
    match twin.is_distributed().await {
        true => fill(&twin).await,
        false => drop(demo.context.db.copy_to(&twin.context.db, &mut |_| {}).await.unwrap()),
    }
    twin
}

#[test]
fn every_guide_is_tried_and_in_the_index() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides");
    let index = Page::read("docs/README.md").text;
    for file in fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(PAGES.contains(&&*format!("docs/guides/{name}")), "{name} is not tried");
        assert!(index.contains(&format!("(guides/{name})")), "{name} is not in docs/README.md");
    }
}

/// A server as the guides have it.
struct Server {
    stub: Stub,
    schema: Schema,
    is_on_sqlite: bool,
}

impl Server {
    fn start(app: TestApp) -> Self {
        tokio::spawn(app.context.events.clone().relay(app.context.db.clone()));
        let zone = urval::domain::BusinessZone::new(chrono_tz::UTC);
        let context = urval::domain::Context { zone, ..app.context.clone() };
        let is_on_sqlite = app.database_url.starts_with("sqlite");
        let schema = graphql::build(context.clone());
        Self { stub: Stub::real(app, context), schema, is_on_sqlite }
    }
}

/// Who reads a guide: one request after the other.
struct Reader<'a> {
    server: &'a Server,
    template: Option<String>,
    /// The request that waits for its answer, and whether only what its field holds is shown.
    asked: Option<(String, serde_json::Value, bool)>,
    watching: Option<BoxStream<'static, Response>>,
}

/// What has to stand in the page, and where.
type Written = Vec<(Range<usize>, String)>;

async fn answers(server: &Server, path: &str, page: &Page) {
    let mut reader = Reader { server, template: None, asked: None, watching: None };
    let mut written = Written::new();
    for block in page.blocks() {
        written.extend(reader.read(&page.text, &block).await);
    }
    assert!(reader.asked.is_none(), "{path}: the last request has no answer");
    let mut text = page.text.clone();
    for (range, answer) in written.into_iter().rev() {
        text.replace_range(range, &answer);
    }
    // Both databases answer alike; one of them writes.
    page.expect(&text, if server.is_on_sqlite { UPDATE } else { "" });
}

impl Reader<'_> {
    async fn read(&mut self, page: &str, block: &Block) -> Option<(Range<usize>, String)> {
        let text = &page[block.range.clone()];
        match block.kind.as_str() {
            "graphql" if text.trim_start().starts_with("subscription") => {
                self.watching = Some(self.server.schema.execute_stream(Request::new(text), None));
                None
            }
            "graphql" => self.ask(text, false),
            "graphql template" => {
                self.template = Some(text.to_owned());
                None
            }
            "graphql criteria" => {
                let template = self.template.as_ref().expect("a template comes first");
                let (_, body) = template.split_once('{').unwrap();
                let query = format!("{{{}", body.replace("$criteria", text.trim()));
                self.ask(&query, true)
            }
            "json variables" => {
                let variables = serde_json::from_str(text).unwrap();
                self.asked.as_mut().expect("a request").1 = variables;
                None
            }
            "json" => {
                let (query, variables, is_inner) = self.asked.take().expect("a request");
                let request = json!({ "query": query, "variables": variables });
                let answer = self.answer(request.to_string()).await;
                let mut answer: Value = serde_json::from_str(&answer).unwrap();
                // Each has what it cost, which the guides tell once.
                if let Value::Object(answer) = &mut answer {
                    answer.swap_remove("extensions");
                }
                let answer = if is_inner { inner(answer) } else { answer };
                Some((block.range.clone(), pretty(&answer) + "\n"))
            }
            "json event" => Some((block.range.clone(), pretty(&self.event().await) + "\n")),
            "console" if text.starts_with("$ curl") && text.contains("-d '") => {
                let (command, body) = text.split_once("-d '").unwrap();
                let (body, rest) = body.split_once('\'').unwrap();
                let answer = self.answer(body.to_owned()).await;
                let line = rest.find('\n').unwrap();
                let start =
                    block.range.start + command.len() + "-d '".len() + body.len() + 1 + line;
                Some((start + 1..block.range.end, answer + "\n"))
            }
            _ => None,
        }
    }

    fn ask(&mut self, query: &str, is_inner: bool) -> Option<(Range<usize>, String)> {
        let before = self.asked.replace((query.to_owned(), json!({}), is_inner));
        assert!(before.is_none(), "a request has no answer: {before:?}");
        None
    }

    async fn answer(&self, request: String) -> String {
        self.server.stub.post(request).await.body
    }

    /// What the subscription tells next. Whoever has begun to listen late is told again.
    async fn event(&mut self) -> Value {
        let watching = self.watching.as_mut().expect("a subscription");
        for _ in 0..100 {
            let next = timeout(Duration::from_millis(50), watching.next()).await;
            if let Ok(response) = next {
                let told = serde_json::to_string(&response.unwrap()).unwrap();
                return serde_json::from_str(&told).unwrap();
            }
            for id in 1..10 {
                let event = Event::SegmentChanged { id, revision: 1 };
                let context = &self.server.stub.context;
                context.events.publish(&context.db, event).await;
            }
        }
        panic!("nothing is told")
    }
}

/// What the one field of an answer holds.
fn inner(answer: Value) -> Value {
    let Value::Object(mut answer) = answer else { panic!("{answer}") };
    match answer.swap_remove("data") {
        Some(Value::Object(mut data)) if !answer.contains_key("errors") => data.pop().unwrap().1,
        data => panic!("{data:?} {answer:?}"),
    }
}
