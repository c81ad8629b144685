use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::kinds::{ContactType, CorrespondenceType};

/// A company or a person.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    /// Dense, never reused: the element of sets.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// What people call it, such as `CT000001`.
    pub no: String,
    pub r#type: ContactType,
    /// A company points at itself; a person may have none.
    pub company_id: Option<i32>,
    pub name: String,
    /// `name` with its case folded; so for every `_fold`.
    pub name_fold: String,
    pub name2: Option<String>,
    pub name2_fold: Option<String>,
    pub first_name: Option<String>,
    pub first_name_fold: Option<String>,
    pub middle_name: Option<String>,
    pub middle_name_fold: Option<String>,
    pub surname: Option<String>,
    pub surname_fold: Option<String>,
    pub job_title: Option<String>,
    pub job_title_fold: Option<String>,
    pub address: Option<String>,
    pub address_fold: Option<String>,
    pub address2: Option<String>,
    pub address2_fold: Option<String>,
    pub city: Option<String>,
    pub city_fold: Option<String>,
    pub county: Option<String>,
    pub county_fold: Option<String>,
    pub email: Option<String>,
    pub email_fold: Option<String>,
    pub email2: Option<String>,
    pub email2_fold: Option<String>,
    pub home_page: Option<String>,
    pub home_page_fold: Option<String>,
    pub company_name: Option<String>,
    pub company_name_fold: Option<String>,
    pub search_name: Option<String>,
    pub initials: Option<String>,
    pub salutation: Option<String>,
    pub organizational_level: Option<String>,
    pub post_code: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
    pub mobile: Option<String>,
    pub fax: Option<String>,
    pub territory: Option<String>,
    pub currency: Option<String>,
    pub language: Option<String>,
    pub salesperson: Option<String>,
    pub vat_no: Option<String>,
    pub registration_no: Option<String>,
    pub external_id: Option<String>,
    pub correspondence_type: Option<CorrespondenceType>,
    /// The words to find the contact by, folded, parted by spaces.
    pub search_text: Option<String>,
    pub exclude_from_segment: bool,
    pub privacy_blocked: bool,
    pub minor: bool,
    pub parental_consent: bool,
    /// Company name, company, companies before people, name: the order of lines.
    pub sort_key: String,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    /// Grows with every change.
    pub revision: i32,
    /// When all that was known of it was erased. Such a contact never changes again.
    pub erased_at: Option<ChronoDateTimeUtc>,
    pub erasure_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
