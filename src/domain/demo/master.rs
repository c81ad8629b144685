//! Code tables, interaction templates and campaigns.

use chrono::{Datelike, Days, NaiveDate};
use sea_orm::{DatabaseTransaction, EntityTrait, NotSet, QueryOrder, QuerySelect, Set};

use super::{
    Demo,
    contacts::DAYS,
    words::{self, COUNTRIES, Codes, TEMPLATES},
};
use crate::{
    db::{self, OnConflict},
    domain::{Result, numbers, text},
    entity::{
        campaign, code, document_template, interaction_template,
        kinds::{
            CodeKind, CorrespondenceType, DocumentType, InformationFlow, InitiatedBy, SeriesKind,
        },
    },
};

const TABLES: &[(CodeKind, Codes)] = &[
    (CodeKind::BusinessRelation, words::BUSINESS_RELATIONS),
    (CodeKind::CampaignStatus, words::CAMPAIGN_STATUSES),
    (CodeKind::Currency, words::CURRENCIES),
    (CodeKind::IndustryGroup, words::INDUSTRY_GROUPS),
    (CodeKind::InteractionGroup, words::INTERACTION_GROUPS),
    (CodeKind::JobResponsibility, words::JOB_RESPONSIBILITIES),
    (CodeKind::Language, words::LANGUAGES),
    (CodeKind::MailingGroup, words::MAILING_GROUPS),
    (CodeKind::OrganizationalLevel, words::ORGANIZATIONAL_LEVELS),
    (CodeKind::Salesperson, words::SALESPEOPLE),
    (CodeKind::Salutation, words::SALUTATIONS),
    (CodeKind::Territory, words::TERRITORIES),
    (CodeKind::WebSource, words::WEB_SOURCES),
];

/// Campaigns are held twice a year.
const CAMPAIGNS: &[&str] = &["Spring offer", "Autumn fair"];

/// Writes everything that contacts and interactions refer to; returns the keys of the campaigns.
pub(super) async fn write(txn: &DatabaseTransaction, demo: &Demo) -> Result<Vec<i64>> {
    let tables = TABLES.iter().flat_map(|(kind, codes)| {
        codes.iter().map(|(code, description)| entry(*kind, code, description))
    });
    let countries = COUNTRIES.iter().map(|it| entry(CodeKind::Country, it.code, it.name));
    let codes: Vec<code::Model> = tables.chain(countries).collect();
    db::insert_rows::<code::Entity>(txn, &codes, OnConflict::Fail).await?;
    let templates: Vec<interaction_template::Model> = TEMPLATES.iter().map(template).collect();
    db::insert_rows::<interaction_template::Entity>(txn, &templates, OnConflict::Replace).await?;
    let calls = document_template::Model {
        document_type: DocumentType::OutgoingCall,
        template: "CALLOUT".to_owned(),
    };
    db::insert_rows::<document_template::Entity>(txn, &[calls], OnConflict::Replace).await?;
    campaigns(txn, demo).await
}

fn entry(kind: CodeKind, code: &str, description: &str) -> code::Model {
    let email =
        (kind == CodeKind::Salesperson).then(|| format!("{}@urval.example", code.to_lowercase()));
    let url = (kind == CodeKind::WebSource).then(|| "https://search.example/?q=%1".to_owned());
    code::Model {
        kind,
        code: code.to_owned(),
        description: Some(description.to_owned()),
        email,
        url,
        blocked: false,
    }
}

fn template(it: &words::Template) -> interaction_template::Model {
    let (flow, by) = if it.is_inbound {
        (InformationFlow::Inbound, InitiatedBy::Them)
    } else {
        (InformationFlow::Outbound, InitiatedBy::Us)
    };
    let correspondence_type =
        if it.is_email { CorrespondenceType::Email } else { CorrespondenceType::HardCopy };
    interaction_template::Model {
        code: it.code.to_owned(),
        description: Some(it.description.to_owned()),
        interaction_group: Some(it.group.to_owned()),
        unit_cost: it.cost,
        unit_duration_min: it.duration_min,
        information_flow: Some(flow),
        initiated_by: Some(by),
        campaign_id: None,
        campaign_target: false,
        campaign_response: false,
        correspondence_type: Some(correspondence_type),
        language: None,
        ignore_contact_correspondence_type: false,
    }
}

async fn campaigns(txn: &DatabaseTransaction, demo: &Demo) -> Result<Vec<i64>> {
    let first_year = (demo.until - Days::new(DAYS)).year();
    let starts: Vec<(NaiveDate, &str)> = (first_year..=demo.until.year())
        .flat_map(|year| {
            [3, 9].map(|month| NaiveDate::from_ymd_opt(year, month, 1)).into_iter().zip(CAMPAIGNS)
        })
        .filter_map(|(start, name)| Some((start?, *name)))
        .filter(|(start, _)| *start <= demo.until)
        .collect();
    let numbers = numbers::take_numbers(txn, SeriesKind::Campaign, starts.len() as u64).await?;
    let rows = starts.iter().zip(numbers).map(|((start, name), no)| {
        let end = *start + Days::new(60);
        let status = if end < demo.until { "DONE" } else { "STARTED" };
        let created_at = start.and_time(chrono::NaiveTime::MIN).and_utc();
        let description = format!("{name} {}", start.year());
        campaign::ActiveModel {
            id: NotSet,
            no: Set(no),
            description_fold: Set(Some(text::fold(&description))),
            description: Set(Some(description)),
            starting_date: Set(Some(*start)),
            ending_date: Set(Some(end)),
            salesperson: Set(Some(words::SALESPEOPLE[0].0.to_owned())),
            status: Set(Some(status.to_owned())),
            created_at: Set(created_at),
            updated_at: Set(created_at),
            revision: Set(1),
            activated_at: Set(None),
            activated_by: Set(None),
        }
    });
    campaign::Entity::insert_many(rows).exec(txn).await?;
    let ids = campaign::Entity::find()
        .select_only()
        .column(campaign::Column::Id)
        .order_by_asc(campaign::Column::Id);
    Ok(ids.into_tuple().all(txn).await?)
}
