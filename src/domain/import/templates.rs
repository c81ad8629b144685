//! Interaction templates, made or changed by code.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{
    Row,
    check::{self, Check, Codes, Written},
    columns::Columns,
    find, value,
};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{Error, Reason, Result, text},
    entity::{interaction_template, kinds::CodeKind},
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Code,
    Description,
    Group,
    UnitCost,
    UnitDuration,
    InformationFlow,
    InitiatedBy,
    Campaign,
    CampaignTarget,
    CampaignResponse,
    CorrespondenceType,
    Language,
    IgnoreContactCorrespondenceType,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Code, &["code"]),
    (Field::Description, &["description"]),
    (Field::Group, &["interactiongroupcode", "interactiongroup"]),
    (Field::UnitCost, &["unitcostlcy", "unitcost"]),
    (Field::UnitDuration, &["unitdurationmin"]),
    (Field::InformationFlow, &["informationflow"]),
    (Field::InitiatedBy, &["initiatedby"]),
    (Field::Campaign, &["campaignno", "campaign"]),
    (Field::CampaignTarget, &["campaigntarget"]),
    (Field::CampaignResponse, &["campaignresponse"]),
    (Field::CorrespondenceType, &["correspondencetypedefault", "correspondencetype"]),
    (Field::Language, &["languagecodedefault", "languagecode", "language"]),
    (
        Field::IgnoreContactCorrespondenceType,
        &["ignorecontactcorrestype", "ignorecontactcorrespondencetype"],
    ),
];

const IGNORED: &[&str] = &["Wizard Action"];

pub(super) struct Templates {
    columns: Columns<Field>,
    create_codes: bool,
}

/// What the templates of a chunk refer to.
struct Known {
    codes: Codes,
    campaigns: HashMap<String, i64>,
}

impl Templates {
    pub(super) fn new(header: &[String], create_codes: bool) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        if !columns.has(Field::Code) {
            return Err(Error::reject(Reason::Required, &["file"], "There is no column Code."));
        }
        Ok(Self { columns, create_codes })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let codes = self.columns.codes(rows, kind_of);
        let numbers = rows.iter().filter_map(|row| self.columns.get(row, Field::Campaign));
        let known = Known {
            codes: Codes::find(txn, codes, self.create_codes).await?,
            campaigns: find::campaigns(txn, numbers.filter_map(text::code).collect()).await?,
        };
        let mut templates = self.before(txn, rows).await?;
        let mut written = Written::default();
        let mut changed: HashMap<String, interaction_template::Model> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let (template, check) = self.template(row, &templates, &known);
            if let Some(problems) = check.failed() {
                written.rejected.push((index, problems));
                continue;
            }
            match templates.insert(template.code.clone(), template.clone()) {
                Some(before) if before == template => {
                    written.unchanged += 1;
                    continue;
                }
                Some(_) => written.updated += 1,
                None => written.created += 1,
            }
            changed.insert(template.code.clone(), template);
        }
        known.codes.make_for(txn, &written).await?;
        let changed: Vec<_> = changed.into_values().collect();
        db::insert_rows::<interaction_template::Entity>(txn, &changed, OnConflict::Replace).await?;
        Ok(written)
    }

    async fn before(
        &self,
        txn: &DatabaseTransaction,
        rows: &[Row],
    ) -> Result<HashMap<String, interaction_template::Model>> {
        let codes = rows.iter().filter_map(|row| self.columns.get(row, Field::Code));
        let codes: BTreeSet<String> = codes.filter_map(text::code).collect();
        let codes: Vec<String> = codes.into_iter().collect();
        let column = Expr::col(interaction_template::Column::Code);
        let before = interaction_template::Entity::find()
            .filter(dialect::in_texts(txn.get_database_backend(), column, &codes))
            .lock_exclusive()
            .all(txn)
            .await?;
        Ok(before.into_iter().map(|row| (row.code.clone(), row)).collect())
    }

    fn template(
        &self,
        row: &Row,
        templates: &HashMap<String, interaction_template::Model>,
        known: &Known,
    ) -> (interaction_template::Model, Check) {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let code = self.columns.get(row, Field::Code).unwrap_or_default();
        let code = check.keep(caption(Field::Code), check::code(code)).unwrap_or_default();
        if code.is_empty() {
            check.add(self.columns.caption(Field::Code), "There has to be a code.");
        }
        let mut it = templates.get(&code).cloned().unwrap_or_else(|| blank(code));
        for (field, text) in self.columns.fields(row) {
            let code = kind_of(field)
                .and_then(|kind| check.code(caption(field), text, kind, &known.codes));
            let caption = caption(field);
            match field {
                Field::Code => {}
                Field::Description => it.description = check.keep(caption, value::words(text)),
                Field::Group => it.interaction_group = code,
                Field::Language => it.language = code,
                Field::UnitCost => it.unit_cost = check.keep(caption, value::cost(text)),
                Field::UnitDuration => {
                    it.unit_duration_min = check.keep(caption, value::minutes(text));
                }
                Field::InformationFlow => {
                    it.information_flow = check.keep(caption, value::information_flow(text));
                }
                Field::InitiatedBy => {
                    it.initiated_by = check.keep(caption, value::initiated_by(text));
                }
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
                Field::CorrespondenceType => {
                    it.correspondence_type = check.keep(caption, value::correspondence_type(text));
                }
                Field::IgnoreContactCorrespondenceType => {
                    it.ignore_contact_correspondence_type = check.keep(caption, value::flag(text));
                }
            }
        }
        (it, check)
    }
}

/// The code table that a field refers to.
fn kind_of(field: Field) -> Option<CodeKind> {
    match field {
        Field::Group => Some(CodeKind::InteractionGroup),
        Field::Language => Some(CodeKind::Language),
        _ => None,
    }
}

fn blank(code: String) -> interaction_template::Model {
    interaction_template::Model {
        code,
        description: None,
        interaction_group: None,
        unit_cost: 0,
        unit_duration_min: 0,
        information_flow: None,
        initiated_by: None,
        campaign_id: None,
        campaign_target: false,
        campaign_response: false,
        correspondence_type: None,
        language: None,
        ignore_contact_correspondence_type: false,
    }
}
