//! Segments.

pub mod effective;
