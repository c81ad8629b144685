//! The table of error codes in the guide is complete, and has nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};

use super::markdown::Page;

/// The codes in the first column of the table below a heading.
fn told(heading: &str) -> BTreeSet<String> {
    let text = Page::read("docs/guides/errors.md").text;
    let (_, below) = text.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let section = below.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
}

#[test]
fn every_code_of_user_errors_is_in_the_guide() {
    let document = parse_schema(urval::graphql::sdl()).unwrap();
    let codes = document.definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(it) if it.node.name.node == "UserErrorCode" => {
            match it.node.kind {
                TypeKind::Enum(it) => Some(it.values),
                _ => None,
            }
        }
        _ => None,
    });
    let codes: BTreeSet<String> =
        codes.unwrap().into_iter().map(|it| it.node.value.node.to_string()).collect();
    assert_eq!(told("Codes of `userErrors`"), codes);
}

#[test]
fn every_code_of_errors_is_in_the_guide() {
    let mut codes = BTreeSet::new();
    find(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http")), &mut codes);
    find(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/graphql/codes.rs")), &mut codes);
    assert_eq!(told("Codes of `errors`"), codes);
}

/// The texts in sources that look like a code; nothing else there does.
fn find(path: &Path, codes: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            find(&entry.unwrap().path(), codes);
        }
        return;
    }
    let source = fs::read_to_string(path).unwrap();
    let is_of_code = |line: &&str| !line.contains("env!") && !line.contains("rename_all");
    let lines = source.lines().filter(is_of_code);
    for text in lines.flat_map(|line| line.split('"').skip(1).step_by(2)) {
        let is_code = |it: char| it.is_ascii_uppercase() || it == '_';
        if 6 < text.len() && text.chars().all(is_code) {
            codes.insert(text.to_owned());
        }
    }
}
