//! A selection: a step that somebody asks for, tried or recorded.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::{
    Request,
    choose::{Chosen, choose},
    existing,
    step::{self, Delta, Effect, Locked, NewStep, Skipped, announce, require_open},
};
use crate::{
    db,
    domain::{
        Context, Error, Moment, Result, Snapshot,
        criteria::{self, Place, Stage},
        members,
    },
    entity::{criterion, kinds::Operation, segment},
};

/// Which segment to change, and whether in earnest.
#[derive(Copy, Clone, Debug)]
pub struct Target {
    pub segment_id: i64,
    pub expected_revision: Option<i32>,
    /// Find out what would happen, and write nothing.
    pub dry_run: bool,
}

impl Target {
    /// The segment as a dry run sees it: not locked, and checked like one that is.
    pub(super) async fn look(&self, context: &Context) -> Result<Locked> {
        let db = context.db.reader();
        let segment = existing(db, self.segment_id, &["segmentId"]).await?;
        require_open(&segment, self.expected_revision)?;
        let set = context.members.load(db, &segment).await?;
        let deleted = Arc::new(members::deleted(db).await?);
        Ok(Locked { segment, set, deleted })
    }
}

/// What came of a selection, or would come of it.
#[derive(Clone, Debug)]
pub struct Selected {
    pub segment: segment::Model,
    /// The step that was recorded; of going back and forward, the last one in effect now.
    pub criterion: Option<criterion::Model>,
    pub effect: Effect,
    /// If it was asked for.
    pub funnel: Option<Vec<Stage>>,
    pub delta: Delta,
}

/// Selects: evaluates first, then locks the segment and applies the answer to the set it has then.
///
/// # Errors
/// What is wrong with the criteria, and as [`step::lock_open`].
pub async fn select(
    context: &Context,
    target: Target,
    request: &Request,
    moment: Moment,
    with_funnel: bool,
) -> Result<Selected> {
    // Fails early, before any work; what counts is asked again under the lock.
    let now = target.look(context).await?;
    if target.dry_run {
        let answer = Answer::now(context, request, moment, with_funnel).await?;
        return Ok(tried(now, request, answer));
    }
    let answer = match request.mentions(target.segment_id) {
        true => Ahead::Facts(Box::new(Snapshot::open(context).await?)),
        false => Ahead::Whole(Answer::now(context, request, moment, with_funnel).await?),
    };
    let (locked, selected) = db::write(&context.db, &[], async |txn| {
        let locked =
            step::lock_open(context, txn, target.segment_id, target.expected_revision).await?;
        let answer = match &answer {
            Ahead::Whole(answer) => answer.clone(),
            Ahead::Facts(facts) => {
                let place = Place::new(context, facts, moment).with_segments(txn);
                Answer::find(place, request, with_funnel).await?
            }
        };
        let funnel = answer.funnel;
        let recorded = record(context, txn, locked, request, moment, answer.chosen).await?;
        Ok::<_, Error>((recorded.0, Selected { funnel, ..recorded.1 }))
    })
    .await?;
    announce(context, &locked).await;
    Ok(selected)
}

/// What is known of an answer before the segment is locked: if it depends on the segment itself,
/// only what contacts are.
enum Ahead {
    Whole(Answer),
    Facts(Box<Snapshot>),
}

#[derive(Clone)]
struct Answer {
    chosen: Chosen,
    funnel: Option<Vec<Stage>>,
}

impl Answer {
    async fn now(
        context: &Context,
        request: &Request,
        moment: Moment,
        with_funnel: bool,
    ) -> Result<Self> {
        let facts = Snapshot::open(context).await?;
        let answer = Self::find(Place::new(context, &facts, moment), request, with_funnel).await?;
        facts.close().await?;
        Ok(answer)
    }

    async fn find(
        place: Place<'_, impl ConnectionTrait>,
        request: &Request,
        with_funnel: bool,
    ) -> Result<Self> {
        let chosen = choose(place, request).await?;
        let funnel = match &request.criteria {
            Some(criteria) if with_funnel => Some(criteria::funnel(place, criteria, None).await?),
            _ => None,
        };
        Ok(Self { chosen, funnel })
    }
}

fn tried(now: Locked, request: &Request, answer: Answer) -> Selected {
    let (after, skipped) = applied(request.operation, &now.set, &answer.chosen);
    let delta = Delta::between(&now.set, &after);
    let effect = delta.effect(now.set.len(), skipped);
    Selected { segment: now.segment, criterion: None, effect, funnel: answer.funnel, delta }
}

/// Records one step on a locked segment.
pub(super) async fn record(
    context: &Context,
    txn: &DatabaseTransaction,
    locked: Locked,
    request: &Request,
    moment: Moment,
    chosen: Chosen,
) -> Result<(Locked, Selected)> {
    let (after, skipped) = applied(request.operation, &locked.set, &chosen);
    let before = Arc::clone(&locked.set);
    let new = NewStep {
        operation: request.operation,
        options: request.options,
        criteria: request.criteria.clone(),
        moment,
        skipped,
    };
    let (locked, criterion) = step::record(txn, context, locked, new, after).await?;
    let delta = Delta::between(&before, &locked.set);
    let effect = delta.effect(before.len(), skipped);
    let segment = locked.segment.clone();
    let selected = Selected { segment, criterion: Some(criterion), effect, funnel: None, delta };
    Ok((locked, selected))
}

/// The set after a step, and who was selected and not added.
pub(super) fn applied(
    operation: Operation,
    set: &RoaringBitmap,
    chosen: &Chosen,
) -> (RoaringBitmap, Skipped) {
    let contacts = &chosen.contacts;
    let after = match operation {
        Operation::Add | Operation::AddContacts | Operation::AddLogged => set | contacts,
        Operation::Replace => contacts.clone(),
        Operation::Reduce | Operation::RemoveContacts => set - contacts,
        Operation::Refine => set & contacts,
        Operation::Clear => RoaringBitmap::new(),
    };
    let already_member = match operation {
        Operation::Add | Operation::AddContacts | Operation::AddLogged | Operation::Replace => {
            set.intersection_len(contacts)
        }
        _ => 0,
    };
    let (excluded, privacy_blocked) = (chosen.excluded, chosen.privacy_blocked);
    (after, Skipped { already_member, excluded, privacy_blocked })
}

/// Empties a segment and forgets its steps for good (D4): nothing can be taken back.
///
/// # Errors
/// As [`step::lock_open`].
pub async fn reset(context: &Context, target: Target) -> Result<Selected> {
    if target.dry_run {
        let now = target.look(context).await?;
        return Ok(emptied(&now.set, now.segment.clone()));
    }
    let (locked, selected) = db::write(&context.db, &[], async |txn| {
        let locked =
            step::lock_open(context, txn, target.segment_id, target.expected_revision).await?;
        let before = Arc::clone(&locked.set);
        step::forget(txn, target.segment_id, false).await?;
        let locked = step::save(txn, context, locked, RoaringBitmap::new()).await?;
        let selected = emptied(&before, locked.segment.clone());
        Ok::<_, Error>((locked, selected))
    })
    .await?;
    announce(context, &locked).await;
    Ok(selected)
}

fn emptied(before: &RoaringBitmap, segment: segment::Model) -> Selected {
    let delta = Delta { added: RoaringBitmap::new(), removed: before.clone() };
    let effect = delta.effect(before.len(), Skipped::default());
    Selected { segment, criterion: None, effect, funnel: None, delta }
}

/// What criteria select, whatever the segment.
#[derive(Clone, Debug)]
pub struct Preview {
    pub chosen: Chosen,
    pub funnel: Option<Vec<Stage>>,
}

/// Answers a request without a segment.
///
/// # Errors
/// What is wrong with the criteria, at `criteria`.
pub async fn preview(
    context: &Context,
    request: &Request,
    moment: Moment,
    with_funnel: bool,
) -> Result<Preview> {
    let answer = Answer::now(context, request, moment, with_funnel).await?;
    Ok(Preview { chosen: answer.chosen, funnel: answer.funnel })
}
