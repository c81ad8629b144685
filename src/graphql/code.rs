//! Code tables: mailing groups, countries, salespeople and the like.

use std::sync::Arc;

use async_graphql::{
    Context, Description, Enum, InputObject, MaybeUndefined, Object, SimpleObject,
};

use super::{
    error::{Result, UserError, outcome},
    interaction::{InteractionStatistics, statistics_of},
    loaders::Loaders,
    scalar::Date,
};
use crate::{
    domain::{
        self,
        code::CodeChange,
        interaction::{Of, Window},
    },
    entity::{self, kinds},
};

/// Which code table.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::CodeKind")]
pub(super) enum CodeKind {
    /// What a company is to us: customer, vendor, competitor …; people match through their company.
    BusinessRelation,
    /// How far a campaign is.
    CampaignStatus,
    /// Countries and regions.
    Country,
    /// Currencies.
    Currency,
    /// The line of business of a company; people match through their company.
    IndustryGroup,
    /// Groups of interaction templates.
    InteractionGroup,
    /// What a person answers for at work.
    JobResponsibility,
    /// Languages.
    Language,
    /// Who gets a mailing; any contact can be a member.
    MailingGroup,
    /// The rank of a person at work.
    OrganizationalLevel,
    /// Who sells to the contact.
    Salesperson,
    /// How a contact is addressed.
    Salutation,
    /// Sales territories.
    Territory,
    /// Where to look a company up on the web.
    WebSource,
}

/// An entry of a code table. Codes are kept in upper case, and their case never matters.
#[derive(Description)]
pub(super) struct Code(pub(super) Arc<entity::code::Model>);

impl From<entity::code::Model> for Code {
    fn from(row: entity::code::Model) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl Code {
    /// Which code table.
    async fn kind(&self) -> CodeKind {
        self.0.kind.into()
    }

    /// The code, such as `SE`; at most 20 characters.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What it means; for salespeople, the name.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The e-mail address of a salesperson.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// The address of a web source; `%1` stands for the search word.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// Whether it can no longer be chosen. What has it already keeps it.
    async fn blocked(&self) -> bool {
        self.0.blocked
    }

    /// Of an interaction group, what its interactions add up to, without canceled and postponed ones;
    /// null for all other codes.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Only those on this day or earlier.")] to: Option<Date>,
    ) -> Option<Result<InteractionStatistics>> {
        if self.0.kind != kinds::CodeKind::InteractionGroup {
            return None;
        }
        let window = Window { from: from.map(|it| it.0), to: to.map(|it| it.0) };
        Some(statistics_of(ctx, Of::Group(self.0.code.clone()), window).await)
    }
}

impl Code {
    /// The entry with this code, in a batch with others.
    pub(super) async fn load(
        ctx: &Context<'_>,
        kind: kinds::CodeKind,
        code: Option<&str>,
    ) -> Result<Option<Self>> {
        let Some(code) = code else { return Ok(None) };
        let key = (kind, code.to_owned());
        Ok(ctx.data::<Loaders>()?.code.load_one(key).await?.map(Self))
    }
}

#[derive(Default)]
pub(super) struct CodeQuery;

#[Object]
impl CodeQuery {
    /// The entries of a code table, in the order of their codes.
    async fn codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which code table.")] kind: CodeKind,
    ) -> Result<Vec<Code>> {
        let context = ctx.data::<domain::Context>()?;
        let codes = domain::code::list(context, kind.into()).await?;
        Ok(codes.into_iter().map(Code::from).collect())
    }
}

/// A new entry of a code table.
#[derive(InputObject)]
pub(super) struct CodeCreateInput {
    /// Which code table.
    kind: CodeKind,
    /// The code: at most 20 characters, kept in upper case.
    code: String,
    /// What it means.
    description: Option<String>,
    /// The e-mail address of a salesperson.
    email: Option<String>,
    /// The address of a web source.
    url: Option<String>,
    /// Whether it can no longer be chosen.
    #[graphql(default_with = "Some(false)")]
    blocked: Option<bool>,
}

/// What to change in an entry of a code table. What is left out stays; null clears.
#[derive(InputObject)]
pub(super) struct CodeUpdateInput {
    /// Which code table.
    kind: CodeKind,
    /// Which entry.
    code: String,
    /// What it means.
    description: MaybeUndefined<String>,
    /// The e-mail address of a salesperson.
    email: MaybeUndefined<String>,
    /// The address of a web source.
    url: MaybeUndefined<String>,
    /// Whether it can no longer be chosen.
    blocked: Option<bool>,
}

/// Which entry of a code table to delete.
#[derive(InputObject)]
pub(super) struct CodeDeleteInput {
    /// Which code table.
    kind: CodeKind,
    /// Which entry.
    code: String,
}

/// An entry of a code table after a change.
#[derive(SimpleObject)]
pub(super) struct CodePayload {
    /// The entry; null if there are user errors.
    code: Option<Code>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting an entry of a code table.
#[derive(SimpleObject)]
pub(super) struct CodeDeletePayload {
    /// The code that is gone; null if there are user errors.
    deleted_code: Option<String>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct CodeMutation;

#[Object]
impl CodeMutation {
    /// Adds an entry to a code table.
    async fn code_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A new entry of a code table.")] input: CodeCreateInput,
    ) -> Result<CodePayload> {
        let context = ctx.data::<domain::Context>()?;
        let change = CodeChange {
            description: Some(input.description),
            email: Some(input.email),
            url: Some(input.url),
            blocked: input.blocked,
        };
        let created = domain::code::create(context, input.kind.into(), &input.code, change).await;
        let (code, user_errors) = outcome(created)?;
        Ok(CodePayload { code: code.map(Code::from), user_errors })
    }

    /// Changes an entry of a code table.
    async fn code_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in an entry of a code table.")] input: CodeUpdateInput,
    ) -> Result<CodePayload> {
        let context = ctx.data::<domain::Context>()?;
        let change = CodeChange {
            description: input.description.into(),
            email: input.email.into(),
            url: input.url.into(),
            blocked: input.blocked,
        };
        let updated = domain::code::update(context, input.kind.into(), &input.code, change).await;
        let (code, user_errors) = outcome(updated)?;
        Ok(CodePayload { code: code.map(Code::from), user_errors })
    }

    /// Deletes an entry of a code table, unless something has it.
    async fn code_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entry of a code table to delete.")] input: CodeDeleteInput,
    ) -> Result<CodeDeletePayload> {
        let context = ctx.data::<domain::Context>()?;
        let deleted = domain::code::delete(context, input.kind.into(), &input.code).await;
        let (deleted_code, user_errors) = outcome(deleted)?;
        Ok(CodeDeletePayload { deleted_code, user_errors })
    }
}
