//! What can be asked, and may not be meant: conditions that contradict each other, always or never
//! hold, or have been said already, and codes that there are none of.

use std::collections::{BTreeMap, HashSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;

use super::{
    check::{Diagnostic, DiagnosticCode, Severity},
    nearest,
    relations::RELATIONS,
    spanned::Spanned,
};
use crate::{
    domain::{
        Context, Moment, Result,
        criteria::{
            CLASSIFICATIONS, CONTACT_FIELDS, CodesTest, Criteria, Field, Leaf, Tree,
            always::always,
            predicate::Predicate,
            resolve::{Asked, resolve},
        },
    },
    entity::{code, kinds::CodeKind},
};

/// Everything that may not be meant.
pub(super) async fn lint(
    context: &Context,
    criteria: &Criteria,
    moment: Moment,
    json: &Spanned,
) -> Result<Vec<Diagnostic>> {
    let by = context.viewer.name.as_deref().unwrap_or_default();
    let mut lint = Lint { asked: Asked { moment, by }, json, path: Vec::new(), found: Vec::new() };
    lint.tree(criteria, true);
    let value = criteria.to_json();
    lint.duplicates(&value);
    let mut found = lint.found;
    found.extend(unknown_codes(context, &value, json).await?);
    found.sort_by_key(|it| it.span.start);
    Ok(found)
}

struct Lint<'a> {
    asked: Asked<'a>,
    json: &'a Spanned,
    path: Vec<String>,
    found: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn warn(&mut self, code: DiagnosticCode, message: impl Into<String>) {
        let span = self.json.at(&self.path);
        self.found.push(Diagnostic::new(Severity::Warning, code, message, span));
    }

    fn below<T>(&mut self, steps: &[&str], look: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.path.len();
        self.path.extend(steps.iter().map(|&step| step.to_owned()));
        let seen = look(self);
        self.path.truncate(depth);
        seen
    }

    /// The parser has bounded how deep this goes.
    fn tree(&mut self, criteria: &Criteria, is_whole: bool) {
        match criteria {
            Tree::All(trees) if trees.is_empty() && !is_whole => {
                self.warn(DiagnosticCode::AlwaysTrue, "This holds of everybody.");
            }
            Tree::Any(trees) if trees.is_empty() => {
                self.warn(DiagnosticCode::AlwaysFalse, "This holds of nobody.");
            }
            Tree::All(trees) | Tree::Any(trees) => {
                let is_all = matches!(criteria, Tree::All(_));
                let word = if is_all { "all" } else { "any" };
                for (index, tree) in trees.iter().enumerate() {
                    self.below(&[word, &index.to_string()], |it| it.tree(tree, false));
                }
                self.opposites(trees, word);
                if is_all {
                    self.contradictions(trees);
                }
            }
            Tree::Not(tree) => self.below(&["not"], |it| it.tree(tree, false)),
            Tree::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        match leaf {
            Leaf::Company(tree) => self.below(&["company"], |it| it.tree(tree, true)),
            Leaf::People { filter, .. } => {
                self.below(&["people", "where"], |it| it.tree(filter, true));
            }
            Leaf::Sample(sample) => self.below(&["sample", "of"], |it| it.tree(&sample.of, true)),
            Leaf::Field(test) => {
                let predicate = resolve(test.field.kind, &test.test, self.asked);
                self.said_of(always(test.field.kind, &[predicate]));
            }
            Leaf::Codes { test, .. } => self.said_of(match test {
                CodesTest::HasAny(codes) if codes.is_empty() => Some(false),
                CodesTest::HasAll(codes) | CodesTest::HasNone(codes) if codes.is_empty() => {
                    Some(true)
                }
                _ => None,
            }),
            _ => {}
        }
    }

    fn said_of(&mut self, always: Option<bool>) {
        match always {
            Some(true) => self.warn(DiagnosticCode::AlwaysTrue, "This always holds."),
            Some(false) => self.warn(DiagnosticCode::AlwaysFalse, "This never holds."),
            None => {}
        }
    }

    /// Something and its opposite beside each other.
    fn opposites(&mut self, trees: &[Criteria], word: &str) {
        for (index, tree) in trees.iter().enumerate() {
            let Tree::Not(inner) = tree else { continue };
            if !trees.contains(inner) {
                continue;
            }
            let (code, message) = match word {
                "all" => (
                    DiagnosticCode::Contradiction,
                    "The opposite has to hold, too: nobody matches.",
                ),
                _ => (DiagnosticCode::AlwaysTrue, "The opposite will do, too: everybody matches."),
            };
            self.below(&[word, &index.to_string()], |it| it.warn(code, message));
        }
    }

    /// Conditions on the same field, or on the same codes, that can't all hold.
    fn contradictions(&mut self, trees: &[Criteria]) {
        let mut of_fields: BTreeMap<&str, (&'static Field, Vec<Predicate>)> = BTreeMap::new();
        let (mut wanted, mut unwanted): (Vec<(CodeKind, &String)>, Vec<_>) = <_>::default();
        for (index, tree) in trees.iter().enumerate() {
            let (leaf, is_negated) = match tree {
                Tree::Leaf(leaf) => (leaf, false),
                Tree::Not(tree) => match &**tree {
                    Tree::Leaf(leaf) => (leaf, true),
                    _ => continue,
                },
                _ => continue,
            };
            // Its opposite beside it was told already.
            if matches!(tree, Tree::Not(inner) if trees.contains(inner)) {
                continue;
            }
            let contradicts = match leaf {
                Leaf::Field(test) => {
                    let kind = test.field.kind;
                    let predicate = resolve(kind, &test.test, self.asked);
                    let predicate =
                        if is_negated { Predicate::Not(Box::new(predicate)) } else { predicate };
                    // By itself it was told already.
                    if always(kind, std::slice::from_ref(&predicate)).is_some() {
                        continue;
                    }
                    let (_, all) =
                        of_fields.entry(test.field.name).or_insert((test.field, Vec::new()));
                    all.push(predicate);
                    1 < all.len() && always(kind, all) == Some(false)
                }
                Leaf::Codes { kind, test } => {
                    match (test, is_negated) {
                        (CodesTest::HasAll(codes), false) => {
                            wanted.extend(codes.iter().map(|code| (*kind, code)));
                        }
                        (CodesTest::HasAny(codes), false) if codes.len() == 1 => {
                            wanted.push((*kind, &codes[0]));
                        }
                        (CodesTest::HasNone(codes), false) | (CodesTest::HasAny(codes), true) => {
                            unwanted.extend(codes.iter().map(|code| (*kind, code)));
                        }
                        _ => continue,
                    }
                    wanted.iter().any(|code| unwanted.contains(code))
                }
                _ => continue,
            };
            if contradicts {
                let message = "This contradicts what comes before it: nobody matches.";
                self.below(&["all", &index.to_string()], |it| {
                    it.warn(DiagnosticCode::Contradiction, message);
                });
                return;
            }
        }
    }

    /// The same twice in a list, at any depth.
    fn duplicates(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.below(&[key], |it| {
                        if let ("all" | "any", Value::Array(items)) = (key.as_str(), value) {
                            it.twice(items);
                        }
                        it.duplicates(value);
                    });
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&[&index.to_string()], |it| it.duplicates(item));
                }
            }
            _ => {}
        }
    }

    fn twice(&mut self, items: &[Value]) {
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            if !seen.insert(item.to_string()) {
                self.below(&[&index.to_string()], |it| {
                    it.warn(DiagnosticCode::Duplicate, "This has been said before.");
                });
            }
        }
    }
}

/// How many unknown codes are told.
const UNKNOWN_MAX: usize = 20;

async fn unknown_codes(
    context: &Context,
    criteria: &Value,
    json: &Spanned,
) -> Result<Vec<Diagnostic>> {
    let mut named = Vec::new();
    collect(criteria, CONTACT_FIELDS, &mut Vec::new(), &mut named);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let kinds: HashSet<CodeKind> = named.iter().map(|(kind, ..)| *kind).collect();
    let found = code::Entity::find().filter(code::Column::Kind.is_in(kinds)).select_only();
    let found = found.columns([code::Column::Kind, code::Column::Code]).into_tuple();
    let known: Vec<(CodeKind, String)> = found.all(context.db.reader()).await?;
    let is_known: HashSet<(CodeKind, &str)> =
        known.iter().map(|(kind, code)| (*kind, code.as_str())).collect();
    let unknown = named.into_iter().filter(|(kind, code, _)| !is_known.contains(&(*kind, *code)));
    let told = unknown.take(UNKNOWN_MAX).map(|(kind, code, path)| {
        let of_kind = known.iter().filter(|(it, _)| *it == kind).map(|(_, code)| code.as_str());
        let suggestion = nearest(code, of_kind);
        let message = match &suggestion {
            Some(near) => format!("There is no code {code}; there is {near}."),
            None => format!("There is no code {code}."),
        };
        let code = DiagnosticCode::UnknownCode;
        let diagnostic = Diagnostic::new(Severity::Warning, code, message, json.at(&path));
        Diagnostic { suggestion, ..diagnostic }
    });
    Ok(told.collect())
}

/// The codes that are named, and where. Patterns and ranges name none.
fn collect<'a>(
    value: &'a Value,
    fields: &'static [Field],
    path: &mut Vec<String>,
    named: &mut Vec<(CodeKind, &'a str, Vec<String>)>,
) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                path.push(key.clone());
                let relation = RELATIONS.iter().find(|it| it.name == key);
                let field = fields.iter().find(|it| it.name == key).and_then(|it| it.codes);
                let is_contact = std::ptr::eq(fields, CONTACT_FIELDS);
                let classification = CLASSIFICATIONS.iter().find(|it| is_contact && it.name == key);
                match field.or(classification.map(|it| it.kind)) {
                    Some(kind) => codes_of(kind, value, path, named),
                    None => collect(value, relation.map_or(fields, |it| it.fields), path, named),
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                collect(item, fields, path, named);
                path.pop();
            }
        }
        _ => {}
    }
}

/// The codes that a test names.
fn codes_of<'a>(
    kind: CodeKind,
    test: &'a Value,
    path: &mut Vec<String>,
    named: &mut Vec<(CodeKind, &'a str, Vec<String>)>,
) {
    const NAMING: [&str; 7] = ["eq", "ne", "in", "notIn", "hasAny", "hasAll", "hasNone"];
    let Some(fields) = test.as_object() else { return };
    for (key, value) in fields {
        path.push(key.clone());
        let is_naming = NAMING.contains(&key.as_str());
        match value {
            Value::String(code) if is_naming => named.push((kind, code, path.clone())),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    match item {
                        Value::String(code) if is_naming => named.push((kind, code, path.clone())),
                        item => codes_of(kind, item, path, named),
                    }
                    path.pop();
                }
            }
            value => codes_of(kind, value, path, named),
        }
        path.pop();
    }
}
