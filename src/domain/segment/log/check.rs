//! Which lines of a segment can be logged, and what keeps others from it.

use roaring::RoaringBitmap;
use sea_orm::{Condition, ConnectionTrait, DatabaseTransaction, IntoSimpleExpr};

use crate::{
    db::{self, dialect},
    domain::{
        CONCERNED_MAX, Error, Reason, Rejection, Result,
        access::Viewer,
        id::Kind,
        segment::{
            choose::privacy_blocked,
            effective::{self, Defaults},
            said::Said,
        },
        template, text,
    },
    entity::{contact, interaction_template, segment},
};

/// How many lines one statement deals with: memory stays bounded, whatever the segment.
const PIECE: usize = 5_000;

/// What to do with lines that are to be reached by e-mail, and whose contact has no address (D19).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Unreachable {
    /// Log nothing, and say who they are.
    #[default]
    Fail,
    /// Log the others.
    Skip,
    /// Log them without a correspondence type.
    LogWithoutDelivery,
}

/// The lines that will be logged.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    pub(super) template: interaction_template::Model,
    pub(super) defaults: Defaults,
    pub(super) contacts: RoaringBitmap,
    pub(super) unreachable: Unreachable,
    pub(super) skipped_privacy_blocked: u64,
    pub(super) skipped_unreachable: u64,
}

/// The lines of the segment that can be logged.
///
/// # Errors
/// All that is missing at once: a description, a template, contacts, a salesperson for each line,
/// and an address for each that is to be reached by e-mail; who has none is said only to a viewer who
/// may see addresses.
pub(super) async fn lines_to_log(
    txn: &DatabaseTransaction,
    viewer: &Viewer,
    segment: &segment::Model,
    set: &RoaringBitmap,
    unreachable: Unreachable,
) -> Result<Lines> {
    let mut wrong = Vec::new();
    if segment.description.is_none() {
        // LOG-2
        let message = "Describe the segment: its interactions are logged under its description.";
        wrong.push(Rejection::new(Reason::Required, &["description"], message));
    }
    let template = match &segment.interaction_template {
        Some(code) => Some(template::require(txn, code, &["segmentId"]).await?),
        None => {
            let message = "Choose an interaction template for the segment.";
            wrong.push(Rejection::new(Reason::Required, &["segmentId"], message));
            None
        }
    };
    let said = Said::by(txn, segment, template.as_ref()).await?;
    let defaults = Defaults::new(segment, template.as_ref(), said);
    let blocked = set & db::keys(txn, privacy_blocked()).await?;
    let mut contacts = set - &blocked;
    if let Some(condition) = defaults.without_salesperson() {
        // LOG-5
        let lost = lines_where(txn, segment.id, &contacts, &condition).await?;
        if !lost.is_empty() {
            let message = format!(
                "Nobody is responsible for {}: name a salesperson.",
                text::counted(lost.len(), "contact")
            );
            wrong.push(concerning(Reason::Required, "salesperson", message, &lost));
        }
    }
    let mut skipped_unreachable = 0;
    if unreachable != Unreachable::LogWithoutDelivery {
        let lost = lines_where(txn, segment.id, &contacts, &defaults.unreachable()).await?;
        if unreachable == Unreachable::Skip {
            skipped_unreachable = lost.len();
            contacts -= lost;
        } else if !lost.is_empty() {
            let message =
                format!("No e-mail address is known of {}.", text::counted(lost.len(), "contact"));
            let told = if viewer.sees_personal_data() { lost } else { RoaringBitmap::new() };
            wrong.push(concerning(Reason::Unreachable, "unreachable", message, &told));
        }
    }
    if contacts.is_empty() {
        wrong.push(nobody(set, &blocked));
    }
    match template {
        Some(template) if wrong.is_empty() => Ok(Lines {
            template,
            defaults,
            contacts,
            unreachable,
            skipped_privacy_blocked: blocked.len(),
            skipped_unreachable,
        }),
        _ => Err(Error::Rejected(wrong)),
    }
}

/// LOG-9
fn nobody(set: &RoaringBitmap, blocked: &RoaringBitmap) -> Rejection {
    if set.is_empty() {
        return Rejection::new(Reason::NotAllowed, &["segmentId"], "The segment is empty.");
    }
    if set == blocked {
        let message = "None of the contacts may be contacted.".to_owned();
        return concerning(Reason::PrivacyBlocked, "segmentId", message, blocked);
    }
    let message = "None of the contacts is reachable.";
    Rejection::new(Reason::Unreachable, &["unreachable"], message)
}

fn concerning(reason: Reason, name: &str, message: String, whom: &RoaringBitmap) -> Rejection {
    let mut rejection = Rejection::new(reason, &[name], message);
    let ids = whom.iter().take(CONCERNED_MAX).map(|id| Kind::Contact.id(i64::from(id)));
    rejection.concerned = ids.collect();
    rejection
}

/// Those of the contacts for whose lines the condition holds.
async fn lines_where(
    txn: &DatabaseTransaction,
    segment_id: i64,
    contacts: &RoaringBitmap,
    condition: &Condition,
) -> Result<RoaringBitmap> {
    let id = contact::Column::Id;
    let mut found = RoaringBitmap::new();
    for piece in pieces(contacts) {
        let mut query = effective::lines(segment_id);
        query
            .expr_as(id.into_simple_expr(), "id")
            .and_where(dialect::in_ids(
                txn.get_database_backend(),
                id.into_simple_expr(),
                piece.into_iter(),
            ))
            .cond_where(condition.clone());
        found |= db::keys(txn, query).await?;
    }
    Ok(found)
}

/// The contacts in pieces that one statement can deal with.
pub(super) fn pieces(contacts: &RoaringBitmap) -> impl Iterator<Item = Vec<u32>> {
    let mut contacts = contacts.iter();
    std::iter::from_fn(move || {
        let piece: Vec<u32> = contacts.by_ref().take(PIECE).collect();
        (!piece.is_empty()).then_some(piece)
    })
}
