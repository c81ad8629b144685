//! The columns of contacts in table files: our own names, those of the API, and the captions of
//! Business Central. Import and export share them, so that what goes out can come in again.

use crate::entity::{
    contact::{Column, Model},
    kinds::CodeKind,
};

/// What a column of a file holds.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Field {
    No,
    Type,
    Name,
    /// The number of a person's company.
    CompanyNo,
    CorrespondenceType,
    /// One of [`TEXTS`].
    Text(usize),
    /// One of [`FLAGS`].
    Flag(usize),
    /// The codes of one kind that the contact has, parted by semicolons.
    Codes(CodeKind),
    /// A custom attribute, by its place in the list of all.
    Attribute(usize),
}

/// A text of a contact.
#[derive(Debug)]
pub struct TextColumn {
    /// As the API calls it.
    pub name: &'static str,
    /// As Business Central calls it, if it does; other captions it goes by.
    pub captions: &'static [&'static str],
    /// The code table it refers to, if any.
    pub kind: Option<CodeKind>,
    /// Where it is kept.
    pub column: Column,
    pub slot: fn(&mut Model) -> &mut Option<String>,
}

/// A yes or no of a contact.
#[derive(Debug)]
pub struct FlagColumn {
    pub name: &'static str,
    pub captions: &'static [&'static str],
    /// Where it is kept.
    pub column: Column,
    pub slot: fn(&mut Model) -> &mut bool,
}

macro_rules! texts {
    ($($name:literal $captions:expr, $kind:expr, $column:ident $slot:ident;)*) => {
        &[$(TextColumn {
            name: $name,
            captions: &$captions,
            kind: $kind,
            column: Column::$column,
            slot: |row| &mut row.$slot,
        },)*]
    };
}

/// All texts but number and name.
pub const TEXTS: &[TextColumn] = texts! {
    "externalId" ["External ID"], None, ExternalId external_id;
    "name2" ["Name 2"], None, Name2 name2;
    "address" ["Address"], None, Address address;
    "address2" ["Address 2"], None, Address2 address2;
    "county" ["County"], None, County county;
    "postCode" ["Post Code", "ZIP Code"], None, PostCode post_code;
    "city" ["City"], None, City city;
    "country" ["Country/Region Code", "Country Code"], Some(CodeKind::Country), Country country;
    "phone" ["Phone No."], None, Phone phone;
    "fax" ["Fax No."], None, Fax fax;
    "territory" ["Territory Code"], Some(CodeKind::Territory), Territory territory;
    "currency" ["Currency Code"], Some(CodeKind::Currency), Currency currency;
    "language" ["Language Code"], Some(CodeKind::Language), Language language;
    "salesperson" ["Salesperson Code"], Some(CodeKind::Salesperson), Salesperson salesperson;
    "vatNo" ["VAT Registration No."], None, VatNo vat_no;
    "registrationNo" ["Registration No.", "Registration Number"], None, RegistrationNo registration_no;
    "email" ["Email", "E-Mail"], None, Email email;
    "email2" ["Email 2", "E-Mail 2"], None, Email2 email2;
    "homePage" ["Home Page"], None, HomePage home_page;
    "companyName" ["Company Name"], None, CompanyName company_name;
    "firstName" ["First Name"], None, FirstName first_name;
    "middleName" ["Middle Name"], None, MiddleName middle_name;
    "surname" ["Surname"], None, Surname surname;
    "jobTitle" ["Job Title"], None, JobTitle job_title;
    "initials" ["Initials"], None, Initials initials;
    "mobile" ["Mobile Phone No."], None, Mobile mobile;
    "organizationalLevel" ["Organizational Level Code"], Some(CodeKind::OrganizationalLevel),
        OrganizationalLevel organizational_level;
    "salutation" ["Salutation Code"], Some(CodeKind::Salutation), Salutation salutation;
    "searchName" ["Search Name"], None, SearchName search_name;
};

/// All flags.
pub const FLAGS: &[FlagColumn] = &[
    FlagColumn {
        name: "excludeFromSegment",
        captions: &["Exclude from Segment"],
        column: Column::ExcludeFromSegment,
        slot: |row| &mut row.exclude_from_segment,
    },
    FlagColumn {
        name: "privacyBlocked",
        captions: &["Privacy Blocked"],
        column: Column::PrivacyBlocked,
        slot: |row| &mut row.privacy_blocked,
    },
    FlagColumn {
        name: "minor",
        captions: &["Minor"],
        column: Column::Minor,
        slot: |row| &mut row.minor,
    },
    FlagColumn {
        name: "parentalConsent",
        captions: &["Parental Consent Received"],
        column: Column::ParentalConsent,
        slot: |row| &mut row.parental_consent,
    },
];

/// The columns that hold all codes of a kind.
pub const CODES: &[(&str, CodeKind)] = &[
    ("mailingGroups", CodeKind::MailingGroup),
    ("industryGroups", CodeKind::IndustryGroup),
    ("businessRelations", CodeKind::BusinessRelation),
    ("jobResponsibilities", CodeKind::JobResponsibility),
    ("webSources", CodeKind::WebSource),
];

/// Before the name of a custom attribute.
pub const ATTRIBUTE_PREFIX: &str = "attribute.";

/// Business Central's export of a segment's contacts, in its order (EXP-1).
pub const BUSINESS_CENTRAL: &[&str] = &[
    "No.",
    "External ID",
    "Name",
    "Name 2",
    "Address",
    "Address 2",
    "County",
    "Post Code",
    "City",
    "Country/Region Code",
    "Phone No.",
    "Telex No.",
    "Fax No.",
    "Telex Answer Back",
    "Territory Code",
    "Currency Code",
    "Language Code",
    "Salesperson Code",
    "VAT Registration No.",
    "Email",
    "Home Page",
    "Type",
    "Company Name",
    "Company No.",
    "First Name",
    "Middle Name",
    "Surname",
    "Job Title",
    "Initials",
    "Extension No.",
    "Mobile Phone No.",
    "Pager",
    "Organizational Level Code",
    "Exclude from Segment",
    "Correspondence Type",
    "Salutation Code",
];

/// What Business Central has and we do not keep.
pub const IGNORED: &[&str] = &["Telex No.", "Telex Answer Back", "Extension No.", "Pager"];

/// A caption reduced to its letters and digits, so that `E-Mail`, `email` and `EMail` are one.
pub fn plain(caption: &str) -> String {
    caption.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a column with this caption holds; nothing if it is none of ours. `attributes` are the
/// names of the custom attributes.
pub fn field(caption: &str, attributes: &[String]) -> Option<Field> {
    let caption = caption.trim();
    if let Some(name) = caption.strip_prefix(ATTRIBUTE_PREFIX) {
        return attributes.iter().position(|it| it == name).map(Field::Attribute);
    }
    let caption = plain(caption);
    let is = |names: &[&str]| names.iter().any(|name| plain(name) == caption);
    let single = match caption.as_str() {
        "no" => Some(Field::No),
        "type" => Some(Field::Type),
        "name" => Some(Field::Name),
        "companyno" => Some(Field::CompanyNo),
        "correspondencetype" => Some(Field::CorrespondenceType),
        _ => None,
    };
    let text = || TEXTS.iter().position(|it| is(&[it.name]) || is(it.captions)).map(Field::Text);
    let flag = || FLAGS.iter().position(|it| is(&[it.name]) || is(it.captions)).map(Field::Flag);
    let codes = || CODES.iter().find(|(name, _)| is(&[name])).map(|(_, kind)| Field::Codes(*kind));
    single.or_else(text).or_else(flag).or_else(codes)
}

/// What the API calls a field that a contact's check names.
pub fn api_name(field: Field) -> Option<&'static str> {
    match field {
        Field::No => Some("no"),
        Field::Type => Some("type"),
        Field::Name => Some("name"),
        Field::CompanyNo => Some("companyNo"),
        Field::CorrespondenceType => Some("correspondenceType"),
        Field::Text(index) => Some(TEXTS[index].name),
        Field::Flag(index) => Some(FLAGS[index].name),
        Field::Codes(wanted) => {
            CODES.iter().find(|(_, kind)| *kind == wanted).map(|(name, _)| *name)
        }
        Field::Attribute(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_caption_of_business_central_is_known() {
        // EXP-1
        for caption in BUSINESS_CENTRAL {
            let is_known = field(caption, &[]).is_some() || IGNORED.contains(caption);
            assert!(is_known, "{caption}");
        }
        assert_eq!(field(" E-Mail ", &[]), field("email", &[]));
        assert_eq!(field("Shoe Size", &[]), None);
        let attributes = ["shoeSize".to_owned()];
        assert_eq!(field("attribute.shoeSize", &attributes), Some(Field::Attribute(0)));
    }
}
