//! A page of letters: lines, what they are told, and that merged.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
};

use super::{Letter, Mail};
use crate::{
    db::dialect,
    domain::{
        Error, Result, contact as contacts,
        id::{self, Kind},
        message::{self, About, Message, Names},
        segment::{self, Line},
    },
    entity::{contact, interaction, kinds::BodyFormat, logged_segment},
};

/// Letters of a page: each may be long.
const PAGE: u64 = 500;

/// Messages that are kept for the next pages: mostly there are few, but each line may have its own.
const MESSAGES_MAX: usize = 1_000;

/// A letter that has not been merged yet.
pub(super) struct Draft {
    letter: Letter,
    subject: Option<String>,
    body: Option<Arc<Message>>,
    values: minijinja::Value,
}

/// The letters of the next page; nothing at the end.
pub(super) async fn fetch(mail: &mut Mail) -> Result<Option<Vec<Draft>>> {
    let Some(ids) = mail.walk.next(mail.context.db.reader(), PAGE).await? else {
        return Ok(None);
    };
    let mut lines = segment::lines_of(&mail.context, &mail.segment, &ids).await?;
    lines.retain(|line| may_be_written_to(&line.contact));
    let mut lines: Vec<Addressed> = match &mail.logged {
        Some(logged) => as_logged(mail, logged, lines).await?,
        None => lines.into_iter().map(|line| Addressed { line, interaction: None }).collect(),
    };
    if let Some(way) = mail.only.way {
        lines.retain(|it| it.line.effective.correspondence_type == Some(way));
    }
    drafts(mail, &lines).await.map(Some)
}

/// A line to write to, and the id of its interaction, if it became one.
struct Addressed {
    line: Line,
    interaction: Option<String>,
}

/// D9
fn may_be_written_to(contact: &contact::Model) -> bool {
    !contact.privacy_blocked && (!contact.minor || contact.parental_consent)
}

/// The lines that became interactions that are not canceled, with what these were written with.
async fn as_logged(
    mail: &Mail,
    logged: &logged_segment::Model,
    lines: Vec<Line>,
) -> Result<Vec<Addressed>> {
    let db = mail.context.db.reader();
    let ids = lines.iter().map(|line| line.contact.id.cast_unsigned());
    let contact = interaction::Column::ContactId.into_simple_expr();
    let so_far = mail.only.status.map(|it| interaction::Column::DeliveryStatus.eq(it));
    let rows = interaction::Entity::find()
        .filter(interaction::Column::LoggedSegmentId.eq(logged.id))
        .filter(interaction::Column::Canceled.eq(false))
        .filter(Condition::all().add_option(so_far))
        .filter(dialect::in_ids(db.get_database_backend(), contact, ids))
        .order_by_asc(interaction::Column::Id)
        .all(db)
        .await?;
    let mut by_contact: HashMap<i32, Vec<interaction::Model>> = HashMap::new();
    for row in rows {
        by_contact.entry(row.contact_id).or_default().push(row);
    }
    // Of contacts who were merged since, each has a letter.
    let written = lines.into_iter().flat_map(|line| {
        let rows = by_contact.remove(&line.contact.id).unwrap_or_default();
        rows.into_iter().map(move |row| {
            let interaction = Some(id::interaction_id(row.contact_id, row.id));
            let effective = line.effective.clone().logged(row);
            Addressed { line: Line { effective, ..line.clone() }, interaction }
        })
    });
    Ok(written.collect())
}

async fn drafts(mail: &mut Mail, addressed: &[Addressed]) -> Result<Vec<Draft>> {
    read_messages(mail, addressed).await?;
    let lines: Vec<&Line> = addressed.iter().map(|it| &it.line).collect();
    let companies = lines.iter().filter_map(|line| line.contact.company_id);
    let companies =
        contacts::by_ids(mail.context.db.reader(), companies.map(i32::cast_unsigned)).await?;
    let days = lines.iter().map(|line| (Arc::clone(&line.contact), line.effective.date));
    let contacts = contacts::address::reached_on(mail.context.db.reader(), days).await?;
    let about = |line: &&Line| -> Option<Arc<contact::Model>> {
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
    let drafts = addressed.iter().zip(&abouts);
    Ok(drafts.map(|(it, about)| draft(mail, about, it.interaction.clone(), &names)).collect())
}

/// Reads the messages that have not been read yet.
async fn read_messages(mail: &mut Mail, lines: &[Addressed]) -> Result<()> {
    if MESSAGES_MAX < mail.messages.len() {
        mail.messages.clear();
    }
    let of_line = |it: &Addressed| {
        let line = &it.line.effective;
        [line.body_message_id, line.attachments_message_id]
    };
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

fn draft(mail: &Mail, about: &About<'_>, interaction: Option<String>, names: &Names) -> Draft {
    let (contact, line) = (about.contact, about.line);
    let message = |id: Option<i64>| id.and_then(|id| mail.messages.get(&id));
    let body = message(line.body_message_id).cloned();
    let format = body.as_ref().map_or(BodyFormat::Text, |it| it.row.body_format);
    let files = message(line.attachments_message_id).into_iter();
    let letter = Letter {
        interaction,
        no: contact.no.clone(),
        name: contact.name.clone(),
        company: about.company.filter(|it| it.id != contact.id).map(|it| it.name.clone()),
        email: contact.email.clone(),
        place: [
            &contact.address,
            &contact.address2,
            &contact.post_code,
            &contact.city,
            &contact.county,
            &contact.country,
        ]
        .map(Option::clone),
        correspondence_type: line.correspondence_type.map(|it| it.to_value()),
        language: line.language.clone(),
        subject: None,
        body: None,
        is_html: format == BodyFormat::Html,
        attachments: files
            .flat_map(|it| it.attachments.iter().map(|file| Kind::Attachment.id(file.id)))
            .collect(),
        error: None,
    };
    Draft { letter, subject: line.subject.clone(), body, values: about.values(names) }
}

impl Draft {
    /// The letter, or why it could not be written.
    pub(super) fn merged(self) -> Result<Letter> {
        let Self { mut letter, subject, body, values } = self;
        let format = if letter.is_html { BodyFormat::Html } else { BodyFormat::Text };
        let body = body.as_ref().and_then(|it| it.row.body.as_deref());
        match message::merged(subject.as_deref(), body, format, &values) {
            Ok((subject, body)) => (letter.subject, letter.body) = (subject, body),
            Err(Error::Rejected(all)) => {
                let sentences = all.into_iter().map(|it| {
                    format!("{}: {}", it.path.first().map_or("", String::as_str), it.message)
                });
                letter.error = Some(sentences.collect::<Vec<_>>().join(" "));
            }
            Err(err) => return Err(err),
        }
        Ok(letter)
    }
}
