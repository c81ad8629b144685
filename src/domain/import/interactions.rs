//! Interactions. They have no number of their own that stays, so a row that says exactly what an
//! interaction from before this import says is taken for the same.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use super::{
    Row,
    check::{self, Check, Written},
    columns::Columns,
    find, value,
};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{
        Error, Reason, Result,
        numbers::{self, Counter},
        text,
    },
    entity::{
        contact, interaction, interaction_template,
        kinds::{CodeKind, IdentifierKind},
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    ContactNo,
    CompanyNo,
    Date,
    Time,
    Description,
    Subject,
    InformationFlow,
    InitiatedBy,
    Cost,
    Duration,
    Group,
    Template,
    Language,
    Campaign,
    CampaignTarget,
    CampaignResponse,
    Evaluation,
    AttemptFailed,
    Salesperson,
    CorrespondenceType,
    DocumentType,
    DocumentNo,
    ContactVia,
    Canceled,
    Postponed,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::ContactNo, &["contactno", "contact"]),
    (Field::CompanyNo, &["contactcompanyno", "companyno"]),
    (Field::Date, &["date"]),
    (Field::Time, &["time", "timeofinteraction"]),
    (Field::Description, &["description"]),
    (Field::Subject, &["subject"]),
    (Field::InformationFlow, &["informationflow"]),
    (Field::InitiatedBy, &["initiatedby"]),
    (Field::Cost, &["costlcy", "cost"]),
    (Field::Duration, &["durationmin"]),
    (Field::Group, &["interactiongroupcode", "interactiongroup"]),
    (Field::Template, &["interactiontemplatecode", "interactiontemplate", "template"]),
    (Field::Language, &["interactionlanguagecode", "languagecode", "language"]),
    (Field::Campaign, &["campaignno", "campaign"]),
    (Field::CampaignTarget, &["campaigntarget"]),
    (Field::CampaignResponse, &["campaignresponse"]),
    (Field::Evaluation, &["evaluation"]),
    (Field::AttemptFailed, &["attemptfailed"]),
    (Field::Salesperson, &["salespersoncode", "salesperson"]),
    (Field::CorrespondenceType, &["correspondencetype"]),
    (Field::DocumentType, &["documenttype"]),
    (Field::DocumentNo, &["documentno"]),
    (Field::ContactVia, &["contactvia"]),
    (Field::Canceled, &["canceled"]),
    (Field::Postponed, &["postponed"]),
];

const IGNORED: &[&str] = &[
    "Entry No.",
    "Campaign Entry No.",
    "Segment No.",
    "Contact Alt. Address Code",
    "Logged Segment Entry No.",
];

pub(super) struct Interactions {
    columns: Columns<Field>,
    create_codes: bool,
    now: DateTime<Utc>,
    actor: Option<String>,
    /// The first key that this import took: what has a lower one was there before.
    first_key: Option<i64>,
}

/// What the rows of a chunk refer to.
struct Known {
    contacts: find::Identifiers,
    companies: HashMap<i32, Option<i32>>,
    campaigns: HashMap<String, i64>,
    codes: HashSet<(CodeKind, String)>,
    templates: HashSet<String>,
}

impl Interactions {
    pub(super) fn new(
        header: &[String],
        create_codes: bool,
        now: DateTime<Utc>,
        actor: Option<String>,
    ) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        if !columns.has(Field::ContactNo) || !columns.has(Field::Date) {
            let message = "There have to be columns Contact No. and Date.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, create_codes, now, actor, first_key: None })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) fn committed(&mut self, written: &Written) {
        self.first_key = self.first_key.or(written.first_key);
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let known = self.known(txn, rows).await?;
        let mut written = Written::default();
        let mut good = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let (interaction, check) = self.interaction(row, &known);
            match check.failed() {
                None => good.push(interaction),
                Some(problems) => written.rejected.push((index, problems)),
            }
        }
        // The key is taken first: it holds the counter, so that nobody else imports meanwhile.
        let key = numbers::take_keys(txn, Counter::Interaction, good.len() as u64).await?;
        let first_key = self.first_key.unwrap_or(key);
        written.first_key = Some(first_key);
        let mut before = self.before(txn, first_key, &good).await?;
        good.retain(|interaction| match before.get_mut(&content(interaction)) {
            Some(count) if 0 < *count => {
                *count -= 1;
                written.unchanged += 1;
                false
            }
            _ => true,
        });
        for (key, interaction) in (key..).zip(&mut good) {
            interaction.id = key;
        }
        written.created +=
            db::insert_rows::<interaction::Entity>(txn, &good, OnConflict::Fail).await?;
        Ok(written)
    }

    /// How often each content occurs among the interactions of the same contacts from before.
    async fn before(
        &self,
        txn: &DatabaseTransaction,
        first_key: i64,
        good: &[interaction::Model],
    ) -> Result<HashMap<String, u64>> {
        let mut counts = HashMap::new();
        let dates = || good.iter().map(|it| it.date);
        let (Some(from), Some(to)) = (dates().min(), dates().max()) else { return Ok(counts) };
        if first_key <= 1 {
            return Ok(counts);
        }
        let contacts: BTreeSet<u32> = good.iter().map(|it| it.contact_id.cast_unsigned()).collect();
        let column = Expr::col(interaction::Column::ContactId);
        let before = interaction::Entity::find()
            .filter(dialect::in_ids(txn.get_database_backend(), column, contacts.into_iter()))
            .filter(interaction::Column::Id.lt(first_key))
            .filter(interaction::Column::Date.between(from, to))
            .all(txn)
            .await?;
        for interaction in &before {
            *counts.entry(content(interaction)).or_insert(0) += 1;
        }
        Ok(counts)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let backend = txn.get_database_backend();
        let texts = |field| {
            let texts = rows.iter().filter_map(move |row| self.columns.get(row, field));
            texts.filter_map(text::code)
        };
        let of_row = |row| {
            let fields = self.columns.fields(row);
            fields.filter_map(|(field, text)| Some((kind_of(field)?, text::code(text)?)))
        };
        let numbers = texts(Field::ContactNo).chain(texts(Field::CompanyNo)).collect();
        let contacts = find::contacts(txn, IdentifierKind::No, numbers).await?;
        let ids = contacts.values().map(|id| id.cast_unsigned());
        let companies: Vec<(i32, Option<i32>)> = contact::Entity::find()
            .select_only()
            .column(contact::Column::Id)
            .column(contact::Column::CompanyId)
            .filter(dialect::in_ids(backend, Expr::col(contact::Column::Id), ids))
            .lock_shared()
            .into_tuple()
            .all(txn)
            .await?;
        let templates: BTreeSet<String> = texts(Field::Template).collect();
        let templates: Vec<String> = templates.into_iter().collect();
        let column = Expr::col(interaction_template::Column::Code);
        let templates = interaction_template::Entity::find()
            .filter(dialect::in_texts(backend, column, &templates))
            .lock_shared()
            .all(txn)
            .await?;
        let codes = rows.iter().flat_map(of_row).collect();
        Ok(Known {
            contacts,
            companies: companies.into_iter().collect(),
            campaigns: find::campaigns(txn, texts(Field::Campaign).collect()).await?,
            codes: check::codes(txn, codes, self.create_codes).await?,
            templates: templates.into_iter().map(|row| row.code).collect(),
        })
    }

    fn interaction(&self, row: &Row, known: &Known) -> (interaction::Model, Check) {
        let mut check = Check::new(row.line);
        let mut it = self.blank();
        let contact = |text: &str| {
            let no = text::code(text)?;
            known.contacts.get(&(IdentifierKind::No, no)).copied()
        };
        let mut date = None;
        for (field, text) in self.columns.fields(row) {
            let caption = || self.columns.caption(field);
            let code =
                kind_of(field).and_then(|kind| check.code(caption, text, kind, &known.codes));
            match field {
                Field::ContactNo => match contact(text) {
                    Some(id) => it.contact_id = id,
                    None => check.add(caption(), format!("There is no contact {text:?}.")),
                },
                Field::CompanyNo => it.company_id = contact(text),
                Field::Date => date = check.keep(caption, value::date(text)),
                Field::Time => it.time = check.keep(caption, value::time(text)),
                Field::Description => it.description = text::tidy(text),
                Field::Subject => it.subject = text::tidy(text),
                Field::InformationFlow => {
                    it.information_flow = check.keep(caption, value::information_flow(text));
                }
                Field::InitiatedBy => {
                    it.initiated_by = check.keep(caption, value::initiated_by(text));
                }
                Field::Cost => it.cost = check.keep(caption, value::number(text)).unwrap_or(0),
                Field::Duration => {
                    it.duration_min = check.keep(caption, value::count(text)).unwrap_or(0);
                }
                Field::Group => it.interaction_group = code,
                Field::Template => {
                    it.template = text::code(text);
                    if it.template.as_ref().is_some_and(|code| !known.templates.contains(code)) {
                        let reason = format!("There is no interaction template {text:?}.");
                        check.add(caption(), reason);
                    }
                }
                Field::Language => it.language = code,
                Field::Campaign => {
                    let id = find::campaign(&known.campaigns, text);
                    it.campaign_id = check.keep(caption, id);
                }
                Field::CampaignTarget => {
                    it.campaign_target = check.keep(caption, value::flag(text))
                }
                Field::CampaignResponse => {
                    it.campaign_response = check.keep(caption, value::flag(text));
                }
                Field::Evaluation => it.evaluation = check.keep(caption, value::evaluation(text)),
                Field::AttemptFailed => it.attempt_failed = check.keep(caption, value::flag(text)),
                Field::Salesperson => it.salesperson = code,
                Field::CorrespondenceType => {
                    it.correspondence_type = check.keep(caption, value::correspondence_type(text));
                }
                Field::DocumentType => it.document_type = text::tidy(text),
                Field::DocumentNo => it.document_no = text::tidy(text),
                Field::ContactVia => it.contact_via = text::tidy(text),
                Field::Canceled => it.canceled = check.keep(caption, value::flag(text)),
                Field::Postponed => it.postponed = check.keep(caption, value::flag(text)),
            }
        }
        it.canceled_itself = it.canceled;
        match date {
            Some(date) => it.date = date,
            None if check.is_fine() => {
                check.add(self.columns.caption(Field::Date), "There has to be a date.");
            }
            None => {}
        }
        if it.company_id.is_none() {
            it.company_id = known.companies.get(&it.contact_id).copied().flatten();
        }
        (it, check)
    }

    fn blank(&self) -> interaction::Model {
        interaction::Model {
            contact_id: 0,
            id: 0,
            company_id: None,
            date: self.now.date_naive(),
            time: None,
            template: None,
            interaction_group: None,
            description: None,
            subject: None,
            information_flow: None,
            initiated_by: None,
            correspondence_type: None,
            language: None,
            salesperson: None,
            evaluation: None,
            cost: 0,
            duration_min: 0,
            campaign_id: None,
            campaign_entry_id: None,
            campaign_target: false,
            campaign_response: false,
            segment_id: None,
            logged_segment_id: None,
            document_type: None,
            document_no: None,
            contact_via: None,
            delivery_status: None,
            attempt_failed: false,
            postponed: false,
            canceled: false,
            canceled_itself: false,
            actor: self.actor.clone(),
            created_at: self.now,
            updated_at: self.now,
        }
    }
}

/// The code table that a field refers to.
fn kind_of(field: Field) -> Option<CodeKind> {
    match field {
        Field::Group => Some(CodeKind::InteractionGroup),
        Field::Language => Some(CodeKind::Language),
        Field::Salesperson => Some(CodeKind::Salesperson),
        _ => None,
    }
}

/// What a row can say of an interaction, in one text.
fn content(it: &interaction::Model) -> String {
    format!(
        "{:?}",
        (
            (it.contact_id, it.date, it.time, &it.template, &it.interaction_group, &it.description),
            (&it.subject, it.information_flow, it.initiated_by, it.cost, it.duration_min),
            (it.campaign_id, it.evaluation, &it.salesperson, &it.document_type, &it.document_no),
            (it.correspondence_type, it.attempt_failed, it.postponed, &it.contact_via),
        )
    )
}
