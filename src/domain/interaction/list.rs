//! Lists of interactions: of a contact, of a logged segment, of a campaign, and of everybody.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter, Select, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use crate::{
    db::dialect,
    domain::{
        Context, List, Page, Result,
        owned::{self, Owned},
        page::Day,
        text,
    },
    entity::{
        contact,
        interaction::{self, Column},
        kinds::{ContactType, DeliveryStatus, Evaluation},
    },
};

/// Whose interactions a list has.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Everybody,
    Contact(i32),
    /// Those of the company and of whoever belonged to it at the time.
    Company(i32),
    Campaign(i64),
    CampaignEntry(i64),
    LoggedSegment(i64),
    /// Those of the segment, whatever became of its logging.
    Segment(i64),
}

/// Which interactions to list: those for which all holds that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// On this day or later.
    pub from: Option<NaiveDate>,
    /// On this day or earlier.
    pub to: Option<NaiveDate>,
    pub templates: Option<Vec<String>>,
    pub groups: Option<Vec<String>>,
    pub evaluations: Option<Vec<Evaluation>>,
    pub delivery_statuses: Option<Vec<DeliveryStatus>>,
    pub include_canceled: bool,
    pub postponed: Postponed,
}

/// What of the list becomes of interactions that are postponed.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Postponed {
    #[default]
    LeftOut,
    Included,
    /// Nothing else is in it.
    Only,
}

/// Where an interaction stands in a list: date, contact, id.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(Day, i32, i64);

/// The page of each owner, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn pages(
    context: &Context,
    owners: &[Owner],
    list: &List<Filter, Key>,
) -> Result<HashMap<Owner, Page<Key, interaction::Model>>> {
    owned::pages(context, owners, list, &all_of(context, &list.filter)).await
}

/// How many interactions the lists have in all, with one statement for each kind of owner.
///
/// # Errors
/// What the database says.
pub async fn counts(
    context: &Context,
    owners: &[Owner],
    filter: &Filter,
) -> Result<HashMap<Owner, u64>> {
    owned::counts(context, owners, all_of(context, filter)).await
}

impl Owner {
    /// Of a company, those of its people are meant, too.
    pub fn of(contact: &contact::Model) -> Self {
        match contact.r#type {
            ContactType::Company => Self::Company(contact.id),
            ContactType::Person => Self::Contact(contact.id),
        }
    }
}

impl owned::Owner for Owner {
    fn key(self) -> i64 {
        match self {
            Self::Everybody => 0,
            Self::Contact(id) | Self::Company(id) => i64::from(id),
            Self::Campaign(id)
            | Self::CampaignEntry(id)
            | Self::LoggedSegment(id)
            | Self::Segment(id) => id,
        }
    }
}

impl Owned for interaction::Entity {
    type Owner = Owner;
    type Key = Key;

    const ORDER: &'static [Column] = &[Column::Date, Column::ContactId, Column::Id];

    fn key(row: &interaction::Model) -> Key {
        Key(Day(row.date), row.contact_id, row.id)
    }

    fn values(Key(date, contact, id): Key) -> Vec<Expr> {
        vec![Expr::val(date), Expr::val(contact), Expr::val(id)]
    }

    fn column(owner: Owner) -> Option<Column> {
        match owner {
            Owner::Everybody => None,
            Owner::Contact(_) => Some(Column::ContactId),
            Owner::Company(_) => Some(Column::CompanyId),
            Owner::Campaign(_) => Some(Column::CampaignId),
            Owner::CampaignEntry(_) => Some(Column::CampaignEntryId),
            Owner::LoggedSegment(_) => Some(Column::LoggedSegmentId),
            Owner::Segment(_) => Some(Column::SegmentId),
        }
    }
}

fn all_of(context: &Context, filter: &Filter) -> Select<interaction::Entity> {
    // Codes are stored in upper case; one that none can be finds nothing.
    let codes = |codes: &[String]| -> Vec<String> {
        codes.iter().filter_map(|code| text::code(code)).collect()
    };
    let mut all = Condition::all();
    if let Some(from) = filter.from {
        all = all.add(Column::Date.gte(from));
    }
    if let Some(to) = filter.to {
        all = all.add(Column::Date.lte(to));
    }
    let backend = context.db.reader().get_database_backend();
    for (column, wanted) in
        [(Column::Template, &filter.templates), (Column::InteractionGroup, &filter.groups)]
    {
        if let Some(wanted) = wanted {
            let one_of = dialect::in_texts(backend, column.into_simple_expr(), &codes(wanted));
            all = all.add(one_of);
        }
    }
    if let Some(evaluations) = &filter.evaluations {
        all = all.add(Column::Evaluation.is_in(evaluations.iter().copied()));
    }
    if !filter.include_canceled {
        all = all.add(Column::Canceled.eq(false));
    }
    if let Some(statuses) = &filter.delivery_statuses {
        all = all.add(Column::DeliveryStatus.is_in(statuses.iter().copied()));
    }
    match filter.postponed {
        Postponed::LeftOut => all = all.add(Column::Postponed.eq(false)),
        Postponed::Included => {}
        Postponed::Only => all = all.add(Column::Postponed.eq(true)),
    }
    interaction::Entity::find().filter(all)
}
