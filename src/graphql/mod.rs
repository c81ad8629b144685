//! The API: types, resolvers and mutations. Translates; decides nothing.

mod allowance;
mod attribute;
mod audit;
mod batches;
mod batching;
mod campaign;
mod code;
mod codes;
mod contact;
mod cost;
mod criteria;
mod error;
mod interaction;
mod interaction_template;
mod kinds;
mod limits;
mod loaders;
mod logged_segment;
mod node;
mod operation;
mod page;
mod payload;
mod scalar;
mod schema;
mod scopes;
mod segment;
mod series;
mod subscription;
mod tokens;
mod trace;

pub use allowance::Allowance;
pub use codes::{FORBIDDEN, RATE_LIMITED, TOO_MANY_OPERATIONS, UNAUTHENTICATED};
pub use error::error_code;
pub use operation::operation_type;
pub use schema::{Introspection, Schema, build, build_with, sdl};
pub use tokens::count as count_tokens;
