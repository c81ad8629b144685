//! JSON that knows where in a text it comes from.

use serde_json::{Map, Value};

use super::lex::Span;

#[derive(Clone, Debug)]
pub(super) struct Spanned {
    pub(super) span: Span,
    pub(super) json: Json,
}

#[derive(Clone, Debug)]
pub(super) enum Json {
    Value(Value),
    List(Vec<Spanned>),
    Object(Vec<(String, Spanned)>),
}

impl Spanned {
    pub(super) fn value(span: Span, value: impl Into<Value>) -> Self {
        Self { span, json: Json::Value(value.into()) }
    }

    pub(super) fn list(span: Span, items: Vec<Self>) -> Self {
        Self { span, json: Json::List(items) }
    }

    /// An object with one field.
    pub(super) fn one(key: &str, value: Self) -> Self {
        Self { span: value.span, json: Json::Object(vec![(key.to_owned(), value)]) }
    }

    pub(super) fn object(span: Span, fields: Vec<(&str, Self)>) -> Self {
        let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value));
        Self { span, json: Json::Object(fields.collect()) }
    }

    pub(super) fn from(self, span: Span) -> Self {
        Self { span: span.to(self.span), ..self }
    }

    pub(super) fn to_value(&self) -> Value {
        match &self.json {
            Json::Value(value) => value.clone(),
            Json::List(items) => items.iter().map(Self::to_value).collect(),
            Json::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| (key.clone(), value.to_value()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    /// Whether it is criteria that everybody meets because there are none. They are left out where they
    /// may be, as they are of stored criteria: written out, they would be one condition more.
    pub(super) fn asks_nothing(&self) -> bool {
        match &self.json {
            Json::Object(fields) => match fields.as_slice() {
                [(key, Self { json: Json::List(items), .. })] => key == "all" && items.is_empty(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Where what stands at `path` comes from, or what it lies in.
    pub(super) fn at(&self, path: &[String]) -> Span {
        let Some((step, rest)) = path.split_first() else { return self.span };
        let inner = match &self.json {
            Json::Value(_) => None,
            Json::List(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            Json::Object(fields) => {
                fields.iter().find(|(key, _)| key == step).map(|(_, value)| value)
            }
        };
        inner.map_or(self.span, |inner| inner.at(rest))
    }

    /// Each value that stands somewhere in it, with the key it stands under.
    pub(super) fn each_value(&mut self, key: &str, see: &mut dyn FnMut(&str, &mut Value, Span)) {
        match &mut self.json {
            Json::Value(value) => see(key, value, self.span),
            Json::List(items) => items.iter_mut().for_each(|it| it.each_value(key, &mut *see)),
            Json::Object(fields) => {
                fields.iter_mut().for_each(|(key, value)| value.each_value(key, &mut *see));
            }
        }
    }
}
