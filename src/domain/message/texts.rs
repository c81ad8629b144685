//! What somebody says in each language.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    domain::{Error, Result},
    entity::message,
};

/// What somebody says in each language, and to whoever has none of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<Option<String>, message::Model>);

impl FromIterator<(Option<String>, message::Model)> for Texts {
    fn from_iter<T: IntoIterator<Item = (Option<String>, message::Model)>>(all: T) -> Self {
        Self(all.into_iter().collect())
    }
}

impl Texts {
    /// From the languages of messages, and their keys.
    ///
    /// # Errors
    /// What the database says; [`Error::Corrupt`] if a message is not there.
    pub async fn load(
        db: &impl ConnectionTrait,
        texts: Vec<(Option<String>, i64)>,
    ) -> Result<Self> {
        if texts.is_empty() {
            return Ok(Self::default());
        }
        let rows = message::Entity::find()
            .filter(message::Column::Id.is_in(texts.iter().map(|(_, id)| *id)))
            .all(db)
            .await?;
        let of_text = |(language, id)| {
            let row = rows.iter().find(|row| row.id == id).cloned();
            let row = row.ok_or_else(|| Error::Corrupt(format!("there is no message {id}")))?;
            Ok((language, row))
        };
        texts.into_iter().map(of_text).collect()
    }

    /// Whether there is a text in just this language.
    pub fn has(&self, language: &str) -> bool {
        self.0.contains_key(&Some(language.to_owned()))
    }

    /// The languages that there are texts in.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(Option::as_deref)
    }

    /// The text in this language, else the one for whoever has none; and its language.
    pub fn of(&self, language: Option<&str>) -> Option<(Option<&str>, &message::Model)> {
        let exact = language.and_then(|it| self.0.get_key_value(&Some(it.to_owned())));
        let found = exact.or_else(|| self.0.get_key_value(&None))?;
        Some((found.0.as_deref(), found.1))
    }

    /// The keys of all messages.
    pub fn messages(&self) -> impl Iterator<Item = i64> {
        self.0.values().map(|row| row.id)
    }
}
