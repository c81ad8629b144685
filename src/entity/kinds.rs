//! The enumerations that tables share. Stored by name, so that rows read well in any tool.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Declares an enumeration stored as text, in upper-case words with underscores.
macro_rules! stored_by_name {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(
            Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum,
            Serialize, Deserialize,
        )]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[sea_orm(
            rs_type = "String",
            db_type = "String(StringLen::None)",
            rename_all = "SCREAMING_SNAKE_CASE"
        )]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }
    )*};
}

stored_by_name! {
    ContactType {
        Company,
        Person,
    }

    /// How to reach a contact.
    CorrespondenceType {
        HardCopy,
        Email,
    }

    /// How the body of a message is written.
    BodyFormat {
        Text,
        Html,
    }

    InformationFlow {
        Outbound,
        Inbound,
    }

    InitiatedBy {
        Us,
        Them,
    }

    /// Missing where nothing was to be delivered.
    DeliveryStatus {
        InProgress,
        Delivered,
        Error,
    }

    /// Which way goods went.
    PurchaseSide {
        /// To a customer.
        Sale,
        /// From a vendor.
        Purchase,
    }

    /// What a document is, as Business Central counts them, and what else has a template of its own.
    DocumentType {
        SalesQuote,
        SalesBlanketOrder,
        SalesOrder,
        SalesInvoice,
        SalesShipment,
        SalesCreditMemo,
        SalesStatement,
        SalesReminder,
        ServiceOrderCreated,
        ServiceOrderPosted,
        PurchaseQuote,
        PurchaseBlanketOrder,
        PurchaseOrder,
        PurchaseInvoice,
        PurchaseReceipt,
        PurchaseCreditMemo,
        CoverSheet,
        SalesReturnOrder,
        SalesFinanceChargeMemo,
        SalesReturnReceipt,
        PurchaseReturnShipment,
        PurchaseReturnOrder,
        ServiceContract,
        ServiceContractQuote,
        ServiceQuote,
        SalesDraftInvoice,
        Email,
        EmailDraft,
        OutgoingCall,
        MeetingInvitation,
    }

    SegmentStatus {
        /// Can be changed.
        Open,
        /// Logged as interactions, and frozen since.
        Logged,
        /// Logged, and the logging canceled.
        Canceled,
    }

    /// What a step did to the set.
    Operation {
        Add,
        Reduce,
        Refine,
        Replace,
        AddContacts,
        RemoveContacts,
        AddLogged,
        Clear,
    }

    /// Which code table.
    CodeKind {
        BusinessRelation,
        CampaignStatus,
        Country,
        Currency,
        IndustryGroup,
        InteractionGroup,
        JobResponsibility,
        Language,
        MailingGroup,
        OrganizationalLevel,
        Salesperson,
        Salutation,
        Territory,
        WebSource,
    }

    /// What a number series numbers.
    SeriesKind {
        Contact,
        Segment,
        Campaign,
        Opportunity,
        Task,
    }

    /// The type of a custom attribute.
    AttributeType {
        Text,
        Number,
        Date,
        Boolean,
        Code,
    }

    OpportunityStatus {
        NotStarted,
        InProgress,
        Won,
        Lost,
    }

    /// Missing where a task is of any other type.
    TaskType {
        Meeting,
        PhoneCall,
    }

    TaskStatus {
        NotStarted,
        InProgress,
        Completed,
        Waiting,
        Postponed,
    }

    Priority {
        Low,
        Normal,
        High,
    }

    IdentifierKind {
        No,
        ExternalId,
    }

    /// By what a question classifies contacts.
    ProfileMeasure {
        InteractionQuantity,
        InteractionFrequency,
        AverageInteractionCost,
        AverageInteractionDuration,
        OpportunitiesWonPercent,
        Rating,
        Sales,
        Profit,
        SalesFrequency,
        AverageInvoice,
        SalesDiscountPercent,
        SalesOverdueDays,
        Purchases,
        PurchaseFrequency,
        AveragePurchase,
        PurchaseDiscountPercent,
        PurchaseOverdueDays,
    }

    /// How what is measured decides on an answer.
    ProfileMethod {
        DefinedValue,
        PercentageOfValue,
        PercentageOfContacts,
    }

    /// From which end contacts are ranked.
    ProfileSorting {
        Descending,
        Ascending,
    }
}

/// Declares an enumeration stored as its rank, so that "at least" can be asked.
macro_rules! stored_by_rank {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $rank:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(
            Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum,
        )]
        #[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
        pub enum $name { $(#[sea_orm(num_value = $rank)] $variant,)* }

        /// As the number that is stored: rows travel to the database as JSON.
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i16(self.to_value())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = i16::deserialize(deserializer)?;
                Self::try_from_value(&number).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

stored_by_rank! {
    /// How an interaction went, worst first.
    Evaluation {
        VeryNegative = 1,
        Negative = 2,
        Neutral = 3,
        Positive = 4,
        VeryPositive = 5,
    }

    /// How much a questionnaire or an answer matters, the least first.
    ProfilePriority {
        VeryLow = 1,
        Low = 2,
        Normal = 3,
        High = 4,
        VeryHigh = 5,
    }
}
