//! From criteria to the set of contacts that match.
//!
//! Whatever the database can answer becomes SQL, one statement for each largest part of the tree;
//! memberships, chosen contacts and samples are sets already and are combined in process.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::{
    Criteria, Leaf, PeopleMeasure, Sample, SegmentTest, Tree,
    compile::{Compiler, contacts_where, not},
    names, sample,
};
use crate::{
    db::{self, dialect},
    domain::{Context, Error, Moment, Reason, Result, members},
    entity::{contact, criterion, criterion_set, segment},
};

/// The living contacts that match.
///
/// # Errors
/// [`Reason::NotFound`] if the criteria name a segment that is not there.
pub async fn evaluate(
    context: &Context,
    db: &impl ConnectionTrait,
    criteria: &Criteria,
    moment: Moment,
) -> Result<RoaringBitmap> {
    let evaluation = Evaluation::new(context, db, moment);
    let part = evaluation.part(criteria).await?;
    evaluation.set(part).await
}

/// The condition on a row of `contact` that holds exactly for those that match. For lists that
/// stop after a page; sets become parameters.
///
/// # Errors
/// As [`evaluate`].
pub async fn condition(
    context: &Context,
    db: &impl ConnectionTrait,
    criteria: &Criteria,
    moment: Moment,
) -> Result<Condition> {
    let evaluation = Evaluation::new(context, db, moment);
    let part = evaluation.part(criteria).await?;
    Ok(evaluation.condition(part))
}

/// How many contacts remain after a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Where in the criteria the condition stands.
    pub path: Vec<String>,
    pub text: String,
    /// Who passes it and all conditions before it.
    pub matches: u64,
}

/// How many of `among` remain after each condition, in the order of the tree: an `all` stands for
/// its conditions, also where it is one of another `all`; everything else is one condition.
///
/// # Errors
/// As [`evaluate`].
pub async fn funnel(
    context: &Context,
    db: &impl ConnectionTrait,
    criteria: &Criteria,
    moment: Moment,
    among: Option<&RoaringBitmap>,
) -> Result<Vec<Stage>> {
    let mut conditions = Vec::new();
    unfold(criteria, Vec::new(), &mut conditions);
    let names = names(db, &criteria.named()).await?;
    let mut remaining = among.cloned();
    let mut stages = Vec::with_capacity(conditions.len());
    for (path, condition) in conditions {
        let matching = evaluate(context, db, condition, moment).await?;
        let left = match remaining {
            Some(remaining) => remaining & matching,
            None => matching,
        };
        stages.push(Stage { path, text: condition.text_with(&names), matches: left.len() });
        remaining = Some(left);
    }
    Ok(stages)
}

/// The conditions that all have to hold, with where they stand. The parser has bounded how deep this
/// goes.
fn unfold<'a>(
    criteria: &'a Criteria,
    path: Vec<String>,
    conditions: &mut Vec<(Vec<String>, &'a Criteria)>,
) {
    let Tree::All(all) = criteria else {
        conditions.push((path, criteria));
        return;
    };
    for (index, condition) in all.iter().enumerate() {
        let mut path = path.clone();
        path.extend(["all".to_owned(), index.to_string()]);
        unfold(condition, path, conditions);
    }
}

/// A part of the tree on its way to a set.
enum Part {
    /// The database can tell.
    Sql(Condition),
    /// These, or all living contacts but these.
    Set { set: Arc<RoaringBitmap>, all_but: bool },
}

struct Evaluation<'a, C> {
    context: &'a Context,
    db: &'a C,
    compiler: Compiler,
}

impl<'a, C: ConnectionTrait> Evaluation<'a, C> {
    fn new(context: &'a Context, db: &'a C, moment: Moment) -> Self {
        let compiler = Compiler { backend: db.get_database_backend(), moment };
        Self { context, db, compiler }
    }

    fn part<'b>(&'b self, criteria: &'b Criteria) -> BoxFuture<'b, Result<Part>> {
        async move {
            match criteria {
                Tree::All(criteria) => self.combined(criteria, false).await,
                Tree::Any(criteria) => self.combined(criteria, true).await,
                Tree::Not(criteria) => Ok(match self.part(criteria).await? {
                    Part::Sql(condition) => Part::Sql(Condition::all().add(not(condition))),
                    Part::Set { set, all_but } => Part::Set { set, all_but: !all_but },
                }),
                Tree::Leaf(leaf) => self.leaf(leaf).await,
            }
        }
        .boxed()
    }

    /// What SQL can tell stays together; it is asked only if there are sets to combine it with.
    async fn combined(&self, criteria: &[Criteria], any: bool) -> Result<Part> {
        let mut sql = if any { Condition::any() } else { Condition::all() };
        let mut sets: Option<(RoaringBitmap, bool)> = None;
        for criteria in criteria {
            match self.part(criteria).await? {
                Part::Sql(condition) => sql = sql.add(condition),
                Part::Set { set, all_but } => sets = Some(combined_with(sets, &set, all_but, any)),
            }
        }
        if sets.is_some() && !sql.is_empty() {
            sets = Some(combined_with(sets, &self.matching(sql.clone()).await?, false, any));
        }
        Ok(match sets {
            Some((set, all_but)) => Part::Set { set: Arc::new(set), all_but },
            None => Part::Sql(sql),
        })
    }

    async fn leaf(&self, leaf: &Leaf) -> Result<Part> {
        let compiler = self.compiler;
        let sql = |expr: Expr| Ok(Part::Sql(Condition::all().add(expr)));
        match leaf {
            Leaf::Field(test) => sql(compiler.field(test)),
            Leaf::Attribute { name, test } => sql(compiler.attribute(name, test)),
            Leaf::Codes { kind, test } => sql(compiler.codes(*kind, test)),
            Leaf::Interactions(test) => sql(compiler.interactions(test)),
            Leaf::Search(words) => sql(compiler.search(words)),
            Leaf::Company(criteria) => {
                let condition = self.condition(self.part(criteria).await?);
                sql(compiler.company(condition))
            }
            Leaf::People { filter, measure } => self.people(filter, measure).await,
            Leaf::Segment(SegmentTest::Logged(logged)) => sql(compiler.logged(*logged)),
            Leaf::Segment(test) => set(self.members(test).await?),
            Leaf::Ids(ids) => {
                let key = Expr::col((contact::Entity, contact::Column::Id));
                let ids = dialect::in_ids(compiler.backend, key, ids.iter().copied());
                set(Arc::new(self.matching(Condition::all().add(ids)).await?))
            }
            Leaf::Sample(sample) => set(Arc::new(self.sample(sample).await?)),
        }
    }

    async fn people(&self, filter: &Criteria, measure: &PeopleMeasure) -> Result<Part> {
        let condition = self.condition(self.part(filter).await?);
        Ok(Part::Sql(Condition::all().add(self.compiler.people(condition, measure))))
    }

    /// The contacts of a segment, now or at a step; living ones only.
    async fn members(&self, test: &SegmentTest) -> Result<Arc<RoaringBitmap>> {
        let id = match *test {
            SegmentTest::Current(id)
            | SegmentTest::Ever(id)
            | SegmentTest::AsOfStep { segment: id, .. } => id,
            SegmentTest::Logged(_) => unreachable!("the database can tell"),
        };
        let segment = segment::Entity::find_by_id(id).one(self.db).await?;
        let segment = segment.ok_or_else(|| {
            let message =
                format!("There is no segment {}.", crate::domain::id::Kind::Segment.id(id));
            Error::reject(Reason::NotFound, &[], message)
        })?;
        let current = self.context.members.load(self.db, &segment).await?;
        if let SegmentTest::Current(_) = test {
            return Ok(current);
        }
        let sets = criterion::Entity::belongs_to(criterion_set::Entity)
            .from(criterion::Column::Id)
            .to(criterion_set::Column::CriterionId);
        let steps: Vec<(i32, bool, Vec<u8>, Vec<u8>)> = criterion::Entity::find()
            .select_only()
            .columns([criterion::Column::No, criterion::Column::Undone])
            .columns([criterion_set::Column::Added, criterion_set::Column::Removed])
            .join(JoinType::InnerJoin, sets.into())
            .filter(criterion::Column::SegmentId.eq(id))
            .order_by_asc(criterion::Column::No)
            .into_tuple()
            .all(self.db)
            .await?;
        let mut members = (*current).clone();
        match *test {
            SegmentTest::AsOfStep { step, .. } => {
                let back = steps.iter().rev().filter(|(no, undone, ..)| !undone && step < *no);
                for (_, _, added, removed) in back {
                    members -= members::from_bytes(added)?;
                    members |= members::from_bytes(removed)?;
                }
                // A step that was taken back counts as done, as in the lines of a segment.
                let forward = steps.iter().filter(|(no, undone, ..)| *undone && *no <= step);
                for (_, _, added, removed) in forward {
                    members -= members::from_bytes(removed)?;
                    members |= members::from_bytes(added)?;
                }
            }
            _ => {
                for (_, _, added, _) in steps.iter().filter(|(_, undone, ..)| !undone) {
                    members |= members::from_bytes(added)?;
                }
            }
        }
        Ok(Arc::new(members - members::deleted(self.db).await?))
    }

    async fn sample(&self, sample: &Sample) -> Result<RoaringBitmap> {
        let of = self.set(self.part(&sample.of).await?).await?;
        Ok(sample::draw(&of, sample))
    }

    async fn matching(&self, condition: Condition) -> Result<RoaringBitmap> {
        let mut ids = db::ids(self.db, contacts_where(condition)).await?;
        // The database may answer from any index, and so in any order.
        ids.sort_unstable();
        RoaringBitmap::from_sorted_iter(ids)
            .map_err(|err| Error::Corrupt(format!("contacts come twice: {err}")))
    }

    async fn set(&self, part: Part) -> Result<RoaringBitmap> {
        match part {
            Part::Sql(condition) => self.matching(condition).await,
            Part::Set { set, all_but: false } => {
                Ok(Arc::try_unwrap(set).unwrap_or_else(|set| (*set).clone()))
            }
            Part::Set { set, all_but: true } => {
                Ok(self.matching(Condition::all()).await? - set.as_ref())
            }
        }
    }

    fn condition(&self, part: Part) -> Condition {
        match part {
            Part::Sql(condition) => condition,
            Part::Set { set, all_but } => {
                let key = Expr::col((contact::Entity, contact::Column::Id));
                let inside = dialect::in_ids(self.compiler.backend, key, set.iter());
                Condition::all().add(if all_but { inside.not() } else { inside })
            }
        }
    }
}

fn set(set: Arc<RoaringBitmap>) -> Result<Part> {
    Ok(Part::Set { set, all_but: false })
}

fn combined_with(
    so_far: Option<(RoaringBitmap, bool)>,
    set: &RoaringBitmap,
    all_but: bool,
    any: bool,
) -> (RoaringBitmap, bool) {
    match so_far {
        None => (set.clone(), all_but),
        Some(so_far) => combine(so_far, (set, all_but), any),
    }
}

/// Intersection, or union if `any`, of sets that may stand for their complements.
fn combine(
    left: (RoaringBitmap, bool),
    right: (&RoaringBitmap, bool),
    any: bool,
) -> (RoaringBitmap, bool) {
    // A union is the complement of the complements' intersection.
    let ((left, left_all_but), (right, right_all_but)) =
        ((left.0, left.1 != any), (right.0, right.1 != any));
    let (set, all_but) = match (left_all_but, right_all_but) {
        (false, false) => (left & right, false),
        (false, true) => (left - right, false),
        (true, false) => (right - left, false),
        (true, true) => (left | right, true),
    };
    (set, all_but != any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complements_combine_like_sets() {
        let everybody: RoaringBitmap = (0..8).collect();
        let real = |(set, all_but): &(RoaringBitmap, bool)| {
            if *all_but { &everybody - set } else { set.clone() }
        };
        for bits in 0..=255_u32 {
            let left: RoaringBitmap = (0..4).filter(|key| bits >> key & 1 == 1).collect();
            let right: RoaringBitmap = (0..4).filter(|key| bits >> (key + 4) & 1 == 1).collect();
            for (left_all_but, right_all_but) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let (left, right) = ((left.clone(), left_all_but), (right.clone(), right_all_but));
                let both = combine(left.clone(), (&right.0, right.1), false);
                assert_eq!(real(&both), real(&left) & real(&right));
                let either = combine(left.clone(), (&right.0, right.1), true);
                assert_eq!(real(&either), real(&left) | real(&right));
            }
        }
    }
}
