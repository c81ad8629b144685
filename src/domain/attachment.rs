//! Attachments: files that go with what is written to contacts. Each content is stored once.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};

use crate::{
    db,
    domain::{
        Context, Error, Page, PageArgs, Reason, Rejections, Result, check, hash, id::Kind, message,
        text,
    },
    entity::{attachment, attachment_content, message_attachment},
};

/// A file that comes in.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    pub name: String,
    pub content_type: String,
    pub content: Vec<u8>,
}

/// Stores a file. Of a file that is there already, with this name, type and content, it is the one
/// there is.
///
/// # Errors
/// [`Reason::Required`], [`Reason::Invalid`] or [`Reason::LimitExceeded`] at `name`.
pub async fn store(context: &Context, new: NewAttachment) -> Result<attachment::Model> {
    let name = checked_name(&new.name)?;
    let sha256 = hash::sha256(&new.content);
    let content = &new.content;
    db::write(&context.db, &[], async |txn| {
        keep_content(txn, &sha256, content).await?;
        let row = attachment::ActiveModel {
            name: Set(name.clone()),
            content_type: Set(new.content_type.clone()),
            bytes: Set(i64::try_from(content.len()).unwrap_or(i64::MAX)),
            sha256: Set(sha256.clone()),
            actor: Set(context.actor()),
            created_at: Set(context.clock.now()),
            ..Default::default()
        };
        let known =
            [attachment::Column::Sha256, attachment::Column::Name, attachment::Column::ContentType];
        attachment::Entity::insert(row)
            .on_conflict(OnConflict::columns(known).do_nothing().to_owned())
            .exec_without_returning(txn)
            .await?;
        let found = attachment::Entity::find()
            .filter(attachment::Column::Sha256.eq(sha256.as_str()))
            .filter(attachment::Column::Name.eq(name.as_str()))
            .filter(attachment::Column::ContentType.eq(new.content_type.as_str()));
        found.one(txn).await?.ok_or_else(|| Error::Corrupt("an attachment got lost".to_owned()))
    })
    .await
}

/// The content is there, and stays until the transaction ends.
async fn keep_content(txn: &DatabaseTransaction, sha256: &str, content: &[u8]) -> Result<()> {
    loop {
        let row = attachment_content::ActiveModel {
            sha256: Set(sha256.to_owned()),
            content: Set(content.to_vec()),
        };
        let once = OnConflict::column(attachment_content::Column::Sha256).do_nothing().to_owned();
        attachment_content::Entity::insert(row)
            .on_conflict(once)
            .exec_without_returning(txn)
            .await?;
        // Whoever deletes the last attachment with it may have been faster.
        let kept = attachment_content::Entity::find_by_id(sha256.to_owned())
            .select_only()
            .column(attachment_content::Column::Sha256)
            .lock_shared()
            .into_tuple::<String>();
        if kept.one(txn).await?.is_some() {
            return Ok(());
        }
    }
}

/// A file name as it is stored: the last part of a path, without control characters.
fn checked_name(name: &str) -> Result<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let one_line: String = last.chars().filter(|char| !char.is_control()).collect();
    let name = check::text(Some(&one_line), &["name"])?;
    let is_dots = |name: &String| name.chars().all(|char| char == '.');
    name.filter(|name| !is_dots(name)).ok_or_else(|| {
        let message = "Give the file a name, such as offer.pdf.";
        Error::reject(Reason::Required, &["name"], message)
    })
}

/// What is in an attachment.
///
/// # Errors
/// What the database says.
pub async fn content(context: &Context, row: &attachment::Model) -> Result<Option<Vec<u8>>> {
    let found = attachment_content::Entity::find_by_id(row.sha256.clone());
    Ok(found.one(context.db.reader()).await?.map(|row| row.content))
}

/// The attachments with these keys; those that are not there are left out.
///
/// # Errors
/// What the database says.
pub async fn by_ids(
    context: &Context,
    ids: &[i64],
) -> Result<HashMap<i64, Arc<attachment::Model>>> {
    rows(context.db.reader(), ids).await
}

/// As [`by_ids`], wherever it is read from.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn rows(
    db: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<HashMap<i64, Arc<attachment::Model>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = attachment::Entity::find()
        .filter(attachment::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
}

/// A page of attachments, the newest first; only those that nothing has, if `unused`.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    unused: bool,
    args: &PageArgs<i64>,
) -> Result<Page<i64, attachment::Model>> {
    let mut query = of(unused);
    if let Some(id) = args.after {
        query = query.filter(attachment::Column::Id.lt(id));
    }
    if let Some(id) = args.before {
        query = query.filter(attachment::Column::Id.gt(id));
    }
    let query = match args.take.is_last() {
        true => query.order_by_asc(attachment::Column::Id),
        false => query.order_by_desc(attachment::Column::Id),
    };
    let rows = query.limit(args.take.count() + 1).all(context.db.reader()).await?;
    Ok(Page::from_one_extra(rows.into_iter().map(|row| (row.id, row)).collect(), args))
}

/// How many attachments [`list`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, unused: bool) -> Result<u64> {
    Ok(of(unused).count(context.db.reader()).await?)
}

fn of(unused: bool) -> sea_orm::Select<attachment::Entity> {
    let all = attachment::Entity::find();
    if !unused {
        return all;
    }
    let use_of = message_attachment::Entity::find()
        .filter(
            Expr::col((message_attachment::Entity, message_attachment::Column::AttachmentId))
                .eq(Expr::col((attachment::Entity, attachment::Column::Id))),
        )
        .into_query();
    all.filter(Expr::exists(use_of).not())
}

/// Checks that there are such attachments, and keeps them from being deleted until the transaction
/// ends.
///
/// # Errors
/// [`Reason::NotFound`] below `path` for each that is missing.
pub(in crate::domain) async fn require(
    txn: &DatabaseTransaction,
    ids: &[i64],
    path: &[&str],
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let found: Vec<i64> = attachment::Entity::find()
        .select_only()
        .column(attachment::Column::Id)
        .filter(attachment::Column::Id.is_in(ids.iter().copied()))
        .lock_shared()
        .into_tuple()
        .all(txn)
        .await?;
    let mut rejections = Rejections::default();
    for (index, id) in ids.iter().enumerate() {
        if !found.contains(id) {
            let index = index.to_string();
            let path = [path, &[index.as_str()]].concat();
            let message = format!("There is no attachment {}.", Kind::Attachment.id(*id));
            rejections.add(Reason::NotFound, &path, message);
        }
    }
    rejections.into_result()
}

/// Deletes an attachment that nothing has, and its content with the last attachment that has it.
/// Returns the key that is gone.
///
/// # Errors
/// [`Reason::NotFound`], or [`Reason::InUse`] if messages have it, at `attachmentId`.
pub async fn delete(context: &Context, id: i64) -> Result<i64> {
    let path = ["attachmentId"];
    db::write(&context.db, &[], async |txn| {
        let found = attachment::Entity::find_by_id(id).lock_exclusive().one(txn).await?;
        let found = found.ok_or_else(|| {
            let message = format!("There is no attachment {}.", Kind::Attachment.id(id));
            Error::reject(Reason::NotFound, &path, message)
        })?;
        message::forget_unheard(txn, id).await?;
        let uses = message_attachment::Entity::find()
            .filter(message_attachment::Column::AttachmentId.eq(id))
            .count(txn)
            .await?;
        if 0 < uses {
            let message = format!("It is attached to {}.", text::counted(uses, "text"));
            return Err(Error::reject(Reason::InUse, &path, message));
        }
        let content = attachment_content::Entity::find_by_id(found.sha256.clone());
        let content = content.select_only().column(attachment_content::Column::Sha256);
        content.lock_exclusive().into_tuple::<String>().one(txn).await?;
        attachment::Entity::delete_by_id(id).exec(txn).await?;
        let mut others = Query::select();
        others
            .expr(Expr::val(1))
            .from(attachment::Entity)
            .and_where(attachment::Column::Sha256.eq(found.sha256.as_str()));
        attachment_content::Entity::delete_many()
            .filter(attachment_content::Column::Sha256.eq(found.sha256.as_str()))
            .filter(Expr::exists(others).not())
            .exec(txn)
            .await?;
        Ok(id)
    })
    .await
}
