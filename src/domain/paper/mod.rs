//! A segment on paper: labels and cover sheets, as PDF, page by page in bounded memory.
//!
//! As with other exports, each contact comes once, also if others change meanwhile.

mod address;
mod cover;
mod font;
mod labels;
mod log;
mod pdf;
mod text;

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use self::{
    address::lines,
    cover::{Sender, cover_sheet},
    labels::Sheet,
    pdf::Document,
};
pub use self::{labels::Labels, log::log_cover_sheets};
use crate::{
    db,
    domain::{
        Context, Result,
        contact::{self, Walk},
        segment::privacy_blocked,
        text::code,
    },
    entity::{code as codes, contact::Model, kinds::CodeKind, segment},
};

/// Contacts that are read at once.
const PAGE: u64 = 500;

/// What to print.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// LBL-1: a label for each contact.
    Labels(Labels),
    /// CVR-1: a page for each contact.
    CoverSheets,
}

/// What to print, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub kind: Kind,
    /// The country in which it is posted: letters within need not name it.
    pub home_country: Option<String>,
}

/// A document on its way out.
pub struct Paper {
    context: Context,
    segment: segment::Model,
    document: Option<Document>,
    sheet: Option<Sheet>,
    sender: Sender,
    home_country: Option<String>,
    /// What countries are called.
    countries: HashMap<String, String>,
    walk: Walk,
    /// How many contacts are left out, for they may not be contacted.
    pub skipped_privacy_blocked: u64,
    /// How many contacts have gone out.
    pub done: u64,
}

impl Paper {
    /// Begins to print a segment as it is now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of_segment(
        context: &Context,
        segment: &segment::Model,
        options: &Options,
    ) -> Result<Self> {
        let db = context.db.reader();
        let all = context.members.load(db, segment).await?;
        // D9
        let set = &*all - &db::keys(db, privacy_blocked()).await?;
        let skipped_privacy_blocked = all.len() - set.len();
        let countries = codes::Entity::find().filter(codes::Column::Kind.eq(CodeKind::Country));
        let countries = countries.all(db).await?.into_iter();
        let sheet = match options.kind {
            Kind::Labels(labels) => Some(Sheet::new(labels)),
            Kind::CoverSheets => None,
        };
        Ok(Self {
            context: context.clone(),
            document: Some(Document::new(segment.description.as_deref().unwrap_or(&segment.no))),
            sheet,
            sender: Sender::of(context, segment).await?,
            home_country: options.home_country.as_deref().and_then(code),
            countries: countries.filter_map(|row| Some((row.code, row.description?))).collect(),
            walk: Walk::through(Arc::new(set)),
            segment: segment.clone(),
            skipped_privacy_blocked,
            done: 0,
        })
    }

    /// How many contacts there are.
    pub fn total(&self) -> u64 {
        self.done + self.walk.left()
    }

    /// The next piece of the document; nothing at its end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(mut document) = self.document.take() else { return Ok(None) };
        let db = self.context.db.reader();
        let Some(ids) = self.walk.next(db, PAGE).await? else {
            if let Some(sheet) = &mut self.sheet {
                sheet.finish(&mut document);
            }
            return Ok(Some(document.finish()));
        };
        let mut contacts = contact::by_ids(db, ids.iter().copied()).await?;
        // ALT-1, on the date of the segment.
        let found = ids.iter().filter_map(|id| contacts.remove(&id.cast_signed()));
        let days = found.map(|contact| (contact, self.segment.date));
        for row in contact::address::reached_on(db, days).await? {
            self.put(&mut document, &row);
            self.done += 1;
        }
        let piece = document.take();
        self.document = Some(document);
        Ok(Some(piece))
    }

    /// `row` is the contact as it is reached.
    fn put(&mut self, document: &mut Document, row: &Model) {
        let abroad = row.country.as_ref().filter(|it| self.home_country.as_ref() != Some(it));
        let named = abroad.map(|it| self.countries.get(it).unwrap_or(it).as_str());
        let lines = lines(row, named);
        match &mut self.sheet {
            Some(sheet) => sheet.put(document, lines),
            None => cover_sheet(document, &self.sender, row, &lines),
        }
    }
}
