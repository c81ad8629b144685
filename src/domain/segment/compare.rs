//! Comparing segments with one another, and steps of one.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::{at_step, existing};
use crate::{
    domain::{Context, Error, Reason, Result},
    entity::segment,
};

/// How many segments can be compared at once.
pub const OVERLAP_MAX: usize = 50;

/// A segment as it is, or as it was after a step.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub segment_id: i64,
    pub step: Option<i32>,
}

/// The set of a segment in a state.
///
/// # Errors
/// [`Reason::NotFound`] at `path` and `segmentId`, or `step`.
pub(super) async fn set_in(
    context: &Context,
    state: State,
    path: &str,
) -> Result<Arc<RoaringBitmap>> {
    let db = context.db.reader();
    let segment = existing(db, state.segment_id, &[path, "segmentId"]).await?;
    match state.step {
        None => context.members.load(db, &segment).await,
        Some(no) => Ok(Arc::new(at_step(context, segment.id, no, &[path, "step"]).await?)),
    }
}

/// What lies between two sets.
#[derive(Clone, Debug)]
pub struct Diff {
    /// In the second only.
    pub added: Arc<RoaringBitmap>,
    /// In the first only.
    pub removed: Arc<RoaringBitmap>,
    pub common: Arc<RoaringBitmap>,
}

/// What changes from one state to another.
///
/// # Errors
/// What is wrong with either state, at `from` and `to`.
pub async fn diff(context: &Context, from: State, to: State) -> Result<Diff> {
    let from = set_in(context, from, "from").await?;
    let to = set_in(context, to, "to").await?;
    Ok(Diff {
        added: Arc::new(&*to - &*from),
        removed: Arc::new(&*from - &*to),
        common: Arc::new(&*from & &*to),
    })
}

/// How many contacts segments have in common.
#[derive(Clone, Debug)]
pub struct Overlap {
    pub segments: Vec<segment::Model>,
    /// Each pair once, by its places in `segments`, and how many contacts are in both.
    pub pairs: Vec<(usize, usize, u64)>,
    /// How many contacts are in any of them.
    pub union: u64,
    /// How many contacts are in all of them.
    pub intersection: u64,
}

/// Compares segments, each with each.
///
/// # Errors
/// [`Reason::LimitExceeded`] at `segmentIds`; below it [`Reason::NotFound`], and [`Reason::Invalid`] for
/// one that is named before.
pub async fn overlap(context: &Context, segment_ids: &[i64]) -> Result<Overlap> {
    if OVERLAP_MAX < segment_ids.len() {
        let message = format!("At most {OVERLAP_MAX} segments can be compared.");
        return Err(Error::reject(Reason::LimitExceeded, &["segmentIds"], message));
    }
    let db = context.db.reader();
    let mut segments = Vec::with_capacity(segment_ids.len());
    let mut sets = Vec::with_capacity(segment_ids.len());
    for (index, id) in segment_ids.iter().enumerate() {
        let path = ["segmentIds", &index.to_string()];
        if segment_ids[..index].contains(id) {
            let message = "This segment is named twice.";
            return Err(Error::reject(Reason::Invalid, &path, message));
        }
        let segment = existing(db, *id, &path).await?;
        sets.push(context.members.load(db, &segment).await?);
        segments.push(segment);
    }
    let mut pairs = Vec::new();
    for (a, first) in sets.iter().enumerate() {
        for (b, second) in sets.iter().enumerate().skip(a + 1) {
            pairs.push((a, b, first.intersection_len(second)));
        }
    }
    let union = sets.iter().fold(RoaringBitmap::new(), |all, set| all | &**set);
    let common = sets.iter().map(|set| (**set).clone()).reduce(|common, set| common & set);
    let intersection = common.map_or(0, |common| common.len());
    Ok(Overlap { segments, pairs, union: union.len(), intersection })
}
