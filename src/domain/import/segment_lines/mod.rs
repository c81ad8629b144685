//! Lines of segments: who is in which segment, and with what values of its own. The contacts that a
//! chunk brings to a segment come in with one step.

mod row;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::DatabaseTransaction;

use super::{
    Row,
    check::{Codes, Written},
    columns::Columns,
    find,
};
use crate::{
    domain::{
        Context, Error, Reason, Result,
        segment::{Listing, Taken, step},
        text,
    },
    entity::{
        contact,
        kinds::{CodeKind, IdentifierKind},
    },
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Segment,
    Contact,
    Description,
    Date,
    Time,
    Campaign,
    CampaignTarget,
    CampaignResponse,
    Salesperson,
    Template,
    Group,
    CorrespondenceType,
    Language,
    Subject,
    UnitCost,
    UnitDuration,
    InformationFlow,
    InitiatedBy,
    Evaluation,
    AttemptFailed,
    ContactVia,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Segment, &["segmentno", "segment"]),
    (Field::Contact, &["contactno", "contact"]),
    (Field::Description, &["description"]),
    (Field::Date, &["date"]),
    (Field::Time, &["timeofinteraction", "time"]),
    (Field::Campaign, &["campaignno", "campaign"]),
    (Field::CampaignTarget, &["campaigntarget"]),
    (Field::CampaignResponse, &["campaignresponse"]),
    (Field::Salesperson, &["salespersoncode", "salesperson"]),
    (Field::Template, &["interactiontemplatecode", "interactiontemplate"]),
    (Field::Group, &["interactiongroupcode", "interactiongroup"]),
    (Field::CorrespondenceType, &["correspondencetype"]),
    (Field::Language, &["languagecode", "language"]),
    (Field::Subject, &["subject"]),
    (Field::UnitCost, &["costlcy", "unitcost"]),
    (Field::UnitDuration, &["durationmin", "unitdurationmin"]),
    (Field::InformationFlow, &["informationflow"]),
    (Field::InitiatedBy, &["initiatedby"]),
    (Field::Evaluation, &["evaluation"]),
    (Field::AttemptFailed, &["attemptfailed"]),
    (Field::ContactVia, &["contactvia"]),
];

const IGNORED: &[&str] = &[
    "Line No.",
    "Contact Name",
    "Contact Company No.",
    "Contact Company Name",
    "Contact Alt. Address Code",
];

pub(super) struct SegmentLines {
    columns: Columns<Field>,
    create_codes: bool,
    context: Context,
}

/// What the rows of a chunk refer to.
struct Known {
    /// By number; those that are not open take no lines.
    segments: HashMap<String, Listing>,
    contacts: HashMap<String, contact::Model>,
    /// Numbers of contacts that were merged, and whom they were merged into.
    merged: HashMap<String, String>,
    campaigns: HashMap<String, i64>,
    codes: Codes,
}

impl SegmentLines {
    pub(super) fn new(header: &[String], create_codes: bool, context: Context) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        if !columns.has(Field::Segment) || !columns.has(Field::Contact) {
            let message = "There have to be columns Segment No. and Contact No.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, create_codes, context })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let mut known = self.known(txn, rows).await?;
        let mut written = Written::default();
        for (index, row) in rows.iter().enumerate() {
            match self.take(row, &mut known) {
                Ok(Taken::Added) => written.created += 1,
                Ok(Taken::Changed) => written.updated += 1,
                Ok(_) => written.unchanged += 1,
                Err(check) => written.rejected.push((index, check.failed().unwrap_or_default())),
            }
        }
        known.codes.make_for(txn, &written).await?;
        let mut listings: Vec<Listing> = known.segments.into_values().collect();
        listings.sort_unstable_by_key(|listing| listing.segment().id);
        for listing in listings {
            written.segments.extend(listing.save(&self.context, txn).await?);
        }
        Ok(written)
    }

    async fn known(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Known> {
        let texts = |field| {
            let texts = rows.iter().filter_map(move |row| self.columns.get(row, field));
            texts.filter_map(text::code)
        };
        let ids = find::contacts(txn, IdentifierKind::No, texts(Field::Contact).collect()).await?;
        let ids: HashMap<String, i32> = ids.into_iter().map(|((_, no), id)| (no, id)).collect();
        let segments = self.segments(txn, rows, &ids).await?;
        let mut contacts = find::contacts_by_ids(txn, ids.values().copied()).await?;
        let codes = self.columns.codes(rows, kind_of);
        Ok(Known {
            segments,
            merged: find::merged(txn, IdentifierKind::No, ids.keys().cloned().collect()).await?,
            contacts: ids
                .into_iter()
                .filter_map(|(no, id)| Some((no, contacts.remove(&id)?)))
                .collect(),
            campaigns: find::campaigns(txn, texts(Field::Campaign).collect()).await?,
            codes: Codes::find(txn, codes, self.create_codes).await?,
        })
    }

    /// The segments of the rows.
    async fn segments(
        &self,
        txn: &DatabaseTransaction,
        rows: &[Row],
        contacts: &HashMap<String, i32>,
    ) -> Result<HashMap<String, Listing>> {
        let mut wanted: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for row in rows {
            let code = |field| self.columns.get(row, field).and_then(text::code);
            let Some(no) = code(Field::Segment) else { continue };
            let contact = code(Field::Contact).and_then(|no| contacts.get(&no));
            wanted.entry(no).or_default().extend(contact.map(|id| id.cast_unsigned()));
        }
        let numbers: Vec<String> = wanted.keys().cloned().collect();
        let mut segments = HashMap::new();
        for locked in step::lock_by_numbers(&self.context, txn, &numbers).await? {
            let no = locked.segment.no.clone();
            let contacts: Vec<u32> = wanted.remove(&no).into_iter().flatten().collect();
            segments.insert(no, Listing::new(txn, locked, &contacts).await?);
        }
        Ok(segments)
    }
}

/// The code table that a field refers to.
fn kind_of(field: Field) -> Option<CodeKind> {
    match field {
        Field::Salesperson => Some(CodeKind::Salesperson),
        Field::Group => Some(CodeKind::InteractionGroup),
        Field::Language => Some(CodeKind::Language),
        _ => None,
    }
}
