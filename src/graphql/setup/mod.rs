//! Setup: what holds for the whole business.

mod input;

use async_graphql::{ComplexObject, Context, Description, Object, SimpleObject};

use self::input::SetupUpdateInput;
use super::{
    code::Code,
    error::{Result, UserError, outcome},
    interaction_template::InteractionTemplate,
    kinds::{CorrespondenceType, DocumentType},
    scalar::TimeZone,
    series::NumberSeries,
};
use crate::{
    domain,
    entity::{document_template, kinds::CodeKind, setup::Model},
};

/// What holds for the whole business.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct Setup {
    /// What people take over from their company.
    inheritance: SetupInheritance,
    /// What new contacts get where nothing else is said.
    defaults: SetupDefaults,
    /// The business relations that mean something to the program.
    business_relations: SetupBusinessRelations,
    /// How duplicates are found.
    duplicates: SetupDuplicates,
    /// Grows with every change; give it as `expectedRevision` to be told of changes by others.
    revision: i32,
}

/// What people take over from their company when they join it, and when it changes.
#[derive(SimpleObject)]
pub(super) struct SetupInheritance {
    /// Who sells to it.
    salesperson: bool,
    /// The sales territory.
    territory: bool,
    /// The country or region.
    country: bool,
    /// The language.
    language: bool,
    /// The address.
    address: bool,
    /// Telephone and fax numbers, e-mail address, home page and correspondence type.
    communication: bool,
}

/// What new contacts get where nothing else is said, and their company has nothing either.
#[derive(Description)]
pub(super) struct SetupDefaults(Model);

#[Object(use_type_description)]
impl SetupDefaults {
    /// Who sells to them, unless whoever creates them does: a salesperson whose e-mail address is their name.
    async fn salesperson(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        let code = self.0.salesperson.as_deref();
        Code::load(ctx, CodeKind::Salesperson, code).await.transpose()
    }

    /// The sales territory.
    async fn territory(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Territory, self.0.territory.as_deref()).await.transpose()
    }

    /// The country or region.
    async fn country(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Country, self.0.country.as_deref()).await.transpose()
    }

    /// The language.
    async fn language(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        Code::load(ctx, CodeKind::Language, self.0.language.as_deref()).await.transpose()
    }

    /// How to reach them.
    async fn correspondence_type(&self) -> Option<CorrespondenceType> {
        self.0.correspondence_type.map(Into::into)
    }

    /// How companies are addressed.
    async fn company_salutation(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        let code = self.0.company_salutation.as_deref();
        Code::load(ctx, CodeKind::Salutation, code).await.transpose()
    }

    /// How people are addressed.
    async fn person_salutation(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        let code = self.0.person_salutation.as_deref();
        Code::load(ctx, CodeKind::Salutation, code).await.transpose()
    }
}

/// The business relations that mean something to the program.
#[derive(Description)]
pub(super) struct SetupBusinessRelations(Model);

#[Object(use_type_description)]
impl SetupBusinessRelations {
    /// That of customers.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        relation(ctx, self.0.customer_relation.as_deref()).await
    }

    /// That of vendors.
    async fn vendor(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        relation(ctx, self.0.vendor_relation.as_deref()).await
    }

    /// That of banks where we have accounts.
    async fn bank_account(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        relation(ctx, self.0.bank_account_relation.as_deref()).await
    }

    /// That of employees.
    async fn employee(&self, ctx: &Context<'_>) -> Option<Result<Code>> {
        relation(ctx, self.0.employee_relation.as_deref()).await
    }
}

async fn relation(ctx: &Context<'_>, code: Option<&str>) -> Option<Result<Code>> {
    Code::load(ctx, CodeKind::BusinessRelation, code).await.transpose()
}

/// How duplicates are found.
#[derive(SimpleObject)]
pub(super) struct SetupDuplicates {
    /// Whether they can be had with a contact that is made or changed: `duplicates` of its payload.
    search_on_entry: bool,
    /// How many of a hundred search strings two contacts have to share: 50 to 100.
    hit_percent: i32,
}

/// Which interaction template goes with a type of document.
#[derive(Description)]
pub(super) struct DocumentTemplate(document_template::Model);

#[Object(use_type_description)]
impl DocumentTemplate {
    /// The type of document.
    async fn document_type(&self) -> DocumentType {
        self.0.document_type.into()
    }

    /// The template.
    async fn template(&self, ctx: &Context<'_>) -> Option<Result<InteractionTemplate>> {
        InteractionTemplate::load(ctx, Some(&self.0.template)).await.transpose()
    }
}

#[ComplexObject]
impl Setup {
    /// The interaction templates of documents, in the order of their types.
    async fn document_templates(&self, ctx: &Context<'_>) -> Result<Vec<DocumentTemplate>> {
        let context = ctx.data::<domain::Context>()?;
        let all = domain::setup::document_templates(context.db.reader()).await?;
        Ok(all.into_iter().map(DocumentTemplate).collect())
    }

    /// Where a day begins and ends, unless a request says otherwise: what was set here, else the setting
    /// `--time-zone` of the program.
    async fn time_zone(&self, ctx: &Context<'_>) -> Result<TimeZone> {
        Ok(TimeZone(ctx.data::<domain::Context>()?.zone.get()))
    }

    /// How the numbers of contacts, segments and campaigns are made; `numberSeriesUpdate` changes it.
    async fn number_series(&self, ctx: &Context<'_>) -> Result<Vec<NumberSeries>> {
        let all = domain::series::all(ctx.data::<domain::Context>()?).await?;
        Ok(all.into_iter().map(NumberSeries::from).collect())
    }
}

impl From<Model> for Setup {
    fn from(row: Model) -> Self {
        Self {
            inheritance: SetupInheritance {
                salesperson: row.inherit_salesperson,
                territory: row.inherit_territory,
                country: row.inherit_country,
                language: row.inherit_language,
                address: row.inherit_address,
                communication: row.inherit_communication,
            },
            duplicates: SetupDuplicates {
                search_on_entry: row.search_on_entry,
                hit_percent: row.search_hit_percent,
            },
            revision: row.revision,
            business_relations: SetupBusinessRelations(row.clone()),
            defaults: SetupDefaults(row),
        }
    }
}

#[derive(Default)]
pub(super) struct SetupQuery;

#[Object]
impl SetupQuery {
    /// What holds for the whole business.
    async fn setup(&self, ctx: &Context<'_>) -> Result<Setup> {
        let context = ctx.data::<domain::Context>()?;
        Ok(Setup::from(domain::setup::load(context.db.reader()).await?))
    }
}

/// The setup after a change.
#[derive(SimpleObject)]
pub(super) struct SetupUpdatePayload {
    /// The setup; null if there are user errors.
    setup: Option<Setup>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct SetupMutation;

#[Object]
impl SetupMutation {
    /// Changes what holds for the whole business. What contacts have already stays.
    async fn setup_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change in the setup.")] input: SetupUpdateInput,
    ) -> Result<SetupUpdatePayload> {
        let context = ctx.data::<domain::Context>()?;
        let (setup, user_errors) = outcome(domain::setup::update(context, input.into()).await)?;
        Ok(SetupUpdatePayload { setup: setup.map(Setup::from), user_errors })
    }
}
