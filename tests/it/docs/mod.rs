//! The documentation says what the server does.

mod codes;
mod guides;
mod markdown;
mod pages;
mod pretty;
mod reference;
mod rules;
