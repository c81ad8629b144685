//! Conditions that can't all hold.

use std::collections::HashSet;

use crate::{
    domain::criteria::{CodesTest, Kind, always::always, predicate::Predicate},
    entity::kinds::CodeKind,
};

/// What is asked of one field, and by which of the conditions.
pub(super) struct OfField {
    kind: Kind,
    places: Vec<usize>,
    predicates: Vec<Predicate>,
}

impl OfField {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, places: Vec::new(), predicates: Vec::new() }
    }

    pub(super) fn add(&mut self, place: usize, predicate: Predicate) {
        self.places.push(place);
        self.predicates.push(predicate);
    }

    /// The first one that can't hold with those before it.
    pub(super) fn contradiction(&self) -> Option<usize> {
        let contradict = |count: usize| always(self.kind, &self.predicates[..count]) == Some(false);
        let (mut hold, mut fail) = (1, self.places.len());
        if !contradict(fail) {
            return None;
        }
        while hold + 1 < fail {
            let middle = hold.midpoint(fail);
            match contradict(middle) {
                true => fail = middle,
                false => hold = middle,
            }
        }
        Some(self.places[fail - 1])
    }
}

/// The codes that are asked for, and those that may not be there.
#[derive(Default)]
pub(super) struct OfCodes<'a> {
    wanted: HashSet<(CodeKind, &'a str)>,
    unwanted: HashSet<(CodeKind, &'a str)>,
}

impl<'a> OfCodes<'a> {
    /// Whether a test contradicts those before it.
    pub(super) fn contradict(
        &mut self,
        kind: CodeKind,
        test: &'a CodesTest,
        is_negated: bool,
    ) -> bool {
        let (codes, known, others) = match (test, is_negated) {
            (CodesTest::HasAny(codes), false) if 1 < codes.len() => return false,
            (CodesTest::HasAll(codes) | CodesTest::HasAny(codes), false) => {
                (codes, &mut self.wanted, &self.unwanted)
            }
            (CodesTest::HasNone(codes), false) | (CodesTest::HasAny(codes), true) => {
                (codes, &mut self.unwanted, &self.wanted)
            }
            _ => return false,
        };
        known.extend(codes.iter().map(|code| (kind, code.as_str())));
        codes.iter().any(|code| others.contains(&(kind, code.as_str())))
    }
}
