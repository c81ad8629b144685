//! The payloads of mutations: what was changed, and what the caller has to put right.

/// Declares payloads: `/// What it is. Name { /// What this is. field: Type }`. The field is null if
/// there are user errors.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ty, })*) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(in crate::graphql) struct $name {
            $(#[$field_doc])*
            $field: Option<$type>,
            /// What the caller has to put right; empty if it was done.
            user_errors: Vec<crate::graphql::error::UserError>,
        }

        impl $name {
            /// From what came of the mutation.
            fn from_outcome(
                outcome: crate::domain::Result<$type>,
            ) -> crate::graphql::error::Result<Self> {
                let ($field, user_errors) = crate::graphql::error::outcome(outcome)?;
                Ok(Self { $field, user_errors })
            }
        }
    )*};
}
pub(super) use payloads;
