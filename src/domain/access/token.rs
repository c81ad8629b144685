//! Access tokens. A token is shown once and never stored; what is stored is enough to know it again.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, Set,
};

use super::{OF_PROVIDER, Scopes, Viewer};
use crate::{
    db,
    domain::{Context, Error, Reason, Result, hash::sha256, text},
    entity::access_token,
};

/// By this a token is known for one, wherever it turns up.
const PREFIX: &str = "urval_";
/// Random bytes of a token: nobody guesses them, so a plain hash of them can be kept.
const SECRET_BYTES: usize = 32;
/// Characters of a name.
const NAME_MAX: usize = 100;
/// The name of the first token of a database.
const FIRST: &str = "first";

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// By which it is told from others, and what its bearer does is recorded.
    pub name: String,
    pub scopes: Scopes,
    /// From when on it is of no use.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Makes a token, and returns it: nobody can say later what it was.
///
/// # Errors
/// If the name is missing, too long, was ever used or may not be, or the time is over already.
pub async fn create(context: &Context, new: NewToken) -> Result<String> {
    let now = context.clock.now();
    // Names are printed in lists, a line each.
    let fits =
        |name: &String| name.chars().count() <= NAME_MAX && !name.chars().any(char::is_control);
    let name = text::tidy(&new.name).filter(fits).ok_or_else(|| {
        let message =
            format!("A token has a name of at most {NAME_MAX} characters, all of them visible.");
        Error::reject(Reason::Invalid, &["name"], message)
    })?;
    if name.starts_with(OF_PROVIDER) {
        let message = format!(
            "Names that begin with `{OF_PROVIDER}` are for those whom the identity provider knows."
        );
        return Err(Error::reject(Reason::Invalid, &["name"], message));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        let message = "The token would be of no use: the time until which it is valid is over.";
        return Err(Error::reject(Reason::Invalid, &["expiresAt"], message));
    }
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(|err| Error::Corrupt(format!("no randomness: {err}")))?;
    let token = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(secret));
    let row = access_token::Model {
        name,
        hash: sha256(&token),
        scopes: new.scopes.to_string(),
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
    };
    let context = context.doing("token create", Some(subject(&row.name)));
    db::write(&context.db, &[], async |txn| {
        let inserted = row.clone().into_active_model().insert(txn).await;
        inserted.map_err(|err| {
            Error::if_taken(err, || {
                let message = format!(
                    "There is, or was, a token {}: names are not used again, for they are \
                     recorded with what was done.",
                    row.name
                );
                Error::reject(Reason::Taken, &["name"], message)
            })
        })
    })
    .await?;
    Ok(token)
}

/// The first token, which allows everything, if there never was another.
///
/// # Errors
/// What the database says.
pub async fn first(context: &Context) -> Result<Option<String>> {
    if 0 < access_token::Entity::find().count(context.db.reader()).await? {
        return Ok(None);
    }
    let new = NewToken { name: FIRST.to_owned(), scopes: Scopes::ALL, expires_at: None };
    match create(context, new).await {
        // Another server was faster.
        Err(Error::Rejected(_)) => Ok(None),
        made => made.map(Some),
    }
}

/// All tokens there ever were, by name.
///
/// # Errors
/// What the database says.
pub async fn all(context: &Context) -> Result<Vec<access_token::Model>> {
    let all = access_token::Entity::find().order_by_asc(access_token::Column::Name);
    Ok(all.all(context.db.reader()).await?)
}

/// Makes a token of no use from now on.
///
/// # Errors
/// If there is none of this name, or it is revoked already.
pub async fn revoke(context: &Context, name: &str) -> Result<()> {
    let context = context.doing("token revoke", Some(subject(name)));
    db::write(&context.db, &[], async |txn| {
        let Some(row) = access_token::Entity::find_by_id(name).one(txn).await? else {
            let message = format!("There is no token {name}.");
            return Err(Error::reject(Reason::NotFound, &["name"], message));
        };
        if row.revoked_at.is_some() {
            let message = format!("The token {name} is revoked already.");
            return Err(Error::reject(Reason::NotAllowed, &["name"], message));
        }
        let mut row = row.into_active_model();
        row.revoked_at = Set(Some(context.clock.now()));
        row.update(txn).await?;
        Ok(())
    })
    .await
}

/// Who bears this token; nobody if it is none, or of no use any more.
///
/// # Errors
/// What the database says.
pub async fn viewer(context: &Context, token: &str) -> Result<Option<Viewer>> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    let found = access_token::Entity::find().filter(access_token::Column::Hash.eq(sha256(token)));
    let Some(row) = found.one(context.db.reader()).await? else { return Ok(None) };
    let is_over = row.expires_at.is_some_and(|at| at <= context.clock.now());
    if row.revoked_at.is_some() || is_over {
        return Ok(None);
    }
    let scopes = row.scopes.parse().map_err(Error::Corrupt)?;
    Ok(Some(Viewer { name: Some(row.name), scopes, ..Viewer::ANYBODY }))
}

/// What it is called in the audit log.
fn subject(name: &str) -> String {
    format!("accessToken:{name}")
}
