//! Criteria in JSON: what is taken can be stored and read back, and what is not is told where.

use serde_json::{Value, json};
use urval::domain::{
    Error,
    criteria::{Criteria, DEPTH_MAX, Leaf, Measure, NODES_MAX, RELATIONS, Tree, stored, upgrade},
};

/// Takes JSON for criteria of the API, for criteria about interactions and the like, and for what is
/// stored of criteria.
pub fn criteria(data: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Value>(data) else { return };
    match Criteria::parse(&json, &["criteria"]) {
        Ok(criteria) => taken(&criteria),
        Err(err) => refused(&json, &err),
    }
    for relation in RELATIONS {
        let json = json!({ relation.name: { "where": json } });
        match Criteria::parse(&json, &["criteria"]) {
            Ok(criteria) => taken(&criteria),
            Err(err) => refused(&json, &err),
        }
    }
    match upgrade(&json) {
        Ok(criteria) => taken(&criteria),
        Err(err) => assert!(matches!(err, Error::Corrupt(_)), "{err:?}"),
    }
}

fn taken(criteria: &Criteria) {
    let json = criteria.to_json();
    assert!(!has_nul(&json), "{json}");
    let again = Criteria::parse(&json, &[]);
    assert_eq!(again.as_ref().ok(), Some(criteria), "{json}: {again:?}");
    let again = upgrade(&stored(criteria));
    assert_eq!(again.as_ref().ok(), Some(criteria), "{json}: {again:?}");
    assert!(!criteria.text().is_empty(), "{json}");

    let mut nodes = 0;
    look_at(criteria, 1, &mut nodes);
    assert!(nodes <= NODES_MAX, "{nodes} conditions");
}

/// Counts conditions and combinations, and looks how deep they nest. What asks nothing may have been left
/// out.
fn look_at(criteria: &Criteria, depth: usize, nodes: &mut usize) {
    count(criteria, depth, nodes, &mut |leaf, depth, nodes| match leaf {
        Leaf::Company(inner) => look_at(inner, depth, nodes),
        Leaf::People { filter, .. } if asks(filter) => look_at(filter, depth, nodes),
        Leaf::Sample(sample) if asks(&sample.of) => look_at(&sample.of, depth, nodes),
        Leaf::Related(test) => {
            if asks(&test.filter) {
                count(&test.filter, depth, nodes, &mut |_, _, _| {});
            }
            if let Measure::Latest(inner) | Measure::Earliest(inner) = &test.measure {
                count(inner, depth, nodes, &mut |_, _, _| {});
            }
        }
        _ => {}
    });
}

fn asks<L>(tree: &Tree<L>) -> bool {
    !matches!(tree, Tree::All(trees) if trees.is_empty())
}

/// Counts a tree; `leaf` gets each of its leaves with the depth of what is in it.
fn count<L>(
    tree: &Tree<L>,
    depth: usize,
    nodes: &mut usize,
    leaf: &mut impl FnMut(&L, usize, &mut usize),
) {
    assert!(depth <= DEPTH_MAX, "they nest {depth} deep");
    *nodes += 1;
    match tree {
        Tree::All(trees) | Tree::Any(trees) => {
            trees.iter().for_each(|tree| count(tree, depth + 1, nodes, leaf));
        }
        Tree::Not(tree) => count(tree, depth + 1, nodes, leaf),
        Tree::Leaf(it) => leaf(it, depth + 1, nodes),
    }
}

/// Each reason has a place that is there; only the last step may be what is missing.
fn refused(json: &Value, err: &Error) {
    let Error::Rejected(rejections) = err else { panic!("{err:?}") };
    assert!(!rejections.is_empty());
    for rejection in rejections {
        assert!(!rejection.message.is_empty());
        let Some((first, path)) = rejection.path.split_first() else { panic!("{rejection:?}") };
        assert_eq!(first, "criteria");
        let Some((_, way)) = path.split_last() else { continue };
        way.iter().fold(json, |here, step| {
            match here {
                Value::Array(items) => step.parse().ok().and_then(|it: usize| items.get(it)),
                Value::Object(fields) => fields.get(step),
                _ => None,
            }
            // A single item stands for a list of one.
            .or_else(|| (step == "0" && !here.is_array()).then_some(here))
            .unwrap_or_else(|| panic!("{json} has nothing at {:?}", rejection.path))
        });
    }
}

fn has_nul(json: &Value) -> bool {
    match json {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
