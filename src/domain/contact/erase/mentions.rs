//! Where a contact is named literally, beside what belongs to it: in criteria, and in answers that are
//! kept for those who send a request again.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use serde_json::Value;

use crate::{
    db::dialect,
    domain::{Result, id::Kind, text},
    entity::{contact::Model, criterion, idempotency_key, saved_criteria},
};

/// What takes the place of a value that names the contact.
const ERASED: &str = "erased";
/// Shorter texts name nobody.
const CHARS_MIN: usize = 3;
/// Steps and saved criteria read at once.
const PAGE: u64 = 1_000;

/// The texts that tell of this contact and hardly of any other.
fn telling(row: &Model) -> Vec<String> {
    let texts = [
        &row.address,
        &row.email,
        &row.email2,
        &row.external_id,
        &row.fax,
        &row.mobile,
        &row.phone,
        &row.registration_no,
        &row.vat_no,
    ];
    let texts = texts.into_iter().flatten().flat_map(|text| text.split(';')).map(str::trim);
    let name = std::iter::once(row.name.as_str());
    texts.chain(name).filter(|it| CHARS_MIN <= it.chars().count()).map(str::to_owned).collect()
}

/// Takes values that are such a text, whatever the case, out of the criteria of all steps and out of
/// saved ones; returns in how many there were any. What steps did stays as it is recorded.
pub(super) async fn redact(txn: &DatabaseTransaction, row: &Model) -> Result<u64> {
    let telling: HashSet<String> = telling(row).iter().map(|it| text::fold(it)).collect();
    let mut count = 0;
    macro_rules! redact {
        ($table:ident, $column:ident) => {
            let mut last = i64::MIN;
            loop {
                let rows: Vec<(i64, Option<Value>)> = $table::Entity::find()
                    .select_only()
                    .columns([$table::Column::Id, $table::Column::$column])
                    .filter($table::Column::Id.gt(last))
                    .order_by_asc($table::Column::Id)
                    .limit(PAGE)
                    .into_tuple()
                    .all(txn)
                    .await?;
                let Some((id, _)) = rows.last() else { break };
                last = *id;
                for (id, json) in rows {
                    let Some(mut json) = json else { continue };
                    if !redact_in(&mut json, &telling) {
                        continue;
                    }
                    count += 1;
                    $table::Entity::update_many()
                        .col_expr($table::Column::$column, Expr::val(json))
                        .filter($table::Column::Id.eq(id))
                        .exec(txn)
                        .await?;
                }
            }
        };
    }
    redact!(criterion, Criteria);
    redact!(saved_criteria, Steps);
    Ok(count)
}

/// Returns whether there was anything.
fn redact_in(json: &mut Value, telling: &HashSet<String>) -> bool {
    match json {
        Value::String(value) if telling.contains(&text::fold(value.trim())) => {
            ERASED.clone_into(value);
            true
        }
        Value::Array(items) => items.iter_mut().fold(false, |any, it| redact_in(it, telling) | any),
        Value::Object(fields) => {
            fields.values_mut().fold(false, |any, it| redact_in(it, telling) | any)
        }
        _ => false,
    }
}

/// Forgets answers in which the contact occurs. Whoever sends such a request again is told that it was
/// done, and no more.
pub(super) async fn forget_answers(txn: &DatabaseTransaction, row: &Model) -> Result<()> {
    let backend = txn.get_database_backend();
    let id = Kind::Contact.id(row.id.into());
    let mut mentioned = Condition::any();
    for text in telling(row).into_iter().chain([id, row.no.clone()]) {
        // As it is written in JSON, without its quotes.
        let written = Value::String(text).to_string();
        let answer = Expr::col(idempotency_key::Column::Answer);
        mentioned = mentioned.add(dialect::contains(backend, answer, written.trim_matches('"')));
    }
    idempotency_key::Entity::update_many()
        .col_expr(idempotency_key::Column::Answer, Expr::val(None::<String>))
        .filter(idempotency_key::Column::Answer.is_not_null())
        .filter(mentioned)
        .exec(txn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_name_somebody_are_taken_wherever_they_stand() {
        let telling = HashSet::from(["ada@x.example".to_owned(), "ada åkesson".to_owned()]);
        let mut criteria = json!({ "all": [
            { "email": { "eq": "Ada@X.example" } },
            { "not": { "name": { "in": ["Bo", "ADA ÅKESSON"] } } },
            { "city": { "eq": "Ada" } },
        ] });
        assert!(redact_in(&mut criteria, &telling));
        assert_eq!(
            criteria,
            json!({ "all": [
            { "email": { "eq": "erased" } },
            { "not": { "name": { "in": ["Bo", "erased"] } } },
            { "city": { "eq": "Ada" } },
        ] })
        );
        assert!(!redact_in(&mut criteria, &telling));
    }
}
