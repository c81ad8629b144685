//! The page by one statement, which makes the JSON: no GraphQL, nothing to be asked but this.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use sea_orm::sqlx::{self, PgPool};
use serde::Deserialize;

const PAGE: &str = include_str!("page.sql");

/// Where the page begins: past a name and a key.
#[derive(Deserialize)]
struct After {
    name: String,
    id: i32,
}

async fn page(State(db): State<Arc<PgPool>>, Json(after): Json<After>) -> impl IntoResponse {
    let page = sqlx::query_scalar::<_, String>(PAGE).bind(after.name).bind(after.id);
    match page.fetch_one(&*db).await {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(err) => (StatusCode::INTERNAL_SERVER_ERROR, err.to_string()).into_response(),
    }
}

#[tokio::main]
async fn main() {
    urval_peers::serve(|db| {
        let pool = db.get_postgres_connection_pool().clone();
        Router::new().route("/page", post(page)).with_state(Arc::new(pool))
    })
    .await;
}
