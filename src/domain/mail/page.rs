//! A page of letters: lines, what they are told, and that merged.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter};

use super::{Letter, Mail};
use crate::{
    db::dialect,
    domain::{
        Error, Result, contact as contacts,
        id::{self, Kind},
        message::{self, About, Names},
        segment::{self, Line, effective::Effective},
    },
    entity::{contact, interaction, kinds::BodyFormat, logged_segment},
};

/// Letters of a page: each may be long.
const PAGE: u64 = 500;

/// Messages that are kept for the next pages: mostly there are few, but each line may have its own.
const MESSAGES_MAX: usize = 1_000;

/// The letters of the next page; nothing at the end.
pub(super) async fn fetch(mail: &mut Mail) -> Result<Option<Vec<Letter>>> {
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
    letters(mail, &lines).await.map(Some)
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
        .all(db)
        .await?;
    let mut rows: HashMap<i32, interaction::Model> =
        rows.into_iter().map(|row| (row.contact_id, row)).collect();
    let written = lines.into_iter().filter_map(|line| {
        let row = rows.remove(&line.contact.id)?;
        let interaction = Some(id::interaction_id(row.contact_id, row.id));
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
        Some(Addressed { line: Line { effective, ..line }, interaction })
    });
    Ok(written.collect())
}

async fn letters(mail: &mut Mail, addressed: &[Addressed]) -> Result<Vec<Letter>> {
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
    let letters = addressed.iter().zip(&abouts);
    letters.map(|(it, about)| letter(mail, about, it.interaction.clone(), &names)).collect()
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

fn letter(
    mail: &Mail,
    about: &About<'_>,
    interaction: Option<String>,
    names: &Names,
) -> Result<Letter> {
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
        interaction,
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
