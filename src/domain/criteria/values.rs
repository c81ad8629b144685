//! The values of a field that occur, for suggestions while criteria are written.

use sea_orm::{
    ConnectionTrait, EntityTrait, IntoSimpleExpr, Order,
    sea_query::{CaseStatement, Expr, ExprTrait, Query, SelectStatement},
};

use super::{
    CLASSIFICATIONS, CONTACT_FIELDS, Field, Kind, Relation,
    field::{Column, EVALUATIONS},
};
use crate::{
    db::dialect,
    domain::{Context, Error, Reason, Result, contact_columns::plain, text},
    entity::{
        attribute, contact, contact_attribute, contact_code,
        kinds::{AttributeType, CodeKind},
    },
};

/// How many values can be asked for.
const VALUES_MAX: i32 = 100;
/// How many rows of a relation are counted by a field that no index has.
const COUNTED_MAX: u64 = 20_000;

/// What a field belongs to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum FieldOf {
    /// The contact itself, its classifications included.
    Contact,
    /// A custom attribute of contacts, by its name.
    Attribute,
    /// A row of a relation.
    Row(&'static Relation),
}

/// Values of a field, the most frequent first.
#[derive(Clone, Debug)]
pub struct Values {
    /// Each with how many contacts, or rows of the relation, have it.
    pub counted: Vec<(String, i32)>,
    /// Whether all were counted, and not the newest alone.
    pub is_exact: bool,
    /// The code table they come from.
    pub codes: Option<CodeKind>,
}

/// Up to `first` values of a field that begin with `prefix`, the most frequent first; whatever the case,
/// but for text that is compared to the letter.
/// Of rows of relations, those count, too, that conditions leave out unless they are asked for; those
/// of contacts who have been deleted do not.
///
/// # Errors
/// [`Reason::NotFound`] at `field` if there is no such field with values to list,
/// [`Reason::Forbidden`] if they are personal and the viewer may not see that;
/// [`Reason::LimitExceeded`] at `first`.
pub async fn values(
    context: &Context,
    of: FieldOf,
    field: &str,
    prefix: &str,
    first: i32,
) -> Result<Values> {
    let first = match u64::try_from(first) {
        Ok(count) if (1..=VALUES_MAX).contains(&first) => count,
        _ => {
            let message = format!("Ask for 1 to {VALUES_MAX} values.");
            return Err(Error::reject(Reason::LimitExceeded, &["first"], message));
        }
    };
    if of == FieldOf::Contact && listed(CONTACT_FIELDS, field).is_some_and(Field::is_personal) {
        context.viewer.require_personal(&["field"])?;
    }
    let db = context.db.reader();
    let source = match of {
        FieldOf::Contact => of_contact(field),
        FieldOf::Attribute => of_attribute(db, field).await?,
        FieldOf::Row(relation) => of_row(relation, field),
    };
    let source = source.ok_or_else(|| {
        Error::reject(Reason::NotFound, &["field"], "There is no such field with values to list.")
    })?;
    // No text has the character 0, and PostgreSQL does not take it.
    let counted = match prefix.contains('\0') {
        true => Vec::new(),
        false => db.query_all(&source.counted(prefix, first)).await?,
    };
    let counted: Result<Vec<(String, i32)>, _> = counted
        .iter()
        .map(|row| Ok((row.try_get("", "value")?, row.try_get("", "count")?)))
        .collect();
    let is_exact = match source.newest_of {
        Some(relation) => has_few_rows(db, relation).await?,
        None => true,
    };
    Ok(Values { counted: counted.map_err(Error::Database)?, is_exact, codes: source.codes })
}

/// Whether the values of a field can be listed.
pub fn has_values(kind: Kind) -> bool {
    match kind {
        Kind::Text | Kind::ExactText | Kind::Code | Kind::Choice(_) | Kind::Evaluation => true,
        Kind::Flag | Kind::Integer | Kind::Decimal | Kind::Date | Kind::Instant => false,
    }
}

/// Where the values of a field are.
struct Source {
    /// `FROM`, and what else holds for all of them.
    rows: SelectStatement,
    value: Expr,
    /// The value as it is searched.
    searched: Expr,
    kind: Kind,
    /// The relation of which not all rows are counted, but the newest.
    newest_of: Option<&'static Relation>,
    codes: Option<CodeKind>,
}

impl Source {
    fn counted(&self, prefix: &str, first: u64) -> SelectStatement {
        let mut query = self.rows.clone();
        query
            .expr_as(self.value.clone(), "value")
            .expr_as(Expr::cust("CAST(COUNT(*) AS integer)"), "count")
            .and_where(self.value.clone().is_not_null())
            .add_group_by([self.value.clone()])
            .order_by("count", Order::Desc)
            .order_by_expr(self.value.clone(), Order::Asc)
            .limit(first);
        if !prefix.is_empty() {
            query.and_where(begins(self.kind, self.searched.clone(), prefix));
        }
        query
    }
}

/// Whether a value of this kind begins with `prefix`, as it is searched for. Names do so as people read
/// them: `Hard C` begins `HARD_COPY`.
fn begins(kind: Kind, searched: Expr, prefix: &str) -> Expr {
    let names = kind.names();
    if !names.is_empty() {
        let prefix = plain(prefix);
        let is_meant = |name: &&str| !prefix.is_empty() && plain(name).starts_with(&prefix);
        let meant = names.iter().copied().filter(is_meant);
        return searched.is_in(meant);
    }
    let prefix = match kind {
        Kind::Text => text::fold(prefix),
        Kind::Code => text::upper(prefix),
        _ => text::compose(prefix),
    };
    dialect::starts_with(searched, &prefix)
}

fn of_contact(name: &str) -> Option<Source> {
    if let Some(found) = CLASSIFICATIONS.iter().find(|it| it.name == name) {
        let code = contact_code::Column::Code.into_simple_expr();
        let is_kind = contact_code::Column::Kind.into_simple_expr().eq(found.kind);
        return Some(Source {
            rows: Query::select().from(contact_code::Entity).and_where(is_kind).to_owned(),
            value: code.clone(),
            searched: code,
            kind: Kind::Code,
            newest_of: None,
            codes: Some(found.kind),
        });
    }
    let field = listed(CONTACT_FIELDS, name)?;
    let (value, searched) = match field.column {
        Column::ContactText(column, folded) => (column, folded),
        Column::Contact(column) => (column, column),
        Column::Row(..) | Column::Number(..) => return None,
    };
    Some(Source {
        rows: Query::select().from(contact::Entity).to_owned(),
        value: value.into_simple_expr(),
        searched: searched.into_simple_expr(),
        kind: field.kind,
        newest_of: None,
        codes: field.codes,
    })
}

async fn of_attribute(db: &impl ConnectionTrait, name: &str) -> Result<Option<Source>> {
    use contact_attribute::Column::{Name, Text, TextFold};
    let found = text::tidy(name).map(attribute::Entity::find_by_id);
    let Some(found) = found else { return Ok(None) };
    let (kind, searched) = match found.one(db).await?.map(|it| it.r#type) {
        Some(AttributeType::Text) => (Kind::Text, TextFold),
        Some(AttributeType::Code) => (Kind::Code, Text),
        _ => return Ok(None),
    };
    let is_named = Name.into_simple_expr().eq(name);
    Ok(Some(Source {
        rows: Query::select().from(contact_attribute::Entity).and_where(is_named).to_owned(),
        value: Text.into_simple_expr(),
        searched: searched.into_simple_expr(),
        kind,
        newest_of: None,
        codes: None,
    }))
}

fn of_row(relation: &'static Relation, name: &str) -> Option<Source> {
    let field = listed(relation.fields, name)?;
    let column = |column: &'static str| Expr::col((relation.table, column));
    // The rows of contacts who have been deleted belong to nobody.
    let mut is_somebodys = column(relation.owners[0]).ne(0);
    if let Some(sharers) = relation.sharers {
        let shared = Query::select().column(sharers.row).from(sharers.table).to_owned();
        is_somebodys = is_somebodys.or(column("id").in_subquery(shared));
    }
    let mut rows = Query::select().from(relation.table).and_where(is_somebodys).to_owned();
    let (value, newest_of) = match field.column {
        // An index has all of them.
        Column::Row(_, name) if field.has_index() => (column(name), None),
        Column::Number(_, of) => {
            let id = Expr::col((of.table(), "id"));
            rows.inner_join(of.table(), column(of.column()).eq(id));
            (Expr::col((of.table(), "no")), None)
        }
        Column::Row(_, name) => {
            let value = match field.kind {
                Kind::Evaluation => evaluation(column(name)),
                _ => column(name),
            };
            rows.expr_as(value, "value").limit(COUNTED_MAX);
            for name in relation.newest {
                rows.order_by_expr(column(name), Order::Desc);
            }
            rows = Query::select().from_subquery(rows, "newest").to_owned();
            (Expr::col(("newest", "value")), Some(relation))
        }
        Column::Contact(_) | Column::ContactText(..) => return None,
    };
    let searched = value.clone();
    let (kind, codes) = (field.kind, field.codes);
    Some(Source { rows, value, searched, kind, newest_of, codes })
}

fn listed(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|it| it.name == name && has_values(it.kind))
}

/// Evaluations by name; the first is stored as 1.
fn evaluation(stored: Expr) -> Expr {
    let names = (1..).zip(EVALUATIONS);
    let named = names.fold(CaseStatement::new(), |named, (number, name)| {
        named.case(stored.clone().eq(number), name)
    });
    named.into()
}

async fn has_few_rows(db: &impl ConnectionTrait, relation: &Relation) -> Result<bool> {
    let some = Query::select()
        .expr(Expr::val(1))
        .from(relation.table)
        .limit(1)
        .offset(COUNTED_MAX)
        .to_owned();
    Ok(db.query_one(&some).await?.is_none())
}
