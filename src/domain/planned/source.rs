//! What opportunities and tasks come from, and what they are linked with.

use sea_orm::DatabaseTransaction;

use crate::{
    domain::{
        Error, Reason, Rejections, Result, campaign, check, code, interaction, opportunity,
        segment, text,
    },
    entity::{self, contact, kinds::CodeKind},
};

/// What an opportunity or a task is made of.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Contact(i32),
    Interaction(i32, i64),
    /// For tasks only.
    Opportunity(i32, i64),
}

/// The source as it is, kept until the transaction ends.
pub(in crate::domain) struct Sourced {
    pub(in crate::domain) contact: contact::Model,
    pub(in crate::domain) interaction: Option<entity::interaction::Model>,
    pub(in crate::domain) opportunity: Option<entity::opportunity::Model>,
}

impl Source {
    /// What it is, if its contact may be contacted (CON-5).
    ///
    /// # Errors
    /// [`Reason::NotFound`], [`Reason::PrivacyBlocked`], or [`Reason::NotAllowed`] for an interaction
    /// that is canceled or postponed, where the source stands in the input.
    pub(in crate::domain) async fn found(self, txn: &DatabaseTransaction) -> Result<Sourced> {
        let path = self.path();
        let (Self::Contact(contact)
        | Self::Interaction(contact, _)
        | Self::Opportunity(contact, _)) = self;
        let contact = interaction::reachable(txn, contact.into(), &path).await?;
        let mut sourced = Sourced { contact, interaction: None, opportunity: None };
        match self {
            Self::Contact(_) => {}
            Self::Interaction(contact, id) => {
                let found = interaction::locked_one(txn, (contact, id), &path).await?;
                if found.canceled || found.postponed {
                    let state = if found.canceled { "canceled" } else { "postponed" };
                    let message = format!("The interaction is {state}.");
                    return Err(Error::reject(Reason::NotAllowed, &path, message));
                }
                sourced.interaction = Some(found);
            }
            Self::Opportunity(contact, id) => {
                let found = opportunity::locked(txn, (contact, id), &path).await?;
                sourced.opportunity = Some(found);
            }
        }
        Ok(sourced)
    }

    /// Where it stands in the input.
    fn path(self) -> [&'static str; 2] {
        let name = match self {
            Self::Contact(_) => "contactId",
            Self::Interaction(..) => "interactionId",
            Self::Opportunity(..) => "opportunityId",
        };
        ["from", name]
    }
}

/// The description, which has to be there.
///
/// # Errors
/// [`Reason::Required`] or [`Reason::LimitExceeded`] at `description`.
pub(in crate::domain) fn description(given: Option<&str>, or: Option<&str>) -> Result<String> {
    let text = check::text(given, &["description"])?.or_else(|| or.map(str::to_owned));
    text.ok_or_else(|| Error::reject(Reason::Required, &["description"], "Say what it is about."))
}

/// What to set in an opportunity or a task of what both have; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Links {
    pub salesperson: Option<Option<String>>,
    pub segment_id: Option<Option<i64>>,
    pub campaign_id: Option<Option<i64>>,
}

/// The links, checked, with the code in upper case. `before` are the segment and the campaign that
/// there were.
///
/// # Errors
/// [`Reason::NotFound`] for each that is not there; [`Reason::Invalid`] at `segmentId` if the segment
/// is for another campaign (OPP-3).
pub(in crate::domain) async fn links(
    txn: &DatabaseTransaction,
    links: &Links,
    before: (Option<i64>, Option<i64>),
) -> Result<Links> {
    let mut rejections = Rejections::default();
    let salesperson = links.salesperson.as_ref().map(|it| it.as_deref().and_then(text::code));
    if let Some(Some(code)) = &salesperson {
        let required = [(CodeKind::Salesperson, code.as_str(), vec!["salesperson"])];
        rejections.keep(code::require(txn, &required).await)?;
    }
    if let Some(Some(campaign)) = links.campaign_id {
        rejections.keep(campaign::require(txn, campaign, &["campaignId"]).await)?;
    }
    let (segment, campaign) =
        (links.segment_id.unwrap_or(before.0), links.campaign_id.unwrap_or(before.1));
    if let (Some(id), true) = (segment, links.segment_id.is_some() || links.campaign_id.is_some()) {
        let path = if links.segment_id.is_some() { "segmentId" } else { "campaignId" };
        match segment::existing(txn, id, &[path]).await {
            Ok(segment) => {
                let other = segment.campaign_id.is_some() && segment.campaign_id != campaign;
                if campaign.is_some() && other {
                    let message = format!("The segment {} is for another campaign.", segment.no);
                    rejections.add(Reason::Invalid, &[path], message);
                }
            }
            // One that was there once may have been deleted since.
            Err(err) if links.segment_id.is_some() => _ = rejections.keep::<()>(Err(err))?,
            Err(Error::Rejected(_)) => {}
            Err(err) => return Err(err),
        }
    }
    rejections.into_result()?;
    Ok(Links { salesperson, ..links.clone() })
}
