//! Selecting by criteria: add, reduce, refine, replace, and looking first.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    super::{
        criteria::{ContactCriteria, text_of},
        error::{Result, UserError, outcome},
        scalar::TimeZone,
    },
    select::{SegmentTarget, SelectionFunnelStep, SelectionPayload, payload},
    sets::ContactSet,
};
use crate::{
    domain::{
        self, Moment,
        segment::{self, Options, Request, Selected},
    },
    entity::kinds::Operation,
};

/// When and where relative dates are resolved.
#[derive(InputObject)]
pub(in crate::graphql) struct SelectionContext {
    /// The instant that counts as now. Left out: now.
    as_of: Option<DateTime<Utc>>,
    /// The time zone in which days begin and end. Left out: the server's.
    time_zone: Option<TimeZone>,
}

/// The moment that a client means.
pub(super) fn moment(context: &domain::Context, input: Option<&SelectionContext>) -> Moment {
    let now = context.moment();
    Moment {
        as_of: input.and_then(|it| it.as_of).unwrap_or(now.as_of),
        time_zone: input.and_then(|it| it.time_zone).map_or(now.time_zone, |it| it.0),
    }
}

/// How a selection treats companies and exclusion.
#[derive(Copy, Clone, Default, InputObject)]
pub(in crate::graphql) struct SelectionOptions {
    /// Take each match that has a company for all contacts of the company: itself and its people.
    #[graphql(default_with = "Some(false)")]
    expand_companies: Option<bool>,
    /// Take the companies of the people, too.
    #[graphql(default_with = "Some(false)")]
    include_companies: Option<bool>,
    /// Select contacts although they are excluded from segments.
    #[graphql(default_with = "Some(false)")]
    ignore_exclusion: Option<bool>,
}

impl From<SelectionOptions> for Options {
    fn from(options: SelectionOptions) -> Self {
        Self {
            expand_companies: options.expand_companies.unwrap_or(false),
            include_companies: options.include_companies.unwrap_or(false),
            ignore_exclusion: options.ignore_exclusion.unwrap_or(false),
            ..Self::default()
        }
    }
}

/// How reducing and refining treat companies.
#[derive(Copy, Clone, Default, InputObject)]
pub(in crate::graphql) struct NarrowingOptions {
    /// Let one match remove, or keep, all contacts of its company.
    #[graphql(default_with = "Some(false)")]
    entire_companies: Option<bool>,
}

impl From<NarrowingOptions> for Options {
    fn from(options: NarrowingOptions) -> Self {
        let entire_companies = options.entire_companies.unwrap_or(false);
        Self { entire_companies, ..Self::default() }
    }
}

/// What the inputs of all selections by criteria have in common.
#[derive(InputObject)]
pub(in crate::graphql) struct Selection {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// Which contacts.
    criteria: ContactCriteria,
    /// When and where to resolve relative dates; now and here unless it is said.
    context: Option<SelectionContext>,
}

/// Which contacts to add to a segment.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentAddContactsInput {
    #[graphql(flatten)]
    selection: Selection,
    /// How to treat companies and exclusion.
    options: Option<SelectionOptions>,
}

/// Which contacts to remove from a segment.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentReduceContactsInput {
    #[graphql(flatten)]
    selection: Selection,
    /// How to treat companies.
    options: Option<NarrowingOptions>,
}

/// Which contacts to keep in a segment.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentRefineContactsInput {
    #[graphql(flatten)]
    selection: Selection,
    /// How to treat companies.
    options: Option<NarrowingOptions>,
}

/// Which contacts to replace those of a segment with.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentReplaceContactsInput {
    #[graphql(flatten)]
    selection: Selection,
    /// How to treat companies and exclusion.
    options: Option<SelectionOptions>,
}

/// Criteria to look at, without a segment.
#[derive(InputObject)]
pub(in crate::graphql) struct CriteriaPreviewInput {
    /// Which contacts.
    criteria: ContactCriteria,
    /// How to treat companies and exclusion.
    options: Option<SelectionOptions>,
    /// When and where to resolve relative dates; now and here unless it is said.
    context: Option<SelectionContext>,
}

/// What criteria would select for an empty segment.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CriteriaPreview {
    /// The contacts that would be selected. Null if there are user errors.
    selected: Option<ContactSet>,
    /// How many contacts would be left out because they are excluded from segments.
    skipped_excluded: Option<u64>,
    /// How many contacts would be left out because they may not be contacted.
    skipped_privacy_blocked: Option<u64>,
    /// How many contacts are left after each condition.
    funnel: Option<Vec<SelectionFunnelStep>>,
    /// The criteria as text for people.
    text: Option<String>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct PreviewQuery;

#[Object]
impl PreviewQuery {
    /// What criteria would select, and why: nothing is changed.
    async fn criteria_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look at.")] input: CriteriaPreviewInput,
    ) -> Result<CriteriaPreview> {
        let context = ctx.data::<domain::Context>()?;
        let with_funnel = ctx.look_ahead().field("funnel").exists();
        let found = async {
            let options = input.options.unwrap_or_default().into();
            let criteria = input.criteria.read(context, &["criteria"]).await?;
            let request = Request::with_criteria(Operation::Add, options, &criteria)?;
            let moment = moment(context, input.context.as_ref());
            let preview = segment::preview(context, &request, moment, with_funnel).await?;
            Ok((preview, request.criteria))
        };
        let found = found.await.map_err(|err| input.criteria.placed(err, &["criteria"]));
        let (found, user_errors) = outcome(found)?;
        let (preview, criteria) = found.unzip();
        let text = match criteria.flatten() {
            Some(criteria) => Some(text_of(ctx, &criteria).await?),
            None => None,
        };
        let chosen = preview.as_ref().map(|it| &it.chosen);
        Ok(CriteriaPreview {
            selected: chosen.map(|it| ContactSet::new(Arc::new(it.contacts.clone()))),
            skipped_excluded: chosen.map(|it| it.excluded),
            skipped_privacy_blocked: chosen.map(|it| it.privacy_blocked),
            funnel: preview
                .and_then(|it| it.funnel)
                .map(|steps| input.criteria.placed_stages(steps))
                .map(|steps| steps.into_iter().map(Into::into).collect()),
            text,
            user_errors,
        })
    }
}

#[derive(Default)]
pub(in crate::graphql) struct SelectionMutation;

#[Object]
impl SelectionMutation {
    /// Adds the contacts that match: companies are brought in first if the options say so, then who is
    /// excluded or may not be contacted is left out.
    async fn segment_add_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts to add to a segment.")] input: SegmentAddContactsInput,
    ) -> Result<SelectionPayload> {
        let options = input.options.unwrap_or_default();
        select(ctx, Operation::Add, &input.selection, options.into()).await
    }

    /// Removes the contacts that match.
    async fn segment_reduce_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts to remove from a segment.")]
        input: SegmentReduceContactsInput,
    ) -> Result<SelectionPayload> {
        let options = input.options.unwrap_or_default();
        select(ctx, Operation::Reduce, &input.selection, options.into()).await
    }

    /// Keeps the contacts that match, and removes all others.
    async fn segment_refine_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts to keep in a segment.")] input: SegmentRefineContactsInput,
    ) -> Result<SelectionPayload> {
        let options = input.options.unwrap_or_default();
        select(ctx, Operation::Refine, &input.selection, options.into()).await
    }

    /// Makes the segment exactly the contacts that match, but for those who are excluded or may not be
    /// contacted.
    async fn segment_replace_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts to replace those of a segment with.")]
        input: SegmentReplaceContactsInput,
    ) -> Result<SelectionPayload> {
        let options = input.options.unwrap_or_default();
        select(ctx, Operation::Replace, &input.selection, options.into()).await
    }
}

async fn select(
    ctx: &Context<'_>,
    operation: Operation,
    selection: &Selection,
    options: Options,
) -> Result<SelectionPayload> {
    let context = ctx.data::<domain::Context>()?;
    let with_funnel = ctx.look_ahead().field("funnel").exists();
    let selected = async {
        let target = selection.target.checked()?;
        let criteria = selection.criteria.read(context, &["criteria"]).await?;
        let request = Request::with_criteria(operation, options, &criteria)?;
        let moment = moment(context, selection.context.as_ref());
        let selected = segment::select(context, target, &request, moment, with_funnel).await?;
        let funnel = selected.funnel.map(|steps| selection.criteria.placed_stages(steps));
        Ok(Selected { funnel, ..selected })
    };
    payload(selected.await.map_err(|err| selection.criteria.placed(err, &["criteria"])))
}
