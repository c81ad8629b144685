//! From criteria to SQL. Nowhere else turns criteria into queries.
//!
//! Each condition is an expression on a row of `contact` (or of a relation) that may be NULL where
//! a value is missing. NULL counts as false: above, `AND` and `OR` treat it so, and `NOT` is only
//! ever applied to `COALESCE(…, FALSE)`. So nothing else stands between a condition and an index.

use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func, Query, SelectStatement},
};

use super::{
    AttributeTest, CodesTest, FieldTest, Kind, LoggedIn, PeopleMeasure, Test,
    field::{Column, Numbered},
    predicate::{Piece, Predicate, Scalar},
    resolve::{Asked, resolve},
};
use crate::{
    db::dialect,
    domain::text,
    entity::{
        contact, contact_attribute, contact_code, interaction,
        kinds::{CodeKind, ContactType},
        logged_segment,
    },
};

mod question;
mod related;
mod rows;

pub(super) use question::Question;

/// Compiles for one database, one moment and one who asks.
#[derive(Copy, Clone)]
pub(super) struct Compiler<'a> {
    pub(super) backend: DbBackend,
    pub(super) asked: Asked<'a>,
}

/// The opposite of a condition, two-valued.
pub(super) fn not(condition: impl Into<Expr>) -> Expr {
    Expr::from(Func::coalesce([condition.into(), Expr::val(false)])).not()
}

/// What never holds, and is no constant: of a table that PostgreSQL need not look at, Citus does not
/// know any more how to look at it on each node.
fn never(column: Expr) -> Expr {
    column.clone().ne(column)
}

/// The ids of the contacts for which `condition` holds.
pub(super) fn contacts_where(condition: Condition) -> SelectStatement {
    contact::Entity::find()
        .select_only()
        .column(contact::Column::Id)
        .into_query()
        .cond_where(condition)
        .to_owned()
}

fn contact_id() -> Expr {
    on(contact::Column::Id)
}

fn company_id() -> Expr {
    on(contact::Column::CompanyId)
}

impl Compiler<'_> {
    pub(super) fn field(self, FieldTest { field, test }: &FieldTest) -> Expr {
        let predicate = resolve(field.kind, test, self.asked);
        match field.column {
            Column::Contact(column) => self.predicate(&predicate, &on(column), None),
            Column::ContactText(column, folded) => {
                self.predicate(&predicate, &on(column), Some(&on(folded)))
            }
            Column::Row(table, column) => {
                self.predicate(&predicate, &Expr::col((table, column)), None)
            }
            Column::Number(table, of) => self.number(table, of, &predicate),
        }
    }

    /// Through what rows refer to, of which there are few.
    fn number(self, table: &'static str, of: Numbered, predicate: &Predicate) -> Expr {
        let key = Expr::col((table, of.column()));
        let number = Expr::col((of.table(), "no"));
        let is_among = |condition: Expr| {
            let mut numbered = Query::select();
            numbered.column((of.table(), "id")).from(of.table()).and_where(condition);
            key.clone().in_subquery(numbered)
        };
        let passing = |present: &Predicate| is_among(self.predicate(present, &number, None));
        let missing = match of.may_be_gone() {
            true => not(is_among(Expr::val(true))),
            false => key.clone().is_null(),
        };
        where_present(predicate, passing, missing)
    }

    /// `predicate` of the value in `column`; `folded` has its text with the case folded.
    fn predicate(self, predicate: &Predicate, column: &Expr, folded: Option<&Expr>) -> Expr {
        self.compared(predicate, column, folded, &value)
    }

    /// The same, where what is compared with becomes an expression in another way.
    fn compared(
        self,
        predicate: &Predicate,
        column: &Expr,
        folded: Option<&Expr>,
        value: &dyn Fn(&Scalar) -> Expr,
    ) -> Expr {
        let expr = column.clone();
        let again = |it: &Predicate| self.compared(it, column, folded, value);
        match predicate {
            Predicate::Missing => expr.is_null(),
            Predicate::Present => expr.is_not_null(),
            Predicate::In(values) => match values.as_slice() {
                // As indexes have it that hold only those.
                [Scalar::Flag(true)] => expr,
                [one] => expr.eq(value(one)),
                [] => never(expr),
                many => expr.is_in(many.iter().map(value)),
            },
            Predicate::NotIn(values) => match values.as_slice() {
                [one] => expr.ne(value(one)),
                [] => expr.is_not_null(),
                many => expr.is_not_in(many.iter().map(value)),
            },
            Predicate::Less(than) => expr.lt(value(than)),
            Predicate::LessOrEqual(than) => expr.lte(value(than)),
            Predicate::Greater(than) => expr.gt(value(than)),
            Predicate::GreaterOrEqual(than) => expr.gte(value(than)),
            Predicate::StartsWith(prefix) => dialect::starts_with(expr, prefix),
            Predicate::EndsWith(suffix) => dialect::ends_with(self.backend, expr, suffix),
            Predicate::Contains(part) => dialect::contains(self.backend, expr, part),
            Predicate::Like(pattern) => dialect::like(self.backend, expr, &like_pattern(pattern)),
            Predicate::Folded(inner) => self.compared(inner, folded.unwrap_or(column), None, value),
            Predicate::All(each) => {
                each.iter().fold(Condition::all(), |all, it| all.add(again(it))).into()
            }
            Predicate::Any(each) => {
                each.iter().fold(Condition::any(), |any, it| any.add(again(it))).into()
            }
            Predicate::Not(predicate) => not(again(predicate)),
        }
    }

    pub(super) fn attribute(self, name: &str, test: &AttributeTest) -> Expr {
        use contact_attribute::Column as A;
        let values = |condition: Expr| {
            let rows = attribute_rows(name, condition);
            dialect::owns(self.backend, contact_id(), on(A::ContactId), rows)
        };
        let (kind, test) = match test {
            AttributeTest::IsSet(true) => return values(Expr::val(true)),
            AttributeTest::IsSet(false) => return not(values(Expr::val(true))),
            AttributeTest::Value(kind, test) => (*kind, test),
        };
        where_present(
            &resolve(kind, test, self.asked),
            |present| values(self.attribute_value(kind, present)),
            // A missing value is a missing row.
            not(values(self.attribute_value(kind, &Predicate::Present))),
        )
    }

    /// `predicate` of the value in a row of `contact_attribute`.
    fn attribute_value(self, kind: Kind, predicate: &Predicate) -> Expr {
        use contact_attribute::Column as A;
        let (column, folded) = match kind {
            Kind::Text => (A::Text, Some(on(A::TextFold))),
            Kind::Decimal => (A::Number, None),
            Kind::Date => (A::Date, None),
            Kind::Flag => (A::Flag, None),
            _ => (A::Text, None),
        };
        self.predicate(predicate, &on(column), folded.as_ref())
    }

    /// The contacts whose company is among those for whom `condition` holds.
    pub(super) fn company(self, condition: Condition) -> Expr {
        company_id().in_subquery(contacts_where(condition))
    }

    pub(super) fn people(self, condition: Condition, measure: &PeopleMeasure) -> Expr {
        let mut rows = contact::Entity::find()
            .select_only()
            .column(contact::Column::CompanyId)
            .into_query()
            .and_where(contact::Column::Type.eq(ContactType::Person))
            .and_where(contact::Column::CompanyId.is_not_null())
            .cond_where(condition)
            .to_owned();
        match measure {
            PeopleMeasure::Some => contact_id().in_subquery(rows),
            PeopleMeasure::None => not(contact_id().in_subquery(rows)),
            PeopleMeasure::Count(test) => {
                rows.group_by_col((contact::Entity, contact::Column::CompanyId));
                self.counted(contact_id(), rows, test)
            }
        }
    }

    /// Whether the number of rows that `grouped` has for `key` passes the test. Groups are there
    /// only for keys with rows, so a test that zero passes is asked the other way round.
    fn counted(self, key: Expr, grouped: SelectStatement, test: &Test) -> Expr {
        let count = Expr::cust("COUNT(*)");
        let predicate = resolve(Kind::Integer, test, self.asked);
        let passes = self.predicate(&predicate, &count, None);
        let having = |condition: Expr| grouped.clone().and_having(condition).to_owned();
        if predicate.holds(Some(&Scalar::Number(0))) {
            not(key.in_subquery(having(not(passes))))
        } else {
            key.in_subquery(having(passes))
        }
    }

    /// Facts of a company count for its people, too.
    pub(super) fn codes(self, kind: CodeKind, test: &CodesTest) -> Expr {
        use contact_code::Column as C;
        let key = if of_company(kind) { company_id() } else { contact_id() };
        let having = |condition: Expr| {
            let mut rows = code_rows(kind).and_where(condition).to_owned();
            match of_company(kind) {
                // Of another contact, who may be on another node.
                true => key.clone().in_subquery(rows.expr(on(C::ContactId)).to_owned()),
                false => dialect::owns(self.backend, key.clone(), on(C::ContactId), rows),
            }
        };
        let any = |codes: &[String]| match codes {
            [] => Expr::val(false),
            codes => having(C::Code.is_in(codes)),
        };
        match test {
            CodesTest::HasAny(codes) => any(codes),
            CodesTest::HasNone(codes) => not(any(codes)),
            CodesTest::HasAll(codes) => codes
                .iter()
                .fold(Condition::all(), |all, code| all.add(any(std::slice::from_ref(code))))
                .into(),
            CodesTest::Has(test) => having(self.code(test)),
            CodesTest::Count(test) => {
                let mut grouped = code_rows(kind);
                grouped.expr(on(C::ContactId)).add_group_by([on(C::ContactId)]);
                self.counted(key.clone(), grouped, test)
            }
        }
    }

    /// What holds of one code in a row of its own.
    fn code(self, test: &Test) -> Expr {
        let predicate = resolve(Kind::Code, test, self.asked);
        self.predicate(&predicate, &on(contact_code::Column::Code), None)
    }

    pub(super) fn search(self, words: &str) -> Expr {
        dialect::has_words(self.backend, &text::words(words))
    }

    pub(super) fn logged(self, logged: LoggedIn) -> Expr {
        let owner = on(interaction::Column::ContactId);
        dialect::owns(self.backend, contact_id(), owner, logged_rows(logged))
    }

    pub(super) fn is_one_of(self, contacts: impl Iterator<Item = u32>) -> Expr {
        let key = Expr::col((contact::Entity, contact::Column::Id));
        dialect::in_ids(self.backend, key, contacts)
    }
}

/// The values of an attribute for which `condition` holds.
fn attribute_rows(name: &str, condition: Expr) -> SelectStatement {
    contact_attribute::Entity::find()
        .select_only()
        .into_query()
        .and_where(contact_attribute::Column::Name.eq(name))
        .and_where(condition)
        .to_owned()
}

/// The codes of one kind that contacts have.
fn code_rows(kind: CodeKind) -> SelectStatement {
    contact_code::Entity::find()
        .select_only()
        .into_query()
        .and_where(contact_code::Column::Kind.eq(kind))
        .to_owned()
}

/// The interactions, not canceled, from a logging.
fn logged_rows(logged: LoggedIn) -> SelectStatement {
    use interaction::Column as I;
    let in_log = match logged {
        LoggedIn::LoggedSegment(id) => I::LoggedSegmentId.eq(id),
        LoggedIn::Segment(id) => {
            let log = logged_segment::Entity::find()
                .select_only()
                .column(logged_segment::Column::Id)
                .into_query()
                .and_where(logged_segment::Column::SegmentId.eq(id))
                .to_owned();
            on(I::LoggedSegmentId).in_subquery(log)
        }
    };
    interaction::Entity::find()
        .select_only()
        .into_query()
        .and_where(in_log)
        .and_where(I::Canceled.eq(false))
        .to_owned()
}

/// The column of the row in question. Subqueries on the same table hide it by its name, which is
/// what nesting needs.
fn on<C: ColumnTrait>(column: C) -> Expr {
    Expr::col(column.as_column_ref())
}

fn value(scalar: &Scalar) -> Expr {
    match scalar {
        Scalar::Text(text) => Expr::val(text.as_str()),
        Scalar::Number(number) => Expr::val(*number),
        Scalar::Flag(flag) => Expr::val(*flag),
        Scalar::Date(date) => Expr::val(*date),
        Scalar::Instant(instant) => Expr::val(*instant),
    }
}

/// For values that lie in rows of their own: `missing` says that there is no row.
fn where_present(
    predicate: &Predicate,
    passing: impl Fn(&Predicate) -> Expr,
    missing: Expr,
) -> Expr {
    match predicate {
        Predicate::Missing => missing,
        predicate if predicate.holds(None) => missing.or(passing(predicate)),
        predicate => passing(predicate),
    }
}

fn like_pattern(pieces: &[Piece]) -> String {
    let escaped = |text: &str| text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => escaped(text),
            Piece::Many => "%".to_owned(),
            Piece::One => "_".to_owned(),
        })
        .collect()
}

/// Whether codes of this kind belong to companies, and to people through them.
pub(super) fn of_company(kind: CodeKind) -> bool {
    matches!(kind, CodeKind::IndustryGroup | CodeKind::BusinessRelation | CodeKind::WebSource)
}
