//! Whether saved criteria can be read.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Run;
use crate::{
    domain::{Result, segment::saved},
    entity::saved_criteria,
};

/// Saved criteria read at once; each has up to a thousand steps.
const PAGE: u64 = 100;

pub(super) async fn check(run: &mut Run<'_>) -> Result<()> {
    let total = saved_criteria::Entity::find().count(&run.txn).await?;
    run.begin("Saved criteria", total);
    let (mut done, mut last) = (0, i64::MIN);
    loop {
        let rows = saved_criteria::Entity::find()
            .filter(saved_criteria::Column::Id.gt(last))
            .order_by_asc(saved_criteria::Column::Id)
            .limit(PAGE)
            .all(&run.txn)
            .await?;
        let Some(row) = rows.last() else { return Ok(()) };
        last = row.id;
        for row in &rows {
            if saved::steps_of(row).is_err() {
                run.found(&format!("saved criteria {}: they can't be read.", row.name));
            }
            done += 1;
            run.at(done);
        }
    }
}
