//! Reads trusted operations: manifests as clients' generators write them, and files of GraphQL.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use async_graphql::parser::parse_query;
use serde::Deserialize;

use super::{Digest, Untrusted, digest_of, parse_digest};

/// A list of operations in JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    /// As Apollo's generator writes it.
    Operations { operations: Vec<Operation> },
    /// As those of Relay and of GraphQL Code Generator do: the text by its digest.
    Texts(HashMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

/// All operations in a file, or in the files of a folder whose names end with `.json`, `.graphql` or
/// `.gql`.
pub(super) fn documents(place: &Path) -> Result<HashMap<Digest, String>, Untrusted> {
    let mut found = HashMap::new();
    for file in files(place).map_err(|err| untrusted(place, &format!("can't be read: {err}")))? {
        let text = fs::read_to_string(&file)
            .map_err(|err| untrusted(&file, &format!("can't be read: {err}")))?;
        let texts = match is_json(&file) {
            true => manifest(&file, &text)?,
            // The end of a line at the end of a file is none of the operation.
            false => vec![text.trim_end().to_owned(), text],
        };
        for text in texts {
            parse_query(&text)
                .map_err(|err| untrusted(&file, &format!("holds what is no GraphQL:\n{err}")))?;
            found.insert(digest_of(&text), text);
        }
    }
    match found.is_empty() {
        true => Err(untrusted(place, "holds no operations")),
        false => Ok(found),
    }
}

fn files(place: &Path) -> io::Result<Vec<PathBuf>> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        let is_graphql = path.extension().is_some_and(|it| it == "graphql" || it == "gql");
        if path.is_file() && (is_graphql || is_json(&path)) {
            files.push(path);
        }
    }
    Ok(files)
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "json")
}

fn manifest(file: &Path, text: &str) -> Result<Vec<String>, Untrusted> {
    let manifest: Manifest = serde_json::from_str(text).map_err(|_| {
        untrusted(
            file,
            "is no manifest: an object with the text of each operation by its SHA-256, or Apollo's",
        )
    })?;
    let operations: Vec<(String, String)> = match manifest {
        Manifest::Operations { operations } => {
            operations.into_iter().map(|it| (it.id, it.body)).collect()
        }
        Manifest::Texts(texts) => texts.into_iter().collect(),
    };
    let checked = operations.into_iter().map(|(id, text)| match parse_digest(&id) {
        Some(digest) if digest == digest_of(&text) => Ok(text),
        _ => {
            let what = format!(
                "has an operation under `{id}`, which is not its SHA-256. Tell the generator to use \
                 this algorithm"
            );
            Err(untrusted(file, &what))
        }
    });
    checked.collect()
}

fn untrusted(place: &Path, what: &str) -> Untrusted {
    Untrusted(format!("{} {what}.", place.display()))
}
