//! Segments, as a client sees them.

mod header;
mod make;
mod steps;
