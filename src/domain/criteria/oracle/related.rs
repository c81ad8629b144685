//! Conditions on the rows of a relation that a contact has.

use std::collections::{BTreeSet, HashMap, HashSet};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IdenStatic, Iterable, ModelTrait,
    QueryFilter, sea_query::Expr,
};

use super::{World, scalar::scalar};
use crate::{
    db::dialect,
    domain::{
        Result,
        criteria::{
            Amount, Field, FieldTest, Kind, LoggedIn, Measure, RELATIONS, RelatedTest, Relation,
            RowCriteria, Scope, Test, Tree, field::Column, predicate::Scalar, resolve::resolve,
        },
        task::NOBODY,
    },
    entity::{
        contact, contact_profile_answer, interaction, opportunity, purchase, task, task_attendee,
    },
};

/// The rows of relations, by their table.
pub(super) struct Rows(HashMap<&'static str, Vec<Row>>);

/// The values of a row, by their column, as far as there are any.
struct Row(HashMap<&'static str, Scalar>);

impl Rows {
    /// Those that belong to the contacts or the companies.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        contacts: &RoaringBitmap,
        companies: &RoaringBitmap,
    ) -> Result<Self> {
        let mut rows = HashMap::new();
        for relation in RELATIONS {
            let of_relation = match relation.table {
                "interaction" => {
                    rows_of::<interaction::Entity>(db, relation, contacts, companies).await?
                }
                "purchase" => {
                    rows_of::<purchase::Entity>(db, relation, contacts, companies).await?
                }
                "contact_profile_answer" => {
                    rows_of::<contact_profile_answer::Entity>(db, relation, contacts, companies)
                        .await?
                }
                "opportunity" => {
                    rows_of::<opportunity::Entity>(db, relation, contacts, companies).await?
                }
                "task" => {
                    let mut own =
                        rows_of::<task::Entity>(db, relation, contacts, companies).await?;
                    own.extend(attended(db, contacts, companies).await?);
                    own
                }
                table => unreachable!("{table} has no entity here"),
            };
            rows.insert(relation.table, of_relation);
        }
        Ok(Self(rows))
    }

    fn of_table(&self, table: &str) -> &[Row] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }
}

async fn rows_of<E>(
    db: &impl ConnectionTrait,
    relation: &Relation,
    contacts: &RoaringBitmap,
    companies: &RoaringBitmap,
) -> Result<Vec<Row>>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
{
    let among = |column: &'static str, ids: &RoaringBitmap| {
        dialect::in_ids(db.get_database_backend(), Expr::col((relation.table, column)), ids.iter())
    };
    let whose = Condition::any().add(among(relation.company, companies));
    let whose = relation.owners.iter().fold(whose, |any, owner| any.add(among(owner, contacts)));
    Ok(E::find().filter(whose).all(db).await?.iter().map(Row::of).collect())
}

/// The meetings that the contacts attend, or others of the companies: one for each who does.
async fn attended(
    db: &impl ConnectionTrait,
    contacts: &RoaringBitmap,
    companies: &RoaringBitmap,
) -> Result<Vec<Row>> {
    use task_attendee::Column;
    let backend = db.get_database_backend();
    let among = |column: Column, ids: &RoaringBitmap| {
        dialect::in_ids(backend, column.into_expr(), ids.iter())
    };
    let whose = Condition::any()
        .add(among(Column::ContactId, contacts))
        .add(among(Column::CompanyId, companies));
    let attendees = task_attendee::Entity::find().filter(whose).all(db).await?;
    let meetings: BTreeSet<i64> = attendees.iter().map(|it| it.task_id).collect();
    let meetings = task::Entity::find()
        .filter(task::Column::ContactId.eq(NOBODY))
        .filter(task::Column::Id.is_in(meetings));
    let meetings = meetings.all(db).await?;
    let row = |attendee: task_attendee::Model| {
        let meeting = meetings.iter().find(|it| it.id == attendee.task_id)?;
        let (contact_id, company_id) = (attendee.contact_id, attendee.company_id);
        Some(Row::of(&task::Model { contact_id, company_id, ..meeting.clone() }))
    };
    Ok(attendees.into_iter().filter_map(row).collect())
}

impl Row {
    fn of<M: ModelTrait>(model: &M) -> Self {
        let columns = <<M::Entity as EntityTrait>::Column as Iterable>::iter();
        let values = columns.map(|column| (column.as_str(), scalar(model.get(column))));
        Self(values.filter_map(|(column, value)| Some((column, value?))).collect())
    }

    fn get(&self, column: &str) -> Option<&Scalar> {
        self.0.get(column)
    }

    fn number(&self, column: &str) -> Option<i64> {
        match self.get(column) {
            Some(Scalar::Number(number)) => Some(*number),
            _ => None,
        }
    }

    fn is_set(&self, column: &str) -> bool {
        self.get(column) == Some(&Scalar::Flag(true))
    }
}

impl World {
    pub(super) fn related(&self, test: &RelatedTest, contact: &contact::Model) -> bool {
        let RelatedTest { relation, included, .. } = test;
        let own = |row: &Row| {
            let mut owners = relation.owners.iter();
            owners.any(|owner| row.number(owner) == Some(contact.id.into()))
        };
        let of_company = |row: &Row| {
            contact.company_id.is_some_and(|it| row.number(relation.company) == Some(it.into()))
        };
        let mut rows: Vec<&Row> = self
            .rows
            .of_table(relation.table)
            .iter()
            .filter(|row| match test.scope {
                Scope::Person => own(row),
                Scope::Company => of_company(row),
                Scope::Either => own(row) || of_company(row),
            })
            .filter(|row| {
                let mut flags = relation.flags.iter();
                flags.all(|flag| included.contains(&flag) || !row.is_set(flag.column))
            })
            .filter(|row| match &test.within {
                None => true,
                Some(within) => self.field_holds(relation.when(), within, row),
            })
            .filter(|row| self.row_holds(&test.filter, row))
            .collect();
        if relation.sharers.is_some() {
            let mut seen = HashSet::new();
            rows.retain(|row| seen.insert(row.number("id")));
        }
        rows.sort_by_key(|row| relation.order.iter().map(|it| row.get(it)).collect::<Vec<_>>());
        self.measured(relation, &rows, &test.measure)
    }

    fn measured(&self, relation: &Relation, rows: &[&Row], measure: &Measure) -> bool {
        // Rows without the amount are none that it is measured over.
        let amounts = |amount: &Amount| {
            let field = relation.amount_field(amount);
            let times = if field.kind == Kind::Integer { 10_000 } else { 1 };
            let column = relation.amount_column(amount);
            let values = rows.iter().filter_map(|row| row.number(column));
            values.map(|value| value * times).collect::<Vec<i64>>()
        };
        let passes = |test: &Test, value: Option<i64>| {
            let value = value.map(Scalar::Number);
            resolve(Kind::Decimal, test, self.asked()).holds(value.as_ref())
        };
        match measure {
            Measure::Some => !rows.is_empty(),
            Measure::None => rows.is_empty(),
            Measure::Count(test) => self.number(Kind::Integer, test, rows.len()),
            Measure::Sum(it, test) => passes(test, amounts(it).into_iter().reduce(|a, b| a + b)),
            Measure::Least(it, test) => passes(test, amounts(it).into_iter().min()),
            Measure::Greatest(it, test) => passes(test, amounts(it).into_iter().max()),
            Measure::Average(it, test) => {
                let amounts = amounts(it);
                let count = i64::try_from(amounts.len()).expect("rows in memory");
                let predicate = resolve(Kind::Decimal, test, self.asked());
                let sum = amounts.into_iter().reduce(|a, b| a + b).map(Scalar::Number);
                predicate.times(count).holds(sum.as_ref())
            }
            Measure::Latest(criteria) => rows.last().is_some_and(|it| self.row_holds(criteria, it)),
            Measure::Earliest(criteria) => {
                rows.first().is_some_and(|it| self.row_holds(criteria, it))
            }
        }
    }

    fn row_holds(&self, criteria: &RowCriteria, row: &Row) -> bool {
        match criteria {
            Tree::All(criteria) => criteria.iter().all(|it| self.row_holds(it, row)),
            Tree::Any(criteria) => criteria.iter().any(|it| self.row_holds(it, row)),
            Tree::Not(criteria) => !self.row_holds(criteria, row),
            Tree::Leaf(FieldTest { field, test }) => self.field_holds(field, test, row),
        }
    }

    fn field_holds(&self, field: &Field, test: &Test, row: &Row) -> bool {
        let predicate = resolve(field.kind, test, self.asked());
        match field.column {
            Column::Row(_, column) => predicate.holds(row.get(column)),
            Column::Number(_, of) => {
                let no = row.number(of.column()).and_then(|key| self.numbers.get(of, key));
                predicate.holds(no.cloned().map(Scalar::Text).as_ref())
            }
            Column::Contact(_) | Column::ContactText(..) => false,
        }
    }

    pub(super) fn logged(&self, logged: LoggedIn, contact: &contact::Model) -> bool {
        let mut of_contact = self
            .rows
            .of_table("interaction")
            .iter()
            .filter(|it| it.number("contact_id") == Some(contact.id.into()))
            .filter(|it| !it.is_set("canceled"))
            .filter_map(|it| it.number("logged_segment_id"));
        match logged {
            LoggedIn::LoggedSegment(id) => of_contact.any(|it| it == id),
            LoggedIn::Segment(id) => {
                let log = self.logged_segments.iter().find(|it| it.segment_id == id);
                log.is_some_and(|log| of_contact.any(|it| it == log.id))
            }
        }
    }
}
