//! What becomes of work that is given up halfway, as when a client goes away.

use std::pin::pin;

use futures_util::future::poll_immediate;
use sea_orm::ConnectionTrait;
use urval::db;

use crate::app::both;

both! {
    async fn a_transaction_given_up_while_it_begins_is_not_left_open(app) {
        let db = &app.context.db;
        for polls in (0..2_000).step_by(5) {
            {
                let mut begin = pin!(db::snapshot(db));
                for _ in 0..polls {
                    if poll_immediate(&mut begin).await.is_some() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            // Where it was left open, none can begin any more.
            db.reader().execute_unprepared("SELECT 1").await.unwrap();
            db::snapshot(db).await.unwrap();
        }
    }
}
