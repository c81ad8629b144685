//! When SQLite makes sure of what was committed.

use sea_orm::{ConnectionTrait, Statement};
use urval::db::{self, Synchronous};

#[tokio::test]
async fn sqlite_waits_for_the_disk_if_it_is_told_to() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("a.db").display());
    for (synchronous, level) in [(Synchronous::Normal, 1), (Synchronous::Full, 2)] {
        let db = db::connect_with(&url, synchronous).await.unwrap();
        let ask = async |txn: &sea_orm::DatabaseTransaction| {
            let ask = Statement::from_string(txn.get_database_backend(), "PRAGMA synchronous");
            txn.query_one_raw(ask).await?.unwrap().try_get_by_index::<i32>(0)
        };
        // Of the connection that writes.
        assert_eq!(db::rehearse(&db, ask).await.unwrap(), level);
        db.close().await.unwrap();
    }
}
