//! The importer of each kind of file.

use sea_orm::DatabaseTransaction;

use super::{
    FileKind, Options, Problem, address_periods::AddressPeriods, addresses::Addresses,
    campaign_entries::CampaignEntries, campaigns::Campaigns, check::Written, chunk::Chunk,
    codes::Codes, contact_codes::ContactCodes, contacts::Contacts, interactions::Interactions,
    profile_answers::ProfileAnswers, profile_lines::ProfileLines,
    profile_questionnaires::ProfileQuestionnaires, purchases::Purchases,
    segment_criteria::SegmentCriteria, segment_lines::SegmentLines, segments::Segments,
    template_languages::TemplateLanguages, templates::Templates,
};
use crate::{
    db::Table,
    domain::{Context, Result, members::MembersCache},
};

/// Writes rows of one kind of file.
pub(super) enum Importer {
    Codes(Codes),
    Campaigns(Campaigns),
    Templates(Templates),
    ProfileQuestionnaires(ProfileQuestionnaires),
    ProfileLines(ProfileLines),
    TemplateLanguages(TemplateLanguages),
    Contacts(Box<Contacts>),
    ContactCodes(ContactCodes),
    Addresses(Addresses),
    AddressPeriods(AddressPeriods),
    ProfileAnswers(ProfileAnswers),
    Purchases(Purchases),
    Interactions(Interactions),
    Segments(Segments),
    SegmentLines(SegmentLines),
    SegmentCriteria(SegmentCriteria),
    CampaignEntries(CampaignEntries),
}

impl Importer {
    /// # Errors
    /// If the header lacks what has to be there.
    pub(super) async fn new(
        context: &Context,
        kind: FileKind,
        header: &[String],
        options: &Options,
        rehearsal: Option<&DatabaseTransaction>,
    ) -> Result<Self> {
        let create_codes = options.create_codes;
        let now = context.clock.now();
        Ok(match kind {
            FileKind::Codes(kind) => Self::Codes(Codes::new(kind, header)?),
            FileKind::Campaigns => Self::Campaigns(Campaigns::new(header, create_codes, now)?),
            FileKind::InteractionTemplates => {
                Self::Templates(Templates::new(header, create_codes)?)
            }
            FileKind::ProfileQuestionnaires => {
                Self::ProfileQuestionnaires(ProfileQuestionnaires::new(header, create_codes)?)
            }
            FileKind::ProfileLines => Self::ProfileLines(ProfileLines::new(header)?),
            FileKind::InteractionTemplateLanguages => {
                Self::TemplateLanguages(TemplateLanguages::new(header, create_codes)?)
            }
            FileKind::Contacts => {
                let contacts = Contacts::new(context, header, create_codes, rehearsal).await?;
                Self::Contacts(Box::new(contacts))
            }
            FileKind::ContactCodes(kind) => {
                Self::ContactCodes(ContactCodes::new(kind, header, create_codes, now)?)
            }
            FileKind::ContactAddresses => {
                Self::Addresses(Addresses::new(header, create_codes, now)?)
            }
            FileKind::ContactAddressPeriods => {
                Self::AddressPeriods(AddressPeriods::new(header, now)?)
            }
            FileKind::ProfileAnswers => Self::ProfileAnswers(ProfileAnswers::new(header, context)?),
            FileKind::Purchases => Self::Purchases(Purchases::new(header, now)?),
            FileKind::Interactions => {
                let actor = context.actor();
                Self::Interactions(Interactions::new(header, create_codes, now, actor)?)
            }
            FileKind::Segments => {
                Self::Segments(Segments::new(header, create_codes, context.clone())?)
            }
            FileKind::SegmentLines => {
                // A rehearsal writes sets that nobody may remember.
                let context = Context { members: MembersCache::default(), ..context.clone() };
                Self::SegmentLines(SegmentLines::new(header, create_codes, context)?)
            }
            FileKind::SegmentCriteria => {
                Self::SegmentCriteria(SegmentCriteria::new(header, context.clone())?)
            }
            FileKind::CampaignEntries => {
                let entries = CampaignEntries::new(header, create_codes, context.clone())?;
                Self::CampaignEntries(entries)
            }
        })
    }

    /// Leaves out indexes if a long file fills empty tables; returns whether it does.
    pub(super) async fn leave_out_indexes(&self, txn: &DatabaseTransaction) -> Result<bool> {
        match self {
            Self::Contacts(it) => it.leave_out_indexes(txn).await,
            _ => Ok(false),
        }
    }

    /// The tables it changes, of those that criteria ask about.
    pub(super) fn changes(&self) -> &'static [Table] {
        match self {
            Self::Codes(_) | Self::Templates(_) | Self::TemplateLanguages(_) => &[],
            Self::Segments(_) | Self::SegmentLines(_) | Self::SegmentCriteria(_) => &[],
            Self::Campaigns(_) => &[Table::Campaign],
            Self::Contacts(_) => &[Table::Contact, Table::ContactCode, Table::ContactAttribute],
            Self::ContactCodes(_) => &[Table::Contact, Table::ContactCode],
            Self::Addresses(_) | Self::AddressPeriods(_) => &[Table::Contact],
            Self::ProfileQuestionnaires(_) => &[Table::ProfileQuestionnaire],
            Self::ProfileLines(_) => &[Table::ProfileAnswer],
            Self::ProfileAnswers(_) => &[Table::Contact, Table::ContactProfileAnswer],
            Self::Purchases(_) => &[Table::Purchase],
            Self::Interactions(_) => &[Table::Interaction, Table::LoggedSegment],
            Self::CampaignEntries(_) => &[Table::Interaction],
        }
    }

    /// Captions of columns that are not looked at.
    pub(super) fn unknown(&self) -> Vec<String> {
        match self {
            Self::Codes(it) => it.unknown(),
            Self::Campaigns(it) => it.unknown(),
            Self::Templates(it) => it.unknown(),
            Self::TemplateLanguages(it) => it.unknown(),
            Self::Contacts(it) => it.unknown(),
            Self::ContactCodes(it) => it.unknown(),
            Self::Addresses(it) => it.unknown(),
            Self::AddressPeriods(it) => it.unknown(),
            Self::ProfileQuestionnaires(it) => it.unknown(),
            Self::ProfileLines(it) => it.unknown(),
            Self::ProfileAnswers(it) => it.unknown(),
            Self::Purchases(it) => it.unknown(),
            Self::Interactions(it) => it.unknown(),
            Self::Segments(it) => it.unknown(),
            Self::SegmentLines(it) => it.unknown(),
            Self::SegmentCriteria(it) => it.unknown(),
            Self::CampaignEntries(it) => it.unknown(),
        }
        .to_vec()
    }

    /// Writes the rows that are good, and says what is wrong with the others.
    pub(super) async fn write(&self, txn: &DatabaseTransaction, chunk: &Chunk) -> Result<Written> {
        let rows = &chunk.rows;
        match self {
            Self::Codes(it) => it.write(txn, rows).await,
            Self::Campaigns(it) => it.write(txn, rows).await,
            Self::Templates(it) => it.write(txn, rows).await,
            Self::TemplateLanguages(it) => it.write(txn, rows).await,
            Self::Contacts(it) => it.write(txn, rows).await,
            Self::ContactCodes(it) => it.write(txn, rows).await,
            Self::Addresses(it) => it.write(txn, rows).await,
            Self::AddressPeriods(it) => it.write(txn, rows).await,
            Self::ProfileQuestionnaires(it) => it.write(txn, rows).await,
            Self::ProfileLines(it) => it.write(txn, rows).await,
            Self::ProfileAnswers(it) => it.write(txn, rows).await,
            Self::Purchases(it) => it.write(txn, rows).await,
            Self::Interactions(it) => it.write(txn, rows).await,
            Self::Segments(it) => it.write(txn, rows).await,
            Self::SegmentLines(it) => it.write(txn, rows).await,
            Self::SegmentCriteria(it) => it.write(txn, chunk).await,
            Self::CampaignEntries(it) => it.write(txn, rows).await,
        }
    }

    /// What was written has been committed.
    pub(super) fn committed(&mut self, written: &Written) {
        match self {
            Self::Contacts(it) => it.committed(written),
            Self::Purchases(it) => it.committed(written),
            Self::Interactions(it) => it.committed(written),
            Self::SegmentCriteria(it) => it.committed(written),
            Self::CampaignEntries(it) => it.committed(written),
            _ => {}
        }
    }

    /// The column by which rows belong together: rows that say the same there, one after the other,
    /// come in one chunk.
    pub(super) fn group(&self) -> Option<usize> {
        match self {
            Self::SegmentCriteria(it) => it.group(),
            _ => None,
        }
    }

    /// The first line that still waits for something later in the file.
    pub(super) fn first_open_line(&self) -> Option<u64> {
        match self {
            Self::Contacts(it) => it.first_open_line(),
            _ => None,
        }
    }

    /// What still waits at the end of the file.
    pub(super) fn left_open(&self) -> Vec<Problem> {
        match self {
            Self::Contacts(it) => it.left_open(),
            Self::Purchases(it) => it.left_open(),
            _ => Vec::new(),
        }
    }
}
