//! What an operation costs: the values that it may return, and what it takes to find them.
//!
//! It is known before anything is done: from the text of the operation, the sizes of the pages that
//! it asks for, and the schema. Clients are told it with each response.

use std::collections::HashMap;

use async_graphql::{
    Name, Value as Constant, Variables,
    parser::types::{
        BaseType, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
        SelectionSet, Type, TypeKind, TypeSystemDefinition,
    },
};
use async_graphql_value::Value;

use crate::domain::{PAGE_DEFAULT, PAGE_MAX};

/// How many items a list has.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Items {
    /// It is no list, or a short one that is there anyway.
    One,
    /// As many as `first` or `last` says, this many unless they do, and never more than the second.
    Page(u64, u64),
    /// One for each item of this argument.
    Each(&'static str),
    /// About as many, as a rule.
    About(u64),
}

/// Pages as all connections have them.
const PAGE: Items = Items::Page(PAGE_DEFAULT, PAGE_MAX);
/// Choosing contacts, or writing for each of them.
const SELECTION: u64 = 100;
/// A change of one thing, with all that goes with it.
const CHANGE: u64 = 10;

/// Fields that cost more by themselves than the rest, or are lists of their own kind. Any other
/// costs 1, a connection 2, and a mutation [`CHANGE`].
const PRICES: &[(&str, &str, u64, Items)] = &[
    ("Campaign", "segments", 5, PAGE),
    ("Campaign", "statistics", 5, Items::One),
    ("Campaign", "targets", 20, PAGE),
    ("CampaignStatistics", "byDay", 5, Items::About(50)),
    ("CampaignStatistics", "byTemplate", 5, Items::About(10)),
    // No index has all that is added up.
    ("Code", "statistics", 20, Items::One),
    ("Contact", "addresses", 2, Items::About(2)),
    ("Contact", "campaigns", 5, Items::About(5)),
    ("Contact", "people", 5, PAGE),
    ("Contact", "profileQuestionnaires", 2, Items::About(5)),
    ("Contact", "purchaseStatistics", 5, Items::One),
    ("Contact", "segments", 5, Items::About(10)),
    ("ContactSet", "contacts", 5, PAGE),
    ("Criterion", "addedContacts", 5, PAGE),
    ("Criterion", "removedContacts", 5, PAGE),
    ("Interaction", "attachments", 1, Items::About(2)),
    ("Interaction", "comments", 2, Items::About(5)),
    ("ProfileAnswer", "contactsCount", 2, Items::One),
    ("ProfileQuestion", "answers", 1, Items::About(4)),
    ("ProfileQuestionnaire", "questions", 1, Items::About(8)),
    ("InteractionTemplate", "languages", 2, Items::About(5)),
    ("InteractionTemplate", "statistics", 20, Items::One),
    ("InteractionTemplateLanguage", "attachments", 1, Items::About(2)),
    ("Query", "auditLog", 5, PAGE),
    ("Query", "codes", 2, Items::About(50)),
    ("Query", "contactDuplicates", 5, PAGE),
    ("Query", "contacts", 5, PAGE),
    ("Query", "criteriaPreview", SELECTION, Items::One),
    ("Query", "criteriaValues", 20, Items::Page(20, 100)),
    ("Query", "nodes", 1, Items::Each("ids")),
    ("Query", "profileQuestionnaire", 2, Items::One),
    ("Query", "profileQuestionnaires", 5, PAGE),
    ("Query", "savedCriteria", 5, PAGE),
    ("Query", "segmentDiff", 10, Items::One),
    ("Query", "segmentExplain", 20, Items::About(5)),
    ("Query", "segmentOverlap", 10, Items::Each("segmentIds")),
    ("Query", "segments", 5, PAGE),
    ("Query", "templatePreview", 20, Items::One),
    ("SavedCriteria", "steps", 1, Items::About(10)),
    ("Segment", "cost", 5, Items::One),
    ("Segment", "criteria", 10, Items::About(10)),
    ("Segment", "durationMin", 5, Items::One),
    ("Segment", "lines", 10, PAGE),
    ("Segment", "overrides", 5, Items::About(10)),
    ("Segment", "reachability", SELECTION, Items::One),
    ("Segment", "texts", 2, Items::About(5)),
    ("Segment", "undoneCriteria", 10, Items::About(10)),
    ("SegmentLine", "attachments", 1, Items::About(2)),
    ("SegmentOverlap", "pairs", 1, Items::About(10)),
    ("SegmentText", "attachments", 1, Items::About(2)),
    ("SelectionSample", "added", 5, Items::Page(10, 100)),
    ("SelectionSample", "removed", 5, Items::Page(10, 100)),
    ("TemplatePreview", "attachments", 1, Items::About(2)),
    ("Mutation", "campaignEntryCancel", SELECTION, Items::One),
    ("Mutation", "campaignEntryDelete", SELECTION, Items::One),
    ("Mutation", "campaignEntryReinstate", SELECTION, Items::One),
    ("Mutation", "contactDuplicatesFind", SELECTION, Items::One),
    ("Mutation", "contactErase", SELECTION, Items::One),
    ("Mutation", "contactMerge", SELECTION, Items::One),
    ("Mutation", "contactsImport", SELECTION, Items::One),
    ("LoggedSegment", "deliveries", 5, Items::One),
    ("Mutation", "interactionSetDelivery", SELECTION, Items::One),
    ("Mutation", "loggedSegmentResend", SELECTION, Items::One),
    ("Mutation", "loggedSegmentCancel", SELECTION, Items::One),
    ("Mutation", "loggedSegmentDelete", SELECTION, Items::One),
    ("Mutation", "loggedSegmentReinstate", SELECTION, Items::One),
    ("Mutation", "profileClassify", SELECTION, Items::One),
    ("Mutation", "segmentAddContacts", SELECTION, Items::One),
    ("Mutation", "segmentApplyMailingGroup", SELECTION, Items::One),
    ("Mutation", "segmentClear", SELECTION, Items::One),
    ("Mutation", "segmentGoBack", SELECTION, Items::One),
    ("Mutation", "segmentGoForward", SELECTION, Items::One),
    ("Mutation", "segmentLog", SELECTION, Items::One),
    ("Mutation", "segmentLogCoverSheets", SELECTION, Items::One),
    ("Mutation", "segmentReduceContacts", SELECTION, Items::One),
    ("Mutation", "segmentRefineContacts", SELECTION, Items::One),
    ("Mutation", "segmentReplaceContacts", SELECTION, Items::One),
    ("Mutation", "segmentReuseCriteria", SELECTION, Items::One),
    ("Mutation", "segmentReuseLogged", SELECTION, Items::One),
    ("Campaign", "opportunityStatistics", 5, Items::One),
    ("Contact", "opportunityStatistics", 2, Items::One),
    ("Segment", "opportunityStatistics", 5, Items::One),
    ("Mutation", "segmentCreateOpportunities", SELECTION, Items::One),
    ("Mutation", "segmentCreateTasks", SELECTION, Items::One),
    ("SegmentReuseCriteriaPayload", "criteria", 1, Items::About(10)),
    ("Mutation", "segmentUpdateLines", SELECTION, Items::One),
];

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
    ) -> u64 {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut sum =
            Sum { prices: self, document, operation, variables, fragments: HashMap::new() };
        sum.of(root, &operation.selection_set.node)
    }
}

fn price(on: &str, field: &str, is_page: bool) -> (u64, Items) {
    let priced = PRICES.iter().find(|(type_name, name, ..)| (*type_name, *name) == (on, field));
    match priced {
        Some((_, _, itself, items)) => (*itself, *items),
        None if is_page => (2, PAGE),
        None if on == "Mutation" => (CHANGE, Items::One),
        None => (1, Items::One),
    }
}

fn named(of: &Type) -> String {
    match &of.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(item) => named(item),
    }
}

/// The sum over an operation.
struct Sum<'a> {
    prices: &'a Prices,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// Of fragments, each found once.
    fragments: HashMap<&'a Name, u64>,
}

impl<'a> Sum<'a> {
    fn of(&mut self, on: &str, selections: &'a SelectionSet) -> u64 {
        let costs = selections.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => self.of_field(on, &field.node),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let on = condition.map_or(on, |it| it.node.on.node.as_str());
                self.of(on, &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => self.of_fragment(&spread.node.fragment_name.node),
        });
        costs.fold(0, u64::saturating_add)
    }

    fn of_field(&mut self, on: &str, field: &'a Field) -> u64 {
        let price = self.prices.fields.get(on).and_then(|fields| fields.get(&*field.name.node));
        // What introspection returns is not among them, and in memory.
        let Some(Price { itself, items, of }) = price else {
            return 1_u64.saturating_add(self.of("", &field.selection_set.node));
        };
        let each = self.of(of, &field.selection_set.node);
        let items = match *items {
            Items::One => 1,
            Items::Page(default, max) => {
                let asked = ["first", "last"].into_iter().find_map(|it| self.number(field, it));
                asked.unwrap_or(default).min(max)
            }
            Items::Each(argument) => self.length(field, argument),
            Items::About(items) => items,
        };
        items.saturating_mul(each).saturating_add(*itself)
    }

    fn of_fragment(&mut self, name: &'a Name) -> u64 {
        if let Some(cost) = self.fragments.get(name) {
            return *cost;
        }
        let Some(fragment) = self.document.fragments.get(name) else { return 0 };
        let on = fragment.node.type_condition.node.on.node.as_str();
        let cost = self.of(on, &fragment.node.selection_set.node);
        self.fragments.insert(name, cost);
        cost
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
    use crate::graphql::{operation::chosen, schema::sdl};

    fn cost(query: &str, variables: serde_json::Value) -> u64 {
        let document = parse_query(query).unwrap();
        let operation = chosen(&document, None).unwrap();
        let variables = Variables::from_json(variables);
        Prices::of_schema(&sdl()).cost(&document, operation, &variables)
    }

    #[test]
    fn a_list_costs_as_much_as_its_items() {
        let none = json!({});
        let cases = [
            ("{ __typename }", 1),
            ("{ contact(id: \"contact:1\") { no name } }", 3),
            ("{ contacts { totalCount } }", 5 + 50),
            ("{ contacts(first: 10) { nodes { no name } } }", 5 + 10 * 3),
            ("{ contacts(last: 10) { edges { cursor node { no } } } }", 5 + 10 * 4),
            ("{ contacts(first: 100000) { totalCount } }", 5 + 1000),
            ("{ contacts(first: -5) { totalCount } }", 5),
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
