//! Who of a segment can be reached.

use async_graphql::{Context, SimpleObject};

use super::{super::error::Result, Segment, line::SegmentLineField, sets::ContactSet};
use crate::domain::{self, segment};

/// Who of a segment can be reached by what its lines say: each contact is in one of these sets, and in
/// the first of them that fits. How many there are is told to everybody; who they are, but for those who
/// are blocked, takes the scope `personal`, for it says whose addresses are known.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentReachability {
    /// Who may not be contacted, and is skipped when the segment is logged.
    blocked: ContactSet,
    /// Whose line has no correspondence type: nothing is sent to them.
    unaddressed: ContactSet,
    /// Who is to be reached by e-mail, and has no e-mail address: these are what `segmentLog` has
    /// `unreachable` for.
    without_email: ContactSet,
    /// Who is to be reached by letter, and has neither an address nor a city.
    without_postal_address: ContactSet,
    /// Who is to be reached by e-mail, at the address of another contact of the segment before them.
    duplicate_email: ContactSet,
    /// All others.
    reachable: ContactSet,
}

/// How many lines have a value of their own.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SegmentOverride {
    /// Which value.
    field: SegmentLineField,
    /// How many lines have one of their own; exact.
    lines_count: u64,
}

impl Segment {
    pub(super) async fn reach(&self, ctx: &Context<'_>) -> Result<SegmentReachability> {
        let reach = segment::reach(ctx.data::<domain::Context>()?, &self.0).await?;
        Ok(SegmentReachability {
            blocked: ContactSet::new(reach.blocked),
            unaddressed: ContactSet::telling(reach.unaddressed),
            without_email: ContactSet::telling(reach.without_email),
            without_postal_address: ContactSet::telling(reach.without_postal_address),
            duplicate_email: ContactSet::telling(reach.duplicate_email),
            reachable: ContactSet::telling(reach.reachable),
        })
    }

    pub(super) async fn overridden(&self, ctx: &Context<'_>) -> Result<Vec<SegmentOverride>> {
        let counts = segment::overridden(ctx.data::<domain::Context>()?, &self.0).await?;
        let fields = segment::OVERRIDES.iter().filter_map(SegmentLineField::of);
        let all = fields.zip(counts).filter(|(_, lines_count)| 0 < *lines_count);
        Ok(all.map(|(field, lines_count)| SegmentOverride { field, lines_count }).collect())
    }
}
