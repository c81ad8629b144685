//! Writes the contacts of a chunk that changed, with what belongs to them.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr,
};

use super::chunk::{Chunk, Place};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Result,
        contact::{insert_new, push_to_people},
        import::check::Written,
        numbers,
    },
    entity::{
        contact, contact_attribute, contact_code, contact_identifier,
        kinds::{CodeKind, ContactType, IdentifierKind, SeriesKind},
    },
};

impl Chunk<'_> {
    pub(super) async fn save(mut self, txn: &DatabaseTransaction) -> Result<Written> {
        self.codes.make_for(txn, &self.written).await?;
        let changes = |place: &Place| {
            place.before.as_ref() != Some(&place.row) || self.belongings_change(place)
        };
        let mut changed: Vec<i32> =
            self.places.iter().filter(|(_, place)| changes(place)).map(|(id, _)| *id).collect();
        // In the order of their keys, which is the order of the table.
        changed.sort_unstable();
        for id in &changed {
            let Some(place) = self.places.get_mut(id) else { continue };
            if let Some(before) = &place.before {
                place.row.revision = before.revision + 1;
                place.row.updated_at = self.import.now;
            }
        }
        let changed: Vec<&contact::Model> = changed.iter().map(|id| &self.places[id].row).collect();
        let is_new = |row: &&contact::Model| self.places[&row.id].before.is_none();
        let (new, old): (Vec<_>, Vec<_>) = changed.iter().copied().partition(is_new);
        insert_new(txn, &new).await?;
        db::insert_rows::<contact::Entity>(txn, &old, OnConflict::Replace).await?;
        self.save_identifiers(txn, &changed).await?;
        self.save_codes(txn).await?;
        self.save_attributes(txn).await?;
        self.push(txn).await?;
        Ok(std::mem::take(&mut self.written))
    }

    /// CON-7: companies that changed hand it on to their people. What the file says of a person in a
    /// row of their own stands, wherever in the file that is.
    async fn push(&self, txn: &DatabaseTransaction) -> Result<()> {
        let companies = self.places.values().filter(|it| it.row.r#type == ContactType::Company);
        let changes: Vec<(&contact::Model, &contact::Model)> = companies
            .filter_map(|it| it.before.as_ref().map(|before| (before, &it.row)))
            .filter(|(before, after)| before != after)
            .collect();
        if changes.is_empty() {
            return Ok(());
        }
        let mentioned = &self.import.mentioned | &self.written.mentioned;
        push_to_people(txn, self.import.now, &changes, &mentioned).await
    }

    async fn save_identifiers(
        &self,
        txn: &DatabaseTransaction,
        changed: &[&contact::Model],
    ) -> Result<()> {
        let mut gone = Vec::new();
        let mut new = Vec::new();
        let mut numbers = HashSet::new();
        for row in changed {
            let before = self.places.get(&row.id).and_then(|place| place.before.as_ref());
            let identifier = |kind, value| contact_identifier::Model {
                kind,
                value,
                contact_id: row.id,
                merged: false,
            };
            if before.is_none() {
                numbers.insert(row.no.as_str());
                new.push(identifier(IdentifierKind::No, row.no.clone()));
            }
            let old = before.and_then(|before| before.external_id.clone());
            if old != row.external_id {
                gone.extend(old);
                let external = row.external_id.clone();
                new.extend(external.map(|value| identifier(IdentifierKind::ExternalId, value)));
            }
        }
        if !gone.is_empty() {
            let value = Expr::col(contact_identifier::Column::Value);
            contact_identifier::Entity::delete_many()
                .filter(contact_identifier::Column::Kind.eq(IdentifierKind::ExternalId))
                .filter(dialect::in_texts(txn.get_database_backend(), value, &gone))
                .exec(txn)
                .await?;
        }
        new.sort_unstable_by(|a, b| (a.kind, &a.value).cmp(&(b.kind, &b.value)));
        db::insert_rows::<contact_identifier::Entity>(txn, &new, OnConflict::Fail).await?;
        numbers::skip(txn, SeriesKind::Contact, |no| numbers.contains(no)).await
    }

    /// Whether the file says something else of its codes or custom attributes than there is.
    pub(super) fn belongings_change(&self, place: &Place) -> bool {
        place.codes.keys().any(|kind| self.codes_change(place, *kind))
            || place.attributes.keys().any(|name| self.attribute_changes(place, name))
    }

    fn codes_change(&self, place: &Place, kind: CodeKind) -> bool {
        let before = self.codes_before.get(&(place.row.id, kind));
        let before = before.into_iter().flatten().map(|row| &row.code);
        place.codes.get(&kind).is_some_and(|codes| !codes.iter().eq(before))
    }

    fn attribute_changes(&self, place: &Place, name: &str) -> bool {
        let before = self.attributes_before.get(&(place.row.id, name.to_owned()));
        place.attributes.get(name).is_some_and(|value| value.as_ref() != before)
    }

    async fn save_codes(&self, txn: &DatabaseTransaction) -> Result<()> {
        let mut kinds: HashSet<CodeKind> = HashSet::new();
        let mut contacts = HashSet::new();
        let mut rows = Vec::new();
        for place in self.places.values() {
            let changes = place.codes.keys().any(|kind| self.codes_change(place, *kind));
            if !changes {
                continue;
            }
            contacts.insert(place.row.id.cast_unsigned());
            for (kind, codes) in &place.codes {
                kinds.insert(*kind);
                let before = self.codes_before.get(&(place.row.id, *kind));
                // What more is known of a code that stays is kept.
                let row = |code: &String| {
                    let old = before.into_iter().flatten().find(|row| row.code == *code);
                    old.cloned().unwrap_or_else(|| contact_code::Model {
                        contact_id: place.row.id,
                        kind: *kind,
                        code: code.clone(),
                        link_type: None,
                        link_no: None,
                        search_word: None,
                    })
                };
                rows.extend(codes.iter().map(row));
            }
        }
        if contacts.is_empty() {
            return Ok(());
        }
        let id = Expr::col(contact_code::Column::ContactId);
        contact_code::Entity::delete_many()
            .filter(contact_code::Column::Kind.is_in(kinds))
            .filter(dialect::in_ids(txn.get_database_backend(), id, contacts.into_iter()))
            .exec(txn)
            .await?;
        rows.sort_unstable_by_key(|row| row.contact_id);
        db::insert_rows::<contact_code::Entity>(txn, &rows, OnConflict::Fail).await?;
        Ok(())
    }

    async fn save_attributes(&self, txn: &DatabaseTransaction) -> Result<()> {
        let mut names: HashSet<String> = HashSet::new();
        let mut contacts = HashSet::new();
        let mut rows = Vec::new();
        for place in self.places.values() {
            let changes = place.attributes.keys().any(|name| self.attribute_changes(place, name));
            if changes {
                contacts.insert(place.row.id.cast_unsigned());
                names.extend(place.attributes.keys().cloned());
                rows.extend(place.attributes.values().flatten().cloned());
            }
        }
        if contacts.is_empty() {
            return Ok(());
        }
        let id = Expr::col(contact_attribute::Column::ContactId);
        contact_attribute::Entity::delete_many()
            .filter(contact_attribute::Column::Name.is_in(names))
            .filter(dialect::in_ids(txn.get_database_backend(), id, contacts.into_iter()))
            .exec(txn)
            .await?;
        db::insert_rows::<contact_attribute::Entity>(txn, &rows, OnConflict::Fail).await?;
        Ok(())
    }
}
