//! What templates say in each language.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    EntityTrait, IntoActiveModel, IntoSimpleExpr, QueryFilter, QueryOrder,
};

use crate::{
    db::{self, dialect},
    domain::{
        Context, Error, Reason, Rejections, Result, check, code,
        message::{self, MessageChange, Texts},
        text,
    },
    entity::{interaction_template_language, kinds::CodeKind},
};

/// What to set in a text of a template. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct LanguageChange {
    pub description: Option<Option<String>>,
    pub message: MessageChange,
}

/// The texts of templates by their codes, in the order of their languages, the one without a
/// language first.
///
/// # Errors
/// What the database says.
pub async fn languages_of_templates(
    context: &Context,
    templates: &[String],
) -> Result<HashMap<String, Vec<interaction_template_language::Model>>> {
    let db = context.db.reader();
    let template = interaction_template_language::Column::Template.into_simple_expr();
    let rows = interaction_template_language::Entity::find()
        .filter(dialect::in_texts(db.get_database_backend(), template, templates))
        .all(db)
        .await?;
    let mut all: HashMap<String, Vec<interaction_template_language::Model>> = HashMap::new();
    for row in rows {
        all.entry(row.template.clone()).or_default().push(row);
    }
    for rows in all.values_mut() {
        rows.sort_unstable_by(|one, other| one.language.cmp(&other.language));
    }
    Ok(all)
}

/// The texts with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn languages_by_ids(
    context: &Context,
    ids: &[i64],
) -> Result<HashMap<i64, interaction_template_language::Model>> {
    let rows = interaction_template_language::Entity::find()
        .filter(interaction_template_language::Column::Id.is_in(ids.iter().copied()))
        .all(context.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What a template says.
///
/// # Errors
/// What the database says.
pub async fn texts_of(db: &impl ConnectionTrait, template: &str) -> Result<Texts> {
    let rows = of_template(template).all(db).await?;
    Texts::load(db, rows.into_iter().map(|row| (row.language, row.message_id)).collect()).await
}

fn of_template(template: &str) -> sea_orm::Select<interaction_template_language::Entity> {
    interaction_template_language::Entity::find()
        .filter(interaction_template_language::Column::Template.eq(template))
        .order_by_asc(interaction_template_language::Column::Id)
}

/// Sets what a template says in a language, or to whoever has none of its languages.
///
/// # Errors
/// [`Reason::NotFound`] at `template` or `language`, and what is wrong with the rest.
pub async fn set_language(
    context: &Context,
    template: &str,
    language: Option<&str>,
    change: LanguageChange,
) -> Result<interaction_template_language::Model> {
    let template = text::code(template).unwrap_or_default();
    let language = language.and_then(text::code);
    db::write(&context.db, &[], async |txn| {
        let mut rejections = Rejections::default();
        // Whoever sets another text of it waits, so that none is made twice.
        rejections.keep(super::locked(txn, &template, &["template"]).await)?;
        let before = found(txn, &template, language.as_deref()).await?;
        let new = language.as_deref().filter(|_| before.is_none());
        let codes = new.map(|it| (CodeKind::Language, it, vec!["language"]));
        rejections.keep(code::require(txn, codes.as_slice()).await)?;
        rejections.into_result()?;
        let (row, _) = put_language(txn, &template, language.as_deref(), &change).await?;
        Ok(row)
    })
    .await
}

/// What became of a text that was set.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Put {
    Made,
    Changed,
    AsItWas,
}

/// [`set_language`] as a part of something larger. Template and language have to be there.
///
/// # Errors
/// What is wrong with description, subject, body and attachments.
pub async fn put_language(
    txn: &DatabaseTransaction,
    template: &str,
    language: Option<&str>,
    change: &LanguageChange,
) -> Result<(interaction_template_language::Model, Put)> {
    let description = change.description.as_ref();
    let description = description.map(|it| check::text(it.as_deref(), &["description"]));
    let description = description.transpose()?;
    let before = found(txn, template, language).await?;
    let message = before.as_ref().map(|row| row.message_id);
    let (message_id, is_other) = message::set(txn, message, &change.message).await?;
    let Some(before) = before else {
        let row = interaction_template_language::ActiveModel {
            template: Set(template.to_owned()),
            language: Set(language.map(str::to_owned)),
            description: Set(description.flatten()),
            message_id: Set(message_id),
            ..Default::default()
        };
        let insert = interaction_template_language::Entity::insert(row);
        return Ok((insert.exec_with_returning(txn).await?, Put::Made));
    };
    let description = description.unwrap_or_else(|| before.description.clone());
    if !is_other && description == before.description {
        return Ok((before, Put::AsItWas));
    }
    let mut row = before.into_active_model();
    row.description = Set(description);
    row.message_id = Set(message_id);
    Ok((row.update(txn).await?, Put::Changed))
}

async fn found(
    txn: &DatabaseTransaction,
    template: &str,
    language: Option<&str>,
) -> Result<Option<interaction_template_language::Model>> {
    let column = interaction_template_language::Column::Language;
    let of_language = language.map_or(column.is_null(), |language| column.eq(language));
    Ok(of_template(template).filter(of_language).one(txn).await?)
}

/// Deletes what a template says in a language. Returns the key that is gone.
///
/// # Errors
/// [`Reason::NotFound`] at `id`.
pub async fn delete_language(context: &Context, id: i64) -> Result<i64> {
    db::write(&context.db, &[], async |txn| {
        let missing = || {
            let message = "This template has no such text.";
            Error::reject(Reason::NotFound, &["id"], message)
        };
        let row = async || interaction_template_language::Entity::find_by_id(id).one(txn).await;
        let template = row().await?.ok_or_else(missing)?.template;
        // Whoever logs with the template has read the text, and keeps it when all is written (LOG-8).
        super::locked(txn, &template, &["id"]).await?;
        let row = row().await?.ok_or_else(missing)?;
        interaction_template_language::Entity::delete_by_id(id).exec(txn).await?;
        message::delete(txn, &[row.message_id]).await?;
        Ok(id)
    })
    .await
}

/// Deletes all that a template says.
pub(super) async fn delete_all(txn: &DatabaseTransaction, template: &str) -> Result<()> {
    let rows = of_template(template).all(txn).await?;
    interaction_template_language::Entity::delete_many()
        .filter(interaction_template_language::Column::Template.eq(template))
        .exec(txn)
        .await?;
    let messages: Vec<i64> = rows.iter().map(|row| row.message_id).collect();
    message::delete(txn, &messages).await
}
