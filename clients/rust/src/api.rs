//! The part of the API that is used here. cynic checks each type against the schema when it compiles.

#[cynic::schema("urval")]
mod schema {}

#[derive(cynic::QueryVariables)]
pub struct ContactsVariables {
    pub first: i32,
    pub after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ContactsVariables")]
pub struct Contacts {
    #[arguments(first: $first, after: $after)]
    pub contacts: ContactConnection,
}

#[derive(cynic::QueryFragment)]
pub struct ContactConnection {
    pub total_count: i32,
    pub nodes: Vec<Contact>,
    pub page_info: PageInfo,
}

#[derive(cynic::QueryFragment)]
pub struct Contact {
    pub id: cynic::Id,
    pub no: String,
    /// Hidden from those who may not see personal data.
    pub name: Option<String>,
}

#[derive(cynic::QueryFragment)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

/// Only what is asked here: the API knows many more questions.
#[derive(cynic::InputObject)]
pub enum ContactCriteria {
    All(Vec<ContactCriteria>),
    Any(Vec<ContactCriteria>),
    Not(Box<ContactCriteria>),
    Type(ContactTypeTest),
    Country(CodeTest),
    MailingGroups(CodeSetTest),
    Interactions(InteractionTest),
}

#[derive(cynic::InputObject)]
pub enum ContactTypeTest {
    Eq(ContactType),
}

#[derive(cynic::Enum)]
pub enum ContactType {
    Company,
    Person,
}

#[derive(cynic::InputObject)]
pub enum CodeTest {
    In(Vec<String>),
}

#[derive(cynic::InputObject)]
pub enum CodeSetTest {
    HasAny(Vec<String>),
}

#[derive(cynic::InputObject)]
pub struct InteractionTest {
    pub within: Option<DateTest>,
}

#[derive(cynic::InputObject)]
pub enum DateTest {
    InLast(Duration),
}

#[derive(cynic::Scalar)]
pub struct Duration(pub String);

#[derive(cynic::QueryVariables)]
pub struct PreviewVariables {
    pub criteria: ContactCriteria,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "PreviewVariables")]
pub struct Preview {
    #[arguments(input: { criteria: $criteria })]
    pub criteria_preview: CriteriaPreview,
}

#[derive(cynic::QueryFragment)]
pub struct CriteriaPreview {
    pub text: Option<String>,
    pub funnel: Option<Vec<FunnelStep>>,
    pub selected: Option<ContactSet>,
    pub user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
pub struct FunnelStep {
    pub text: String,
    pub matches: i32,
}

#[derive(cynic::QueryFragment)]
pub struct ContactSet {
    pub count: i32,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct UserError {
    pub code: UserErrorCode,
    pub message: String,
    pub path: Vec<String>,
}

#[derive(cynic::Enum, Debug, PartialEq)]
#[cynic(non_exhaustive)]
pub enum UserErrorCode {
    Invalid,
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryVariables)]
pub struct CreateSegmentVariables {
    pub description: String,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "CreateSegmentVariables")]
pub struct CreateSegment {
    #[arguments(input: { description: $description })]
    pub segment_create: SegmentPayload,
}

#[derive(cynic::QueryFragment)]
pub struct SegmentPayload {
    pub segment: Option<Segment>,
    pub user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
pub struct Segment {
    pub id: cynic::Id,
    pub no: String,
    pub contacts_count: i32,
}

#[derive(cynic::InputObject)]
pub struct SegmentAddContactsInput {
    pub segment_id: cynic::Id,
    pub criteria: ContactCriteria,
}

#[derive(cynic::QueryVariables)]
pub struct AddContactsVariables {
    pub input: SegmentAddContactsInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "AddContactsVariables")]
pub struct AddContacts {
    #[arguments(input: $input)]
    pub segment_add_contacts: SelectionPayload,
}

#[derive(cynic::QueryVariables)]
pub struct SegmentVariables {
    pub id: cynic::Id,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "SegmentVariables")]
pub struct GoBack {
    #[arguments(input: { segmentId: $id })]
    pub segment_go_back: SelectionPayload,
}

#[derive(cynic::QueryFragment)]
pub struct SelectionPayload {
    pub effect: Option<SelectionEffect>,
    pub user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
pub struct SelectionEffect {
    pub added: i32,
    pub removed: i32,
    pub after: i32,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "SegmentVariables")]
pub struct SegmentChanged {
    #[arguments(id: $id)]
    pub segment_changed: SegmentChange,
}

#[derive(cynic::QueryFragment)]
pub struct SegmentChange {
    pub segment: Option<Segment>,
}
