//! What a request loads of contacts, in batches.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;

use crate::{
    domain::{
        self, Context, Error, Page, Take,
        contact::{self, Key, Order, attribute::AttributeValue, classify, people, relation},
    },
    entity::{self, contact_address, contact_address_period, contact_code, kinds::CodeKind},
};

// A batch fails as one, for every caller.
type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

fn unsigned(ids: &[i32]) -> impl Iterator<Item = u32> {
    ids.iter().map(|id| id.cast_unsigned())
}

/// Contacts by key.
pub(in crate::graphql) struct ById(pub(in crate::graphql) Context);

impl Loader<i32> for ById {
    type Value = Arc<entity::contact::Model>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[i32]) -> Loaded<i32, Self::Value> {
        contact::by_ids(self.0.db.reader(), unsigned(ids)).await.map_err(Arc::new)
    }
}

/// The codes of one kind that a contact has itself.
pub(in crate::graphql) struct Codes(pub(in crate::graphql) Context);

impl Loader<(CodeKind, i32)> for Codes {
    type Value = Vec<contact_code::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[(CodeKind, i32)]) -> Loaded<(CodeKind, i32), Self::Value> {
        let ids: Vec<i32> = keys.iter().map(|(_, id)| *id).collect();
        let codes = classify::codes_of_each(self.0.db.reader(), unsigned(&ids));
        codes.await.map_err(Arc::new)
    }
}

/// What a contact is to us by the business relations it has itself.
pub(in crate::graphql) struct Relations(pub(in crate::graphql) Context);

impl Loader<i32> for Relations {
    type Value = relation::Summary;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[i32]) -> Loaded<i32, Self::Value> {
        relation::of_each(self.0.db.reader(), unsigned(ids)).await.map_err(Arc::new)
    }
}

/// The values of custom attributes that a contact has.
pub(in crate::graphql) struct Attributes(pub(in crate::graphql) Context);

impl Loader<i32> for Attributes {
    type Value = Vec<(String, AttributeValue)>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[i32]) -> Loaded<i32, Self::Value> {
        let values = contact::attribute::attributes_of_each(self.0.db.reader(), unsigned(ids));
        values.await.map_err(Arc::new)
    }
}

/// The alternative addresses of a contact.
pub(in crate::graphql) struct Addresses(pub(in crate::graphql) Context);

impl Loader<i32> for Addresses {
    type Value = Vec<contact_address::Model>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[i32]) -> Loaded<i32, Self::Value> {
        let addresses = contact::address::of_each(self.0.db.reader(), unsigned(ids));
        addresses.await.map_err(Arc::new)
    }
}

/// The periods in which they hold.
pub(in crate::graphql) struct AddressPeriods(pub(in crate::graphql) Context);

impl Loader<i32> for AddressPeriods {
    type Value = Vec<contact_address_period::Model>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[i32]) -> Loaded<i32, Self::Value> {
        let periods = contact::address::periods_of_each(self.0.db.reader(), unsigned(ids));
        periods.await.map_err(Arc::new)
    }
}

/// The alternative address that holds on a day.
pub(in crate::graphql) struct ActiveAddress(pub(in crate::graphql) Context);

impl Loader<(i32, NaiveDate)> for ActiveAddress {
    type Value = contact_address::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[(i32, NaiveDate)]) -> Loaded<(i32, NaiveDate), Self::Value> {
        let active = contact::address::active_on(self.0.db.reader(), keys.iter().copied());
        active.await.map_err(Arc::new)
    }
}

/// A page from either end of the people of a company.
pub(in crate::graphql) struct People(pub(in crate::graphql) Context);

impl Loader<(i32, Order, Take)> for People {
    type Value = Page<Key, u32>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[(i32, Order, Take)]) -> Loaded<(i32, Order, Take), Self::Value> {
        let mut alike: HashMap<(Order, Take), Vec<i32>> = HashMap::new();
        for (company_id, order, take) in keys {
            alike.entry((*order, *take)).or_default().push(*company_id);
        }
        let mut pages = HashMap::new();
        for ((order, take), companies) in alike {
            let found = people::pages(self.0.db.reader(), unsigned(&companies), order, take);
            let found = found.await.map_err(Arc::new)?;
            pages.extend(found.into_iter().map(|(id, page)| ((id, order, take), page)));
        }
        Ok(pages)
    }
}

/// How many people a company has.
pub(in crate::graphql) struct PeopleCount(pub(in crate::graphql) Context);

impl Loader<i32> for PeopleCount {
    type Value = u64;
    type Error = Arc<domain::Error>;

    async fn load(&self, ids: &[i32]) -> Loaded<i32, Self::Value> {
        people::counts(self.0.db.reader(), unsigned(ids)).await.map_err(Arc::new)
    }
}

/// The segments a contact is in.
pub(in crate::graphql) struct Segments(pub(in crate::graphql) Context);

impl Loader<i32> for Segments {
    type Value = Vec<Arc<entity::segment::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[i32]) -> Loaded<i32, Self::Value> {
        let contacts: Vec<u32> = unsigned(ids).collect();
        let segments = domain::segment::of_each(&self.0, &contacts).await.map_err(Arc::new)?;
        Ok(ids.iter().copied().zip(segments).collect())
    }
}
