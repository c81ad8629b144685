use sea_orm::entity::prelude::*;

use super::kinds::CorrespondenceType;

/// What holds for the whole business: one row, whose id is 1.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "setup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Whether people take it over from their company; the next five, too.
    pub inherit_salesperson: bool,
    pub inherit_territory: bool,
    pub inherit_country: bool,
    pub inherit_language: bool,
    /// Without the country.
    pub inherit_address: bool,
    /// Telephone and fax numbers, e-mail address, home page and correspondence type.
    pub inherit_communication: bool,
    /// Whether duplicates of a contact are looked for when it comes.
    pub search_on_entry: bool,
    /// What new contacts get; the next six, too.
    pub salesperson: Option<String>,
    pub territory: Option<String>,
    pub country: Option<String>,
    pub language: Option<String>,
    pub correspondence_type: Option<CorrespondenceType>,
    pub company_salutation: Option<String>,
    pub person_salutation: Option<String>,
    /// The business relation that means it; the next three, too.
    pub customer_relation: Option<String>,
    pub vendor_relation: Option<String>,
    pub bank_account_relation: Option<String>,
    pub employee_relation: Option<String>,
    /// How many of a hundred search strings two contacts share to count as duplicates.
    pub search_hit_percent: i32,
    /// The IANA name of the time zone of the business, if it is not the one of the program.
    pub time_zone: Option<String>,
    pub revision: i32,
}

impl ActiveModelBehavior for ActiveModel {}
