//! Random steps, against a model in plain sets.

use std::collections::BTreeSet;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::make;
use crate::app::{TestApp, both};
use urval::domain::integrity::{self, Notice};

type Set = BTreeSet<u32>;

/// Companies 1 to 4, each with the people 10c … 10c+3; the people 50 to 55 are on their own.
struct World {
    everybody: Set,
    excluded: Set,
    blocked: Set,
}

fn company_of(id: u32) -> Option<u32> {
    match id {
        1..=4 => Some(id),
        10..=43 => Some(id / 10),
        _ => None,
    }
}

async fn world(app: &TestApp) -> World {
    let people = (1..=4).flat_map(|company| company * 10..company * 10 + 4);
    let everybody: Set = (1..=4).chain(people).chain(50..=55).collect();
    let excluded = Set::from([2, 11, 30, 51]);
    let blocked = Set::from([3, 12, 40, 51, 52]);
    let rows: Vec<Value> = everybody
        .iter()
        .map(|id| {
            let company = company_of(*id).map(u32::cast_signed);
            let mut row = make::contact(id.cast_signed(), company);
            row["exclude_from_segment"] = json!(excluded.contains(id));
            row["privacy_blocked"] = json!(blocked.contains(id) && id % 2 == 0);
            row["minor"] = json!(blocked.contains(id) && id % 2 == 1);
            row
        })
        .collect();
    make::contacts(app, &rows).await;
    World { everybody, excluded, blocked }
}

#[derive(Clone, Debug)]
enum Move {
    Select {
        name: &'static str,
        whom: Set,
        options: [bool; 3],
    },
    Back(usize),
    Forward(usize),
    Clear,
    /// The second of two colleagues is merged into the first.
    Merge(u32, u32),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let ids = proptest::sample::subsequence((1..=55).collect::<Vec<u32>>(), 0..12);
    let names = ["Add", "Reduce", "Refine", "Replace", "AddLines", "RemoveLines"];
    let select = (proptest::sample::select(names.to_vec()), ids, any::<[bool; 3]>()).prop_map(
        |(name, whom, options)| Move::Select { name, whom: whom.into_iter().collect(), options },
    );
    let one = prop_oneof![
        6 => select,
        2 => (1..4usize).prop_map(Move::Back),
        2 => (1..4usize).prop_map(Move::Forward),
        1 => Just(Move::Clear),
        1 => (1..=5u32, 0..4u32, 1..4u32)
            .prop_map(|(ten, one, more)| Move::Merge(ten * 10 + one, ten * 10 + (one + more) % 4)),
    ];
    proptest::collection::vec(one, 25)
}

impl World {
    /// Makes one of two contacts; not if either is not there any more.
    async fn merge(&mut self, app: &TestApp, survivor: u32, duplicate: u32) -> bool {
        if !self.everybody.contains(&survivor) || !self.everybody.remove(&duplicate) {
            return false;
        }
        for barred in [&mut self.excluded, &mut self.blocked] {
            if barred.remove(&duplicate) {
                barred.insert(survivor);
            }
        }
        let id = |key| format!("contact:{key}");
        let input = json!({ "survivorId": id(survivor), "duplicateId": id(duplicate) });
        app.must("contactMerge", "contact { id }", input).await;
        true
    }

    fn colleagues(&self, whom: &Set) -> Set {
        let companies: Set = whom.iter().filter_map(|id| company_of(*id)).collect();
        let theirs = |id: &&u32| company_of(**id).is_some_and(|it| companies.contains(&it));
        whom.iter().chain(self.everybody.iter().filter(theirs)).copied().collect()
    }

    /// Whom a selection takes, and how many it skips as excluded and blocked.
    fn selected(&self, whom: &Set, [expand, include, ignore]: [bool; 3]) -> (Set, u64, u64) {
        let blocked = &self.blocked;
        let excluded = if ignore { Set::new() } else { &self.excluded - blocked };
        let barred = blocked | &excluded;
        let mut taken = whom - &barred;
        if expand {
            taken = self.colleagues(&taken);
        }
        if include {
            let companies: Set = taken.iter().filter_map(|id| company_of(*id)).collect();
            taken.extend(companies);
        }
        let met = whom | &taken;
        let count = |barred: &Set| (&met & barred).len() as u64;
        (&taken - &barred, count(&excluded), count(blocked))
    }

    /// The set after a selection, and who was skipped: already in, excluded, blocked.
    fn after(&self, set: &Set, name: &str, whom: &Set, options: [bool; 3]) -> (Set, [u64; 3]) {
        let whom = whom & &self.everybody;
        let entire = if options[0] { self.colleagues(&whom) } else { whom.clone() };
        let options = if name == "AddLines" { [false, false, true] } else { options };
        let (taken, excluded, blocked) = self.selected(&whom, options);
        let already = (set & &taken).len() as u64;
        match name {
            "Add" | "AddLines" => (set | &taken, [already, excluded, blocked]),
            "Replace" => (taken, [already, excluded, blocked]),
            "Reduce" => (set - &entire, [0; 3]),
            "Refine" => (set & &entire, [0; 3]),
            _ => (set - &whom, [0; 3]),
        }
    }
}

/// The request that a move makes; nothing for one that picks nobody by hand.
fn request(segment: &str, name: &str, whom: &Set, options: [bool; 3]) -> Option<(String, Value)> {
    let ids = make::ids(whom.iter().copied());
    let input = match name {
        "AddLines" | "RemoveLines" => {
            if whom.is_empty() {
                return None;
            }
            json!({ "segmentId": segment, "contactIds": ids })
        }
        "Reduce" | "Refine" => json!({
            "segmentId": segment, "criteria": { "ids": ids },
            "options": { "entireCompanies": options[0] },
        }),
        _ => json!({
            "segmentId": segment, "criteria": { "ids": ids },
            "options": {
                "expandCompanies": options[0], "includeCompanies": options[1],
                "ignoreExclusion": options[2],
            },
        }),
    };
    let suffix = if name.ends_with("Lines") { "" } else { "Contacts" };
    Some((format!("segment{name}{suffix}"), input))
}

const EFFECT: &str =
    "effect { before after added removed alreadyMember skippedExcluded skippedPrivacyBlocked }";

async fn play(app: &TestApp, world: &mut World, moves: Vec<Move>) {
    let segment = make::segment(app).await;
    // The set before the first step and after each, and how many of the steps are in effect.
    let mut sets = vec![Set::new()];
    let mut at = 0;
    for one in moves {
        let before = sets[at].clone();
        let mut skipped = [0; 3];
        let (name, input) = match &one {
            Move::Merge(survivor, duplicate) => {
                if world.merge(app, *survivor, *duplicate).await {
                    for set in &mut sets {
                        if set.remove(duplicate) {
                            set.insert(*survivor);
                        }
                    }
                    assert_eq!(
                        make::set(app, &segment).await,
                        sets[at].iter().copied().collect::<Vec<_>>()
                    );
                }
                continue;
            }
            Move::Select { name, whom, options } => {
                let whom: Set = match *name {
                    // Only those who are there can be picked by hand.
                    "AddLines" | "RemoveLines" => whom & &world.everybody,
                    _ => whom.clone(),
                };
                let Some(request) = request(&segment, name, &whom, *options) else { continue };
                let (after, counts) = world.after(&before, name, &whom, *options);
                skipped = counts;
                sets.truncate(at + 1);
                sets.push(after);
                at += 1;
                request
            }
            Move::Clear => {
                sets.truncate(at + 1);
                sets.push(Set::new());
                at += 1;
                ("segmentClear".to_owned(), json!({ "segmentId": segment }))
            }
            Move::Back(steps) => {
                if at < *steps {
                    continue;
                }
                at -= steps;
                ("segmentGoBack".to_owned(), json!({ "segmentId": segment, "steps": steps }))
            }
            Move::Forward(steps) => {
                if sets.len() <= at + steps {
                    continue;
                }
                at += steps;
                ("segmentGoForward".to_owned(), json!({ "segmentId": segment, "steps": steps }))
            }
        };
        let mut dry = input.clone();
        dry["dryRun"] = json!(true);
        let tried = app.must(&name, EFFECT, dry).await;
        let done = app.must(&name, EFFECT, input).await;
        assert_eq!(tried["effect"], done["effect"], "{one:?} on {before:?}");
        let after = &sets[at];
        let expected = json!({
            "before": before.len(), "after": after.len(),
            "added": (after - &before).len(), "removed": (&before - after).len(),
            "alreadyMember": skipped[0], "skippedExcluded": skipped[1],
            "skippedPrivacyBlocked": skipped[2],
        });
        assert_eq!(done["effect"], expected, "{one:?} on {before:?}");
        assert_eq!(make::set(app, &segment).await, after.iter().copied().collect::<Vec<_>>());
    }
    let id = segment.strip_prefix("segment:").unwrap().parse().unwrap();
    for (no, set) in sets.iter().enumerate() {
        let found = urval::domain::segment::at_step(&app.context, id, no as i32, &[]).await;
        assert_eq!(found.unwrap().iter().collect::<Set>(), *set, "step {no}");
    }
}

both! {
    // ADD-3 to ADD-5, REM-2, REM-3, REM-6, MRG-1, D1, D2, D9, D12: the table of operations.
    async fn any_sequence_of_steps_does_what_plain_sets_do(app) {
        let mut world = world(&app).await;
        let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(Default::default()));
        for _ in 0..12 {
            let moves = moves().new_tree(&mut runner).unwrap().current();
            play(&app, &mut world, moves).await;
        }
        let mut tell = |notice: Notice<'_>| {
            // The rows of this world have neither words nor identifiers; their sets are sound.
            if let Notice::Found(what) = notice {
                assert!(!what.starts_with("segment "), "{what}");
            }
        };
        integrity::check(&app.context, &mut tell).await.unwrap();
    }
}
