//! What no compiler checks: who may mention whom, and that files stay readable.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Past this a file holds a second concept.
const LINES_MAX: usize = 400;

/// What the files of a folder must not mention, comments aside.
const LAYERS: &[(&str, &[&str])] = &[
    ("src/http", &["entity", "sea_orm", "sea_query", "cli"]),
    // Who can't name the ORM can't ask or change the database past the domain.
    ("src/graphql", &["sea_orm", "sea_query", "db::", "axum", "http::", "cli"]),
    ("src/domain", &["async_graphql", "axum", "graphql::", "http::", "clap", "cli::"]),
    ("src/entity", &["crate"]),
    ("src/db", &["crate"]),
];

/// What only one folder may mention: how the databases differ is known in `db` alone.
const SECRETS: &[(&str, &str)] = &[("DbBackend::", "src/db"), ("Utc::now", "src/domain/clock.rs")];

/// What must not be left behind anywhere.
const LEFTOVERS: &[&str] = &["todo!", "unimplemented!", "dbg!", "#[ignore", "#[allow", "#![allow"];

/// A source file of ours: its path in the repository and its lines.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines of code, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Where the code mentions `word`.
    fn mentions(&self, word: &str) -> Vec<String> {
        self.code()
            .filter(|(_, line)| contains_word(line, word))
            .map(|(no, _)| format!("{}:{no} mentions `{word}`", self.path))
            .collect()
    }
}

/// Whether `line` has `word` other than as a part of a longer name.
fn contains_word(line: &str, word: &str) -> bool {
    let is_of_name = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
    line.match_indices(word).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + word.len()..]);
        let runs_on = word.ends_with(char::is_alphanumeric) && is_of_name(after.chars().next());
        !is_of_name(before.chars().next_back()) && !runs_on
    })
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "migration/src", "tests"] {
        collect(&root.join(folder), root, &mut sources);
    }
    assert!(100 < sources.len(), "these are not all sources");
    sources
}

fn collect(folder: &Path, root: &Path, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, root, sources);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
}

#[test]
fn data_flows_one_way() {
    let mut offences = Vec::new();
    for source in sources() {
        for (folder, words) in LAYERS {
            if Path::new(&source.path).starts_with(folder) {
                offences.extend(words.iter().flat_map(|word| source.mentions(word)));
            }
        }
    }
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn secrets_stay_in_their_folder() {
    let mut offences = Vec::new();
    for source in sources().iter().filter(|it| it.path.starts_with("src/")) {
        for (word, home) in SECRETS {
            if !Path::new(&source.path).starts_with(home) {
                offences.extend(source.mentions(word));
            }
        }
    }
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn nothing_is_left_behind() {
    let mut offences = Vec::new();
    for source in sources().iter().filter(|it| it.path != "tests/it/tidy.rs") {
        offences.extend(LEFTOVERS.iter().flat_map(|word| source.mentions(word)));
    }
    assert!(offences.is_empty(), "{offences:#?}");
}

#[test]
fn files_stay_readable() {
    let long = sources().into_iter().filter(|it| LINES_MAX < it.text.lines().count());
    // Tests are read one at a time, from anywhere in the file.
    let long = long.map(|it| it.path).filter(|path| !path.starts_with("tests/"));
    assert_eq!(long.collect::<Vec<_>>(), [""; 0], "each has a second concept to be found");
}

#[test]
fn a_word_is_not_a_part_of_a_longer_one() {
    assert!(contains_word("use crate::{db, entity::contact};", "entity"));
    assert!(contains_word("let rows = db::ids(txn);", "db"));
    assert!(!contains_word("let identity = 1;", "entity"));
    assert!(!contains_word("use async_graphql::ID;", "graphql::"));
    assert!(!contains_word("context.db", "sea_orm"));
}
