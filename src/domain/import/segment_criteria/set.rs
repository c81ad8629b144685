//! The rows about one segment, as the steps they record.

use std::{collections::BTreeMap, ops::Range};

use serde_json::Value;

use super::{Field, SegmentCriteria, filter};
use crate::{
    domain::{
        criteria::Criteria,
        import::{
            Problem, Row,
            check::{self, Check},
            chunk::Chunk,
            value::{self, CriteriaLine},
        },
        segment::{Options, Request, saved::STEPS_MAX},
        text,
    },
    entity::kinds::Operation,
};

/// Rows that may be about one segment.
const ROWS_MAX: usize = 5000;

/// Rows about one segment that come one after the other.
pub(super) struct Set {
    pub(super) no: String,
    /// The places of the rows in their chunk.
    pub(super) rows: Range<usize>,
}

/// What one row says.
enum Said {
    Action(Operation, Options),
    Filter(Value),
}

/// An action, with the criteria of the filters that follow it.
struct Action {
    row: usize,
    operation: Operation,
    options: Options,
    filters: Vec<Value>,
}

impl SegmentCriteria {
    /// The rows of a chunk, parted by segment.
    pub(super) fn sets(&self, chunk: &Chunk) -> Vec<Set> {
        let mut sets: Vec<Set> = Vec::new();
        for (index, row) in chunk.rows.iter().enumerate() {
            let no = self.columns.get(row, Field::Segment).and_then(text::code).unwrap_or_default();
            match sets.last_mut() {
                Some(set) if set.no == no => set.rows.end = index + 1,
                _ => sets.push(Set { no, rows: index..index + 1 }),
            }
        }
        sets
    }

    /// The steps that the rows of a set record, or what is wrong with each row: a set is taken whole
    /// or not at all, for to leave a row out would change what the others mean.
    pub(super) fn steps(
        &self,
        chunk: &Chunk,
        set: &Set,
        is_torn: bool,
    ) -> Result<Vec<Request>, BTreeMap<usize, Vec<Problem>>> {
        let line = |index: usize| chunk.rows[index].line;
        let first = set.rows.start;
        let mut bad: BTreeMap<usize, Vec<Problem>> = BTreeMap::new();
        let mut note = |index, check: Check| {
            if let Some(problems) = check.failed() {
                bad.entry(index).or_default().extend(problems);
            }
        };
        note(first, self.whole(chunk, set, is_torn));
        let mut actions: Vec<Action> = Vec::new();
        for index in set.rows.clone() {
            let mut check = Check::new(line(index));
            match self.said(&chunk.rows[index], &mut check) {
                Some(Said::Action(operation, options)) => {
                    actions.push(Action { row: index, operation, options, filters: Vec::new() });
                }
                Some(Said::Filter(filter)) => match actions.last_mut() {
                    Some(action) => action.filters.push(filter),
                    None => {
                        check.add(self.columns.caption(Field::Type), "No action comes before it.")
                    }
                },
                None => {}
            }
            note(index, check);
        }
        let mut steps = Vec::with_capacity(actions.len());
        for Action { row, operation, options, filters } in actions {
            let mut check = Check::new(line(row));
            match Criteria::parse(&filter::all(filters), &[]) {
                Ok(criteria) => {
                    steps.push(Request { operation, options, criteria: Some(criteria) })
                }
                Err(err) => check.note(err, |_| None),
            }
            note(row, check);
        }
        if STEPS_MAX < steps.len() {
            let mut check = Check::new(line(first));
            check.add(None, format!("At most {STEPS_MAX} steps can be saved."));
            note(first, check);
        }
        let Some(culprit) = bad.keys().next().copied() else { return Ok(steps) };
        for index in set.rows.clone() {
            bad.entry(index).or_insert_with(|| {
                let reason = format!("It belongs to line {}, which can't be taken.", line(culprit));
                vec![Problem { line: line(index), column: None, reason }]
            });
        }
        Err(bad)
    }

    /// What is wrong with a set as a whole.
    fn whole(&self, chunk: &Chunk, set: &Set, is_torn: bool) -> Check {
        let line = chunk.rows[set.rows.start].line;
        let (after, before) = (set.rows.start.checked_sub(1), chunk.rows.get(set.rows.end));
        let after = after.map_or(0, |index| chunk.rows[index].line);
        let before = before.map_or(u64::MAX, |row| row.line);
        let lost =
            chunk.bad.iter().chain(&chunk.lost).find(|it| after < it.line && it.line < before);
        let mut check = Check::new(line);
        let caption = || self.columns.caption(Field::Segment);
        if check.keep(caption, check::code(&set.no)).is_none() && check.is_fine() {
            check.add(caption(), "There has to be a segment.");
        }
        if is_torn {
            check.add(caption(), "The rows of this segment have to follow each other.");
        }
        if ROWS_MAX < set.rows.len() {
            check.add(caption(), format!("A segment has at most {ROWS_MAX} rows."));
        }
        if let Some(lost) = lost {
            check.add(None, format!("Line {}, which can't be read, may belong to it.", lost.line));
        }
        check
    }

    /// What a row says; what is wrong with it is noted.
    fn said(&self, row: &Row, check: &mut Check) -> Option<Said> {
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let caption = |field| move || self.columns.caption(field);
        match check.keep(caption(Field::Type), value::criteria_line(text(Field::Type))) {
            Some(CriteriaLine::Filter) => {
                match filter::criteria(text(Field::Table), text(Field::Filter)) {
                    Ok(criteria) => {
                        // Read by itself first, so that what is wrong is said of this row.
                        if let Err(err) = Criteria::parse(&criteria, &[]) {
                            check.note(err, |_| self.columns.caption(Field::Filter));
                        }
                        return check.is_fine().then_some(Said::Filter(criteria));
                    }
                    Err(reason) => check.add(self.columns.caption(Field::Filter), reason),
                }
            }
            Some(CriteriaLine::Action) => {
                let action = value::action(text(Field::Action));
                let Some(operation) = check.keep(caption(Field::Action), action) else {
                    if check.is_fine() {
                        check
                            .add(self.columns.caption(Field::Action), "There has to be an action.");
                    }
                    return None;
                };
                let mut flag = |field| check.keep(caption(field), value::flag(text(field)));
                let is_add = operation == Operation::Add;
                return Some(Said::Action(
                    operation,
                    Options {
                        expand_companies: flag(Field::ExpandCompanies) && is_add,
                        include_companies: flag(Field::IncludeCompanies) && is_add,
                        ignore_exclusion: flag(Field::IgnoreExclusion) && is_add,
                        entire_companies: flag(Field::EntireCompanies) && !is_add,
                        cause: None,
                    },
                ));
            }
            None if check.is_fine() => {
                check.add(self.columns.caption(Field::Type), "There has to be Action or Filter.");
            }
            None => {}
        }
        None
    }
}
