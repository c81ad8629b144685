//! What the lines of a segment are told: by the texts of the segment, and where these are silent, by
//! those of its template.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    domain::{Result, message::Texts, template},
    entity::{interaction_template, message, segment, segment_text},
};

/// What a segment and its template say in each language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    segment: Texts,
    /// The segment's own subject, in whatever language.
    subject: Option<String>,
    template: Texts,
}

/// What is said in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    pub subject: Option<String>,
    /// The message that has the body.
    pub body: Option<i64>,
    /// The message that has the attachments.
    pub attachments: Option<i64>,
}

/// Who says it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    Line,
    Segment,
    Template,
}

impl Said {
    pub fn new(segment: Texts, subject: Option<String>, template: Texts) -> Self {
        Self { segment, subject, template }
    }

    /// What a segment says, by itself and by its template.
    ///
    /// # Errors
    /// What the database says.
    pub async fn by(
        db: &impl ConnectionTrait,
        segment: &segment::Model,
        template: Option<&interaction_template::Model>,
    ) -> Result<Self> {
        Ok(Self {
            segment: texts_of(db, segment.id).await?,
            subject: segment.subject.clone(),
            template: match template {
                Some(template) => template::texts_of(db, &template.code).await?,
                None => Texts::default(),
            },
        })
    }

    /// What a template says by itself.
    ///
    /// # Errors
    /// What the database says.
    pub async fn by_template(db: &impl ConnectionTrait, template: &str) -> Result<Self> {
        let template = template::texts_of(db, template).await?;
        Ok(Self { template, ..Self::default() })
    }

    /// Whether there is a text in just this language.
    pub fn has(&self, language: &str) -> bool {
        self.segment.has(language) || self.template.has(language)
    }

    /// The languages that there are texts in.
    pub fn languages(&self) -> BTreeSet<&str> {
        self.segment.languages().chain(self.template.languages()).collect()
    }

    /// What is said to whom has this language.
    pub fn to(&self, language: Option<&str>) -> Heard {
        let of_segment = self.segment.of(language).map(|(_, row)| row);
        let of_template = self.template.of(language).map(|(_, row)| row);
        let subject = |row: &message::Model| row.subject.clone();
        let has_body = |row: &&message::Model| row.body.is_some();
        let has_attachments = |row: &&message::Model| row.has_attachments;
        Heard {
            subject: of_segment
                .and_then(subject)
                .or_else(|| self.subject.clone())
                .or_else(|| of_template.and_then(subject)),
            body: of_segment.filter(has_body).or(of_template.filter(has_body)).map(|row| row.id),
            attachments: of_segment
                .filter(has_attachments)
                .or(of_template.filter(has_attachments))
                .map(|row| row.id),
        }
    }

    /// Who says what is in this message, and in which language.
    pub fn speaker(&self, message: i64, language: Option<&str>) -> (Speaker, Option<&str>) {
        for (speaker, texts) in
            [(Speaker::Segment, &self.segment), (Speaker::Template, &self.template)]
        {
            if let Some((language, _)) = texts.of(language).filter(|(_, row)| row.id == message) {
                return (speaker, language);
            }
        }
        (Speaker::Line, None)
    }

    /// The keys of all messages.
    pub fn messages(&self) -> impl Iterator<Item = i64> {
        self.segment.messages().chain(self.template.messages())
    }
}

/// What a segment says by itself.
///
/// # Errors
/// What the database says.
pub(super) async fn texts_of(db: &impl ConnectionTrait, segment_id: i64) -> Result<Texts> {
    let rows = segment_text::Entity::find()
        .filter(segment_text::Column::SegmentId.eq(segment_id))
        .all(db)
        .await?;
    Texts::load(db, rows.into_iter().map(|row| (row.language, row.message_id)).collect()).await
}
