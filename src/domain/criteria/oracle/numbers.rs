//! The numbers of what rows refer to by its key.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use crate::{
    domain::{Result, criteria::field::Numbered},
    entity::{campaign, segment},
};

pub(super) struct Numbers {
    campaigns: HashMap<i64, String>,
    segments: HashMap<i64, String>,
}

impl Numbers {
    pub(super) async fn of(db: &impl ConnectionTrait) -> Result<Self> {
        use campaign::Column as C;
        use segment::Column as S;
        Ok(Self {
            campaigns: numbers::<campaign::Entity>(db, [C::Id, C::No]).await?,
            segments: numbers::<segment::Entity>(db, [S::Id, S::No]).await?,
        })
    }

    pub(super) fn get(&self, of: Numbered, key: i64) -> Option<&String> {
        match of {
            Numbered::Campaign => self.campaigns.get(&key),
            Numbered::Segment => self.segments.get(&key),
        }
    }
}

async fn numbers<E: EntityTrait>(
    db: &impl ConnectionTrait,
    columns: [E::Column; 2],
) -> Result<HashMap<i64, String>> {
    let rows = E::find().select_only().columns(columns).into_tuple::<(i64, String)>();
    Ok(rows.all(db).await?.into_iter().collect())
}
