//! `schema.graphql` says what the server does.

use std::{fs, path::Path};

use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, InputValueDefinition, TypeKind, TypeSystemDefinition},
};

/// Run with `UPDATE_SCHEMA=1` to write the file instead.
#[test]
fn schema_graphql_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let actual = urval::graphql::sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "schema.graphql is out of date; run `UPDATE_SCHEMA=1 cargo test schema_graphql`"
    );
}

/// The schema is the manual of the API.
#[test]
fn everything_in_the_api_is_described() {
    let document = parse_schema(urval::graphql::sdl()).unwrap();
    let mut missing = Vec::new();
    let mut described = 0;
    let mut expect = |is_described: bool, place: String| match is_described {
        true => described += 1,
        false => missing.push(place),
    };
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let (name, definition) = (definition.node.name.node.clone(), definition.node);
        // Relay says what a connection is, and async-graphql has no place to say it again.
        let is_known = name.ends_with("Connection");
        expect(is_known || definition.description.is_some(), name.to_string());
        let (fields, inputs): (Vec<FieldDefinition>, Vec<InputValueDefinition>) =
            match definition.kind {
                TypeKind::Object(it) => (nodes(it.fields), Vec::new()),
                TypeKind::Interface(it) => (nodes(it.fields), Vec::new()),
                TypeKind::InputObject(it) => (Vec::new(), nodes(it.fields)),
                TypeKind::Enum(it) => {
                    for value in nodes(it.values) {
                        let place = format!("{name}.{}", value.value.node);
                        expect(value.description.is_some(), place);
                    }
                    continue;
                }
                TypeKind::Scalar | TypeKind::Union(_) => continue,
            };
        for input in inputs {
            expect(input.description.is_some(), format!("{name}.{}", input.name.node));
        }
        for field in fields {
            let place = format!("{name}.{}", field.name.node);
            for argument in nodes(field.arguments) {
                expect(argument.description.is_some(), format!("{place}({})", argument.name.node));
            }
            expect(field.description.is_some(), place);
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "each needs a doc comment in plain words");
    assert!(500 < described, "these are not all descriptions");
}

/// The GraphQL library refuses a variable that is not sent where an argument cannot be null, even if
/// the argument has a default; and typed clients take what cannot be null for what must be given. So
/// null is the same as left out.
#[test]
fn what_can_be_left_out_can_be_null() {
    let document = parse_schema(urval::graphql::sdl()).unwrap();
    let (mut arguments, mut inputs) = (0, 0);
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.clone();
        let can_be_left_out = |place: String, it: &InputValueDefinition| {
            assert!(it.default_value.is_none() || it.ty.node.nullable, "{place}");
        };
        match definition.node.kind {
            TypeKind::Object(object) => {
                for field in nodes(object.fields) {
                    for argument in nodes(field.arguments) {
                        arguments += 1;
                        let place = format!("{name}.{}({})", field.name.node, argument.name.node);
                        can_be_left_out(place, &argument);
                    }
                }
            }
            TypeKind::InputObject(input) => {
                for field in nodes(input.fields) {
                    inputs += 1;
                    can_be_left_out(format!("{name}.{}", field.name.node), &field);
                }
            }
            _ => {}
        }
    }
    assert!(100 < arguments, "these are not all arguments");
    assert!(300 < inputs, "these are not all fields of inputs");
}

fn nodes<T>(positioned: Vec<async_graphql::Positioned<T>>) -> Vec<T> {
    positioned.into_iter().map(|it| it.node).collect()
}
