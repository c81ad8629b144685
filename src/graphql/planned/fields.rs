//! The fields that opportunities and tasks have alike.

use async_graphql::{Context, Object};
use chrono::{DateTime, Utc};

use crate::{
    entity::kinds::{self, CodeKind},
    graphql::{
        campaign::Campaign,
        code::Code,
        contact::{self, Contact},
        error::Result,
        interaction::Interaction,
        kinds::Priority,
        segment::{self, Segment},
    },
};

/// What is planned with contacts, as far as it is the same of all.
pub(in crate::graphql) struct Planned<'a> {
    pub(in crate::graphql) no: &'a str,
    pub(in crate::graphql) description: &'a str,
    pub(in crate::graphql) contact_id: i32,
    pub(in crate::graphql) company_id: Option<i32>,
    pub(in crate::graphql) segment_id: Option<i64>,
    pub(in crate::graphql) campaign_id: Option<i64>,
    pub(in crate::graphql) interaction_id: Option<i64>,
    pub(in crate::graphql) salesperson: Option<&'a str>,
    pub(in crate::graphql) priority: kinds::Priority,
    pub(in crate::graphql) actor: Option<&'a str>,
    pub(in crate::graphql) created_at: DateTime<Utc>,
    pub(in crate::graphql) updated_at: DateTime<Utc>,
    pub(in crate::graphql) revision: i32,
}

/// From a row, whichever table it is of.
macro_rules! planned_of {
    ($row:expr) => {
        $crate::graphql::planned::Planned {
            no: &$row.no,
            description: &$row.description,
            contact_id: $row.contact_id,
            company_id: $row.company_id,
            segment_id: $row.segment_id,
            campaign_id: $row.campaign_id,
            interaction_id: $row.interaction_id,
            salesperson: $row.salesperson.as_deref(),
            priority: $row.priority,
            actor: $row.actor.as_deref(),
            created_at: $row.created_at,
            updated_at: $row.updated_at,
            revision: $row.revision,
        }
    };
}
pub(in crate::graphql) use planned_of;

#[Object]
impl Planned<'_> {
    /// The number, such as `OP000001` or `TD000001`, from the number series.
    async fn no(&self) -> &str {
        self.no
    }

    /// What it is about.
    async fn description(&self) -> &str {
        self.description
    }

    /// The company that the contact belonged to when it was created.
    async fn company(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contact::load(ctx, self.company_id?).await.transpose()
    }

    /// The segment it was created for; null if there was none, or it has been deleted.
    async fn segment(&self, ctx: &Context<'_>) -> Option<Result<Segment>> {
        segment::load(ctx, self.segment_id?).await.transpose()
    }

    /// The campaign it is due to.
    async fn campaign(&self, ctx: &Context<'_>) -> Option<Result<Campaign>> {
        Campaign::load(ctx, self.campaign_id).await.transpose()
    }

    /// Who is responsible.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Salesperson, self.salesperson).await.transpose()
    }

    /// The interaction it came from.
    async fn interaction(&self, ctx: &Context<'_>) -> Option<Result<Interaction>> {
        let key = (self.contact_id, self.interaction_id?);
        Interaction::load(ctx, key).await.transpose()
    }

    /// How much it matters.
    async fn priority(&self) -> Priority {
        self.priority.into()
    }

    /// Who created it.
    async fn actor(&self) -> Option<&str> {
        self.actor
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// Grows with every change.
    async fn revision(&self) -> i32 {
        self.revision
    }
}
