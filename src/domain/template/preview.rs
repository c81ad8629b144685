//! What a template says to one contact.

use std::sync::Arc;

use sea_orm::EntityTrait;

use crate::{
    domain::{
        Context, Error, Reason, Rejections, Result, code, contact as contacts,
        id::Kind,
        interaction::require_reachable,
        message::{self, About, Names},
        segment::{
            self, Said, Speaker,
            effective::{Defaults, Effective},
        },
        text,
    },
    entity::{
        attachment, contact, interaction_template,
        kinds::{BodyFormat, CodeKind},
        segment as segments, segment_line,
    },
};

/// What to show.
#[derive(Clone, Debug, Default)]
pub struct PreviewRequest {
    /// The segment's, unless it is given.
    pub template: Option<String>,
    /// As it would be for the contact, unless it is given.
    pub language: Option<String>,
    pub contact_id: i64,
    pub segment_id: Option<i64>,
    /// Instead of what is kept.
    pub draft: Option<Draft>,
}

/// A text that is not kept yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub subject: Option<String>,
    pub body: Option<String>,
    pub body_format: BodyFormat,
}

/// What a contact would get.
#[derive(Clone, Debug)]
pub struct Preview {
    pub language: Option<String>,
    /// Who says the body, and in which language: none for whoever has none. Missing if nobody does.
    pub body_from: Option<(Speaker, Option<String>)>,
    pub subject: Option<String>,
    pub body: Option<String>,
    pub body_format: BodyFormat,
    pub attachments: Vec<Arc<attachment::Model>>,
}

/// Merges a template with what is known of one contact.
///
/// # Errors
/// [`Reason::NotFound`] at `template`, `language`, `contactId` or `segmentId`, [`Reason::Required`] at
/// `template`, [`Reason::PrivacyBlocked`] at `contactId` for whom nothing may be written to (D9), and what is wrong with a text, at `subject` or `body`, with its position; of a draft
/// below `draft`.
pub async fn preview(context: &Context, request: &PreviewRequest) -> Result<Preview> {
    let found = Found::of(context, request).await?;
    let db = context.db.reader();
    let said = match &found.segment {
        Some(segment) => Said::by(db, segment, Some(&found.template)).await?,
        None => Said::by_template(db, &found.template.code).await?,
    };
    let line = found.line(context, request, said.clone());
    let of_line = [line.body_message_id, line.attachments_message_id];
    let messages: Vec<i64> = of_line.into_iter().flatten().collect();
    let messages = message::by_ids(db, &messages).await?;
    let message = |id: Option<i64>| id.and_then(|id| messages.get(&id));
    let body = message(line.body_message_id);
    let text = request.draft.clone().unwrap_or_else(|| Draft {
        subject: line.subject.clone(),
        body: body.and_then(|it| it.row.body.clone()),
        body_format: body.map_or(BodyFormat::Text, |it| it.row.body_format),
    });
    let day = std::iter::once((Arc::clone(&found.contact), line.date));
    let reached = contacts::address::reached_on(db, day).await?;
    let about = About {
        contact: &reached[0],
        company: found.company.as_deref(),
        segment: found.segment.as_ref(),
        line: &line,
    };
    let merged = text.merged(context, about, request.draft.is_some()).await;
    let prefix: &[&str] = if request.draft.is_some() { &["draft"] } else { &[] };
    let (subject, merged_body) = merged.map_err(|err| err.under(prefix))?;
    let files = message(line.attachments_message_id);
    Ok(Preview {
        language: line.language.clone(),
        body_from: line.body_message_id.map(|id| {
            let (speaker, language) = said.speaker(id, line.language.as_deref());
            (speaker, language.map(str::to_owned))
        }),
        subject,
        body: merged_body,
        body_format: text.body_format,
        attachments: files.map(|it| it.attachments.clone()).unwrap_or_default(),
    })
}

impl Draft {
    async fn merged(
        &self,
        context: &Context,
        about: About<'_>,
        is_unchecked: bool,
    ) -> Result<(Option<String>, Option<String>)> {
        let body = self.body.as_deref().and_then(text::tidy);
        let subject = match is_unchecked {
            true => message::checked(self.subject.as_deref(), body.as_deref(), self.body_format)?,
            false => self.subject.clone(),
        };
        let names = Names::of(context, std::iter::once(about)).await?;
        let values = about.values(&names);
        message::merged(subject.as_deref(), body.as_deref(), self.body_format, &values)
    }
}

/// What a preview is about.
struct Found {
    contact: Arc<contact::Model>,
    company: Option<Arc<contact::Model>>,
    segment: Option<segments::Model>,
    template: interaction_template::Model,
    own: Option<segment_line::Model>,
}

impl Found {
    async fn of(context: &Context, request: &PreviewRequest) -> Result<Self> {
        let db = context.db.reader();
        let mut rejections = Rejections::default();
        let (contact, company) =
            rejections.keep(with_company(context, request.contact_id).await)?.unzip();
        if let Some(contact) = &contact {
            rejections.keep(require_reachable(contact, &["contactId"]))?;
        }
        if let Some(code) = request.language.as_deref().and_then(text::code) {
            let key = (CodeKind::Language, code);
            if code::by_keys(context, std::slice::from_ref(&key)).await?.is_empty() {
                let message = format!("There is no language {}.", key.1);
                rejections.add(Reason::NotFound, &["language"], message);
            }
        }
        let segment = match request.segment_id {
            Some(id) => rejections.keep(segment::existing(db, id, &["segmentId"]).await)?,
            None => None,
        };
        let of_segment = segment.as_ref().and_then(|it| it.interaction_template.clone());
        let code = request.template.as_deref().and_then(text::code).or(of_segment);
        let template = match &code {
            Some(code) => interaction_template::Entity::find_by_id(code.clone()).one(db).await?,
            None => None,
        };
        match (&code, &template) {
            (None, _) => rejections.add(Reason::Required, &["template"], "Name a template."),
            (Some(code), None) => {
                rejections.keep::<()>(Err(super::missing(code, &["template"])))?;
            }
            _ => {}
        }
        rejections.into_result()?;
        let (Some(contact), Some(template)) = (contact, template) else {
            return Err(Error::Corrupt("something is missing, and nothing was wrong".to_owned()));
        };
        let own = match &segment {
            Some(segment) => {
                segment_line::Entity::find_by_id((contact.id, segment.id)).one(db).await?
            }
            None => None,
        };
        Ok(Self { contact, company: company.flatten(), segment, template, own })
    }

    /// What holds for the line of the contact, or would hold for an interaction of today.
    fn line(&self, context: &Context, request: &PreviewRequest, said: Said) -> Effective {
        let defaults = match &self.segment {
            Some(segment) => Defaults::new(segment, Some(&self.template), said),
            None => Defaults::of_template(&self.template, said, context.today()),
        };
        let asked = request.language.as_deref().and_then(text::code);
        let mut own = self.own.clone();
        if asked.is_some() {
            // As if it were set on the line.
            let line = own.get_or_insert_with(|| segment::blank_line(self.contact.id));
            line.language = asked;
        }
        defaults.of_line(own.as_ref(), &self.contact)
    }
}

/// A contact, and their company.
async fn with_company(
    context: &Context,
    id: i64,
) -> Result<(Arc<contact::Model>, Option<Arc<contact::Model>>)> {
    let db = context.db.reader();
    let key = u32::try_from(id).unwrap_or_default();
    let found = contacts::by_ids(db, std::iter::once(key)).await?.into_values().next();
    let found = found.ok_or_else(|| {
        let message = format!("There is no contact {}.", Kind::Contact.id(id));
        Error::reject(Reason::NotFound, &["contactId"], message)
    })?;
    let company = found.company_id.map(i32::cast_unsigned);
    let company = contacts::by_ids(db, company.into_iter()).await?.into_values().next();
    Ok((found, company))
}
