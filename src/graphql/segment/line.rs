//! A line of a segment: a contact, and what holds for its interaction.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, Description, Enum, InputObject, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};

use super::{
    super::{
        attachment::Attachment,
        campaign::Campaign,
        code::Code,
        contact::{Contact, ContactAddress, OrderDirection, personal},
        error::Result,
        kinds::{BodyFormat, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy},
        loaders::Loaders,
        page::Cursor,
        scalar::{Date, Decimal, Time},
    },
    Criterion, code,
};
use crate::{
    domain::{
        access::Viewer,
        amount, contact,
        message::Message,
        segment::{Line, LineOrder, OVERRIDES},
    },
    entity::{
        kinds::{self, CodeKind},
        segment_line::{self, Column},
    },
};

pub(super) type SegmentLines = Connection<Cursor, SegmentLine, LineTotal, EmptyFields>;

/// How many lines the whole list has.
#[derive(SimpleObject)]
pub(in crate::graphql) struct LineTotal {
    /// How many lines the whole list has; exact.
    pub(super) total_count: u64,
}

/// What lines are ordered by.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum SegmentLineOrderField {
    /// Company name, company, companies before people, name.
    Default,
    /// The number of the contact.
    No,
    /// The name of the contact.
    Name,
    /// The city; contacts without one come last.
    City,
    /// The post code; contacts without one come last.
    PostCode,
    /// The step that brought the contact in.
    AddedStep,
}

/// How to order lines.
#[derive(Copy, Clone, InputObject)]
pub(in crate::graphql) struct SegmentLineOrder {
    /// What by.
    #[graphql(default_with = "Some(SegmentLineOrderField::Default)")]
    by: Option<SegmentLineOrderField>,
    /// Which way.
    #[graphql(default_with = "Some(OrderDirection::Asc)")]
    direction: Option<OrderDirection>,
}

/// The order that is asked for, or the usual one.
pub(super) fn line_order(viewer: &Viewer, asked: Option<SegmentLineOrder>) -> Result<LineOrder> {
    let Some(SegmentLineOrder { by, direction }) = asked else {
        return Ok(LineOrder::Contact(contact::order(viewer, None)?));
    };
    let descending = direction == Some(OrderDirection::Desc);
    let by = match by.unwrap_or(SegmentLineOrderField::Default) {
        SegmentLineOrderField::Default => contact::OrderBy::Company,
        SegmentLineOrderField::No => contact::OrderBy::No,
        SegmentLineOrderField::Name => contact::OrderBy::Name,
        SegmentLineOrderField::City => contact::OrderBy::City,
        SegmentLineOrderField::PostCode => contact::OrderBy::PostCode,
        SegmentLineOrderField::AddedStep => return Ok(LineOrder::AddedStep { descending }),
    };
    let order = contact::Order { by, descending };
    Ok(LineOrder::Contact(contact::order(viewer, Some(order))?))
}

/// A value that a line may have of its own.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum SegmentLineField {
    /// `description`
    Description,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `salesperson`
    Salesperson,
    /// `correspondenceType`
    CorrespondenceType,
    /// `language`
    Language,
    /// `subject`
    Subject,
    /// `body`
    Body,
    /// `attachments`
    Attachments,
    /// `interactionGroup`
    InteractionGroup,
    /// `informationFlow`
    InformationFlow,
    /// `initiatedBy`
    InitiatedBy,
    /// `campaign`
    Campaign,
    /// `campaignTarget`
    CampaignTarget,
    /// `campaignResponse`
    CampaignResponse,
    /// `unitCost`
    UnitCost,
    /// `unitDurationMin`
    UnitDurationMin,
    /// `evaluation`
    Evaluation,
    /// `attemptFailed`
    AttemptFailed,
    /// `contactVia`
    ContactVia,
}

impl SegmentLineField {
    /// The field that is kept in a column.
    pub(super) fn of(column: &Column) -> Option<Self> {
        Some(match column {
            Column::Description => Self::Description,
            Column::Date => Self::Date,
            Column::Time => Self::Time,
            Column::Salesperson => Self::Salesperson,
            Column::CorrespondenceType => Self::CorrespondenceType,
            Column::Language => Self::Language,
            Column::Subject => Self::Subject,
            Column::BodyMessageId => Self::Body,
            Column::AttachmentsMessageId => Self::Attachments,
            Column::InteractionGroup => Self::InteractionGroup,
            Column::InformationFlow => Self::InformationFlow,
            Column::InitiatedBy => Self::InitiatedBy,
            Column::CampaignId => Self::Campaign,
            Column::CampaignTarget => Self::CampaignTarget,
            Column::CampaignResponse => Self::CampaignResponse,
            Column::UnitCost => Self::UnitCost,
            Column::UnitDurationMin => Self::UnitDurationMin,
            Column::Evaluation => Self::Evaluation,
            Column::AttemptFailed => Self::AttemptFailed,
            Column::ContactVia => Self::ContactVia,
            Column::ContactId | Column::SegmentId => return None,
        })
    }
}

/// The columns in which fields are kept.
pub(super) fn columns(fields: &[SegmentLineField]) -> Vec<Column> {
    let is_one =
        |column: &Column| SegmentLineField::of(column).is_some_and(|it| fields.contains(&it));
    OVERRIDES.iter().copied().filter(is_one).collect()
}

/// Which values a line has of its own.
fn overridden(own: &segment_line::Model) -> Vec<SegmentLineField> {
    use SegmentLineField as Field;
    let fields = [
        (Field::Description, own.description.is_some()),
        (Field::Date, own.date.is_some()),
        (Field::Time, own.time.is_some()),
        (Field::Salesperson, own.salesperson.is_some()),
        (Field::CorrespondenceType, own.correspondence_type.is_some()),
        (Field::Language, own.language.is_some()),
        (Field::Subject, own.subject.is_some()),
        (Field::Body, own.body_message_id.is_some()),
        (Field::Attachments, own.attachments_message_id.is_some()),
        (Field::InteractionGroup, own.interaction_group.is_some()),
        (Field::InformationFlow, own.information_flow.is_some()),
        (Field::InitiatedBy, own.initiated_by.is_some()),
        (Field::Campaign, own.campaign_id.is_some()),
        (Field::CampaignTarget, own.campaign_target.is_some()),
        (Field::CampaignResponse, own.campaign_response.is_some()),
        (Field::UnitCost, own.unit_cost.is_some()),
        (Field::UnitDurationMin, own.unit_duration_min.is_some()),
        (Field::Evaluation, own.evaluation.is_some()),
        (Field::AttemptFailed, own.attempt_failed.is_some()),
        (Field::ContactVia, own.contact_via.is_some()),
    ];
    fields.into_iter().filter(|field| field.1).map(|field| field.0).collect()
}

/// A contact of a segment, and what holds for its interaction: the values of the line itself, else
/// what it inherits from the segment, its template or the contact.
#[derive(Clone, Description)]
pub(in crate::graphql) struct SegmentLine {
    pub(super) segment_id: i64,
    pub(super) as_of_step: Option<i32>,
    pub(super) line: Line,
}

#[Object(use_type_description)]
impl SegmentLine {
    /// The contact.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Contact> {
        Ok(Contact::new(ctx.data()?, self.line.contact.clone()))
    }

    /// What the interaction is about.
    async fn description(&self) -> Option<&str> {
        self.line.effective.description.as_deref()
    }

    /// The date of the interaction.
    async fn date(&self) -> Date {
        Date(self.line.effective.date)
    }

    /// The alternative address of the contact that holds on the date of the line. Null if the main address
    /// holds, and without the scope `personal`.
    async fn address(&self, ctx: &Context<'_>) -> Option<Result<ContactAddress>> {
        let (contact_id, date) = (self.line.contact.id, Date(self.line.effective.date));
        ContactAddress::on(ctx, contact_id, Some(date)).await.transpose()
    }

    /// The time of day of the interaction, in the time zone of the business.
    async fn time(&self) -> Option<Time> {
        self.line.effective.time.map(Time)
    }

    /// The campaign the interaction is for.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, self.line.effective.campaign_id).await.transpose()
    }

    /// Who is responsible.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        let salesperson = self.line.effective.salesperson.as_deref();
        code(ctx, CodeKind::Salesperson, salesperson).await.transpose()
    }

    /// How to reach the contact.
    async fn correspondence_type(&self) -> Option<CorrespondenceType> {
        self.line.effective.correspondence_type.map(Into::into)
    }

    /// The language to use.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Language, self.line.effective.language.as_deref()).await.transpose()
    }

    /// The subject, with fields such as `{{ contact.name }}` in it.
    async fn subject(&self) -> Option<&str> {
        self.line.effective.subject.as_deref()
    }

    /// The body, with fields such as `{{ contact.name }}` in it; `templatePreview` shows it merged.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let message = message(ctx, self.line.effective.body_message_id).await?;
        Ok(message.and_then(|it| it.row.body.clone()))
    }

    /// How the body is written.
    async fn body_format(&self, ctx: &Context<'_>) -> Result<BodyFormat> {
        let message = message(ctx, self.line.effective.body_message_id).await?;
        Ok(message.map_or(kinds::BodyFormat::Text, |it| it.row.body_format).into())
    }

    /// The files that go with it, in their order.
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        let message = message(ctx, self.line.effective.attachments_message_id).await?;
        let files = message.map(|it| it.attachments.clone()).unwrap_or_default();
        Ok(files.into_iter().map(Attachment).collect())
    }

    /// The group of the interaction.
    async fn interaction_group(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        let group = self.line.effective.interaction_group.as_deref();
        code(ctx, CodeKind::InteractionGroup, group).await.transpose()
    }

    /// Which way the interaction goes.
    async fn information_flow(&self) -> Option<InformationFlow> {
        self.line.effective.information_flow.map(Into::into)
    }

    /// Who begins it.
    async fn initiated_by(&self) -> Option<InitiatedBy> {
        self.line.effective.initiated_by.map(Into::into)
    }

    /// Whether the contact is a target of the campaign.
    async fn campaign_target(&self) -> bool {
        self.line.effective.campaign_target
    }

    /// Whether the interaction is a response to the campaign.
    async fn campaign_response(&self) -> bool {
        self.line.effective.campaign_response
    }

    /// What it costs, in the local currency.
    async fn unit_cost(&self) -> Decimal {
        Decimal(amount::from_stored(self.line.effective.unit_cost))
    }

    /// How many minutes it takes.
    async fn unit_duration_min(&self) -> i32 {
        self.line.effective.unit_duration_min
    }

    /// How it went.
    async fn evaluation(&self) -> Option<Evaluation> {
        self.line.effective.evaluation.map(Into::into)
    }

    /// Whether the contact could not be reached.
    async fn attempt_failed(&self) -> bool {
        self.line.effective.attempt_failed
    }

    /// By which address or number; null without the scope `personal`.
    async fn contact_via(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        personal(ctx, self.line.effective.contact_via.as_deref())
    }

    /// Which values the line has of its own; all others are inherited.
    async fn overridden(&self) -> Vec<SegmentLineField> {
        self.line.own.as_ref().map(overridden).unwrap_or_default()
    }

    /// The step that brought the contact in last.
    async fn added_by(&self, ctx: &Context<'_>) -> Option<Result<Criterion>> {
        let key = (self.segment_id, self.as_of_step, self.line.contact.id.cast_unsigned());
        match ctx.data::<Loaders>() {
            Ok(loaders) => {
                let step = loaders.segment.added_by.load_one(key).await;
                step.map(|step| step.map(Criterion)).map_err(Into::into).transpose()
            }
            Err(err) => Some(Err(err.into())),
        }
    }
}

/// The message with this key, in a batch with others.
pub(in crate::graphql) async fn message(
    ctx: &Context<'_>,
    id: Option<i64>,
) -> Result<Option<Arc<Message>>> {
    let Some(id) = id else { return Ok(None) };
    Ok(ctx.data::<Loaders>()?.message.load_one(id).await?)
}

/// By segment and step, the contacts to ask for.
pub(super) fn by_state(
    keys: &[(i64, Option<i32>, u32)],
) -> HashMap<(i64, Option<i32>), roaring::RoaringBitmap> {
    let mut states: HashMap<_, roaring::RoaringBitmap> = HashMap::new();
    for (segment, step, contact) in keys {
        states.entry((*segment, *step)).or_default().insert(*contact);
    }
    states
}
