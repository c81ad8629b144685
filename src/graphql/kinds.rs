//! The enumerations of the API that mirror those of the tables.

use async_graphql::Enum;

use crate::entity::kinds;

/// Whether a contact is a company or a person.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::ContactType")]
pub(super) enum ContactType {
    /// A company.
    Company,
    /// A person, who may belong to a company.
    Person,
}

/// How to reach a contact.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::CorrespondenceType")]
pub(super) enum CorrespondenceType {
    /// A letter.
    HardCopy,
    /// An e-mail.
    Email,
}

/// How a body is written.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::BodyFormat")]
pub(super) enum BodyFormat {
    /// Plain text: values stand in it as they are.
    Text,
    /// HTML: values are escaped, so that a name with `<` in it stays a name.
    Html,
}

/// Which way an interaction went.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::InformationFlow")]
pub(super) enum InformationFlow {
    /// From us to the contact.
    Outbound,
    /// From the contact to us.
    Inbound,
}

/// Who began an interaction.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::InitiatedBy")]
pub(super) enum InitiatedBy {
    /// We did.
    Us,
    /// The contact did.
    Them,
}

/// How an interaction went. Evaluations are ordered, worst first: criteria may ask for "at least
/// positive".
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::Evaluation")]
pub(super) enum Evaluation {
    /// Very bad.
    VeryNegative,
    /// Bad.
    Negative,
    /// Neither good nor bad.
    Neutral,
    /// Good.
    Positive,
    /// Very good.
    VeryPositive,
}

/// How far the delivery of an interaction is. Missing if nothing was to be delivered.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::DeliveryStatus")]
pub(super) enum DeliveryStatus {
    /// On its way.
    InProgress,
    /// Handed over.
    Delivered,
    /// Could not be delivered.
    Error,
}

/// Which way goods went.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::PurchaseSide")]
pub(super) enum PurchaseSide {
    /// We sold to a customer.
    Sale,
    /// We bought from a vendor.
    Purchase,
}

/// What a document is, or what else has an interaction template of its own.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::DocumentType")]
pub(super) enum DocumentType {
    /// A sales quote.
    SalesQuote,
    /// A blanket sales order.
    SalesBlanketOrder,
    /// A sales order confirmation.
    SalesOrder,
    /// A sales invoice.
    SalesInvoice,
    /// A sales shipment note.
    SalesShipment,
    /// A sales credit memo.
    SalesCreditMemo,
    /// A statement of account.
    SalesStatement,
    /// A reminder.
    SalesReminder,
    /// A service order that was created.
    ServiceOrderCreated,
    /// A service order that was posted.
    ServiceOrderPosted,
    /// A purchase quote.
    PurchaseQuote,
    /// A blanket purchase order.
    PurchaseBlanketOrder,
    /// A purchase order.
    PurchaseOrder,
    /// A purchase invoice.
    PurchaseInvoice,
    /// A purchase receipt.
    PurchaseReceipt,
    /// A purchase credit memo.
    PurchaseCreditMemo,
    /// A cover sheet.
    CoverSheet,
    /// A sales return order.
    SalesReturnOrder,
    /// A finance charge memo.
    SalesFinanceChargeMemo,
    /// A sales return receipt.
    SalesReturnReceipt,
    /// A purchase return shipment.
    PurchaseReturnShipment,
    /// A purchase return order confirmation.
    PurchaseReturnOrder,
    /// A service contract.
    ServiceContract,
    /// A quote for a service contract.
    ServiceContractQuote,
    /// A service quote.
    ServiceQuote,
    /// A draft of a sales invoice.
    SalesDraftInvoice,
    /// An e-mail that is sent.
    Email,
    /// A draft of an e-mail.
    EmailDraft,
    /// An outgoing call.
    OutgoingCall,
    /// An invitation to a meeting.
    MeetingInvitation,
}

/// What can be done with a segment.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::SegmentStatus")]
pub(super) enum SegmentStatus {
    /// It can be changed.
    Open,
    /// It was logged as interactions, and can only be read since.
    Logged,
    /// It was logged, and the logging canceled.
    Canceled,
}

/// What a step did to the contacts of a segment.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::Operation")]
pub(super) enum Operation {
    /// Added the contacts that match criteria.
    Add,
    /// Removed the contacts that match criteria.
    Reduce,
    /// Kept the contacts that match criteria, and removed the others.
    Refine,
    /// Replaced all contacts by those that match criteria.
    Replace,
    /// Added chosen contacts.
    AddContacts,
    /// Removed chosen contacts.
    RemoveContacts,
    /// Added the contacts of a logged segment.
    AddLogged,
    /// Removed all contacts.
    Clear,
}

/// The type of a custom attribute.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::AttributeType")]
pub(super) enum AttributeType {
    /// Free text.
    Text,
    /// An exact number with at most four decimals.
    Number,
    /// A date.
    Date,
    /// Yes or no.
    Boolean,
    /// A code, whose case never matters.
    Code,
}

/// What a number series numbers.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::SeriesKind")]
pub(super) enum SeriesKind {
    /// Contacts.
    Contact,
    /// Segments.
    Segment,
    /// Campaigns.
    Campaign,
    /// Opportunities.
    Opportunity,
    /// Tasks.
    Task,
}

/// How far an opportunity is.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::OpportunityStatus")]
pub(super) enum OpportunityStatus {
    /// Nobody works on it yet.
    NotStarted,
    /// Somebody works on it.
    InProgress,
    /// It was sold.
    Won,
    /// It was not.
    Lost,
}

/// What kind of task it is.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::TaskType")]
pub(super) enum TaskType {
    /// To meet the contact; a salesperson arranges it.
    Meeting,
    /// To call the contact.
    PhoneCall,
}

/// How far a task is.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::TaskStatus")]
pub(super) enum TaskStatus {
    /// It was not begun.
    NotStarted,
    /// Somebody is at it.
    InProgress,
    /// It was done.
    Completed,
    /// It waits for somebody else.
    Waiting,
    /// It was put off.
    Postponed,
}

/// How much something matters.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "kinds::Priority")]
pub(super) enum Priority {
    /// Less than others.
    Low,
    /// As others.
    Normal,
    /// More than others.
    High,
}
