//! Where a contact is named literally, beside what belongs to it: in criteria, and in answers that are
//! kept for those who send a request again.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::{
    domain::{
        Result,
        contact::address,
        contact_columns,
        criteria::{Criteria, SEARCH, stored},
        segment::{criteria_of, saved},
        text,
    },
    entity::{
        contact::Model, contact_address, contact_identifier, criterion, idempotency_key,
        kinds::IdentifierKind, saved_criteria,
    },
};

/// What takes the place of a value that names the contact.
const ERASED: &str = "erased";
/// Shorter texts name nobody.
const CHARS_MIN: usize = 3;
/// Steps and saved criteria read at once.
const PAGE: u64 = 1_000;

/// What a text tells of somebody.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
enum Told {
    Name,
    Address,
    Phone,
    Email,
    HomePage,
    Identifier,
}

/// What the field of contacts tells, if it tells who somebody is.
fn told(field: &str) -> Option<Told> {
    Some(match field {
        "name" | "name2" | "searchName" | "companyName" | "firstName" | "middleName"
        | "surname" => Told::Name,
        "address" | "address2" => Told::Address,
        "phone" | "mobile" | "fax" => Told::Phone,
        "email" | "email2" => Told::Email,
        "homePage" => Told::HomePage,
        "externalId" | "vatNo" | "registrationNo" => Told::Identifier,
        _ => return None,
    })
}

/// The texts that tell of a contact, each with what it tells, in the form of [`compared`].
#[derive(Debug, Default)]
pub(super) struct Known(HashSet<(Told, String)>);

/// A text as it is compared: whatever the case, and though it is a pattern.
fn compared(text: &str) -> String {
    text::fold(text.trim_matches(|char: char| char == '*' || char.is_whitespace()))
}

impl Known {
    /// What is known of a contact, before it is gone.
    pub(super) async fn of(txn: &DatabaseTransaction, row: &Model) -> Result<Self> {
        let mut known = Self::default();
        known.add(Told::Name, &row.name);
        // The name of somebody's company is the company's.
        let told = |name: &str| told(name).filter(|_| name != "companyName");
        for column in contact_columns::TEXTS {
            if let (Some(told), Some(text)) = (told(column.name), (column.slot)(&mut row.clone())) {
                known.add(told, text);
            }
        }
        let addresses = contact_address::Entity::find()
            .filter(contact_address::Column::ContactId.eq(row.id))
            .all(txn)
            .await?;
        for mut row in addresses {
            for column in address::TEXTS {
                if let (Some(told), Some(text)) = (told(column.name), (column.slot)(&mut row)) {
                    known.add(told, text);
                }
            }
        }
        // Also those of the duplicates that were merged into it.
        let ids = contact_identifier::Entity::find()
            .filter(contact_identifier::Column::ContactId.eq(row.id))
            .filter(contact_identifier::Column::Kind.eq(IdentifierKind::ExternalId))
            .all(txn)
            .await?;
        ids.iter().for_each(|row| known.add(Told::Identifier, &row.value));
        Ok(known)
    }

    /// Some write several into one field.
    fn add(&mut self, told: Told, text: &str) {
        let texts = std::iter::once(text).chain(text.split(';')).map(compared);
        let telling = texts.filter(|text| CHARS_MIN <= text.chars().count());
        self.0.extend(telling.map(|text| (told, text)));
    }

    /// Whether a text that is asked of a field tells of the contact.
    fn has(&self, field: &str, text: &str) -> bool {
        let text = compared(text);
        if field == SEARCH {
            // A word by itself may be anything: the name of a city as well.
            return !text.chars().all(char::is_alphabetic)
                && self.0.iter().any(|(_, known)| *known == text);
        }
        told(field).is_some_and(|told| self.0.contains(&(told, text)))
    }

    /// Takes what tells of the contact out of criteria; returns whether there was anything.
    fn redact(&self, criteria: &mut Criteria) -> bool {
        let mut any = false;
        criteria.each_text(&mut |field, text| {
            if self.has(field, text) {
                ERASED.clone_into(text);
                any = true;
            }
        });
        any
    }

    /// The criteria of a step in the form in which they are stored, if they told of the contact.
    fn without(&self, step: &criterion::Model) -> Option<serde_json::Value> {
        let mut criteria = criteria_of(step).ok()??;
        self.redact(&mut criteria).then(|| stored(&criteria))
    }

    /// The same of saved steps.
    fn without_in_saved(&self, row: &saved_criteria::Model) -> Option<serde_json::Value> {
        let mut steps = saved::steps_of(row).ok()?;
        let criteria = steps.iter_mut().filter_map(|step| step.criteria.as_mut());
        let any = criteria.fold(false, |any, it| self.redact(it) | any);
        any.then(|| saved::to_stored(&steps))
    }
}

/// Takes what tells of a contact out of the criteria of all steps and out of saved ones; returns in
/// how many there was anything. What steps did stays as it is recorded. Criteria that can't be read
/// stay as they are, and the check of the database names them.
pub(super) async fn redact(txn: &DatabaseTransaction, known: &Known) -> Result<u64> {
    let mut count = 0;
    macro_rules! redact {
        ($table:ident, $column:ident, $without:ident) => {
            let mut last = i64::MIN;
            loop {
                let rows = $table::Entity::find()
                    .filter($table::Column::Id.gt(last))
                    .order_by_asc($table::Column::Id)
                    .limit(PAGE)
                    .all(txn)
                    .await?;
                let Some(row) = rows.last() else { break };
                last = row.id;
                for row in rows {
                    let Some(json) = known.$without(&row) else { continue };
                    count += 1;
                    $table::Entity::update_many()
                        .col_expr($table::Column::$column, Expr::val(json))
                        .filter($table::Column::Id.eq(row.id))
                        .exec(txn)
                        .await?;
                }
            }
        };
    }
    redact!(criterion, Criteria, without);
    redact!(saved_criteria, Steps, without_in_saved);
    Ok(count)
}

/// Forgets all answers that are kept: any of them may tell of the contact, in texts as well, and none is
/// kept for long. Whoever sends such a request again is told that it was done, and no more.
pub(super) async fn forget_answers(txn: &DatabaseTransaction) -> Result<()> {
    idempotency_key::Entity::update_many()
        .col_expr(idempotency_key::Column::Answer, Expr::val(None::<String>))
        .filter(idempotency_key::Column::Answer.is_not_null())
        .exec(txn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{
        access::is_personal,
        criteria::{CONTACT_FIELDS, Kind, upgrade},
    };

    fn known(texts: &[(Told, &str)]) -> Known {
        let mut known = Known::default();
        texts.iter().for_each(|(told, text)| known.add(*told, text));
        known
    }

    /// What is left of criteria, as they are written out; nothing if nothing was taken.
    fn left(known: &Known, criteria: &Value) -> Option<Value> {
        let mut criteria = Criteria::parse(criteria, &[]).unwrap();
        known.redact(&mut criteria).then(|| upgrade(&stored(&criteria)).unwrap().to_json())
    }

    #[test]
    fn values_that_tell_of_somebody_are_taken_wherever_they_stand() {
        let known = known(&[
            (Told::Name, "Ada Åkesson"),
            (Told::Email, "ada@x.example; ada@y.example"),
            (Told::Phone, "+46 777"),
        ]);
        let criteria = json!({ "all": [
            { "email": { "eq": "Ada@Y.example" } },
            { "not": { "name": { "in": ["Bo", "ADA ÅKESSON"] } } },
            { "name": { "not": { "matches": "@*ada åkesson*" } } },
            { "company": { "searchName": { "eq": "ada åkesson" } } },
            { "people": { "where": { "phone": { "eq": "+46 777" } } } },
            { "sample": { "of": { "search": "ada@x.example" }, "take": 3, "salt": "ada@x.example" } },
            { "search": "+46 777" },
        ] });
        let expected = json!({ "all": [
            { "email": { "eq": "erased" } },
            { "not": { "name": { "in": ["Bo", "erased"] } } },
            { "name": { "not": { "containsIgnoreCase": "erased" } } },
            { "company": { "searchName": { "eq": "ERASED" } } },
            { "people": { "where": { "phone": { "eq": "erased" } }, "measure": { "some": true } } },
            { "sample": { "of": { "search": "erased" }, "take": 3, "salt": "ada@x.example" } },
            { "search": "erased" },
        ] });
        let left = self::left(&known, &criteria).unwrap();
        // Compared as what it means: a negated test may be written in another way.
        assert_eq!(Criteria::parse(&left, &[]).unwrap(), Criteria::parse(&expected, &[]).unwrap());
        assert_eq!(self::left(&known, &left), None);
    }

    #[test]
    fn what_merely_reads_the_same_stays() {
        let known = known(&[
            (Told::Name, "Company"),
            (Told::Name, "London"),
            (Told::Name, "SE"),
            (Told::Phone, "123"),
            (Told::Email, "2026-01-01"),
        ]);
        for criteria in [
            json!({ "type": { "eq": "COMPANY" } }),
            json!({ "city": { "eq": "London" } }),
            json!({ "email": { "eq": "London" } }),
            json!({ "externalId": { "eq": "123" } }),
            json!({ "search": "London" }),
            json!({ "name": { "eq": "SE" } }),
            json!({ "country": { "eq": "SE" } }),
            json!({ "interactions": { "where": { "documentNo": { "eq": "123" } } } }),
            json!({ "interactions": { "within": { "on": { "date": "2026-01-01" } } } }),
            json!({ "mailingGroups": { "hasAny": ["LONDON"] } }),
            json!({ "custom": { "name": "London", "text": { "eq": "London" } } }),
        ] {
            assert_eq!(left(&known, &criteria), None, "{criteria}");
        }
    }

    #[test]
    fn whatever_field_is_asked_criteria_can_still_be_read() {
        const ALL: [Told; 6] =
            [Told::Name, Told::Address, Told::Phone, Told::Email, Told::HomePage, Told::Identifier];
        for field in CONTACT_FIELDS {
            let (value, texts) = match field.kind {
                Kind::Text | Kind::ExactText | Kind::Code => (json!({ "eq": "Secret 1" }), true),
                Kind::Choice(choice) => (json!({ "eq": choice.names()[0] }), false),
                Kind::Flag => (json!(true), false),
                _ => (json!({ "on": { "date": "2026-01-01" } }), false),
            };
            let text = value["eq"].as_str().unwrap_or("2026-01-01");
            let known = known(&ALL.map(|told| (told, text)));
            let criteria = Value::from_iter([(field.name, value.clone())]);
            let left = left(&known, &criteria);
            assert_eq!(left.is_some(), texts && told(field.name).is_some(), "{}", field.name);
        }
    }

    /// Or a new one would be forgotten.
    #[test]
    fn what_is_personal_tells_of_somebody() {
        let shared = ["city", "county", "postCode", "initials"];
        for column in contact_columns::TEXTS {
            let tells = told(column.name).is_some() || shared.contains(&column.name);
            assert!(tells || !is_personal(column.column), "{}", column.name);
        }
    }
}
