//! Cover sheets: a page for each contact, whose address shows in the window of an envelope (CVR-1).

use sea_orm::EntityTrait;

use super::{
    pdf::{Document, WIDTH},
    text::{cut, fitting_size},
};
use crate::{
    domain::{Context, Result},
    entity::{code, contact::Model, kinds::CodeKind, segment},
};

/// Where the window of an envelope is, from the upper left corner, and how wide, in millimetres.
const WINDOW: (f32, f32) = (25.0, 55.0);
const WINDOW_WIDTH: f32 = 80.0;
const LEFT: f32 = 25.0;
/// The size of the type in points, and from line to line in millimetres.
const SIZE: f32 = 11.0;
const STEP: f32 = 5.5;
const HEADING_SIZE: f32 = 18.0;

/// From whom, and what about.
pub(super) struct Sender {
    heading: String,
    /// What is said of the letter, line by line.
    lines: Vec<(&'static str, String)>,
}

impl Sender {
    pub(super) async fn of(context: &Context, segment: &segment::Model) -> Result<Self> {
        let salesperson = match &segment.salesperson {
            Some(code) => {
                let key = (CodeKind::Salesperson, code.clone());
                code::Entity::find_by_id(key).one(context.db.reader()).await?
            }
            None => None,
        };
        let subject = segment.subject.clone().or_else(|| segment.description.clone());
        let (from, email) = salesperson.map(|it| (it.description, it.email)).unwrap_or_default();
        let lines = [
            ("From", from),
            ("E-mail", email),
            ("Date", Some(segment.date.to_string())),
            ("Subject", subject),
            ("Reference", Some(segment.no.clone())),
        ];
        let lines = lines.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
        Ok(Self { heading: "Cover sheet".to_owned(), lines })
    }
}

pub(super) fn cover_sheet(document: &mut Document, sender: &Sender, row: &Model, lines: &[String]) {
    document.page(|page| {
        page.text(LEFT, 30.0, HEADING_SIZE, &sender.heading);
        let size = fitting_size(lines, WINDOW_WIDTH, SIZE);
        for (index, line) in lines.iter().enumerate() {
            let down = WINDOW.1 + index as f32 * STEP;
            page.text(WINDOW.0, down, size, &cut(line, WINDOW_WIDTH, size));
        }
        let to = [("Telephone", row.phone.as_ref()), ("Fax", row.fax.as_ref())];
        let to = to.into_iter().filter_map(|(name, text)| Some((name, text?)));
        let from = sender.lines.iter().map(|(name, text)| (*name, text));
        let width = WIDTH - 2.0 * LEFT - 35.0;
        for (index, (name, text)) in to.chain(from).enumerate() {
            let down = 120.0 + index as f32 * 2.0 * STEP;
            page.text(LEFT, down, SIZE, name);
            page.text(LEFT + 35.0, down, SIZE, &cut(text, width, SIZE));
        }
    });
}
