//! What the two servers share: where they listen, and how they reach the database.

pub mod entity;

use axum::Router;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use tokio::net::TcpListener;

/// As Urval allocates.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many as Urval has.
const CONNECTIONS_MAX: u32 = 16;

/// Serves what `routes` makes of a database: the arguments of the program are its URL and the
/// address to listen on.
pub async fn serve(routes: impl FnOnce(DatabaseConnection) -> Router) {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(address)) = (arguments.next(), arguments.next()) else {
        panic!("DATABASE_URL ADDRESS:PORT");
    };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(CONNECTIONS_MAX)
        .test_before_acquire(false)
        .set_schema_search_path("urval,peer")
        .sqlx_logging(false);
    let db = Database::connect(options).await.expect("the database can be reached");
    let listener = TcpListener::bind(address).await.expect("the address is free");
    axum::serve(listener, routes(db)).await.expect("it serves until it is killed");
}
