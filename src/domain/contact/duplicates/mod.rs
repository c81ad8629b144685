//! Contacts that may be one and the same: found by search strings that are equal, listed, dismissed.
//!
//! The strings of a contact are kept as hashes, so that who else has them is asked of an index. Nobody
//! who changes a contact waits for that: [`search`] looks at those who have changed since, which their
//! revisions tell, and until then the list says how many there are.

mod search;
mod strings;

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

pub use search::{Found, Search, search, unsearched_count};
pub use strings::{SEARCH_STRINGS, SearchString};

use crate::{
    db::{self, OnConflict, dialect},
    domain::{Context, Error, Page, PageArgs, Reason, Result, Take, setup},
    entity::contact_duplicate::{Column, Entity, Model},
};

/// Pairs are kept from so many equal strings of a hundred on.
pub const PERCENTAGE_MIN: i32 = 50;

/// By what pairs are ordered: the likeliest first, then by their contacts.
pub type Key = (i32, i32, i32);

/// Which pairs.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Those with this contact.
    pub contact_id: Option<i32>,
    pub percentage_min: i32,
    /// Those of whom somebody has said that they are two, or the others.
    pub dismissed: bool,
}

/// From how many equal strings of a hundred on two contacts count as duplicates.
///
/// # Errors
/// What the database says.
pub async fn percentage_of_setup(context: &Context) -> Result<i32> {
    let setup = setup::load(context.db.reader()).await?;
    Ok(Ord::max(setup.search_hit_percent, PERCENTAGE_MIN))
}

/// How many pairs come with a contact.
const ON_ENTRY_MAX: u64 = 10;

/// The likeliest pairs with a contact that was made or changed a moment ago, which is looked at for
/// this. Nothing if the setup does not want it, or the viewer may not see whom somebody is like.
///
/// # Errors
/// What the database says.
pub async fn on_entry(context: &Context, contact_id: i32) -> Result<Option<Vec<Model>>> {
    let wanted = setup::load(context.db.reader()).await?.search_on_entry;
    if !wanted || !context.viewer.sees_personal_data() {
        return Ok(None);
    }
    // Whoever enters a contact has not asked for a search: it gets into no audit log.
    let unsigned = Context { db: context.db.unsigned(), ..context.clone() };
    search(&unsigned, &Search::Contacts(vec![contact_id])).await?;
    let percentage_min = percentage_of_setup(context).await?;
    let filter = Filter { contact_id: Some(contact_id), percentage_min, dismissed: false };
    let args = PageArgs { after: None, before: None, take: Take::First(ON_ENTRY_MAX) };
    Ok(Some(list(context, &filter, &args).await?.items.into_iter().map(|(_, row)| row).collect()))
}

impl Filter {
    fn condition(&self) -> Condition {
        let of_contact = self
            .contact_id
            .map(|id| Condition::any().add(Column::ContactId.eq(id)).add(Column::OtherId.eq(id)));
        Condition::all()
            .add(Column::Dismissed.eq(self.dismissed))
            .add(Column::Percentage.gte(self.percentage_min))
            .add_option(of_contact)
    }
}

/// A page of pairs.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    filter: &Filter,
    args: &PageArgs<Key>,
) -> Result<Page<Key, Model>> {
    // Each is later in the list than the ones before.
    let key = || {
        let percentage = Expr::val(100).sub(Expr::col(Column::Percentage));
        Expr::tuple([percentage, Expr::col(Column::ContactId), Expr::col(Column::OtherId)])
    };
    let at = |(percentage, one, other): Key| {
        Expr::tuple([Expr::val(100 - percentage), Expr::val(one), Expr::val(other)])
    };
    let mut query = Entity::find().filter(filter.condition());
    if let Some(after) = args.after {
        query = query.filter(key().gt(at(after)));
    }
    if let Some(before) = args.before {
        query = query.filter(key().lt(at(before)));
    }
    let query = match args.take.is_last() {
        true => query
            .order_by_asc(Column::Percentage)
            .order_by_desc(Column::ContactId)
            .order_by_desc(Column::OtherId),
        false => query
            .order_by_desc(Column::Percentage)
            .order_by_asc(Column::ContactId)
            .order_by_asc(Column::OtherId),
    };
    let rows = query.limit(args.take.count() + 1).all(context.db.reader()).await?;
    let keyed = rows.into_iter().map(|it| ((it.percentage, it.contact_id, it.other_id), it));
    Ok(Page::from_one_extra(keyed.collect(), args))
}

/// How many pairs [`list`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, filter: &Filter) -> Result<u64> {
    Ok(Entity::find().filter(filter.condition()).count(context.db.reader()).await?)
}

/// Says of two contacts that they are two, or that they may be one after all. It holds until one of
/// them goes, whatever changes.
///
/// # Errors
/// [`Reason::Forbidden`], and [`Reason::NotFound`] at `otherId` if they are no pair.
pub async fn dismiss(context: &Context, one: i32, other: i32, dismissed: bool) -> Result<Model> {
    context.viewer.require_personal(&[])?;
    db::write(&context.db, &[], async |txn| {
        let found = Entity::find_by_id(ordered(one, other)).lock_exclusive();
        let mut row = found.one(txn).await?.ok_or_else(|| {
            let message = "These two are not among the pairs that may be one.";
            Error::reject(Reason::NotFound, &["otherId"], message)
        })?;
        row.dismissed = dismissed;
        let rows = std::slice::from_ref(&row);
        db::insert_rows::<Entity>(txn, rows, OnConflict::Replace).await?;
        Ok(row)
    })
    .await
}

/// Two contacts as they are kept: the one with the smaller key first.
fn ordered(one: i32, other: i32) -> (i32, i32) {
    if one <= other { (one, other) } else { (other, one) }
}

/// Forgets what contacts were compared by, and with whom.
///
/// # Errors
/// What the database says.
pub(in crate::domain) async fn forget(
    txn: &DatabaseTransaction,
    contacts: &RoaringBitmap,
) -> Result<()> {
    use crate::entity::contact_duplicate_key as key;
    let among = |column: Expr| dialect::in_ids(txn.get_database_backend(), column, contacts.iter());
    let of_contacts = among(Expr::col(key::Column::ContactId));
    key::Entity::delete_many().filter(of_contacts).exec(txn).await?;
    let one = among(Expr::col(Column::ContactId));
    Entity::delete_many().filter(one).exec(txn).await?;
    let other = among(Expr::col(Column::OtherId));
    Entity::delete_many().filter(other).exec(txn).await?;
    Ok(())
}
