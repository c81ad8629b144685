//! Setting values of lines, one or a million.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject, SimpleObject};

use super::{
    super::{
        criteria::ContactCriteria,
        error::{Result, UserError, outcome},
        kinds::{BodyFormat, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy},
        scalar::{Date, Decimal, Time},
    },
    Segment,
    line::{SegmentLineField, columns},
    select::SegmentTarget,
    text::attachments,
};
use crate::domain::{
    self, amount,
    id::Kind,
    message::MessageChange,
    segment::{self, LineChange, Which, picked},
};

/// Which lines of a segment. Give exactly one field.
#[derive(OneofObject)]
pub(in crate::graphql) enum SegmentLineSelector {
    /// The lines of these contacts, each of whom has to be in the segment: 1 to 10,000.
    ContactIds(Vec<ID>),
    /// The lines of the contacts that match.
    Criteria(ContactCriteria),
    /// The lines that have one of these values of their own.
    Overriding(Vec<SegmentLineField>),
    /// All lines; has to be true.
    All(bool),
}

/// What to set on lines. What is left out stays; null clears, so that the line inherits again.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentLineChange {
    /// What the interaction is about; at most 250 characters.
    description: MaybeUndefined<String>,
    /// The date of the interaction.
    date: MaybeUndefined<Date>,
    /// The time of day of the interaction, in the time zone of the business.
    time: MaybeUndefined<Time>,
    /// The code of the salesperson.
    salesperson: MaybeUndefined<String>,
    /// How to reach the contact.
    correspondence_type: MaybeUndefined<CorrespondenceType>,
    /// The code of the language.
    language: MaybeUndefined<String>,
    /// The subject; at most 250 characters.
    subject: MaybeUndefined<String>,
    /// The body; at most 100,000 characters.
    body: MaybeUndefined<String>,
    /// How that body is written; `TEXT` unless it is said.
    body_format: Option<BodyFormat>,
    /// The files that go with it, in their order; at most 20. An empty list: none.
    attachment_ids: MaybeUndefined<Vec<ID>>,
    /// The code of the interaction group.
    interaction_group: MaybeUndefined<String>,
    /// Which way the interaction goes.
    information_flow: MaybeUndefined<InformationFlow>,
    /// Who begins it.
    initiated_by: MaybeUndefined<InitiatedBy>,
    /// The campaign.
    campaign_id: MaybeUndefined<ID>,
    /// Whether the contact is a target of the campaign.
    campaign_target: MaybeUndefined<bool>,
    /// Whether the interaction is a response to the campaign.
    campaign_response: MaybeUndefined<bool>,
    /// What it costs, in the local currency: 0 to 1,000,000.
    unit_cost: MaybeUndefined<Decimal>,
    /// How many minutes it takes.
    unit_duration_min: MaybeUndefined<i32>,
    /// How it went.
    evaluation: MaybeUndefined<Evaluation>,
    /// Whether the contact could not be reached.
    attempt_failed: MaybeUndefined<bool>,
    /// By which address or number; at most 250 characters.
    contact_via: MaybeUndefined<String>,
}

impl SegmentLineChange {
    fn change(self) -> domain::Result<LineChange> {
        let campaign = |id: Option<ID>| {
            id.map(|id| Kind::Campaign.key(&id, &["set", "campaignId"])).transpose()
        };
        let cost = |cost: Option<Decimal>| {
            cost.map(|cost| amount::to_stored(cost.0, &["set", "unitCost"])).transpose()
        };
        Ok(LineChange {
            description: self.description.into(),
            date: given(self.date).map(|it| it.map(|date| date.0)),
            time: given(self.time).map(|it| it.map(|time| time.0)),
            salesperson: self.salesperson.into(),
            correspondence_type: given(self.correspondence_type).map(|it| it.map(Into::into)),
            language: self.language.into(),
            subject: self.subject.into(),
            interaction_group: self.interaction_group.into(),
            information_flow: given(self.information_flow).map(|it| it.map(Into::into)),
            initiated_by: given(self.initiated_by).map(|it| it.map(Into::into)),
            campaign_id: given(self.campaign_id).map(campaign).transpose()?,
            campaign_target: self.campaign_target.into(),
            campaign_response: self.campaign_response.into(),
            unit_cost: given(self.unit_cost).map(cost).transpose()?,
            unit_duration_min: self.unit_duration_min.into(),
            evaluation: given(self.evaluation).map(|it| it.map(Into::into)),
            attempt_failed: self.attempt_failed.into(),
            contact_via: self.contact_via.into(),
            message: MessageChange {
                subject: None,
                body: self.body.into(),
                body_format: self.body_format.map(Into::into),
                attachments: attachments(self.attachment_ids).map_err(|err| err.under(&["set"]))?,
            },
            body_message_id: None,
            attachments_message_id: None,
        })
    }
}

fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    value.into()
}

/// Where the input has the criteria for lines.
const CRITERIA: [&str; 2] = ["lines", "criteria"];

impl SegmentLineSelector {
    /// What is wrong with them, where it stands in the input.
    fn placed(&self, err: domain::Error) -> domain::Error {
        match self {
            Self::Criteria(criteria) => criteria.placed(err, &CRITERIA),
            _ => err,
        }
    }

    async fn which(&self, context: &domain::Context) -> domain::Result<Which> {
        match self {
            Self::ContactIds(ids) => {
                let ids: Vec<String> = ids.iter().map(|id| id.0.clone()).collect();
                Ok(Which::Contacts(picked(&ids, &["lines", "contactIds"])?))
            }
            Self::Criteria(criteria) => {
                Ok(Which::Criteria(criteria.parsed(context, &CRITERIA).await?))
            }
            Self::Overriding(fields) => Ok(Which::Overriding(columns(fields))),
            Self::All(true) => Ok(Which::All),
            Self::All(false) => {
                let message = "Say true for all lines, or choose some.";
                let path = ["lines", "all"];
                Err(domain::Error::reject(domain::Reason::Invalid, &path, message))
            }
        }
    }
}

/// Which lines to change, and how.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentUpdateLinesInput {
    #[graphql(flatten)]
    target: SegmentTarget,
    /// Which of its lines.
    lines: SegmentLineSelector,
    /// What to set on them.
    set: SegmentLineChange,
}

/// What came of changing lines.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentUpdateLinesPayload {
    /// The segment; null if there are user errors.
    segment: Option<Segment>,
    /// How many lines it was about, 0 if nothing was to be set; null if there are user errors.
    lines_count: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct LineMutation;

#[Object]
impl LineMutation {
    /// Sets or clears values of chosen lines, of those that match, or of all. A contact who leaves
    /// the segment and comes back finds their values again. If nothing is to be set, nothing is
    /// written, and the segment keeps its revision. Texts are not set on lines of contacts that have been
    /// erased.
    async fn segment_update_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lines to change, and how.")] input: SegmentUpdateLinesInput,
    ) -> Result<SegmentUpdateLinesPayload> {
        let context = ctx.data::<domain::Context>()?;
        let SegmentUpdateLinesInput { target, lines, set } = input;
        let updated = async {
            let target = target.checked()?;
            let which = lines.which(context).await?;
            segment::update_lines(context, target, &which, set.change()?).await
        };
        let updated = updated.await.map_err(|err| lines.placed(err));
        let (updated, user_errors) = outcome(updated)?;
        let (segment, lines_count) = updated.unzip();
        Ok(SegmentUpdateLinesPayload {
            segment: segment.map(Segment::from),
            lines_count,
            user_errors,
        })
    }
}
