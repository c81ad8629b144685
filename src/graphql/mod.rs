//! The API: types, resolvers and mutations. Translates; decides nothing.

mod code;
mod error;
mod kinds;
mod loaders;
mod page;
mod scalar;
mod schema;

pub use loaders::Loaders;
pub use schema::{Schema, build, sdl};
