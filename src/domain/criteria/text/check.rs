//! Texts of criteria, read and looked at: what they mean, what is wrong with them, and where.

use sea_orm::ConnectionTrait;

use super::{
    CHARS_MAX,
    lex::Span,
    lint,
    numbered::Numbered,
    read::{Trouble, read},
    spanned::Spanned,
};
use crate::domain::{
    Context, Error, Moment, Position, Reason, Rejection, Result,
    contact::attribute,
    criteria::{Criteria, Kind, attribute_key, require},
};

/// How bad it is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The text can't be used.
    Error,
    /// It can, but may not be meant so.
    Warning,
}

/// What kind of trouble there is with a text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum DiagnosticCode {
    /// It can't be read.
    Syntax,
    /// It can be read, but not asked.
    Invalid,
    /// It names something that is not there.
    NotFound,
    /// It asks about what may not be seen.
    Forbidden,
    /// It goes beyond a limit.
    LimitExceeded,
    /// Two conditions can't both hold.
    Contradiction,
    /// It never holds.
    AlwaysFalse,
    /// It always holds.
    AlwaysTrue,
    /// It has been said already.
    Duplicate,
    /// There is no such code.
    UnknownCode,
}

/// Something about a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: DiagnosticCode,
    /// A full sentence for people.
    pub message: String,
    pub span: Span,
    /// What could stand there.
    pub expected: Vec<String>,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

impl Diagnostic {
    pub(super) fn new(
        severity: Severity,
        code: DiagnosticCode,
        message: impl Into<String>,
        span: Span,
    ) -> Self {
        let message = message.into();
        Self { severity, code, message, span, expected: Vec::new(), suggestion: None }
    }

    /// The line and the column in it at which it begins, both from 1.
    pub fn place(&self, text: &str) -> (usize, usize) {
        let Position { line, column } = Position::after(text, self.span.start);
        (line, column)
    }
}

impl From<Trouble> for Diagnostic {
    fn from(trouble: Trouble) -> Self {
        let Trouble { message, span, expected, suggestion, is_beyond } = trouble;
        let code = match is_beyond {
            true => DiagnosticCode::LimitExceeded,
            false => DiagnosticCode::Syntax,
        };
        Self { severity: Severity::Error, code, message, span, expected, suggestion }
    }
}

/// What came of looking at a text.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it means, if it means something.
    pub criteria: Option<Criteria>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a text that names contacts and segments by their ids, and the types of custom attributes.
///
/// # Errors
/// Everything that is wrong with it.
pub fn from_text(text: &str) -> std::result::Result<Criteria, Vec<Diagnostic>> {
    let json = read_within_limits(text, &[]).map_err(|it| vec![it])?;
    Criteria::parse(&json.to_value(), &[]).map_err(|err| said(err, &json).unwrap_or_default())
}

/// Reads a text as far as it goes, and says all that is to be said about it.
///
/// # Errors
/// What the database says.
pub async fn check(context: &Context, text: &str, moment: Moment) -> Result<Checked> {
    let db = context.db.reader();
    let mut json = match read_within_limits(text, &attributes(db).await?) {
        Ok(json) => json,
        Err(diagnostic) => {
            return Ok(Checked { criteria: None, diagnostics: vec![diagnostic] });
        }
    };
    let numbered = Numbered::among(db, std::slice::from_mut(&mut json)).await?;
    let mut diagnostics = numbered.put_into(&mut json);
    if !diagnostics.is_empty() {
        return Ok(Checked { criteria: None, diagnostics });
    }
    let criteria = match Criteria::parse(&json.to_value(), &[]) {
        Ok(criteria) => criteria,
        Err(err) => return Ok(Checked { criteria: None, diagnostics: said(err, &json)? }),
    };
    if let Err(err) = require(&context.viewer, db, &criteria).await {
        return Ok(Checked { criteria: None, diagnostics: said(err, &json)? });
    }
    diagnostics.extend(lint::lint(context, &criteria, moment, &json).await?);
    Ok(Checked { criteria: Some(criteria), diagnostics })
}

pub(super) fn read_within_limits(
    text: &str,
    attributes: &[(String, &'static str)],
) -> std::result::Result<Spanned, Diagnostic> {
    if CHARS_MAX < text.chars().count() {
        let message = format!("A text of criteria has at most {CHARS_MAX} characters.");
        let code = DiagnosticCode::LimitExceeded;
        return Err(Diagnostic::new(Severity::Error, code, message, Span::default()));
    }
    read(text, attributes).map_err(Diagnostic::from)
}

pub(super) async fn attributes(db: &impl ConnectionTrait) -> Result<Vec<(String, &'static str)>> {
    let all = attribute::attributes(db).await?.into_iter();
    Ok(all.map(|it| (it.name, attribute_key(Kind::of_attribute(it.r#type)))).collect())
}

/// A rejection as it concerns the text.
pub(super) fn said(err: Error, json: &Spanned) -> Result<Vec<Diagnostic>> {
    let Error::Rejected(rejections) = err else { return Err(err) };
    let said = |rejection: Rejection| {
        let code = match rejection.reason {
            Reason::NotFound => DiagnosticCode::NotFound,
            Reason::Forbidden => DiagnosticCode::Forbidden,
            Reason::LimitExceeded => DiagnosticCode::LimitExceeded,
            _ => DiagnosticCode::Invalid,
        };
        let span = json.at(&rejection.path);
        let diagnostic = Diagnostic::new(Severity::Error, code, rejection.message, span);
        Diagnostic { expected: rejection.expected, ..diagnostic }
    };
    Ok(rejections.into_iter().map(said).collect())
}
