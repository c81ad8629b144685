//! What hangs on a contact: company, people, codes and custom attributes.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, connection::Connection};

use super::{
    Contact, ContactOrder, ContactTotal,
    address::ContactAddress,
    contacts,
    detail::{BusinessRelation, ContactAttribute, ContactRelation, ContactWebSource},
    load,
};
use crate::{
    domain::{
        self,
        id::Kind,
        interaction::{Owner, Window},
        planned::Owner as Planned,
    },
    entity::{code, contact_code, kinds::CodeKind},
    graphql::{
        campaign::Campaign,
        code::Code,
        error::Result,
        estimate::bounded,
        interaction::{
            InteractionConnection, InteractionFilter, InteractionOrder, InteractionStatistics,
            interactions_of, statistics_of,
        },
        loaders::Loaders,
        opportunity::{
            OpportunityConnection, OpportunityFilter, OpportunityOrder, OpportunityStatistics,
            opportunities_of, opportunity_statistics,
        },
        page::{Cursor, Slice},
        profile::{
            ContactProfileAnswer, ProfileAnswersTotal, ProfileQuestionnaire, answers_of, offered_to,
        },
        purchase::{
            self, PurchaseConnection, PurchaseFilter, PurchaseOrder, PurchaseStatistics,
            purchases_of,
        },
        scalar::Date,
        segment::Segment,
        task::{TaskConnection, TaskFilter, TaskOrder, next_task_date, tasks_of},
    },
};

#[ComplexObject]
impl Contact {
    /// The global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ID(Kind::Contact.id(self.row.id.into()))
    }

    /// The company: of a person, the one they belong to; of a company, itself.
    async fn company(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        load(ctx, self.row.company_id?).await.transpose()
    }

    /// The country or region.
    async fn country(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Country, self.row.country.as_ref()).await.transpose()
    }

    /// The sales territory.
    async fn territory(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Territory, self.row.territory.as_ref()).await.transpose()
    }

    /// The currency.
    async fn currency(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Currency, self.row.currency.as_ref()).await.transpose()
    }

    /// The language to use.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Language, self.row.language.as_ref()).await.transpose()
    }

    /// Who sells to it.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Salesperson, self.row.salesperson.as_ref()).await.transpose()
    }

    /// How it is addressed.
    async fn salutation(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::Salutation, self.row.salutation.as_ref()).await.transpose()
    }

    /// The rank of a person at work.
    async fn organizational_level(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        code(ctx, CodeKind::OrganizationalLevel, self.row.organizational_level.as_ref())
            .await
            .transpose()
    }

    /// Its interactions; of a company, also those of the people who belonged to it at the time.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; without it, those not canceled and not postponed.")]
        filter: Option<InteractionFilter>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<InteractionOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<InteractionConnection> {
        let slice = Slice { first, after, last, before };
        interactions_of(ctx, Owner::of(&self.row), filter, order_by, slice).await
    }

    /// What its interactions add up to, without canceled and postponed ones; of a company, those of
    /// the people who belonged to it at the time count, too.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Only those on this day or earlier.")] to: Option<Date>,
    ) -> Result<InteractionStatistics> {
        let window = Window { from: from.map(|it| it.0), to: to.map(|it| it.0) };
        statistics_of(ctx, Owner::of(&self.row), window).await
    }

    /// What was sold to it, and bought from it; of a person, that on whose documents they are.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn purchases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all without it.")] filter: Option<PurchaseFilter>,
        #[graphql(desc = "The newest first unless it is said.")] order_by: Option<PurchaseOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<PurchaseConnection> {
        let slice = Slice { first, after, last, before };
        let owner = domain::purchase::Owner::of(&self.row);
        purchases_of(ctx, owner, filter, order_by, slice).await
    }

    /// What its purchases add up to; of a person, those on whose documents they are.
    async fn purchase_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all without it, what was sold and what was bought.")]
        filter: Option<PurchaseFilter>,
    ) -> Result<PurchaseStatistics> {
        purchase::statistics_of(ctx, domain::purchase::Owner::of(&self.row), filter).await
    }

    /// Its opportunities; of a company, also those of the people who belonged to it at the time.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn opportunities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<OpportunityFilter>,
        #[graphql(desc = "Those created last first unless it is said.")] order_by: Option<
            OpportunityOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<OpportunityConnection> {
        let slice = Slice { first, after, last, before };
        opportunities_of(ctx, Planned::of(&self.row), filter, order_by, slice).await
    }

    /// What its opportunities add up to; of a company, those of the people who belonged to it at the time
    /// count, too.
    async fn opportunity_statistics(&self, ctx: &Context<'_>) -> Result<OpportunityStatistics> {
        opportunity_statistics(ctx, Planned::of(&self.row)).await
    }

    /// Its tasks, and the meetings that it attends; of a company, also those with the people who belonged
    /// to it at the time.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<TaskFilter>,
        #[graphql(desc = "Those to be done first first unless it is said.")] order_by: Option<
            TaskOrder,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<TaskConnection> {
        let slice = Slice { first, after, last, before };
        tasks_of(ctx, Planned::of(&self.row), filter, order_by, slice).await
    }

    /// The day of its first open task; null if there is none. Of a company, those with its people count,
    /// too.
    async fn next_task_date(&self, ctx: &Context<'_>) -> Result<Option<Date>> {
        next_task_date(ctx, Planned::of(&self.row)).await
    }

    /// The people of a company; nobody belongs to a person.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By company name, which is by name here, unless it is said.")]
        order_by: Option<ContactOrder>,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, Contact, ContactTotal>> {
        let args = Slice { first, after, last, before }.args()?;
        let context = ctx.data::<domain::Context>()?;
        let order = domain::contact::order(&context.viewer, order_by.map(Into::into))?;
        let company_id = self.row.id;
        let page = if args.after.is_none() && args.before.is_none() {
            let key = (company_id, order, args.take);
            ctx.data::<Loaders>()?.people.load_one(key).await?.unwrap_or_default()
        } else {
            domain::contact::people::page(context.db.reader(), company_id, order, &args).await?
        };
        contacts(ctx, page, ContactTotal::PeopleOf(company_id)).await
    }

    /// The mailing groups it is in, in the order of their codes.
    async fn mailing_groups(&self, ctx: &Context<'_>) -> Result<Vec<Code>> {
        codes(ctx, CodeKind::MailingGroup, self.row.id).await
    }

    /// The industry groups of the company; of a person, those of their company.
    async fn industry_groups(&self, ctx: &Context<'_>) -> Result<Vec<Code>> {
        codes(ctx, CodeKind::IndustryGroup, self.company_or_self()).await
    }

    /// The job responsibilities of a person.
    async fn job_responsibilities(&self, ctx: &Context<'_>) -> Result<Vec<Code>> {
        codes(ctx, CodeKind::JobResponsibility, self.row.id).await
    }

    /// What the company is to us; of a person, what their company is.
    async fn business_relations(&self, ctx: &Context<'_>) -> Result<Vec<BusinessRelation>> {
        let rows = classified(ctx, CodeKind::BusinessRelation, self.company_or_self()).await?;
        Ok(rows.into_iter().map(BusinessRelation::from).collect())
    }

    /// What the company is to us in one word, by its business relations and the setup; of a person, what
    /// their company is. Null if there are none.
    async fn relation(&self, ctx: &Context<'_>) -> Option<Result<ContactRelation>> {
        relation(ctx, self.company_or_self()).await.transpose()
    }

    /// Where the company can be looked up on the web.
    async fn web_sources(&self, ctx: &Context<'_>) -> Result<Vec<ContactWebSource>> {
        let rows = classified(ctx, CodeKind::WebSource, self.row.id).await?;
        let mut sources: Vec<_> = rows.into_iter().map(ContactWebSource::from).collect();
        for source in &mut sources {
            source.hide(ctx)?;
        }
        Ok(sources)
    }

    /// Its alternative addresses, in the order of their codes. Null without the scope `personal`.
    async fn addresses(&self, ctx: &Context<'_>) -> Option<Result<Vec<ContactAddress>>> {
        ContactAddress::all(ctx, self.row.id).await.transpose()
    }

    /// The alternative address that holds on a day: of the periods in which the day lies, the one that
    /// began last says which. Null if the main address holds, and without the scope `personal`.
    async fn address_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which day; today unless it is said.")] date: Option<Date>,
    ) -> Option<Result<ContactAddress>> {
        ContactAddress::on(ctx, self.row.id, date).await.transpose()
    }

    /// How it answers questionnaires, in the order of their codes and the numbers of the answers.
    async fn profile_answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of the questionnaire with this code.")] questionnaire: Option<
            String,
        >,
        #[graphql(desc = "How many from the start, at most 1,000; default 50.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 1,000.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cursor, ContactProfileAnswer, ProfileAnswersTotal>> {
        let slice = Slice { first, after, last, before };
        answers_of(ctx, self.row.id, questionnaire.as_deref(), slice).await
    }

    /// The questionnaires that are for it, and those in which it has answers, in the order of their
    /// codes. None are for minors.
    async fn profile_questionnaires(&self, ctx: &Context<'_>) -> Result<Vec<ProfileQuestionnaire>> {
        offered_to(ctx, &self.row).await
    }

    /// The segments it is in, of any status.
    async fn segments(&self, ctx: &Context<'_>) -> Result<Vec<Segment>> {
        let segments = ctx.data::<Loaders>()?.contact_segments.load_one(self.row.id).await?;
        bounded(ctx, segments.unwrap_or_default().into_iter().map(Segment).collect())
    }

    /// The campaigns it is a target of, in the order in which they were created: by lines of open segments
    /// it is in, or by interactions. Exact, as of now, activated or not.
    async fn campaigns(&self, ctx: &Context<'_>) -> Result<Vec<Campaign>> {
        let campaigns = ctx.data::<Loaders>()?.campaign.of_contact.load_one(self.row.id).await?;
        bounded(ctx, campaigns.unwrap_or_default().into_iter().map(Campaign).collect())
    }

    /// The custom attributes it has values for, in the order of their names.
    async fn attributes(&self, ctx: &Context<'_>) -> Result<Vec<ContactAttribute>> {
        let values = ctx.data::<Loaders>()?.attributes.load_one(self.row.id).await?;
        Ok(values.unwrap_or_default().into_iter().map(ContactAttribute::from).collect())
    }
}

impl Contact {
    /// Whose industry groups and business relations it has.
    fn company_or_self(&self) -> i32 {
        self.row.company_id.unwrap_or(self.row.id)
    }
}

async fn code(ctx: &Context<'_>, kind: CodeKind, code: Option<&String>) -> Result<Option<Code>> {
    let Some(code) = code else { return Ok(None) };
    let row = ctx.data::<Loaders>()?.code.load_one((kind, code.clone())).await?;
    Ok(row.map(Code))
}

async fn codes(ctx: &Context<'_>, kind: CodeKind, contact_id: i32) -> Result<Vec<Code>> {
    let rows = classified(ctx, kind, contact_id).await?;
    Ok(rows.into_iter().map(|(_, code)| Code(code)).collect())
}

/// The codes of a kind that a contact has, with what the code tables say of them.
async fn classified(
    ctx: &Context<'_>,
    kind: CodeKind,
    contact_id: i32,
) -> Result<Vec<(contact_code::Model, Arc<code::Model>)>> {
    let loaders = ctx.data::<Loaders>()?;
    let rows = loaders.contact_codes.load_one((kind, contact_id)).await?.unwrap_or_default();
    let keys = rows.iter().map(|row| (kind, row.code.clone()));
    let mut codes = loaders.code.load_many(keys).await?;
    let with_code = |row: contact_code::Model| {
        let code = codes.remove(&(kind, row.code.clone()))?;
        Some((row, code))
    };
    Ok(rows.into_iter().filter_map(with_code).collect())
}

async fn relation(ctx: &Context<'_>, contact_id: i32) -> Result<Option<ContactRelation>> {
    let found = ctx.data::<Loaders>()?.contact_relation.load_one(contact_id).await?;
    Ok(found.map(Into::into))
}
