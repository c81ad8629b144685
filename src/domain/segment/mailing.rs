//! Making the contacts of a segment the members of a mailing group (MG-1).

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, OnConflict, Query},
};

use super::existing;
use crate::{
    db::{self, Table, dialect},
    domain::{Context, Error, Reason, Result, code, contact::erased, text},
    entity::{contact, contact_code, kinds::CodeKind, segment},
};

/// Contacts a statement deals with at most.
const CHUNK: usize = 50_000;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Applied {
    pub segment: segment::Model,
    /// How many became members.
    pub added: u64,
    /// How many were members before and stay.
    pub kept: u64,
    /// How many are members no more.
    pub removed: u64,
}

/// Makes every contact of a segment a member of a mailing group; with `delete_old`, they and nobody
/// else. Who has been erased does not become one. The segment stays as it is, so one that has been logged will do.
///
/// # Errors
/// [`Reason::NotFound`] at `segmentId` or `mailingGroup`, [`Reason::Required`] at `mailingGroup`.
pub async fn apply_mailing_group(
    context: &Context,
    segment_id: i64,
    mailing_group: &str,
    delete_old: bool,
    dry_run: bool,
) -> Result<Applied> {
    let group = text::code(mailing_group).ok_or_else(|| {
        Error::reject(Reason::Required, &["mailingGroup"], "Name a mailing group.")
    })?;
    db::write_or_try(&context.db, dry_run, &[Table::ContactCode], async |txn| {
        let segment = existing(txn, segment_id, &["segmentId"]).await?;
        code::require(txn, &[(CodeKind::MailingGroup, &group, vec!["mailingGroup"])]).await?;
        let set = context.members.load(txn, &segment).await?;
        let old = members(txn, &group).await?;
        let new = &*set - &old - erased(txn).await?;
        let gone = if delete_old { &old - &*set } else { RoaringBitmap::new() };
        if !dry_run {
            for chunk in chunks(&gone) {
                remove(txn, &group, &chunk).await?;
            }
            for chunk in chunks(&new) {
                add(txn, &group, &chunk).await?;
            }
        }
        let kept = old.intersection_len(&set);
        Ok(Applied { segment, added: new.len(), kept, removed: gone.len() })
    })
    .await
}

async fn members(db: &impl ConnectionTrait, group: &str) -> Result<RoaringBitmap> {
    let members = contact_code::Entity::find()
        .select_only()
        .column_as(contact_code::Column::ContactId, "id")
        .filter(contact_code::Column::Kind.eq(CodeKind::MailingGroup))
        .filter(contact_code::Column::Code.eq(group));
    Ok(db::keys(db, members.into_query()).await?)
}

pub(super) fn chunks(set: &RoaringBitmap) -> impl Iterator<Item = Vec<u32>> {
    let mut ids = set.iter();
    std::iter::from_fn(move || {
        let chunk: Vec<u32> = ids.by_ref().take(CHUNK).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}

async fn remove(txn: &DatabaseTransaction, group: &str, contacts: &[u32]) -> Result<()> {
    let contact = Expr::col(contact_code::Column::ContactId);
    let among = dialect::in_ids(txn.get_database_backend(), contact, contacts.iter().copied());
    contact_code::Entity::delete_many()
        .filter(contact_code::Column::Kind.eq(CodeKind::MailingGroup))
        .filter(contact_code::Column::Code.eq(group))
        .filter(among)
        .exec(txn)
        .await?;
    Ok(())
}

async fn add(txn: &DatabaseTransaction, group: &str, contacts: &[u32]) -> Result<()> {
    let id = Expr::col((contact::Entity, contact::Column::Id));
    let kind = sea_orm::ActiveEnum::to_value(&CodeKind::MailingGroup);
    let rows = Query::select()
        .expr(id.clone())
        .expr(Expr::val(kind))
        .expr(Expr::val(group))
        .from(contact::Entity)
        .and_where(dialect::in_ids(txn.get_database_backend(), id, contacts.iter().copied()))
        .to_owned();
    let columns =
        [contact_code::Column::ContactId, contact_code::Column::Kind, contact_code::Column::Code];
    let insert = Query::insert()
        .into_table(contact_code::Entity)
        .columns(columns)
        .select_from(rows)
        .map_err(|err| Error::Corrupt(err.to_string()))?
        // Somebody may have made them a member meanwhile.
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .to_owned();
    txn.execute(&insert).await?;
    Ok(())
}
