//! The loaders of templates, logged segments and interactions.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;

use crate::{
    domain::{
        self, Context, Page,
        interaction::{
            Deliveries, Filter, Key as InteractionPlace, List, Owner, Statistics, StatisticsKey,
        },
        message::Message,
        profile::{Key, Questionnaire},
        purchase as purchase_list,
    },
    entity::{
        attachment, contact_profile_answer, interaction, interaction_comment, interaction_template,
        interaction_template_language, logged_segment, purchase, segment_text,
    },
};

/// Declares loaders whose batch is one call of a service.
macro_rules! loaders {
    ($($name:ident: $key:ty => $value:ty = $service:path;)*) => {$(
        pub(in crate::graphql) struct $name(pub(in crate::graphql) Context);

        impl Loader<$key> for $name {
            type Value = $value;
            // A batch fails as one, for every caller.
            type Error = Arc<domain::Error>;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Self::Error> {
                $service(&self.0, keys).await.map_err(Arc::new)
            }
        }
    )*};
}
pub(super) use loaders;

loaders! {
    NameOf: domain::criteria::Named => String = domain::criteria::names_of;
    AttachmentById: i64 => Arc<attachment::Model> = domain::attachment::by_ids;
    MessageById: i64 => Arc<Message> = domain::message::load;
    TemplateLanguageById: i64 => interaction_template_language::Model =
        domain::template::languages_by_ids;
    LanguagesByTemplate: String => Vec<interaction_template_language::Model> =
        domain::template::languages_of_templates;
    SegmentTextById: i64 => segment_text::Model = domain::segment::texts_by_ids;
    TextsBySegment: i64 => Vec<segment_text::Model> = domain::segment::texts_of_segments;
    TemplateByCode: String => Arc<interaction_template::Model> = domain::template::by_codes;
    LoggedSegmentById: i64 => logged_segment::Model = domain::segment::logged_by_ids;
    DeliveriesOfLogged: i64 => Deliveries = domain::interaction::deliveries;
    LoggedSegmentBySegment: i64 => logged_segment::Model = domain::segment::logged_by_segments;
    QuestionnaireByCode: String => Arc<Questionnaire> = domain::profile::by_codes;
    Questionnaires: () => Vec<Arc<Questionnaire>> = domain::profile::all;
    AnswersByContact: i32 => Vec<contact_profile_answer::Model> = domain::profile::answers_of;
    AnswerCounts: Key => u64 = domain::profile::counts;
    InteractionByKey: (i32, i64) => interaction::Model = domain::interaction::by_keys;
    CommentsByInteraction: (i32, i64) => Vec<interaction_comment::Model> =
        domain::interaction::comments_of;
    PurchaseByKey: (i32, i64) => purchase::Model = domain::purchase::by_keys;
    StatisticsByOwner: StatisticsKey => Statistics = domain::interaction::statistics;
}

pub(super) struct InteractionPages(pub(super) Context);

impl Loader<(Owner, List)> for InteractionPages {
    type Value = Page<InteractionPlace, interaction::Model>;
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(Owner, List)],
    ) -> Result<HashMap<(Owner, List), Self::Value>, Self::Error> {
        let mut loaded = HashMap::new();
        for (list, owners) in grouped(keys.iter().map(|(owner, list)| (list.clone(), *owner))) {
            let pages = domain::interaction::pages(&self.0, &owners, &list).await?;
            loaded.extend(pages.into_iter().map(|(owner, page)| ((owner, list.clone()), page)));
        }
        Ok(loaded)
    }
}

pub(super) struct InteractionCounts(pub(super) Context);

impl Loader<(Owner, Filter)> for InteractionCounts {
    type Value = u64;
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(Owner, Filter)],
    ) -> Result<HashMap<(Owner, Filter), u64>, Self::Error> {
        let mut loaded = HashMap::new();
        for (filter, owners) in grouped(keys.iter().map(|(owner, it)| (it.clone(), *owner))) {
            let counts = domain::interaction::counts(&self.0, &owners, &filter).await?;
            loaded.extend(counts.into_iter().map(|(owner, it)| ((owner, filter.clone()), it)));
        }
        Ok(loaded)
    }
}

pub(super) struct PurchasePages(pub(super) Context);

impl Loader<(purchase_list::Owner, purchase_list::List)> for PurchasePages {
    type Value = Page<purchase_list::Key, purchase::Model>;
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(purchase_list::Owner, purchase_list::List)],
    ) -> Result<HashMap<(purchase_list::Owner, purchase_list::List), Self::Value>, Self::Error>
    {
        let mut loaded = HashMap::new();
        for (list, owners) in grouped(keys.iter().map(|(owner, list)| (list.clone(), *owner))) {
            let pages = purchase_list::pages(&self.0, &owners, &list).await?;
            loaded.extend(pages.into_iter().map(|(owner, page)| ((owner, list.clone()), page)));
        }
        Ok(loaded)
    }
}

pub(super) struct PurchaseStatistics(pub(super) Context);

impl Loader<(purchase_list::Owner, purchase_list::Filter)> for PurchaseStatistics {
    type Value = purchase_list::Statistics;
    type Error = Arc<domain::Error>;

    async fn load(
        &self,
        keys: &[(purchase_list::Owner, purchase_list::Filter)],
    ) -> Result<HashMap<(purchase_list::Owner, purchase_list::Filter), Self::Value>, Self::Error>
    {
        let mut loaded = HashMap::new();
        for (filter, owners) in grouped(keys.iter().map(|(owner, it)| (it.clone(), *owner))) {
            let sums = purchase_list::statistics(&self.0, &owners, &filter).await?;
            loaded.extend(sums.into_iter().map(|(owner, it)| ((owner, filter.clone()), it)));
        }
        Ok(loaded)
    }
}

/// Those with the same arguments together: they are one statement.
pub(super) fn grouped<A: Eq + std::hash::Hash, O>(
    keys: impl Iterator<Item = (A, O)>,
) -> HashMap<A, Vec<O>> {
    let mut groups: HashMap<A, Vec<O>> = HashMap::new();
    for (args, owner) in keys {
        groups.entry(args).or_default().push(owner);
    }
    groups
}
