//! The page for those who come from Business Central: each test that it names is there, and each rule that
//! the sources name is on it.

use std::{collections::BTreeSet, fs, path::Path};

use super::markdown::Page;

/// The names of the rules and differences, as the rows of the tables begin.
fn rules(page: &str) -> BTreeSet<&str> {
    let mut rules = BTreeSet::new();
    for row in page.lines().filter_map(|line| line.strip_prefix("| ")) {
        let Some((name, _)) = row.split_once(": ") else { continue };
        if name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-') {
            assert!(rules.insert(name), "{name} is told twice");
        }
    }
    rules
}

#[test]
fn every_test_of_a_rule_is_there() {
    let page = Page::read("docs/business-central.md").text;
    let mut tests = 0;
    for link in page.split("[`").skip(1) {
        let (name, rest) = link.split_once("`](../").expect("a link to a test");
        let (path, _) = rest.split_once(')').expect("a link that ends");
        let source = Page::read(path).text;
        assert!(source.contains(&format!("fn {name}(")), "{path} has no test {name}");
        tests += 1;
    }
    assert!(rules(&page).len() < tests, "these are not all tests: {tests}");
}

#[test]
fn every_rule_that_is_named_is_told() {
    let page = Page::read("docs/business-central.md").text;
    let rules = rules(&page);
    assert!(160 < rules.len(), "these are not all rules: {}", rules.len());
    let groups: BTreeSet<&str> =
        rules.iter().filter_map(|it| Some(it.split_once('-')?.0)).collect();
    let mut named = 0;
    let mut look = |text: &str, path: &Path| {
        for word in text.split(|char: char| !char.is_ascii_alphanumeric() && char != '-') {
            let Some((group, number)) = word.split_once('-') else { continue };
            if groups.contains(group) && number.starts_with(|char: char| char.is_ascii_digit()) {
                assert!(rules.contains(word), "{}: {word} is not on the page", path.display());
                named += 1;
            }
        }
    };
    for folder in ["src", "tests/it", "docs/guides"] {
        visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut look);
    }
    assert!(200 < named, "these are not all: {named}");
}

fn visit(path: &Path, look: &mut impl FnMut(&str, &Path)) {
    if !path.is_dir() {
        return look(&fs::read_to_string(path).unwrap(), path);
    }
    for entry in fs::read_dir(path).unwrap() {
        visit(&entry.unwrap().path(), look);
    }
}
