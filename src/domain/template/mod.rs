//! Interaction templates: what interactions of one kind have in common.

mod languages;
mod preview;

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, IntoSimpleExpr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

pub use self::{
    languages::{
        LanguageChange, Put, delete_language, languages_by_ids, languages_of_templates,
        put_language, set_language, texts_of,
    },
    preview::{Draft, Preview, PreviewRequest, preview},
};
use crate::{
    db::{self, dialect},
    domain::{
        Context, Error, Page, PageArgs, Reason, Rejections, Result, campaign, check, code, text,
    },
    entity::{
        document_template, interaction, interaction_template,
        kinds::{CodeKind, CorrespondenceType, InformationFlow, InitiatedBy},
        segment,
    },
};

/// What to set in a template. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct TemplateChange {
    pub description: Option<Option<String>>,
    pub interaction_group: Option<Option<String>>,
    /// In ten-thousandths of the local currency.
    pub unit_cost: Option<i64>,
    pub unit_duration_min: Option<i32>,
    pub information_flow: Option<Option<InformationFlow>>,
    pub initiated_by: Option<Option<InitiatedBy>>,
    pub campaign_id: Option<Option<i64>>,
    pub campaign_target: Option<bool>,
    pub campaign_response: Option<bool>,
    pub correspondence_type: Option<Option<CorrespondenceType>>,
    pub language: Option<Option<String>>,
    pub ignore_contact_correspondence_type: Option<bool>,
}

/// The templates with these codes; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_codes(
    context: &Context,
    codes: &[String],
) -> Result<HashMap<String, Arc<interaction_template::Model>>> {
    let db = context.db.reader();
    let code = interaction_template::Column::Code.into_simple_expr();
    let rows = interaction_template::Entity::find()
        .filter(dialect::in_texts(db.get_database_backend(), code, codes))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), Arc::new(row))).collect())
}

/// A page of the templates, in the order of their codes; of one interaction group, if one is named.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    group: Option<&str>,
    args: PageArgs<String>,
) -> Result<Page<String, interaction_template::Model>> {
    use interaction_template::Column;
    let mut query = of_group(group);
    if let Some(after) = &args.after {
        query = query.filter(Column::Code.gt(after.as_str()));
    }
    if let Some(before) = &args.before {
        query = query.filter(Column::Code.lt(before.as_str()));
    }
    let query = match args.take.is_last() {
        true => query.order_by_desc(Column::Code),
        false => query.order_by_asc(Column::Code),
    };
    let rows = query.limit(args.take.count() + 1).all(context.db.reader()).await?;
    let items = rows.into_iter().map(|row| (row.code.clone(), row)).collect();
    Ok(Page::from_one_extra(items, &args))
}

/// How many templates [`list`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, group: Option<&str>) -> Result<u64> {
    Ok(of_group(group).count(context.db.reader()).await?)
}

fn of_group(group: Option<&str>) -> sea_orm::Select<interaction_template::Entity> {
    let query = interaction_template::Entity::find();
    match group {
        Some(group) => {
            // A group that no code can be has no templates.
            let group = text::code(group).unwrap_or_default();
            query.filter(interaction_template::Column::InteractionGroup.eq(group))
        }
        None => query,
    }
}

/// Creates a template.
///
/// # Errors
/// [`Reason::Invalid`] or [`Reason::Taken`] at `code`, and what is wrong with the rest.
pub async fn create(
    context: &Context,
    code: &str,
    change: TemplateChange,
) -> Result<interaction_template::Model> {
    let code = code::fresh(code)?;
    db::write(&context.db, &[], async |txn| {
        let mut row = interaction_template::ActiveModel {
            code: Set(code.clone()),
            unit_cost: Set(0),
            unit_duration_min: Set(0),
            campaign_target: Set(false),
            campaign_response: Set(false),
            ignore_contact_correspondence_type: Set(false),
            ..Default::default()
        };
        apply(txn, &mut row, change.clone()).await?;
        interaction_template::Entity::insert(row).exec_with_returning(txn).await.map_err(|err| {
            let message = format!("The code {code} is taken.");
            Error::if_taken(err, || Error::reject(Reason::Taken, &["code"], message))
        })
    })
    .await
}

/// Changes a template. The lines of open segments with the template follow, unless they or their
/// segment have values of their own; interactions stay as they are.
///
/// # Errors
/// [`Reason::NotFound`] at `code`, and what is wrong with the rest.
pub async fn update(
    context: &Context,
    code: &str,
    change: TemplateChange,
) -> Result<interaction_template::Model> {
    let code = code::checked(code)?;
    db::write(&context.db, &[], async |txn| {
        let mut row = locked(txn, &code, &["code"]).await?.into_active_model();
        apply(txn, &mut row, change.clone()).await?;
        Ok(row.update(txn).await?)
    })
    .await
}

/// Deletes a template with what it says in each language (TPL-4). Returns the code that is gone.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::InUse`] if segments or interactions have it, at `code`.
pub async fn delete(context: &Context, code: &str) -> Result<String> {
    let code = code::checked(code)?;
    db::write(&context.db, &[], async |txn| {
        let row = locked(txn, &code, &["code"]).await?;
        let segments = segment::Entity::find()
            .filter(segment::Column::InteractionTemplate.eq(code.as_str()))
            .count(txn)
            .await?;
        // One is enough to know, and to count millions takes a while.
        let interaction = interaction::Entity::find()
            .filter(interaction::Column::Template.eq(code.as_str()))
            .one(txn)
            .await?;
        let of_document = document_template::Entity::find()
            .filter(document_template::Column::Template.eq(code.as_str()))
            .count(txn)
            .await?;
        if 0 < of_document {
            let message =
                format!("The interaction template {code} is that of documents in the setup.");
            return Err(Error::reject(Reason::InUse, &["code"], message));
        }
        let users = match (segments, interaction) {
            (0, None) => {
                languages::delete_all(txn, &code).await?;
                interaction_template::Entity::delete_by_id(row.code).exec(txn).await?;
                return Ok(code.clone());
            }
            (0, Some(_)) => "interactions".to_owned(),
            (segments, None) => text::counted(segments, "segment"),
            (segments, Some(_)) => {
                format!("{} and interactions", text::counted(segments, "segment"))
            }
        };
        let message = format!("The interaction template {code} is in use by {users}.");
        Err(Error::reject(Reason::InUse, &["code"], message))
    })
    .await
}

/// The template with this code, which has to be there and stays until the transaction ends.
///
/// # Errors
/// [`Reason::NotFound`] at `path`.
pub async fn require(
    txn: &DatabaseTransaction,
    code: &str,
    path: &[&str],
) -> Result<interaction_template::Model> {
    let found = interaction_template::Entity::find_by_id(code.to_owned()).lock_shared();
    found.one(txn).await?.ok_or_else(|| missing(code, path))
}

async fn locked(
    txn: &DatabaseTransaction,
    code: &str,
    path: &[&str],
) -> Result<interaction_template::Model> {
    let found = interaction_template::Entity::find_by_id(code.to_owned()).lock_exclusive();
    found.one(txn).await?.ok_or_else(|| missing(code, path))
}

fn missing(code: &str, path: &[&str]) -> Error {
    Error::reject(Reason::NotFound, path, format!("There is no interaction template {code}."))
}

/// Checks a change and sets it.
async fn apply(
    txn: &DatabaseTransaction,
    row: &mut interaction_template::ActiveModel,
    change: TemplateChange,
) -> Result<()> {
    let mut rejections = Rejections::default();
    if let Some(description) = &change.description {
        let text = check::text(description.as_deref(), &["description"]);
        if let Some(text) = rejections.keep(text)? {
            row.description = Set(text);
        }
    }
    if let Some(cost) = change.unit_cost
        && let Some(cost) = rejections.keep(check::cost(cost, &["unitCost"]))?
    {
        row.unit_cost = Set(cost);
    }
    if let Some(minutes) = change.unit_duration_min
        && let Some(minutes) = rejections.keep(check::minutes(minutes, &["unitDurationMin"]))?
    {
        row.unit_duration_min = Set(minutes);
    }
    let group = change.interaction_group.map(|it| it.as_deref().and_then(text::code));
    let language = change.language.map(|it| it.as_deref().and_then(text::code));
    let codes = [
        (CodeKind::InteractionGroup, &group, "interactionGroup"),
        (CodeKind::Language, &language, "language"),
    ];
    let codes: Vec<_> = codes
        .iter()
        .filter_map(|(kind, code, name)| Some((*kind, code.as_ref()?.as_deref()?, vec![*name])))
        .collect();
    rejections.keep(code::require(txn, &codes).await)?;
    if let Some(Some(id)) = change.campaign_id {
        rejections.keep(campaign::require(txn, id, &["campaignId"]).await)?;
    }
    rejections.into_result()?;
    if let Some(group) = group {
        row.interaction_group = Set(group);
    }
    if let Some(language) = language {
        row.language = Set(language);
    }
    macro_rules! set {
        ($($field:ident)*) => {$(
            if let Some(value) = change.$field {
                row.$field = Set(value);
            }
        )*};
    }
    set!(
        information_flow initiated_by campaign_id campaign_target campaign_response
        correspondence_type ignore_contact_correspondence_type
    );
    Ok(())
}
