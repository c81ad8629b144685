//! Column types that both databases treat alike, and what a migration needs more than once.

use sea_orm_migration::prelude::*;

/// Makes columns for one database.
#[derive(Copy, Clone)]
pub(crate) struct Columns(pub(crate) DbBackend);

use sea_orm_migration::sea_orm::DbBackend;

impl Columns {
    /// Text that must be there. It compares by code point on both databases, so that ranges,
    /// prefixes and orders agree.
    pub(crate) fn text(self, name: &'static str) -> ColumnDef {
        let mut column = self.text_null(name);
        column.not_null();
        column
    }

    /// Text that may be missing. Missing text is NULL, never empty.
    pub(crate) fn text_null(self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        column.string();
        // SQLite compares bytes anyway; PostgreSQL would follow the locale of the database.
        if self.0 == DbBackend::Postgres {
            column.extra(r#"COLLATE "C""#);
        }
        column
    }

    /// For small rows with a key of several columns: on SQLite they lie in the index of that key,
    /// not once more beside it.
    pub(crate) fn within_key(self, table: &mut TableCreateStatement) -> TableCreateStatement {
        if self.0 == DbBackend::Sqlite {
            table.extra("WITHOUT ROWID");
        }
        table.to_owned()
    }
}

/// Runs statements that both databases understand.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Drops tables, the last first.
pub(crate) async fn drop(
    manager: &SchemaManager<'_>,
    tables: &[&'static str],
) -> Result<(), DbErr> {
    for table in tables.iter().rev() {
        manager.drop_table(Table::drop().table(*table).to_owned()).await?;
    }
    Ok(())
}
