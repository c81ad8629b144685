//! Mail: what the contacts of a segment are written, each once and with what is theirs. Of an
//! open segment it is what its lines say now; of one that was logged, what its interactions were
//! written with, and of that only what is so far on its way, if it is said.

mod page;
mod write;

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::Arc,
};

use self::{
    page::{Draft, fetch},
    write::Writer,
};
use crate::{
    domain::{
        Context, Error, Reason, Result, contact::Walk, interaction, message::Message, segment,
    },
    entity::{
        kinds::{CorrespondenceType, DeliveryStatus, SegmentStatus},
        logged_segment, segment as segments,
    },
};

/// How mail is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum MailFormat {
    /// A JSON object a line.
    Ndjson,
    Csv,
    /// A document a contact.
    Zip,
}

/// The ways to reach contacts, and how far deliveries are.
pub use crate::entity::kinds::{CorrespondenceType as Way, DeliveryStatus as Status};

/// Which of the contacts are written to; those for whom all holds that is set.
#[derive(Copy, Clone, Debug, Default)]
pub struct Only {
    /// Those who are reached in this way.
    pub way: Option<CorrespondenceType>,
    /// Those whose delivery is so far; of a segment that was logged.
    pub status: Option<DeliveryStatus>,
}

/// Documents of an archive: it ends with a list of them, which is kept meanwhile.
pub const DOCUMENTS_MAX: u64 = 100_000;

/// Letters that are merged at once: each may take a mebibyte.
const AT_ONCE: usize = 16;

/// The parts of an address.
const PLACE: [&str; 6] = ["address", "address2", "postCode", "city", "county", "country"];

/// What one contact is written.
#[derive(Clone, Debug, Default)]
struct Letter {
    /// The id of the interaction, if the segment was logged.
    interaction: Option<String>,
    no: String,
    name: String,
    company: Option<String>,
    email: Option<String>,
    /// The [parts of the address](PLACE).
    place: [Option<String>; 6],
    correspondence_type: Option<String>,
    language: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    is_html: bool,
    /// The ids of the attachments.
    attachments: Vec<String>,
    /// Why it could not be written.
    error: Option<String>,
}

/// Mail on its way out.
pub struct Mail {
    context: Context,
    segment: segments::Model,
    logged: Option<logged_segment::Model>,
    only: Only,
    walk: Walk,
    /// What has been read, and not been written yet.
    ahead: VecDeque<Draft>,
    /// Messages that have been read.
    messages: HashMap<i64, Arc<Message>>,
    writer: Writer,
}

impl Mail {
    /// Begins to write to the contacts of a segment.
    ///
    /// # Errors
    /// At `file`: [`Reason::LimitExceeded`] if an archive would have more than [`DOCUMENTS_MAX`]
    /// documents, and [`Reason::NotAllowed`] if deliveries are asked for of a segment that is open.
    pub async fn of_segment(
        context: &Context,
        row: &segments::Model,
        only: Only,
        format: MailFormat,
    ) -> Result<Self> {
        let count = u64::try_from(row.contacts_count).unwrap_or(0);
        if format == MailFormat::Zip && DOCUMENTS_MAX < count {
            let message =
                format!("An archive has at most {DOCUMENTS_MAX} documents. Take .ndjson for more.");
            return Err(Error::reject(Reason::LimitExceeded, &["file"], message));
        }
        let logged = match row.status {
            SegmentStatus::Open => None,
            SegmentStatus::Logged | SegmentStatus::Canceled => {
                segment::logged_by_segments(context, &[row.id]).await?.remove(&row.id)
            }
        };
        if row.status != SegmentStatus::Open && logged.is_none() {
            let message = "The segment was canceled, and nothing of it is left to be written.";
            return Err(Error::reject(Reason::NotAllowed, &["file"], message));
        }
        if only.status.is_some() && logged.is_none() {
            let message = "Nothing of the segment is on its way: log it first.";
            return Err(Error::reject(Reason::NotAllowed, &["file"], message));
        }
        let mut set = context.members.load(context.db.reader(), row).await?;
        if let (Some(status), Some(logged)) = (only.status, &logged) {
            set = Arc::new(&*set & interaction::delivered_to(context, logged.id, status).await?);
        }
        Ok(Self {
            context: context.clone(),
            segment: row.clone(),
            logged,
            only,
            walk: Walk::through(set),
            ahead: VecDeque::new(),
            messages: HashMap::new(),
            writer: Writer::new(format),
        })
    }

    /// The next piece of the file; nothing at its end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.ahead.is_empty() {
            let Some(page) = fetch(self).await? else { return self.writer.finish() };
            self.ahead = page.into();
        }
        let drafts: Vec<Draft> = self.ahead.drain(..self.ahead.len().min(AT_ONCE)).collect();
        let writer = mem::replace(&mut self.writer, Writer::Finished);
        // Merging may take as long as a text makes it.
        let written = tokio::task::spawn_blocking(move || write(drafts, writer)).await;
        let (piece, writer) = written.map_err(|err| Error::Corrupt(err.to_string()))??;
        self.writer = writer;
        // An empty piece would be taken for no end, and for nothing else.
        Ok(Some(piece))
    }
}

fn write(drafts: Vec<Draft>, mut writer: Writer) -> Result<(Vec<u8>, Writer)> {
    for draft in drafts {
        writer.write(&draft.merged()?)?;
    }
    Ok((writer.take(), writer))
}
