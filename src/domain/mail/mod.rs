//! Mail: what the contacts of a segment are written, each with what is theirs, a page at a time. Of an
//! open segment it is what its lines say now; of one that was logged, what its interactions were
//! written with.

mod page;
mod write;

use std::{collections::HashMap, sync::Arc};

use self::{page::fetch, write::Writer};
use crate::{
    domain::{Context, Error, Reason, Result, message::Message, segment},
    entity::{
        kinds::{CorrespondenceType, SegmentStatus},
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

/// The ways to reach contacts.
pub use crate::entity::kinds::CorrespondenceType as Way;

/// Documents of an archive: it ends with a list of them, which is kept meanwhile.
pub const DOCUMENTS_MAX: u64 = 100_000;

/// What one contact is written.
#[derive(Clone, Debug, Default)]
struct Letter {
    no: String,
    name: String,
    company: Option<String>,
    email: Option<String>,
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
    /// Only those that are reached in this way.
    only: Option<CorrespondenceType>,
    /// Where the next page begins; nothing at the end.
    next: Option<Option<segment::LineKey>>,
    /// What has been read of messages, of which there are few.
    messages: HashMap<i64, Arc<Message>>,
    writer: Writer,
}

impl Mail {
    /// Begins to write to the contacts of a segment.
    ///
    /// # Errors
    /// [`Reason::LimitExceeded`] at `file` if an archive would have more than [`DOCUMENTS_MAX`]
    /// documents.
    pub async fn of_segment(
        context: &Context,
        row: &segments::Model,
        only: Option<CorrespondenceType>,
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
        Ok(Self {
            context: context.clone(),
            segment: row.clone(),
            logged,
            only,
            next: Some(None),
            messages: HashMap::new(),
            writer: Writer::new(format),
        })
    }

    /// The next piece of the file; nothing at its end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(after) = self.next.take() else { return self.writer.finish() };
        let page = fetch(self, after).await?;
        self.next = page.next.map(Some);
        for letter in &page.letters {
            self.writer.write(letter)?;
        }
        // An empty piece would be taken for no end, and for nothing else.
        Ok(Some(self.writer.take()))
    }
}
