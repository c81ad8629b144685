//! A page of the reference, written of the types of the schema.

use std::fmt::Write;

use async_graphql::{
    Positioned,
    parser::types::{
        BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    },
};

use super::reference::{ROOMS, Room, Types, room};

/// Arguments of every list, told once for all.
const PAGING: [&str; 4] = ["first", "after", "last", "before"];
const ROOTS: [(&str, &str, &str); 3] = [
    ("Query", "Queries", "query"),
    ("Mutation", "Mutations", "mutation"),
    ("Subscription", "Subscriptions", "subscription"),
];
const KINDS: [(&str, &str); 5] = [
    ("type", "Types"),
    ("interface", "Interfaces"),
    ("input", "Inputs"),
    ("enum", "Enums"),
    ("scalar", "Scalars"),
];

pub(super) struct Writer<'a> {
    types: &'a Types,
    text: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(types: &'a Types) -> Self {
        Self { types, text: String::new() }
    }

    /// The page of a room.
    pub(super) fn page(mut self, number: usize, it: &Room) -> String {
        self.line(&format!("# {}\n", it.title));
        self.line(&format!("{} Made from [schema.graphql](../../schema.graphql).\n", it.about));
        let others = ROOMS.iter().filter(|other| other.file != it.file);
        let others: Vec<String> =
            others.map(|other| format!("[{}]({})", other.title, other.file)).collect();
        self.line(&format!("Other pages: {}.", others.join(" · ")));
        for (root, title, kind) in ROOTS {
            let fields = self.fields(root).into_iter().filter(|it| room(&it.name.node) == number);
            let fields: Vec<&FieldDefinition> = fields.collect();
            if !fields.is_empty() {
                self.line(&format!("\n## {title}"));
            }
            for field in fields {
                self.root_field(kind, field);
            }
        }
        for (kind, title) in KINDS {
            let types = self.types.iter().filter(|(name, it)| {
                kind_of(it) == kind && room_of(name) == Some(number) && self.only_of(name).is_none()
            });
            let types: Vec<(&String, &TypeDefinition)> = types.collect();
            if !types.is_empty() {
                self.line(&format!("\n## {title}"));
            }
            for (name, it) in types {
                self.line(&format!("\n### {kind} {name}"));
                self.definition(it);
            }
        }
        if it.file == "common.md" {
            self.connections();
        }
        self.text
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{line}").unwrap();
    }

    fn fields(&self, object: &str) -> Vec<&'a FieldDefinition> {
        match self.types.get(object).map(|it| &it.kind) {
            Some(TypeKind::Object(it)) => it.fields.iter().map(|it| &it.node).collect(),
            _ => Vec::new(),
        }
    }

    /// The mutation that alone takes this input, or returns this payload, and shows it.
    fn only_of(&self, name: &str) -> Option<&'a FieldDefinition> {
        if !name.ends_with("Input") && !name.ends_with("Payload") {
            return None;
        }
        let uses = |it: &FieldDefinition| {
            let inputs = it.arguments.iter().map(|it| base(&it.node.ty.node));
            inputs.chain([base(&it.ty.node)]).filter(|it| *it == name).count()
        };
        let roots = ["Mutation", "Query"].into_iter().flat_map(|root| self.fields(root));
        let users: Vec<&FieldDefinition> = roots.filter(|it| 0 < uses(it)).collect();
        match users[..] {
            [user] if uses(user) == 1 => Some(user),
            _ => None,
        }
    }

    /// A field of a root, with the input and the payload that are its own.
    fn root_field(&mut self, kind: &str, field: &FieldDefinition) {
        self.line(&format!("\n### {kind} {}", field.name.node));
        self.described(field.description.as_ref());
        let inputs = field.arguments.iter().filter_map(|it| {
            let name = base(&it.node.ty.node);
            self.only_of(name).map(|_| name.to_owned())
        });
        let inputs: Vec<String> = inputs.collect();
        let arguments: Vec<&InputValueDefinition> = field
            .arguments
            .iter()
            .map(|it| &it.node)
            .filter(|it| !inputs.iter().any(|input| input == base(&it.ty.node)))
            .collect();
        self.rows("argument", &arguments);
        for input in inputs {
            if let Some(TypeKind::InputObject(it)) = self.types.get(&input).map(|it| &it.kind) {
                let fields: Vec<&InputValueDefinition> =
                    it.fields.iter().map(|it| &it.node).collect();
                self.rows(&format!("of the `input` ({input})"), &fields);
            }
        }
        let returned = base(&field.ty.node).to_owned();
        if returned.ends_with("Payload") && self.only_of(&returned).is_some() {
            self.object(&format!("of the answer ({returned})"), &self.fields(&returned));
        } else {
            let linked = self.linked(&field.ty.node, "");
            self.line(&format!("\nReturns {linked}."));
        }
    }

    fn definition(&mut self, it: &TypeDefinition) {
        self.described(it.description.as_ref());
        match &it.kind {
            TypeKind::Object(it) => {
                let names: Vec<String> =
                    it.implements.iter().map(|it| self.link(&it.node)).collect();
                if !names.is_empty() {
                    self.line(&format!("\nImplements {}.", names.join(", ")));
                }
                self.object("field", &nodes(&it.fields));
            }
            TypeKind::Interface(it) => self.object("field", &nodes(&it.fields)),
            TypeKind::InputObject(input) => {
                let is_one_of = it.directives.iter().any(|it| it.node.name.node == "oneOf");
                let head = if is_one_of { "exactly one of" } else { "field" };
                self.rows(head, &nodes(&input.fields));
            }
            TypeKind::Enum(it) => {
                self.line("\n| value | meaning |\n| --- | --- |");
                for value in &it.values {
                    let meaning = cell(value.node.description.as_ref());
                    self.line(&format!("| `{}` | {meaning} |", value.node.value.node));
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }

    fn object(&mut self, head: &str, fields: &[&FieldDefinition]) {
        self.line(&format!("\n| {head} | type | meaning |\n| --- | --- | --- |"));
        for field in fields {
            let linked = self.linked(&field.ty.node, "");
            let mut meaning = cell(field.description.as_ref());
            if is_paged(&field.arguments) {
                meaning += " [In pages](../guides/paging.md).";
            }
            self.line(&format!("| `{}` | {linked} | {meaning} |", field.name.node));
            for argument in nodes(&field.arguments) {
                if !PAGING.contains(&argument.name.node.as_str()) {
                    self.row("↳ ", argument);
                }
            }
        }
    }

    fn rows(&mut self, head: &str, values: &[&InputValueDefinition]) {
        let shown = values.iter().filter(|it| !PAGING.contains(&it.name.node.as_str()));
        let shown: Vec<&&InputValueDefinition> = shown.collect();
        if !shown.is_empty() {
            self.line(&format!("\n| {head} | type | meaning |\n| --- | --- | --- |"));
            for value in &shown {
                self.row("", value);
            }
        }
        if shown.len() < values.len() {
            self.line("\nAnd `first`, `after`, `last`, `before`: [in pages](../guides/paging.md).");
        }
    }

    fn row(&mut self, before: &str, value: &InputValueDefinition) {
        let default = value.default_value.as_ref().map(|it| format!(" = {}", it.node));
        let linked = self.linked(&value.ty.node, &default.unwrap_or_default());
        let meaning = cell(value.description.as_ref());
        self.line(&format!("| {before}`{}` | {linked} | {meaning} |", value.name.node));
    }

    fn described(&mut self, description: Option<&Positioned<String>>) {
        if let Some(description) = description {
            self.line(&format!("\n{}", description.node.trim()));
        }
    }

    /// A type as it is written, with a link, and a default behind it.
    fn linked(&self, ty: &Type, default: &str) -> String {
        match self.place(base(ty)) {
            Some(place) => format!("[`{ty}{default}`]({place})"),
            None => format!("`{ty}{default}`"),
        }
    }

    fn link(&self, name: &str) -> String {
        self.place(name).map_or_else(|| name.to_owned(), |place| format!("[{name}]({place})"))
    }

    /// Where a type is described.
    fn place(&self, name: &str) -> Option<String> {
        let it = self.types.get(name)?;
        if name.ends_with("Connection") || name.ends_with("Edge") {
            return Some("common.md#connections".to_owned());
        }
        if let Some(field) = self.only_of(name) {
            let field = field.name.node.as_str();
            let kind = if self.fields("Query").iter().any(|it| it.name.node == field) {
                "query"
            } else {
                "mutation"
            };
            return Some(format!("{}#{kind}-{}", ROOMS[room(field)].file, field.to_lowercase()));
        }
        let file = ROOMS[room_of(name)?].file;
        Some(format!("{file}#{}-{}", kind_of(it), name.to_lowercase()))
    }

    fn connections(&mut self) {
        self.line("\n## Connections");
        let about = "\nA list that comes in pages is a connection: `nodes` are its items, `edges` the items \
                     with a `cursor` each, and `pageInfo` tells whether there are more. \
                     [Paging](../guides/paging.md) shows how to use it.";
        self.line(about);
        self.line("\n| connection | of | besides |\n| --- | --- | --- |");
        for name in self.types.keys().filter(|it| it.ends_with("Connection")) {
            let own = self.fields(name).into_iter();
            let own =
                own.filter(|it| !["pageInfo", "edges", "nodes"].contains(&it.name.node.as_str()));
            let own: Vec<String> = own
                .map(|it| format!("`{}`: {}", it.name.node, cell(it.description.as_ref())))
                .collect();
            let of = self.link(name.strip_suffix("Connection").unwrap());
            self.line(&format!("| `{name}` | {of} | {} |", own.join("; ")));
        }
    }
}

/// The room of a type that has a place of its own.
fn room_of(name: &str) -> Option<usize> {
    let is_root = ROOTS.iter().any(|(root, _, _)| *root == name);
    let is_of_list = name.ends_with("Connection") || name.ends_with("Edge");
    (!is_root && !is_of_list).then(|| room(name))
}

fn kind_of(it: &TypeDefinition) -> &'static str {
    match it.kind {
        TypeKind::Object(_) | TypeKind::Union(_) => "type",
        TypeKind::Interface(_) => "interface",
        TypeKind::InputObject(_) => "input",
        TypeKind::Enum(_) => "enum",
        TypeKind::Scalar => "scalar",
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => base(item),
    }
}

fn is_paged(arguments: &[Positioned<InputValueDefinition>]) -> bool {
    arguments.iter().any(|it| it.node.name.node == "after")
}

fn nodes<T>(all: &[Positioned<T>]) -> Vec<&T> {
    all.iter().map(|it| &it.node).collect()
}

/// A description in a cell of a table.
fn cell(description: Option<&Positioned<String>>) -> String {
    let text = description.map(|it| it.node.trim().replace('\n', " ")).unwrap_or_default();
    text.replace('|', "\\|")
}
