//! The index of words by which contacts are found: how new contacts come into it, and what it holds.

use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, StreamTrait};

/// Takes the words of contacts just inserted into the index; what changes or goes later takes its
/// words along by itself.
///
/// On PostgreSQL the index follows from the rows, and nothing is done. On SQLite the words of all
/// come in one statement: as part of each row's they would take as long as the rows, for the index
/// is written anew at every statement.
///
/// # Errors
/// What the database says.
pub async fn index_words(txn: &DatabaseTransaction, contacts: &[i32]) -> Result<(), DbErr> {
    let backend = ConnectionTrait::get_database_backend(txn);
    if backend == DbBackend::Postgres || contacts.is_empty() {
        return Ok(());
    }
    let contacts = serde_json::Value::from(contacts).to_string();
    let words = "INSERT INTO contact_search (rowid, search_text) \
                 SELECT id, search_text FROM contact \
                 WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id";
    txn.execute_raw(Statement::from_sql_and_values(backend, words, [contacts.into()])).await?;
    Ok(())
}

/// The same for all contacts there are.
///
/// # Errors
/// What the database says.
pub(super) async fn index_all_words(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    if ConnectionTrait::get_database_backend(txn) == DbBackend::Postgres {
        return Ok(());
    }
    let words = "INSERT INTO contact_search (rowid, search_text) \
                 SELECT id, search_text FROM contact ORDER BY id";
    txn.execute_unprepared(words).await.map(drop)
}

/// Takes words that lead to nobody any more out of the index for good; until then they are only marked.
///
/// On PostgreSQL nothing is done: there it is `VACUUM` that takes them out. On SQLite the index is
/// written anew, about a second for a million contacts.
///
/// # Errors
/// What the database says.
pub async fn purge_words(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    if ConnectionTrait::get_database_backend(txn) == DbBackend::Postgres {
        return Ok(());
    }
    let purge = "INSERT INTO contact_search (contact_search) VALUES ('optimize')";
    txn.execute_unprepared(purge).await.map(drop)
}

/// A view of the words that lives as long as the transaction.
const VIEW: &str = "CREATE VIRTUAL TABLE temp.contact_search_words \
                    USING fts5vocab('main', 'contact_search', 'instance')";

/// Calls `each` with every word of the index of contacts, and with every contact it leads to.
///
/// On PostgreSQL the index follows from the rows, and nothing is called; returns whether it was.
///
/// # Errors
/// What the database says.
pub async fn indexed_words(
    txn: &DatabaseTransaction,
    mut each: impl FnMut(&str, u32),
) -> Result<bool, DbErr> {
    let backend = ConnectionTrait::get_database_backend(txn);
    if backend == DbBackend::Postgres {
        return Ok(false);
    }
    txn.execute_unprepared(VIEW).await?;
    // A row for each word, not for each place of a word: a tenth of the rows.
    let words = "SELECT term, group_concat(doc) AS contacts FROM temp.contact_search_words \
                 GROUP BY term";
    let mut rows = txn.stream_raw(Statement::from_string(backend, words)).await?;
    while let Some(row) = rows.try_next().await? {
        let word: String = row.try_get("", "term")?;
        let contacts: String = row.try_get("", "contacts")?;
        for contact in contacts.split(',') {
            let contact = contact.parse();
            each(&word, contact.map_err(|_| DbErr::Type("a key that is none".to_owned()))?);
        }
    }
    drop(rows);
    txn.execute_unprepared("DROP TABLE temp.contact_search_words").await?;
    Ok(true)
}
