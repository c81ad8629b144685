//! Creating, changing and deleting segments.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{
    super::{
        error::{Result, UserError, outcome},
        kept::kept,
        kinds::{CorrespondenceType, InformationFlow, InitiatedBy},
        scalar::{Date, Decimal},
    },
    Segment,
};
use crate::domain::{
    self, amount,
    id::Kind,
    segment::{self, SegmentChange},
};

/// A new segment, without contacts.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentCreateInput {
    /// Its number: at most 20 characters, kept in upper case. Left out: the next of the series.
    no: Option<String>,
    /// What it is for; at most 250 characters.
    description: Option<String>,
    /// The date of its interactions. Left out: today.
    date: Option<Date>,
    /// The campaign it serves.
    campaign_id: Option<ID>,
    /// Whether the contacts are targets of the campaign. Left out: as the template says.
    campaign_target: Option<bool>,
    /// Whether the interactions are responses to the campaign. Left out: as the template says.
    campaign_response: Option<bool>,
    /// The code of the salesperson. Left out: the one whose e-mail address is the name of who creates it, if
    /// there is one, else that of each contact. Null: that of each contact.
    salesperson: MaybeUndefined<String>,
    /// The code of the interaction template, from which the rest comes unless it is set here.
    interaction_template: Option<String>,
    /// The code of the interaction group.
    interaction_group: Option<String>,
    /// How to reach contacts who have no preference of their own.
    correspondence_type: Option<CorrespondenceType>,
    /// Whether `correspondenceType` goes before the preference of a contact.
    #[graphql(default_with = "Some(false)")]
    ignore_contact_correspondence_type: Option<bool>,
    /// The code of the language.
    language: Option<String>,
    /// The subject; at most 250 characters.
    subject: Option<String>,
    /// What one interaction costs, in the local currency: 0 to 1,000,000.
    unit_cost: Option<Decimal>,
    /// How many minutes one interaction takes.
    unit_duration_min: Option<i32>,
    /// Which way the interactions go.
    information_flow: Option<InformationFlow>,
    /// Who begins the interactions.
    initiated_by: Option<InitiatedBy>,
}

/// What to change in a segment. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentUpdateInput {
    /// Which segment; it has to be open.
    segment_id: ID,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
    /// What it is for; at most 250 characters.
    description: MaybeUndefined<String>,
    /// The date of its interactions.
    date: MaybeUndefined<Date>,
    /// The campaign it serves.
    campaign_id: MaybeUndefined<ID>,
    /// Whether the contacts are targets of the campaign. Null: as the template says.
    campaign_target: MaybeUndefined<bool>,
    /// Whether the interactions are responses to the campaign. Null: as the template says.
    campaign_response: MaybeUndefined<bool>,
    /// The code of the salesperson. Null: that of each contact.
    salesperson: MaybeUndefined<String>,
    /// The code of the interaction template.
    interaction_template: MaybeUndefined<String>,
    /// The code of the interaction group. Null: as the template says.
    interaction_group: MaybeUndefined<String>,
    /// How to reach contacts who have no preference of their own. Null: as the template says.
    correspondence_type: MaybeUndefined<CorrespondenceType>,
    /// Whether `correspondenceType` goes before the preference of a contact.
    ignore_contact_correspondence_type: MaybeUndefined<bool>,
    /// The code of the language. Null: as the template says.
    language: MaybeUndefined<String>,
    /// The subject; at most 250 characters.
    subject: MaybeUndefined<String>,
    /// What one interaction costs, in the local currency: 0 to 1,000,000. Null: as the template says.
    unit_cost: MaybeUndefined<Decimal>,
    /// How many minutes one interaction takes. Null: as the template says.
    unit_duration_min: MaybeUndefined<i32>,
    /// Which way the interactions go. Null: as the template says.
    information_flow: MaybeUndefined<InformationFlow>,
    /// Who begins the interactions. Null: as the template says.
    initiated_by: MaybeUndefined<InitiatedBy>,
}

/// Which segment to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentDeleteInput {
    /// Which segment; one that has been logged can't be deleted.
    segment_id: ID,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
}

/// A segment after a change.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentPayload {
    /// The segment; null if there are user errors.
    pub(super) segment: Option<Segment>,
    /// What the caller has to put right; empty if it was done.
    pub(super) user_errors: Vec<UserError>,
}

/// What came of deleting a segment.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentDeletePayload {
    /// The id of the segment that is gone; null if there are user errors.
    deleted_segment_id: Option<ID>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct HeaderMutation;

#[Object]
impl HeaderMutation {
    /// Creates a segment without contacts.
    async fn segment_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A new segment, without contacts.")] input: SegmentCreateInput,
    ) -> Result<SegmentPayload> {
        let context = ctx.data::<domain::Context>()?;
        let created = async {
            let no = input.no.clone();
            segment::create(context, no.as_deref(), input.change()?).await
        };
        let (segment, user_errors) = outcome(created.await)?;
        Ok(SegmentPayload { segment: segment.map(Segment::from), user_errors })
    }

    /// Changes an open segment. Lines without values of their own follow at once.
    async fn segment_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in a segment.")] input: SegmentUpdateInput,
    ) -> Result<SegmentPayload> {
        let context = ctx.data::<domain::Context>()?;
        let updated = async {
            let id = Kind::Segment.key(&input.segment_id, &["segmentId"])?;
            segment::update(context, id, input.expected_revision, input.change()?).await
        };
        let (segment, user_errors) = outcome(updated.await)?;
        Ok(SegmentPayload { segment: segment.map(Segment::from), user_errors })
    }

    /// Deletes a segment with its steps and lines. One that has been logged stays.
    async fn segment_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which segment to delete.")] input: SegmentDeleteInput,
    ) -> Result<SegmentDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = async {
            let id = Kind::Segment.key(&input.segment_id, &["segmentId"])?;
            segment::delete(context, id, input.expected_revision).await
        };
        let (deleted, user_errors) = outcome(deleted.await)?;
        let deleted_segment_id = deleted.map(|id| ID(Kind::Segment.id(id)));
        Ok(SegmentDeletePayload { deleted_segment_id, user_errors })
    }
}

impl SegmentCreateInput {
    fn change(self) -> domain::Result<SegmentChange> {
        Ok(SegmentChange {
            description: Some(self.description),
            date: self.date.map(|date| date.0),
            campaign_id: Some(campaign(self.campaign_id)?),
            campaign_target: Some(self.campaign_target),
            campaign_response: Some(self.campaign_response),
            salesperson: self.salesperson.into(),
            interaction_template: Some(self.interaction_template),
            interaction_group: Some(self.interaction_group),
            correspondence_type: Some(self.correspondence_type.map(Into::into)),
            ignore_contact_correspondence_type: self.ignore_contact_correspondence_type,
            language: Some(self.language),
            subject: Some(self.subject),
            unit_cost: Some(cost(self.unit_cost)?),
            unit_duration_min: Some(self.unit_duration_min),
            information_flow: Some(self.information_flow.map(Into::into)),
            initiated_by: Some(self.initiated_by.map(Into::into)),
        })
    }
}

impl SegmentUpdateInput {
    fn change(self) -> domain::Result<SegmentChange> {
        Ok(SegmentChange {
            description: self.description.into(),
            date: kept(self.date, "date")?.map(|date| date.0),
            campaign_id: given(self.campaign_id).map(campaign).transpose()?,
            campaign_target: self.campaign_target.into(),
            campaign_response: self.campaign_response.into(),
            salesperson: self.salesperson.into(),
            interaction_template: self.interaction_template.into(),
            interaction_group: self.interaction_group.into(),
            correspondence_type: given(self.correspondence_type).map(|it| it.map(Into::into)),
            ignore_contact_correspondence_type: kept(
                self.ignore_contact_correspondence_type,
                "ignoreContactCorrespondenceType",
            )?,
            language: self.language.into(),
            subject: self.subject.into(),
            unit_cost: given(self.unit_cost).map(cost).transpose()?,
            unit_duration_min: self.unit_duration_min.into(),
            information_flow: given(self.information_flow).map(|it| it.map(Into::into)),
            initiated_by: given(self.initiated_by).map(|it| it.map(Into::into)),
        })
    }
}

fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    value.into()
}

fn campaign(id: Option<ID>) -> domain::Result<Option<i64>> {
    id.map(|id| Kind::Campaign.key(&id, &["campaignId"])).transpose()
}

fn cost(cost: Option<Decimal>) -> domain::Result<Option<i64>> {
    cost.map(|cost| amount::to_stored(cost.0, &["unitCost"])).transpose()
}
