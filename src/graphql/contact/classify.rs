//! The codes of contacts as they are sent: lists of all, or what to change in them.

use async_graphql::InputObject;

use crate::{
    domain::contact::classify::{Classification, CodesChange},
    entity::kinds::CodeKind,
};

/// What to change in the codes of a contact; at most 1,000 afterwards.
#[derive(InputObject)]
pub(in crate::graphql) struct CodesInput {
    /// Exactly these, before `add` and `remove`.
    set: Option<Vec<String>>,
    /// These, too.
    #[graphql(default_with = "Some(Vec::new())")]
    add: Option<Vec<String>>,
    /// Not these.
    #[graphql(default_with = "Some(Vec::new())")]
    remove: Option<Vec<String>>,
}

/// What a company is to us.
#[derive(InputObject)]
pub(in crate::graphql) struct BusinessRelationInput {
    /// The code of the business relation.
    code: String,
    /// What the company is elsewhere, such as `CUSTOMER`; at most 100 characters.
    link_type: Option<String>,
    /// Its number there; at most 100 characters. No two contacts have the same.
    link_no: Option<String>,
}

/// What to change in the business relations of a company.
#[derive(InputObject)]
pub(in crate::graphql) struct BusinessRelationsInput {
    /// Exactly these, before `add` and `remove`.
    set: Option<Vec<BusinessRelationInput>>,
    /// These, too; what is there already gets this link.
    #[graphql(default_with = "Some(Vec::new())")]
    add: Option<Vec<BusinessRelationInput>>,
    /// Not these, by code.
    #[graphql(default_with = "Some(Vec::new())")]
    remove: Option<Vec<String>>,
}

/// Where a company can be looked up on the web.
#[derive(InputObject)]
pub(in crate::graphql) struct WebSourceInput {
    /// The code of the web source.
    code: String,
    /// What to search for there; at most 100 characters.
    search_word: Option<String>,
}

/// What to change in the web sources of a company.
#[derive(InputObject)]
pub(in crate::graphql) struct WebSourcesInput {
    /// Exactly these, before `add` and `remove`.
    set: Option<Vec<WebSourceInput>>,
    /// These, too; what is there already gets this search word.
    #[graphql(default_with = "Some(Vec::new())")]
    add: Option<Vec<WebSourceInput>>,
    /// Not these, by code.
    #[graphql(default_with = "Some(Vec::new())")]
    remove: Option<Vec<String>>,
}

impl CodesInput {
    pub(super) fn of(self, kind: CodeKind, path: &'static str) -> CodesChange {
        changed(kind, path, self.set, self.add, self.remove)
    }
}

impl From<BusinessRelationsInput> for CodesChange {
    fn from(input: BusinessRelationsInput) -> Self {
        let kind = CodeKind::BusinessRelation;
        changed(kind, "businessRelations", input.set, input.add, input.remove)
    }
}

impl From<WebSourcesInput> for CodesChange {
    fn from(input: WebSourcesInput) -> Self {
        changed(CodeKind::WebSource, "webSources", input.set, input.add, input.remove)
    }
}

impl From<String> for Classification {
    fn from(code: String) -> Self {
        Self { code, ..Self::default() }
    }
}

impl From<BusinessRelationInput> for Classification {
    fn from(input: BusinessRelationInput) -> Self {
        let BusinessRelationInput { code, link_type, link_no } = input;
        Self { code, link_type, link_no, ..Self::default() }
    }
}

impl From<WebSourceInput> for Classification {
    fn from(input: WebSourceInput) -> Self {
        let WebSourceInput { code, search_word } = input;
        Self { code, search_word, ..Self::default() }
    }
}

/// The codes that a new contact gets; `path` is the list of them.
pub(super) fn given<T: Into<Classification>>(
    kind: CodeKind,
    path: &'static str,
    items: Option<Vec<T>>,
) -> CodesChange {
    CodesChange { kind, path, set: None, add: placed(items, &[]), remove: Vec::new() }
}

fn changed<T: Into<Classification>>(
    kind: CodeKind,
    path: &'static str,
    set: Option<Vec<T>>,
    add: Option<Vec<T>>,
    remove: Option<Vec<String>>,
) -> CodesChange {
    let set = set.map(|items| placed(Some(items), &["set"]));
    CodesChange { kind, path, set, add: placed(add, &["add"]), remove: remove.unwrap_or_default() }
}

/// The items of a list, each with its place.
fn placed<T: Into<Classification>>(items: Option<Vec<T>>, list: &[&str]) -> Vec<Classification> {
    let place = |index: usize| {
        list.iter().map(|&step| step.to_owned()).chain([index.to_string()]).collect()
    };
    let items = items.unwrap_or_default().into_iter().enumerate();
    items.map(|(index, item)| Classification { place: place(index), ..item.into() }).collect()
}
