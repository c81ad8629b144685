//! Stands in for the criteria until they come: knows contacts by id and everybody, and rejects the rest.

use roaring::RoaringBitmap;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect, QueryTrait};
use serde_json::Value;

use crate::{
    db,
    domain::{Context, Error, Moment, Reason, Result, id::Kind},
    entity::contact,
};

#[derive(Clone, Debug)]
pub(super) struct Criteria(Value);

impl Criteria {
    pub(super) fn parse(criteria: &Value, path: &[&str]) -> Result<Self> {
        let known = criteria.get("ids").is_some() || *criteria == serde_json::json!({ "all": [] });
        if known {
            return Ok(Self(criteria.clone()));
        }
        Err(Error::reject(Reason::NotAllowed, path, "Only ids can be asked for as yet."))
    }

    pub(super) fn to_json(&self) -> Value {
        self.0.clone()
    }

    pub(super) fn text(&self) -> String {
        self.0.to_string()
    }
}

pub(super) async fn evaluate(
    _: &Context,
    db: &impl ConnectionTrait,
    criteria: &Criteria,
    _: Moment,
) -> Result<RoaringBitmap> {
    let everybody = contact::Entity::find().select_only().column(contact::Column::Id).into_query();
    let everybody: RoaringBitmap = db::ids(db, everybody).await?.into_iter().collect();
    let Some(ids) = criteria.0.get("ids").and_then(Value::as_array) else { return Ok(everybody) };
    let ids = ids.iter().filter_map(Value::as_str);
    let keys = ids.filter_map(|id| u32::try_from(Kind::Contact.key(id, &[]).ok()?).ok());
    Ok(everybody & keys.collect::<RoaringBitmap>())
}
