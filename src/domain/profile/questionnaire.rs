//! Creating, changing and deleting questionnaires.

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{Questionnaire, answers::require_unanswered, classify::require_unused, locked};
use crate::{
    db::{self, OnConflict, Table},
    domain::{Context, Error, Reason, Rejections, Result, check, code, text},
    entity::{
        kinds::{CodeKind, ContactType, ProfilePriority},
        profile_answer, profile_question, profile_questionnaire, profile_rating,
    },
};

/// What to set in a questionnaire. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct QuestionnaireChange {
    pub description: Option<Option<String>>,
    pub contact_type: Option<Option<ContactType>>,
    pub business_relation: Option<Option<String>>,
    pub priority: Option<ProfilePriority>,
}

/// A questionnaire that says nothing yet.
pub fn blank(code: String) -> profile_questionnaire::Model {
    profile_questionnaire::Model {
        code,
        description: None,
        contact_type: None,
        business_relation: None,
        priority: ProfilePriority::Normal,
    }
}

/// Creates a questionnaire, without questions.
///
/// # Errors
/// [`Reason::Invalid`] or [`Reason::Taken`] at `code`, and what is wrong with the rest.
pub async fn create(
    context: &Context,
    code: &str,
    change: QuestionnaireChange,
) -> Result<Questionnaire> {
    let code = code::fresh(code)?;
    db::write(&context.db, &[Table::ProfileQuestionnaire], async |txn| {
        let mut header = blank(code.clone());
        apply(txn, &mut header, &change).await?;
        let rows = std::slice::from_ref(&header);
        let inserted =
            db::insert_rows::<profile_questionnaire::Entity>(txn, rows, OnConflict::Fail).await;
        inserted.map_err(|err| {
            let message = format!("The code {code} is taken.");
            Error::if_taken(err, || Error::reject(Reason::Taken, &["code"], message))
        })?;
        Ok(Questionnaire { header, questions: Vec::new() })
    })
    .await
}

/// Changes a questionnaire. Answers that contacts have stay, also of those whom it is no longer for.
///
/// # Errors
/// [`Reason::NotFound`] at `code`, and what is wrong with the rest.
pub async fn update(
    context: &Context,
    code: &str,
    change: QuestionnaireChange,
) -> Result<Questionnaire> {
    db::write(&context.db, &[Table::ProfileQuestionnaire], async |txn| {
        let mut questionnaire = locked(txn, code, &["code"]).await?;
        apply(txn, &mut questionnaire.header, &change).await?;
        let rows = std::slice::from_ref(&questionnaire.header);
        db::insert_rows::<profile_questionnaire::Entity>(txn, rows, OnConflict::Replace).await?;
        Ok(questionnaire)
    })
    .await
}

/// Deletes a questionnaire with its questions, unless contacts have answered it or ratings use it
/// (PRO-4). Returns the code that is gone.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::InUse`] with the contacts or ratings concerned, at `code`.
pub async fn delete(context: &Context, code: &str) -> Result<String> {
    let changes = [Table::ProfileQuestionnaire, Table::ProfileAnswer];
    db::write(&context.db, &changes, async |txn| {
        let questionnaire = locked(txn, code, &["code"]).await?;
        let code = questionnaire.header.code;
        require_unanswered(txn, &code, None, &["code"]).await?;
        require_unused(txn, &code, None, &["code"]).await?;
        profile_rating::Entity::delete_many()
            .filter(profile_rating::Column::Questionnaire.eq(code.as_str()))
            .exec(txn)
            .await?;
        profile_answer::Entity::delete_many()
            .filter(profile_answer::Column::Questionnaire.eq(code.as_str()))
            .exec(txn)
            .await?;
        profile_question::Entity::delete_many()
            .filter(profile_question::Column::Questionnaire.eq(code.as_str()))
            .exec(txn)
            .await?;
        profile_questionnaire::Entity::delete_by_id(code.clone()).exec(txn).await?;
        Ok(code)
    })
    .await
}

async fn apply(
    txn: &DatabaseTransaction,
    row: &mut profile_questionnaire::Model,
    change: &QuestionnaireChange,
) -> Result<()> {
    let mut rejections = Rejections::default();
    if let Some(description) = &change.description {
        let text = check::text(description.as_deref(), &["description"]);
        row.description = rejections.keep(text)?.flatten();
    }
    if let Some(relation) = &change.business_relation {
        row.business_relation = relation.as_deref().and_then(text::code);
        let relation = row.business_relation.as_deref();
        let needed: Vec<_> = relation
            .map(|code| (CodeKind::BusinessRelation, code, vec!["businessRelation"]))
            .into_iter()
            .collect();
        rejections.keep(code::require(txn, &needed).await)?;
    }
    row.contact_type = change.contact_type.unwrap_or(row.contact_type);
    row.priority = change.priority.unwrap_or(row.priority);
    rejections.into_result()
}
