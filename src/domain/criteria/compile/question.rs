//! Conditions as statements of their own, which an index may answer alone.

use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Func, SelectStatement},
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
    fn owners(mut rows: SelectStatement, owner: Expr) -> Self {
        rows.expr_as(owner.clone(), "id");
        Self { query: rows, key: owner }
    }

    /// The same where rows may have no owner, or remain of those who have been deleted, under the
    /// contact 0.
    pub(super) fn living_owners(mut rows: SelectStatement, owner: Expr) -> Self {
        rows.and_where(is_there(&owner));
        Self::owners(rows, owner)
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
                Some(Question::owners(rows, on(contact_code::Column::ContactId)))
            }
            Leaf::Codes { kind, test: CodesTest::Has(test) } if !of_company(*kind) => {
                let mut rows = code_rows(*kind);
                rows.and_where(self.code(test));
                Some(Question::owners(rows, on(contact_code::Column::ContactId)))
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
                Some(Question::owners(rows, on(contact_attribute::Column::ContactId)))
            }
            Leaf::Related(test) if test.scope == Scope::Person && test.measure == Measure::Some => {
                Some(self.owning(test))
            }
            Leaf::Segment(SegmentTest::Logged(logged)) => {
                let owner = on(interaction::Column::ContactId);
                Some(Question::living_owners(logged_rows(*logged), owner))
            }
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

/// Whether there is an owner. Put so that no index is gone through for it: what else is asked of the
/// rows leaves fewer of them.
pub(super) fn is_there(owner: &Expr) -> Expr {
    Expr::from(Func::coalesce([owner.clone(), Expr::val(0)])).gt(0)
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
