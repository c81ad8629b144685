//! What has codes.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
};

use crate::{
    domain::{Result, contact::address, setup, text},
    entity::{
        campaign, contact, contact_code, interaction, interaction_template,
        interaction_template_language, kinds::CodeKind, opportunity, profile_questionnaire,
        segment, segment_line, segment_text, task,
    },
};

/// What has the code, in words; nothing if nothing has.
pub(super) async fn users(
    txn: &DatabaseTransaction,
    kind: CodeKind,
    code: &str,
) -> Result<Option<String>> {
    let mut users = Vec::new();
    let mut count = |noun: &str, count: u64| {
        if 0 < count {
            users.push(text::counted(count, noun));
        }
    };
    use CodeKind as Kind;
    let contact_column = match kind {
        Kind::Country => Some(contact::Column::Country),
        Kind::Currency => Some(contact::Column::Currency),
        Kind::Language => Some(contact::Column::Language),
        Kind::OrganizationalLevel => Some(contact::Column::OrganizationalLevel),
        Kind::Salesperson => Some(contact::Column::Salesperson),
        Kind::Salutation => Some(contact::Column::Salutation),
        Kind::Territory => Some(contact::Column::Territory),
        _ => None,
    };
    if let Some(column) = contact_column {
        count("contact", uses::<contact::Entity>(txn, column, code).await?);
    }
    if kind == Kind::Country {
        count("alternative address", address::uses_of_country(txn, code).await?);
    }
    match kind {
        Kind::BusinessRelation
        | Kind::IndustryGroup
        | Kind::JobResponsibility
        | Kind::MailingGroup
        | Kind::WebSource => {
            let having = contact_code::Entity::find()
                .filter(contact_code::Column::Kind.eq(kind))
                .filter(contact_code::Column::Code.eq(code));
            count("contact", having.count(txn).await?);
            if kind == Kind::BusinessRelation {
                let column = profile_questionnaire::Column::BusinessRelation;
                count(
                    "questionnaire",
                    uses::<profile_questionnaire::Entity>(txn, column, code).await?,
                );
            }
        }
        Kind::Salesperson => {
            count(
                "campaign",
                uses::<campaign::Entity>(txn, campaign::Column::Salesperson, code).await?,
            );
            count(
                "segment",
                uses::<segment::Entity>(txn, segment::Column::Salesperson, code).await?,
            );
            count(
                "line",
                uses::<segment_line::Entity>(txn, segment_line::Column::Salesperson, code).await?,
            );
            count(
                "interaction",
                uses::<interaction::Entity>(txn, interaction::Column::Salesperson, code).await?,
            );
            count(
                "opportunity",
                uses::<opportunity::Entity>(txn, opportunity::Column::Salesperson, code).await?,
            );
            count("task", uses::<task::Entity>(txn, task::Column::Salesperson, code).await?);
        }
        Kind::CampaignStatus => {
            count("campaign", uses::<campaign::Entity>(txn, campaign::Column::Status, code).await?);
        }
        Kind::InteractionGroup => {
            let column = interaction_template::Column::InteractionGroup;
            count(
                "interaction template",
                uses::<interaction_template::Entity>(txn, column, code).await?,
            );
            count(
                "segment",
                uses::<segment::Entity>(txn, segment::Column::InteractionGroup, code).await?,
            );
            count(
                "line",
                uses::<segment_line::Entity>(txn, segment_line::Column::InteractionGroup, code)
                    .await?,
            );
            count(
                "interaction",
                uses::<interaction::Entity>(txn, interaction::Column::InteractionGroup, code)
                    .await?,
            );
        }
        Kind::Language => {
            let column = interaction_template::Column::Language;
            count(
                "interaction template",
                uses::<interaction_template::Entity>(txn, column, code).await?,
            );
            let column = interaction_template_language::Column::Language;
            count(
                "template text",
                uses::<interaction_template_language::Entity>(txn, column, code).await?,
            );
            count(
                "segment text",
                uses::<segment_text::Entity>(txn, segment_text::Column::Language, code).await?,
            );
            count("segment", uses::<segment::Entity>(txn, segment::Column::Language, code).await?);
            count(
                "line",
                uses::<segment_line::Entity>(txn, segment_line::Column::Language, code).await?,
            );
            count(
                "interaction",
                uses::<interaction::Entity>(txn, interaction::Column::Language, code).await?,
            );
        }
        _ => {}
    }
    if setup::has_code(txn, kind, code).await? {
        users.push("the setup".to_owned());
    }
    Ok(if users.is_empty() { None } else { Some(users.join(", ")) })
}

async fn uses<E: EntityTrait>(
    db: &impl ConnectionTrait,
    column: E::Column,
    code: &str,
) -> Result<u64>
where
    E::Model: Sync,
{
    Ok(E::find().filter(column.eq(code)).count(db).await?)
}
