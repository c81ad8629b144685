//! The values of contacts as a merge sees them: which the survivor gets, and where the two differ.

use sea_orm::ActiveEnum;

use crate::{
    domain::{contact::company::is_nowhere, text},
    entity::{contact::Model, kinds::CorrespondenceType},
};

/// Declares the values, each with the columns that go together.
macro_rules! merge_fields {
    ($($(#[$doc:meta])* $field:ident $name:literal: $first:ident $(, $column:ident)*;)*) => {
        /// A value of a contact, of which the survivor can have one.
        #[derive(Copy, Clone, Debug, PartialEq, Eq)]
        pub enum MergeField { $($(#[$doc])* $field,)* }

        impl MergeField {
            pub const ALL: &[Self] = &[$(Self::$field),*];

            /// As the API calls it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$field => $name,)* }
            }

            /// Whether the contact has none.
            fn is_missing(self, row: &Model) -> bool {
                match self {
                    $(Self::$field => row.$first.is_missing() $(&& row.$column.is_missing())*,)*
                }
            }

            fn is_same(self, one: &Model, other: &Model) -> bool {
                match self {
                    $(Self::$field => one.$first == other.$first
                        $(&& one.$column == other.$column)*,)*
                }
            }

            fn copy(self, to: &mut Model, from: &Model) {
                match self {
                    $(Self::$field => {
                        to.$first.clone_from(&from.$first);
                        $(to.$column.clone_from(&from.$column);)*
                    })*
                }
            }

            fn parts(self, row: &Model) -> Vec<String> {
                let parts: Vec<Option<String>> = match self {
                    $(Self::$field => vec![row.$first.shown() $(, row.$column.shown())*],)*
                };
                parts.into_iter().flatten().collect()
            }
        }
    };
}

merge_fields! {
    /// With first, middle and last name.
    Name "NAME": name, first_name, middle_name, surname;
    Name2 "NAME2": name2;
    Initials "INITIALS": initials;
    Salutation "SALUTATION": salutation;
    JobTitle "JOB_TITLE": job_title;
    OrganizationalLevel "ORGANIZATIONAL_LEVEL": organizational_level;
    /// As a whole: half of one, half of another leads nowhere.
    Address "ADDRESS": address, address2, post_code, city, county, country;
    Phone "PHONE": phone;
    Mobile "MOBILE": mobile;
    Fax "FAX": fax;
    Email "EMAIL": email;
    Email2 "EMAIL2": email2;
    HomePage "HOME_PAGE": home_page;
    Territory "TERRITORY": territory;
    Currency "CURRENCY": currency;
    Language "LANGUAGE": language;
    Salesperson "SALESPERSON": salesperson;
    VatNo "VAT_NO": vat_no;
    RegistrationNo "REGISTRATION_NO": registration_no;
    ExternalId "EXTERNAL_ID": external_id;
    CorrespondenceType "CORRESPONDENCE_TYPE": correspondence_type;
    /// Of a person.
    Company "COMPANY": company_name, company_id;
}

/// Something a contact may be without.
trait Value {
    fn shown(&self) -> Option<String>;

    fn is_missing(&self) -> bool {
        self.shown().is_none()
    }
}

impl Value for String {
    fn shown(&self) -> Option<String> {
        Some(self.clone()).filter(|text| !text.is_empty())
    }
}

impl Value for Option<String> {
    fn shown(&self) -> Option<String> {
        self.clone()
    }
}

impl Value for Option<CorrespondenceType> {
    fn shown(&self) -> Option<String> {
        self.map(|it| it.to_value())
    }
}

/// Keys are not shown: what they stand for stands beside them.
impl Value for Option<i32> {
    fn shown(&self) -> Option<String> {
        None
    }
}

impl MergeField {
    /// Whether a company has a value that belongs to it alone.
    fn is_its_own(self, row: &Model) -> bool {
        self == Self::Company && row.company_id == Some(row.id)
    }

    /// Whether both have the value, and not the same.
    pub(super) fn differs(self, one: &Model, other: &Model) -> bool {
        !self.is_its_own(one)
            && !self.is_missing(one)
            && !self.is_missing(other)
            && !self.is_same(one, other)
    }

    /// As people read it.
    pub(super) fn shown(self, row: &Model) -> String {
        match self {
            Self::Name => row.name.clone(),
            _ => self.parts(row).join(", "),
        }
    }
}

/// Gives a contact what it lacks and the other has, and what it is to take of the other. Nothing that
/// protects a person is lost.
pub(super) fn fill(row: &mut Model, from: &Model, take: &[MergeField]) {
    for field in MergeField::ALL {
        let is_no_address = *field == MergeField::Address && is_nowhere(row);
        let wanted = field.is_missing(row) || is_no_address || take.contains(field);
        if wanted && !field.is_its_own(row) && !field.is_missing(from) {
            let followed = row.search_name == text::code(&row.name);
            field.copy(row, from);
            if *field == MergeField::Name && followed {
                row.search_name = None;
            }
        }
    }
    row.exclude_from_segment |= from.exclude_from_segment;
    row.privacy_blocked |= from.privacy_blocked;
    if from.minor && !row.minor {
        row.minor = true;
        row.parental_consent = from.parental_consent;
    }
}
