//! What can be set on a contact, and setting it.

use sea_orm::DatabaseTransaction;

use super::{derive, validate};
use crate::{
    domain::{Reason, Rejections, Result, code, text},
    entity::{
        contact::Model,
        kinds::{CodeKind, ContactType, CorrespondenceType},
    },
};

/// Declares the texts that can be set, and how to set them.
macro_rules! contact_change {
    ($($text:ident,)*) => {
        /// What to set on a contact. What is `None` stays as it is, `Some(None)` clears.
        #[derive(Clone, Debug, Default)]
        pub struct ContactChange {
            $(pub $text: Option<Option<String>>,)*
            pub name: Option<Option<String>>,
            pub correspondence_type: Option<Option<CorrespondenceType>>,
            pub exclude_from_segment: Option<bool>,
            pub privacy_blocked: Option<bool>,
            pub minor: Option<bool>,
            pub parental_consent: Option<bool>,
        }

        impl ContactChange {
            fn set_texts(&self, row: &mut Model) {
                $(if let Some(text) = &self.$text {
                    row.$text.clone_from(text);
                })*
            }
        }
    };
}

contact_change! {
    name2, search_name, first_name, middle_name, surname, initials, salutation, job_title,
    organizational_level, address, address2, city, post_code, county, country, phone, mobile, fax,
    email, email2, home_page, territory, currency, language, salesperson, vat_no, registration_no,
    external_id,
}

impl ContactChange {
    /// Sets what is to be set. The row must be [derived](super::derive) afterwards.
    pub(super) fn apply(&self, row: &mut Model) {
        let before = row.clone();
        self.set_texts(row);
        self.apply_name(&before, row);
        if let Some(correspondence_type) = self.correspondence_type {
            row.correspondence_type = correspondence_type;
        }
        row.exclude_from_segment = self.exclude_from_segment.unwrap_or(row.exclude_from_segment);
        row.minor = self.minor.unwrap_or(row.minor);
        row.parental_consent = self.parental_consent.unwrap_or(row.parental_consent);
        // CON-4: becoming a minor blocks, and so does any change of a minor's consent, unless the
        // same change says otherwise.
        if row.minor && (!before.minor || row.parental_consent != before.parental_consent) {
            row.privacy_blocked = true;
        }
        row.privacy_blocked = self.privacy_blocked.unwrap_or(row.privacy_blocked);
    }

    /// Whether it sets what the API calls so, if only to nothing. Of those that the setup fills.
    pub(super) fn sets(&self, name: &str) -> bool {
        match name {
            "salesperson" => self.salesperson.is_some(),
            "territory" => self.territory.is_some(),
            "country" => self.country.is_some(),
            "language" => self.language.is_some(),
            "salutation" => self.salutation.is_some(),
            "correspondenceType" => self.correspondence_type.is_some(),
            _ => false,
        }
    }

    /// CON-2: a new name makes new parts, new parts make a new name, and the search name follows
    /// the name if it did before.
    fn apply_name(&self, before: &Model, row: &mut Model) {
        let parts_given =
            self.first_name.is_some() || self.middle_name.is_some() || self.surname.is_some();
        match &self.name {
            Some(name) => {
                row.name = name.clone().unwrap_or_default();
                if !parts_given {
                    row.first_name = None;
                    row.middle_name = None;
                    row.surname = None;
                }
            }
            None if parts_given && row.r#type == ContactType::Person => row.name = String::new(),
            None => {}
        }
        if self.search_name.is_none() && before.search_name == text::code(&before.name) {
            row.search_name = None;
        }
    }

    /// CON-4: a minor without consent stays blocked.
    fn check_block(&self, row: &Model, rejections: &mut Rejections) {
        if self.privacy_blocked == Some(false) && row.minor && !row.parental_consent {
            let message = "A minor is blocked until the parents consent.";
            rejections.add(Reason::NotAllowed, &["privacyBlocked"], message);
        }
    }
}

/// Derives what follows and checks everything that can be checked without the table of contacts.
///
/// # Errors
/// All that is wrong with the values, codes that are not there included.
pub(super) async fn complete(
    txn: &DatabaseTransaction,
    row: &mut Model,
    change: &ContactChange,
) -> Result<()> {
    derive(row);
    let mut rejections = validate(row);
    change.check_block(row, &mut rejections);
    rejections.keep(require_codes(txn, row, change).await)?;
    rejections.into_result()
}

/// Checks the codes that are chosen. What a contact has already, or takes over, it keeps.
async fn require_codes(
    txn: &DatabaseTransaction,
    row: &Model,
    change: &ContactChange,
) -> Result<()> {
    macro_rules! chosen {
        ($($field:ident $kind:ident $path:literal;)*) => {
            [$((CodeKind::$kind, row.$field.as_deref().filter(|_| change.$field.is_some()), $path)),*]
        };
    }
    let codes = chosen! {
        country Country "country";
        territory Territory "territory";
        currency Currency "currency";
        language Language "language";
        salesperson Salesperson "salesperson";
        salutation Salutation "salutation";
        organizational_level OrganizationalLevel "organizationalLevel";
    };
    let codes: Vec<_> = codes
        .into_iter()
        .filter_map(|(kind, code, path)| Some((kind, code?, vec![path])))
        .collect();
    code::require(txn, &codes).await
}
