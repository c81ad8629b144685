//! A page of contacts with all that is theirs, as the database has it.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, EntityTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Format, Layout};
use crate::{
    db::{self, dialect},
    domain::{
        Context, Error, PageArgs, Result, Take,
        contact::{Key, Order, Restriction, page_of_ids},
        contact_columns::{CODES, FLAGS, Field, TEXTS},
    },
    entity::{contact, contact_attribute, contact_code},
};

/// Contacts of a page.
const PAGE: u64 = 4000;

/// Rows are JSON: an array of arrays of values.
pub(super) struct Page {
    /// The contacts in their order.
    pub(super) ids: Vec<u32>,
    /// Where the next page begins, if there is one.
    pub(super) next: Option<Key>,
    /// The contacts: ids, those of their companies, and a value for each column of the file that is
    /// one of theirs.
    pub(super) contacts: String,
    /// The ids and numbers of their companies.
    pub(super) companies: String,
    /// Whose, of which kind, which code.
    pub(super) codes: String,
    /// Whose, by which name, and the value, as text, number, date or flag.
    pub(super) attributes: String,
}

pub(super) async fn fetch(
    context: &Context,
    set: &RoaringBitmap,
    layout: &Layout,
    after: Option<Key>,
) -> Result<Page> {
    let db = context.db.reader();
    let backend = db.get_database_backend();
    let args = PageArgs { after, before: None, take: Take::First(PAGE) };
    let page = page_of_ids(db, &Restriction::to(set), Order::default(), &args).await?;
    let next = match page.has_next {
        true => page.items.last().map(|(key, _)| key.clone()),
        false => None,
    };
    let ids: Vec<u32> = page.items.into_iter().map(|(_, id)| id).collect();
    let among = |column: Expr| dialect::in_ids(backend, column, ids.iter().copied());

    let of_contacts = among(Expr::col(contact::Column::Id));
    let id = Expr::col(contact::Column::Id);
    let columns = layout.columns.iter().filter_map(|(_, field)| column(field.as_ref()?));
    let columns = [id.clone(), Expr::col(contact::Column::CompanyId)].into_iter().chain(columns);
    let contacts = rows_of::<contact::Entity>(of_contacts);
    let contacts = db::json_rows(db, contacts, columns.collect()).await?;

    let of_companies = dialect::in_ids(backend, id.clone(), companies_of(&contacts)?.iter());
    let companies = rows_of::<contact::Entity>(of_companies);
    let no = Expr::col(contact::Column::No);
    let companies = db::json_rows(db, companies, vec![id, no]).await?;

    let (mut codes, mut attributes) = ("[]".to_owned(), "[]".to_owned());
    if layout.format != Format::BusinessCentral {
        use contact_code::Column as C;
        let kinds = C::Kind.is_in(CODES.iter().map(|(_, kind)| *kind));
        let rows = rows_of::<contact_code::Entity>(kinds.and(among(Expr::col(C::ContactId))));
        let columns = [C::ContactId, C::Kind, C::Code].map(Expr::col).to_vec();
        codes = db::json_rows(db, rows, columns).await?;
    }
    if layout.format != Format::BusinessCentral && !layout.attributes.is_empty() {
        use contact_attribute::Column as A;
        let rows = rows_of::<contact_attribute::Entity>(among(Expr::col(A::ContactId)));
        let columns = [A::ContactId, A::Name, A::Text, A::Number, A::Date, A::Flag];
        attributes = db::json_rows(db, rows, columns.map(Expr::col).to_vec()).await?;
    }
    Ok(Page { ids, next, contacts, companies, codes, attributes })
}

/// The companies of contacts, as rows have it.
fn companies_of(contacts: &str) -> Result<RoaringBitmap> {
    let contacts = rows::<Vec<&RawValue>>(contacts)?;
    Ok(contacts.iter().filter_map(|row| row.get(1)?.get().parse::<u32>().ok()).collect())
}

/// Rows as JSON.
///
/// # Errors
/// If they are not of that kind.
pub(super) fn rows<'a, T: Deserialize<'a>>(json: &'a str) -> Result<Vec<T>> {
    let unreadable = |err| Error::Corrupt(format!("rows can't be read: {err}"));
    serde_json::from_str(json).map_err(unreadable)
}

fn rows_of<E: EntityTrait>(condition: impl Into<Expr>) -> SelectStatement {
    let mut rows = SelectStatement::new();
    rows.from(E::default()).and_where(condition.into());
    rows
}

/// The contact's own column that a column of the file shows, if it is one.
fn column(field: &Field) -> Option<Expr> {
    use contact::Column as C;
    Some(match field {
        Field::No => Expr::col(C::No),
        Field::Name => Expr::col(C::Name),
        Field::Type => Expr::col(C::Type),
        Field::CorrespondenceType => Expr::col(C::CorrespondenceType),
        Field::Text(index) => Expr::col(TEXTS[*index].column),
        Field::Flag(index) => Expr::col(FLAGS[*index].column),
        Field::CompanyNo | Field::Codes(_) | Field::Attribute(_) => return None,
    })
}
