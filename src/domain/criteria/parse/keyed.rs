//! Conditions on rows that are named by keys, such as `CUSTOMER.20000`: shorter to write, and read as
//! conditions on the fields that the key is made of.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Parser, given};
use crate::domain::{
    criteria::{Criteria, Leaf, RELATIONS, Relation, Tree},
    profile,
};

/// What a list of keys asks.
const LISTS: [&str; 3] = ["hasAny", "hasAll", "hasNone"];

/// The relation and the list, if this is a test by keys.
pub(super) fn listed(name: &str, value: &Value) -> Option<(&'static Relation, &'static str)> {
    let relation = RELATIONS.into_iter().find(|it| it.name == name && it.key.is_some())?;
    let fields = value.as_object()?;
    let list = LISTS.into_iter().find(|list| given(fields, list).is_some())?;
    Some((relation, list))
}

impl Parser {
    pub(super) fn keyed(
        &mut self,
        (relation, list): (&'static Relation, &'static str),
        value: &Value,
    ) -> Option<Criteria> {
        let fields = self.object(value, &[list, "within", "scope"])?;
        let keys = self.at(list, |parser| {
            parser.values(&fields[list], |parser, key| parser.key_of_row(key))
        })?;
        let [first, second] = relation.key?;
        let test = |rows: Value, measure: &str| {
            let mut test = Map::from_iter([
                ("where".to_owned(), rows),
                ("measure".to_owned(), json!({ measure: true })),
            ]);
            for name in ["within", "scope"] {
                test.extend(given(fields, name).map(|value| (name.to_owned(), value.clone())));
            }
            Value::Object(test)
        };
        if list == "hasAll" {
            let each = keys.iter().map(|(code, no)| {
                let row = json!({ "all": [{ first: { "eq": code } }, { second: { "eq": no } }] });
                let test = test(row, "some");
                self.node(|parser| parser.related(relation, &test))
            });
            let leaves = each.map(|it| Some(Tree::Leaf(Leaf::Related(Box::new(it?)))));
            return Some(Tree::All(leaves.collect::<Option<_>>()?));
        }
        let mut by_code: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
        for (code, no) in &keys {
            by_code.entry(code).or_default().push(*no);
        }
        let rows = by_code.into_iter().map(|(code, numbers)| {
            json!({ "all": [{ first: { "eq": code } }, { second: { "in": numbers } }] })
        });
        let rows = json!({ "any": rows.collect::<Vec<_>>() });
        let measure = if list == "hasAny" { "some" } else { "none" };
        let related = self.related(relation, &test(rows, measure))?;
        Some(Tree::Leaf(Leaf::Related(Box::new(related))))
    }

    /// A code and a number.
    fn key_of_row(&mut self, value: &Value) -> Option<(String, i32)> {
        let text = self.text(value)?;
        match profile::Key::parse(&text) {
            Some(key) => Some((key.questionnaire, key.no)),
            None => self.invalid("An answer is named like CUSTOMER.20000."),
        }
    }
}
