//! Conditions on the interactions of a contact.

use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, JoinType, Order, QuerySelect, QueryTrait,
    sea_query::{
        Asterisk, Expr, ExprTrait, Func, Query, SelectStatement, UnionType, WindowStatement,
    },
};

use super::{Compiler, company_id, contact_id, never, not, on, value, where_present};
use crate::{
    db::dialect,
    domain::criteria::{
        Amount, InteractionCriteria, InteractionsTest, Kind, Measure, Scope, Test, Tree,
        predicate::{Predicate, Scalar},
        resolve::resolve,
    },
    entity::{contact, interaction},
};

impl Compiler<'_> {
    pub(in crate::domain::criteria) fn interactions(self, test: &InteractionsTest) -> Expr {
        let condition = self.those_that_count(test);
        if test.scope == Scope::Person {
            let own = || {
                let owner = on(interaction::Column::ContactId);
                let rows = rows_where(condition.clone());
                dialect::owns(self.backend, contact_id(), owner, rows)
            };
            match test.measure {
                Measure::Some => return own(),
                Measure::None => return own().not(),
                _ => {}
            }
        }
        if test.scope == Scope::Either {
            // Looked up one by one: what is joined for both lies on several nodes.
            let of = |key: Expr, owner: interaction::Column| {
                key.in_subquery(rows_where(condition.clone()).expr(on(owner)).to_owned())
            };
            let any = || {
                of(contact_id(), interaction::Column::ContactId)
                    .or(of(company_id(), interaction::Column::CompanyId))
            };
            match test.measure {
                Measure::Some => return any(),
                Measure::None => return not(any()),
                _ => {}
            }
        }
        let key = if test.scope == Scope::Company { company_id() } else { contact_id() };
        let rows = owned(self.backend, test.scope, condition);
        self.measured(key, rows, &test.measure)
    }

    /// The contacts' own interactions that count.
    pub(super) fn own_interactions(self, test: &InteractionsTest) -> SelectStatement {
        rows_where(self.those_that_count(test))
    }

    fn those_that_count(self, test: &InteractionsTest) -> Condition {
        use interaction::Column as I;
        let mut condition = Condition::all();
        if !test.include_canceled {
            condition = condition.add(I::Canceled.eq(false));
        }
        if !test.include_postponed {
            condition = condition.add(I::Postponed.eq(false));
        }
        if let Some(within) = &test.within {
            let predicate = resolve(Kind::Date, within, self.asked);
            condition = condition.add(self.predicate(&predicate, &on(I::Date), None));
        }
        condition.add(self.interaction_criteria(&test.filter))
    }

    fn interaction_criteria(self, criteria: &InteractionCriteria) -> Condition {
        let each = |start: Condition, criteria: &[InteractionCriteria]| {
            criteria.iter().fold(start, |whole, it| whole.add(self.interaction_criteria(it)))
        };
        if constant(criteria) == Some(false) {
            return Condition::all().add(never(on(interaction::Column::Id)));
        }
        match criteria {
            Tree::All(criteria) => each(Condition::all(), criteria),
            Tree::Any(criteria) => each(Condition::any(), criteria),
            Tree::Not(criteria) => Condition::all().add(not(self.interaction_criteria(criteria))),
            Tree::Leaf(test) => Condition::all().add(self.field(test)),
        }
    }

    /// Whether the rows that belong to `key` measure up. `rows` is called `interaction` and has a
    /// column `owner`.
    fn measured(self, key: Expr, rows: SelectStatement, measure: &Measure) -> Expr {
        let mut owners = Query::select();
        owners.column(("interaction", "owner")).from_subquery(rows.clone(), "interaction");
        let mut grouped = owners.clone();
        grouped.add_group_by([Expr::col(("interaction", "owner"))]);
        match measure {
            Measure::Some => key.in_subquery(owners),
            Measure::None => not(key.in_subquery(owners)),
            Measure::Count(test) => self.counted(key, grouped, test),
            Measure::Sum(amount, test) => {
                self.aggregated(key, grouped, test, Func::sum(ten_thousandths(*amount)).into())
            }
            Measure::Least(amount, test) => {
                self.aggregated(key, grouped, test, Func::min(ten_thousandths(*amount)).into())
            }
            Measure::Greatest(amount, test) => {
                self.aggregated(key, grouped, test, Func::max(ten_thousandths(*amount)).into())
            }
            Measure::Average(amount, test) => self.averaged(key, grouped, test, *amount),
            Measure::Latest(criteria) => self.outermost(key, rows, criteria, Order::Desc),
            Measure::Earliest(criteria) => self.outermost(key, rows, criteria, Order::Asc),
        }
    }

    fn aggregated(self, key: Expr, grouped: SelectStatement, test: &Test, sum: Expr) -> Expr {
        let predicate = resolve(Kind::Decimal, test, self.asked);
        self.having(key, grouped, &predicate, |present| self.predicate(present, &sum, None))
    }

    /// An average is compared without dividing: the sum with so many times the value. Exact.
    fn averaged(self, key: Expr, grouped: SelectStatement, test: &Test, amount: Amount) -> Expr {
        let predicate = resolve(Kind::Decimal, test, self.asked);
        let sum: Expr = Func::sum(ten_thousandths(amount)).into();
        let times_count = |scalar: &Scalar| value(scalar).mul(Expr::cust("COUNT(*)"));
        self.having(key, grouped, &predicate, |present| {
            self.compared(present, &sum, None, &times_count)
        })
    }

    /// Where there are no rows the value is missing.
    fn having(
        self,
        key: Expr,
        grouped: SelectStatement,
        predicate: &Predicate,
        compile: impl Fn(&Predicate) -> Expr,
    ) -> Expr {
        let passing = |predicate: &Predicate| {
            let grouped = grouped.clone().and_having(compile(predicate)).to_owned();
            key.clone().in_subquery(grouped)
        };
        where_present(predicate, passing, not(key.clone().in_subquery(grouped.clone())))
    }

    /// The first row of each owner in the order of date and id passes `criteria`.
    fn outermost(
        self,
        key: Expr,
        rows: SelectStatement,
        criteria: &InteractionCriteria,
        order: Order,
    ) -> Expr {
        let mut window = WindowStatement::partition_by(("interaction", "owner"));
        for column in ["date", "id"] {
            window.order_by(("interaction", column), order.clone());
        }
        let mut ranked = Query::select();
        ranked
            .column(Asterisk)
            .expr_window_as(Func::cust("ROW_NUMBER"), window, "place")
            .from_subquery(rows, "interaction");
        let mut first = Query::select();
        first
            .column(("interaction", "owner"))
            .from_subquery(ranked, "interaction")
            .and_where(Expr::col(("interaction", "place")).eq(1))
            .cond_where(self.interaction_criteria(criteria));
        key.in_subquery(first)
    }
}

fn rows_where(condition: Condition) -> SelectStatement {
    let rows = interaction::Entity::find().select_only().into_query();
    rows.to_owned().cond_where(condition).to_owned()
}

/// The interactions for which `condition` holds, all columns, each with its `owner`: what it is
/// looked up by.
fn owned(backend: DbBackend, scope: Scope, condition: Condition) -> SelectStatement {
    use interaction::Column as I;
    let rows = |owner: Expr| {
        let mut rows = Query::select();
        rows.column((interaction::Entity, Asterisk))
            .expr_as(owner, "owner")
            .from(interaction::Entity)
            .cond_where(condition.clone());
        rows
    };
    match scope {
        Scope::Person => rows(on(I::ContactId)),
        Scope::Company => {
            let mut rows = rows(on(I::CompanyId));
            rows.and_where(on(I::CompanyId).is_not_null());
            rows
        }
        Scope::Either => {
            let mut people = Query::select();
            people
                .columns([contact::Column::Id, contact::Column::CompanyId])
                .from(contact::Entity)
                .and_where(company_id().is_not_null());
            let mut of_company = rows(contact_id());
            of_company.join_subquery(
                JoinType::InnerJoin,
                dialect::found_first(backend, people),
                "contact",
                on(I::CompanyId).eq(company_id()),
            );
            let mut own = rows(contact_id());
            let elsewhere = Condition::any()
                .add(on(I::CompanyId).is_null())
                .add(company_id().is_null())
                .add(on(I::CompanyId).ne(company_id()));
            own.inner_join(contact::Entity, on(I::ContactId).eq(contact_id()))
                .cond_where(elsewhere);
            of_company.union(UnionType::All, own);
            of_company
        }
    }
}

/// What criteria come to whatever the row.
fn constant(criteria: &InteractionCriteria) -> Option<bool> {
    let is = |value: bool| move |it: &InteractionCriteria| constant(it) == Some(value);
    match criteria {
        Tree::All(each) if each.iter().any(is(false)) => Some(false),
        Tree::All(each) if each.iter().all(is(true)) => Some(true),
        Tree::Any(each) if each.iter().any(is(true)) => Some(true),
        Tree::Any(each) if each.iter().all(is(false)) => Some(false),
        Tree::Not(inner) => constant(inner).map(|it| !it),
        _ => None,
    }
}

/// Ten-thousandths, as numbers in criteria are compared.
fn ten_thousandths(amount: Amount) -> Expr {
    match amount {
        Amount::Cost => Expr::col(("interaction", "cost")),
        Amount::DurationMin => {
            Expr::col(("interaction", "duration_min")).cast_as("bigint").mul(10_000)
        }
    }
}
