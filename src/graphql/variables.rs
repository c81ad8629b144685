//! The variables of an operation: each that has to be given is, and what they hold can be read.
//!
//! The library leaves out what is missing, wherever it is named, and says of a value that it can't
//! read neither where it is nor what would be right.

use std::collections::HashMap;

use async_graphql::{
    InputType, InputValueError, Name, ServerError, ServerResult, Value, Variables,
    parser::types::{
        BaseType, Field, OperationDefinition, Type, TypeKind, TypeSystemDefinition,
        VariableDefinition,
    },
};
use async_graphql_value::Value as Argument;
use chrono::{DateTime, Utc};

use super::scalar::{Date, Decimal, Time, TimeZone};

const CRITERIA: &str = "ContactCriteria";

/// What the input objects of the schema consist of.
#[derive(Debug)]
pub(super) struct Inputs(HashMap<String, HashMap<String, Type>>);

impl Inputs {
    /// Those of the schema with this text.
    pub(super) fn of_schema(sdl: &str) -> Self {
        let document = async_graphql::parser::parse_schema(sdl).expect("it is a schema");
        let objects = document.definitions.into_iter().filter_map(|definition| {
            let TypeSystemDefinition::Type(definition) = definition else { return None };
            let TypeKind::InputObject(object) = definition.node.kind else { return None };
            let of = definition.node.name.node.to_string();
            // Criteria are read as a whole, and what is wrong with them is told by the field.
            if of == CRITERIA {
                return None;
            }
            let fields = object.fields.into_iter().map(|field| field.node);
            let fields = fields.map(|field| (field.name.node.to_string(), field.ty.node));
            // Numbers of a series have up to 15 digits, more than others of their type.
            let fields =
                fields.filter(|(name, _)| of != "NumberSeriesUpdateInput" || name != "next");
            let fields = fields.collect();
            Some((of, fields))
        });
        Self(objects.collect())
    }

    /// Turns away an operation whose variables can't be what it says they are. `fields` are those of
    /// its root.
    pub(super) fn check(
        &self,
        operation: &OperationDefinition,
        fields: &[&Field],
        variables: &Variables,
    ) -> ServerResult<()> {
        for definition in &operation.variable_definitions {
            let (pos, definition) = (definition.pos, &definition.node);
            let value = variables.get(&definition.name.node);
            if !is_given(definition, value) {
                let (name, of) = (&definition.name.node, &definition.var_type.node);
                let message = format!("Variable `${name}` of type `{of}` is required.");
                return Err(ServerError::new(message, Some(pos)));
            }
            let Some(value) = value else { continue };
            if let Some(wrong) = self.wrong(&definition.var_type.node, value) {
                let mut path = path_to(&definition.name.node, fields);
                path.extend(wrong.path.into_iter().rev());
                let place = path.join(".");
                let message = format!("Invalid value for argument \"{place}\", {}", wrong.message);
                return Err(ServerError::new(message, Some(pos)));
            }
        }
        Ok(())
    }

    /// What can't be read, if anything can't. Of what is no value of its type at all, the library says
    /// so.
    fn wrong(&self, of: &Type, value: &Value) -> Option<Wrong> {
        match (&of.base, value) {
            (_, Value::Null) => None,
            (BaseType::List(of), Value::List(items)) => {
                let mut items = items.iter().enumerate();
                items.find_map(|(index, item)| Some(self.wrong(of, item)?.below(index)))
            }
            (BaseType::List(of), value) => self.wrong(of, value),
            (BaseType::Named(name), value) => match (self.0.get(name.as_str()), value) {
                (Some(types), Value::Object(fields)) => fields.iter().find_map(|(field, value)| {
                    Some(self.wrong(types.get(field.as_str())?, value)?.below(field))
                }),
                (Some(_), _) => None,
                (None, value) => Some(Wrong { message: unreadable(name, value)?, path: vec![] }),
            },
        }
    }
}

/// What is wrong with a value, and where in it, innermost first.
struct Wrong {
    message: String,
    path: Vec<String>,
}

impl Wrong {
    fn below(mut self, place: impl ToString) -> Self {
        self.path.push(place.to_string());
        self
    }
}

fn is_given(definition: &VariableDefinition, value: Option<&Value>) -> bool {
    let may_be_null = definition.var_type.node.nullable;
    match value {
        None => may_be_null || definition.default_value.is_some(),
        Some(value) => may_be_null || *value != Value::Null,
    }
}

/// What a scalar says of a value that it can't read.
fn unreadable(scalar: &str, value: &Value) -> Option<String> {
    match scalar {
        "Int" if matches!(value, Value::Number(_)) => refused::<i32>(value),
        "Date" => refused::<Date>(value),
        "DateTime" => refused::<DateTime<Utc>>(value),
        "Decimal" => refused::<Decimal>(value),
        "Time" => refused::<Time>(value),
        "TimeZone" => refused::<TimeZone>(value),
        _ => None,
    }
}

fn refused<T: InputType>(value: &Value) -> Option<String> {
    let err: InputValueError<T> = T::parse(Some(value.clone())).err()?;
    let message = err.into_server_error(Default::default()).message;
    // In front of the sentence stands the name of the type.
    Some(message.split_once("\": ").map_or(message.clone(), |(_, sentence)| sentence.to_owned()))
}

/// Where the fields of the root take a variable; its name, if they don't.
fn path_to(variable: &Name, fields: &[&Field]) -> Vec<String> {
    let mut arguments = fields.iter().flat_map(|field| &field.arguments);
    let place = arguments.find_map(|(name, value)| {
        let mut place = place_in(&value.node, variable)?;
        place.push(name.node.to_string());
        Some(place)
    });
    match place {
        Some(place) => place.into_iter().rev().collect(),
        None => vec![variable.to_string()],
    }
}

/// Innermost first.
fn place_in(value: &Argument, variable: &Name) -> Option<Vec<String>> {
    let below = |name: String, value| {
        let mut place = place_in(value, variable)?;
        place.push(name);
        Some(place)
    };
    match value {
        Argument::Variable(name) => (name == variable).then(Vec::new),
        Argument::List(items) => {
            items.iter().enumerate().find_map(|(index, item)| below(index.to_string(), item))
        }
        Argument::Object(fields) => {
            fields.iter().find_map(|(name, value)| below(name.to_string(), value))
        }
        _ => None,
    }
}
