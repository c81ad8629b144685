//! What can be changed in the setup.

use async_graphql::{InputObject, MaybeUndefined};

use crate::{
    domain::setup::SetupChange,
    graphql::{
        kinds::{CorrespondenceType, DocumentType},
        scalar::TimeZone,
    },
};

/// What to change in the setup. What is left out stays.
#[derive(InputObject)]
pub(in crate::graphql) struct SetupUpdateInput {
    /// What people take over from their company.
    inheritance: Option<SetupInheritanceInput>,
    /// What new contacts get where nothing else is said.
    defaults: Option<SetupDefaultsInput>,
    /// The business relations that mean something to the program; all different.
    business_relations: Option<SetupBusinessRelationsInput>,
    /// How duplicates are found.
    duplicates: Option<SetupDuplicatesInput>,
    /// The templates of types of documents, each type once; those of others stay.
    document_templates: Option<Vec<DocumentTemplateInput>>,
    /// Where a day begins and ends, on all servers; null for the setting `--time-zone` of each. Steps that
    /// were done keep the time zone they were done in.
    time_zone: MaybeUndefined<TimeZone>,
    /// Fails with `CONFLICT` if the setup is at another revision.
    expected_revision: Option<i32>,
}

/// What people take over from their company. What is left out stays.
#[derive(Default, InputObject)]
pub(in crate::graphql) struct SetupInheritanceInput {
    /// Who sells to it.
    salesperson: Option<bool>,
    /// The sales territory.
    territory: Option<bool>,
    /// The country or region.
    country: Option<bool>,
    /// The language.
    language: Option<bool>,
    /// The address.
    address: Option<bool>,
    /// Telephone and fax numbers, e-mail address, home page and correspondence type.
    communication: Option<bool>,
}

/// What new contacts get. What is left out stays, null clears.
#[derive(Default, InputObject)]
pub(in crate::graphql) struct SetupDefaultsInput {
    /// The code of who sells to them.
    salesperson: MaybeUndefined<String>,
    /// The code of the sales territory.
    territory: MaybeUndefined<String>,
    /// The code of the country or region.
    country: MaybeUndefined<String>,
    /// The code of the language.
    language: MaybeUndefined<String>,
    /// How to reach them.
    correspondence_type: MaybeUndefined<CorrespondenceType>,
    /// The code of how companies are addressed.
    company_salutation: MaybeUndefined<String>,
    /// The code of how people are addressed.
    person_salutation: MaybeUndefined<String>,
}

/// Which business relation means what. What is left out stays, null clears.
#[derive(Default, InputObject)]
pub(in crate::graphql) struct SetupBusinessRelationsInput {
    /// The code of customers.
    customer: MaybeUndefined<String>,
    /// The code of vendors.
    vendor: MaybeUndefined<String>,
    /// The code of banks where we have accounts.
    bank_account: MaybeUndefined<String>,
    /// The code of employees.
    employee: MaybeUndefined<String>,
}

/// How duplicates are found. What is left out stays.
#[derive(Default, InputObject)]
pub(in crate::graphql) struct SetupDuplicatesInput {
    /// Whether they can be had with a contact that is made or changed: `duplicates` of its payload.
    search_on_entry: Option<bool>,
    /// How many of a hundred search strings two contacts have to share: 50 to 100.
    hit_percent: Option<i32>,
}

/// The template of a type of document.
#[derive(InputObject)]
pub(in crate::graphql) struct DocumentTemplateInput {
    /// The type of document.
    document_type: DocumentType,
    /// The code of its interaction template; null for none.
    template: Option<String>,
}

impl From<SetupUpdateInput> for SetupChange {
    fn from(input: SetupUpdateInput) -> Self {
        let inherit = input.inheritance.unwrap_or_default();
        let defaults = input.defaults.unwrap_or_default();
        let relations = input.business_relations.unwrap_or_default();
        let duplicates = input.duplicates.unwrap_or_default();
        let templates = input.document_templates.unwrap_or_default().into_iter();
        Self {
            inherit_salesperson: inherit.salesperson,
            inherit_territory: inherit.territory,
            inherit_country: inherit.country,
            inherit_language: inherit.language,
            inherit_address: inherit.address,
            inherit_communication: inherit.communication,
            search_on_entry: duplicates.search_on_entry,
            search_hit_percent: duplicates.hit_percent,
            time_zone: Option::<Option<_>>::from(input.time_zone)
                .map(|it: Option<TimeZone>| it.map(|zone| zone.0)),
            salesperson: defaults.salesperson.into(),
            territory: defaults.territory.into(),
            country: defaults.country.into(),
            language: defaults.language.into(),
            correspondence_type: Option::<Option<_>>::from(defaults.correspondence_type)
                .map(|it: Option<CorrespondenceType>| it.map(Into::into)),
            company_salutation: defaults.company_salutation.into(),
            person_salutation: defaults.person_salutation.into(),
            customer_relation: relations.customer.into(),
            vendor_relation: relations.vendor.into(),
            bank_account_relation: relations.bank_account.into(),
            employee_relation: relations.employee.into(),
            document_templates: templates
                .map(|it| (it.document_type.into(), it.template))
                .collect(),
            expected_revision: input.expected_revision,
        }
    }
}
