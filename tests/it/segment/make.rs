//! Contacts and segments to select from.

use serde_json::{Value, json};
use urval::{
    db,
    domain::{Error, contact::insert_new},
    entity::contact,
};

use crate::app::TestApp;

/// A contact as a row: a company if it is its own company, else a person.
pub(super) fn contact(id: i32, company_id: Option<i32>) -> Value {
    let r#type = if company_id == Some(id) { "COMPANY" } else { "PERSON" };
    json!({
        "id": id,
        "no": format!("CT{id:06}"),
        "type": r#type,
        "company_id": company_id,
        "name": format!("Contact {id}"),
        "name_fold": format!("contact {id}"),
        "exclude_from_segment": false,
        "privacy_blocked": false,
        "minor": false,
        "parental_consent": false,
        "sort_key": format!("key {id:06}"),
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "revision": 1,
    })
}

/// Puts contacts into the database, and keeps the counter ahead of them.
pub(super) async fn contacts(app: &TestApp, rows: &[Value]) {
    let rows: Vec<contact::Model> =
        rows.iter().map(|row| serde_json::from_value(row.clone()).unwrap()).collect();
    let inserted = db::write(&app.context.db, &db::Table::ALL, async |txn| {
        insert_new(txn, &rows).await?;
        Ok::<_, Error>(())
    });
    inserted.await.unwrap();
}

/// Companies 1 and 2 with people 11, 12 and 21, 22, and 5 on their own; who is in Oslo is known.
pub(super) async fn world(app: &TestApp) {
    let mut rows = vec![
        contact(1, Some(1)),
        contact(2, Some(2)),
        contact(5, None),
        contact(11, Some(1)),
        contact(12, Some(1)),
        contact(21, Some(2)),
        contact(22, Some(2)),
    ];
    for row in &mut rows {
        if [5, 11, 21].contains(&row["id"].as_i64().unwrap()) {
            row["city"] = json!("Oslo");
            row["city_fold"] = json!("oslo");
        }
        row["exclude_from_segment"] = json!(row["id"] == 21);
    }
    contacts(app, &rows).await;
}

/// People 1 to `count`, each on their own.
pub(super) async fn people(app: &TestApp, count: i32) {
    let rows: Vec<Value> = (1..=count).map(|id| contact(id, None)).collect();
    contacts(app, &rows).await;
}

pub(super) async fn segment(app: &TestApp) -> String {
    let created = app.must("segmentCreate", "segment { id }", json!({})).await;
    created["segment"]["id"].as_str().unwrap().to_owned()
}

pub(super) fn ids(keys: impl IntoIterator<Item = u32>) -> Value {
    keys.into_iter().map(|key| json!(format!("contact:{key}"))).collect()
}

/// The set of a segment, as it lies in the database.
pub(super) async fn set(app: &TestApp, segment: &str) -> Vec<u32> {
    let id = segment.strip_prefix("segment:").unwrap().parse().unwrap();
    let row = urval::domain::segment::by_id(&app.context, id).await.unwrap().unwrap();
    // Not through the cache of the server, which may be wrong.
    let cache = urval::domain::members::MembersCache::default();
    let set = cache.load(app.context.db.reader(), &row).await.unwrap();
    assert_eq!(*set, *app.context.members.load(app.context.db.reader(), &row).await.unwrap());
    assert_eq!(set.len(), row.contacts_count as u64);
    set.iter().collect()
}

/// Deletes contacts, as far as sets are concerned.
pub(super) async fn delete(app: &TestApp, keys: &[u32]) {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let gone = db::write(&app.context.db, &db::Table::ALL, async |txn| {
        let keys: Vec<i32> = keys.iter().map(|key| key.cast_signed()).collect();
        let dead = keys.iter().map(|key| key.cast_unsigned()).collect();
        urval::domain::members::bury(txn, &dead).await?;
        contact::Entity::delete_many().filter(contact::Column::Id.is_in(keys)).exec(txn).await?;
        Ok::<_, Error>(())
    });
    gone.await.unwrap();
}
