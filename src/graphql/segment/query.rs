//! Finding segments.

use async_graphql::{Context, ID, Object};

use super::{super::error::Result, Segment};
use crate::domain::{self, id::Kind, segment};

#[derive(Default)]
pub(in crate::graphql) struct FindSegment;

#[Object]
impl FindSegment {
    /// The segment with this id; null if there is none.
    async fn segment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Segment>> {
        by_id(ctx, &id).await.transpose()
    }

    /// The segment with this number, whatever the case; null if there is none.
    async fn segment_by_no(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its number, in capitals or not.")] no: String,
    ) -> Option<Result<Segment>> {
        let found = async {
            let context = ctx.data::<domain::Context>()?;
            Ok(segment::by_no(context, &no).await?.map(Segment))
        };
        found.await.transpose()
    }
}

async fn by_id(ctx: &Context<'_>, id: &ID) -> Result<Option<Segment>> {
    let context = ctx.data::<domain::Context>()?;
    let key = Kind::Segment.key(id, &["id"])?;
    Ok(segment::by_id(context, key).await?.map(Segment))
}
