//! Creating an opportunity for one contact.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject};

use super::Opportunity;
use crate::{
    domain::{self, amount, id, opportunity::NewOpportunity, planned::Source},
    entity::opportunity,
    graphql::{error::Result, kinds::Priority, payload::payloads, planned::links, scalar::Decimal},
};

/// What an opportunity comes from. Exactly one field.
#[derive(OneofObject)]
pub(in crate::graphql) enum OpportunitySource {
    /// A contact, who may be contacted.
    ContactId(ID),
    /// An interaction that is not canceled, of a contact who may be contacted. It leads to one opportunity.
    InteractionId(ID),
}

/// An opportunity to create. What is left out comes from the interaction it is created from, and the
/// salesperson otherwise from the contact.
#[derive(InputObject)]
pub(in crate::graphql) struct OpportunityCreateInput {
    /// What it comes from.
    from: OpportunitySource,
    /// What it is about; at most 250 characters. Needed unless the interaction has a description.
    description: Option<String>,
    /// How much it matters.
    #[graphql(default_with = "Some(Priority::Normal)")]
    priority: Option<Priority>,
    /// What it may be worth, in local currency: 0 to 100,000,000.
    estimated_value: Option<Decimal>,
    /// Who is responsible.
    salesperson: MaybeUndefined<String>,
    /// The segment it is for; not one for another campaign.
    segment_id: MaybeUndefined<ID>,
    /// The campaign it is due to; it must be activated.
    campaign_id: MaybeUndefined<ID>,
}

payloads! {
    /// What came of creating an opportunity.
    OpportunityCreatePayload {
        /// The opportunity; null if there are user errors.
        opportunity: Opportunity,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct OpportunityCreateMutation;

#[Object]
impl OpportunityCreateMutation {
    /// Creates an opportunity with one contact. Many at once: `segmentCreateOpportunities`.
    async fn opportunity_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An opportunity to create.")] input: OpportunityCreateInput,
    ) -> Result<OpportunityCreatePayload> {
        let created = create(ctx.data()?, input).await;
        OpportunityCreatePayload::from_outcome(created.map(Opportunity))
    }
}

async fn create(
    context: &domain::Context,
    input: OpportunityCreateInput,
) -> domain::Result<opportunity::Model> {
    let source = match &input.from {
        OpportunitySource::ContactId(id) => {
            Source::Contact(id::contact_key(id, &["from", "contactId"])?)
        }
        OpportunitySource::InteractionId(id) => {
            let (contact, key) = id::interaction_key(id, &["from", "interactionId"])?;
            Source::Interaction(contact, key)
        }
    };
    let value = input.estimated_value;
    let new = NewOpportunity {
        source,
        description: input.description,
        priority: input.priority.unwrap_or(Priority::Normal).into(),
        estimated_value: value
            .map(|value| amount::to_stored(value.0, &["estimatedValue"]))
            .transpose()?,
        links: links(input.salesperson, input.segment_id, input.campaign_id)?,
    };
    domain::opportunity::create(context, &new).await
}
