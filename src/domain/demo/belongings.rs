//! What belongs to invented contacts: codes and interactions.

use chrono::{Datelike, Days, NaiveDate};
use fastrand::Rng;

use super::{
    contacts::{World, at, pick, skewed, weighted},
    words::{self, Codes, SEASON, TEMPLATES, Template},
};
use crate::{
    domain::contact::address,
    entity::{
        contact, contact_address, contact_address_period, contact_code, interaction,
        kinds::{
            CodeKind, ContactType, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy,
        },
    },
};

/// Interactions of a contact, on average.
const INTERACTIONS_MEAN: f64 = 5.5;
/// The liveliest have so many.
const INTERACTIONS_MAX: f64 = 60.0;

impl World {
    /// The codes of the contact at `index`.
    pub(super) fn codes(&self, index: u32, row: &contact::Model) -> Vec<contact_code::Model> {
        let mut rng = self.chance(index, 2);
        let mut codes = Vec::new();
        // The first group has many members, each of the next half as many.
        for (place, (code, _)) in words::MAILING_GROUPS.iter().enumerate() {
            if rng.u32(..100) < 32 >> place {
                codes.push(having(row, CodeKind::MailingGroup, code));
            }
        }
        if row.r#type == ContactType::Person {
            let from = words::JOB_RESPONSIBILITIES;
            some(&mut codes, &mut rng, row, CodeKind::JobResponsibility, from, 60);
            return codes;
        }
        let industries = words::INDUSTRY_GROUPS;
        some(&mut codes, &mut rng, row, CodeKind::IndustryGroup, industries, 95);
        let relations = words::BUSINESS_RELATIONS;
        some(&mut codes, &mut rng, row, CodeKind::BusinessRelation, relations, 80);
        some(&mut codes, &mut rng, row, CodeKind::WebSource, words::WEB_SOURCES, 10);
        for it in codes.iter_mut().filter(|it| it.kind == CodeKind::BusinessRelation) {
            let (r#type, no) = match it.code.as_str() {
                "CUST" => ("Customer", format!("{}", 10_000 + index)),
                "VEND" => ("Vendor", format!("V{}", 10_000 + index)),
                _ => continue,
            };
            it.link_type = Some(r#type.to_owned());
            it.link_no = Some(no);
        }
        for it in codes.iter_mut().filter(|it| it.kind == CodeKind::WebSource) {
            it.search_word = Some(row.name.clone());
        }
        codes
    }

    /// Where the contact at `index` is at times, for some: people in a summer house every summer,
    /// companies at a fair around the last day.
    pub(super) fn addresses(
        &self,
        index: u32,
        row: &contact::Model,
    ) -> (Option<contact_address::Model>, Vec<contact_address_period::Model>) {
        let mut rng = self.chance(index, 4);
        if 4 <= rng.u32(..100) {
            return (None, Vec::new());
        }
        let is_company = row.r#type == ContactType::Company;
        let code = if is_company { "FAIR" } else { "SUMMER" };
        let address = contact_address::Model {
            company_name: row.company_name.clone().filter(|_| is_company),
            country: row.country.clone(),
            ..self.elsewhere(row, &mut rng, address::blank(row.id, code.to_owned()))
        };
        let period = |starting_date: Option<NaiveDate>, days| {
            let starting_date = starting_date?;
            let ending_date = Some(starting_date + Days::new(days));
            let code = code.to_owned();
            Some(contact_address_period::Model {
                contact_id: row.id,
                starting_date,
                code,
                ending_date,
            })
        };
        let year = self.until.year();
        let summer = |year| NaiveDate::from_ymd_opt(year, 6, 20);
        let periods = match is_company {
            true => vec![period(Some(self.until - Days::new(2)), 14)],
            false => [year - 1, year, year + 1].map(|year| period(summer(year), 55)).to_vec(),
        };
        (Some(address), periods.into_iter().flatten().collect())
    }

    /// The interactions of the contact at `index`, without keys.
    pub(super) fn interactions(
        &self,
        index: u32,
        row: &contact::Model,
        campaigns: &[i64],
    ) -> Vec<interaction::Model> {
        let mut rng = self.chance(index, 3);
        let count = (-INTERACTIONS_MEAN * rng.f64().max(1e-9).ln()).min(INTERACTIONS_MAX) as u32;
        (0..count).map(|_| self.interaction(row, campaigns, &mut rng)).collect()
    }

    fn interaction(
        &self,
        row: &contact::Model,
        campaigns: &[i64],
        rng: &mut Rng,
    ) -> interaction::Model {
        let template = weighted(rng, TEMPLATES, |it| it.share);
        let date = loop {
            let mut day = self.day(rng);
            if template.code == "XMAS" {
                day = day
                    .with_month(12)
                    .and_then(|day| day.with_day(1 + rng.u32(..20)))
                    .unwrap_or(day);
            }
            let is_season = rng.u32(..10) < SEASON[day.month0() as usize];
            if day <= self.until && (is_season || template.code == "XMAS") {
                break day;
            }
        };
        let moment = at(date, rng);
        let campaign_id = if !campaigns.is_empty() && rng.u32(..100) < 8 {
            Some(campaigns[rng.usize(..campaigns.len())])
        } else {
            None
        };
        let is_call = template.group == "CALL";
        let canceled = rng.u32(..100) < 2;
        interaction::Model {
            contact_id: row.id,
            id: 0,
            company_id: row.company_id,
            date,
            time: is_call.then(|| moment.time()),
            template: Some(template.code.to_owned()),
            interaction_group: Some(template.group.to_owned()),
            description: Some(template.description.to_owned()),
            subject: None,
            information_flow: Some(if template.is_inbound {
                InformationFlow::Inbound
            } else {
                InformationFlow::Outbound
            }),
            initiated_by: Some(if template.is_inbound {
                InitiatedBy::Them
            } else {
                InitiatedBy::Us
            }),
            correspondence_type: Some(if template.is_email {
                CorrespondenceType::Email
            } else {
                CorrespondenceType::HardCopy
            }),
            language: row.language.clone(),
            salesperson: row.salesperson.clone(),
            evaluation: evaluation(template, rng),
            cost: template.cost,
            duration_min: template.duration_min + rng.i32(0..=template.duration_min),
            campaign_id,
            campaign_entry_id: None,
            campaign_target: campaign_id.is_some(),
            campaign_response: campaign_id.is_some() && template.is_inbound,
            segment_id: None,
            logged_segment_id: None,
            document_type: None,
            document_no: None,
            contact_via: None,
            delivery_status: None,
            attempt_failed: is_call && rng.u32(..100) < 12,
            postponed: !canceled && rng.u32(..100) < 1,
            canceled,
            canceled_itself: canceled,
            actor: Some(pick(rng, &["alma", "elias", "pia"]).to_owned()),
            created_at: moment,
            updated_at: moment,
            body_message_id: None,
            attachments_message_id: None,
            delivery_error: None,
        }
    }
}

/// One code of a kind for so many of a hundred contacts, and sometimes a second.
fn some(
    codes: &mut Vec<contact_code::Model>,
    rng: &mut Rng,
    row: &contact::Model,
    kind: CodeKind,
    from: Codes,
    share: u32,
) {
    if share <= rng.u32(..100) {
        return;
    }
    let first = skewed(rng, from.len());
    codes.push(having(row, kind, from[first].0));
    let second = rng.usize(..from.len());
    if second != first && rng.u32(..100) < 20 {
        codes.push(having(row, kind, from[second].0));
    }
}

fn having(row: &contact::Model, kind: CodeKind, code: &str) -> contact_code::Model {
    contact_code::Model {
        contact_id: row.id,
        kind,
        code: code.to_owned(),
        link_type: None,
        link_no: None,
        search_word: None,
    }
}

/// Most go without; most of the others went well.
fn evaluation(template: &Template, rng: &mut Rng) -> Option<Evaluation> {
    if template.code == "COMPLAINT" {
        return Some(Evaluation::Negative);
    }
    match rng.u32(..100) {
        0..2 => Some(Evaluation::VeryNegative),
        2..7 => Some(Evaluation::Negative),
        7..18 => Some(Evaluation::Neutral),
        18..34 => Some(Evaluation::Positive),
        34..40 => Some(Evaluation::VeryPositive),
        _ => None,
    }
}
