//! The columns of a file of interactions.

use crate::entity::kinds::CodeKind;

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    ContactNo,
    CompanyNo,
    Date,
    Time,
    Description,
    Subject,
    InformationFlow,
    InitiatedBy,
    Cost,
    Duration,
    Group,
    Template,
    Language,
    Campaign,
    CampaignTarget,
    CampaignResponse,
    Evaluation,
    AttemptFailed,
    Salesperson,
    CorrespondenceType,
    DocumentType,
    DocumentNo,
    ContactVia,
    Canceled,
    Postponed,
}

pub(super) const FIELDS: &[(Field, &[&str])] = &[
    (Field::ContactNo, &["contactno", "contact"]),
    (Field::CompanyNo, &["contactcompanyno", "companyno"]),
    (Field::Date, &["date"]),
    (Field::Time, &["time", "timeofinteraction"]),
    (Field::Description, &["description"]),
    (Field::Subject, &["subject"]),
    (Field::InformationFlow, &["informationflow"]),
    (Field::InitiatedBy, &["initiatedby"]),
    (Field::Cost, &["costlcy", "cost"]),
    (Field::Duration, &["durationmin"]),
    (Field::Group, &["interactiongroupcode", "interactiongroup"]),
    (Field::Template, &["interactiontemplatecode", "interactiontemplate", "template"]),
    (Field::Language, &["interactionlanguagecode", "languagecode", "language"]),
    (Field::Campaign, &["campaignno", "campaign"]),
    (Field::CampaignTarget, &["campaigntarget"]),
    (Field::CampaignResponse, &["campaignresponse"]),
    (Field::Evaluation, &["evaluation"]),
    (Field::AttemptFailed, &["attemptfailed"]),
    (Field::Salesperson, &["salespersoncode", "salesperson"]),
    (Field::CorrespondenceType, &["correspondencetype"]),
    (Field::DocumentType, &["documenttype"]),
    (Field::DocumentNo, &["documentno"]),
    (Field::ContactVia, &["contactvia"]),
    (Field::Canceled, &["canceled"]),
    (Field::Postponed, &["postponed"]),
];

pub(super) const IGNORED: &[&str] = &[
    "Entry No.",
    "Campaign Entry No.",
    "Segment No.",
    "Contact Alt. Address Code",
    "Logged Segment Entry No.",
];

/// The code table that a field refers to.
pub(super) fn kind_of(field: Field) -> Option<CodeKind> {
    match field {
        Field::Group => Some(CodeKind::InteractionGroup),
        Field::Language => Some(CodeKind::Language),
        Field::Salesperson => Some(CodeKind::Salesperson),
        _ => None,
    }
}
