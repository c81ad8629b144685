//! One test binary: it links once, and tests find each other.

mod app;
mod cli;
mod code;
mod contact;
mod import;
mod schema;
mod segment;
