//! What can be asked, and may not be meant: conditions that contradict each other, always or never
//! hold, or have been said already, and codes that there are none of.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{
    check::{Diagnostic, DiagnosticCode, Severity},
    spanned::Spanned,
};
use crate::{
    domain::{
        Context, Moment, Result,
        criteria::{
            CodesTest, Criteria, FieldTest, Kind, Leaf, Measure, RelatedTest, Test, Tree,
            always::always,
            json::ME,
            predicate::Predicate,
            resolve::{Asked, resolve},
        },
    },
    entity::kinds::CodeKind,
};

mod codes;
mod contradiction;

use contradiction::{OfCodes, OfField};

/// Everything that may not be meant.
pub(super) async fn lint(
    context: &Context,
    criteria: &Criteria,
    moment: Moment,
    json: &Spanned,
) -> Result<Vec<Diagnostic>> {
    // Somebody may ask later, so that `me` is nobody only while nobody does.
    let by = context.viewer.name.as_deref().unwrap_or(ME);
    let mut lint = Lint { asked: Asked { moment, by }, json, path: Vec::new(), found: Vec::new() };
    lint.tree(criteria, true);
    let value = criteria.to_json();
    lint.duplicates(&value);
    let mut found = lint.found;
    found.extend(codes::unknown_codes(context, &value, json).await?);
    found.sort_by_key(|it| it.span.start);
    Ok(found)
}

/// What a condition asks: of a contact, or of a row of a relation.
trait Condition: PartialEq + Sized {
    /// What there are many of, and what to say if it is all or none of them.
    const ALL_AND_NONE: [&'static str; 2];

    /// What it asks of a field, if that is what it asks.
    fn of_field(&self) -> Option<&FieldTest>;

    /// What it asks of codes.
    fn of_codes(&self) -> Option<(CodeKind, &CodesTest)> {
        None
    }

    /// Looks at what is in it.
    fn look(&self, _lint: &mut Lint<'_>) {}
}

impl Condition for Leaf {
    const ALL_AND_NONE: [&'static str; 2] = ["everybody", "nobody"];

    fn of_field(&self) -> Option<&FieldTest> {
        match self {
            Self::Field(test) => Some(test),
            _ => None,
        }
    }

    fn of_codes(&self) -> Option<(CodeKind, &CodesTest)> {
        match self {
            Self::Codes { kind, test } => Some((*kind, test)),
            _ => None,
        }
    }

    fn look(&self, lint: &mut Lint<'_>) {
        match self {
            Self::Company(tree) => lint.below(&["company"], |it| it.tree(&**tree, true)),
            Self::People { filter, .. } => {
                lint.below(&["people", "where"], |it| it.tree(&**filter, true));
            }
            Self::Sample(sample) => lint.below(&["sample", "of"], |it| it.tree(&sample.of, true)),
            Self::Related(related) => lint.rows(related),
            _ => {}
        }
    }
}

impl Condition for FieldTest {
    const ALL_AND_NONE: [&'static str; 2] = ["every row", "no row"];

    fn of_field(&self) -> Option<&FieldTest> {
        Some(self)
    }
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
    fn tree<C: Condition>(&mut self, criteria: &Tree<C>, is_whole: bool) {
        let [all, none] = C::ALL_AND_NONE;
        match criteria {
            Tree::All(trees) if trees.is_empty() && !is_whole => {
                self.warn(DiagnosticCode::AlwaysTrue, format!("This holds of {all}."));
            }
            Tree::Any(trees) if trees.is_empty() => {
                self.warn(DiagnosticCode::AlwaysFalse, format!("This holds of {none}."));
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

    fn leaf<C: Condition>(&mut self, leaf: &C) {
        leaf.look(self);
        if let Some(FieldTest { field, test }) = leaf.of_field() {
            self.value(field.kind, test);
        }
        if let Some((_, test)) = leaf.of_codes() {
            self.said_of(match test {
                CodesTest::HasAny(codes) if codes.is_empty() => Some(false),
                CodesTest::HasAll(codes) | CodesTest::HasNone(codes) if codes.is_empty() => {
                    Some(true)
                }
                _ => None,
            });
        }
    }

    fn rows(&mut self, related: &RelatedTest) {
        let RelatedTest { relation, filter, within, measure, .. } = related;
        self.below(&[relation.name], |it| {
            it.below(&["where"], |it| it.tree(filter, true));
            if let Some(test) = within {
                it.below(&["within"], |it| it.value(relation.when().kind, test));
            }
            match measure {
                Measure::Latest(rows) => it.below(&["measure", "latest"], |it| it.tree(rows, true)),
                Measure::Earliest(rows) => {
                    it.below(&["measure", "earliest"], |it| it.tree(rows, true));
                }
                _ => {}
            }
        });
    }

    fn value(&mut self, kind: Kind, test: &Test) {
        let predicate = resolve(kind, test, self.asked);
        self.said_of(always(kind, &[predicate]));
    }

    fn said_of(&mut self, always: Option<bool>) {
        match always {
            Some(true) => self.warn(DiagnosticCode::AlwaysTrue, "This always holds."),
            Some(false) => self.warn(DiagnosticCode::AlwaysFalse, "This never holds."),
            None => {}
        }
    }

    /// Something and its opposite beside each other.
    fn opposites<C: Condition>(&mut self, trees: &[Tree<C>], word: &str) {
        let [all, none] = C::ALL_AND_NONE;
        for (index, tree) in trees.iter().enumerate() {
            let Tree::Not(inner) = tree else { continue };
            if !trees.contains(inner) {
                continue;
            }
            let (code, message) = match word {
                "all" => (
                    DiagnosticCode::Contradiction,
                    format!("The opposite has to hold, too: {none} matches."),
                ),
                _ => (
                    DiagnosticCode::AlwaysTrue,
                    format!("The opposite will do, too: {all} matches."),
                ),
            };
            self.below(&[word, &index.to_string()], |it| it.warn(code, message));
        }
    }

    /// Conditions on the same field, or on the same codes, that can't all hold: the first one that
    /// contradicts those before it.
    fn contradictions<C: Condition>(&mut self, trees: &[Tree<C>]) {
        let mut of_fields: BTreeMap<&str, OfField> = BTreeMap::new();
        let mut of_codes = OfCodes::default();
        let mut first: Option<usize> = None;
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
            if let Some(FieldTest { field, test }) = leaf.of_field() {
                let predicate = resolve(field.kind, test, self.asked);
                let predicate =
                    if is_negated { Predicate::Not(Box::new(predicate)) } else { predicate };
                // By itself it was told already.
                if always(field.kind, std::slice::from_ref(&predicate)).is_none() {
                    let of_field = of_fields.entry(field.name);
                    of_field.or_insert_with(|| OfField::new(field.kind)).add(index, predicate);
                }
            } else if let Some((kind, test)) = leaf.of_codes()
                && of_codes.contradict(kind, test, is_negated)
            {
                first.get_or_insert(index);
            }
        }
        let of_fields = of_fields.values().filter_map(OfField::contradiction);
        let Some(index) = of_fields.chain(first).min() else { return };
        let [_, none] = C::ALL_AND_NONE;
        let message = format!("This contradicts what comes before it: {none} matches.");
        self.below(&["all", &index.to_string()], |it| {
            it.warn(DiagnosticCode::Contradiction, message);
        });
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
