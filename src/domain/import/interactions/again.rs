//! Rows that say the same as interactions from before.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Value,
    sea_query::Expr,
};

use super::{Interactions, fields::Field, row::document_type};
use crate::{
    db::dialect,
    domain::{Result, import::before::Left},
    entity::interaction::{self, Column, Model},
};

/// What a row can say of an interaction, in one text; but for what may change afterwards.
fn content(it: &Model) -> String {
    let document_type = it.document_type.as_deref().and_then(document_type);
    format!(
        "{:?}",
        (
            (it.contact_id, it.date, it.time, &it.template, &it.interaction_group, &it.description),
            (&it.subject, it.information_flow, it.initiated_by, it.cost, it.duration_min),
            (it.campaign_id, it.evaluation, &it.salesperson, document_type, &it.document_no),
            (it.correspondence_type, it.attempt_failed, it.postponed, &it.contact_via),
        )
    )
}

/// Interactions that get the same values.
type Changes = BTreeMap<String, (Vec<(Column, Value)>, Vec<Model>)>;

impl Interactions {
    /// Takes away what says the same as an interaction from before. Where such a row says something
    /// else of what may change afterwards, the interaction is changed.
    pub(super) async fn settle(
        &self,
        txn: &DatabaseTransaction,
        first_key: i64,
        good: &mut Vec<Model>,
        written: &mut super::Written,
    ) -> Result<()> {
        let mut left = self.before(txn, first_key, good).await?;
        let mut changes = Changes::new();
        good.retain(|it| {
            let is_same = |old: &Model| self.is_same(it, old);
            let Some(old) = left.take(&content(it), is_same) else { return true };
            written.found.insert(old.id.cast_unsigned());
            if is_same(&old) {
                written.unchanged += 1;
            } else {
                written.updated += 1;
                let values = self.changeable(it, &old);
                let alike = changes.entry(format!("{values:?}")).or_insert((values, Vec::new()));
                alike.1.push(old);
            }
            false
        });
        self.change(txn, changes).await
    }

    /// The interactions of the same contacts from before that no row has been taken for.
    async fn before(
        &self,
        txn: &DatabaseTransaction,
        first_key: i64,
        good: &[Model],
    ) -> Result<Left<Model>> {
        let dates = || good.iter().map(|it| it.date);
        let mut before = Vec::new();
        if let (Some(from), Some(to), true) = (dates().min(), dates().max(), 1 < first_key) {
            let contacts: BTreeSet<u32> =
                good.iter().map(|it| it.contact_id.cast_unsigned()).collect();
            let column = Expr::col(Column::ContactId);
            before = interaction::Entity::find()
                .filter(dialect::in_ids(txn.get_database_backend(), column, contacts.into_iter()))
                .filter(Column::Id.lt(first_key))
                .filter(Column::Date.between(from, to))
                .order_by_asc(Column::Id)
                .all(txn)
                .await?;
        }
        Ok(self.progress.left(before, |it| it.id, content))
    }

    /// What the file says of an interaction that may change after it was recorded. What is canceled
    /// with its logged segment or campaign entry is told by these.
    fn changeable(&self, it: &Model, old: &Model) -> Vec<(Column, Value)> {
        let is_alone = old.logged_segment_id.is_none() && old.campaign_entry_id.is_none();
        let mut values = Vec::new();
        let mut say = |field, column, value: Value| {
            if self.columns.has(field) {
                values.push((column, value));
            }
        };
        say(Field::Language, Column::Language, it.language.clone().into());
        say(Field::CampaignTarget, Column::CampaignTarget, it.campaign_target.into());
        say(Field::CampaignResponse, Column::CampaignResponse, it.campaign_response.into());
        say(Field::DocumentType, Column::DocumentType, it.document_type.clone().into());
        if is_alone {
            say(Field::Canceled, Column::Canceled, it.canceled.into());
            say(Field::Canceled, Column::CanceledItself, it.canceled_itself.into());
        }
        values
    }

    fn is_same(&self, it: &Model, old: &Model) -> bool {
        let values = |of| self.changeable(of, old).into_iter().map(|(_, value)| value);
        values(it).eq(values(old))
    }

    async fn change(&self, txn: &DatabaseTransaction, changes: Changes) -> Result<()> {
        let backend = txn.get_database_backend();
        for (values, them) in changes.into_values() {
            let contacts: BTreeSet<u32> =
                them.iter().map(|it| it.contact_id.cast_unsigned()).collect();
            let ids: Vec<i64> = them.iter().map(|it| it.id).collect();
            let mut update = interaction::Entity::update_many()
                .col_expr(Column::UpdatedAt, Expr::val(self.now))
                .filter(dialect::in_ids(
                    backend,
                    Expr::col(Column::ContactId),
                    contacts.into_iter(),
                ))
                .filter(dialect::in_numbers(backend, Expr::col(Column::Id), &ids));
            for (column, value) in values {
                update = update.col_expr(column, Expr::val(value));
            }
            update.exec(txn).await?;
        }
        Ok(())
    }
}
