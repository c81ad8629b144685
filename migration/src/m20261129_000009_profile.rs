//! Questionnaires with their questions and answers, and how contacts answer them.

use sea_orm_migration::{prelude::*, schema::*};

use crate::{
    columns::{Columns, drop, run},
    shards,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(questionnaire(columns)).await?;
        manager.create_table(question(columns)).await?;
        manager.create_table(answer(columns)).await?;
        manager.create_table(answer_of_contact(columns)).await?;
        run(manager, INDEXES).await?;
        shards::distribute(manager.get_connection(), "contact_profile_answer").await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "profile_questionnaire",
            "profile_question",
            "profile_answer",
            "contact_profile_answer",
        ];
        drop(manager, &tables).await
    }
}

fn questionnaire(columns: Columns) -> TableCreateStatement {
    Table::create()
        .table("profile_questionnaire")
        .col(columns.text("code").primary_key())
        .col(columns.text_null("description"))
        // For whom it is: companies or people, with a business relation. Missing for all.
        .col(columns.text_null("contact_type"))
        .col(columns.text_null("business_relation"))
        .col(small_integer("priority"))
        .to_owned()
}

/// No number is that of two lines of a questionnaire, questions and answers alike.
fn question(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("profile_question")
        .col(columns.text("questionnaire"))
        .col(integer("no"))
        .col(columns.text("description"))
        .col(boolean("multiple_answers"))
        // What classifies contacts by itself; missing where people answer.
        .col(columns.text_null("measure"))
        .col(columns.text_null("method"))
        .col(columns.text_null("sorting"))
        .col(columns.text_null("starting_date"))
        .col(columns.text_null("ending_date"))
        .col(integer("decimals"))
        // Ten-thousandths.
        .col(big_integer("answered_percent_min"))
        .primary_key(Index::create().col("questionnaire").col("no"));
    columns.within_key(&mut table)
}

fn answer(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("profile_answer")
        .col(columns.text("questionnaire"))
        .col(integer("no"))
        .col(integer("question_no"))
        .col(columns.text("description"))
        .col(small_integer("priority"))
        // Ten-thousandths: whom it classifies.
        .col(big_integer_null("from_value"))
        .col(big_integer_null("to_value"))
        .primary_key(Index::create().col("questionnaire").col("no"));
    columns.within_key(&mut table)
}

fn answer_of_contact(columns: Columns) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("contact_profile_answer")
        .col(integer("contact_id"))
        .col(columns.text("questionnaire"))
        .col(integer("answer_no"))
        // An answer never moves to another question.
        .col(integer("question_no"))
        .col(date("updated_on"))
        // Of ratings, in ten-thousandths: how many of the questions were answered.
        .col(big_integer_null("answered_percent"))
        .primary_key(Index::create().col("contact_id").col("questionnaire").col("answer_no"))
        .foreign_key(
            ForeignKey::create()
                .from("contact_profile_answer", "contact_id")
                .to("contact", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    columns.within_key(&mut table)
}

const INDEXES: &[&str] = &[
    // Who gave an answer, and how many did; with the contact, so that the index alone answers.
    "CREATE INDEX contact_profile_answer_answer_idx \
     ON contact_profile_answer (questionnaire, answer_no, contact_id)",
];
