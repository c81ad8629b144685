//! The rows of a relation with whose they are.

use std::collections::BTreeSet;

use sea_orm::{
    Condition, DbBackend, JoinType,
    sea_query::{Asterisk, Expr, ExprTrait, Query, SelectStatement, UnionType},
};

use super::{company_id, contact_id, question::is_there};
use crate::{
    db::dialect,
    domain::criteria::{
        Measure, RelatedTest, Relation, RowCriteria, Scope, Tree, relation::column_of_row,
    },
    entity::contact,
};

/// The column of a row's first owner, which is never missing, and those of the others.
pub(super) fn owners(relation: &Relation) -> (Expr, impl Iterator<Item = Expr>) {
    let mut owners = relation.owners.iter().map(move |column| Expr::col((relation.table, *column)));
    (owners.next().expect("rows are somebody's"), owners)
}

pub(super) fn company(relation: &Relation) -> Expr {
    Expr::col((relation.table, relation.company))
}

/// The columns of rows that a measure looks at: for what an index has, rows need not be looked up. Of
/// rows that are shared, also those that tell them apart.
pub(super) fn looked_at(relation: &Relation, measure: &Measure) -> BTreeSet<&'static str> {
    let mut columns = match measure {
        Measure::Some | Measure::None | Measure::Count(_) => BTreeSet::new(),
        Measure::Sum(it, _)
        | Measure::Average(it, _)
        | Measure::Least(it, _)
        | Measure::Greatest(it, _) => BTreeSet::from([relation.amount_column(it)]),
        Measure::Latest(criteria) | Measure::Earliest(criteria) => {
            let mut columns = BTreeSet::from_iter(relation.order.iter().copied());
            asked_about(criteria, &mut columns);
            columns
        }
    };
    if relation.sharers.is_some() {
        columns.extend(relation.order);
    }
    columns
}

/// Adds the columns that `criteria` ask about.
fn asked_about(criteria: &RowCriteria, columns: &mut BTreeSet<&'static str>) {
    match criteria {
        Tree::All(each) | Tree::Any(each) => each.iter().for_each(|it| asked_about(it, columns)),
        Tree::Not(inner) => asked_about(inner, columns),
        Tree::Leaf(test) => columns.extend(column_of_row(test.field)),
    }
}

/// Rows of a relation with those who own them, which select nothing yet.
pub(super) struct Rows {
    pub(super) own: SelectStatement,
    /// Those that are shared, each once for each who does.
    pub(super) shared: Option<SelectStatement>,
}

impl Rows {
    /// Both, which have the same columns.
    pub(super) fn all(self) -> impl Iterator<Item = SelectStatement> {
        std::iter::once(self.own).chain(self.shared)
    }
}

/// The rows for which `condition` holds.
pub(super) fn rows_where(backend: DbBackend, relation: &Relation, condition: Condition) -> Rows {
    let own = Query::select().from(relation.table).cond_where(condition).to_owned();
    let Some(sharers) = relation.sharers else { return Rows { own, shared: None } };
    let (first, _) = owners(relation);
    let mut unowned = own.clone();
    unowned.column((relation.table, Asterisk)).and_where(first.eq(0));
    let mut shared = Query::select();
    shared
        .expr_as(Expr::col((sharers.table, sharers.owner)), relation.owners[0])
        .expr_as(Expr::col((sharers.table, sharers.company)), relation.company)
        .columns(relation.columns().into_iter().map(|column| (relation.table, column)))
        .from(sharers.table)
        .join_subquery(
            JoinType::InnerJoin,
            dialect::found_first(backend, unowned),
            relation.table,
            Expr::col((relation.table, "id")).eq(Expr::col((sharers.table, sharers.row))),
        );
    let shared = Query::select().from_subquery(shared, relation.table).to_owned();
    Rows { own, shared: Some(shared) }
}

/// The same rows, each once for each owner.
fn once(
    relation: &Relation,
    columns: &BTreeSet<&'static str>,
    rows: SelectStatement,
) -> SelectStatement {
    Query::select()
        .distinct()
        .columns(columns.iter().map(|column| (relation.table, *column)))
        .column((relation.table, "owner"))
        .from_subquery(rows, relation.table)
        .to_owned()
}

/// The rows for which `condition` holds, these columns of them, each with its `owner`: what it is
/// looked up by. They are called as their table is.
pub(super) fn owned(
    backend: DbBackend,
    test: &RelatedTest,
    columns: &BTreeSet<&'static str>,
    condition: Condition,
) -> SelectStatement {
    let Rows { own, shared } = rows_where(backend, test.relation, condition);
    let mut owned = with_owners(backend, test, columns, &own);
    let Some(shared) = shared else { return owned };
    let shared = with_owners(backend, test, columns, &shared);
    let shared = match test.scope {
        Scope::Person => shared,
        // Several of a company may share a row.
        Scope::Company | Scope::Either => once(test.relation, columns, shared),
    };
    owned.union(UnionType::All, shared).take()
}

fn with_owners(
    backend: DbBackend,
    test: &RelatedTest,
    columns: &BTreeSet<&'static str>,
    rows: &SelectStatement,
) -> SelectStatement {
    let RelatedTest { relation, scope, .. } = test;
    let rows = |owner: Expr| {
        let mut rows = rows.clone();
        rows.columns(columns.iter().map(|column| (relation.table, *column)));
        rows.expr_as(owner, "owner").to_owned()
    };
    let (first, others) = owners(relation);
    let company = company(relation);
    match scope {
        Scope::Person => others.fold(rows(first), |mut all, owner| {
            let rows = rows(owner.clone()).and_where(is_there(&owner)).to_owned();
            all.union(UnionType::All, rows).to_owned()
        }),
        Scope::Company => rows(company.clone()).and_where(company.is_not_null()).to_owned(),
        Scope::Either => {
            let mut people = Query::select();
            people.columns([contact::Column::Id, contact::Column::CompanyId]).from(contact::Entity);
            let of_some = people.clone().and_where(company_id().is_not_null()).to_owned();
            let join = |mut rows: SelectStatement, people: SelectStatement, condition: Expr| {
                let people = dialect::found_first(backend, people);
                rows.join_subquery(JoinType::InnerJoin, people, "contact", condition).to_owned()
            };
            let of_company = join(rows(contact_id()), of_some, company.clone().eq(company_id()));
            let elsewhere = Condition::any()
                .add(company.clone().is_null())
                .add(company_id().is_null())
                .add(company.ne(company_id()));
            let own = rows(contact_id())
                .inner_join(contact::Entity, first.eq(contact_id()))
                .cond_where(elsewhere.clone())
                .to_owned();
            // A row does not lie where its other owners do.
            let own_of_others = others.map(|owner| {
                join(rows(contact_id()), people.clone(), owner.eq(contact_id()))
                    .cond_where(elsewhere.clone())
                    .to_owned()
            });
            std::iter::once(own)
                .chain(own_of_others)
                .fold(of_company, |mut all, rows| all.union(UnionType::All, rows).to_owned())
        }
    }
}
