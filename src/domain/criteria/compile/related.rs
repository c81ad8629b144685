//! Conditions on the rows of a relation that a contact has.

use sea_orm::{
    Condition, Order,
    sea_query::{
        Asterisk, Expr, ExprTrait, Func, Query, SelectStatement, UnionType, WindowStatement,
    },
};

use super::{
    Compiler, Question, company_id, contact_id, never, not,
    question::is_there,
    rows::{Rows, company, looked_at, owned, owners, rows_where},
    value, where_present,
};
use crate::{
    db::dialect,
    domain::criteria::{
        Amount, FieldTest, Kind, Measure, RelatedTest, Relation, RowCriteria, Scope, Test, Tree,
        predicate::{Predicate, Scalar},
        resolve::resolve,
    },
};

impl Compiler<'_> {
    pub(in crate::domain::criteria) fn related(self, test: &RelatedTest) -> Expr {
        match (&test.measure, test.scope) {
            (Measure::Some, Scope::Person) => self.owns(test),
            (Measure::None, Scope::Person) => self.owns(test).not(),
            // Looked up one by one: what is joined for both lies on several nodes.
            (Measure::Some, Scope::Either) => self.owns_or_its_company(test),
            (Measure::None, Scope::Either) => not(self.owns_or_its_company(test)),
            _ => self.measured(test),
        }
    }

    /// Whether one of the rows is the contact's own.
    fn owns(self, test: &RelatedTest) -> Expr {
        let Rows { own, shared } = self.rows(test);
        let (first, others) = owners(test.relation);
        let shared = shared.map(|rows| looked_up(contact_id(), first.clone(), rows));
        let first = dialect::owns(self.backend, contact_id(), first, own.clone());
        others
            .map(|owner| looked_up(contact_id(), owner, own.clone()))
            .chain(shared)
            .fold(first, |any, other| any.or(other))
    }

    fn owns_or_its_company(self, test: &RelatedTest) -> Expr {
        let any = self.rows(test).all().flat_map(|rows| {
            let (first, others) = owners(test.relation);
            let company = looked_up(company_id(), company(test.relation), rows.clone());
            let own = std::iter::once(first).chain(others);
            let own = own.map(move |owner| looked_up(contact_id(), owner, rows.clone()));
            std::iter::once(company).chain(own)
        });
        any.reduce(|any, other| any.or(other)).expect("some rows are the contact's own")
    }

    /// Names the contacts that own one of the rows, with no look at contacts.
    pub(super) fn owning(self, test: &RelatedTest) -> Question {
        let mut questions = self.rows(test).all().flat_map(|rows| {
            let (first, others) = owners(test.relation);
            let own = std::iter::once(first).chain(others);
            own.map(move |owner| Question::living_owners(rows.clone(), owner))
        });
        let mut question = questions.next().expect("some rows are the contact's own");
        let others: Vec<Question> = questions.collect();
        if others.is_empty() {
            return question;
        }
        for other in others {
            question.query.union(UnionType::All, other.query);
        }
        let mut owned = Query::select();
        owned.column(("owned", "id")).from_subquery(question.query, "owned");
        Question { query: owned, key: Expr::col(("owned", "id")) }
    }

    /// The rows that count.
    fn rows(self, test: &RelatedTest) -> Rows {
        rows_where(self.backend, test.relation, self.those_that_count(test))
    }

    fn those_that_count(self, test: &RelatedTest) -> Condition {
        let RelatedTest { relation, included, .. } = test;
        let mut condition = Condition::all();
        for flag in relation.flags.iter().filter(|flag| !included.contains(flag)) {
            condition = condition.add(Expr::col((relation.table, flag.column)).eq(false));
        }
        if let Some(within) = &test.within {
            let within = FieldTest { field: relation.when(), test: within.clone() };
            condition = condition.add(self.field(&within));
        }
        condition.add(self.row_criteria(relation, &test.filter))
    }

    fn row_criteria(self, relation: &Relation, criteria: &RowCriteria) -> Condition {
        let each = |start: Condition, criteria: &[RowCriteria]| {
            criteria.iter().fold(start, |whole, it| whole.add(self.row_criteria(relation, it)))
        };
        if constant(criteria) == Some(false) {
            // A column that rows have wherever they are looked at.
            return Condition::all().add(never(Expr::col((relation.table, relation.order[0]))));
        }
        match criteria {
            Tree::All(criteria) => each(Condition::all(), criteria),
            Tree::Any(criteria) => each(Condition::any(), criteria),
            Tree::Not(criteria) => Condition::all().add(not(self.row_criteria(relation, criteria))),
            Tree::Leaf(test) => Condition::all().add(self.field(test)),
        }
    }

    /// Whether the rows that belong to the contact, or to its company, measure up.
    fn measured(self, test: &RelatedTest) -> Expr {
        let relation = test.relation;
        let key = if test.scope == Scope::Company { company_id() } else { contact_id() };
        let columns = looked_at(relation, &test.measure);
        let rows = owned(self.backend, test, &columns, self.those_that_count(test));
        let mut owners = Query::select();
        owners.column((relation.table, "owner")).from_subquery(rows.clone(), relation.table);
        let mut grouped = owners.clone();
        grouped.add_group_by([Expr::col((relation.table, "owner"))]);
        if let Measure::Sum(it, _)
        | Measure::Average(it, _)
        | Measure::Least(it, _)
        | Measure::Greatest(it, _) = &test.measure
        {
            // Rows without the amount are none that it is measured over.
            let amount = Expr::col((relation.table, relation.amount_column(it)));
            grouped.and_where(amount.is_not_null());
        }
        let amount = |amount: &Amount| ten_thousandths(relation, amount);
        match &test.measure {
            Measure::Some => key.in_subquery(owners),
            Measure::None => not(key.in_subquery(owners)),
            Measure::Count(test) => self.counted(key, grouped, test),
            Measure::Sum(it, test) => {
                self.aggregated(key, grouped, test, Func::sum(amount(it)).into())
            }
            Measure::Least(it, test) => {
                self.aggregated(key, grouped, test, Func::min(amount(it)).into())
            }
            Measure::Greatest(it, test) => {
                self.aggregated(key, grouped, test, Func::max(amount(it)).into())
            }
            Measure::Average(it, test) => self.averaged(key, grouped, test, amount(it)),
            Measure::Latest(criteria) => {
                key.in_subquery(self.outermost(test, rows, criteria, Order::Desc))
            }
            Measure::Earliest(criteria) => {
                key.in_subquery(self.outermost(test, rows, criteria, Order::Asc))
            }
        }
    }

    fn aggregated(self, key: Expr, grouped: SelectStatement, test: &Test, sum: Expr) -> Expr {
        let predicate = resolve(Kind::Decimal, test, self.asked);
        self.having(key, grouped, &predicate, |present| self.predicate(present, &sum, None))
    }

    /// An average is compared without dividing: the sum with so many times the value. Exact.
    fn averaged(self, key: Expr, grouped: SelectStatement, test: &Test, amount: Expr) -> Expr {
        let predicate = resolve(Kind::Decimal, test, self.asked);
        let sum: Expr = Func::sum(amount).into();
        let times_count = |scalar: &Scalar| dialect::times_count(self.backend, value(scalar));
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

    /// The owners whose first row, in the order of time, passes `criteria`.
    fn outermost(
        self,
        test: &RelatedTest,
        rows: SelectStatement,
        criteria: &RowCriteria,
        order: Order,
    ) -> SelectStatement {
        let relation = test.relation;
        let is_of_one = relation.owners.len() == 1 && relation.sharers.is_none();
        if is_of_one && test.scope == Scope::Person {
            return self.outermost_of_one(test, rows, criteria, &order);
        }
        let table = relation.table;
        let mut window = WindowStatement::partition_by((table, "owner"));
        for column in relation.order {
            window.order_by((table, *column), order.clone());
        }
        let mut ranked = Query::select();
        ranked
            .column(Asterisk)
            .expr_window_as(Func::cust("ROW_NUMBER"), window, "place")
            .from_subquery(rows, table);
        Query::select()
            .column((table, "owner"))
            .from_subquery(ranked, table)
            .and_where(Expr::col((table, "place")).eq(1))
            .cond_where(self.row_criteria(relation, criteria))
            .to_owned()
    }

    /// The same where each row is of one contact alone, by whom others are looked up: few rows are left
    /// that pass, and for each it takes less to see that no other comes before it than to put all rows in
    /// order.
    fn outermost_of_one(
        self,
        test: &RelatedTest,
        mut passing: SelectStatement,
        criteria: &RowCriteria,
        order: &Order,
    ) -> SelectStatement {
        const PASSING: &str = "passing";
        let relation = test.relation;
        let place = |table: &'static str| {
            Expr::tuple(relation.order.iter().map(|column| Expr::col((table, *column))))
        };
        passing.cond_where(self.row_criteria(relation, criteria));
        let (owner, _) = owners(relation);
        let is_before = match order {
            Order::Desc => place(relation.table).gt(place(PASSING)),
            _ => place(relation.table).lt(place(PASSING)),
        };
        let mut before = self.rows(test).own;
        before
            .expr(Expr::val(1))
            .and_where(owner.eq(Expr::col((PASSING, "owner"))))
            .and_where(is_before);
        Query::select()
            .column((PASSING, "owner"))
            .from_subquery(passing, PASSING)
            .and_where(Expr::exists(before).not())
            .to_owned()
    }
}

/// `key` is what one of `rows` has in `column`.
fn looked_up(key: Expr, column: Expr, mut rows: SelectStatement) -> Expr {
    key.in_subquery(rows.and_where(is_there(&column)).expr(column).to_owned())
}

/// What criteria come to whatever the row.
fn constant(criteria: &RowCriteria) -> Option<bool> {
    let is = |value: bool| move |it: &RowCriteria| constant(it) == Some(value);
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
fn ten_thousandths(relation: &Relation, amount: &Amount) -> Expr {
    let value = Expr::col((relation.table, relation.amount_column(amount)));
    match relation.amount_field(amount).kind {
        Kind::Integer => value.cast_as("bigint").mul(10_000),
        _ => value,
    }
}
