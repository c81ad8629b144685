//! The values of a field that occur, for suggestions while criteria are written.

use sea_orm::{
    ConnectionTrait, EntityTrait, IntoSimpleExpr, Order, PaginatorTrait, QuerySelect,
    sea_query::{CaseStatement, Expr, ExprTrait, Query, SelectStatement},
};

use super::{
    CLASSIFICATIONS, CONTACT_FIELDS, Field, INTERACTION_FIELDS, Kind,
    field::{Column, EVALUATIONS},
};
use crate::{
    db::dialect,
    domain::{Context, Error, Reason, Result, text},
    entity::{
        attribute, campaign, contact, contact_attribute, contact_code, interaction,
        kinds::{AttributeType, CodeKind},
    },
};

/// How many values can be asked for.
const VALUES_MAX: i32 = 100;
/// How many interactions are counted by a field that no index has.
const COUNTED_MAX: u64 = 20_000;

/// What a field belongs to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum FieldOf {
    /// The contact itself, its classifications included.
    Contact,
    /// A custom attribute of contacts, by its name.
    Attribute,
    Interaction,
}

/// Values of a field, the most frequent first.
#[derive(Clone, Debug)]
pub struct Values {
    /// Each with how many contacts, or interactions, have it.
    pub counted: Vec<(String, i32)>,
    /// Whether all were counted, and not the newest alone.
    pub is_exact: bool,
    /// The code table they come from.
    pub codes: Option<CodeKind>,
}

/// Up to `first` values of a field that begin with `prefix` in any case, the most frequent first.
/// Of interactions, canceled and postponed ones count, too; those of contacts who have been deleted
/// do not.
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
        FieldOf::Interaction => of_interaction(field),
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
    let is_exact = !source.are_newest || has_few_interactions(db).await?;
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
    /// How what is searched for is written.
    written: fn(&str) -> String,
    /// Not all rows, but the newest.
    are_newest: bool,
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
            let prefix = (self.written)(prefix);
            query.and_where(dialect::starts_with(self.searched.clone(), &prefix));
        }
        query
    }
}

/// How what is searched for is written among values of this kind.
fn written(kind: Kind) -> fn(&str) -> String {
    match kind {
        Kind::Text => text::fold,
        Kind::Code | Kind::Choice(_) | Kind::Evaluation => str::to_uppercase,
        _ => text::compose,
    }
}

fn of_contact(name: &str) -> Option<Source> {
    if let Some(found) = CLASSIFICATIONS.iter().find(|it| it.name == name) {
        let code = contact_code::Column::Code.into_simple_expr();
        let is_kind = contact_code::Column::Kind.into_simple_expr().eq(found.kind);
        return Some(Source {
            rows: Query::select().from(contact_code::Entity).and_where(is_kind).to_owned(),
            value: code.clone(),
            searched: code,
            written: written(Kind::Code),
            are_newest: false,
            codes: Some(found.kind),
        });
    }
    let field = listed(CONTACT_FIELDS, name)?;
    let (value, searched) = match field.column {
        Column::ContactText(column, folded) => (column, folded),
        Column::Contact(column) => (column, column),
        Column::Interaction(_) | Column::CampaignNo => return None,
    };
    Some(Source {
        rows: Query::select().from(contact::Entity).to_owned(),
        value: value.into_simple_expr(),
        searched: searched.into_simple_expr(),
        written: written(field.kind),
        are_newest: false,
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
        written: written(kind),
        are_newest: false,
        codes: None,
    }))
}

fn of_interaction(name: &str) -> Option<Source> {
    use interaction::Column::{CampaignId, ContactId, Date, Evaluation, Id, Template};
    let field = listed(INTERACTION_FIELDS, name)?;
    // The interactions of contacts who have been deleted belong to nobody.
    let is_somebodys = ContactId.into_simple_expr().ne(0);
    let mut rows = Query::select().from(interaction::Entity).and_where(is_somebodys).to_owned();
    let (value, are_newest) = match field.column {
        // An index has all of them.
        Column::Interaction(column @ Template) => (column.into_simple_expr(), false),
        Column::CampaignNo => {
            let id = campaign::Column::Id.into_simple_expr();
            let is_its = CampaignId.into_simple_expr().eq(id);
            rows.inner_join(campaign::Entity, is_its);
            (campaign::Column::No.into_simple_expr(), false)
        }
        Column::Interaction(column) => {
            let value = match column {
                Evaluation => evaluation(),
                _ => column.into_simple_expr(),
            };
            rows.expr_as(value, "value").limit(COUNTED_MAX);
            for column in [Date, ContactId, Id] {
                rows.order_by_expr(column.into_simple_expr(), Order::Desc);
            }
            rows = Query::select().from_subquery(rows, "newest").to_owned();
            (Expr::col(("newest", "value")), true)
        }
        Column::Contact(_) | Column::ContactText(..) => return None,
    };
    let searched = value.clone();
    let written = written(field.kind);
    Some(Source { rows, value, searched, written, are_newest, codes: field.codes })
}

fn listed(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|it| it.name == name && has_values(it.kind))
}

/// Evaluations by name; the first is stored as 1.
fn evaluation() -> Expr {
    let stored = interaction::Column::Evaluation.into_simple_expr();
    let names = (1..).zip(EVALUATIONS);
    let named = names.fold(CaseStatement::new(), |named, (number, name)| {
        named.case(stored.clone().eq(number), name)
    });
    named.into()
}

async fn has_few_interactions(db: &impl ConnectionTrait) -> Result<bool> {
    let some = interaction::Entity::find().limit(COUNTED_MAX + 1);
    Ok(some.count(db).await? <= COUNTED_MAX)
}
