//! The tables, as far as the page reads them: less than an entity made of the whole table would
//! read. Columns to order by come first, for Seaography orders by them in their order here.

pub mod contact;
pub mod contact_code;
pub mod interaction;
pub mod segment;
pub mod segment_member;
