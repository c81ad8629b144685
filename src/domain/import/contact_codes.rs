//! Which contacts have which codes: mailing groups, job responsibilities and the like.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use super::{
    Row,
    check::{Check, Codes, Written},
    columns::Columns,
    find, value,
};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Error, Reason, Result,
        code::{CODE_CHARS_MAX, name_of},
        contact::{
            ERASED,
            classify::{self, CODES_MAX},
            link::{self, Linked},
            touch,
        },
        contact_columns::plain,
        text,
    },
    entity::{
        contact, contact_code,
        kinds::{CodeKind, ContactType, IdentifierKind},
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    ContactNo,
    Code,
    LinkType,
    LinkNo,
    SearchWord,
}

pub(super) struct ContactCodes {
    kind: CodeKind,
    columns: Columns<Field>,
    create_codes: bool,
    now: DateTime<Utc>,
}

/// A contact, as far as it matters for its codes.
#[derive(Copy, Clone, Debug)]
struct Contact {
    id: i32,
    r#type: ContactType,
    is_erased: bool,
}

/// What the rows of a chunk refer to, and what there was before.
struct Known {
    contacts: HashMap<String, Contact>,
    codes: Codes,
    before: HashMap<(i32, String), contact_code::Model>,
    counts: HashMap<i32, usize>,
    /// Numbers of contacts that were merged, and whom they were merged into.
    merged: HashMap<String, String>,
    /// What contacts are elsewhere.
    linked: Linked,
}

impl Known {
    /// Keeps in mind what a contact is elsewhere from now on.
    fn link(&mut self, before: Option<&contact_code::Model>, after: &contact_code::Model) {
        let old = before.and_then(link::key).and_then(|key| self.linked.get_mut(&key));
        if let Some(contacts) = old {
            contacts.retain(|id| *id != after.contact_id);
        }
        if let Some(key) = link::key(after) {
            self.linked.entry(key).or_default().push(after.contact_id);
        }
    }
}

impl ContactCodes {
    pub(super) fn new(
        kind: CodeKind,
        header: &[String],
        create_codes: bool,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let name = plain(name_of(kind));
        let code = format!("{name}code");
        let columns = Columns::of(
            header,
            &[],
            &[
                (Field::ContactNo, &["contactno", "contact"]),
                (Field::Code, &[&name, &code, "code"]),
                (Field::LinkType, &["linktotable", "linktype"]),
                (Field::LinkNo, &["no", "linkno"]),
                (Field::SearchWord, &["searchword"]),
            ],
        )?;
        if !columns.has(Field::ContactNo) || !columns.has(Field::Code) {
            let message = format!("There have to be a column Contact No. and a column {name}.");
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { kind, columns, create_codes, now })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let mut known = self.known(txn, rows).await?;
        let mut written = Written::default();
        let mut changed: HashMap<(i32, String), contact_code::Model> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let it = match self.classification(row, &known) {
                Ok(it) => it,
                Err(check) => {
                    written.rejected.push((index, check.failed().unwrap_or_default()));
                    continue;
                }
            };
            let key = (it.contact_id, it.code.clone());
            let before = known.before.insert(key.clone(), it.clone());
            match &before {
                Some(before) if *before == it => {
                    written.unchanged += 1;
                    continue;
                }
                Some(_) => written.updated += 1,
                None => {
                    *known.counts.entry(it.contact_id).or_default() += 1;
                    written.created += 1;
                }
            }
            known.link(before.as_ref(), &it);
            changed.insert(key, it);
        }
        known.codes.make_for(txn, &written).await?;
        let changed: Vec<contact_code::Model> = changed.into_values().collect();
        db::insert_rows::<contact_code::Entity>(txn, &changed, OnConflict::Replace).await?;
        touch(txn, self.now, changed.iter().map(|row| row.contact_id.cast_unsigned())).await?;
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let backend = txn.get_database_backend();
        let texts = |field| rows.iter().filter_map(move |row| self.columns.get(row, field));
        let codes = self.columns.codes(rows, |field| (field == Field::Code).then_some(self.kind));
        let numbers = || texts(Field::ContactNo).filter_map(text::code).collect();
        let identifiers = find::contacts(txn, IdentifierKind::No, numbers()).await?;
        let ids = || identifiers.values().map(|id| id.cast_unsigned());
        let id = Expr::col(contact::Column::Id);
        let found = db::shard_by_shard(txn, id, ids(), |these| {
            contact::Entity::find()
                .select_only()
                .column(contact::Column::Id)
                .column(contact::Column::Type)
                .column(contact::Column::ErasedAt)
                .filter(these)
                .lock_shared()
                .into_tuple()
        });
        let of_row = |(id, r#type, erased_at): (i32, ContactType, Option<DateTime<Utc>>)| {
            (id, Contact { id, r#type, is_erased: erased_at.is_some() })
        };
        let found: HashMap<i32, Contact> = found.await?.into_iter().map(of_row).collect();
        let before = contact_code::Entity::find()
            .filter(contact_code::Column::Kind.eq(self.kind))
            .filter(dialect::in_ids(backend, Expr::col(contact_code::Column::ContactId), ids()))
            .all(txn)
            .await?;
        let mut counts: HashMap<i32, usize> = HashMap::new();
        for row in &before {
            *counts.entry(row.contact_id).or_default() += 1;
        }
        Ok(Known {
            merged: find::merged(txn, IdentifierKind::No, numbers()).await?,
            linked: link::linked(txn, texts(Field::LinkNo)).await?,
            codes: Codes::find(txn, codes, self.create_codes).await?,
            counts,
            before: before
                .into_iter()
                .map(|row| ((row.contact_id, row.code.clone()), row))
                .collect(),
            contacts: identifiers
                .into_iter()
                .filter_map(|((_, no), id)| Some((no, *found.get(&id)?)))
                .collect(),
        })
    }

    fn classification(&self, row: &Row, known: &Known) -> Result<contact_code::Model, Check> {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let code = check.code(caption(Field::Code), text(Field::Code), self.kind, &known.codes);
        if code.is_none() && check.is_fine() {
            let reason = format!("There has to be a code of 1 to {CODE_CHARS_MAX} characters.");
            check.add(self.columns.caption(Field::Code), reason);
        }
        let no = text::code(text(Field::ContactNo)).unwrap_or_default();
        let contact = known.contacts.get(&no).copied();
        match contact {
            None => check.add(
                self.columns.caption(Field::ContactNo),
                format!("There is no contact {no:?}."),
            ),
            Some(Contact { is_erased: true, .. }) => {
                check.add(self.columns.caption(Field::ContactNo), ERASED);
            }
            Some(Contact { r#type, .. }) => {
                if let Some(reason) = misfit(self.kind, r#type) {
                    check.add(self.columns.caption(Field::ContactNo), reason);
                }
            }
        }
        let details = [Field::LinkType, Field::LinkNo, Field::SearchWord].map(|field| {
            let detail = classify::detail(Some(text(field)), &[]);
            check.keep(caption(field), value::sentence(detail))
        });
        let (Some(Contact { id: contact_id, .. }), Some(code), true) =
            (contact, code, check.is_fine())
        else {
            return Err(check);
        };
        let [link_type, link_no, search_word] = details;
        let kind = self.kind;
        let it = contact_code::Model { contact_id, kind, code, link_type, link_no, search_word };
        let before = known.before.get(&(contact_id, it.code.clone()));
        if before == Some(&it) {
            return Ok(it);
        }
        if before.is_some() {
            let caption = self.columns.caption(Field::ContactNo);
            find::note_merged(&mut check, caption, &known.merged, &no);
        } else if known.counts.get(&contact_id).is_some_and(|count| CODES_MAX <= *count) {
            let reason = format!("A contact has at most {CODES_MAX} of these.");
            check.add(self.columns.caption(Field::Code), reason);
        }
        let others = link::key(&it).and_then(|key| known.linked.get(&key));
        if others.is_some_and(|others| others.iter().any(|other| *other != contact_id)) {
            let reason = format!(
                "{} {} is another contact already.",
                text(Field::LinkType),
                text(Field::LinkNo)
            );
            check.add(self.columns.caption(Field::LinkNo), reason);
        }
        if check.is_fine() { Ok(it) } else { Err(check) }
    }
}

/// Why such a contact can't have such a code.
pub(super) fn misfit(kind: CodeKind, r#type: ContactType) -> Option<&'static str> {
    match (kind, r#type) {
        (CodeKind::JobResponsibility, ContactType::Company) => {
            Some("Only people have job responsibilities.")
        }
        (
            CodeKind::IndustryGroup | CodeKind::BusinessRelation | CodeKind::WebSource,
            ContactType::Person,
        ) => Some("Only companies have industry groups, business relations and web sources."),
        _ => None,
    }
}
