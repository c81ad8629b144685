//! Interactions, as a client sees them.

mod call;
mod change;
mod create;
mod delivery;
mod document;
mod list;
mod stage;
