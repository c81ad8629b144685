//! Recording that cover sheets were printed.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::super::error::{Result, UserError, outcome};
use crate::domain::{self, id::Kind, paper};

/// For the contacts of which segment cover sheets were printed.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentLogCoverSheetsInput {
    /// Which segment; it may have been logged.
    segment_id: ID,
    /// Fails with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
}

/// What came of recording cover sheets.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentLogCoverSheetsPayload {
    /// How many interactions were recorded; null if there are user errors.
    interactions_count: Option<u64>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct CoverSheetMutation;

#[Object]
impl CoverSheetMutation {
    /// Records that cover sheets of a segment were printed: an interaction of today, a cover sheet, for
    /// each contact who may be contacted, of the template that the setup has for cover sheets, if it has
    /// one. The sheets come from
    /// `GET /export/segments/{no}/cover-sheets.pdf`. The segment stays as it is.
    async fn segment_log_cover_sheets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which segment.")] input: SegmentLogCoverSheetsInput,
    ) -> Result<SegmentLogCoverSheetsPayload> {
        let context = ctx.data::<domain::Context>()?;
        let logged = async {
            let id = Kind::Segment.key(&input.segment_id, &["segmentId"])?;
            paper::log_cover_sheets(context, id, input.expected_revision).await
        };
        let (interactions_count, user_errors) = outcome(logged.await)?;
        Ok(SegmentLogCoverSheetsPayload { interactions_count, user_errors })
    }
}
