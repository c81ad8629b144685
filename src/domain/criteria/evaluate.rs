//! From criteria to the set of contacts that match.
//!
//! Each condition is asked for alone, where an index can name its contacts, and sets are combined
//! in process. So what was asked before need not be asked again ([`Snapshot`]), and of criteria of
//! which one condition was edited, one is asked for. Tests that need a look at every contact stay
//! together, so that one look serves all. Where few contacts are left, the rest is asked of those.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use roaring::RoaringBitmap;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction,
    sea_query::{Expr, SelectStatement},
};

use super::{
    Criteria, Leaf, SegmentTest, Tree,
    combine::combined_with,
    compile::{Compiler, Question, contacts_where, not},
    names,
    plan::{effort, in_simpler_terms},
    require,
    resolve::Asked,
    sample, segments, slow,
};
use crate::{
    db::dialect,
    domain::{Context, Moment, Result, Snapshot},
};

/// Of so few contacts an answer is looked up one by one, though an index could name all.
const FEW: u64 = 2_000;
/// Of so many contacts an answer is looked up one by one, rather than of all.
const MANY: u64 = 50_000;

/// Where criteria are evaluated: what contacts are, in one snapshot; and where segments are read,
/// which may be a transaction that holds one.
#[derive(Debug)]
pub struct Place<'a, C> {
    pub context: &'a Context,
    pub facts: &'a Snapshot,
    pub segments: &'a C,
    pub moment: Moment,
}

impl<'a> Place<'a, DatabaseTransaction> {
    /// In a snapshot, segments and all.
    pub fn new(context: &'a Context, facts: &'a Snapshot, moment: Moment) -> Self {
        Self { context, facts, segments: facts.db(), moment }
    }

    /// The same, but with segments as `db` has them.
    pub fn with_segments<C>(self, db: &'a C) -> Place<'a, C> {
        let Self { context, facts, moment, .. } = self;
        Place { context, facts, segments: db, moment }
    }
}

impl<C> Copy for Place<'_, C> {}

impl<C> Clone for Place<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

/// The living contacts that match.
///
/// # Errors
/// [`Reason::NotFound`](crate::domain::Reason::NotFound) if the criteria name a segment that is not
/// there.
pub async fn evaluate(
    place: Place<'_, impl ConnectionTrait>,
    criteria: &Criteria,
) -> Result<RoaringBitmap> {
    let _watch = slow::Watch::new(criteria, place.context.metrics.slow_after);
    let evaluation = Evaluation::new(place);
    let part = evaluation.part(criteria, None).await?;
    evaluation.set(part).await
}

/// The living contacts that match now, or at another moment, after a look at whether all is there
/// that the criteria name.
///
/// # Errors
/// As [`require`] and [`evaluate`].
pub async fn matching(
    context: &Context,
    criteria: &Criteria,
    moment: Moment,
) -> Result<RoaringBitmap> {
    let facts = Snapshot::open(context).await?;
    require(&context.viewer, facts.db(), criteria).await?;
    let matching = evaluate(Place::new(context, &facts, moment), criteria).await?;
    facts.close().await?;
    Ok(matching)
}

/// The condition on a row of `contact` that holds exactly for those that match. For lists that
/// stop after a page; sets become parameters.
///
/// # Errors
/// As [`evaluate`].
pub async fn condition(
    place: Place<'_, impl ConnectionTrait>,
    criteria: &Criteria,
) -> Result<Condition> {
    Evaluation::new(place).condition(criteria).await
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
    place: Place<'_, impl ConnectionTrait>,
    criteria: &Criteria,
    among: Option<&RoaringBitmap>,
) -> Result<Vec<Stage>> {
    let mut conditions = Vec::new();
    unfold(criteria, Vec::new(), &mut conditions);
    let names = names(place.segments, &criteria.named()).await?;
    let mut remaining = among.cloned();
    let mut stages = Vec::with_capacity(conditions.len());
    for (path, condition) in conditions {
        let matching = evaluate(place, condition).await?;
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
    /// A look at every contact can tell.
    Scan(Condition),
    /// These, or all living contacts but these.
    Set { set: Arc<RoaringBitmap>, all_but: bool },
}

impl Part {
    fn these(set: impl Into<Arc<RoaringBitmap>>) -> Self {
        Self::Set { set: set.into(), all_but: false }
    }
}

struct Evaluation<'a, C> {
    place: Place<'a, C>,
    compiler: Compiler<'a>,
}

impl<'a, C: ConnectionTrait> Evaluation<'a, C> {
    fn new(place: Place<'a, C>) -> Self {
        let backend = place.facts.db().get_database_backend();
        let by = place.context.viewer.name.as_deref().unwrap_or_default();
        let asked = Asked { moment: place.moment, by };
        Self { place, compiler: Compiler { backend, asked } }
    }

    /// Who matches, as far as they are `among` those; of others, whatever is cheapest to say.
    fn part<'b>(
        &'b self,
        criteria: &'b Criteria,
        among: Option<&'b RoaringBitmap>,
    ) -> BoxFuture<'b, Result<Part>> {
        async move {
            match criteria {
                Tree::All(criteria) => self.all(criteria, among).await,
                Tree::Any(criteria) => self.any(criteria, among).await,
                Tree::Not(criteria) => Ok(match self.part(criteria, among).await? {
                    Part::Scan(condition) => Part::Scan(Condition::all().add(not(condition))),
                    Part::Set { set, all_but } => Part::Set { set, all_but: !all_but },
                }),
                Tree::Leaf(leaf) => match in_simpler_terms(leaf) {
                    Some(criteria) => self.part(&criteria, among).await,
                    None => self.leaf(leaf, among).await,
                },
            }
        }
        .boxed()
    }

    /// The cheapest first, and the others among those who are left.
    async fn all(&self, criteria: &[Criteria], among: Option<&RoaringBitmap>) -> Result<Part> {
        let mut criteria: Vec<&Criteria> = criteria.iter().collect();
        criteria.sort_by_key(|criteria| effort(criteria));
        let mut scans = Condition::all();
        let mut sets: Option<(RoaringBitmap, bool)> = None;
        for criteria in criteria {
            let left = left(among, sets.as_ref());
            if left.is_some_and(RoaringBitmap::is_empty) {
                return Ok(Part::these(RoaringBitmap::new()));
            }
            match self.part(criteria, left).await? {
                Part::Scan(condition) => scans = scans.add(condition),
                Part::Set { set, all_but } => {
                    sets = Some(combined_with(sets, &set, all_but, false));
                }
            }
        }
        if sets.is_some() && !scans.is_empty() {
            let matching = self.scan(scans, left(among, sets.as_ref())).await?;
            sets = Some(combined_with(sets, &matching, false, false));
            scans = Condition::all();
        }
        Ok(whole(sets, scans))
    }

    async fn any(&self, criteria: &[Criteria], among: Option<&RoaringBitmap>) -> Result<Part> {
        let mut scans = Condition::any();
        let mut sets: Option<(RoaringBitmap, bool)> = None;
        for criteria in criteria {
            match self.part(criteria, among).await? {
                Part::Scan(condition) => scans = scans.add(condition),
                Part::Set { set, all_but } => {
                    sets = Some(combined_with(sets, &set, all_but, true));
                }
            }
        }
        if sets.is_some() && !scans.is_empty() {
            let matching = self.scan(scans, among).await?;
            sets = Some(combined_with(sets, &matching, false, true));
            scans = Condition::any();
        }
        Ok(whole(sets, scans))
    }

    async fn leaf(&self, leaf: &Leaf, among: Option<&RoaringBitmap>) -> Result<Part> {
        let question = match leaf {
            Leaf::Field(test) if !self.compiler.is_indexed(test) => {
                return Ok(Part::Scan(self.leaf_condition(leaf).await?));
            }
            Leaf::Segment(test) if let Some(id) = test.segment_id() => {
                let Place { context, segments, .. } = self.place;
                return Ok(Part::these(segments::members(context, segments, id, test).await?));
            }
            Leaf::Sample(sample) => {
                let of = self.set(self.part(&sample.of, None).await?).await?;
                return Ok(Part::these(sample::draw(&of, sample)));
            }
            leaf => match self.compiler.owners(leaf) {
                Some(question) => question,
                None => Question::contacts(self.leaf_condition(leaf).await?),
            },
        };
        Ok(Part::these(self.ask(&question, among, FEW).await?))
    }

    async fn scan(
        &self,
        condition: Condition,
        among: Option<&RoaringBitmap>,
    ) -> Result<Arc<RoaringBitmap>> {
        self.ask(&Question::contacts(condition), among, MANY).await
    }

    /// Asks of all, or if `among` are no more than `few` and nothing is known of all, of those.
    async fn ask(
        &self,
        question: &Question,
        among: Option<&RoaringBitmap>,
        few: u64,
    ) -> Result<Arc<RoaringBitmap>> {
        let facts = self.place.facts;
        let Some(few) = among.filter(|among| among.len() <= few) else {
            return facts.contacts(&question.query).await;
        };
        if let Some(known) = facts.known(&question.query) {
            return Ok(known);
        }
        let key = dialect::in_ids(self.compiler.backend, question.key.clone(), few.iter());
        let query: SelectStatement = question.query.clone().and_where(key).to_owned();
        facts.contacts(&query).await
    }

    async fn set(&self, part: Part) -> Result<RoaringBitmap> {
        Ok(match part {
            Part::Scan(condition) => (*self.scan(condition, None).await?).clone(),
            Part::Set { set, all_but: false } => Arc::unwrap_or_clone(set),
            Part::Set { set, all_but: true } => {
                let everybody = contacts_where(Condition::all());
                &*self.place.facts.contacts(&everybody).await? - &*set
            }
        })
    }

    /// All in one condition, whatever it costs.
    fn condition<'b>(&'b self, criteria: &'b Criteria) -> BoxFuture<'b, Result<Condition>> {
        async move {
            Ok(match criteria {
                Tree::All(criteria) => {
                    let mut all = Condition::all();
                    for criteria in criteria {
                        all = all.add(self.condition(criteria).await?);
                    }
                    all
                }
                Tree::Any(criteria) => {
                    let mut any = Condition::any();
                    for criteria in criteria {
                        any = any.add(self.condition(criteria).await?);
                    }
                    any
                }
                Tree::Not(criteria) => Condition::all().add(not(self.condition(criteria).await?)),
                Tree::Leaf(leaf) => self.leaf_condition(leaf).await?,
            })
        }
        .boxed()
    }

    /// Boxed, for leaves hold criteria.
    fn leaf_condition<'b>(&'b self, leaf: &'b Leaf) -> BoxFuture<'b, Result<Condition>> {
        async move { Ok(Condition::all().add(self.expression(leaf).await?)) }.boxed()
    }

    async fn expression(&self, leaf: &Leaf) -> Result<Expr> {
        let compiler = self.compiler;
        Ok(match leaf {
            Leaf::Field(test) => compiler.field(test),
            Leaf::Attribute { name, test } => compiler.attribute(name, test),
            Leaf::Codes { kind, test } => compiler.codes(*kind, test),
            Leaf::Related(test) => compiler.related(test),
            Leaf::Search(words) => compiler.search(words),
            Leaf::Company(criteria) => compiler.company(self.condition(criteria).await?),
            Leaf::People { filter, measure } => {
                compiler.people(self.condition(filter).await?, measure)
            }
            Leaf::Segment(SegmentTest::Logged(logged)) => compiler.logged(*logged),
            Leaf::Ids(ids) => compiler.is_one_of(ids.iter().copied()),
            Leaf::Segment(_) | Leaf::Sample(_) => {
                let part = self.leaf(leaf, None).await?;
                compiler.is_one_of(self.set(part).await?.iter())
            }
        })
    }
}

/// Who can still match all, if that is known.
fn left<'a>(
    among: Option<&'a RoaringBitmap>,
    sets: Option<&'a (RoaringBitmap, bool)>,
) -> Option<&'a RoaringBitmap> {
    match sets {
        Some((set, false)) if among.is_none_or(|among| set.len() <= among.len()) => Some(set),
        _ => among,
    }
}

fn whole(sets: Option<(RoaringBitmap, bool)>, scans: Condition) -> Part {
    match sets {
        Some((set, all_but)) => Part::Set { set: Arc::new(set), all_but },
        None => Part::Scan(scans),
    }
}
