//! One row, applied to its contact.

use std::collections::BTreeSet;

use super::{
    chunk::{Chunk, Place},
    text_field,
};
use crate::{
    domain::{
        contact::{
            ERASED,
            attribute::{self, AttributeValue},
            classify::CODES_MAX,
            derive, validate,
        },
        contact_columns::{self, FLAGS, Field, TEXTS, api_name},
        import::{
            Row,
            check::{self, Check, Waiting},
            contact_codes::misfit,
            find, value,
        },
        numbers, setup, text,
    },
    entity::kinds::{AttributeType, CodeKind, ContactType, IdentifierKind},
};

impl Chunk<'_> {
    /// Applies a row, or notes what is wrong with it.
    pub(super) fn take(&mut self, index: usize, row: &Row) {
        let mut check = Check::new(row.line);
        let Some((mut place, alias)) = self.place(row, &mut check) else {
            self.reject(index, check);
            return;
        };
        let company_no = self.apply(row, &mut place, &mut check);
        if place.before.is_none() {
            // CON-1, but what the file has a column for is as the file says.
            let columns = &self.import.columns;
            let is_open =
                |name: &str| contact_columns::field(name, &[]).is_none_or(|it| !columns.has(it));
            setup::fill(&self.import.setup, &mut place.row, is_open);
        }
        self.link_now(&mut place, company_no.as_deref(), &mut check);
        derive(&mut place.row);
        if let Err(err) = validate(&place.row).into_result() {
            check.note(err, |path| self.caption(path));
        }
        self.claim_external_id(&place, &mut check);
        if !check.is_fine() {
            self.reject(index, check);
            return;
        }
        if let Some(company_no) = company_no
            && place.row.r#type == ContactType::Person
            && place.row.company_id.is_none()
        {
            let contact_id = place.row.id;
            self.written.waiting.push(Waiting { company_no, contact_id, line: row.line });
        }
        self.written.aliases.extend(alias.map(|alias| (place.row.id, alias)));
        self.put(place);
    }

    fn reject(&mut self, index: usize, check: Check) {
        self.written.rejected.push((index, check.failed().unwrap_or_default()));
    }

    /// The contact that the row means, or a new one; and how the row calls it, if it is called
    /// otherwise by now.
    fn place(&self, row: &Row, check: &mut Check) -> Option<(Box<Place>, Option<String>)> {
        let columns = &self.import.columns;
        let text = columns.get(row, Field::No).unwrap_or_default();
        let no = check.keep(|| columns.caption(Field::No), check::code(text));
        let external = columns.get(row, text_field("externalId")).and_then(text::tidy);
        let key = match (&no, external) {
            (Some(no), _) => Some((IdentifierKind::No, no.clone())),
            (None, Some(id)) => Some((IdentifierKind::ExternalId, id)),
            (None, None) => None,
        };
        if !check.is_fine() {
            return None;
        }
        let known = key.and_then(|key| Some((*self.ids.get(&key)?, key)));
        match known {
            Some((id, key)) => {
                let Some(place) = self.places.get(&id).cloned() else {
                    check.add(columns.caption(Field::No), "The contact is being deleted.");
                    return None;
                };
                if place.row.erased_at.is_some() {
                    check.add(columns.caption(Field::No), ERASED);
                    return None;
                }
                let alias = self.alias(&place, key, check);
                check.is_fine().then_some((place, alias))
            }
            None if no.is_some() && !self.may_choose_numbers => {
                check.add(columns.caption(Field::No), numbers::NOT_CHOSEN);
                None
            }
            None => Some((Box::new(self.new_place(no)), None)),
        }
    }

    /// What a row calls a contact, if it is called otherwise by now: it has got another number, which
    /// the file does not know. What the file says of a contact that was merged into this one is not
    /// about this one, nor are there two rows about it.
    fn alias(
        &self,
        place: &Place,
        (kind, value): (IdentifierKind, String),
        check: &mut Check,
    ) -> Option<String> {
        let (id, no) = (place.row.id, &place.row.no);
        let (field, is_own) = match kind {
            IdentifierKind::No => (Field::No, value == *no),
            IdentifierKind::ExternalId => {
                (text_field("externalId"), place.row.external_id.as_ref() == Some(&value))
            }
        };
        let caption = self.import.columns.caption(field);
        let merged = self.merged.get(&kind).filter(|_| !is_own);
        if let Some(merged) = merged {
            find::note_merged(check, caption.clone(), merged, &value);
        }
        let mentioned = [&self.import.mentioned, &self.written.mentioned];
        let is_mentioned = || mentioned.iter().any(|them| them.contains(id.cast_unsigned()));
        let before = self.written.aliases.get(&id).or_else(|| self.import.aliases.get(&id));
        let has_row = match before {
            Some(alias) => *alias != value,
            None => !is_own && is_mentioned(),
        };
        if has_row && check.is_fine() {
            check.add(caption, format!("An earlier row is about the same contact, {no}."));
        }
        Some(value).filter(|_| !is_own)
    }

    /// Takes over what the row says; returns the number of the company it names.
    fn apply(&self, row: &Row, place: &mut Place, check: &mut Check) -> Option<String> {
        let columns = &self.import.columns;
        let old_name = place.row.name.clone();
        let mut company_no = None;
        self.apply_type(row, place, check);
        for (field, text) in columns.fields(row) {
            let caption = || columns.caption(field);
            match field {
                Field::No | Field::Type => {}
                Field::Name => place.row.name = text.to_owned(),
                Field::CompanyNo => company_no = check.keep(caption, check::code(text)),
                Field::CorrespondenceType => {
                    place.row.correspondence_type =
                        check.keep(caption, value::correspondence_type(text));
                }
                // The name of the company is the company's.
                Field::Text(index) if TEXTS[index].name == "companyName" => {}
                Field::Text(index) => {
                    let value = match TEXTS[index].kind {
                        Some(kind) => check.code(caption, text, kind, &self.codes),
                        None => Some(text.to_owned()).filter(|text| !text.is_empty()),
                    };
                    *(TEXTS[index].slot)(&mut place.row) = value;
                }
                Field::Flag(index) => {
                    *(FLAGS[index].slot)(&mut place.row) = check.keep(caption, value::flag(text));
                }
                Field::Codes(kind) => self.apply_codes(kind, text, place, check),
                Field::Attribute(index) => self.apply_attribute(index, text, place, check),
            }
        }
        if columns.has(Field::CompanyNo) && company_no.is_none() {
            place.row.company_id = None;
        }
        self.follow_name(&old_name, place);
        company_no
    }

    /// CON-8: what a contact is, it stays.
    fn apply_type(&self, row: &Row, place: &mut Place, check: &mut Check) {
        let columns = &self.import.columns;
        let text = columns.get(row, Field::Type).unwrap_or_default();
        let wanted = check.keep(|| columns.caption(Field::Type), value::contact_type(text));
        let Some(wanted) = wanted else { return };
        let is_known = self.places.contains_key(&place.row.id);
        if is_known && wanted != place.row.r#type {
            let reason = "The contact is there already, and of the other type.";
            check.add(columns.caption(Field::Type), reason);
        }
        place.row.r#type = wanted;
    }

    /// CON-2: what was made from the old name is made anew from the new one, unless the file says
    /// something else.
    fn follow_name(&self, old_name: &str, place: &mut Place) {
        let columns = &self.import.columns;
        let parts = ["firstName", "middleName", "surname"].map(text_field);
        let has_parts = parts.iter().any(|part| columns.has(*part));
        let has_name = columns.has(Field::Name);
        let row = &mut place.row;
        if has_name && !has_parts && text::tidy(&row.name).as_deref() != Some(old_name) {
            row.first_name = None;
            row.middle_name = None;
            row.surname = None;
        }
        if has_parts && !has_name {
            row.name.clear();
        }
        let followed = row.search_name == text::code(old_name);
        if followed && !columns.has(text_field("searchName")) {
            row.search_name = None;
        }
    }

    fn apply_codes(&self, kind: CodeKind, text: &str, place: &mut Place, check: &mut Check) {
        let caption = || self.import.columns.caption(Field::Codes(kind));
        let mut codes = BTreeSet::new();
        for code in text.split(';') {
            codes.extend(check.code(caption, code, kind, &self.codes));
        }
        if let Some(reason) = misfit(kind, place.row.r#type).filter(|_| !codes.is_empty()) {
            check.add(caption(), reason);
        }
        let before = self.codes_before.get(&(place.row.id, kind)).map_or(0, Vec::len);
        if CODES_MAX.max(before) < codes.len() {
            check.add(caption(), format!("A contact has at most {CODES_MAX} of these."));
        }
        place.codes.insert(kind, codes);
    }

    fn apply_attribute(&self, index: usize, text: &str, place: &mut Place, check: &mut Check) {
        let attribute = &self.import.attributes[index];
        let caption = || self.import.columns.caption(Field::Attribute(index));
        let value = match attribute.r#type {
            _ if text.is_empty() => None,
            AttributeType::Text => Some(AttributeValue::Text(text.to_owned())),
            AttributeType::Code => Some(AttributeValue::Code(text.to_owned())),
            AttributeType::Number => {
                check.keep(caption, value::number(text)).map(AttributeValue::Number)
            }
            AttributeType::Date => check.keep(caption, value::date(text)).map(AttributeValue::Date),
            AttributeType::Boolean => {
                Some(AttributeValue::Boolean(check.keep(caption, value::flag(text))))
            }
        };
        let name = &attribute.name;
        let stored = value
            .map(|value| attribute::stored(place.row.id, name, &value, &self.import.attributes));
        match stored.transpose() {
            Ok(value) => _ = place.attributes.insert(name.clone(), value),
            Err(err) => check.note(err, |_| caption()),
        }
    }

    /// Links a person with its company if that is there already.
    fn link_now(&self, place: &mut Place, company_no: Option<&str>, check: &mut Check) {
        let Some(company_no) = company_no else { return };
        if place.row.r#type == ContactType::Company {
            return;
        }
        let id = self.ids.get(&(IdentifierKind::No, company_no.to_owned())).copied();
        let company = id.and_then(|id| match self.places.get(&id) {
            Some(place) => Some((id, place.row.r#type, &place.row.name)),
            None => self.companies.get(&id).map(|company| (id, company.r#type, &company.name)),
        });
        let caption = || self.import.columns.caption(Field::CompanyNo);
        match company {
            Some((id, ContactType::Company, name)) => {
                place.row.company_id = Some(id);
                place.row.company_name = Some(name.clone());
            }
            Some(_) => check.add(caption(), format!("The contact {company_no} is no company.")),
            None if super::WAITING_MAX
                <= self.import.waiting_count + self.written.waiting.len() =>
            {
                check.add(caption(), "The company is not there yet. Import companies first.");
            }
            None => place.row.company_id = None,
        }
    }

    fn claim_external_id(&self, place: &Place, check: &mut Check) {
        let Some(external) = place.row.external_id.clone() else { return };
        let owner = self.ids.get(&(IdentifierKind::ExternalId, external));
        if owner.is_some_and(|owner| *owner != place.row.id) {
            let column = self.import.columns.caption(text_field("externalId"));
            check.add(column, "Another contact has this external id.");
        }
    }

    /// Keeps the contact as it is now.
    fn put(&mut self, place: Box<Place>) {
        let id = place.row.id;
        let before = self.places.get(&id).map(|place| &place.row);
        let is_new = before.is_none();
        let is_same = before == Some(&place.row) && !self.belongings_change(&place);
        let left = before.and_then(|before| before.external_id.clone());
        self.written.mentioned.insert(id.cast_unsigned());
        if is_new {
            self.next_key += 1;
            if self.numbers.front() == Some(&place.row.no) {
                self.numbers.pop_front();
            }
            self.ids.insert((IdentifierKind::No, place.row.no.clone()), id);
            self.written.created += 1;
        } else if is_same {
            self.written.unchanged += 1;
        } else {
            self.written.updated += 1;
        }
        if let Some(left) = left.filter(|left| place.row.external_id.as_ref() != Some(left)) {
            self.ids.remove(&(IdentifierKind::ExternalId, left));
        }
        if let Some(external) = place.row.external_id.clone() {
            self.ids.insert((IdentifierKind::ExternalId, external), id);
        }
        self.places.insert(id, place);
    }

    /// What the file calls a field, by its name in the API.
    fn caption(&self, name: Option<&str>) -> Option<String> {
        let columns = &self.import.columns;
        let field = columns.known().find(|field| api_name(*field) == name && name.is_some())?;
        columns.caption(field)
    }
}
