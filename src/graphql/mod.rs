//! The API: types, resolvers and mutations. Translates; decides nothing.

mod attribute;
mod batches;
mod campaign;
mod code;
mod contact;
mod criteria;
mod error;
mod interaction;
mod interaction_template;
mod kinds;
mod loaders;
mod logged_segment;
mod node;
mod page;
mod paging;
mod payload;
mod scalar;
mod schema;
mod segment;
mod series;
mod subscription;

pub use error::error_code;
pub use loaders::Loaders;
pub use schema::{Schema, build, sdl};
