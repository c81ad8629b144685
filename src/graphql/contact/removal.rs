//! The inputs of mutations after which there is a contact less.

use async_graphql::{Enum, ID, InputObject};

use super::{fields::ContactFields, key, merge::ContactMergeField};
use crate::domain::{
    Result,
    contact::{self, DeleteContact, MergeContacts},
};

/// What becomes of the people of a company that is deleted.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "contact::People")]
pub(in crate::graphql) enum PeopleOfDeleted {
    /// They are deleted, too.
    Delete,
    /// They stay, without a company.
    Keep,
}

/// Which contact to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactDeleteInput {
    /// Which contact.
    pub(super) id: ID,
    /// Fails with `CONFLICT` if the contact is at another revision.
    expected_revision: Option<i32>,
    /// Whether to take it out of the open segments it is in, as a step of each; it is refused
    /// otherwise, and the error lists the segments.
    #[graphql(default_with = "Some(false)")]
    remove_from_segments: Option<bool>,
    /// What becomes of the people of a company.
    #[graphql(default_with = "Some(PeopleOfDeleted::Delete)")]
    people: Option<PeopleOfDeleted>,
    /// Whether open opportunities and tasks go to the company of a person, or to nobody, as closed ones do;
    /// it is refused otherwise, and the error lists them.
    #[graphql(default_with = "Some(false)")]
    hand_on_open: Option<bool>,
}

/// Which contacts to merge.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactMergeInput {
    /// The contact that stays.
    survivor_id: ID,
    /// The contact that goes. Both are companies, or both are people.
    duplicate_id: ID,
    /// Fails with `CONFLICT` if the survivor is at another revision.
    expected_revision: Option<i32>,
    /// What the survivor takes of the duplicate although it has it itself.
    #[graphql(default_with = "Some(Vec::new())")]
    take: Option<Vec<ContactMergeField>>,
    /// Whether nothing is written: the answer says what would come of it.
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
    #[graphql(flatten)]
    fields: ContactFields,
}

impl ContactDeleteInput {
    pub(super) fn into_domain(self) -> Result<DeleteContact> {
        Ok(DeleteContact {
            id: key(&self.id, &["id"])?,
            expected_revision: self.expected_revision,
            remove_from_segments: self.remove_from_segments.unwrap_or(false),
            people: self.people.unwrap_or(PeopleOfDeleted::Delete).into(),
            hand_on_open: self.hand_on_open.unwrap_or(false),
        })
    }
}

impl ContactMergeInput {
    pub(super) fn into_domain(self) -> Result<MergeContacts> {
        Ok(MergeContacts {
            survivor_id: key(&self.survivor_id, &["survivorId"])?,
            duplicate_id: key(&self.duplicate_id, &["duplicateId"])?,
            expected_revision: self.expected_revision,
            take: self.take.unwrap_or_default().into_iter().map(Into::into).collect(),
            dry_run: self.dry_run.unwrap_or(false),
            change: self.fields.into(),
        })
    }
}
