//! Export: contacts as a file, in the order of a segment's lines, a page at a time.
//!
//! Each contact goes out once, also if others change while the file is written: who moves in the
//! order meanwhile is neither lost nor there twice. Values come from the database as JSON, a page
//! in one piece, and go into the file without being anything else in between.
//!
//! Values go out as they are, also those that a spreadsheet takes for a formula: what comes in again
//! must be what went out.

mod page;
mod write;

use std::sync::Arc;

use roaring::RoaringBitmap;
use sea_orm::{EntityTrait, QueryOrder};
use tokio::task::JoinHandle;

use self::{
    page::{Page, fetch},
    write::{Rows, write_captions},
};
use crate::{
    domain::{
        Context, Error, Result,
        contact::Key,
        contact_columns::{ATTRIBUTE_PREFIX, BUSINESS_CENTRAL, CODES, FLAGS, Field, TEXTS, field},
    },
    entity::{attribute, segment},
};

/// How a file is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV in the columns of Business Central's own export (EXP-1).
    BusinessCentral,
    /// CSV in all columns, by the names of the API.
    Csv,
    /// A JSON object a line, with the same names.
    Ndjson,
}

/// What a file has of each contact.
#[derive(Debug)]
struct Layout {
    format: Format,
    columns: Vec<(String, Option<Field>)>,
    /// The names of the custom attributes.
    attributes: Vec<String>,
}

/// A file on its way out.
pub struct Export {
    context: Context,
    layout: Arc<Layout>,
    set: Arc<RoaringBitmap>,
    /// Who has not gone out yet.
    left: RoaringBitmap,
    /// The next page, which is fetched while the one before is written.
    ahead: Option<JoinHandle<Result<Page>>>,
    begun: bool,
    /// How many contacts have gone out.
    pub done: u64,
}

impl Export {
    /// Begins to export a segment as it is now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of_segment(
        context: &Context,
        segment: &segment::Model,
        format: Format,
    ) -> Result<Self> {
        let set = context.members.load(context.db.reader(), segment).await?;
        Self::of(context, set, format).await
    }

    /// Begins to export these contacts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(context: &Context, set: Arc<RoaringBitmap>, format: Format) -> Result<Self> {
        let db = context.db.reader();
        let attributes: Vec<String> = attribute::Entity::find()
            .order_by_asc(attribute::Column::Name)
            .all(db)
            .await?
            .into_iter()
            .map(|row| row.name)
            .collect();
        let captions = match format {
            Format::BusinessCentral => BUSINESS_CENTRAL.iter().map(|&it| it.to_owned()).collect(),
            Format::Csv | Format::Ndjson => native(&attributes),
        };
        let columns = captions.into_iter().map(|caption| {
            let field = field(&caption, &attributes);
            (caption, field)
        });
        let layout = Arc::new(Layout { format, columns: columns.collect(), attributes });
        let left = RoaringBitmap::clone(&set);
        let context = context.clone();
        let mut export = Self { context, layout, set, left, ahead: None, begun: false, done: 0 };
        export.fetch_after(None);
        Ok(export)
    }

    /// How many contacts there are.
    pub fn total(&self) -> u64 {
        self.done + self.left.len()
    }

    /// The next piece of the file; nothing at its end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(ahead) = self.ahead.take() else { return Ok(None) };
        let page = ahead.await.map_err(|err| Error::Corrupt(err.to_string()))??;
        if page.next.is_some() {
            self.fetch_after(page.next.clone());
        }
        let mut piece = Vec::new();
        if !self.begun && self.layout.format != Format::Ndjson {
            write_captions(&self.layout, &mut piece)?;
        }
        self.begun = true;
        let rows = Rows::read(&page, &self.layout)?;
        // One who was deleted meanwhile is left out, one who moved down the list comes once.
        let ids: Vec<u32> = page
            .ids
            .iter()
            .copied()
            .filter(|id| rows.contains(*id) && self.left.remove(*id))
            .collect();
        rows.write(&ids, &mut piece)?;
        self.done += ids.len() as u64;
        // Who is left was deleted, or moved up the list meanwhile: they are looked for until nobody
        // is found.
        if page.next.is_none() && !self.left.is_empty() && self.left.len() < self.set.len() {
            self.set = Arc::new(self.left.clone());
            self.fetch_after(None);
        }
        Ok(Some(piece))
    }

    fn fetch_after(&mut self, after: Option<Key>) {
        let (context, set, layout) =
            (self.context.clone(), Arc::clone(&self.set), Arc::clone(&self.layout));
        self.ahead = Some(tokio::spawn(async move { fetch(&context, &set, &layout, after).await }));
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if let Some(ahead) = &self.ahead {
            ahead.abort();
        }
    }
}

/// Our own columns.
fn native(attributes: &[String]) -> Vec<String> {
    let first = ["no", "type", "name", "companyNo", "correspondenceType"];
    let texts = TEXTS.iter().map(|it| it.name);
    let flags = FLAGS.iter().map(|it| it.name);
    let codes = CODES.iter().map(|(name, _)| *name);
    let all = first.into_iter().chain(texts).chain(flags).chain(codes).map(str::to_owned);
    all.chain(attributes.iter().map(|name| format!("{ATTRIBUTE_PREFIX}{name}"))).collect()
}
