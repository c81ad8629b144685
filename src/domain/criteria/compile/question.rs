//! Conditions as statements of their own, which an index may answer alone.

use sea_orm::{
    ColumnTrait, Condition, IntoSimpleExpr,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use super::{Compiler, attribute_rows, code_rows, contacts_where, logged_rows, of_company, on};
use crate::{
    domain::criteria::{
        AttributeTest, CodesTest, FieldTest, Leaf, Measure, Scope, SegmentTest, field::Column,
        predicate::Predicate, resolve::resolve,
    },
    entity::{contact, contact_attribute, contact_code, interaction},
};

/// A statement that names contacts in its column `id`, any of them more than once.
pub(in crate::domain::criteria) struct Question {
    pub(in crate::domain::criteria) query: SelectStatement,
    /// What it names them by, to ask it of some.
    pub(in crate::domain::criteria) key: Expr,
}

impl Question {
    /// Which contacts a condition on them holds for.
    pub(in crate::domain::criteria) fn contacts(condition: Condition) -> Self {
        Self {
            query: contacts_where(condition),
            key: Expr::col((contact::Entity, contact::Column::Id)),
        }
    }

    /// Which contacts own `rows`, which select nothing yet.
    fn owners(mut rows: SelectStatement, owner: impl ColumnTrait) -> Self {
        let key = owner.into_simple_expr();
        rows.expr_as(key.clone(), "id");
        Self { query: rows, key }
    }
}

impl Compiler<'_> {
    /// The question for the rows of another table that decide, if they are the contact's own: their
    /// index alone answers it, without a look at contacts.
    pub(in crate::domain::criteria) fn owners(self, leaf: &Leaf) -> Option<Question> {
        match leaf {
            Leaf::Codes { kind, test: CodesTest::HasAny(codes) } if !of_company(*kind) => {
                let mut rows = code_rows(*kind);
                rows.and_where(contact_code::Column::Code.is_in(codes));
                Some(Question::owners(rows, contact_code::Column::ContactId))
            }
            Leaf::Codes { kind, test: CodesTest::Has(test) } if !of_company(*kind) => {
                let mut rows = code_rows(*kind);
                rows.and_where(self.code(test));
                Some(Question::owners(rows, contact_code::Column::ContactId))
            }
            Leaf::Attribute { name, test } => {
                let condition = match test {
                    AttributeTest::IsSet(true) => Expr::val(true),
                    AttributeTest::IsSet(false) => return None,
                    AttributeTest::Value(kind, test) => {
                        let predicate = resolve(*kind, test, self.asked);
                        if predicate.holds(None) {
                            return None;
                        }
                        self.attribute_value(*kind, &predicate)
                    }
                };
                let rows = attribute_rows(name, condition);
                Some(Question::owners(rows, contact_attribute::Column::ContactId))
            }
            Leaf::Interactions(test)
                if test.scope == Scope::Person && test.measure == Measure::Some =>
            {
                Some(interactions(self.own_interactions(test)))
            }
            Leaf::Segment(SegmentTest::Logged(logged)) => Some(interactions(logged_rows(*logged))),
            _ => None,
        }
    }

    /// Whether an index on contacts finds those who pass.
    pub(in crate::domain::criteria) fn is_indexed(
        self,
        FieldTest { field, test }: &FieldTest,
    ) -> bool {
        let predicate = resolve(field.kind, test, self.asked);
        match (field.column, &predicate) {
            (Column::ContactText(..), Predicate::Folded(folded)) => {
                field.has_index() && is_range(folded)
            }
            // The texts themselves have no index.
            (Column::ContactText(..), _) => false,
            _ => field.has_index() && is_range(&predicate),
        }
    }
}

/// Of those who have been deleted, interactions may remain, under the contact 0.
fn interactions(mut rows: SelectStatement) -> Question {
    rows.and_where(on(interaction::Column::ContactId).gt(0));
    Question::owners(rows, interaction::Column::ContactId)
}

/// Whether the values that pass lie together in their order.
fn is_range(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::In(_)
        | Predicate::Less(_)
        | Predicate::LessOrEqual(_)
        | Predicate::Greater(_)
        | Predicate::GreaterOrEqual(_)
        | Predicate::StartsWith(_) => true,
        Predicate::All(each) => each.iter().any(is_range),
        Predicate::Any(each) => each.iter().all(is_range),
        _ => false,
    }
}
