//! Salespeople: those of the codes who may be the ones who ask.

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::{
    domain::{Result, text},
    entity::{code, kinds::CodeKind},
};

/// The salesperson whose e-mail address is the name of who asks; nobody if there is none, or several.
///
/// # Errors
/// What the database says.
pub async fn who(txn: &DatabaseTransaction, actor: Option<String>) -> Result<Option<String>> {
    let Some(actor) = actor.map(|name| text::fold(&name)) else { return Ok(None) };
    let salespeople = code::Entity::find()
        .filter(code::Column::Kind.eq(CodeKind::Salesperson))
        .filter(code::Column::Email.is_not_null())
        .filter(code::Column::Blocked.eq(false))
        .all(txn)
        .await?;
    let mut found = salespeople
        .into_iter()
        .filter(|it| it.email.as_deref().is_some_and(|email| text::fold(email) == actor));
    let first = found.next().map(|it| it.code);
    Ok(first.filter(|_| found.next().is_none()))
}
