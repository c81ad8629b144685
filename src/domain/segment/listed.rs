//! Lines that come in a list from outside, any number at once: who is not in the segment yet is added,
//! all in one step, and what a line says otherwise than it would inherit becomes its own.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;
use sea_orm::DatabaseTransaction;

use super::{
    Chosen, LineChange, Options, Request,
    effective::Defaults,
    lines::{defaults_of, own_values},
    overrides::delete_empty,
    select,
    step::{self, Locked},
};
use crate::{
    db::{self, OnConflict},
    domain::{
        Context, Result,
        criteria::{Leaf, Tree},
    },
    entity::{contact, kinds::Operation, segment, segment_line},
};

/// What became of a line.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Added,
    Changed,
    Unchanged,
    /// The contact may not be contacted, and did not come in.
    PrivacyBlocked,
}

/// A locked segment, and the lines it is about to get.
#[derive(Debug)]
pub struct Listing {
    locked: Locked,
    defaults: Defaults,
    /// The values of their own that lines have, these changes included.
    own: HashMap<i32, segment_line::Model>,
    added: RoaringBitmap,
    /// What to write.
    changed: BTreeMap<i32, segment_line::Model>,
}

impl Listing {
    /// For lines of these contacts, which only a segment that is open may get.
    ///
    /// # Errors
    /// What the database says.
    pub async fn new(txn: &DatabaseTransaction, locked: Locked, contacts: &[u32]) -> Result<Self> {
        let segment = &locked.segment;
        let defaults = defaults_of(txn, segment).await?;
        let own = own_values(txn, segment.id, contacts).await?;
        let (added, changed) = (RoaringBitmap::new(), BTreeMap::new());
        Ok(Self { locked, defaults, own, added, changed })
    }

    pub fn segment(&self) -> &segment::Model {
        &self.locked.segment
    }

    /// Whether the contact is in the segment, and its line is as the change says already.
    pub fn says(&self, contact: &contact::Model, change: LineChange) -> bool {
        let before = self.before(contact);
        self.has(contact) && self.line(contact, before.clone(), change) == before
    }

    /// Whether the contact is in the segment, or about to be.
    pub fn has(&self, contact: &contact::Model) -> bool {
        let id = contact.id.cast_unsigned();
        self.locked.set.contains(id) || self.added.contains(id)
    }

    /// Takes the line of a contact. What `change` clears is inherited again; its values have been
    /// checked.
    pub fn take(&mut self, contact: &contact::Model, change: LineChange) -> Taken {
        let id = contact.id.cast_unsigned();
        let is_new = !self.has(contact);
        let without_consent = contact.minor && !contact.parental_consent;
        if is_new && (contact.privacy_blocked || without_consent) {
            return Taken::PrivacyBlocked;
        }
        if is_new {
            self.added.insert(id);
        }
        let before = self.before(contact);
        let after = self.line(contact, before.clone(), change);
        let changes = before != after;
        if changes {
            self.own.insert(contact.id, after.clone());
            self.changed.insert(contact.id, after);
        }
        match (is_new, changes) {
            (true, _) => Taken::Added,
            (false, true) => Taken::Changed,
            (false, false) => Taken::Unchanged,
        }
    }

    fn before(&self, contact: &contact::Model) -> segment_line::Model {
        let own = self.own.get(&contact.id).cloned();
        own.unwrap_or_else(|| blank(contact.id, self.locked.segment.id))
    }

    /// The line with the changes that say something else than it inherits.
    fn line(
        &self,
        contact: &contact::Model,
        mut line: segment_line::Model,
        change: LineChange,
    ) -> segment_line::Model {
        let inherited = self.defaults.of_line(None, contact);
        macro_rules! set {
            ($($field:ident)*; $($always:ident)*) => {
                $(if let Some(value) = change.$field {
                    line.$field = value.filter(|value| inherited.$field.as_ref() != Some(value));
                })*
                $(if let Some(value) = change.$always {
                    line.$always = value.filter(|value| inherited.$always != *value);
                })*
            };
        }
        set!(
            description time salesperson correspondence_type language subject interaction_group
            information_flow initiated_by campaign_id evaluation contact_via;
            date campaign_target campaign_response unit_cost unit_duration_min attempt_failed
        );
        line
    }

    /// Records the step, if anybody is new, and writes the values. Returns the segment if it has
    /// changed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn save(
        self,
        context: &Context,
        txn: &DatabaseTransaction,
    ) -> Result<Option<segment::Model>> {
        let id = self.locked.segment.id;
        let locked = if !self.added.is_empty() {
            let request = Request {
                operation: Operation::AddContacts,
                options: Options::default(),
                criteria: Some(Tree::Leaf(Leaf::Ids(self.added.iter().collect()))),
            };
            let chosen = Chosen { contacts: self.added, ..Chosen::default() };
            let moment = context.moment();
            select::record(context, txn, self.locked, &request, moment, chosen).await?.0
        } else if !self.changed.is_empty() {
            let set = (*self.locked.set).clone();
            step::save(txn, context, self.locked, set).await?
        } else {
            return Ok(None);
        };
        let lines: Vec<segment_line::Model> = self.changed.into_values().collect();
        db::insert_rows::<segment_line::Entity>(txn, &lines, OnConflict::Replace).await?;
        if lines.iter().any(|line| *line == blank(line.contact_id, id)) {
            delete_empty(txn, id).await?;
        }
        Ok(Some(locked.segment))
    }
}

/// A line that has nothing of its own.
pub(super) fn blank(contact_id: i32, segment_id: i64) -> segment_line::Model {
    segment_line::Model {
        contact_id,
        segment_id,
        description: None,
        date: None,
        time: None,
        salesperson: None,
        correspondence_type: None,
        language: None,
        subject: None,
        interaction_group: None,
        information_flow: None,
        initiated_by: None,
        campaign_id: None,
        campaign_target: None,
        campaign_response: None,
        unit_cost: None,
        unit_duration_min: None,
        evaluation: None,
        attempt_failed: None,
        contact_via: None,
        body_message_id: None,
        attachments_message_id: None,
    }
}
