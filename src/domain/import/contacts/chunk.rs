//! The rows of a chunk, applied to contacts in memory.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::{Contacts, text_field};
use crate::{
    db::{self, dialect},
    domain::{
        Error, Result,
        contact::{blank, derive},
        contact_columns::{Field, TEXTS},
        import::{
            Row,
            check::{Codes, Waiting, Written},
            find::{self, Identifiers},
        },
        numbers::{self, Counter},
        text,
    },
    entity::{
        contact, contact_attribute, contact_code,
        kinds::{CodeKind, ContactType, IdentifierKind, SeriesKind},
    },
};

/// A contact as it was and as it shall be.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) before: Option<contact::Model>,
    pub(super) row: contact::Model,
    /// What the file says of its codes, by kind.
    pub(super) codes: HashMap<CodeKind, BTreeSet<String>>,
    /// What the file says of its custom attributes; nothing if it has none.
    pub(super) attributes: HashMap<String, Option<contact_attribute::Model>>,
}

/// A contact that rows name as the company of theirs.
pub(super) struct Company {
    pub(super) r#type: ContactType,
    pub(super) name: String,
}

pub(super) struct Chunk<'a> {
    pub(super) import: &'a Contacts,
    pub(super) ids: Identifiers,
    /// The numbers and external ids of contacts that were merged, and whom they were merged into.
    pub(super) merged: HashMap<IdentifierKind, HashMap<String, String>>,
    pub(super) places: HashMap<i32, Box<Place>>,
    /// Those that no row is about.
    pub(super) companies: HashMap<i32, Company>,
    pub(super) codes: Codes,
    pub(super) codes_before: HashMap<(i32, CodeKind), Vec<contact_code::Model>>,
    pub(super) attributes_before: HashMap<(i32, String), contact_attribute::Model>,
    pub(super) may_choose_numbers: bool,
    pub(super) next_key: i32,
    /// For contacts that bring none.
    pub(super) numbers: VecDeque<String>,
    pub(super) written: Written,
}

impl<'a> Chunk<'a> {
    /// Everything that the rows refer to.
    pub(super) async fn load(
        import: &'a Contacts,
        txn: &DatabaseTransaction,
        rows: &[Row],
    ) -> Result<Self> {
        // Holds the series before all else, so that nobody brings the same numbers meanwhile.
        let may_choose_numbers = numbers::may_choose(txn, SeriesKind::Contact).await?;
        let columns = &import.columns;
        let texts = |field| rows.iter().filter_map(move |row| columns.get(row, field));
        let no = |text: &str| text::code(text);
        let external_id = text_field("externalId");
        let numbers = texts(Field::No).filter_map(no).collect();
        let external = texts(external_id).filter_map(text::tidy).collect();
        let companies = texts(Field::CompanyNo).filter_map(no).collect();
        let mut ids = find::contacts(txn, IdentifierKind::No, numbers).await?;
        ids.extend(find::contacts(txn, IdentifierKind::ExternalId, external).await?);
        let companies = find::contacts(txn, IdentifierKind::No, companies).await?;

        let arriving = texts(Field::No).filter_map(no).filter_map(|no| import.waiting.get(&no));
        let waiting = arriving.flatten().map(|(id, _)| *id);
        let wanted: BTreeSet<i32> = ids.values().copied().chain(waiting).collect();
        ids.extend(companies);
        let mut chunk = Self {
            import,
            ids,
            merged: HashMap::new(),
            places: HashMap::with_capacity(rows.len() + wanted.len()),
            companies: HashMap::new(),
            codes: Codes::find(txn, cells_of_codes(import, rows), import.create_codes).await?,
            codes_before: HashMap::new(),
            attributes_before: HashMap::new(),
            may_choose_numbers,
            next_key: 0,
            numbers: VecDeque::new(),
            written: Written::default(),
        };
        chunk.load_contacts(txn, &wanted).await?;
        chunk.load_companies(txn).await?;
        for kind in [IdentifierKind::No, IdentifierKind::ExternalId] {
            let values =
                chunk.ids.keys().filter(|key| key.0 == kind).map(|(_, value)| value.clone());
            let merged = find::merged(txn, kind, values.collect()).await?;
            chunk.merged.insert(kind, merged);
        }
        chunk.load_belongings(txn, &wanted).await?;
        chunk.reserve(txn, rows).await?;
        Ok(chunk)
    }

    /// The contacts that may change. They are locked, in the order of their keys.
    async fn load_contacts(
        &mut self,
        txn: &DatabaseTransaction,
        ids: &BTreeSet<i32>,
    ) -> Result<()> {
        let keys = ids.iter().map(|id| id.cast_unsigned());
        let id = Expr::col(contact::Column::Id);
        let found = db::shard_by_shard(txn, id, keys, |these| {
            contact::Entity::find()
                .filter(these)
                .order_by_asc(contact::Column::Id)
                .lock_exclusive()
                .into_model::<contact::Model>()
        });
        for row in found.await? {
            let (codes, attributes) = (HashMap::new(), HashMap::new());
            let place = Place { before: Some(row.clone()), row, codes, attributes };
            self.places.insert(place.row.id, Box::new(place));
        }
        Ok(())
    }

    /// What people take over from companies that the rows name, and that stay as they are.
    async fn load_companies(&mut self, txn: &DatabaseTransaction) -> Result<()> {
        let others = self.ids.values().filter(|id| !self.places.contains_key(id));
        let keys: BTreeSet<u32> = others.map(|id| id.cast_unsigned()).collect();
        let id = Expr::col(contact::Column::Id);
        let found = db::shard_by_shard(txn, id, keys.into_iter(), |these| {
            contact::Entity::find()
                .select_only()
                .columns([contact::Column::Id, contact::Column::Type, contact::Column::Name])
                .filter(these)
                .order_by_asc(contact::Column::Id)
                .lock_shared()
                .into_tuple()
        });
        let company = |(id, r#type, name)| (id, Company { r#type, name });
        self.companies = found.await?.into_iter().map(company).collect();
        Ok(())
    }

    /// The codes and custom attributes of the contacts, if the file has columns for them.
    async fn load_belongings(
        &mut self,
        txn: &DatabaseTransaction,
        contacts: &BTreeSet<i32>,
    ) -> Result<()> {
        let backend = txn.get_database_backend();
        let keys = || contacts.iter().map(|id| id.cast_unsigned());
        let known = || self.import.columns.known();
        if known().any(|field| matches!(field, Field::Codes(_))) {
            let id = Expr::col(contact_code::Column::ContactId);
            let rows = contact_code::Entity::find()
                .filter(dialect::in_ids(backend, id, keys()))
                .order_by_asc(contact_code::Column::Code)
                .all(txn)
                .await?;
            for row in rows {
                self.codes_before.entry((row.contact_id, row.kind)).or_default().push(row);
            }
        }
        if known().any(|field| matches!(field, Field::Attribute(_))) {
            let id = Expr::col(contact_attribute::Column::ContactId);
            let rows = contact_attribute::Entity::find()
                .filter(dialect::in_ids(backend, id, keys()))
                .all(txn)
                .await?;
            self.attributes_before =
                rows.into_iter().map(|row| ((row.contact_id, row.name.clone()), row)).collect();
        }
        Ok(())
    }

    /// Keys for the contacts that are new, and numbers for those that bring none.
    async fn reserve(&mut self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<()> {
        let columns = &self.import.columns;
        let (mut new, mut unnumbered) = (0, 0);
        for row in rows {
            let no = columns.get(row, Field::No).and_then(text::code);
            let external = columns.get(row, text_field("externalId")).and_then(text::tidy);
            let key = match (no, external) {
                (Some(no), _) => Some((IdentifierKind::No, no)),
                (None, external) => {
                    unnumbered += 1;
                    external.map(|id| (IdentifierKind::ExternalId, id))
                }
            };
            if key.is_none_or(|key| !self.ids.contains_key(&key)) {
                new += 1;
            }
        }
        let first = numbers::take_keys(txn, Counter::Contact, new).await?;
        self.next_key = i32::try_from(first + new.cast_signed())
            .map_err(|_| Error::Corrupt("the keys of contacts are used up".to_owned()))?
            - i32::try_from(new).expect("a chunk is small");
        let missing = unnumbered.min(new);
        while (self.numbers.len() as u64) < missing {
            let count = missing - self.numbers.len() as u64;
            let numbers = numbers::take_numbers(txn, SeriesKind::Contact, count).await?;
            let taken = find::contacts(txn, IdentifierKind::No, numbers.clone()).await?;
            // The file may bring numbers of its own beside rows that bring none.
            let brought: HashSet<String> = rows
                .iter()
                .filter_map(|row| columns.get(row, Field::No).and_then(text::code))
                .collect();
            self.numbers.extend(numbers.into_iter().filter(|no| {
                !brought.contains(no) && !taken.contains_key(&(IdentifierKind::No, no.clone()))
            }));
        }
        Ok(())
    }

    /// A contact that is not there yet.
    pub(super) fn new_place(&self, no: Option<String>) -> Place {
        let mut row = blank(self.next_key, self.import.now);
        row.no = no.or_else(|| self.numbers.front().cloned()).unwrap_or_default();
        Place { before: None, row, codes: HashMap::new(), attributes: HashMap::new() }
    }

    /// After all rows: people find the companies that came after them.
    pub(super) fn link(&mut self) {
        let new_companies = self
            .places
            .values()
            .filter(|it| it.row.r#type == ContactType::Company && it.before.is_none());
        let new: Vec<(String, i32)> =
            new_companies.map(|it| (it.row.no.clone(), it.row.id)).collect();

        let mut here: HashMap<String, Vec<i32>> = HashMap::new();
        for person in &self.written.waiting {
            here.entry(person.company_no.clone()).or_default().push(person.contact_id);
        }
        for (no, company_id) in new {
            let before = self.import.waiting.get(&no).into_iter().flatten().map(|(id, _)| *id);
            for id in here.remove(&no).into_iter().flatten().chain(before) {
                match self.places.get_mut(&id) {
                    Some(person) if person.row.company_id.is_none() => {
                        person.row.company_id = Some(company_id);
                    }
                    _ => {}
                }
            }
            self.written.companies.push(no);
        }
        let arrived: HashSet<&String> = self.written.companies.iter().collect();
        let waiting = std::mem::take(&mut self.written.waiting);
        let still: Vec<Waiting> =
            waiting.into_iter().filter(|it| !arrived.contains(&it.company_no)).collect();
        self.written.waiting = still;
        self.take_over_names();
    }

    fn take_over_names(&mut self) {
        let names: HashMap<i32, String> = self
            .places
            .values()
            .filter(|it| it.row.r#type == ContactType::Company)
            .map(|it| (it.row.id, it.row.name.clone()))
            .collect();
        for place in self.places.values_mut() {
            let name = place.row.company_id.and_then(|id| names.get(&id));
            match name {
                Some(name)
                    if place.row.r#type == ContactType::Person
                        && place.row.company_name.as_ref() != Some(name) =>
                {
                    place.row.company_name = Some(name.clone());
                    derive(&mut place.row);
                }
                _ => {}
            }
        }
    }
}

/// The cells that hold codes, a list of codes taken apart, with the places of their rows.
fn cells_of_codes<'r>(
    import: &'r Contacts,
    rows: &'r [Row],
) -> impl Iterator<Item = (usize, CodeKind, &'r str)> {
    let single = import.columns.codes(rows, |field| match field {
        Field::Text(index) => TEXTS[index].kind,
        _ => None,
    });
    let lists = import.columns.codes(rows, |field| match field {
        Field::Codes(kind) => Some(kind),
        _ => None,
    });
    let lists = lists.flat_map(|(row, kind, list)| list.split(';').map(move |it| (row, kind, it)));
    single.chain(lists)
}
