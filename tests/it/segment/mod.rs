//! Segments, as a client sees them.

mod criteria;
mod header;
mod lines;
mod make;
mod membership;
mod model;
mod saved;
mod steps;
mod texts;
