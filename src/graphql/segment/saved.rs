//! Saved criteria: steps under a name.

use async_graphql::{
    Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
    connection::Connection,
};
use chrono::{DateTime, Utc};

use super::{
    super::{
        error::{Result, UserError, outcome},
        kept::kept,
        loaders::Loaders,
        page::{Cursor, Slice, connection},
    },
    criterion::SavedStep,
};
use crate::{
    domain::{
        self,
        id::Kind,
        segment::saved::{self, SavedCriteriaFilter as Filter},
    },
    entity::saved_criteria,
};

/// The steps of a segment under a name, to be replayed on other segments.
#[derive(Clone, Description)]
pub(in crate::graphql) struct SavedCriteria(pub(in crate::graphql) saved_criteria::Model);

#[Object(use_type_description)]
impl SavedCriteria {
    /// The global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ID(Kind::SavedCriteria.id(self.0.id))
    }

    /// The name; unique, at most 250 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What they are good for; at most 250 characters.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The steps, in their order.
    async fn steps(&self) -> Result<Vec<SavedStep>> {
        Ok(saved::steps_of(&self.0)?.into_iter().map(SavedStep).collect())
    }

    /// Who saved them, where that is known.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_deref()
    }

    /// When they were saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When they were renamed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// Which saved criteria to list. What is left out does not restrict.
#[derive(Default, InputObject)]
pub(in crate::graphql) struct SavedCriteriaFilter {
    /// Those whose name starts with this, whatever the case.
    name_starts_with: Option<String>,
}

impl From<SavedCriteriaFilter> for Filter {
    fn from(filter: SavedCriteriaFilter) -> Self {
        Self { name_starts_with: filter.name_starts_with }
    }
}

/// What a list of saved criteria is ordered by. Capitals come before small letters.
#[derive(Copy, Clone, PartialEq, Eq, Default, Enum)]
pub(in crate::graphql) enum SavedCriteriaOrder {
    /// By name.
    #[default]
    NameAsc,
    /// By name, the last first.
    NameDesc,
}

/// How many saved criteria there are, besides a page of them.
#[derive(Description)]
pub(in crate::graphql) struct SavedCriteriaTotal(Filter);

#[Object(use_type_description)]
impl SavedCriteriaTotal {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(saved::count(ctx.data()?, &self.0).await?)
    }
}

#[derive(Default)]
pub(in crate::graphql) struct SavedCriteriaQuery;

#[Object]
impl SavedCriteriaQuery {
    /// The saved criteria with this id; null if there are none.
    async fn saved_criterion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their global id.")] id: ID,
    ) -> Option<Result<SavedCriteria>> {
        let found = async {
            let key = Kind::SavedCriteria.key(&id, &["id"])?;
            load(ctx, key).await
        };
        found.await.transpose()
    }

    /// The saved criteria.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn saved_criteria(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<SavedCriteriaFilter>,
        #[graphql(desc = "By name unless it is said.")] order_by: Option<SavedCriteriaOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, SavedCriteria, SavedCriteriaTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let filter = Filter::from(filter.unwrap_or_default());
        let descending = order_by == Some(SavedCriteriaOrder::NameDesc);
        let page = saved::list(ctx.data()?, &filter, descending, &args).await?;
        Ok(connection(page, SavedCriteriaTotal(filter), SavedCriteria))
    }
}

/// The saved criteria with this key, in a batch with others.
pub(in crate::graphql) async fn load(ctx: &Context<'_>, id: i64) -> Result<Option<SavedCriteria>> {
    Ok(ctx.data::<Loaders>()?.segment.saved.load_one(id).await?.map(SavedCriteria))
}

/// Which steps to save, and under which name.
#[derive(InputObject)]
pub(in crate::graphql) struct SegmentSaveCriteriaInput {
    /// Whose steps; those that were taken back are not saved.
    segment_id: ID,
    /// The name; unique, at most 250 characters.
    name: String,
    /// What they are good for; at most 250 characters.
    description: Option<String>,
    /// Fail with `CONFLICT` if the segment is at another revision.
    expected_revision: Option<i32>,
}

/// What to change in saved criteria. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct SavedCriteriaUpdateInput {
    /// Which saved criteria.
    saved_criteria_id: ID,
    /// The new name; unique, at most 250 characters.
    name: MaybeUndefined<String>,
    /// What they are good for; at most 250 characters.
    description: MaybeUndefined<String>,
}

/// Which saved criteria to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct SavedCriteriaDeleteInput {
    /// Which saved criteria.
    saved_criteria_id: ID,
}

/// Saved criteria after a change.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SavedCriteriaPayload {
    /// The saved criteria; null if there are user errors.
    saved_criteria: Option<SavedCriteria>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting saved criteria.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SavedCriteriaDeletePayload {
    /// The id of the saved criteria that are gone; null if there are user errors.
    deleted_saved_criteria_id: Option<ID>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct SavedCriteriaMutation;

#[Object]
impl SavedCriteriaMutation {
    /// Saves the steps of a segment under a name.
    async fn segment_save_criteria(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which steps to save, and under which name.")]
        input: SegmentSaveCriteriaInput,
    ) -> Result<SavedCriteriaPayload> {
        let context = ctx.data::<domain::Context>()?;
        let saved = async {
            let id = Kind::Segment.key(&input.segment_id, &["segmentId"])?;
            let description = input.description.as_deref();
            saved::save(context, id, input.expected_revision, &input.name, description).await
        };
        let (saved, user_errors) = outcome(saved.await)?;
        Ok(SavedCriteriaPayload { saved_criteria: saved.map(SavedCriteria), user_errors })
    }

    /// Changes the name or the description of saved criteria.
    async fn saved_criteria_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in saved criteria.")] input: SavedCriteriaUpdateInput,
    ) -> Result<SavedCriteriaPayload> {
        let context = ctx.data::<domain::Context>()?;
        let updated = async {
            let id = key(&input.saved_criteria_id)?;
            let description: Option<Option<String>> = input.description.into();
            let description = description.as_ref().map(Option::as_deref);
            let name = kept(input.name, "name")?;
            saved::rename(context, id, name.as_deref(), description).await
        };
        let (updated, user_errors) = outcome(updated.await)?;
        Ok(SavedCriteriaPayload { saved_criteria: updated.map(SavedCriteria), user_errors })
    }

    /// Deletes saved criteria. Segments on which they were replayed keep their steps.
    async fn saved_criteria_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which saved criteria to delete.")] input: SavedCriteriaDeleteInput,
    ) -> Result<SavedCriteriaDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = async { saved::delete(context, key(&input.saved_criteria_id)?).await };
        let (deleted, user_errors) = outcome(deleted.await)?;
        let deleted_saved_criteria_id = deleted.map(|id| ID(Kind::SavedCriteria.id(id)));
        Ok(SavedCriteriaDeletePayload { deleted_saved_criteria_id, user_errors })
    }
}

pub(super) fn key(id: &ID) -> domain::Result<i64> {
    Kind::SavedCriteria.key(id, &["savedCriteriaId"])
}
