//! Whom a step is about: what its criteria match, widened to companies, without those who may not
//! be selected. Nothing here depends on who is in the segment.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};
use serde_json::{Value, json};

use super::{
    Options,
    closure::{with_colleagues, with_companies},
};
use crate::{
    db::{self, dialect},
    domain::{
        Context, Error, Reason, Result, Snapshot,
        criteria::{self, Criteria, Leaf, LoggedIn, Place, SegmentTest},
        id::{Kind, contact_key},
    },
    entity::{contact, kinds::Operation, logged_segment},
};

/// How many contacts may be picked by hand at once.
pub const PICKED_MAX: usize = 10_000;

/// What a step asks for, as it is recorded, saved and replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub operation: Operation,
    pub options: Options,
    pub criteria: Option<Criteria>,
}

impl Request {
    /// With criteria as the API takes them.
    ///
    /// # Errors
    /// What is wrong with them, at `criteria`.
    pub fn with_criteria(operation: Operation, options: Options, criteria: &Value) -> Result<Self> {
        let criteria = Criteria::parse(criteria, &["criteria"])?;
        Ok(Self { operation, options, criteria: Some(criteria) })
    }

    /// Contacts picked by hand, each of whom has to be there.
    ///
    /// # Errors
    /// [`Reason::LimitExceeded`] or [`Reason::Required`] at `contactIds`, [`Reason::NotFound`] or
    /// [`Reason::Invalid`] below it.
    pub async fn picked(context: &Context, operation: Operation, ids: &[String]) -> Result<Self> {
        let wanted = picked(ids, &["contactIds"])?;
        let found = living(context.db.reader(), &wanted.iter().copied().collect()).await?;
        let missing = wanted.iter().position(|id| !found.contains(*id));
        if let Some(index) = missing {
            let message = format!("There is no contact {}.", ids[index]);
            let path = ["contactIds", &index.to_string()];
            return Err(Error::reject(Reason::NotFound, &path, message));
        }
        let ids: Vec<String> = found.iter().map(|id| Kind::Contact.id(i64::from(id))).collect();
        let criteria = Some(Criteria::parse(&json!({ "ids": ids }), &["contactIds"])?);
        Ok(Self { operation, options: Options::default(), criteria })
    }

    /// The contacts of a logged segment.
    ///
    /// # Errors
    /// [`Reason::NotFound`] at `loggedSegmentId`.
    pub async fn logged(context: &Context, logged_segment_id: i64) -> Result<Self> {
        let id = Kind::LoggedSegment.id(logged_segment_id);
        let found = logged_segment::Entity::find_by_id(logged_segment_id);
        if found.one(context.db.reader()).await?.is_none() {
            let message = format!("There is no logged segment {id}.");
            return Err(Error::reject(Reason::NotFound, &["loggedSegmentId"], message));
        }
        let logged = SegmentTest::Logged(LoggedIn::LoggedSegment(logged_segment_id));
        let criteria = Some(Criteria::Leaf(Leaf::Segment(logged)));
        Ok(Self { operation: Operation::AddLogged, options: Options::default(), criteria })
    }

    pub fn clear() -> Self {
        Self { operation: Operation::Clear, options: Options::default(), criteria: None }
    }

    /// Whether the answer depends on the segment itself.
    pub(super) fn mentions(&self, segment_id: i64) -> bool {
        let id = Kind::Segment.id(segment_id);
        self.criteria.as_ref().is_some_and(|criteria| has_text(&criteria.to_json(), &id))
    }
}

fn has_text(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(values) => values.iter().any(|value| has_text(value, text)),
        Value::Object(fields) => fields.values().any(|value| has_text(value, text)),
        _ => false,
    }
}

/// The keys of contacts picked by hand; 0 for one that there can't be.
///
/// # Errors
/// [`Reason::LimitExceeded`] or [`Reason::Required`] at `path`, [`Reason::Invalid`] below it.
pub fn picked(ids: &[String], path: &[&str]) -> Result<Vec<u32>> {
    if ids.is_empty() {
        return Err(Error::reject(Reason::Required, path, "Name at least one contact."));
    }
    if PICKED_MAX < ids.len() {
        let message = format!("At most {PICKED_MAX} contacts can be picked at once.");
        return Err(Error::reject(Reason::LimitExceeded, path, message));
    }
    let mut keys = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        let index = index.to_string();
        let path: Vec<&str> = path.iter().copied().chain([index.as_str()]).collect();
        keys.push(contact_key(id, &path)?.cast_unsigned());
    }
    Ok(keys)
}

/// Whom a request is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chosen {
    pub contacts: RoaringBitmap,
    /// How many were left out because they are excluded from segments.
    pub excluded: u64,
    /// How many were left out because they may not be contacted; none of them counts as excluded.
    pub privacy_blocked: u64,
}

/// Answers a request.
///
/// # Errors
/// What is wrong with its criteria, at `criteria`.
pub(super) async fn choose(
    place: Place<'_, impl ConnectionTrait>,
    request: &Request,
) -> Result<Chosen> {
    let options = request.options;
    let matches = matches(place, request).await?;
    match request.operation {
        Operation::Add | Operation::Replace => selected(place.facts, matches, options).await,
        Operation::AddContacts | Operation::AddLogged => {
            // Who is picked by hand comes in though excluded, but never against their will.
            let options = Options { ignore_exclusion: true, ..Options::default() };
            selected(place.facts, matches, options).await
        }
        Operation::Reduce | Operation::Refine if options.entire_companies => {
            let contacts = with_colleagues(place.facts.db(), &matches).await?;
            Ok(Chosen { contacts, ..Chosen::default() })
        }
        _ => Ok(Chosen { contacts: matches, ..Chosen::default() }),
    }
}

async fn matches(
    place: Place<'_, impl ConnectionTrait>,
    request: &Request,
) -> Result<RoaringBitmap> {
    let Some(criteria) = &request.criteria else { return Ok(RoaringBitmap::new()) };
    let found = async {
        criteria::require(&place.context.viewer, place.segments, criteria).await?;
        criteria::evaluate(place, criteria).await
    };
    found.await.map_err(|err| err.under(&["criteria"]))
}

/// Widens matches to companies, and drops who may not be selected: before, so that they do not
/// bring their company in, and after (D12).
async fn selected(facts: &Snapshot, matches: RoaringBitmap, options: Options) -> Result<Chosen> {
    let blocked = facts.contacts(&privacy_blocked()).await?;
    let excluded = match options.ignore_exclusion {
        true => RoaringBitmap::new(),
        false => &*facts.contacts(&excluded()).await? - &*blocked,
    };
    let barred = &*blocked | &excluded;
    let mut widened = &matches - &barred;
    if options.expand_companies {
        // Brings the companies in, too.
        widened = with_colleagues(facts.db(), &widened).await?;
    } else if options.include_companies {
        widened = with_companies(facts.db(), &widened).await?;
    }
    let met = matches | &widened;
    Ok(Chosen {
        contacts: widened - barred,
        excluded: met.intersection_len(&excluded),
        privacy_blocked: met.intersection_len(&blocked),
    })
}

/// Who may not be contacted: they said so, or they are minors and their parents did not consent.
pub(crate) fn privacy_blocked() -> SelectStatement {
    contacts_where(is_privacy_blocked())
}

/// Whether a contact is one of them.
pub(crate) fn is_privacy_blocked() -> Expr {
    let minors =
        contact::Column::Minor.into_expr().and(contact::Column::ParentalConsent.into_expr().not());
    contact::Column::PrivacyBlocked.into_expr().or(minors)
}

pub(super) fn excluded() -> SelectStatement {
    contacts_where(contact::Column::ExcludeFromSegment.into_expr())
}

/// Those among the contacts who are there.
pub(super) async fn living(
    db: &impl ConnectionTrait,
    contacts: &RoaringBitmap,
) -> Result<RoaringBitmap> {
    let id = contact::Column::Id.into_expr();
    let living = dialect::in_ids(db.get_database_backend(), id, contacts.iter());
    Ok(db::keys(db, contacts_where(living)).await?)
}

fn contacts_where(condition: Expr) -> SelectStatement {
    contact::Entity::find().select_only().column(contact::Column::Id).filter(condition).into_query()
}
