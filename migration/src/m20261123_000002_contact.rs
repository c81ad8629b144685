//! Contacts with their identifiers, classifications and custom attributes.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(contact(columns)).await?;
        manager.create_table(identifier(columns)).await?;
        manager.create_table(classification(columns)).await?;
        manager.create_table(attribute(columns)).await?;
        manager.create_table(attribute_value(columns)).await?;
        run(manager, INDEXES).await?;
        run(manager, search(manager.get_database_backend())).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            run(manager, &["DROP TABLE contact_search"]).await?;
        }
        let tables =
            ["contact", "contact_identifier", "contact_code", "attribute", "contact_attribute"];
        drop(manager, &tables).await
    }
}

/// Text, and the column that holds the same text with its case folded.
const FOLDED: [(&str, &str); 13] = [
    ("name2", "name2_fold"),
    ("first_name", "first_name_fold"),
    ("middle_name", "middle_name_fold"),
    ("surname", "surname_fold"),
    ("job_title", "job_title_fold"),
    ("address", "address_fold"),
    ("address2", "address2_fold"),
    ("city", "city_fold"),
    ("county", "county_fold"),
    ("email", "email_fold"),
    ("email2", "email2_fold"),
    ("home_page", "home_page_fold"),
    ("company_name", "company_name_fold"),
];

const PLAIN: [&str; 18] = [
    "search_name",
    "initials",
    "salutation",
    "organizational_level",
    "post_code",
    "country",
    "phone",
    "mobile",
    "fax",
    "territory",
    "currency",
    "language",
    "salesperson",
    "vat_no",
    "registration_no",
    "external_id",
    "correspondence_type",
    "search_text",
];

const FLAGS: [&str; 4] = ["exclude_from_segment", "privacy_blocked", "minor", "parental_consent"];

fn contact(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create()
        .table("contact")
        // Dense keys from a counter, never reused: they are the elements of our sets.
        .col(integer("id").primary_key())
        .col(columns.text("no"))
        .col(columns.text("type"))
        // A company points at itself.
        .col(integer_null("company_id"))
        .to_owned();
    table.col(columns.text("name")).col(columns.text("name_fold"));
    for (name, folded) in FOLDED {
        table.col(columns.text_null(name)).col(columns.text_null(folded));
    }
    for name in PLAIN {
        table.col(columns.text_null(name));
    }
    for name in FLAGS {
        table.col(boolean(name));
    }
    table
        // Company name, company, companies before people, name: the order of a segment's lines.
        .col(columns.text("sort_key"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(integer("revision"));
    table
}

/// Numbers and external ids, unique among themselves. After a merge the old number points at the
/// survivor. No foreign key: contacts may live on other machines.
fn identifier(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("contact_identifier")
        .col(columns.text("kind"))
        .col(columns.text("value"))
        .col(integer("contact_id"))
        .primary_key(Index::create().col("kind").col("value"));
    columns.within_key(&mut table)
}

fn of_contact(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "contact_id")
        .to("contact", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

/// Which codes a contact has: mailing groups, industry groups, and the like.
fn classification(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("contact_code")
        .col(integer("contact_id"))
        .col(columns.text("kind"))
        .col(columns.text("code"))
        // Of business relations: what the contact is elsewhere, such as Customer 10000.
        .col(columns.text_null("link_type"))
        .col(columns.text_null("link_no"))
        // Of web sources: what to search for.
        .col(columns.text_null("search_word"))
        .primary_key(Index::create().col("contact_id").col("kind").col("code"))
        .foreign_key(&mut of_contact("contact_code"));
    columns.within_key(&mut table)
}

fn attribute(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("attribute")
        .col(columns.text("name").primary_key())
        .col(columns.text("type"))
        .col(columns.text_null("description"))
        .to_owned()
}

fn attribute_value(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("contact_attribute")
        .col(integer("contact_id"))
        .col(columns.text("name"))
        // Text and codes.
        .col(columns.text_null("text"))
        .col(columns.text_null("text_fold"))
        // Ten-thousandths.
        .col(big_integer_null("number"))
        .col(date_null("date"))
        .col(boolean_null("flag"))
        .primary_key(Index::create().col("contact_id").col("name"))
        .foreign_key(&mut of_contact("contact_attribute"));
    columns.within_key(&mut table)
}

const INDEXES: &[&str] = &[
    // The default order, and the other orders in which lines are listed. What is missing sorts last.
    "CREATE INDEX contact_sort_idx ON contact (sort_key, id)",
    "CREATE INDEX contact_no_idx ON contact (no, id)",
    "CREATE INDEX contact_name_idx ON contact (name_fold, id)",
    "CREATE INDEX contact_city_idx ON contact (COALESCE(city_fold, '\u{10FFFD}'), id)",
    "CREATE INDEX contact_post_code_idx ON contact (COALESCE(post_code, '\u{10FFFD}'), id)",
    // What criteria ask for most; with the id, so that the index alone answers.
    "CREATE INDEX contact_company_idx ON contact (company_id, id)",
    "CREATE INDEX contact_country_idx ON contact (country, id)",
    "CREATE INDEX contact_salesperson_idx ON contact (salesperson, id)",
    // The few who are left out of every selection. The conditions are those of the queries, word
    // for word, or SQLite does not use the index.
    "CREATE INDEX contact_excluded_idx ON contact (id) WHERE exclude_from_segment",
    "CREATE INDEX contact_blocked_idx ON contact (id) \
     WHERE privacy_blocked OR (minor AND NOT parental_consent)",
    "CREATE INDEX contact_identifier_contact_idx ON contact_identifier (contact_id)",
    "CREATE INDEX contact_code_code_idx ON contact_code (kind, code, contact_id)",
    "CREATE INDEX contact_attribute_text_idx ON contact_attribute (name, text, contact_id)",
    "CREATE INDEX contact_attribute_number_idx ON contact_attribute (name, number, contact_id)",
    "CREATE INDEX contact_attribute_date_idx ON contact_attribute (name, date, contact_id)",
];

/// An index of the words of each contact, for search by prefix. The server cuts the words
/// (`search_text`, parted by spaces), so both databases find the same. On SQLite new contacts are
/// brought into it by who inserts them, many at once.
fn search(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &["CREATE INDEX contact_search_idx ON contact \
             USING gin (array_to_tsvector(string_to_array(search_text, ' ')))"],
        _ => &[
            "CREATE VIRTUAL TABLE contact_search USING fts5(search_text, tokenize = 'ascii', \
             content = '', contentless_delete = 1, detail = none)",
            "CREATE TRIGGER contact_search_update AFTER UPDATE OF search_text ON contact \
             WHEN new.search_text IS NOT old.search_text BEGIN \
             UPDATE contact_search SET search_text = new.search_text WHERE rowid = new.id; END",
            "CREATE TRIGGER contact_search_delete AFTER DELETE ON contact BEGIN \
             DELETE FROM contact_search WHERE rowid = old.id; END",
        ],
    }
}
