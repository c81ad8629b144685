//! Questionnaires, made or changed by code.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{
    Row,
    check::{self, Check, Codes, Written},
    columns::Columns,
    profile_value, value,
};
use crate::{
    db::{self, OnConflict, dialect},
    domain::{Error, Reason, Result, profile, text},
    entity::{kinds::CodeKind, profile_questionnaire},
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Code,
    Description,
    ContactType,
    BusinessRelation,
    Priority,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Code, &["code"]),
    (Field::Description, &["description"]),
    (Field::ContactType, &["contacttype"]),
    (Field::BusinessRelation, &["businessrelationcode", "businessrelation"]),
    (Field::Priority, &["priority"]),
];

pub(super) struct ProfileQuestionnaires {
    columns: Columns<Field>,
    create_codes: bool,
}

type Questionnaires = HashMap<String, profile_questionnaire::Model>;

impl ProfileQuestionnaires {
    pub(super) fn new(header: &[String], create_codes: bool) -> Result<Self> {
        let columns = Columns::of(header, &[], FIELDS)?;
        if !columns.has(Field::Code) {
            return Err(Error::reject(Reason::Required, &["file"], "There is no column Code."));
        }
        Ok(Self { columns, create_codes })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let kind_of =
            |field| (field == Field::BusinessRelation).then_some(CodeKind::BusinessRelation);
        let relations = self.columns.codes(rows, kind_of);
        let relations = Codes::find(txn, relations, self.create_codes).await?;
        let mut all = self.before(txn, rows).await?;
        let mut written = Written::default();
        let mut changed = Questionnaires::new();
        for (index, row) in rows.iter().enumerate() {
            let (questionnaire, check) = self.questionnaire(row, &all, &relations);
            if let Some(problems) = check.failed() {
                written.rejected.push((index, problems));
                continue;
            }
            match all.insert(questionnaire.code.clone(), questionnaire.clone()) {
                Some(before) if before == questionnaire => {
                    written.unchanged += 1;
                    continue;
                }
                Some(_) => written.updated += 1,
                None => written.created += 1,
            }
            changed.insert(questionnaire.code.clone(), questionnaire);
        }
        relations.make_for(txn, &written).await?;
        let changed: Vec<_> = changed.into_values().collect();
        db::insert_rows::<profile_questionnaire::Entity>(txn, &changed, OnConflict::Replace)
            .await?;
        Ok(written)
    }

    async fn before(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Questionnaires> {
        let codes = rows.iter().filter_map(|row| self.columns.get(row, Field::Code));
        let codes: BTreeSet<String> = codes.filter_map(text::code).collect();
        let codes: Vec<String> = codes.into_iter().collect();
        let column = Expr::col(profile_questionnaire::Column::Code);
        let before = profile_questionnaire::Entity::find()
            .filter(dialect::in_texts(txn.get_database_backend(), column, &codes))
            .lock_exclusive()
            .all(txn)
            .await?;
        Ok(before.into_iter().map(|row| (row.code.clone(), row)).collect())
    }

    fn questionnaire(
        &self,
        row: &Row,
        all: &Questionnaires,
        relations: &Codes,
    ) -> (profile_questionnaire::Model, Check) {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let code = self.columns.get(row, Field::Code).unwrap_or_default();
        let code = check.keep(caption(Field::Code), check::code(code)).unwrap_or_default();
        if code.is_empty() {
            check.add(self.columns.caption(Field::Code), "There has to be a code.");
        }
        let blank = || profile::blank_questionnaire(code.clone());
        let mut it = all.get(&code).cloned().unwrap_or_else(blank);
        for (field, text) in self.columns.fields(row) {
            let caption = caption(field);
            match field {
                Field::Code => {}
                Field::Description => it.description = check.keep(caption, value::words(text)),
                Field::ContactType => {
                    it.contact_type = check.keep(caption, profile_value::for_whom(text));
                }
                Field::BusinessRelation => {
                    let kind = CodeKind::BusinessRelation;
                    it.business_relation = check.code(caption, text, kind, relations);
                }
                Field::Priority => match profile_value::priority(text) {
                    Ok(priority) => it.priority = priority,
                    Err(reason) => check.add(caption(), reason),
                },
            }
        }
        (it, check)
    }
}
