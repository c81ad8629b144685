//! Setup: what holds for the whole business. Number series are in `series`.

use chrono_tz::Tz;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    db::{self, OnConflict},
    domain::{
        Context, Error, Event, Reason, Rejections, Result, code,
        contact::duplicates::PERCENTAGE_MIN, expect_revision, template, text, zone,
    },
    entity::{
        contact, document_template,
        kinds::{CodeKind, ContactType, CorrespondenceType, DocumentType},
        setup::{self, Model},
    },
};

/// The row.
const ID: i32 = 1;

/// Declares the codes of the setup: field, table, place in the input.
macro_rules! codes {
    ($do:ident) => {
        $do!(
            salesperson Salesperson ["defaults", "salesperson"],
            territory Territory ["defaults", "territory"],
            country Country ["defaults", "country"],
            language Language ["defaults", "language"],
            company_salutation Salutation ["defaults", "companySalutation"],
            person_salutation Salutation ["defaults", "personSalutation"],
            customer_relation BusinessRelation ["businessRelations", "customer"],
            vendor_relation BusinessRelation ["businessRelations", "vendor"],
            bank_account_relation BusinessRelation ["businessRelations", "bankAccount"],
            employee_relation BusinessRelation ["businessRelations", "employee"]
        )
    };
}

/// What to set. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct SetupChange {
    pub inherit_salesperson: Option<bool>,
    pub inherit_territory: Option<bool>,
    pub inherit_country: Option<bool>,
    pub inherit_language: Option<bool>,
    pub inherit_address: Option<bool>,
    pub inherit_communication: Option<bool>,
    pub search_on_entry: Option<bool>,
    pub search_hit_percent: Option<i32>,
    pub time_zone: Option<Option<Tz>>,
    pub salesperson: Option<Option<String>>,
    pub territory: Option<Option<String>>,
    pub country: Option<Option<String>>,
    pub language: Option<Option<String>>,
    pub correspondence_type: Option<Option<CorrespondenceType>>,
    pub company_salutation: Option<Option<String>>,
    pub person_salutation: Option<Option<String>>,
    pub customer_relation: Option<Option<String>>,
    pub vendor_relation: Option<Option<String>>,
    pub bank_account_relation: Option<Option<String>>,
    pub employee_relation: Option<Option<String>>,
    /// Templates by type of document; one without a template goes.
    pub document_templates: Vec<(DocumentType, Option<String>)>,
    pub expected_revision: Option<i32>,
}

/// The setup there is.
///
/// # Errors
/// What the database says.
pub async fn load(db: &impl ConnectionTrait) -> Result<Model> {
    let row = setup::Entity::find_by_id(ID).one(db).await?;
    row.ok_or_else(|| Error::Corrupt("there is no setup".to_owned()))
}

/// The templates of documents, in the order of their types.
///
/// # Errors
/// What the database says.
pub async fn document_templates(
    db: &impl ConnectionTrait,
) -> Result<Vec<document_template::Model>> {
    let all = document_template::Entity::find();
    Ok(all.order_by_asc(document_template::Column::DocumentType).all(db).await?)
}

/// The template of a type of document, if there is one (DOC-1).
///
/// # Errors
/// What the database says.
pub async fn template_of(
    db: &impl ConnectionTrait,
    document_type: DocumentType,
) -> Result<Option<String>> {
    let found = document_template::Entity::find_by_id(document_type).one(db).await?;
    Ok(found.map(|it| it.template))
}

/// Changes the setup. Every server heeds it: this one at once.
///
/// # Errors
/// [`Reason::NotFound`] for codes and templates that are not there, [`Reason::Invalid`] for one
/// business relation that means two things and for a percentage beyond its limits,
/// [`Reason::Taken`] for a type of document that is named twice; a conflict.
pub async fn update(context: &Context, change: SetupChange) -> Result<Model> {
    let changed: Result<Model> = db::write(&context.db, &[], async |txn| {
        let row = setup::Entity::find_by_id(ID).lock_exclusive().one(txn).await?;
        let before = row.ok_or_else(|| Error::Corrupt("there is no setup".to_owned()))?;
        expect_revision(change.expected_revision, before.revision)?;
        let mut row = before.clone();
        change.apply(&mut row);
        let mut rejections = check(&row, &change);
        rejections.keep(require_codes(txn, &row, &change).await)?;
        rejections.keep(set_templates(txn, &change.document_templates).await)?;
        rejections.into_result()?;
        row.revision += 1;
        Ok(row.into_active_model().reset_all().update(txn).await?)
    })
    .await;
    let row = changed?;
    context.zone.set(zone::of(&row)?);
    context.events.publish(&context.db, Event::SetupChanged).await;
    Ok(row)
}

impl SetupChange {
    fn apply(&self, row: &mut Model) {
        macro_rules! set {
            ($($field:ident),*) => {$( row.$field = self.$field.unwrap_or(row.$field); )*};
        }
        set!(
            inherit_salesperson,
            inherit_territory,
            inherit_country,
            inherit_language,
            inherit_address,
            inherit_communication,
            search_on_entry,
            search_hit_percent,
            correspondence_type
        );
        if let Some(zone) = self.time_zone {
            row.time_zone = zone.map(|it| it.name().to_owned());
        }
        macro_rules! set_codes {
            ($($field:ident $kind:ident $path:expr),*) => {$(
                if let Some(code) = &self.$field {
                    row.$field = code.as_deref().and_then(text::code);
                }
            )*};
        }
        codes!(set_codes);
    }
}

fn check(row: &Model, change: &SetupChange) -> Rejections {
    let mut rejections = Rejections::default();
    // An older setup may have less, which counts as the least.
    if change.search_hit_percent.is_some_and(|it| !(PERCENTAGE_MIN..=100).contains(&it)) {
        let message = format!("The percentage lies between {PERCENTAGE_MIN} and 100.");
        rejections.add(Reason::Invalid, &["duplicates", "hitPercent"], message);
    }
    let relations = [
        (&row.customer_relation, "customer"),
        (&row.vendor_relation, "vendor"),
        (&row.bank_account_relation, "bankAccount"),
        (&row.employee_relation, "employee"),
    ];
    for (index, (code, name)) in relations.iter().enumerate() {
        let means_another = relations[..index].iter().any(|(other, _)| other == code);
        if let (Some(code), true) = (code, means_another) {
            let message = format!("The business relation {code} means something else already.");
            rejections.add(Reason::Invalid, &["businessRelations", *name], message);
        }
    }
    rejections
}

/// Checks the codes that are chosen; what is there already stays.
async fn require_codes(txn: &DatabaseTransaction, row: &Model, change: &SetupChange) -> Result<()> {
    macro_rules! chosen {
        ($($field:ident $kind:ident $path:expr),*) => {
            [$((CodeKind::$kind, row.$field.as_deref().filter(|_| change.$field.is_some()), $path)),*]
        };
    }
    let codes: Vec<_> = codes!(chosen)
        .into_iter()
        .filter_map(|(kind, code, path)| Some((kind, code?, path.to_vec())))
        .collect();
    code::require(txn, &codes).await
}

async fn set_templates(
    txn: &DatabaseTransaction,
    templates: &[(DocumentType, Option<String>)],
) -> Result<()> {
    let mut rejections = Rejections::default();
    let mut set = Vec::new();
    let mut gone = Vec::new();
    for (index, (document_type, code)) in templates.iter().enumerate() {
        let is_repeated = templates[..index].iter().any(|(other, _)| other == document_type);
        let index = index.to_string();
        if is_repeated {
            let path = ["documentTemplates", &index, "documentType"];
            rejections.add(Reason::Taken, &path, "This type of document is there already.");
        }
        match code.as_deref().and_then(text::code) {
            None => gone.push(*document_type),
            Some(code) => {
                let path = ["documentTemplates", &index, "template"];
                rejections.keep(template::require(txn, &code, &path).await)?;
                let (document_type, template) = (*document_type, code);
                set.push(document_template::Model { document_type, template });
            }
        }
    }
    rejections.into_result()?;
    document_template::Entity::delete_many()
        .filter(document_template::Column::DocumentType.is_in(gone))
        .exec(txn)
        .await?;
    db::insert_rows::<document_template::Entity>(txn, &set, OnConflict::Replace).await?;
    Ok(())
}

/// Gives a new contact what it has not got (CON-1): each value for which `is_open` by its name in
/// the API, that is, which nobody set, not even to nothing.
pub(in crate::domain) fn fill(
    setup: &Model,
    row: &mut contact::Model,
    is_open: impl Fn(&str) -> bool,
) {
    let salutation = match row.r#type {
        ContactType::Company => &setup.company_salutation,
        ContactType::Person => &setup.person_salutation,
    };
    for (name, value, default) in [
        ("salesperson", &mut row.salesperson, &setup.salesperson),
        ("territory", &mut row.territory, &setup.territory),
        ("country", &mut row.country, &setup.country),
        ("language", &mut row.language, &setup.language),
        ("salutation", &mut row.salutation, salutation),
    ] {
        if value.is_none() && is_open(name) {
            value.clone_from(default);
        }
    }
    if row.correspondence_type.is_none() && is_open("correspondenceType") {
        row.correspondence_type = setup.correspondence_type;
    }
}

/// What of the setup has a code, as people call it.
pub(in crate::domain) async fn has_code(
    db: &impl ConnectionTrait,
    kind: CodeKind,
    code: &str,
) -> Result<bool> {
    let row = load(db).await?;
    macro_rules! has {
        ($($field:ident $kind:ident $path:expr),*) => {
            $((kind == CodeKind::$kind && row.$field.as_deref() == Some(code)))||*
        };
    }
    Ok(codes!(has))
}
