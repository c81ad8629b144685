//! The audit log: who changed what, when, and from where.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    domain::{Context, Page, PageArgs, Result},
    entity::audit_entry::{self, Column},
};

/// Which entries. What is left out does not restrict.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Those of the one with this name.
    pub actor: Option<String>,
    /// Those about the thing with this global id.
    pub subject: Option<String>,
    /// Those of this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Those before this moment.
    pub to: Option<DateTime<Utc>>,
}

impl AuditFilter {
    fn condition(&self) -> Condition {
        Condition::all()
            .add_option(self.actor.as_ref().map(|it| Column::Actor.eq(it)))
            .add_option(self.subject.as_ref().map(|it| Column::Subject.eq(it)))
            .add_option(self.from.map(|it| Column::At.gte(it)))
            .add_option(self.to.map(|it| Column::At.lt(it)))
    }
}

/// A page of entries, the newest first.
///
/// # Errors
/// What the database says.
pub async fn list(
    context: &Context,
    filter: &AuditFilter,
    args: &PageArgs<i64>,
) -> Result<Page<i64, audit_entry::Model>> {
    let mut query = audit_entry::Entity::find().filter(filter.condition());
    if let Some(id) = args.after {
        query = query.filter(Column::Id.lt(id));
    }
    if let Some(id) = args.before {
        query = query.filter(Column::Id.gt(id));
    }
    let query = match args.take.is_last() {
        true => query.order_by_asc(Column::Id),
        false => query.order_by_desc(Column::Id),
    };
    let rows = query.limit(args.take.count() + 1).all(context.db.reader()).await?;
    Ok(Page::from_one_extra(rows.into_iter().map(|row| (row.id, row)).collect(), args))
}

/// How many entries [`list`] has in all.
///
/// # Errors
/// What the database says.
pub async fn count(context: &Context, filter: &AuditFilter) -> Result<u64> {
    let query = audit_entry::Entity::find().filter(filter.condition());
    Ok(query.count(context.db.reader()).await?)
}
