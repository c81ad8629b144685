//! A page of contacts with all that is theirs, as the database has it.

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, EntityTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use super::{Format, Layout};
use crate::{
    db::{self, dialect},
    domain::{
        Context, PageArgs, Result, Take,
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
    /// The contacts: ids, and a value for each column of the file that is one of theirs.
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
    let columns = std::iter::once(id.clone()).chain(columns).collect();
    let contacts = rows_of::<contact::Entity>(of_contacts.clone());
    let contacts = db::json_rows(db, contacts, columns).await?;

    let mut of_companies = rows_of::<contact::Entity>(of_contacts);
    of_companies.column(contact::Column::CompanyId);
    let companies = rows_of::<contact::Entity>(id.clone().in_subquery(of_companies));
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
        Field::CompanyNo => Expr::col(C::CompanyId),
        Field::Text(index) => Expr::col(TEXTS[*index].column),
        Field::Flag(index) => Expr::col(FLAGS[*index].column),
        Field::Codes(_) | Field::Attribute(_) => return None,
    })
}
