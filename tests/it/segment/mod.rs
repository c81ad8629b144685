//! Segments, as a client sees them.

mod criteria;
mod header;
mod lines;
mod make;
mod model;
mod saved;
mod steps;
