//! What an operation costs: the values that it may return, and what it takes to find them.
//!
//! It is known before anything is done: from the text of the operation, the sizes of the pages that
//! it asks for, and the schema. Clients are told it with each response.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, Value as Constant, Variables,
    parser::types::{
        BaseType, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
        SelectionSet, Type, TypeKind, TypeSystemDefinition,
    },
};
use async_graphql_value::Value;

use super::{
    estimate::{Estimate, Expected},
    prices::{Items, price},
};

/// What the fields of the schema cost.
#[derive(Debug)]
pub(super) struct Prices {
    /// By the type that has the field, and its name.
    fields: HashMap<String, HashMap<String, Price>>,
}

#[derive(Debug)]
struct Price {
    itself: u64,
    items: Items,
    /// The type of what it returns.
    of: String,
}

impl Prices {
    /// Those of the schema with this text.
    pub(super) fn of_schema(sdl: &str) -> Self {
        let document = async_graphql::parser::parse_schema(sdl).expect("it is a schema");
        let mut fields = HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let TypeKind::Object(object) = definition.kind else { continue };
            let name = definition.name.node.to_string();
            let priced = object.fields.into_iter().map(|field| {
                let field = field.node;
                let is_page = field.arguments.iter().any(|it| it.node.name.node == "first");
                let field_name = field.name.node.to_string();
                let (itself, items) = price(&name, &field_name, is_page);
                (field_name, Price { itself, items, of: named(&field.ty.node) })
            });
            let priced = priced.collect();
            fields.insert(name, priced);
        }
        Self { fields }
    }

    /// What an operation costs. Its fragments have to be known not to contain themselves.
    pub(super) fn cost(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Estimate {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let (fragments, lists) = (HashMap::new(), HashMap::new());
        let mut sum = Sum { prices: self, document, operation, variables, fragments, lists };
        let cost = sum.of(root, &operation.selection_set.node).once;
        Estimate::new(cost, sum.lists)
    }
}

fn named(of: &Type) -> String {
    match &of.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(item) => named(item),
    }
}

/// What has the items of a page, and what else is asked of it.
fn is_connection(of: &str) -> bool {
    of.ends_with("Connection")
}

/// What a selection costs: once, and for each item of the page that it is made on.
#[derive(Copy, Clone, Default)]
struct Parts {
    once: u64,
    each: u64,
}

impl Parts {
    fn and(self, other: Self) -> Self {
        Self {
            once: self.once.saturating_add(other.once),
            each: self.each.saturating_add(other.each),
        }
    }
}

/// The sum over an operation.
struct Sum<'a> {
    prices: &'a Prices,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// Of fragments, each found once.
    fragments: HashMap<&'a Name, Parts>,
    /// Lists whose length is known only once they are there, by where their field stands.
    lists: HashMap<Pos, Expected>,
}

impl<'a> Sum<'a> {
    fn of(&mut self, on: &str, selections: &'a SelectionSet) -> Parts {
        let parts = selections.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => {
                let cost = self.of_field(on, field);
                let is_of_items = matches!(field.node.name.node.as_str(), "nodes" | "edges");
                match is_connection(on) && is_of_items {
                    true => Parts { once: 0, each: cost },
                    false => Parts { once: cost, each: 0 },
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let on = condition.map_or(on, |it| it.node.on.node.as_str());
                self.of(on, &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => self.of_fragment(&spread.node.fragment_name.node),
        });
        parts.fold(Parts::default(), Parts::and)
    }

    fn of_field(&mut self, on: &str, field: &'a Positioned<Field>) -> u64 {
        let (pos, field) = (field.pos, &field.node);
        let price = self.prices.fields.get(on).and_then(|fields| fields.get(&*field.name.node));
        // What introspection returns is not among them, and in memory.
        let Some(Price { itself, items, of }) = price else {
            return 1_u64.saturating_add(self.of("", &field.selection_set.node).once);
        };
        let Parts { once, each } = self.of(of, &field.selection_set.node);
        // Of a page, some is there once; of any other list, there is all for each item.
        let (once, each) = if is_connection(of) { (once, each) } else { (0, once) };
        let items = match *items {
            Items::One => 1,
            Items::Page(default, max) => self.asked(field).unwrap_or(default).min(max),
            Items::Each(argument) => self.length(field, argument),
            Items::About(items) => {
                let items = self.asked(field).unwrap_or(items);
                self.lists.insert(pos, Expected { items, each });
                items
            }
        };
        items.saturating_mul(each).saturating_add(once).saturating_add(*itself)
    }

    fn of_fragment(&mut self, name: &'a Name) -> Parts {
        if let Some(parts) = self.fragments.get(name) {
            return *parts;
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Parts::default() };
        let on = fragment.node.type_condition.node.on.node.as_str();
        let parts = self.of(on, &fragment.node.selection_set.node);
        self.fragments.insert(name, parts);
        parts
    }

    /// How many items are asked for, if it is said.
    fn asked(&self, field: &Field) -> Option<u64> {
        ["first", "last"].into_iter().find_map(|it| self.number(field, it))
    }

    /// A number that is asked for; what is none is refused later.
    fn number(&self, field: &Field, argument: &str) -> Option<u64> {
        let number = match field.get_argument(argument)?.node {
            Value::Number(ref number) => number.as_i64(),
            Value::Variable(ref name) => match self.variable(name)? {
                Constant::Number(number) => number.as_i64(),
                _ => None,
            },
            _ => None,
        };
        number.map(|number| number.max(0).unsigned_abs())
    }

    fn length(&self, field: &Field, argument: &str) -> u64 {
        let items = match field.get_argument(argument).map(|it| &it.node) {
            Some(Value::List(items)) => items.len(),
            Some(Value::Variable(name)) => match self.variable(name) {
                Some(Constant::List(items)) => items.len(),
                _ => 1,
            },
            _ => 1,
        };
        u64::try_from(items).unwrap_or(u64::MAX)
    }

    /// The value of a variable, or else its default.
    fn variable(&self, name: &Name) -> Option<&Constant> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.operation.variable_definitions.iter();
            let definition = definitions.find(|it| it.node.name.node == *name)?;
            Some(&definition.node.default_value.as_ref()?.node)
        })
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;
    use crate::graphql::{operation::chosen, prices::PRICES, schema::sdl};

    fn cost(query: &str, variables: serde_json::Value) -> u64 {
        let document = parse_query(query).unwrap();
        let operation = chosen(&document, None).unwrap();
        let variables = Variables::from_json(variables);
        Prices::of_schema(&sdl()).cost(&document, operation, &variables).cost
    }

    #[test]
    fn a_list_costs_as_much_as_its_items() {
        let none = json!({});
        let cases = [
            ("{ __typename }", 1),
            ("{ contact(id: \"contact:1\") { no name } }", 3),
            ("{ contacts { totalCount } }", 5 + 1),
            ("{ contacts(first: 10) { nodes { no name } } }", 5 + 10 * 3),
            ("{ contacts(last: 10) { edges { cursor node { no } } } }", 5 + 10 * 4),
            ("{ contacts(first: 100000) { nodes { no } } }", 5 + 1000 * 2),
            ("{ contacts(first: -5) { nodes { no } } }", 5),
            (
                "{ contacts(first: 1000) { totalCount edges { cursor node { id } } \
                 pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
                5 + 1 + 5 + 1000 * 4,
            ),
            (
                "{ contacts(first: 10) { ...A } } \
                 fragment A on ContactConnection { totalCount ... { nodes { no } } }",
                5 + 1 + 10 * 2,
            ),
            ("{ segment(id: \"segment:1\") { criteria { no } } }", 1 + 10 + 10),
            ("{ segment(id: \"segment:1\") { criteria(last: 3) { no } } }", 1 + 10 + 3),
            (
                "{ contacts(first: 10) { nodes { people(first: 3) { nodes { no } } } } }",
                5 + 10 * 12,
            ),
            ("{ contacts(first: 10) { nodes { ...A ...A } } } fragment A on Contact { no }", 35),
            ("{ nodes(ids: [\"a\", \"b\"]) { ... on Contact { no name } } }", 1 + 2 * 2),
            ("{ criteriaValues(field: \"city\") { value count } }", 20 + 20 * 2),
            ("mutation { segmentGoBack(input: {}) { segment { id } } }", 100 + 2),
            ("mutation { codeCreate(input: {}) { code { id } } }", 10 + 2),
            ("{ __schema { types { name } } }", 3),
            ("{ nothing { like this } }", 3),
        ];
        for (query, expected) in cases {
            assert_eq!(cost(query, none.clone()), expected, "{query}");
        }
    }

    #[test]
    fn variables_say_how_long_a_list_is() {
        let list = "query($n: Int) { contacts(first: $n) { nodes { no } } }";
        assert_eq!(cost(list, json!({ "n": 7 })), 5 + 7 * 2);
        assert_eq!(cost(list, json!({})), 5 + 50 * 2);
        assert_eq!(cost(list, json!({ "n": null })), 5 + 50 * 2);
        assert_eq!(cost(list, json!({ "n": "many" })), 5 + 50 * 2);
        let with_default = "query($n: Int = 3) { contacts(first: $n) { nodes { no } } }";
        assert_eq!(cost(with_default, json!({})), 5 + 3 * 2);
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        assert_eq!(cost(nodes, json!({ "ids": ["a", "b", "c"] })), 1 + 3);
    }

    #[test]
    fn fragments_that_multiply_cost_what_they_return() {
        let mut query = "{ ...F0 }".to_owned();
        for number in 0..70 {
            query += &format!(" fragment F{number} on Query {{ ...F{0} ...F{0} }}", number + 1);
        }
        query += " fragment F70 on Query { __typename }";
        assert_eq!(cost(&query, json!({})), u64::MAX);
    }

    #[test]
    fn every_price_is_that_of_a_field() {
        let prices = Prices::of_schema(&sdl());
        for (on, field, ..) in PRICES {
            assert!(
                prices.fields.get(*on).is_some_and(|it| it.contains_key(*field)),
                "{on}.{field}"
            );
        }
    }
}
