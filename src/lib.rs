//! Urval: contact segments over GraphQL.
//!
//! Data flows one way: `http` → `graphql` → `domain` → `entity` and `db`. All but the last two count
//! what they do in `metrics`.

pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod entity;
pub mod graphql;
pub mod http;
pub mod metrics;
