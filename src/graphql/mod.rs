//! The API: types, resolvers and mutations. Translates; decides nothing.

mod attribute;
mod audit;
mod batches;
mod batching;
mod campaign;
mod code;
mod codes;
mod contact;
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
mod paging;
mod payload;
mod scalar;
mod schema;
mod scopes;
mod segment;
mod series;
mod subscription;
mod trace;

pub use codes::{FORBIDDEN, UNAUTHENTICATED};
pub use error::error_code;
pub use operation::chosen;
pub use schema::{Schema, build, sdl};
