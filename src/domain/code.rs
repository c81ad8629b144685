//! Code tables: what contacts, segments and interactions refer to by code.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Context, Error, Reason, Rejections, Result,
        contact::{address, are_addresses},
        setup, text,
    },
    entity::{
        campaign, code, contact, contact_code, interaction, interaction_template,
        interaction_template_language, kinds::CodeKind, opportunity, profile_questionnaire,
        segment, segment_line, segment_text, task,
    },
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

/// What has the code, in words; nothing if nothing has.
async fn users(txn: &DatabaseTransaction, kind: CodeKind, code: &str) -> Result<Option<String>> {
    let mut users = Vec::new();
    let mut count = |noun: &str, count: u64| {
        if 0 < count {
            users.push(text::counted(count, noun));
        }
    };
    use CodeKind as Kind;
    let contact_column = match kind {
        Kind::Country => Some(contact::Column::Country),
        Kind::Currency => Some(contact::Column::Currency),
        Kind::Language => Some(contact::Column::Language),
        Kind::OrganizationalLevel => Some(contact::Column::OrganizationalLevel),
        Kind::Salesperson => Some(contact::Column::Salesperson),
        Kind::Salutation => Some(contact::Column::Salutation),
        Kind::Territory => Some(contact::Column::Territory),
        _ => None,
    };
    if let Some(column) = contact_column {
        count("contact", uses::<contact::Entity>(txn, column, code).await?);
    }
    if kind == Kind::Country {
        count("alternative address", address::uses_of_country(txn, code).await?);
    }
    match kind {
        Kind::BusinessRelation
        | Kind::IndustryGroup
        | Kind::JobResponsibility
        | Kind::MailingGroup
        | Kind::WebSource => {
            let having = contact_code::Entity::find()
                .filter(contact_code::Column::Kind.eq(kind))
                .filter(contact_code::Column::Code.eq(code));
            count("contact", having.count(txn).await?);
            if kind == Kind::BusinessRelation {
                let column = profile_questionnaire::Column::BusinessRelation;
                count(
                    "questionnaire",
                    uses::<profile_questionnaire::Entity>(txn, column, code).await?,
                );
            }
        }
        Kind::Salesperson => {
            count(
                "campaign",
                uses::<campaign::Entity>(txn, campaign::Column::Salesperson, code).await?,
            );
            count(
                "segment",
                uses::<segment::Entity>(txn, segment::Column::Salesperson, code).await?,
            );
            count(
                "line",
                uses::<segment_line::Entity>(txn, segment_line::Column::Salesperson, code).await?,
            );
            count(
                "interaction",
                uses::<interaction::Entity>(txn, interaction::Column::Salesperson, code).await?,
            );
            count(
                "opportunity",
                uses::<opportunity::Entity>(txn, opportunity::Column::Salesperson, code).await?,
            );
            count("task", uses::<task::Entity>(txn, task::Column::Salesperson, code).await?);
        }
        Kind::CampaignStatus => {
            count("campaign", uses::<campaign::Entity>(txn, campaign::Column::Status, code).await?);
        }
        Kind::InteractionGroup => {
            let column = interaction_template::Column::InteractionGroup;
            count(
                "interaction template",
                uses::<interaction_template::Entity>(txn, column, code).await?,
            );
            count(
                "segment",
                uses::<segment::Entity>(txn, segment::Column::InteractionGroup, code).await?,
            );
            count(
                "line",
                uses::<segment_line::Entity>(txn, segment_line::Column::InteractionGroup, code)
                    .await?,
            );
            count(
                "interaction",
                uses::<interaction::Entity>(txn, interaction::Column::InteractionGroup, code)
                    .await?,
            );
        }
        Kind::Language => {
            let column = interaction_template::Column::Language;
            count(
                "interaction template",
                uses::<interaction_template::Entity>(txn, column, code).await?,
            );
            let column = interaction_template_language::Column::Language;
            count(
                "template text",
                uses::<interaction_template_language::Entity>(txn, column, code).await?,
            );
            count(
                "segment text",
                uses::<segment_text::Entity>(txn, segment_text::Column::Language, code).await?,
            );
            count("segment", uses::<segment::Entity>(txn, segment::Column::Language, code).await?);
            count(
                "line",
                uses::<segment_line::Entity>(txn, segment_line::Column::Language, code).await?,
            );
            count(
                "interaction",
                uses::<interaction::Entity>(txn, interaction::Column::Language, code).await?,
            );
        }
        _ => {}
    }
    if setup::has_code(txn, kind, code).await? {
        users.push("the setup".to_owned());
    }
    Ok(if users.is_empty() { None } else { Some(users.join(", ")) })
}

async fn uses<E: EntityTrait>(
    db: &impl ConnectionTrait,
    column: E::Column,
    code: &str,
) -> Result<u64>
where
    E::Model: Sync,
{
    Ok(E::find().filter(column.eq(code)).count(db).await?)
}
