//! What the server counts while it works, for whoever operates it. Each layer counts its own; the
//! names under which it is shown, and what else is, are in `http/metrics.rs`.
//!
//! Nothing here holds the text of a query, a variable, or anything of a contact.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
};
use tracing::Span;

/// Names of operations that are told apart. Clients choose them, and each costs memory for as long
/// as the server runs.
const NAMES_MAX: usize = 100;
/// What all names are called that come later.
const OTHER: &str = "other";

/// Limits, in seconds, between which the time of operations is told: up to the time-out.
const SECONDS: [f64; 10] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
/// Limits between which the size of sets is told.
const CONTACTS: [f64; 8] = [0.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

/// What is counted. Cheap to clone; one for the whole server.
#[derive(Clone, Debug)]
pub struct Metrics {
    names: Arc<Mutex<HashSet<Arc<str>>>>,
    pub(crate) operations: Family<Operation, Counter>,
    pub(crate) operation_seconds: Family<Operation, Histogram, fn() -> Histogram>,
    pub(crate) errors: Family<Code, Counter>,
    pub(crate) requests: Family<Served, Counter>,
    pub(crate) selected_contacts: Histogram,
    /// What takes longer goes into the log.
    pub slow_after: Duration,
}

/// What an operation is counted as.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Operation {
    kind: &'static str,
    name: Arc<str>,
}

/// What an error is counted as.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Code {
    code: String,
}

/// What an HTTP request is counted as.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Served {
    route: String,
    status: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            names: Arc::default(),
            operations: Family::default(),
            operation_seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            errors: Family::default(),
            requests: Family::default(),
            selected_contacts: Histogram::new(CONTACTS),
            slow_after: Duration::MAX,
        }
    }
}

impl Metrics {
    /// An operation of this kind begins, under the name that its client gave it.
    pub fn operation(&self, kind: &'static str, name: &str) -> Operation {
        let operation = Operation { kind, name: self.told_apart(name) };
        self.operations.get_or_create(&operation).inc();
        operation
    }

    /// Measures how long an operation takes, until the timer is dropped. If that is long, it is
    /// logged as something of `span`.
    pub fn time(&self, operation: &Operation, span: Span) -> Timer {
        let seconds = self.operation_seconds.get_or_create_owned(operation);
        Timer { since: Instant::now(), seconds, slow_after: self.slow_after, span }
    }

    /// An answer has an error with this code, which is one of ours.
    pub fn error(&self, code: &str) {
        self.errors.get_or_create(&Code { code: code.to_owned() }).inc();
    }

    /// A request was answered, with a status of this class. The route is the pattern, not the path.
    pub fn request(&self, route: &str, status: &'static str) {
        self.requests.get_or_create(&Served { route: route.to_owned(), status }).inc();
    }

    /// A step left so many contacts in a segment.
    pub fn selected(&self, contacts: u64) {
        self.selected_contacts.observe(contacts as f64);
    }

    /// The name itself, unless it is one too many.
    fn told_apart(&self, name: &str) -> Arc<str> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let is_told = names.contains(name) || names.len() < NAMES_MAX;
        let name = if is_told { name } else { OTHER };
        if let Some(known) = names.get(name) {
            return Arc::clone(known);
        }
        let name = Arc::from(name);
        names.insert(Arc::clone(&name));
        name
    }
}

/// Runs until it is dropped, which it is too when an operation is given up.
#[derive(Debug)]
pub struct Timer {
    since: Instant,
    seconds: Histogram,
    slow_after: Duration,
    span: Span,
}

impl Drop for Timer {
    fn drop(&mut self) {
        let taken = self.since.elapsed();
        self.seconds.observe(taken.as_secs_f64());
        if self.slow_after < taken {
            self.span.in_scope(|| tracing::warn!(ms = taken.as_millis(), "slow operation"));
        }
    }
}

/// How often a cache was asked, and had an answer.
#[derive(Clone, Debug, Default)]
pub struct Lookups {
    hits: Counter,
    misses: Counter,
}

impl Lookups {
    /// Counts what was found, or not, and hands it on.
    pub fn counted<T>(&self, found: Option<T>) -> Option<T> {
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.inc();
        found
    }

    /// Together with what the cache weighs.
    pub fn with(&self, bytes: u64) -> CacheState {
        CacheState { bytes, hits: self.hits.get(), misses: self.misses.get() }
    }
}

/// A cache at a moment.
#[derive(Copy, Clone, Debug)]
pub struct CacheState {
    pub bytes: u64,
    pub hits: u64,
    pub misses: u64,
}
