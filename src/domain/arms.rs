//! A page of each of many lists: an index is walked for each, up to its limit.

use std::collections::HashMap;

use sea_orm::{EntityTrait, FromQueryResult, QuerySelect, QueryTrait, Select, sea_query::Expr};

use crate::{
    db::{self, Database},
    domain::{Page, PageArgs, Result},
};

/// The pages of the lists of `owners`, in their order. `list_of` is the list of one of them, ordered
/// in the direction of `args`, which is `descending` or not, and without a limit; `key` is what it is
/// ordered by.
///
/// # Errors
/// What the database says.
pub(super) async fn pages<E, K: Ord>(
    db: &Database,
    owners: &[i64],
    list_of: impl Fn(Expr) -> Select<E>,
    args: &PageArgs<K>,
    descending: bool,
    key: impl Fn(&E::Model) -> K,
) -> Result<Vec<Page<K, E::Model>>>
where
    E: EntityTrait,
{
    let slice_of = |owner| list_of(owner).limit(args.take.count() + 1).into_query();
    let mut rows: HashMap<i64, Vec<(K, E::Model)>> = HashMap::new();
    for row in db::slices(db, owners, slice_of).await? {
        let model = E::Model::from_query_result(&row, "")?;
        rows.entry(row.try_get("", "owner")?).or_default().push((key(&model), model));
    }
    let page = |owner| {
        let mut rows = rows.remove(owner).unwrap_or_default();
        // No statement promises the order of what it is made of.
        rows.sort_by(|(one, _), (other, _)| match descending {
            true => other.cmp(one),
            false => one.cmp(other),
        });
        Page::from_one_extra(rows, args)
    };
    Ok(owners.iter().map(page).collect())
}
