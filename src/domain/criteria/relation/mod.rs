//! What a contact has any number of rows of, and criteria ask about through one of them: a relation
//! is what its file here says. The input types of the API, `criteriaFields`, texts, SQL and the
//! evaluation of single contacts follow from it.

use std::collections::BTreeSet;

use super::{Field, field::Column};

mod interactions;
mod opportunities;
mod profile_answers;
mod purchases;
mod tasks;

pub use interactions::FIELDS as INTERACTION_FIELDS;
pub use profile_answers::FIELDS as PROFILE_ANSWER_FIELDS;
pub use purchases::FIELDS as PURCHASE_FIELDS;

/// The relations, in the order in which they are shown.
pub static RELATIONS: [&Relation; 5] = [
    &interactions::RELATION,
    &purchases::RELATION,
    &profile_answers::RELATION,
    &opportunities::RELATION,
    &tasks::RELATION,
];

/// Something that a contact has any number of rows of.
#[derive(Debug)]
pub struct Relation {
    /// Its name in the API, and in texts.
    pub name: &'static str,
    /// One of its rows, such as "an interaction".
    pub one: &'static str,
    /// What it is, for users of the API.
    pub description: &'static str,
    /// The names of its types in the API begin with this.
    pub type_prefix: &'static str,
    /// The names of the types of its measures do.
    pub measure_prefix: &'static str,
    /// What can be asked of a row.
    pub fields: &'static [Field],
    /// What of its rows can be summed and averaged.
    pub amounts: &'static [Amount],
    /// What is left out unless it is asked for.
    pub flags: &'static [Flag],
    /// The fields of the code and the number that name a row, such as `CUSTOMER.20000`, if they do.
    pub key: Option<[&'static str; 2]>,
    /// Whose rows are meant, for users of the API, by [`Scope`](super::Scope).
    pub scopes: [&'static str; 3],
    /// The table.
    pub(super) table: &'static str,
    /// The columns of the contacts that own a row: all different ones in one row. The first is the
    /// one that leads to the row, and never missing.
    pub(super) owners: &'static [&'static str],
    /// Who share a row that has no owner of its own, if there are such.
    pub(super) sharers: Option<Sharers>,
    /// The column of the company that a row belongs to.
    pub(super) company: &'static str,
    /// The name of the field that says when a row was.
    when: &'static str,
    /// The columns in whose order the latest row comes last; all of them together tell rows apart.
    pub(super) order: &'static [&'static str],
    /// The columns of the index by whose end the newest rows are found.
    pub(super) newest: &'static [&'static str],
}

/// A table that names one who shares a row of a relation.
#[derive(Copy, Clone, Debug)]
pub(super) struct Sharers {
    pub(super) table: &'static str,
    /// The column with the key of the row, which is its `id`.
    pub(super) row: &'static str,
    /// The column of the contact.
    pub(super) owner: &'static str,
    /// The column of the contact's company.
    pub(super) company: &'static str,
}

/// What of rows can be summed.
#[derive(Debug)]
pub struct Amount {
    /// Its name in the API.
    pub name: &'static str,
    /// The name of the field.
    pub field: &'static str,
    /// What it is, for users of the API.
    pub description: &'static str,
}

/// Rows that do not count unless it is said.
#[derive(Debug)]
pub struct Flag {
    /// Its name in the API.
    pub name: &'static str,
    /// The same in texts.
    pub(super) text: &'static str,
    /// What it is, for users of the API.
    pub description: &'static str,
    /// The column that tells those rows.
    pub(super) column: &'static str,
}

/// Relations are the same if they have the same place in memory; amounts and flags, too.
macro_rules! same_by_place {
    ($($ty:ty),*) => {$(
        impl PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                std::ptr::eq(self, other)
            }
        }

        impl Eq for $ty {}
    )*};
}
same_by_place!(Relation, Amount, Flag);

impl Relation {
    /// One of its rows without its article, such as "interaction".
    pub fn row(&self) -> &'static str {
        self.one.split_once(' ').map_or(self.one, |(_, row)| row)
    }

    /// The field that says when a row was.
    pub fn when(&self) -> &'static Field {
        self.field(self.when)
    }

    pub(super) fn amount_field(&self, amount: &Amount) -> &'static Field {
        self.field(amount.field)
    }

    /// The column of an amount.
    pub(super) fn amount_column(&self, amount: &Amount) -> &'static str {
        match self.amount_field(amount).column {
            Column::Row(_, column) => column,
            _ => unreachable!("amounts are in the rows themselves"),
        }
    }

    /// The columns that are not about whose a row is: those of its fields, and those of its order.
    pub(super) fn columns(&self) -> BTreeSet<&'static str> {
        let of_fields = self.fields.iter().filter_map(column_of_row);
        of_fields.chain(self.order.iter().copied()).collect()
    }

    /// Its field of that name, which it is known to have.
    fn field(&self, name: &str) -> &'static Field {
        let found = self.fields.iter().find(|it| it.name == name);
        found.expect("a relation names its own fields, and each is asked for by a test")
    }
}

/// The column of a row that a field is read from, if it is one of rows.
pub(super) fn column_of_row(field: &Field) -> Option<&'static str> {
    match field.column {
        Column::Row(_, column) => Some(column),
        Column::Number(_, of) => Some(of.column()),
        Column::Contact(_) | Column::ContactText(..) => None,
    }
}
