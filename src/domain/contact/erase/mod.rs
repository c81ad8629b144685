//! Erasing what is known of a contact, on their request. What happened is still counted: the contact
//! stays in sets and interactions, as somebody nobody knows, who can't be selected or changed again.

mod mentions;

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};

use self::mentions::Known;
use super::{blank, company, delete, derive, duplicates, find};
use crate::{
    db::{self, OnConflict, Table},
    domain::{
        Context, Error, Event, Result, access::Scope, check, expect_revision, planned,
        segment::clear_texts_of_lines,
    },
    entity::{
        contact::{self, Model},
        contact_address, contact_address_period, contact_attribute, contact_code,
        contact_identifier, contact_profile_answer, interaction, interaction_comment,
        kinds::{ContactType, IdentifierKind},
    },
};

/// What an erased contact is called.
const NAME: &str = "Erased";

/// Whom to erase.
#[derive(Clone, Debug)]
pub struct EraseContact {
    pub id: i32,
    pub expected_revision: Option<i32>,
    /// Kept with the contact; it must not tell of them.
    pub reason: Option<String>,
}

/// What is left, and what was taken.
#[derive(Clone, Debug)]
pub struct Erased {
    pub row: Model,
    /// Interactions whose texts went.
    pub interactions: u64,
    pub comments: u64,
    /// Steps and saved criteria that named something of the contact literally, and no longer do.
    pub criteria: u64,
}

/// Erases a contact. A second time nothing is left to be done.
///
/// # Errors
/// [`Reason::Forbidden`](crate::domain::Reason::Forbidden) if the viewer neither administers nor sees personal data;
/// not found at `contactId`, a conflict, and a `reason` that is too long.
pub async fn erase(context: &Context, input: EraseContact) -> Result<Erased> {
    if !context.viewer.scopes.contains(Scope::Admin) {
        context.viewer.require_personal(&[])?;
    }
    let reason = check::text(input.reason.as_deref(), &["reason"])?;
    let erased = db::write(&context.db, &Table::ALL, async |txn| {
        let before = find::locked(txn, input.id, &["contactId"]).await?;
        expect_revision(input.expected_revision, before.revision)?;
        if before.erased_at.is_some() {
            return Ok::<_, Error>(Erased {
                row: before,
                interactions: 0,
                comments: 0,
                criteria: 0,
            });
        }
        write(txn, context, &before, reason.clone()).await
    })
    .await?;
    let event = Event::ContactChanged { id: erased.row.id, revision: erased.row.revision };
    context.events.publish(&context.db, event).await;
    Ok(erased)
}

async fn write(
    txn: &DatabaseTransaction,
    context: &Context,
    before: &Model,
    reason: Option<String>,
) -> Result<Erased> {
    let known = Known::of(txn, before).await?;
    let row = tombstone(context, before, reason);
    let rows = std::slice::from_ref(&row);
    db::insert_rows::<contact::Entity>(txn, rows, OnConflict::Replace).await?;
    delete_belongings(txn, row.id).await?;
    if row.r#type == ContactType::Company {
        // What people have in common with it is theirs, too; only its name goes.
        let people = delete::people_of(txn, row.id).await?;
        company::push(txn, context.clock.now(), &[(before, &row)], &people).await?;
    }
    let (interactions, comments) = clear_interactions(txn, row.id).await?;
    planned::erase(txn, context.clock.now(), row.id).await?;
    clear_texts_of_lines(txn, row.id).await?;
    let criteria = mentions::redact(txn, &known).await?;
    mentions::forget_answers(txn).await?;
    db::purge_words(txn).await?;
    Ok(Erased { row, interactions, comments, criteria })
}

/// Somebody of whom nothing is known but that there was a contact of this number. Blocked, so that
/// they are never selected.
fn tombstone(context: &Context, before: &Model, reason: Option<String>) -> Model {
    let now = context.clock.now();
    let mut row = Model {
        no: before.no.clone(),
        r#type: before.r#type,
        name: NAME.to_owned(),
        // Or it would be split as a person's.
        surname: Some(NAME.to_owned()).filter(|_| before.r#type == ContactType::Person),
        exclude_from_segment: true,
        privacy_blocked: true,
        created_at: before.created_at,
        updated_at: now,
        revision: before.revision + 1,
        erased_at: Some(now),
        erasure_reason: reason,
        ..blank(before.id, now)
    };
    derive(&mut row);
    row
}

/// All that is known of the contact beside its row. Its numbers are ours, and stay: they lead to
/// what is left.
async fn delete_belongings(txn: &DatabaseTransaction, id: i32) -> Result<()> {
    macro_rules! delete {
        ($($table:ident),*) => {$(
            $table::Entity::delete_many()
                .filter($table::Column::ContactId.eq(id))
                .exec(txn)
                .await?;
        )*};
    }
    delete!(
        contact_code,
        contact_attribute,
        contact_address,
        contact_address_period,
        contact_profile_answer
    );
    contact_identifier::Entity::delete_many()
        .filter(contact_identifier::Column::ContactId.eq(id))
        .filter(contact_identifier::Column::Kind.eq(IdentifierKind::ExternalId))
        .exec(txn)
        .await?;
    duplicates::forget(txn, &RoaringBitmap::from_iter([id.cast_unsigned()])).await
}

/// Takes the free texts of interactions, and their comments; what, when, and how it went stays.
async fn clear_interactions(txn: &DatabaseTransaction, id: i32) -> Result<(u64, u64)> {
    use interaction::Column;
    let none = || Expr::val(None::<String>);
    let own = Column::ContactId.eq(id);
    let count = interaction::Entity::find().filter(own.clone()).count(txn).await?;
    interaction::Entity::update_many()
        .col_expr(Column::Description, none())
        .col_expr(Column::Subject, none())
        .col_expr(Column::ContactVia, none())
        .col_expr(Column::DeliveryError, none())
        .filter(own)
        .exec(txn)
        .await?;
    let comments = interaction_comment::Entity::delete_many()
        .filter(interaction_comment::Column::ContactId.eq(id))
        .exec(txn)
        .await?;
    Ok((count, comments.rows_affected))
}
