//! The inputs of mutations of contacts.

use async_graphql::{ID, InputObject, MaybeUndefined, OneofObject};

use super::{
    classify::{
        BusinessRelationInput, BusinessRelationsInput, CodesInput, WebSourceInput, WebSourcesInput,
        given,
    },
    fields::ContactFields,
    key,
};
use crate::{
    domain::{
        Result, amount,
        contact::{
            NewContact, UpdateContact,
            attribute::{AttributeChange, AttributeValue},
        },
    },
    entity::kinds::CodeKind,
    graphql::{
        kinds::ContactType,
        scalar::{Date, Decimal},
    },
};

/// A contact to be.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactCreateInput {
    /// Its number: at most 20 characters. The next of the number series unless it is given.
    no: Option<String>,
    /// Whether it is a company or a person.
    r#type: ContactType,
    /// The company of a person.
    company_id: Option<ID>,
    /// Whether a person without an address, telephone, fax, e-mail, home page, territory,
    /// language, salesperson or correspondence type gets the company's.
    #[graphql(default_with = "Some(true)")]
    inherit_from_company: Option<bool>,
    #[graphql(flatten)]
    fields: ContactFields,
    /// The mailing groups to be in, by code.
    #[graphql(default_with = "Some(Vec::new())")]
    mailing_groups: Option<Vec<String>>,
    /// The industry groups of a company, by code.
    #[graphql(default_with = "Some(Vec::new())")]
    industry_groups: Option<Vec<String>>,
    /// The job responsibilities of a person, by code.
    #[graphql(default_with = "Some(Vec::new())")]
    job_responsibilities: Option<Vec<String>>,
    /// The business relations of a company.
    #[graphql(default_with = "Some(Vec::new())")]
    business_relations: Option<Vec<BusinessRelationInput>>,
    /// The web sources of a company.
    #[graphql(default_with = "Some(Vec::new())")]
    web_sources: Option<Vec<WebSourceInput>>,
    /// Values of custom attributes.
    #[graphql(default_with = "Some(Vec::new())")]
    attributes: Option<Vec<AttributeValueInput>>,
}

/// What to change in a contact. What is left out stays; null clears.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactUpdateInput {
    /// Which contact.
    id: ID,
    /// Fails with `CONFLICT` if the contact is at another revision.
    expected_revision: Option<i32>,
    /// Another number: at most 20 characters. The old one still finds the contact.
    no: Option<String>,
    /// Becomes a company or a person, as long as it has no interactions, nor anything that the
    /// other type can't have.
    r#type: Option<ContactType>,
    /// Another company for a person; null for none.
    company_id: MaybeUndefined<ID>,
    /// Whether a person who changes company takes over its address, telephone, fax, e-mail, home
    /// page, territory, language, salesperson and correspondence type, each if it is missing or
    /// equal to the one of the company before.
    #[graphql(default_with = "Some(true)")]
    inherit_from_company: Option<bool>,
    #[graphql(flatten)]
    fields: ContactFields,
    /// The mailing groups to be in.
    mailing_groups: Option<CodesInput>,
    /// The industry groups of a company.
    industry_groups: Option<CodesInput>,
    /// The job responsibilities of a person.
    job_responsibilities: Option<CodesInput>,
    /// The business relations of a company.
    business_relations: Option<BusinessRelationsInput>,
    /// The web sources of a company.
    web_sources: Option<WebSourcesInput>,
    /// Values of custom attributes to set or clear; others stay.
    #[graphql(default_with = "Some(Vec::new())")]
    attributes: Option<Vec<AttributeValueInput>>,
}

/// The value of a custom attribute.
#[derive(InputObject)]
pub(in crate::graphql) struct AttributeValueInput {
    /// The name of the attribute.
    name: String,
    /// Its value, of the attribute's type; null for none.
    value: Option<AttributeInput>,
}

/// A value, in the field of its type.
#[derive(OneofObject)]
pub(in crate::graphql) enum AttributeInput {
    /// Text; at most 1,000 characters.
    Text(String),
    /// A number with at most four decimals.
    Number(Decimal),
    /// A day.
    Date(Date),
    /// Yes or no.
    Boolean(bool),
    /// A code; at most 20 characters.
    Code(String),
}

impl ContactCreateInput {
    pub(super) fn into_domain(self) -> Result<NewContact> {
        let company_id = self.company_id.map(|id| key(&id, &["companyId"])).transpose()?;
        Ok(NewContact {
            no: self.no,
            r#type: self.r#type.into(),
            company_id,
            inherit: self.inherit_from_company.unwrap_or(true),
            change: self.fields.into(),
            codes: vec![
                given(CodeKind::MailingGroup, "mailingGroups", self.mailing_groups),
                given(CodeKind::IndustryGroup, "industryGroups", self.industry_groups),
                given(
                    CodeKind::JobResponsibility,
                    "jobResponsibilities",
                    self.job_responsibilities,
                ),
                given(CodeKind::BusinessRelation, "businessRelations", self.business_relations),
                given(CodeKind::WebSource, "webSources", self.web_sources),
            ],
            attributes: attributes(self.attributes)?,
        })
    }
}

impl ContactUpdateInput {
    pub(super) fn into_domain(self) -> Result<UpdateContact> {
        let company_id = match self.company_id {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(id) => Some(Some(key(&id, &["companyId"])?)),
        };
        let codes = [
            self.mailing_groups.map(|it| it.of(CodeKind::MailingGroup, "mailingGroups")),
            self.industry_groups.map(|it| it.of(CodeKind::IndustryGroup, "industryGroups")),
            self.job_responsibilities
                .map(|it| it.of(CodeKind::JobResponsibility, "jobResponsibilities")),
            self.business_relations.map(Into::into),
            self.web_sources.map(Into::into),
        ];
        Ok(UpdateContact {
            id: key(&self.id, &["id"])?,
            expected_revision: self.expected_revision,
            no: self.no,
            r#type: self.r#type.map(Into::into),
            company_id,
            inherit: self.inherit_from_company.unwrap_or(true),
            change: self.fields.into(),
            codes: codes.into_iter().flatten().collect(),
            attributes: attributes(self.attributes)?,
        })
    }
}

fn attributes(values: Option<Vec<AttributeValueInput>>) -> Result<Vec<AttributeChange>> {
    let change = |(index, given): (usize, AttributeValueInput)| {
        let path = ["attributes", &index.to_string(), "value"];
        let value = match given.value {
            None => None,
            Some(AttributeInput::Text(text)) => Some(AttributeValue::Text(text)),
            Some(AttributeInput::Number(number)) => {
                Some(AttributeValue::Number(amount::to_stored(number.0, &path)?))
            }
            Some(AttributeInput::Date(date)) => Some(AttributeValue::Date(date.0)),
            Some(AttributeInput::Boolean(flag)) => Some(AttributeValue::Boolean(flag)),
            Some(AttributeInput::Code(code)) => Some(AttributeValue::Code(code)),
        };
        Ok(AttributeChange { name: given.name, value })
    };
    values.unwrap_or_default().into_iter().enumerate().map(change).collect()
}
