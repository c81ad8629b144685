//! `urval schema`: prints the GraphQL schema.

use std::io::{self, Write};

use super::Failure;
use crate::graphql;

pub(super) fn run() -> Result<(), Failure> {
    Ok(io::stdout().lock().write_all(graphql::sdl().as_bytes())?)
}
