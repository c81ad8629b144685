//! The rules of the business. Knows tables, not GraphQL.

pub mod access;
pub mod amount;
mod arms;
pub mod audit;
pub mod campaign;
pub mod check;
mod clock;
pub mod code;
pub mod contact;
pub mod contact_columns;
mod context;
pub mod criteria;
pub mod demo;
mod error;
mod events;
pub mod export;
pub mod id;
pub mod import;
pub mod integrity;
pub mod interaction;
pub mod members;
pub mod membership;
pub mod numbers;
mod page;
pub mod segment;
pub mod series;
mod snapshot;
pub mod template;
pub mod text;

pub use clock::{Clock, is_storable};
pub use context::{Context, Moment, expect_revision};
pub use error::{CONCERNED_MAX, Error, Reason, Rejection, Rejections, Result};
pub use events::{Event, Events, Progress, ProgressState};
pub use page::{PAGE_DEFAULT, PAGE_MAX, Page, PageArgs, Take, to_cursor};
pub use snapshot::Snapshot;
