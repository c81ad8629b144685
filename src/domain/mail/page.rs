//! A page of letters: lines, what they are told, and that merged.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, IntoSimpleExpr, QueryFilter};

use super::{Letter, Mail};
use crate::{
    db::dialect,
    domain::{
        Error, PageArgs, Result, Take, contact as contacts,
        id::Kind,
        message::{self, About, Names},
        segment::{self, Line, LineKey, LineOrder, LineQuery, effective::Effective},
    },
    entity::{contact, interaction, kinds::BodyFormat},
};

/// Letters of a page: each may be long.
const PAGE: u64 = 500;

pub(super) struct Page {
    pub(super) letters: Vec<Letter>,
    /// Where the next page begins, if there is one.
    pub(super) next: Option<LineKey>,
}

/// The page of letters after a line.
pub(super) async fn fetch(mail: &mut Mail, after: Option<LineKey>) -> Result<Page> {
    let query = LineQuery {
        filter: None,
        overriding: None,
        order: LineOrder::Contact(contacts::Order::default()),
        as_of_step: None,
    };
    let args = PageArgs { after, before: None, take: Take::First(PAGE) };
    let lines = segment::lines(&mail.context, &mail.segment, &query, &args).await?.page;
    let next = match lines.has_next {
        true => lines.items.last().map(|(key, _)| key.clone()),
        false => None,
    };
    let mut lines: Vec<Line> = lines.items.into_iter().map(|(_, line)| line).collect();
    lines.retain(|line| may_be_written_to(&line.contact));
    if mail.logged.is_some() {
        lines = as_logged(mail, lines).await?;
    }
    if let Some(only) = mail.only {
        lines.retain(|line| line.effective.correspondence_type == Some(only));
    }
    let letters = letters(mail, &lines).await?;
    Ok(Page { letters, next })
}

/// D9
fn may_be_written_to(contact: &contact::Model) -> bool {
    !contact.privacy_blocked && (!contact.minor || contact.parental_consent)
}

/// The lines that became interactions that are not canceled, with what these were written with.
async fn as_logged(mail: &Mail, lines: Vec<Line>) -> Result<Vec<Line>> {
    let Some(logged) = &mail.logged else { return Ok(lines) };
    let db = mail.context.db.reader();
    let ids = lines.iter().map(|line| line.contact.id.cast_unsigned());
    let contact = interaction::Column::ContactId.into_simple_expr();
    let rows = interaction::Entity::find()
        .filter(interaction::Column::LoggedSegmentId.eq(logged.id))
        .filter(interaction::Column::Canceled.eq(false))
        .filter(dialect::in_ids(db.get_database_backend(), contact, ids))
        .all(db)
        .await?;
    let mut rows: HashMap<i32, interaction::Model> =
        rows.into_iter().map(|row| (row.contact_id, row)).collect();
    let written = lines.into_iter().filter_map(|line| {
        let row = rows.remove(&line.contact.id)?;
        let effective = Effective {
            subject: row.subject,
            description: row.description,
            date: row.date,
            time: row.time,
            language: row.language,
            salesperson: row.salesperson,
            correspondence_type: row.correspondence_type,
            body_message_id: row.body_message_id,
            attachments_message_id: row.attachments_message_id,
            contact_via: row.contact_via,
            ..line.effective
        };
        Some(Line { effective, ..line })
    });
    Ok(written.collect())
}

async fn letters(mail: &mut Mail, lines: &[Line]) -> Result<Vec<Letter>> {
    read_messages(mail, lines).await?;
    let companies = lines.iter().filter_map(|line| line.contact.company_id);
    let companies =
        contacts::by_ids(mail.context.db.reader(), companies.map(i32::cast_unsigned)).await?;
    let days = lines.iter().map(|line| (Arc::clone(&line.contact), line.effective.date));
    let contacts = contacts::address::reached_on(mail.context.db.reader(), days).await?;
    let about = |line: &'_ Line| -> Option<Arc<contact::Model>> {
        companies.get(&line.contact.company_id?).cloned()
    };
    let companies: Vec<Option<Arc<contact::Model>>> = lines.iter().map(about).collect();
    let abouts: Vec<About<'_>> = lines
        .iter()
        .zip(&contacts)
        .zip(&companies)
        .map(|((line, contact), company)| About {
            contact,
            company: company.as_deref(),
            segment: Some(&mail.segment),
            line: &line.effective,
        })
        .collect();
    let names = Names::of(&mail.context, abouts.iter().copied()).await?;
    abouts.iter().map(|about| letter(mail, about, &names)).collect()
}

/// Reads the messages that have not been read yet.
async fn read_messages(mail: &mut Mail, lines: &[Line]) -> Result<()> {
    let of_line =
        |line: &Line| [line.effective.body_message_id, line.effective.attachments_message_id];
    let mut new: Vec<i64> = lines
        .iter()
        .flat_map(of_line)
        .flatten()
        .filter(|id| !mail.messages.contains_key(id))
        .collect();
    new.sort_unstable();
    new.dedup();
    if !new.is_empty() {
        mail.messages.extend(message::by_ids(mail.context.db.reader(), &new).await?);
    }
    Ok(())
}

fn letter(mail: &Mail, about: &About<'_>, names: &Names) -> Result<Letter> {
    let (contact, line) = (about.contact, about.line);
    let message = |id: Option<i64>| id.and_then(|id| mail.messages.get(&id));
    let body = message(line.body_message_id);
    let format = body.map_or(BodyFormat::Text, |it| it.row.body_format);
    let written = message::merged(
        line.subject.as_deref(),
        body.and_then(|it| it.row.body.as_deref()),
        format,
        &about.values(names),
    );
    let (subject, body, error) = match written {
        Ok((subject, body)) => (subject, body, None),
        Err(Error::Rejected(all)) => {
            let sentences = all.into_iter().map(|it| {
                format!("{}: {}", it.path.first().map_or("", String::as_str), it.message)
            });
            (None, None, Some(sentences.collect::<Vec<_>>().join(" ")))
        }
        Err(err) => return Err(err),
    };
    let files = message(line.attachments_message_id).into_iter();
    Ok(Letter {
        no: contact.no.clone(),
        name: contact.name.clone(),
        company: about.company.filter(|it| it.id != contact.id).map(|it| it.name.clone()),
        email: contact.email.clone(),
        correspondence_type: line.correspondence_type.map(|it| it.to_value()),
        language: line.language.clone(),
        subject,
        body,
        is_html: format == BodyFormat::Html,
        attachments: files
            .flat_map(|it| it.attachments.iter().map(|file| Kind::Attachment.id(file.id)))
            .collect(),
        error,
    })
}
