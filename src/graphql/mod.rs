//! The API: types, resolvers and mutations. Translates; decides nothing.

mod code;
mod contact;
mod criteria;
mod error;
mod kinds;
mod loaders;
mod node;
mod page;
mod scalar;
mod schema;
mod segment;

pub use loaders::Loaders;
pub use schema::{Schema, build, sdl};
