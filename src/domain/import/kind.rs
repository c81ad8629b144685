//! What a table file is about, told by its header and its name.

use super::check::excerpt;
use crate::{
    domain::{
        Error, Reason, Result,
        code::name_of,
        contact_columns::{CODES, plain},
    },
    entity::kinds::CodeKind,
};

/// What a table file is about. Files depend on those that come before them here.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    Codes(CodeKind),
    Campaigns,
    InteractionTemplates,
    ProfileQuestionnaires,
    /// The questions and answers of questionnaires.
    ProfileLines,
    /// What templates say in each language.
    InteractionTemplateLanguages,
    Contacts,
    /// Which contacts have which codes of a kind.
    ContactCodes(CodeKind),
    /// Alternative addresses of contacts.
    ContactAddresses,
    /// When they hold.
    ContactAddressPeriods,
    /// How contacts answer questionnaires.
    ProfileAnswers,
    Purchases,
    Interactions,
    Segments,
    /// Which contacts are in which segments.
    SegmentLines,
    /// By which criteria segments were made.
    SegmentCriteria,
    CampaignEntries,
}

/// The code tables by the names of their files.
const CODE_TABLES: &[(&str, CodeKind)] = &[
    ("business_relations", CodeKind::BusinessRelation),
    ("campaign_statuses", CodeKind::CampaignStatus),
    ("countries", CodeKind::Country),
    ("currencies", CodeKind::Currency),
    ("industry_groups", CodeKind::IndustryGroup),
    ("interaction_groups", CodeKind::InteractionGroup),
    ("job_responsibilities", CodeKind::JobResponsibility),
    ("languages", CodeKind::Language),
    ("mailing_groups", CodeKind::MailingGroup),
    ("organizational_levels", CodeKind::OrganizationalLevel),
    ("salespeople", CodeKind::Salesperson),
    ("salutations", CodeKind::Salutation),
    ("territories", CodeKind::Territory),
    ("web_sources", CodeKind::WebSource),
];

/// The kinds of codes that contacts can have several of.
const OF_CONTACTS: &[CodeKind] = &[
    CodeKind::MailingGroup,
    CodeKind::IndustryGroup,
    CodeKind::BusinessRelation,
    CodeKind::JobResponsibility,
    CodeKind::WebSource,
];

/// What segments have, and contacts have not.
const OF_SEGMENTS: &[&str] =
    &["campaign", "campaignno", "interactiontemplate", "interactiontemplatecode"];

/// Whose texts they are.
pub(super) const OF_TEMPLATE_LANGUAGES: &[&str] =
    &["interactiontemplatecode", "interactiontemplate", "template"];

impl FileKind {
    /// All kinds by the names that people give them by.
    pub fn all() -> Vec<(String, Self)> {
        let mut all: Vec<(String, Self)> = CODE_TABLES
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), Self::Codes(*kind)))
            .collect();
        all.push(("campaigns".to_owned(), Self::Campaigns));
        all.push(("interaction_templates".to_owned(), Self::InteractionTemplates));
        all.push(("profile_questionnaires".to_owned(), Self::ProfileQuestionnaires));
        all.push(("profile_questionnaire_lines".to_owned(), Self::ProfileLines));
        let languages = "interaction_template_languages".to_owned();
        all.push((languages, Self::InteractionTemplateLanguages));
        all.push(("contacts".to_owned(), Self::Contacts));
        for (name, kind) in CODE_TABLES.iter().filter(|(_, kind)| OF_CONTACTS.contains(kind)) {
            all.push((format!("contact_{name}"), Self::ContactCodes(*kind)));
        }
        all.push(("contact_addresses".to_owned(), Self::ContactAddresses));
        all.push(("contact_address_periods".to_owned(), Self::ContactAddressPeriods));
        all.push(("contact_profile_answers".to_owned(), Self::ProfileAnswers));
        all.push(("purchases".to_owned(), Self::Purchases));
        all.push(("interactions".to_owned(), Self::Interactions));
        all.push(("segments".to_owned(), Self::Segments));
        all.push(("segment_lines".to_owned(), Self::SegmentLines));
        all.push(("segment_criteria".to_owned(), Self::SegmentCriteria));
        all.push(("campaign_entries".to_owned(), Self::CampaignEntries));
        all
    }

    /// The kind of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        let all = Self::all();
        all.into_iter().find(|(known, _)| plain(known) == plain(name)).map(|(_, kind)| kind)
    }

    /// The kind of this name.
    ///
    /// # Errors
    /// [`Reason::Invalid`] at `path` if there is none.
    pub fn named(name: &str, path: &[&str]) -> Result<Self> {
        Self::by_name(name).ok_or_else(|| {
            let message = format!("There is no kind {name:?}. {}", Self::choices());
            Error::reject(Reason::Invalid, path, message)
        })
    }

    fn choices() -> String {
        let names: Vec<String> = Self::all().into_iter().map(|(name, _)| name).collect();
        format!("The kinds are {}.", names.join(", "))
    }

    /// The name that people give it by.
    pub fn name(self) -> String {
        let all = Self::all();
        let found = all.into_iter().find(|(_, kind)| *kind == self);
        found.map(|(name, _)| name).expect("every kind that can be made has a name")
    }

    /// The kind of a file with this header; `file` is its name, without folder and extension. Only
    /// code tables need it, for their headers are alike, and files that say next to nothing.
    ///
    /// # Errors
    /// If it can't be made out.
    pub fn recognise(header: &[String], file: &str) -> Result<Self> {
        let captions: Vec<String> = header.iter().map(|caption| plain(caption)).collect();
        let has = |name: &str| captions.iter().any(|caption| caption == name);
        let has_any = |names: &[&str]| names.iter().any(|name| has(name));
        let of_interactions = ["entryno", "documentno", "canceled", "postponed"];
        let of_questionnaires = has_any(&["profilequestionnairecode", "questionnaire"]);
        let of_segments = has_any(&["segmentno", "segment"]) && !has_any(&of_interactions);
        if of_segments && has_any(&["contactno", "contact"]) {
            return Ok(Self::SegmentLines);
        } else if of_segments && has("action") && has("filter") {
            return Ok(Self::SegmentCriteria);
        } else if of_questionnaires && has_any(&["contactno", "contact"]) {
            return Ok(Self::ProfileAnswers);
        } else if of_questionnaires && has("type") {
            return Ok(Self::ProfileLines);
        } else if has("postingdate") && has_any(&["sourcetype", "side"]) {
            return Ok(Self::Purchases);
        } else if has("contactno") {
            let codes = OF_CONTACTS.iter().find(|kind| {
                let name = plain(name_of(**kind));
                has(&name) || has(&format!("{name}code"))
            });
            if let Some(kind) = codes {
                return Ok(Self::ContactCodes(*kind));
            }
            if has("startingdate") && has_any(&["addresscode", "contactaltaddresscode"]) {
                return Ok(Self::ContactAddressPeriods);
            }
            if has("code") && has_any(&["address", "city", "postcode", "phone", "email"]) {
                return Ok(Self::ContactAddresses);
            }
            if has("date") && !has("lineno") {
                return Ok(Self::Interactions);
            }
        } else if has("code") {
            if has_any(&["unitcost", "unitcostlcy", "unitdurationmin"]) {
                return Ok(Self::InteractionTemplates);
            }
            if has("contacttype") && has("priority") {
                return Ok(Self::ProfileQuestionnaires);
            }
            if let Some(kind) = Self::by_name(file).filter(|kind| matches!(kind, Self::Codes(_))) {
                return Ok(kind);
            }
        } else if has_any(OF_TEMPLATE_LANGUAGES)
            && has_any(&["languagecode", "language"])
            && !has("no")
        {
            return Ok(Self::InteractionTemplateLanguages);
        } else if has_any(&["campaignno", "campaign"]) && has("date") && !has("no") {
            return Ok(Self::CampaignEntries);
        } else if has("no") && has_any(&["startingdate", "statuscode", "status"]) {
            return Ok(Self::Campaigns);
        } else if has("no") && (has_any(OF_SEGMENTS) || plain(file) == "segments") {
            return Ok(Self::Segments);
        } else if has_any(&["no", "externalid", "name", "firstname", "surname"])
            && (has_any(&["name", "surname", "email", "city", "phone", "phoneno", "country"])
                || CODES.iter().any(|(name, _)| has(&plain(name)))
                || plain(file) == "contacts")
        {
            return Ok(Self::Contacts);
        }
        let message = format!(
            "What the file is about can't be told from its header: {} Name its kind, with --kind \
             or `?kind=`. {}",
            excerpt(format!("{}.", header.join(", "))),
            Self::choices()
        );
        Err(Error::reject(Reason::Invalid, &["file"], message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(header: &str, file: &str) -> Option<String> {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        FileKind::recognise(&header, file).ok().map(FileKind::name)
    }

    #[test]
    fn a_file_is_recognised_by_its_header() {
        for (header, file, expected) in [
            ("Code,Description", "mailing_groups", Some("mailing_groups")),
            ("Code,Description", "things", None),
            ("No.,External ID,Name,Email", "x", Some("contacts")),
            ("externalId,surname,companyNo", "x", Some("contacts")),
            ("Contact No.,Mailing Group Code", "x", Some("contact_mailing_groups")),
            ("contactNo,jobResponsibility", "x", Some("contact_job_responsibilities")),
            ("Contact No.,Code,Company Name,Address", "x", Some("contact_addresses")),
            (
                "Contact No.,Contact Alt. Address Code,Starting Date,Ending Date",
                "x",
                Some("contact_address_periods"),
            ),
            ("Entry No.,Posting Date,Source Type,Source No.,Item No.", "x", Some("purchases")),
            ("companyNo,contactNo,side,postingDate,amount", "x", Some("purchases")),
            ("Entry No.,Contact No.,Date,Description", "x", Some("interactions")),
            ("Entry No.,Contact No.,Date,Segment No.", "x", Some("interactions")),
            ("Segment No.,Line No.,Contact No.,Date", "x", Some("segment_lines")),
            ("segment,contact", "x", Some("segment_lines")),
            ("Segment No.,Type,Action,Table,Filter", "x", Some("segment_criteria")),
            ("Entry No.,Campaign No.,Date,Segment No.", "x", Some("campaign_entries")),
            ("No.,Description,Campaign No.,Date", "x", Some("segments")),
            ("no,description", "segments", Some("segments")),
            ("Code,Description,Unit Cost (LCY)", "x", Some("interaction_templates")),
            (
                "Interaction Template Code,Language Code,Description,Attachment File Extension",
                "x",
                Some("interaction_template_languages"),
            ),
            ("template,language,subject,body", "x", Some("interaction_template_languages")),
            ("No.,Description,Starting Date", "x", Some("campaigns")),
            ("Code,Description,Contact Type,Priority", "x", Some("profile_questionnaires")),
            (
                "Profile Questionnaire Code,Line No.,Type,Description",
                "x",
                Some("profile_questionnaire_lines"),
            ),
            (
                "Contact No.,Profile Questionnaire Code,Line No.,Last Date Updated",
                "x",
                Some("contact_profile_answers"),
            ),
        ] {
            assert_eq!(kind(header, file).as_deref(), expected, "{header}");
        }
    }
}
