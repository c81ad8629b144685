//! What interaction templates say in each language, made or changed by template and language. Business
//! Central's files name attachments that they do not have; they are passed over.

use std::collections::HashSet;

use sea_orm::{DatabaseTransaction, sea_query::LockType};

use super::{
    Row,
    check::{Check, Codes, Written},
    columns::Columns,
    find, value,
};
use crate::{
    domain::{
        Error, Reason, Result,
        template::{LanguageChange, Put, put_language},
        text,
    },
    entity::kinds::CodeKind,
};

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Field {
    Template,
    Language,
    Description,
    Subject,
    Body,
    BodyFormat,
}

const FIELDS: &[(Field, &[&str])] = &[
    (Field::Template, super::kind::OF_TEMPLATE_LANGUAGES),
    (Field::Language, &["languagecode", "language"]),
    (Field::Description, &["description"]),
    (Field::Subject, &["subject"]),
    (Field::Body, &["body"]),
    (Field::BodyFormat, &["bodyformat"]),
];

const IGNORED: &[&str] = &["Attachment File Extension", "Attachment No."];

pub(super) struct TemplateLanguages {
    columns: Columns<Field>,
    create_codes: bool,
}

impl TemplateLanguages {
    pub(super) fn new(header: &[String], create_codes: bool) -> Result<Self> {
        let columns = Columns::of(header, IGNORED, FIELDS)?;
        if !columns.has(Field::Template) {
            let message = "There is no column with the code of the template.";
            return Err(Error::reject(Reason::Required, &["file"], message));
        }
        Ok(Self { columns, create_codes })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.columns.unknown
    }

    /// A text at a time: there are some for each template, and nobody has thousands of these.
    pub(super) async fn write(&self, txn: &DatabaseTransaction, rows: &[Row]) -> Result<Written> {
        let kind_of = |field| (field == Field::Language).then_some(CodeKind::Language);
        let languages = self.columns.codes(rows, kind_of);
        let templates = rows.iter().filter_map(|row| self.columns.get(row, Field::Template));
        let templates = templates.filter_map(text::code).collect();
        let known = Known {
            languages: Codes::find(txn, languages, self.create_codes).await?,
            templates: find::templates(txn, templates, LockType::Update).await?,
        };
        let mut written = Written::default();
        for (index, row) in rows.iter().enumerate() {
            let (text, mut check) = self.text(row, &known);
            if !check.is_fine() {
                written.rejected.extend(check.failed().map(|problems| (index, problems)));
                continue;
            }
            known.languages.make(txn, |row| row == index).await?;
            let language = text.language.as_deref();
            match put_language(txn, &text.template, language, &text.change).await {
                Ok((_, Put::Made)) => written.created += 1,
                Ok((_, Put::Changed)) => written.updated += 1,
                Ok((_, Put::AsItWas)) => written.unchanged += 1,
                Err(err @ Error::Rejected(_)) => {
                    check.note(err, |path| self.caption(path));
                    written.rejected.extend(check.failed().map(|problems| (index, problems)));
                }
                Err(err) => return Err(err),
            }
        }
        Ok(written)
    }

    fn text(&self, row: &Row, known: &Known) -> (Text, Check) {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let template = self.columns.get(row, Field::Template).unwrap_or_default();
        let template = find::template(&known.templates, template);
        let template = check.keep(caption(Field::Template), template);
        if template.is_none() && check.is_fine() {
            check.add(self.columns.caption(Field::Template), "There has to be a template.");
        }
        let mut text = Text {
            template: template.unwrap_or_default(),
            language: None,
            change: LanguageChange::default(),
        };
        let message = &mut text.change.message;
        for (field, value) in self.columns.fields(row) {
            let written = Some(Some(value.to_owned()).filter(|value| !value.is_empty()));
            match field {
                Field::Template => {}
                Field::Language => {
                    let kind = CodeKind::Language;
                    text.language = check.code(caption(field), value, kind, &known.languages);
                }
                Field::Description => text.change.description = written,
                Field::Subject => message.subject = written,
                Field::Body => message.body = written,
                Field::BodyFormat => {
                    message.body_format = check.keep(caption(field), value::body_format(value));
                }
            }
        }
        (text, check)
    }

    /// What the file calls a field of the API.
    fn caption(&self, path: Option<&str>) -> Option<String> {
        self.columns.caption(match path {
            Some("subject") => Field::Subject,
            Some("body") => Field::Body,
            Some("language") => Field::Language,
            Some("description") => Field::Description,
            _ => Field::Template,
        })
    }
}

/// What the texts of a chunk refer to.
struct Known {
    languages: Codes,
    templates: HashSet<String>,
}

/// What a row says.
struct Text {
    template: String,
    language: Option<String>,
    change: LanguageChange,
}
