//! Who a campaign is for: the targets among the lines of open segments and among interactions. Found
//! when it is asked, and kept nowhere, so it can't go out of date (CMP-1, CMP-4 to CMP-6, D13).

use std::collections::HashMap;

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{CaseStatement, Expr, ExprTrait, SelectStatement},
};

use crate::{
    db,
    domain::{
        Context, Result, Snapshot,
        segment::{Said, by_company, effective::Defaults},
    },
    entity::{interaction, interaction_template, kinds::SegmentStatus, segment, segment_line},
};

/// Whom to name as targets.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum TargetsBy {
    /// The contacts themselves.
    #[default]
    Contact,
    /// The companies of the contacts, and those who have none.
    Company,
}

/// The targets of a campaign: the contacts on lines of open segments that are for it, and those of its
/// interactions that are neither canceled nor postponed (D8), where these say that they are targets.
///
/// # Errors
/// What the database says.
pub async fn targets(context: &Context, campaign_id: i64, by: TargetsBy) -> Result<RoaringBitmap> {
    let facts = Snapshot::open(context).await?;
    let mut targets = of_lines(context, facts.db(), campaign_id).await?;
    targets |= &*facts.contacts(&of_interactions(campaign_id)).await?;
    if by == TargetsBy::Company {
        targets = by_company(facts.db(), &targets).await?;
    }
    facts.close().await?;
    Ok(targets)
}

/// Whether a campaign has any target, for whoever writes.
///
/// # Errors
/// What the database says.
pub(super) async fn has_any(
    context: &Context,
    txn: &impl ConnectionTrait,
    campaign_id: i64,
) -> Result<bool> {
    if !of_lines(context, txn, campaign_id).await?.is_empty() {
        return Ok(true);
    }
    let one = of_interactions(campaign_id).limit(1).to_owned();
    Ok(txn.query_one(&one).await?.is_some())
}

/// Interactions that make their contact a target.
pub(super) fn is_target() -> Condition {
    use interaction::Column;
    Condition::all()
        .add(Column::CampaignTarget.eq(true))
        .add(Column::Canceled.eq(false))
        .add(Column::Postponed.eq(false))
        // Those of contacts that have been deleted are nobody's.
        .add(Column::ContactId.gt(0))
}

fn of_interactions(campaign_id: i64) -> SelectStatement {
    interaction::Entity::find()
        .select_only()
        .column_as(interaction::Column::ContactId, "id")
        .filter(interaction::Column::CampaignId.eq(campaign_id))
        .filter(is_target())
        .into_query()
}

/// What the lines of a segment are that say nothing else.
#[derive(Copy, Clone)]
pub(super) struct ByDefault {
    pub(super) campaign_id: Option<i64>,
    pub(super) is_target: bool,
}

impl ByDefault {
    /// The campaign of a line, if it is a target of it.
    pub(super) fn target_of(self, line: Option<&segment_line::Model>) -> Option<i64> {
        let campaign = line.and_then(|it| it.campaign_id).or(self.campaign_id);
        let is_target = line.and_then(|it| it.campaign_target).unwrap_or(self.is_target);
        campaign.filter(|_| is_target)
    }
}

/// Of each segment what its lines are that say nothing else.
pub(super) async fn defaults(
    db: &impl ConnectionTrait,
    segments: &[segment::Model],
) -> Result<HashMap<i64, ByDefault>> {
    let codes = segments.iter().filter_map(|it| it.interaction_template.clone());
    let templates = interaction_template::Entity::find()
        .filter(interaction_template::Column::Code.is_in(codes))
        .all(db)
        .await?;
    let templates: HashMap<&str, &interaction_template::Model> =
        templates.iter().map(|it| (it.code.as_str(), it)).collect();
    let of_segment = |segment: &segment::Model| {
        let template = segment.interaction_template.as_deref();
        let template = template.and_then(|code| templates.get(code)).copied();
        // Who is a target does not depend on what is said.
        let defaults = Defaults::new(segment, template, Said::default());
        let (campaign_id, is_target) =
            (defaults.default_campaign(), defaults.is_target_by_default());
        (segment.id, ByDefault { campaign_id, is_target })
    };
    Ok(segments.iter().map(of_segment).collect())
}

/// The contacts on lines of open segments that are targets of the campaign: set by set, without
/// looking at a line that has nothing of its own.
async fn of_lines(
    context: &Context,
    db: &impl ConnectionTrait,
    campaign_id: i64,
) -> Result<RoaringBitmap> {
    let mut segments = open(db, of_campaign(campaign_id)).await?;
    let own = own_values(db, campaign_id, segments.iter().map(|it| it.id)).await?;
    let others = own.keys().filter(|id| segments.iter().all(|it| it.id != **id)).copied();
    let others: Vec<i64> = others.collect();
    if !others.is_empty() {
        let others = Condition::all().add(segment::Column::Id.is_in(others));
        segments.extend(open(db, others).await?);
    }
    let defaults = defaults(db, &segments).await?;
    let sets = context.members.load_all(db, &segments).await?;
    let mut targets = RoaringBitmap::new();
    for (id, set) in sets {
        let default = defaults[&id];
        let is_for = default.campaign_id == Some(campaign_id);
        let (mut chosen, mut others) = (RoaringBitmap::new(), RoaringBitmap::new());
        for line in own.get(&id).into_iter().flatten() {
            let is_target =
                line.is_for.unwrap_or(is_for) && line.is_target.unwrap_or(default.is_target);
            let lines = if is_target { &mut chosen } else { &mut others };
            lines.insert(line.contact);
        }
        // What was set on a line stays when its contact leaves.
        targets |= &*set & chosen;
        if is_for && default.is_target {
            targets |= &*set - others;
        }
    }
    Ok(targets)
}

async fn open(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<segment::Model>> {
    let open = segment::Entity::find().filter(segment::Column::Status.eq(SegmentStatus::Open));
    Ok(open.filter(which).all(db).await?)
}

/// The segments whose lines are for a campaign, unless they say something else: its own, and those
/// without one whose template has it.
pub fn of_campaign(campaign_id: i64) -> Condition {
    let templates = interaction_template::Entity::find()
        .select_only()
        .column(interaction_template::Column::Code)
        .filter(interaction_template::Column::CampaignId.eq(campaign_id))
        .into_query();
    let by_template = Condition::all()
        .add(segment::Column::CampaignId.is_null())
        .add(segment::Column::InteractionTemplate.into_simple_expr().in_subquery(templates));
    Condition::any().add(segment::Column::CampaignId.eq(campaign_id)).add(by_template)
}

/// What a line says itself.
struct Own {
    contact: u32,
    /// Whether it is for the campaign, or for another one.
    is_for: Option<bool>,
    is_target: Option<bool>,
}

/// What lines say themselves of campaigns: those of `segments`, and all that are for the campaign,
/// wherever they are.
async fn own_values(
    db: &impl ConnectionTrait,
    campaign_id: i64,
    segments: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, Vec<Own>>> {
    use segment_line::Column;
    // 0 says nothing, 1 no, 2 yes.
    let says = |column: Column, value: Expr| {
        let value: Expr = CaseStatement::new()
            .case(column.is_null(), Expr::val(0))
            .case(column.into_simple_expr().eq(value), Expr::val(2))
            .finally(Expr::val(1))
            .into();
        value.cast_as("integer")
    };
    let of_segments = Condition::all()
        .add(Column::SegmentId.is_in(segments))
        .add(Column::CampaignId.is_not_null().or(Column::CampaignTarget.is_not_null()));
    let lines = segment_line::Entity::find()
        .select_only()
        .column(Column::ContactId)
        .expr_as(Column::SegmentId.into_simple_expr().cast_as("integer"), "segment_id")
        .expr_as(says(Column::CampaignId, Expr::val(campaign_id)), "is_for")
        .expr_as(says(Column::CampaignTarget, Expr::val(true)), "is_target")
        .filter(Condition::any().add(Column::CampaignId.eq(campaign_id)).add(of_segments));
    let columns = ["segment_id", "contact_id", "is_for", "is_target"];
    let [ids, contacts, is_for, is_target] = db::integers(db, lines.into_query(), columns).await?;
    let told = |says: u32| (says != 0).then_some(says == 2);
    let mut own: HashMap<i64, Vec<Own>> = HashMap::new();
    for (index, id) in ids.into_iter().enumerate() {
        own.entry(i64::from(id)).or_default().push(Own {
            contact: contacts[index],
            is_for: told(is_for[index]),
            is_target: told(is_target[index]),
        });
    }
    Ok(own)
}
