//! Interactions, as a client sees them.

mod change;
mod create;
mod list;
mod stage;
