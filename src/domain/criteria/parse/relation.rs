//! Conditions on the rows of a relation.

use serde_json::Value;

use super::{Parser, given, parted};
use crate::domain::criteria::{
    Amount, FieldTest, Kind, Measure, RelatedTest, Relation, RowCriteria, Scope, Test, Tree,
};

impl Parser {
    pub(super) fn related(
        &mut self,
        relation: &'static Relation,
        value: &Value,
    ) -> Option<RelatedTest> {
        let mut known = vec!["where", "within", "measure", "scope"];
        known.extend(relation.flags.iter().map(|flag| flag.name));
        let fields = self.object(value, &known)?;
        let filter = match given(fields, "where") {
            Some(filter) => self.at("where", |parser| parser.row_criteria(relation, filter))?,
            None => Tree::All(Vec::new()),
        };
        let within = match given(fields, "within") {
            Some(within) => {
                Some(self.at("within", |parser| parser.test(relation.when().kind, within))?)
            }
            None => None,
        };
        let measure = match given(fields, "measure") {
            Some(measure) => self.at("measure", |parser| parser.measure(relation, measure))?,
            None => Measure::Some,
        };
        let scope = match given(fields, "scope") {
            Some(scope) => self.at("scope", |parser| parser.scope(scope))?,
            None => Scope::Person,
        };
        let mut included = Vec::new();
        for flag in relation.flags {
            if self.flag_or_false(fields, flag.name)? {
                included.push(flag);
            }
        }
        Some(RelatedTest { relation, filter, within, measure, scope, included })
    }

    fn row_criteria(&mut self, relation: &'static Relation, value: &Value) -> Option<RowCriteria> {
        self.node(|parser| {
            let (key, value) = parser.one_of(value)?;
            let each = |parser: &mut Self, value: &Value| parser.row_criteria(relation, value);
            parser.at(key, |parser| match key {
                "all" => Some(Tree::All(parser.list(value, each)?)),
                "any" => Some(Tree::Any(parser.list(value, each)?)),
                "not" => Some(Tree::Not(Box::new(each(parser, value)?))),
                _ => {
                    let field = parser.field(relation.fields, key)?;
                    let test = parser.test(field.kind, value)?;
                    Some(parted(test, &|test| FieldTest { field, test }))
                }
            })
        })
    }

    fn scope(&mut self, value: &Value) -> Option<Scope> {
        let named = |scope: &Scope| Some(scope.name()) == value.as_str();
        match Scope::ALL.into_iter().find(named) {
            Some(scope) => Some(scope),
            None => self.invalid("The scope is PERSON, COMPANY or EITHER."),
        }
    }

    fn measure(&mut self, relation: &'static Relation, value: &Value) -> Option<Measure> {
        let (key, value) = self.one_of(value)?;
        let amount = |parser: &mut Self, measure: fn(&'static Amount, Test) -> Measure| {
            let (amount, test) = parser.amount_test(relation, value)?;
            Some(measure(amount, test))
        };
        self.at(key, |parser| match key {
            "some" => parser.must_be_true(value, Measure::Some),
            "none" => parser.must_be_true(value, Measure::None),
            "count" => Some(Measure::Count(parser.test(Kind::Integer, value)?)),
            "sum" => amount(parser, Measure::Sum),
            "avg" => amount(parser, Measure::Average),
            "min" => amount(parser, Measure::Least),
            "max" => amount(parser, Measure::Greatest),
            "latest" => Some(Measure::Latest(parser.row_criteria(relation, value)?)),
            "earliest" => Some(Measure::Earliest(parser.row_criteria(relation, value)?)),
            _ => parser.invalid(format!("The {} are not measured by {key}.", relation.name)),
        })
    }

    fn amount_test(
        &mut self,
        relation: &'static Relation,
        value: &Value,
    ) -> Option<(&'static Amount, Test)> {
        let fields = self.object(value, &["field", "test"])?;
        let name = given(fields, "field").and_then(Value::as_str);
        let Some(amount) = relation.amounts.iter().find(|it| Some(it.name) == name) else {
            let names: Vec<&str> = relation.amounts.iter().map(|it| it.name).collect();
            let message = format!("The field is one of: {}.", names.join(", "));
            return self.at("field", |parser| parser.invalid(message));
        };
        let test = self.required(fields, "test")?;
        let test = self.at("test", |parser| parser.test(Kind::Decimal, test))?;
        Some((amount, test))
    }
}
