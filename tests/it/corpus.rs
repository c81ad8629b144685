//! What is kept of fuzzing: every file of the corpus passes the property of its target, on both databases.
//! `fuzz/README.md` says how files are found.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use futures_util::FutureExt;
use serde_json::{Value, json};
use urval::domain::criteria::Criteria;

use crate::app::{TestApp, both};

#[path = "../../fuzz/src/properties/mod.rs"]
#[expect(unreachable_pub, reason = "the targets for fuzzing reach it")]
mod properties;

use properties::{PROPERTIES, Server, import, request};

/// The files of a target, by their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let files: Vec<_> = files.map(|it| (it.display().to_string(), fs::read(it).unwrap())).collect();
    assert!(10 <= files.len(), "{target} has {} files", files.len());
    files
}

#[test]
fn each_property_holds_of_its_corpus() {
    let mut failed = Vec::new();
    for (target, property) in PROPERTIES {
        for (name, file) in corpus(target) {
            if catch_unwind(|| property(&file)).is_err() {
                failed.push(name);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn each_corpus_has_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let names = |of: &str| {
        let entries = fs::read_dir(folder.join(of)).unwrap();
        let mut names: Vec<_> = entries.map(|it| it.unwrap().path().with_extension("")).collect();
        names.sort();
        names.into_iter().map(|it| it.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("corpus"), names("fuzz_targets"));
}

/// Tries a property of the server on all files of a corpus.
async fn holds(app: &TestApp, target: &str, property: impl AsyncFn(&Server, &[u8])) {
    let server = Server::new(app.context.clone());
    for (name, file) in corpus(target) {
        let held = AssertUnwindSafe(property(&server, &file)).catch_unwind().await;
        assert!(held.is_ok(), "{name}");
    }
}

/// Asks for something that may be refused, but has to be answered.
async fn answered(app: &TestApp, name: &str, query: &str, variables: Value) {
    let answer = app.graphql(query, variables).await;
    for error in answer["errors"].as_array().into_iter().flatten() {
        assert_ne!(error["extensions"]["code"], "INTERNAL", "{name}: {answer}");
    }
}

both! {
    async fn requests_of_the_corpus_are_answered(app) {
        holds(&app, "request", request).await;
    }

    async fn files_of_the_corpus_are_imported(app) {
        holds(&app, "import", import).await;
    }

    async fn criteria_of_the_corpus_are_evaluated(app) {
        let query = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) { matches text } }";
        for (name, file) in corpus("criteria") {
            let Ok(json) = serde_json::from_slice::<Value>(&file) else { continue };
            if Criteria::parse(&json, &[]).is_ok() {
                answered(&app, &name, query, json!({ "c": json })).await;
            }
        }
    }

    async fn filter_expressions_of_the_corpus_are_evaluated(app) {
        let query = "query($c: ContactCriteria!) { criteriaPreview(input: { criteria: $c }) { matches } }";
        for (name, file) in corpus("filter_expression") {
            let Some((kind, expression)) = file.split_first() else { continue };
            let Ok(expression) = str::from_utf8(expression) else { continue };
            let filter = json!({ "filter": expression });
            let of_interactions = |field: &str| json!({ "interactions": { "where": { field: filter } } });
            let criteria = match kind {
                b't' => json!({ "name": filter }),
                b'x' => json!({ "phone": filter }),
                b'c' => json!({ "country": filter }),
                b'i' => of_interactions("durationMin"),
                b'n' => of_interactions("cost"),
                b'd' => of_interactions("date"),
                b'p' => json!({ "createdAt": filter }),
                _ => continue,
            };
            answered(&app, &name, query, json!({ "c": criteria })).await;
        }
    }

    async fn cursors_and_ids_of_the_corpus_are_looked_for(app) {
        let lists = "query($c: String) { contacts(after: $c) { nodes { no } } interactions(after: $c) { nodes { id } } segments(after: $c, orderBy: DATE_ASC) { nodes { no } } changed: segments(after: $c, orderBy: UPDATED_ASC) { nodes { no } } campaigns(after: $c) { nodes { no } } auditLog(after: $c) { nodes { at } } }";
        for (name, file) in corpus("cursor") {
            answered(&app, &name, lists, json!({ "c": String::from_utf8_lossy(&file) })).await;
        }
        let node = "query($id: ID!) { node(id: $id) { id } interaction(id: $id) { id } }";
        for (name, file) in corpus("id") {
            answered(&app, &name, node, json!({ "id": String::from_utf8_lossy(&file) })).await;
        }
    }
}
