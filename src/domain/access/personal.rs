//! Personal data of contacts: names, addresses, telephone numbers and e-mail addresses, of people and
//! of companies alike.

use super::{Scope, Viewer};
use crate::{
    domain::{Error, Reason, Result, contact_columns::TEXTS},
    entity::contact::{Column, Model},
};

/// Whether it takes [`Scope::Personal`] to see what is in the column, or to find out by asking.
pub fn is_personal(column: Column) -> bool {
    matches!(
        column,
        Column::Name
            | Column::Name2
            | Column::SearchName
            | Column::FirstName
            | Column::MiddleName
            | Column::Surname
            | Column::Initials
            | Column::CompanyName
            | Column::Address
            | Column::Address2
            | Column::PostCode
            | Column::City
            | Column::County
            | Column::Phone
            | Column::Mobile
            | Column::Fax
            | Column::Email
            | Column::Email2
    )
}

/// Takes out what is personal. A name that is hidden is empty; no other is.
pub fn hide(row: &mut Model) {
    row.name.clear();
    for text in TEXTS.iter().filter(|text| is_personal(text.column)) {
        *(text.slot)(row) = None;
    }
}

impl Viewer {
    pub fn sees_personal_data(&self) -> bool {
        self.scopes.contains(Scope::Personal)
    }

    /// # Errors
    /// [`Reason::Forbidden`] at `path` if the viewer may not see personal data, and so may not find
    /// it out by asking either.
    pub fn require_personal(&self, path: &[&str]) -> Result<()> {
        match self.sees_personal_data() {
            true => Ok(()),
            false => Err(Error::reject(Reason::Forbidden, path, NEEDED)),
        }
    }
}

/// What to say where personal data are asked about.
pub const NEEDED: &str = "It is about personal data, which needs the scope `personal`.";
