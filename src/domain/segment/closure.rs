//! From contacts to their companies and back, for any number of them. Few are looked up; of many,
//! the links of all contacts are fetched at once and followed here.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    db::{self, dialect},
    domain::Result,
    entity::contact,
};

/// Up to here, looking contacts up beats fetching all links.
const FEW: u64 = 20_000;

/// The contacts, and everybody of their companies: the company and all its people.
///
/// # Errors
/// What the database says.
pub(super) async fn with_colleagues(
    db: &impl ConnectionTrait,
    contacts: &RoaringBitmap,
) -> Result<RoaringBitmap> {
    if contacts.len() <= FEW {
        let companies = few_companies(db, contacts).await?;
        let everybody = contact::Entity::find()
            .select_only()
            .column(contact::Column::Id)
            .filter(is_one_of(db, contact::Column::CompanyId, &companies));
        return Ok(contacts | db::keys(db, everybody.into_query()).await?);
    }
    let (ids, companies) = links(db).await?;
    let theirs = companies_among(&ids, &companies, contacts);
    let everybody = ids.iter().zip(&companies).filter(|(_, company)| theirs.contains(**company));
    Ok(contacts | everybody.map(|(id, _)| *id).collect::<RoaringBitmap>())
}

/// The contacts, and the companies of the people among them.
///
/// # Errors
/// What the database says.
pub(super) async fn with_companies(
    db: &impl ConnectionTrait,
    contacts: &RoaringBitmap,
) -> Result<RoaringBitmap> {
    if contacts.len() <= FEW {
        return Ok(contacts | few_companies(db, contacts).await?);
    }
    let (ids, companies) = links(db).await?;
    Ok(contacts | companies_among(&ids, &companies, contacts))
}

/// The companies of the contacts, and those of them that have none.
///
/// # Errors
/// What the database says.
pub async fn by_company(
    db: &impl ConnectionTrait,
    contacts: &RoaringBitmap,
) -> Result<RoaringBitmap> {
    if contacts.len() <= FEW {
        let employed = contact::Entity::find()
            .select_only()
            .column(contact::Column::Id)
            .filter(contact::Column::CompanyId.is_not_null())
            .filter(is_one_of(db, contact::Column::Id, contacts));
        let employed = db::keys(db, employed.into_query()).await?;
        return Ok(few_companies(db, contacts).await? | (contacts - employed));
    }
    let (ids, companies) = links(db).await?;
    let employed: RoaringBitmap = ids.iter().copied().collect();
    Ok(companies_among(&ids, &companies, contacts) | (contacts - employed))
}

async fn few_companies(
    db: &impl ConnectionTrait,
    contacts: &RoaringBitmap,
) -> Result<RoaringBitmap> {
    let companies = contact::Entity::find()
        .select_only()
        .column_as(contact::Column::CompanyId, "id")
        .distinct()
        .filter(contact::Column::CompanyId.is_not_null())
        .filter(is_one_of(db, contact::Column::Id, contacts));
    Ok(db::keys(db, companies.into_query()).await?)
}

fn is_one_of(db: &impl ConnectionTrait, column: contact::Column, ids: &RoaringBitmap) -> Expr {
    dialect::in_ids(db.get_database_backend(), column.into_expr(), ids.iter())
}

/// Every contact that has a company, and beside it the company.
async fn links(db: &impl ConnectionTrait) -> Result<(Vec<u32>, Vec<u32>)> {
    let links = contact::Entity::find()
        .select_only()
        .columns([contact::Column::Id, contact::Column::CompanyId])
        .filter(Expr::col(contact::Column::CompanyId).is_not_null());
    let [ids, companies] = db::integers(db, links.into_query(), ["id", "company_id"]).await?;
    Ok((ids, companies))
}

fn companies_among(ids: &[u32], companies: &[u32], contacts: &RoaringBitmap) -> RoaringBitmap {
    let theirs = ids.iter().zip(companies).filter(|(id, _)| contacts.contains(**id));
    theirs.map(|(_, company)| *company).collect()
}
