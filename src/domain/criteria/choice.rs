//! The choices of a few names that fields have.

/// The names a choice is made from.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    ContactType,
    CorrespondenceType,
    InformationFlow,
    InitiatedBy,
    DeliveryStatus,
    PurchaseSide,
    OpportunityStatus,
    TaskStatus,
    TaskType,
    Priority,
}

impl Choice {
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::ContactType => &["COMPANY", "PERSON"],
            Self::CorrespondenceType => &["HARD_COPY", "EMAIL"],
            Self::InformationFlow => &["OUTBOUND", "INBOUND"],
            Self::InitiatedBy => &["US", "THEM"],
            Self::DeliveryStatus => &["IN_PROGRESS", "ERROR", "DELIVERED"],
            Self::PurchaseSide => &["SALE", "PURCHASE"],
            Self::OpportunityStatus => &["NOT_STARTED", "IN_PROGRESS", "WON", "LOST"],
            Self::TaskStatus => {
                &["NOT_STARTED", "IN_PROGRESS", "COMPLETED", "WAITING", "POSTPONED"]
            }
            Self::TaskType => &["MEETING", "PHONE_CALL"],
            Self::Priority => &["LOW", "NORMAL", "HIGH"],
        }
    }

    /// The number that Business Central stores for the first of the names: 1 where 0 is blank.
    pub(super) fn first_ordinal(self) -> u32 {
        match self {
            Self::ContactType | Self::OpportunityStatus | Self::TaskStatus | Self::Priority => 0,
            Self::CorrespondenceType
            | Self::InformationFlow
            | Self::InitiatedBy
            | Self::DeliveryStatus
            | Self::PurchaseSide
            | Self::TaskType => 1,
        }
    }
}
