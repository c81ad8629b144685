//! What came of planning something with all contacts of a segment.

/// Declares the payload of such a mutation, from its documentation and that of how many were there already;
/// more fields may stand between. It is made from what was planned and those fields.
macro_rules! payload_of_segment {
    (
        $(#[$doc:meta])*
        $name:ident {
            $(#[$created:meta])*
            created,
            $(#[$there:meta])*
            already_there,
            $($(#[$more_doc:meta])* $more:ident: $more_type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(in crate::graphql) struct $name {
            /// The segment; null if there are user errors.
            segment: Option<$crate::graphql::segment::Segment>,
            $($(#[$more_doc])* $more: $more_type,)*
            $(#[$created])*
            created: Option<u64>,
            $(#[$there])*
            already_there: Option<u64>,
            /// How many contacts were left out because they may not be contacted.
            skipped_privacy_blocked: Option<u64>,
            /// What the caller has to put right; empty if it was done.
            user_errors: Vec<$crate::graphql::error::UserError>,
        }

        impl $name {
            fn new(
                planned: Option<$crate::domain::segment::Planned>,
                user_errors: Vec<$crate::graphql::error::UserError>,
                $($more: $more_type,)*
            ) -> Self {
                Self {
                    created: planned.as_ref().map(|it| it.created),
                    already_there: planned.as_ref().map(|it| it.already_there),
                    skipped_privacy_blocked: planned.as_ref().map(|it| it.skipped_privacy_blocked),
                    segment: planned.map(|it| it.segment.into()),
                    $($more,)*
                    user_errors,
                }
            }
        }
    };
}
pub(in crate::graphql) use payload_of_segment;
