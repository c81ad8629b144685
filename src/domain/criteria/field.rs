//! The fields that criteria can test.

use super::{
    choice::Choice,
    operator::{self, Operator},
};
use crate::{
    domain::access::is_personal,
    entity::{
        contact::Column as C,
        kinds::{AttributeType, CodeKind},
    },
};

/// What kind of values a field has: decides what can be asked of it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text. A twin column holds it with its case folded.
    Text,
    /// Free text that is compared to the letter.
    ExactText,
    /// Text in upper case; the case of what it is compared with does not matter.
    Code,
    /// One of a few names.
    Choice(Choice),
    /// One of a few names that have an order.
    Evaluation,
    /// Yes or no.
    Flag,
    /// Whole numbers.
    Integer,
    /// Exact numbers with four decimals.
    Decimal,
    Date,
    Instant,
}

/// The evaluations, worst first; the first is stored as 1.
pub const EVALUATIONS: [&str; 5] =
    ["VERY_NEGATIVE", "NEGATIVE", "NEUTRAL", "POSITIVE", "VERY_POSITIVE"];

impl Kind {
    /// The kind of the values of a custom attribute.
    pub fn of_attribute(r#type: AttributeType) -> Self {
        match r#type {
            AttributeType::Text => Self::Text,
            AttributeType::Number => Self::Decimal,
            AttributeType::Date => Self::Date,
            AttributeType::Boolean => Self::Flag,
            AttributeType::Code => Self::Code,
        }
    }

    /// The names that its values are made from, if it has few.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Choice(choice) => choice.names(),
            Self::Evaluation => &EVALUATIONS,
            _ => &[],
        }
    }

    /// What can be asked of such values; nothing of flags, which are tested by themselves.
    pub fn operators(self) -> &'static [Operator] {
        match self {
            Self::Text => operator::TEXT,
            Self::ExactText => operator::EXACT_TEXT,
            Self::Code => operator::CODE,
            Self::Choice(_) => operator::CHOICE,
            Self::Evaluation => operator::RANK,
            Self::Flag => &[],
            Self::Integer | Self::Decimal => operator::NUMBER,
            Self::Date | Self::Instant => operator::TIME,
        }
    }
}

/// Where the value is.
#[derive(Copy, Clone, Debug)]
pub(super) enum Column {
    Contact(C),
    /// With the column that holds the folded text.
    ContactText(C, C),
    /// Of a row of a relation, with its table.
    Row(&'static str, &'static str),
    /// The number of what a row of this table refers to.
    Number(&'static str, Numbered),
}

/// What rows refer to by its key, and people by its number.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Numbered {
    Campaign,
    Segment,
}

impl Numbered {
    /// Where it is.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Segment => "segment",
        }
    }

    /// The column of rows that has its key.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Campaign => "campaign_id",
            Self::Segment => "segment_id",
        }
    }

    /// Whether rows still refer to it when it has been deleted.
    pub(super) fn may_be_gone(self) -> bool {
        self == Self::Segment
    }
}

/// Something about a contact, or about a row of a relation, that can be tested.
#[derive(Debug)]
pub struct Field {
    /// Its name in the API.
    pub name: &'static str,
    pub kind: Kind,
    pub(super) column: Column,
    /// The code table its values come from.
    pub codes: Option<CodeKind>,
    /// What it is, for users of the API.
    pub description: &'static str,
}

impl Field {
    /// Whether it takes the scope for personal data to ask about it.
    pub(super) fn is_personal(&self) -> bool {
        match self.column {
            Column::Contact(column) | Column::ContactText(column, _) => is_personal(column),
            Column::Row(..) | Column::Number(..) => false,
        }
    }

    /// Whether its values are salespeople, so that texts say `me` for whoever asks.
    pub(super) fn is_of_salesperson(&self) -> bool {
        self.codes == Some(CodeKind::Salesperson)
    }

    /// Whether there is an index by it, of texts with their case folded.
    pub(super) fn has_index(&self) -> bool {
        matches!(
            self.column,
            Column::Contact(C::No | C::Country | C::Salesperson | C::ExcludeFromSegment)
                | Column::ContactText(C::Name, _)
                | Column::Row("interaction", "template")
                | Column::Row("purchase", "item")
                | Column::Row("contact_profile_answer", "questionnaire")
                | Column::Row("opportunity" | "task", "status")
        )
    }
}

/// Fields are the same if they have the same name in the same list.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

const fn text(name: &'static str, column: C, folded: C, description: &'static str) -> Field {
    let column = Column::ContactText(column, folded);
    Field { name, kind: Kind::Text, column, codes: None, description }
}

const fn of_contact(name: &'static str, kind: Kind, column: C, description: &'static str) -> Field {
    Field { name, kind, column: Column::Contact(column), codes: None, description }
}

const fn coded(name: &'static str, column: C, codes: CodeKind, description: &'static str) -> Field {
    let column = Column::Contact(column);
    Field { name, kind: Kind::Code, column, codes: Some(codes), description }
}

/// The fields of a contact, in the order in which they are shown.
pub static CONTACT_FIELDS: &[Field] = &[
    of_contact("no", Kind::Code, C::No, "The number, such as CT000001."),
    of_contact("type", Kind::Choice(Choice::ContactType), C::Type, "Company or person."),
    text("name", C::Name, C::NameFold, "The name."),
    text("name2", C::Name2, C::Name2Fold, "The rest of a long name."),
    of_contact("searchName", Kind::Code, C::SearchName, "The name to search by, in upper case."),
    text("companyName", C::CompanyName, C::CompanyNameFold, "The name of the contact's company."),
    text("firstName", C::FirstName, C::FirstNameFold, "The first name of a person."),
    text("middleName", C::MiddleName, C::MiddleNameFold, "The middle name of a person."),
    text("surname", C::Surname, C::SurnameFold, "The surname of a person."),
    of_contact("initials", Kind::ExactText, C::Initials, "The initials of a person."),
    text("jobTitle", C::JobTitle, C::JobTitleFold, "The job title of a person."),
    coded("salutation", C::Salutation, CodeKind::Salutation, "How the contact is addressed."),
    coded(
        "organizationalLevel",
        C::OrganizationalLevel,
        CodeKind::OrganizationalLevel,
        "The rank of a person at work.",
    ),
    text("address", C::Address, C::AddressFold, "The street address."),
    text("address2", C::Address2, C::Address2Fold, "The second line of the address."),
    text("city", C::City, C::CityFold, "The city."),
    of_contact("postCode", Kind::Code, C::PostCode, "The post code."),
    text("county", C::County, C::CountyFold, "The county or state."),
    coded("country", C::Country, CodeKind::Country, "The country or region."),
    of_contact("phone", Kind::ExactText, C::Phone, "The telephone number."),
    of_contact("mobile", Kind::ExactText, C::Mobile, "The mobile telephone number."),
    of_contact("fax", Kind::ExactText, C::Fax, "The fax number."),
    text("email", C::Email, C::EmailFold, "The e-mail address."),
    text("email2", C::Email2, C::Email2Fold, "The second e-mail address."),
    text("homePage", C::HomePage, C::HomePageFold, "The home page."),
    coded("territory", C::Territory, CodeKind::Territory, "The sales territory."),
    coded("currency", C::Currency, CodeKind::Currency, "The currency."),
    coded("language", C::Language, CodeKind::Language, "The language."),
    coded("salesperson", C::Salesperson, CodeKind::Salesperson, "Who sells to the contact."),
    of_contact("vatNo", Kind::Code, C::VatNo, "The VAT registration number."),
    of_contact("registrationNo", Kind::Code, C::RegistrationNo, "The registration number."),
    of_contact("externalId", Kind::ExactText, C::ExternalId, "The id in another system."),
    of_contact(
        "correspondenceType",
        Kind::Choice(Choice::CorrespondenceType),
        C::CorrespondenceType,
        "How the contact wants to be reached.",
    ),
    of_contact(
        "excludeFromSegment",
        Kind::Flag,
        C::ExcludeFromSegment,
        "Whether the contact is left out of segments.",
    ),
    of_contact(
        "privacyBlocked",
        Kind::Flag,
        C::PrivacyBlocked,
        "Whether the contact must not be contacted.",
    ),
    of_contact("minor", Kind::Flag, C::Minor, "Whether the person is a minor."),
    of_contact(
        "parentalConsent",
        Kind::Flag,
        C::ParentalConsent,
        "Whether the parents of a minor consented.",
    ),
    of_contact("createdAt", Kind::Instant, C::CreatedAt, "When the contact was created."),
    of_contact("updatedAt", Kind::Instant, C::UpdatedAt, "When the contact was changed last."),
];

/// What contacts have any number of codes of.
#[derive(Copy, Clone, Debug)]
pub struct Classification {
    /// Its name in the API.
    pub name: &'static str,
    pub kind: CodeKind,
    /// What it is, for users of the API.
    pub description: &'static str,
}

/// The classifications, in the order in which they are shown.
pub static CLASSIFICATIONS: [Classification; 5] = [
    Classification {
        name: "mailingGroups",
        kind: CodeKind::MailingGroup,
        description: "The mailing groups of the contact.",
    },
    Classification {
        name: "industryGroups",
        kind: CodeKind::IndustryGroup,
        description: "The industry groups of the contact's company.",
    },
    Classification {
        name: "jobResponsibilities",
        kind: CodeKind::JobResponsibility,
        description: "What the person answers for.",
    },
    Classification {
        name: "businessRelations",
        kind: CodeKind::BusinessRelation,
        description: "What the contact's company is to us.",
    },
    Classification {
        name: "webSources",
        kind: CodeKind::WebSource,
        description: "The web sources of the contact's company.",
    },
];

/// The classification by codes of this kind.
pub(super) fn classification(kind: CodeKind) -> &'static Classification {
    let found = CLASSIFICATIONS.iter().find(|it| it.kind == kind);
    found.expect("the parser lets no other kinds through")
}
