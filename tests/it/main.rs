//! One test binary: it links once, and tests find each other.

mod app;
mod code;
mod schema;
