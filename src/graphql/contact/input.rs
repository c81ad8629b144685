//! The inputs of mutations of contacts.

use async_graphql::{ID, InputObject, MaybeUndefined, OneofObject};

use super::{fields::ContactFields, key};
use crate::{
    domain::{
        Result, amount,
        contact::{
            NewContact, UpdateContact,
            attribute::{AttributeChange, AttributeValue},
            classify::{Classification, CodesChange},
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
    #[graphql(default = true)]
    inherit_from_company: bool,
    #[graphql(flatten)]
    fields: ContactFields,
    /// The mailing groups to be in, by code.
    #[graphql(default)]
    mailing_groups: Vec<String>,
    /// The industry groups of a company, by code.
    #[graphql(default)]
    industry_groups: Vec<String>,
    /// The job responsibilities of a person, by code.
    #[graphql(default)]
    job_responsibilities: Vec<String>,
    /// The business relations of a company.
    #[graphql(default)]
    business_relations: Vec<BusinessRelationInput>,
    /// The web sources of a company.
    #[graphql(default)]
    web_sources: Vec<WebSourceInput>,
    /// Values of custom attributes.
    #[graphql(default)]
    attributes: Vec<AttributeValueInput>,
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
    #[graphql(default = true)]
    inherit_from_company: bool,
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
    #[graphql(default)]
    attributes: Vec<AttributeValueInput>,
}

/// What to change in the codes of a contact; at most 1,000 afterwards.
#[derive(InputObject)]
pub(in crate::graphql) struct CodesInput {
    /// Exactly these, before `add` and `remove`.
    set: Option<Vec<String>>,
    /// These, too.
    #[graphql(default)]
    add: Vec<String>,
    /// Not these.
    #[graphql(default)]
    remove: Vec<String>,
}

/// What a company is to us.
#[derive(InputObject)]
pub(in crate::graphql) struct BusinessRelationInput {
    /// The code of the business relation.
    code: String,
    /// What the company is elsewhere, such as `CUSTOMER`; at most 100 characters.
    link_type: Option<String>,
    /// Its number there; at most 100 characters. No two contacts have the same.
    link_no: Option<String>,
}

/// What to change in the business relations of a company.
#[derive(InputObject)]
pub(in crate::graphql) struct BusinessRelationsInput {
    /// Exactly these, before `add` and `remove`.
    set: Option<Vec<BusinessRelationInput>>,
    /// These, too; what is there already gets this link.
    #[graphql(default)]
    add: Vec<BusinessRelationInput>,
    /// Not these, by code.
    #[graphql(default)]
    remove: Vec<String>,
}

/// Where a company can be looked up on the web.
#[derive(InputObject)]
pub(in crate::graphql) struct WebSourceInput {
    /// The code of the web source.
    code: String,
    /// What to search for there; at most 100 characters.
    search_word: Option<String>,
}

/// What to change in the web sources of a company.
#[derive(InputObject)]
pub(in crate::graphql) struct WebSourcesInput {
    /// Exactly these, before `add` and `remove`.
    set: Option<Vec<WebSourceInput>>,
    /// These, too; what is there already gets this search word.
    #[graphql(default)]
    add: Vec<WebSourceInput>,
    /// Not these, by code.
    #[graphql(default)]
    remove: Vec<String>,
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
        let codes = |codes| CodesInput { set: None, add: codes, remove: Vec::new() };
        Ok(NewContact {
            no: self.no,
            r#type: self.r#type.into(),
            company_id,
            inherit: self.inherit_from_company,
            change: self.fields.into(),
            codes: vec![
                codes(self.mailing_groups).of(CodeKind::MailingGroup, "mailingGroups"),
                codes(self.industry_groups).of(CodeKind::IndustryGroup, "industryGroups"),
                codes(self.job_responsibilities)
                    .of(CodeKind::JobResponsibility, "jobResponsibilities"),
                relations(None, self.business_relations, Vec::new()),
                web_sources(None, self.web_sources, Vec::new()),
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
            self.business_relations.map(|it| relations(it.set, it.add, it.remove)),
            self.web_sources.map(|it| web_sources(it.set, it.add, it.remove)),
        ];
        Ok(UpdateContact {
            id: key(&self.id, &["id"])?,
            expected_revision: self.expected_revision,
            no: self.no,
            r#type: self.r#type.map(Into::into),
            company_id,
            inherit: self.inherit_from_company,
            change: self.fields.into(),
            codes: codes.into_iter().flatten().collect(),
            attributes: attributes(self.attributes)?,
        })
    }
}

impl CodesInput {
    fn of(self, kind: CodeKind, path: &'static str) -> CodesChange {
        let all = |codes: Vec<String>| {
            let of_code = |code| Classification { code, ..Classification::default() };
            codes.into_iter().map(of_code).collect()
        };
        CodesChange { kind, path, set: self.set.map(all), add: all(self.add), remove: self.remove }
    }
}

fn relations(
    set: Option<Vec<BusinessRelationInput>>,
    add: Vec<BusinessRelationInput>,
    remove: Vec<String>,
) -> CodesChange {
    let all = |relations: Vec<BusinessRelationInput>| {
        let of_relation = |it: BusinessRelationInput| Classification {
            code: it.code,
            link_type: it.link_type,
            link_no: it.link_no,
            search_word: None,
        };
        relations.into_iter().map(of_relation).collect()
    };
    let kind = CodeKind::BusinessRelation;
    CodesChange { kind, path: "businessRelations", set: set.map(all), add: all(add), remove }
}

fn web_sources(
    set: Option<Vec<WebSourceInput>>,
    add: Vec<WebSourceInput>,
    remove: Vec<String>,
) -> CodesChange {
    let all = |sources: Vec<WebSourceInput>| {
        let of_source = |it: WebSourceInput| Classification {
            code: it.code,
            search_word: it.search_word,
            ..Classification::default()
        };
        sources.into_iter().map(of_source).collect()
    };
    let kind = CodeKind::WebSource;
    CodesChange { kind, path: "webSources", set: set.map(all), add: all(add), remove }
}

fn attributes(values: Vec<AttributeValueInput>) -> Result<Vec<AttributeChange>> {
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
    values.into_iter().enumerate().map(change).collect()
}
