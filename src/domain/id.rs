//! Global ids: what clients see instead of keys.

use crate::domain::{Error, Reason, Result, profile};

/// The types with ids of their own.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Attachment,
    Campaign,
    CampaignEntry,
    Contact,
    Criterion,
    InteractionTemplateLanguage,
    LoggedSegment,
    Operation,
    SavedCriteria,
    Segment,
    SegmentText,
}

impl Kind {
    const ALL: [Self; 11] = [
        Self::Attachment,
        Self::Campaign,
        Self::CampaignEntry,
        Self::Contact,
        Self::Criterion,
        Self::InteractionTemplateLanguage,
        Self::LoggedSegment,
        Self::Operation,
        Self::SavedCriteria,
        Self::Segment,
        Self::SegmentText,
    ];

    fn prefix(self) -> &'static str {
        match self {
            Self::Attachment => "attachment",
            Self::Campaign => "campaign",
            Self::CampaignEntry => "campaignEntry",
            Self::Contact => "contact",
            Self::Criterion => "criterion",
            Self::InteractionTemplateLanguage => "interactionTemplateLanguage",
            Self::LoggedSegment => "loggedSegment",
            Self::Operation => "operation",
            Self::SavedCriteria => "savedCriteria",
            Self::Segment => "segment",
            Self::SegmentText => "segmentText",
        }
    }

    /// What people call it.
    fn noun(self) -> &'static str {
        match self {
            Self::Attachment => "an attachment",
            Self::Campaign => "a campaign",
            Self::CampaignEntry => "a campaign entry",
            Self::Contact => "a contact",
            Self::Criterion => "a step",
            Self::InteractionTemplateLanguage => "a text of an interaction template",
            Self::LoggedSegment => "a logged segment",
            Self::Operation => "an operation",
            Self::SavedCriteria => "saved criteria",
            Self::Segment => "a segment",
            Self::SegmentText => "a text of a segment",
        }
    }

    /// The id that clients see.
    pub fn id(self, key: i64) -> String {
        format!("{}:{key}", self.prefix())
    }

    /// The key inside an id that a client sent at `path`.
    ///
    /// # Errors
    /// If it is not the id of such a thing. Whether there is one is not asked.
    pub fn key(self, id: &str, path: &[&str]) -> Result<i64> {
        match parse(id) {
            Some((kind, key)) if kind == self => Ok(key),
            _ => {
                let message = format!("{} is not the id of {}.", shown(id), self.noun());
                Err(Error::reject(Reason::Invalid, path, message))
            }
        }
    }
}

/// What an id names; nothing if it is no id of ours. Interactions and purchases
/// have [ids of their own](interaction_id).
pub fn parse(id: &str) -> Option<(Kind, i64)> {
    let (prefix, key) = id.split_once(':')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix)?;
    let key = canonical(key)?;
    // No contact has a key that is longer than 32 bits.
    (kind != Kind::Contact || i32::try_from(key).is_ok()).then_some((kind, key))
}

/// Whether it is an id with a key, as all but those by code are.
pub fn is_id(id: &str) -> bool {
    let by_contact = [interaction_key, opportunity_key, purchase_key, task_key];
    parse(id).is_some() || by_contact.iter().any(|key| key(id, &[]).is_ok())
}

/// The key of a contact inside an id that a client sent at `path`.
///
/// # Errors
/// As [`Kind::key`].
pub fn contact_key(id: &str, path: &[&str]) -> Result<i32> {
    let key = Kind::Contact.key(id, path)?;
    Ok(i32::try_from(key).expect("other ids are none of contacts"))
}

/// The id of an interaction, which is keyed by its contact and itself.
pub fn interaction_id(contact_id: i32, id: i64) -> String {
    format!("interaction:{contact_id}.{id}")
}

/// The id of an opportunity, which is keyed by its contact and itself.
pub fn opportunity_id(contact_id: i32, id: i64) -> String {
    format!("opportunity:{contact_id}.{id}")
}

/// The id of a task, which is keyed by its contact and itself.
pub fn task_id(contact_id: i32, id: i64) -> String {
    format!("task:{contact_id}.{id}")
}

/// The contact and the key in the id of an interaction.
///
/// # Errors
/// If it is not the id of an interaction.
pub fn interaction_key(id: &str, path: &[&str]) -> Result<(i32, i64)> {
    of_contact("interaction", "an interaction", id, path)
}

/// The id of a purchase, which is keyed by its contact and itself.
pub fn purchase_id(contact_id: i32, id: i64) -> String {
    format!("purchase:{contact_id}.{id}")
}

/// The contact and the key in the id of a purchase.
///
/// # Errors
/// If it is not the id of a purchase.
pub fn purchase_key(id: &str, path: &[&str]) -> Result<(i32, i64)> {
    of_contact("purchase", "a purchase", id, path)
}

/// The contact and the key in the id of an opportunity.
///
/// # Errors
/// If it is not the id of an opportunity.
pub fn opportunity_key(id: &str, path: &[&str]) -> Result<(i32, i64)> {
    of_contact("opportunity", "an opportunity", id, path)
}

/// The contact and the key in the id of a task.
///
/// # Errors
/// If it is not the id of a task.
pub fn task_key(id: &str, path: &[&str]) -> Result<(i32, i64)> {
    of_contact("task", "a task", id, path)
}

fn of_contact(prefix: &str, noun: &str, id: &str, path: &[&str]) -> Result<(i32, i64)> {
    let keys = id.split_once(':').filter(|(found, _)| *found == prefix);
    let keys = keys.and_then(|(_, keys)| keys.split_once('.')).and_then(|(contact, key)| {
        Some((i32::try_from(canonical(contact)?).ok()?, canonical(key)?))
    });
    keys.ok_or_else(|| {
        let message = format!("{} is not the id of {noun}.", shown(id));
        Error::reject(Reason::Invalid, path, message)
    })
}

/// Ids by code, such as `interactionTemplate:BUS`, where the code is the key.
///
/// # Errors
/// If it does not begin with `prefix`.
pub fn code_key<'a>(prefix: &str, id: &'a str, path: &[&str]) -> Result<&'a str> {
    let code = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(':'));
    code.ok_or_else(|| {
        let message = format!("{} is not an id of the form {prefix}:CODE.", shown(id));
        Error::reject(Reason::Invalid, path, message)
    })
}

/// The id of a questionnaire.
pub fn profile_questionnaire_id(code: &str) -> String {
    format!("profileQuestionnaire:{code}")
}

/// The id of an answer that a questionnaire offers.
pub fn profile_answer_id(key: &profile::Key) -> String {
    format!("profileAnswer:{key}")
}

/// The id of a question of a questionnaire.
pub fn profile_question_id(key: &profile::Key) -> String {
    format!("profileQuestion:{key}")
}

/// What a client sent as an id, in quotes; it may be anything, and as long as a request.
fn shown(id: &str) -> String {
    const CHARS_MAX: usize = 60;
    match id.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{:?}…", &id[..end]),
        None => format!("{id:?}"),
    }
}

/// A key, if it is written in the one way we write it.
fn canonical(key: &str) -> Option<i64> {
    let number: i64 = key.parse().ok()?;
    (0 <= number && number.to_string() == key).then_some(number)
}
