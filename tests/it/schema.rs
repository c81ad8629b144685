//! `schema.graphql` says what the server does.

use std::{fs, path::Path};

/// Run with `UPDATE_SCHEMA=1` to write the file instead.
#[test]
fn schema_graphql_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let actual = urval::graphql::sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "schema.graphql is out of date; run `UPDATE_SCHEMA=1 cargo test schema_graphql`"
    );
}
