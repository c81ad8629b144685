//! Criteria as text: reading it while somebody types, and writing it.

use async_graphql::{Context, Enum, InputObject, Json, Object, SimpleObject};

use super::{ContactCriteria, fields::CriteriaFilter};
use crate::{
    domain::{
        self,
        criteria::{Criteria, Diagnostic, DiagnosticCode, Severity, check_text, names_of},
    },
    graphql::error::{ApiError, Result},
};

/// A text to read.
#[derive(InputObject)]
pub(super) struct CriteriaParseInput {
    /// Criteria as text, such as `country = SE and not mailing_group has NEWS`; at most 200,000
    /// characters.
    text: String,
}

/// What came of reading a text.
#[derive(SimpleObject)]
pub(super) struct CriteriaParse {
    /// What it means, in the form of the input `ContactCriteria`; null if it has errors.
    criteria: Option<Json<serde_json::Value>>,
    /// The same as it is written; null if it has errors.
    text: Option<String>,
    /// The filter expressions that ask the same, one for each field; null if none do.
    filters: Option<Vec<CriteriaFilter>>,
    /// What is to be said about it, in the order of the text; empty if all is well.
    diagnostics: Vec<CriteriaDiagnostic>,
}

/// Something about a text, and where.
#[derive(SimpleObject)]
pub(super) struct CriteriaDiagnostic {
    /// Whether the text can be used nevertheless.
    severity: CriteriaSeverity,
    /// What kind of trouble it is.
    code: CriteriaDiagnosticCode,
    /// A full sentence for people.
    message: String,
    /// The line in which it begins, from 1.
    line: usize,
    /// The character of the line at which it begins, from 1.
    column: usize,
    /// The character of the text at which it begins, from 0.
    offset: usize,
    /// How many characters it is about; 0 where something is missing.
    length: usize,
    /// What could stand there.
    expected: Vec<String>,
    /// What may have been meant instead: the nearest name of a field, or the nearest code.
    suggestion: Option<String>,
}

/// How bad it is.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "Severity")]
pub(super) enum CriteriaSeverity {
    /// The text can't be used.
    Error,
    /// It can, but may not be meant so.
    Warning,
}

/// What kind of trouble there is with a text.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "DiagnosticCode")]
pub(super) enum CriteriaDiagnosticCode {
    /// It can't be read, or not yet: more may be missing.
    Syntax,
    /// It can be read, but not asked, such as a date that there is not.
    Invalid,
    /// It names a contact, a segment, a step or a custom attribute that is not there.
    NotFound,
    /// It asks about personal data, which needs the scope `personal`.
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

impl CriteriaDiagnostic {
    fn of(text: &str, diagnostic: Diagnostic) -> Self {
        let (line, column) = diagnostic.place(text);
        let Diagnostic { severity, code, message, span, expected, suggestion } = diagnostic;
        Self {
            severity: severity.into(),
            code: code.into(),
            message,
            line,
            column,
            offset: span.start,
            length: span.end - span.start,
            expected,
            suggestion,
        }
    }
}

#[derive(Default)]
pub(in crate::graphql) struct CriteriaTextQuery;

#[Object]
impl CriteriaTextQuery {
    /// Reads criteria as text, also while somebody still types it: what it means, or what is wrong with
    /// it and where; and what may not be meant.
    async fn criteria_parse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to read.")] input: CriteriaParseInput,
    ) -> Result<CriteriaParse> {
        let context = ctx.data::<domain::Context>()?;
        let checked = check_text(context, &input.text, context.moment()).await;
        let checked = checked.map_err(ApiError::from)?;
        let text = match &checked.criteria {
            Some(criteria) => Some(whole_text(context, criteria).await?),
            None => None,
        };
        let filters = checked.criteria.as_ref().and_then(Criteria::filters);
        let diagnostics = checked.diagnostics.into_iter();
        Ok(CriteriaParse {
            criteria: checked.criteria.as_ref().map(|it| Json(it.to_json())),
            text,
            filters: filters.map(|all| all.into_iter().map(CriteriaFilter::from).collect()),
            diagnostics: diagnostics.map(|it| CriteriaDiagnostic::of(&input.text, it)).collect(),
        })
    }

    /// Criteria as text that can be read back. Nothing is left out, however long it gets.
    async fn criteria_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts.")] criteria: ContactCriteria,
    ) -> Result<String> {
        let context = ctx.data::<domain::Context>()?;
        let criteria = criteria.parsed(context, &["criteria"]).await.map_err(ApiError::from)?;
        whole_text(context, &criteria).await
    }
}

async fn whole_text(context: &domain::Context, criteria: &Criteria) -> Result<String> {
    let names = names_of(context, &criteria.named()).await.map_err(ApiError::from)?;
    Ok(criteria.whole_text(&names))
}
