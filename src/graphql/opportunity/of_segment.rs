//! An opportunity for every contact of a segment.

use async_graphql::{Context, ID, InputObject, Object};

use crate::{
    domain::{self, amount, id::Kind, opportunity::ForSegment, segment::Planned},
    graphql::{
        error::{Result, outcome},
        kinds::Priority,
        planned::payload_of_segment,
        scalar::Decimal,
    },
};

/// What the opportunities of a segment have in common. What is left out comes from each line.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentCreateOpportunitiesInput {
    /// Which segment; open or logged, and not canceled.
    segment_id: ID,
    /// What they are about; at most 250 characters. Needed if neither the segment nor its template has a
    /// description.
    description: Option<String>,
    /// How much they matter.
    #[graphql(default_with = "Some(Priority::Normal)")]
    priority: Option<Priority>,
    /// What each may be worth, in local currency: 0 to 100,000,000.
    estimated_value: Option<Decimal>,
    /// Who is responsible.
    salesperson: Option<String>,
    /// Find out what would happen, and create nothing.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
}

payload_of_segment! {
    /// What came of creating opportunities for a segment, or would come of it.
    SegmentCreateOpportunitiesPayload {
        /// How many were created.
        created,
        /// How many contacts have one from this segment already, open or closed.
        already_there,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct OpportunitySegmentMutation;

#[Object]
impl OpportunitySegmentMutation {
    /// Creates an opportunity for every contact of a segment who has none from it: with what holds for
    /// their line, all of them or none. Once more, and only what is missing is created. Contacts who may
    /// not be contacted are left out.
    async fn segment_create_opportunities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the opportunities of a segment have in common.")]
        input: SegmentCreateOpportunitiesInput,
    ) -> Result<SegmentCreateOpportunitiesPayload> {
        let (planned, user_errors) = outcome(create(ctx.data()?, input).await)?;
        Ok(SegmentCreateOpportunitiesPayload::new(planned, user_errors))
    }
}

async fn create(
    context: &domain::Context,
    input: SegmentCreateOpportunitiesInput,
) -> domain::Result<Planned> {
    let value = input.estimated_value;
    let of = ForSegment {
        segment_id: Kind::Segment.key(&input.segment_id, &["segmentId"])?,
        description: input.description,
        priority: input.priority.unwrap_or(Priority::Normal).into(),
        estimated_value: value
            .map(|value| amount::to_stored(value.0, &["estimatedValue"]))
            .transpose()?,
        salesperson: input.salesperson,
        dry_run: input.dry_run.unwrap_or(false),
    };
    domain::opportunity::create_for_segment(context, &of).await
}
