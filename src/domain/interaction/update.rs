//! Changing one interaction, and finishing one that was postponed.

use chrono::{NaiveDate, NaiveTime};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
};

use super::{
    create::{announce, reachable},
    entry::entry_of_campaign,
    locked_one,
};
use crate::{
    db::{self, Table},
    domain::{Context, Error, Reason, Rejections, Result, campaign, check, code, contact, text},
    entity::{
        interaction,
        kinds::{
            CodeKind, CorrespondenceType, DeliveryStatus, Evaluation, InformationFlow, InitiatedBy,
        },
    },
};

/// What to set in an interaction. What is `None` stays as it is, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct InteractionChange {
    pub date: Option<NaiveDate>,
    pub time: Option<Option<NaiveTime>>,
    pub description: Option<String>,
    pub subject: Option<Option<String>>,
    pub interaction_group: Option<Option<String>>,
    pub information_flow: Option<Option<InformationFlow>>,
    pub initiated_by: Option<Option<InitiatedBy>>,
    pub correspondence_type: Option<Option<CorrespondenceType>>,
    pub language: Option<Option<String>>,
    pub salesperson: Option<String>,
    pub evaluation: Option<Option<Evaluation>>,
    /// In ten-thousandths of the local currency.
    pub cost: Option<i64>,
    pub duration_min: Option<i32>,
    pub campaign_id: Option<Option<i64>>,
    pub campaign_target: Option<bool>,
    pub campaign_response: Option<bool>,
    pub contact_via: Option<Option<String>>,
    pub attempt_failed: Option<bool>,
    /// False finishes what was postponed.
    pub postponed: Option<bool>,
}

impl InteractionChange {
    /// The first free text that it sets, if it sets any.
    fn text(&self) -> Option<&'static str> {
        let (subject, via) = (self.subject.as_ref(), self.contact_via.as_ref());
        let texts = [
            ("description", self.description.is_some()),
            ("subject", subject.is_some_and(Option::is_some)),
            ("contactVia", via.is_some_and(Option::is_some)),
        ];
        texts.into_iter().find_map(|(name, is_set)| is_set.then_some(name))
    }
}

/// Changes an interaction, or finishes it if it was postponed: then it is of today unless another date
/// is given.
///
/// # Errors
/// [`Reason::NotFound`] at `id`, [`Reason::NotAllowed`] at `postponed`, `campaignId` and `subject`, and at
/// texts of a contact that has been erased, and what is wrong with the rest. For one that is finished also
/// [`Reason::PrivacyBlocked`] at `id`, and [`Reason::Required`] for what is missing (INT-3).
pub async fn update(
    context: &Context,
    key: (i32, i64),
    change: InteractionChange,
) -> Result<interaction::Model> {
    let (updated, finished) = db::write(&context.db, &[Table::Interaction], async |txn| {
        if change.postponed == Some(false) {
            require_reachable(txn, key).await?;
        }
        if let Some(text) = change.text() {
            contact::require_not_erased(txn, key.0, &[text]).await?;
        }
        let found = locked_one(txn, key, &["id"]).await?;
        require_possible(&found, &change)?;
        let mut change = checked(txn, change.clone()).await?;
        let finished = found.postponed && change.postponed == Some(false);
        if finished {
            // INT-6: it takes place when it is finished.
            change.date.get_or_insert(context.today());
            require_complete(&found, &change)?;
        }
        let mut row = found.clone().into_active_model();
        let changed = apply(found, &mut row, change);
        // An entry stands for what has taken place.
        if finished || (!changed.postponed && row.campaign_id.is_set()) {
            row.campaign_entry_id = Set(match changed.campaign_id {
                Some(campaign) => {
                    let (date, salesperson) = (changed.date, changed.salesperson.as_deref());
                    Some(entry_of_campaign(txn, context, campaign, None, date, salesperson).await?)
                }
                None => None,
            });
        }
        // What goes to nobody is not on its way (DEL-1).
        if changed.correspondence_type.is_none()
            && changed.delivery_status == Some(DeliveryStatus::InProgress)
        {
            row.delivery_status = Set(None);
        }
        row.updated_at = Set(context.clock.now());
        Ok::<_, Error>((row.update(txn).await?, finished))
    })
    .await?;
    if finished {
        announce(context, &updated).await;
    }
    Ok(updated)
}

/// Whoever may not be contacted is so, too, by what was postponed. Contacts are locked before their
/// interactions.
async fn require_reachable(txn: &DatabaseTransaction, key: (i32, i64)) -> Result<()> {
    let found = interaction::Entity::find_by_id(key).one(txn).await?;
    if found.is_some_and(|it| it.postponed) {
        reachable(txn, key.0.into(), &["id"]).await?;
    }
    Ok(())
}

/// INT-3
fn require_complete(found: &interaction::Model, change: &InteractionChange) -> Result<()> {
    let mut rejections = Rejections::default();
    for (name, there, given) in [
        ("salesperson", &found.salesperson, &change.salesperson),
        ("description", &found.description, &change.description),
    ] {
        if there.is_none() && given.is_none() {
            let message = format!("To be finished, an interaction needs a {name}.");
            rejections.add(Reason::Required, &[name], message);
        }
    }
    rejections.into_result()
}

fn require_possible(found: &interaction::Model, change: &InteractionChange) -> Result<()> {
    let mut rejections = Rejections::default();
    if change.postponed == Some(true) && !found.postponed {
        let message = "What has taken place can't be postponed.";
        rejections.add(Reason::NotAllowed, &["postponed"], message);
    }
    if change.campaign_id.is_some_and(|it| it != found.campaign_id)
        && found.logged_segment_id.is_some()
    {
        let message = "The campaign of an interaction from a segment is the one it was logged for.";
        rejections.add(Reason::NotAllowed, &["campaignId"], message);
    }
    if change.campaign_id.is_some_and(|it| it != found.campaign_id) && found.canceled {
        let message = "It is canceled: reinstate it first.";
        rejections.add(Reason::NotAllowed, &["campaignId"], message);
    }
    if change.subject.as_ref().is_some_and(|it| *it != found.subject)
        && found.logged_segment_id.is_some()
    {
        // LOG-8
        let message = "What was written with a segment stays as it was.";
        rejections.add(Reason::NotAllowed, &["subject"], message);
    }
    rejections.into_result()
}

/// The change with its texts tidied and its codes in upper case, if all of it is acceptable.
async fn checked(
    txn: &DatabaseTransaction,
    mut change: InteractionChange,
) -> Result<InteractionChange> {
    let mut rejections = Rejections::default();
    for (text, name) in [(&mut change.subject, "subject"), (&mut change.contact_via, "contactVia")]
    {
        if let Some(given) = text {
            *text = rejections.keep(check::text(given.as_deref(), &[name]))?;
        }
    }
    if let Some(given) = &change.description {
        let text = rejections.keep(check::text(Some(given), &["description"]))?;
        if text == Some(None) {
            let message = "An interaction needs a description.";
            rejections.add(Reason::Required, &["description"], message);
        }
        change.description = text.flatten();
    }
    if let Some(given) = &change.salesperson {
        change.salesperson = text::code(given);
        if change.salesperson.is_none() {
            let message = "An interaction needs a salesperson.";
            rejections.add(Reason::Required, &["salesperson"], message);
        }
    }
    if let Some(cost) = change.cost {
        rejections.keep(check::cost(cost, &["cost"]))?;
    }
    if let Some(minutes) = change.duration_min {
        rejections.keep(check::minutes(minutes, &["durationMin"]))?;
    }
    for code in [&mut change.interaction_group, &mut change.language] {
        *code = code.take().map(|code| code.as_deref().and_then(text::code));
    }
    let codes = [
        (CodeKind::Salesperson, change.salesperson.as_deref(), "salesperson"),
        (CodeKind::Language, change.language.as_ref().and_then(|it| it.as_deref()), "language"),
        (
            CodeKind::InteractionGroup,
            change.interaction_group.as_ref().and_then(|it| it.as_deref()),
            "interactionGroup",
        ),
    ];
    let codes: Vec<_> = codes
        .iter()
        .filter_map(|(kind, code, name)| Some((*kind, (*code)?, vec![*name])))
        .collect();
    rejections.keep(code::require(txn, &codes).await)?;
    if let Some(Some(campaign)) = change.campaign_id {
        rejections.keep(campaign::hold(txn, campaign, &["campaignId"]).await)?;
    }
    rejections.into_result()?;
    Ok(change)
}

/// Sets a checked change in `row`; returns what of it decides about the campaign entry.
fn apply(
    found: interaction::Model,
    row: &mut interaction::ActiveModel,
    change: InteractionChange,
) -> interaction::Model {
    let mut changed = found;
    macro_rules! set {
        ($($field:ident)*) => {$(
            if let Some(value) = change.$field
                && changed.$field != value
            {
                changed.$field = value.clone();
                row.$field = Set(value);
            }
        )*};
    }
    set!(
        date time subject interaction_group information_flow initiated_by correspondence_type
        language evaluation cost duration_min campaign_id campaign_target campaign_response contact_via
        attempt_failed postponed
    );
    if let Some(description) = change.description {
        row.description = Set(Some(description));
    }
    if let Some(salesperson) = change.salesperson {
        changed.salesperson = Some(salesperson.clone());
        row.salesperson = Set(Some(salesperson));
    }
    changed
}
