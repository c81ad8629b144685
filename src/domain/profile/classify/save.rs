//! Writing who has an answer: the difference to who had it before, and when those who keep it were found
//! to have it.

use chrono::NaiveDate;
use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{ClassifiedAnswer, Holders, rating::stored};
use crate::{
    db::dialect,
    domain::{Result, profile::Key},
    entity::{contact, contact_profile_answer, profile_question},
};

use contact_profile_answer::{Column, Entity};

/// Contacts of one statement.
const PIECE: usize = 50_000;

/// An answer that follows from other data, and the day on which it was found out.
pub(super) struct Save<'a> {
    pub(super) question: &'a profile_question::Model,
    pub(super) no: i32,
    pub(super) day: NaiveDate,
}

impl Save<'_> {
    /// Also returns who has it only now, or no longer. A dry run writes nothing.
    pub(super) async fn run(
        &self,
        txn: &DatabaseTransaction,
        holders: &Holders,
        dry_run: bool,
    ) -> Result<(ClassifiedAnswer, RoaringBitmap)> {
        let before = self.before(txn, None).await?;
        let after = holders.values().fold(RoaringBitmap::new(), |all, it| all | it);
        let (added, removed) = (&after - &before, &before - &after);
        if !dry_run {
            self.write(txn, holders, &before, &removed).await?;
        }
        let answer = ClassifiedAnswer {
            no: self.no,
            contacts: after.len(),
            added: added.len(),
            removed: removed.len(),
        };
        Ok((answer, added | removed))
    }

    /// The same for some contacts only.
    pub(super) async fn run_among(
        &self,
        txn: &DatabaseTransaction,
        holders: &Holders,
        among: &RoaringBitmap,
    ) -> Result<()> {
        let before = self.before(txn, Some(among)).await?;
        let after = holders.values().fold(RoaringBitmap::new(), |all, it| all | it);
        self.write(txn, holders, &before, &(&before - after)).await
    }

    async fn before(
        &self,
        txn: &DatabaseTransaction,
        among: Option<&RoaringBitmap>,
    ) -> Result<RoaringBitmap> {
        let questionnaire = self.question.questionnaire.clone();
        stored(txn, &Key { questionnaire, no: self.no }, among).await
    }

    async fn write(
        &self,
        txn: &DatabaseTransaction,
        holders: &Holders,
        before: &RoaringBitmap,
        removed: &RoaringBitmap,
    ) -> Result<()> {
        for piece in pieces(removed) {
            let these = self.rows_of(txn, piece);
            Entity::delete_many().filter(these).exec(txn).await?;
        }
        for (percent, whose) in holders {
            for piece in pieces(&(whose & before)) {
                Entity::update_many()
                    .col_expr(Column::UpdatedOn, Expr::val(self.day))
                    .col_expr(Column::AnsweredPercent, Expr::val(*percent))
                    .filter(self.rows_of(txn, piece))
                    .filter(self.differs(*percent))
                    .exec(txn)
                    .await?;
            }
            for piece in pieces(&(whose - before)) {
                self.insert(txn, *percent, piece).await?;
            }
        }
        Ok(())
    }

    /// The rows that say another day or share.
    fn differs(&self, percent: Option<i64>) -> Condition {
        let share = Column::AnsweredPercent;
        let is_other = match percent {
            Some(percent) => share.is_null().or(share.ne(percent)),
            None => share.is_not_null(),
        };
        Condition::any().add(Column::UpdatedOn.ne(self.day)).add(is_other)
    }

    /// The rows of these contacts.
    fn rows_of(&self, txn: &DatabaseTransaction, contacts: Vec<u32>) -> Expr {
        let column = Expr::col(Column::ContactId);
        let these = dialect::in_ids(txn.get_database_backend(), column, contacts.into_iter());
        Column::Questionnaire
            .eq(self.question.questionnaire.as_str())
            .and(Column::AnswerNo.eq(self.no))
            .and(these)
    }

    async fn insert(
        &self,
        txn: &DatabaseTransaction,
        percent: Option<i64>,
        contacts: Vec<u32>,
    ) -> Result<()> {
        let id = Expr::col((contact::Entity, contact::Column::Id));
        let these = dialect::in_ids(txn.get_database_backend(), id.clone(), contacts.into_iter());
        let rows = Query::select()
            .exprs([
                id,
                Expr::val(self.question.questionnaire.as_str()).cast_as("text"),
                Expr::val(self.no).cast_as("integer"),
                Expr::val(self.question.no).cast_as("integer"),
                Expr::val(self.day),
                Expr::val(percent).cast_as("bigint"),
            ])
            .from(contact::Entity)
            .and_where(these)
            .to_owned();
        let insert = Query::insert()
            .into_table(Entity)
            .columns([
                Column::ContactId,
                Column::Questionnaire,
                Column::AnswerNo,
                Column::QuestionNo,
                Column::UpdatedOn,
                Column::AnsweredPercent,
            ])
            .select_from(rows)
            .expect("as many expressions as columns")
            .to_owned();
        txn.execute(&insert).await?;
        Ok(())
    }
}

/// The contacts in pieces that one statement can deal with.
fn pieces(contacts: &RoaringBitmap) -> impl Iterator<Item = Vec<u32>> {
    let mut contacts = contacts.iter();
    std::iter::from_fn(move || {
        let piece: Vec<u32> = contacts.by_ref().take(PIECE).collect();
        (!piece.is_empty()).then_some(piece)
    })
}
