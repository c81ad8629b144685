//! What subjects and bodies may speak of: fields of the contact, of its company, of the salesperson,
//! of the segment and of the line.

use std::{collections::BTreeMap, sync::LazyLock};

use minijinja::{Value, value::Serde};

use crate::domain::contact_columns::TEXTS;

/// What a text may speak of, by its first name.
const ROOTS: [(&str, &[&str]); 5] = [
    ("contact", CONTACT),
    // The company of a person; a company itself.
    ("company", CONTACT),
    ("salesperson", &["code", "name", "email"]),
    ("segment", &["no", "description", "date"]),
    ("line", &["description", "date", "time", "language", "correspondenceType", "contactVia"]),
];

/// Besides [`TEXTS`], whose codes go by their descriptions, too.
const CONTACT: &[&str] = &["no", "type", "name"];

/// After the name of a code, for its description: `country` is `SE`, `countryName` `Sweden`.
pub(super) const DESCRIBED: &str = "Name";

/// All fields, in the form in which texts speak of them.
pub fn all() -> &'static [String] {
    static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut all = Vec::new();
        for (root, names) in ROOTS {
            all.extend(names.iter().map(|name| format!("{root}.{name}")));
            if names != CONTACT {
                continue;
            }
            for text in TEXTS {
                all.push(format!("{root}.{}", text.name));
                if text.kind.is_some() {
                    all.push(format!("{root}.{}{DESCRIBED}", text.name));
                }
            }
        }
        all
    });
    &ALL
}

/// Values of somebody of whom all is known.
pub(super) fn sample() -> Value {
    let mut values: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (root, field) in all().iter().filter_map(|field| field.split_once('.')) {
        let value = if field.ends_with("date") { "2026-01-31" } else { "12345" };
        values.entry(root).or_default().insert(field, value);
    }
    Value::from(Serde(values))
}

/// Whether a text may speak of it: a field, or all of what has fields, to ask whether it is there.
pub(super) fn is_known(path: &str) -> bool {
    all().iter().any(|field| field == path) || ROOTS.iter().any(|(root, _)| *root == path)
}

/// What may have been meant, where there is no such field.
pub(super) fn advice(path: &str) -> String {
    let (root, name) = path.split_once('.').unwrap_or((path, ""));
    if !ROOTS.iter().any(|(known, _)| *known == root) {
        let roots: Vec<&str> = ROOTS.iter().map(|(root, _)| *root).collect();
        return format!("There are {}.", roots.join(", "));
    }
    let alike = |field: &&String| {
        let (of, known) = field.split_once('.').unwrap_or_default();
        of == root && are_alike(known, name)
    };
    match all().iter().find(alike) {
        Some(field) => format!("Do you mean {field}?"),
        None => "The query templateFields lists all there are.".to_owned(),
    }
}

/// Whether one is the other with a letter more, less or exchanged, whatever their case.
fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let mut sorted: [Vec<char>; 2] = [one.chars().collect(), other.chars().collect()];
    for letters in &mut sorted {
        letters.sort_unstable();
    }
    let common = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let ends = one.chars().rev().zip(other.chars().rev());
    let common_end = ends.take_while(|(one, other)| one == other).count();
    let longest = one.chars().count().max(other.chars().count());
    sorted[0] == sorted[1] || longest <= common + common_end + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_by_their_descriptions_too() {
        for field in ["contact.name", "company.countryName", "contact.country", "line.date"] {
            assert!(is_known(field), "{field}");
        }
        for path in ["contact.nmae", "contact.nameName", "user.name", "line", "segment.unitCost"] {
            assert_eq!(is_known(path), path == "line", "{path}");
        }
    }

    #[test]
    fn advice_names_what_is_alike() {
        assert_eq!(advice("contact.nmae"), "Do you mean contact.name?");
        assert_eq!(advice("company.Citty"), "Do you mean company.city?");
        assert!(advice("contact.shoeSize").contains("templateFields"));
        assert!(advice("customer.name").starts_with("There are contact, company"));
    }
}
