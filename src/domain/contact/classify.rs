//! Which codes a contact has: mailing groups, industry groups, business relations, job
//! responsibilities and web sources, all by one mechanism.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
};

use super::link;
use crate::{
    db::{self, OnConflict, dialect},
    domain::{Error, Reason, Rejections, Result, code, text},
    entity::{
        contact::{self, Model},
        contact_code,
        kinds::{CodeKind, ContactType},
    },
};

/// Codes of one kind that a contact may have.
pub const CODES_MAX: usize = 1_000;
/// Characters of the link of a business relation and of a search word.
const DETAIL_CHARS_MAX: usize = 100;

/// A code that a contact has or gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classification {
    pub code: String,
    /// Of business relations: what the contact is elsewhere.
    pub link_type: Option<String>,
    /// Its number there.
    pub link_no: Option<String>,
    /// Of web sources.
    pub search_word: Option<String>,
    /// Where it stands in the input, below the field of its kind.
    pub place: Vec<String>,
}

/// What to change in the codes of one kind.
#[derive(Clone, Debug)]
pub struct CodesChange {
    pub kind: CodeKind,
    /// The input field that says so.
    pub path: &'static str,
    /// All there are afterwards, before `add` and `remove`.
    pub set: Option<Vec<Classification>>,
    /// What is there already gets the new details.
    pub add: Vec<Classification>,
    pub remove: Vec<String>,
}

/// Where in the input the codes stand that are given.
type Places = HashMap<String, Vec<String>>;

/// Whether a contact of this type can have codes of this kind of its own.
pub fn fits(kind: CodeKind, r#type: ContactType) -> bool {
    match kind {
        CodeKind::MailingGroup => true,
        CodeKind::BusinessRelation | CodeKind::IndustryGroup | CodeKind::WebSource => {
            r#type == ContactType::Company
        }
        CodeKind::JobResponsibility => r#type == ContactType::Person,
        _ => false,
    }
}

/// The codes that contacts have themselves, by kind and contact, in their order.
///
/// # Errors
/// What the database says.
pub async fn codes_of_each(
    db: &impl ConnectionTrait,
    contacts: impl Iterator<Item = u32>,
) -> Result<HashMap<(CodeKind, i32), Vec<contact_code::Model>>> {
    let contact_id = Expr::col((contact_code::Entity, contact_code::Column::ContactId));
    let rows = contact_code::Entity::find()
        .filter(dialect::in_ids(db.get_database_backend(), contact_id, contacts))
        .order_by_asc(contact_code::Column::Code)
        .all(db)
        .await?;
    let mut codes: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        codes.entry((row.kind, row.contact_id)).or_default().push(row);
    }
    Ok(codes)
}

/// Changes the codes of a contact whose row is locked. Returns whether anything changed.
///
/// # Errors
/// [`Reason::NotAllowed`] if its type can't have them, [`Reason::NotFound`] for codes that are not
/// there, [`Reason::Taken`] for a link that another contact has, all at the paths of the changes.
pub(super) async fn change(
    txn: &DatabaseTransaction,
    row: &Model,
    changes: &[CodesChange],
) -> Result<bool> {
    let mut rejections = Rejections::default();
    let mut any = false;
    for change in changes {
        let done = change_kind(txn, row, change).await;
        let done = done.map_err(|err| err.under(&[change.path]));
        any |= rejections.keep(done)?.unwrap_or(false);
    }
    rejections.into_result().map(|()| any)
}

async fn change_kind(txn: &DatabaseTransaction, row: &Model, change: &CodesChange) -> Result<bool> {
    let own = contact_code::Entity::find()
        .filter(contact_code::Column::ContactId.eq(row.id))
        .filter(contact_code::Column::Kind.eq(change.kind));
    let before: BTreeMap<String, contact_code::Model> =
        own.all(txn).await?.into_iter().map(|row| (row.code.clone(), row)).collect();
    let (after, places) = outcome(row, change, &before)?;
    if !after.is_empty() && !fits(change.kind, row.r#type) {
        let message = format!(
            "Only a {} can have this.",
            match row.r#type {
                ContactType::Company => "person",
                ContactType::Person => "company",
            }
        );
        return Err(Error::reject(Reason::NotAllowed, &[], message));
    }
    let gone: Vec<String> =
        before.keys().filter(|code| !after.contains_key(*code)).cloned().collect();
    let written: Vec<contact_code::Model> = after
        .into_iter()
        .filter(|(code, row)| before.get(code) != Some(row))
        .map(|(_, row)| row)
        .collect();
    check_new(txn, &written, &places).await?;
    if !gone.is_empty() {
        let code = Expr::col((contact_code::Entity, contact_code::Column::Code));
        contact_code::Entity::delete_many()
            .filter(contact_code::Column::ContactId.eq(row.id))
            .filter(contact_code::Column::Kind.eq(change.kind))
            .filter(dialect::in_texts(txn.get_database_backend(), code, &gone))
            .exec(txn)
            .await?;
    }
    db::insert_rows::<contact_code::Entity>(txn, &written, OnConflict::Replace).await?;
    Ok(!gone.is_empty() || !written.is_empty())
}

/// The codes after the change.
fn outcome(
    row: &Model,
    change: &CodesChange,
    before: &BTreeMap<String, contact_code::Model>,
) -> Result<(BTreeMap<String, contact_code::Model>, Places)> {
    let mut after = if change.set.is_some() { BTreeMap::new() } else { before.clone() };
    for code in &change.remove {
        after.remove(&text::code(code).unwrap_or_default());
    }
    let (mut places, mut rejections) = (Places::new(), Rejections::default());
    for given in change.set.iter().flatten().chain(&change.add) {
        let mut kept = |name: &str, text: &Option<String>| {
            let checked = detail(text.as_deref(), &below(&given.place, name));
            rejections.keep(checked).map(Option::flatten)
        };
        let code = text::code(&given.code).unwrap_or_default();
        let row = contact_code::Model {
            contact_id: row.id,
            kind: change.kind,
            code: code.clone(),
            link_type: kept("linkType", &given.link_type)?,
            link_no: kept("linkNo", &given.link_no)?,
            search_word: kept("searchWord", &given.search_word)?,
        };
        if code.is_empty() {
            let place = place_of_code(change.kind, &given.place);
            rejections.add(Reason::Required, &place, "A code is not empty.");
        }
        after.insert(code.clone(), row);
        places.insert(code, given.place.clone());
    }
    rejections.into_result()?;
    // Whoever has more, by merging, may still have less.
    if CODES_MAX.max(before.len()) < after.len() {
        let message = format!("A contact has at most {CODES_MAX} of these.");
        return Err(Error::reject(Reason::LimitExceeded, &[], message));
    }
    Ok((after, places))
}

/// The link of a business relation or a search word, as it is stored.
///
/// # Errors
/// [`Reason::LimitExceeded`] at `path`.
pub fn detail(given: Option<&str>, path: &[&str]) -> Result<Option<String>> {
    let tidied = given.and_then(text::tidy);
    if tidied.as_ref().is_none_or(|text| text.chars().count() <= DETAIL_CHARS_MAX) {
        return Ok(tidied);
    }
    let message = format!("It has more than {DETAIL_CHARS_MAX} characters.");
    Err(Error::reject(Reason::LimitExceeded, path, message))
}

/// A code by itself is the item of the list; beside details it is a field of the item.
fn place_of_code(kind: CodeKind, item: &[String]) -> Vec<&str> {
    match kind {
        CodeKind::BusinessRelation | CodeKind::WebSource => below(item, "code"),
        _ => item.iter().map(String::as_str).collect(),
    }
}

fn below<'a>(item: &'a [String], field: &'a str) -> Vec<&'a str> {
    item.iter().map(String::as_str).chain([field]).collect()
}

/// Codes must be there, and what a contact is elsewhere, no other contact is.
async fn check_new(
    txn: &DatabaseTransaction,
    rows: &[contact_code::Model],
    places: &Places,
) -> Result<()> {
    let place = |row: &contact_code::Model| places.get(&row.code).map_or(&[][..], Vec::as_slice);
    let codes: Vec<_> = rows
        .iter()
        .map(|row| (row.kind, row.code.as_str(), place_of_code(row.kind, place(row))))
        .collect();
    code::require(txn, &codes).await?;
    let numbers: Vec<&str> = rows.iter().filter_map(|row| row.link_no.as_deref()).collect();
    let linked = link::linked(txn, numbers.into_iter()).await?;
    for row in rows {
        let (Some(link_type), Some(link_no)) = (&row.link_type, &row.link_no) else { continue };
        let others = link::key(row).and_then(|key| linked.get(&key));
        let other = others.and_then(|them| them.iter().find(|other| **other != row.contact_id));
        if let Some(other) = other {
            let contact = contact::Entity::find_by_id(*other).one(txn).await?;
            let no = contact.map(|contact| contact.no).unwrap_or_default();
            let message = format!("{link_type} {link_no} is the contact {no} already.");
            return Err(Error::reject(Reason::Taken, &below(place(row), "linkNo"), message));
        }
    }
    Ok(())
}
