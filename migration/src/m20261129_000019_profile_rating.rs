//! What ratings are made of: answers to other questions, with their points.

use sea_orm_migration::{prelude::*, schema::*};

use crate::columns::{Columns, drop, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        let mut table = Table::create();
        table
            .table("profile_rating")
            .col(columns.text("questionnaire"))
            .col(integer("question_no"))
            .col(columns.text("answer_questionnaire"))
            .col(integer("answer_no"))
            .col(integer("answer_question_no"))
            // Ten-thousandths.
            .col(big_integer("points"))
            .primary_key(
                Index::create()
                    .col("questionnaire")
                    .col("question_no")
                    .col("answer_questionnaire")
                    .col("answer_no"),
            );
        manager.create_table(columns.within_key(&mut table)).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["profile_rating"]).await
    }
}

const INDEXES: &[&str] = &[
    // Which ratings use an answer that is to be deleted.
    "CREATE INDEX profile_rating_answer_idx \
     ON profile_rating (answer_questionnaire, answer_no)",
];
