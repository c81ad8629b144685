//! What is wrong with rows, and which codes they need.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use roaring::{RoaringBitmap, RoaringTreemap};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Error, Result,
        code::{self as codes, blank, name_of},
        text,
    },
    entity::{code, kinds::CodeKind, segment},
};

/// Characters of what is said of a row.
const SENTENCE_CHARS_MAX: usize = 400;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: u64,
    /// The caption of the column, if it is one.
    pub column: Option<String>,
    /// A sentence for people.
    pub reason: String,
}

/// What became of some rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    /// Rows by their place among those, with what is wrong with them.
    pub(super) rejected: Vec<(usize, Vec<Problem>)>,
    /// People whose company is not there yet.
    pub(super) waiting: Vec<Waiting>,
    /// Numbers of companies that have come.
    pub(super) companies: Vec<String>,
    /// Contacts that have a row of their own.
    pub(super) mentioned: RoaringBitmap,
    /// What the file calls contacts that are called otherwise by now.
    pub(super) aliases: HashMap<i32, String>,
    /// Of interactions and the like: the first key that the import took.
    pub(super) first_key: Option<i64>,
    /// And those from before that rows were found to say.
    pub(super) found: RoaringTreemap,
    /// Of purchases: how many rows were passed over, and where the first is.
    pub(super) passed: u64,
    pub(super) passed_from: Option<u64>,
    /// Of recorded criteria: the segments that had rows.
    pub(super) criteria_of: Vec<String>,
    /// Segments that were made or changed, as they are now.
    pub(super) segments: Vec<segment::Model>,
}

/// A person whose company is not there yet.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) company_no: String,
    pub(super) contact_id: i32,
    pub(super) line: u64,
}

/// Collects what is wrong with one row.
pub(super) struct Check {
    line: u64,
    problems: Vec<Problem>,
}

impl Check {
    pub(super) fn new(line: u64) -> Self {
        Self { line, problems: Vec::new() }
    }

    pub(super) fn add(&mut self, column: Option<String>, reason: impl Into<String>) {
        let reason = excerpt(reason.into());
        self.problems.push(Problem { line: self.line, column, reason });
    }

    /// The value; its default if it can't be taken, which is noted.
    pub(super) fn keep<T: Default>(
        &mut self,
        column: impl FnOnce() -> Option<String>,
        value: Result<T, String>,
    ) -> T {
        value.unwrap_or_else(|reason| {
            self.add(column(), reason);
            T::default()
        })
    }

    /// The code, if it is one of those there are, or can be made; nothing if nothing is written.
    pub(super) fn code(
        &mut self,
        column: impl Fn() -> Option<String>,
        text: &str,
        kind: CodeKind,
        known: &Codes,
    ) -> Option<String> {
        let key = (kind, text::code(text)?);
        if !known.there.contains(&key) && !known.missing.contains_key(&key) {
            let there_is_none = || format!("There is no {} {}.", name_of(kind), key.1);
            self.add(column(), codes::why_no_entry(&key.1).unwrap_or_else(there_is_none));
            return None;
        }
        Some(key.1)
    }

    /// Notes why the domain does not take a value; `caption` knows the column by the field in the API.
    pub(super) fn note(&mut self, err: Error, caption: impl Fn(Option<&str>) -> Option<String>) {
        let Error::Rejected(rejections) = err else { return };
        for rejection in rejections {
            self.add(caption(rejection.path.first().map(String::as_str)), rejection.message);
        }
    }

    pub(super) fn is_fine(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problems, if there are any.
    pub(super) fn failed(self) -> Option<Vec<Problem>> {
        Some(self.problems).filter(|problems| !problems.is_empty())
    }
}

/// The beginning of a sentence that quotes a file, where anything may stand.
pub(super) fn excerpt(mut sentence: String) -> String {
    if let Some((end, _)) = sentence.char_indices().nth(SENTENCE_CHARS_MAX) {
        sentence.truncate(end);
        sentence.push('…');
    }
    sentence
}

/// A code or number as it is stored, if something new may have it; nothing if nothing is written.
pub(super) fn code(text: &str) -> Result<Option<String>, String> {
    let code = text::code(text);
    match code.as_deref().and_then(codes::why_not) {
        Some(reason) => Err(reason),
        None => Ok(code),
    }
}

type Key = (CodeKind, String);

/// The codes that the rows of a chunk refer to.
pub(super) struct Codes {
    /// Those there are. They can't be deleted before the transaction ends.
    there: HashSet<Key>,
    /// Those that can be made, with the places of the rows that need them.
    missing: BTreeMap<Key, Vec<usize>>,
}

impl Codes {
    /// Looks for what `cells` name, each with the place of its row. Codes that are missing can be
    /// made if `create` says so.
    pub(super) async fn find<'r>(
        txn: &DatabaseTransaction,
        cells: impl Iterator<Item = (usize, CodeKind, &'r str)>,
        create: bool,
    ) -> Result<Self> {
        // Codes repeat much, and so they are told apart before they are tidied.
        let mut given: HashMap<(CodeKind, &str), Vec<usize>> = HashMap::new();
        for (row, kind, text) in cells.filter(|(_, _, text)| !text.is_empty()) {
            given.entry((kind, text)).or_default().push(row);
        }
        let mut missing: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for ((kind, text), rows) in given {
            let code = text::code(text).map(|code| missing.entry((kind, code)).or_default());
            code.into_iter().for_each(|all| all.extend(&rows));
        }
        if missing.is_empty() {
            return Ok(Self { there: HashSet::new(), missing });
        }
        let texts: BTreeSet<&String> = missing.keys().map(|(_, code)| code).collect();
        let texts: Vec<String> = texts.into_iter().cloned().collect();
        let column = Expr::col(code::Column::Code);
        let there: HashSet<Key> = code::Entity::find()
            .filter(dialect::in_texts(txn.get_database_backend(), column, &texts))
            .lock_shared()
            .all(txn)
            .await?
            .into_iter()
            .map(|row| (row.kind, row.code))
            .collect();
        missing.retain(|key, _| {
            create && !there.contains(key) && codes::why_no_entry(&key.1).is_none()
        });
        Ok(Self { there, missing })
    }

    /// Makes those that rows need which are taken, told by their places.
    pub(super) async fn make(
        &self,
        txn: &DatabaseTransaction,
        is_taken: impl Fn(usize) -> bool,
    ) -> Result<()> {
        let needed = self.missing.iter().filter(|(_, rows)| rows.iter().any(|row| is_taken(*row)));
        let new: Vec<code::Model> =
            needed.map(|((kind, code), _)| blank(*kind, code.clone())).collect();
        db::insert_rows::<code::Entity>(txn, &new, OnConflict::Ignore).await?;
        Ok(())
    }

    /// [`make`](Self::make) for all rows that were not rejected.
    pub(super) async fn make_for(
        &self,
        txn: &DatabaseTransaction,
        written: &Written,
    ) -> Result<()> {
        let rejected: HashSet<usize> = written.rejected.iter().map(|(row, _)| *row).collect();
        self.make(txn, |row| !rejected.contains(&row)).await
    }
}
