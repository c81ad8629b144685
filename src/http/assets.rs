//! The web explorer, from files inside the binary.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What the build put together from `web/`; empty if it was done without Node.js.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/explorer"]
struct Explorer;

/// The explorer's page, or how to get one.
pub(super) async fn index(headers: HeaderMap) -> Response {
    match Explorer::get("index.html") {
        Some(page) => file(&headers, "index.html", page, "no-cache"),
        None => Html(include_str!("no_explorer.html")).into_response(),
    }
}

/// What the page loads. The names change with the content, so these are good for ever.
pub(super) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("assets/{path}");
    match Explorer::get(&path) {
        Some(asset) => file(&headers, &path, asset, "public, max-age=31536000, immutable"),
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    }
}

fn file(headers: &HeaderMap, path: &str, file: EmbeddedFile, caching: &'static str) -> Response {
    let hash = file.metadata.sha256_hash();
    let hash: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    // Weak, because the same file goes out compressed and not.
    let etag = format!("W/\"{hash}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag));
    let caching = [(header::CACHE_CONTROL, caching.to_owned()), (header::ETAG, etag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, media_type(path))], file.data).into_response()
}

/// The types that the bundler writes.
fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
