//! The loaders of templates, logged segments and interactions.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;

use crate::{
    domain::{
        self, Context, List, Page,
        interaction::{Deliveries, Filter, Key as Place, Owner, Statistics, StatisticsKey},
        message::Message,
        profile::{Key, Questionnaire},
        purchase::{Filter as PurchaseFilter, Key as PurchasePlace, Owner as Buyer},
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

/// Declares loaders of pages and counts, by whose they are and what is asked of all alike.
macro_rules! of_owners {
    ($($name:ident: $owner:ty, $asked:ty => $value:ty = $service:path;)*) => {$(
        pub(in crate::graphql) struct $name(pub(in crate::graphql) Context);

        impl Loader<($owner, $asked)> for $name {
            type Value = $value;
            // A batch fails as one, for every caller.
            type Error = Arc<domain::Error>;

            async fn load(
                &self,
                keys: &[($owner, $asked)],
            ) -> Result<HashMap<($owner, $asked), $value>, Self::Error> {
                let mut loaded = HashMap::new();
                let keys = keys.iter().map(|(owner, asked)| (asked.clone(), *owner));
                for (asked, owners) in $crate::graphql::batches::grouped(keys) {
                    let found = $service(&self.0, &owners, &asked).await?;
                    let of = |(owner, found)| ((owner, asked.clone()), found);
                    loaded.extend(found.into_iter().map(of));
                }
                Ok(loaded)
            }
        }
    )*};
}
pub(super) use of_owners;

of_owners! {
    InteractionPages: Owner, List<Filter, Place> => Page<Place, interaction::Model> =
        domain::interaction::pages;
    InteractionCounts: Owner, Filter => u64 = domain::interaction::counts;
    PurchasePages: Buyer, List<PurchaseFilter, PurchasePlace> => Page<PurchasePlace, purchase::Model> =
        domain::purchase::pages;
    PurchaseStatistics: Buyer, PurchaseFilter => domain::purchase::Statistics =
        domain::purchase::statistics;
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
