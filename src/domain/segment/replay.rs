//! Replaying saved criteria: every step with every option, evaluated as of now (D3).

use std::sync::Arc;

use super::{
    Request, Selected, Target,
    choose::{Chosen, choose},
    saved::{by_id, missing, steps_of},
    select::{applied, record},
    step::{self, Delta, Skipped, announce},
};
use crate::{
    db,
    domain::{
        Context, Error, Moment, Rejection, Result, Snapshot, criteria::Place, members::MembersCache,
    },
    entity::criterion,
};

/// What to do with the contacts that a segment has already.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum OnExisting {
    /// Go on from them.
    Append,
    /// Remove them first, as a step of its own.
    Replace,
}

/// What came of a replay: the whole of it, and the steps it recorded.
#[derive(Clone, Debug)]
pub struct Replayed {
    pub selected: Selected,
    pub criteria: Vec<criterion::Model>,
}

/// Replays saved criteria on a segment: all steps or none, each recorded.
///
/// # Errors
/// [`Reason::NotFound`](crate::domain::Reason::NotFound), and what is wrong with a step, at
/// `savedCriteriaId`; and as [`step::lock_open`].
pub async fn reuse(
    context: &Context,
    target: Target,
    saved_criteria_id: i64,
    on_existing: OnExisting,
    moment: Moment,
) -> Result<Replayed> {
    let reader = context.db.reader();
    let saved = by_id(reader, saved_criteria_id).await?;
    let mut steps = steps_of(&saved.ok_or_else(|| missing(saved_criteria_id))?)?;
    if on_existing == OnExisting::Replace {
        steps.insert(0, Request::clear());
    }
    let saved_before = |index: usize| index - usize::from(on_existing == OnExisting::Replace);
    let now = target.look(context).await?;
    let facts = Snapshot::open(context).await?;
    let mut answers = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        // What depends on the segment itself is found when its turn comes.
        answers.push(match step.mentions(target.segment_id) {
            true => None,
            false => {
                let chosen = choose(Place::new(context, &facts, moment), step).await;
                Some(chosen.map_err(|err| of_step(err, saved_before(index)))?)
            }
        });
    }
    // A connection is not kept without need while waiting for another.
    let facts = match answers.iter().all(Option::is_some) {
        true => facts.close().await.map(|()| None)?,
        false => Some(facts),
    };
    if target.dry_run && facts.is_none() {
        return Ok(tried(now, &steps, answers));
    }
    let (locked, replayed) = db::write_or_try(&context.db, target.dry_run, &[], async |txn| {
        let mut locked =
            step::lock_open(context, txn, target.segment_id, target.expected_revision).await?;
        let before = Arc::clone(&locked.set);
        let mut criteria = Vec::with_capacity(steps.len());
        let mut skipped = Skipped::default();
        for (index, (step, answer)) in steps.iter().zip(&answers).enumerate() {
            let chosen = match (answer, &facts) {
                (Some(chosen), _) => chosen.clone(),
                (None, Some(facts)) => {
                    // What it reads of the segment may never be committed: it remembers nothing.
                    let context = Context { members: MembersCache::default(), ..context.clone() };
                    let place = Place::new(&context, facts, moment).with_segments(txn);
                    let chosen = choose(place, step).await;
                    chosen.map_err(|err| of_step(err, saved_before(index)))?
                }
                (None, None) => unreachable!("facts are kept for what is found late"),
            };
            let recorded = record(context, txn, locked, step, moment, chosen).await?;
            locked = recorded.0;
            skipped = skipped + recorded.1.effect.skipped;
            criteria.extend(recorded.1.criterion);
        }
        let delta = Delta::between(&before, &locked.set);
        let effect = delta.effect(before.len(), skipped);
        let (segment, criterion) = (locked.segment.clone(), criteria.last().cloned());
        let selected = Selected { segment, criterion, effect, funnel: None, delta };
        Ok::<_, Error>((locked, Replayed { selected, criteria }))
    })
    .await?;
    if target.dry_run {
        let selected = Selected { segment: now.segment, criterion: None, ..replayed.selected };
        return Ok(Replayed { selected, criteria: Vec::new() });
    }
    announce(context, &locked).await;
    Ok(replayed)
}

/// What is wrong with a saved step, of which the request has nothing but the name of them all. `before`
/// are as many steps.
fn of_step(err: Error, before: usize) -> Error {
    let Error::Rejected(rejections) = err else { return err };
    let said = rejections.into_iter().map(|rejection| Rejection {
        path: vec!["savedCriteriaId".to_owned()],
        message: format!("Step {}: {}", before + 1, rejection.message),
        ..rejection
    });
    let mut said: Vec<Rejection> = said.collect();
    // Several fields may be at fault for one reason.
    said.dedup();
    Error::Rejected(said)
}

/// What comes of steps that do not depend on the segment itself.
fn tried(now: step::Locked, steps: &[Request], answers: Vec<Option<Chosen>>) -> Replayed {
    let mut set = (*now.set).clone();
    let mut skipped = Skipped::default();
    for (step, chosen) in steps.iter().zip(answers.into_iter().flatten()) {
        let (after, more) = applied(step.operation, &set, &chosen);
        set = after;
        skipped = skipped + more;
    }
    let delta = Delta::between(&now.set, &set);
    let effect = delta.effect(now.set.len(), skipped);
    let selected = Selected { segment: now.segment, criterion: None, effect, funnel: None, delta };
    Replayed { selected, criteria: Vec::new() }
}
