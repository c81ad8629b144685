//! Code tables: what contacts, segments and interactions refer to by code.

mod users;

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect,
};

use self::users::users;
use crate::{
    db::{self, OnConflict, dialect},
    domain::{Context, Error, Reason, Rejections, Result, contact::are_addresses, text},
    entity::{code, kinds::CodeKind},
};

/// Characters a code may have.
pub const CODE_CHARS_MAX: usize = 20;
/// Characters a description may have.
const DESCRIPTION_CHARS_MAX: usize = 100;
/// Characters an e-mail address or a URL may have.
const ADDRESS_CHARS_MAX: usize = 250;

/// What to change in an entry; what is `None` stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct CodeChange {
    pub description: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub url: Option<Option<String>>,
    pub blocked: Option<bool>,
}

/// The entries of a table, in the order of their codes.
///
/// # Errors
/// What the database says.
pub async fn list(context: &Context, kind: CodeKind) -> Result<Vec<code::Model>> {
    Ok(code::Entity::find()
        .filter(code::Column::Kind.eq(kind))
        .order_by_asc(code::Column::Code)
        .all(context.db.reader())
        .await?)
}

/// The entries with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_keys(
    context: &Context,
    keys: &[(CodeKind, String)],
) -> Result<HashMap<(CodeKind, String), Arc<code::Model>>> {
    let db = context.db.reader();
    let codes: Vec<String> = keys.iter().map(|(_, code)| code.clone()).collect();
    let code = code::Column::Code.into_simple_expr();
    let rows = code::Entity::find()
        .filter(dialect::in_texts(db.get_database_backend(), code, &codes))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.kind, row.code.clone()), Arc::new(row))).collect())
}

/// What is wrong with the texts of an entry, which are tidied already.
pub fn validate(entry: &code::Model) -> Rejections {
    let mut rejections = Rejections::default();
    for (path, text, chars_max) in [
        ("description", &entry.description, DESCRIPTION_CHARS_MAX),
        ("email", &entry.email, ADDRESS_CHARS_MAX),
        ("url", &entry.url, ADDRESS_CHARS_MAX),
    ] {
        if text.as_ref().is_some_and(|text| chars_max < text.chars().count()) {
            let message = format!("It has more than {chars_max} characters.");
            rejections.add(Reason::LimitExceeded, &[path], message);
        }
    }
    if entry.email.as_deref().is_some_and(|email| !are_addresses(email)) {
        let message = "This is no e-mail address, nor several parted by \";\".";
        rejections.add(Reason::Invalid, &["email"], message);
    }
    rejections
}

impl CodeChange {
    /// # Errors
    /// What [`validate`] says of the entry as it would be.
    fn apply(&self, entry: &mut code::Model) -> Result<()> {
        let texts = [
            (&self.description, &mut entry.description),
            (&self.email, &mut entry.email),
            (&self.url, &mut entry.url),
        ];
        for (change, text) in texts {
            if let Some(change) = change {
                *text = change.as_deref().and_then(text::tidy);
            }
        }
        entry.blocked = self.blocked.unwrap_or(entry.blocked);
        validate(entry).into_result()
    }
}

/// An entry that says nothing yet.
pub fn blank(kind: CodeKind, code: String) -> code::Model {
    code::Model { kind, code, description: None, email: None, url: None, blocked: false }
}

/// # Errors
/// [`Reason::Invalid`] or [`Reason::Taken`] at `code`, and what is wrong with the texts.
pub async fn create(
    context: &Context,
    kind: CodeKind,
    code: &str,
    change: CodeChange,
) -> Result<code::Model> {
    let code = checked(code)?;
    if let Some(message) = why_no_entry(&code) {
        return Err(Error::reject(Reason::Invalid, &["code"], message));
    }
    let mut row = blank(kind, code.clone());
    change.apply(&mut row)?;
    db::write(&context.db, &[], async |txn| {
        let rows = std::slice::from_ref(&row);
        db::insert_rows::<code::Entity>(txn, rows, OnConflict::Fail).await.map_err(|err| {
            Error::if_taken(err, || {
                Error::reject(Reason::Taken, &["code"], format!("The code {code} is taken."))
            })
        })
    })
    .await?;
    Ok(row)
}

/// # Errors
/// [`Reason::NotFound`] at `code`, and what is wrong with the texts.
pub async fn update(
    context: &Context,
    kind: CodeKind,
    code: &str,
    change: CodeChange,
) -> Result<code::Model> {
    let code = checked(code)?;
    db::write(&context.db, &[], async |txn| {
        let mut row = locked(txn, kind, &code).await?;
        change.apply(&mut row)?;
        let rows = std::slice::from_ref(&row);
        db::insert_rows::<code::Entity>(txn, rows, OnConflict::Replace).await?;
        Ok(row)
    })
    .await
}

/// Returns the code that is gone.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::InUse`] if anything has the code, at `code`.
pub async fn delete(context: &Context, kind: CodeKind, code: &str) -> Result<String> {
    let code = checked(code)?;
    db::write(&context.db, &[], async |txn| {
        let row = locked(txn, kind, &code).await?;
        if let Some(users) = users(txn, kind, &code).await? {
            let message = format!("The code {code} is in use by {users}.");
            return Err(Error::reject(Reason::InUse, &["code"], message));
        }
        code::Entity::delete_by_id((row.kind, row.code)).exec(txn).await?;
        Ok(code.clone())
    })
    .await
}

/// Checks that these codes can be chosen, and keeps them from being deleted until the transaction ends.
/// Each comes with the path to say when it can't.
///
/// # Errors
/// [`Reason::NotFound`] for each that is missing, [`Reason::NotAllowed`] for each that is blocked.
pub async fn require(
    txn: &DatabaseTransaction,
    codes: &[(CodeKind, &str, Vec<&str>)],
) -> Result<()> {
    if codes.is_empty() {
        return Ok(());
    }
    let rows = code::Entity::find()
        .filter(code::Column::Code.is_in(codes.iter().map(|(_, code, _)| *code)))
        .lock_shared()
        .all(txn)
        .await?;
    let mut rejections = crate::domain::Rejections::default();
    for (kind, code, path) in codes {
        match rows.iter().find(|row| row.kind == *kind && row.code == *code) {
            None => {
                let message = format!("There is no {} {code}.", name_of(*kind));
                rejections.add(Reason::NotFound, path, message);
            }
            Some(row) if row.blocked => {
                let message = format!("The {} {code} is blocked.", name_of(*kind));
                rejections.add(Reason::NotAllowed, path, message);
            }
            Some(_) => {}
        }
    }
    rejections.into_result()
}

/// What people call an entry of the table.
pub fn name_of(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::BusinessRelation => "business relation",
        CodeKind::CampaignStatus => "campaign status",
        CodeKind::Country => "country",
        CodeKind::Currency => "currency",
        CodeKind::IndustryGroup => "industry group",
        CodeKind::InteractionGroup => "interaction group",
        CodeKind::JobResponsibility => "job responsibility",
        CodeKind::Language => "language",
        CodeKind::MailingGroup => "mailing group",
        CodeKind::OrganizationalLevel => "organizational level",
        CodeKind::Salesperson => "salesperson",
        CodeKind::Salutation => "salutation",
        CodeKind::Territory => "territory",
        CodeKind::WebSource => "web source",
    }
}

/// Why nothing new can have this code or number, as a sentence. What has it already keeps it.
pub fn why_not(code: &str) -> Option<String> {
    if CODE_CHARS_MAX < code.chars().count() {
        return Some(format!("A code has at most {CODE_CHARS_MAX} characters."));
    }
    let is_seen = !code.contains(text::is_control);
    (!is_seen).then(|| "A code has only characters that are seen.".to_owned())
}

/// Why no new entry of a code table can have this code: [`why_not`], and what parts codes in lists.
pub fn why_no_entry(code: &str) -> Option<String> {
    let parts = code.contains(';').then(|| "A code has no \";\".".to_owned());
    why_not(code).or(parts)
}

/// The code that something new shall have, as it is stored.
///
/// # Errors
/// [`Reason::Invalid`] at `code`.
pub(super) fn fresh(code: &str) -> Result<String> {
    let code = checked(code)?;
    match why_not(&code) {
        None => Ok(code),
        Some(message) => Err(Error::reject(Reason::Invalid, &["code"], message)),
    }
}

pub(super) fn checked(code: &str) -> Result<String> {
    match text::code(code) {
        Some(code) if code.chars().count() <= CODE_CHARS_MAX => Ok(code),
        _ => {
            let message = format!("A code has 1 to {CODE_CHARS_MAX} characters.");
            Err(Error::reject(Reason::Invalid, &["code"], message))
        }
    }
}

async fn locked(txn: &DatabaseTransaction, kind: CodeKind, code: &str) -> Result<code::Model> {
    let row = code::Entity::find_by_id((kind, code.to_owned())).lock_exclusive().one(txn).await?;
    row.ok_or_else(|| {
        let message = format!("There is no {} {code}.", name_of(kind));
        Error::reject(Reason::NotFound, &["code"], message)
    })
}
