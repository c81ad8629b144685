//! Criteria as they are typed: text, and filters, all of which have to hold.

use clap::Args;

use super::{Failure, say};
use crate::domain::{
    Context, Error,
    criteria::{self, Criteria, Diagnostic, Severity},
    segment::{Options, Request},
};

#[derive(Clone, Debug, Args)]
pub(super) struct CriteriaArgs {
    /// Criteria as text, such as 'country = "SE" and not mailing_group has "NEWS"'. The guide "Criteria as
    /// text" has all that can be said.
    #[arg(value_name = "CRITERIA")]
    text: Option<String>,

    /// A filter as in Business Central: a field, by its name or caption there, and an expression, such
    /// as "Country=SE|NO", "Post Code=1*|20000..29999" or "Mailing Group=NEWS". Given more than once,
    /// all have to hold.
    #[arg(long, value_name = "FIELD=EXPRESSION")]
    filter: Vec<String>,
}

impl CriteriaArgs {
    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.filter.is_empty() && self.text.is_none()
    }

    /// What is asked: of nobody in particular, everybody.
    pub(super) async fn read(&self, context: &Context) -> Result<Criteria, Failure> {
        let filters = criteria::of_filters(context, &self.filter).await;
        let filters = filters.map_err(|err| self.naming(err))?;
        let Some(text) = &self.text else { return Ok(filters) };
        let checked = criteria::check_text(context, text, context.moment()).await?;
        let told = checked.diagnostics.iter().map(|it| pointed_out(text, it));
        let told = told.collect::<Vec<_>>().join("\n");
        let Some(read) = checked.criteria else { return Err(Failure::new(told)) };
        if !told.is_empty() {
            say(&told);
        }
        Ok(if self.filter.is_empty() { read } else { Criteria::All(vec![read, filters]) })
    }

    /// What is wrong with filters, each time with the filter.
    fn naming(&self, err: Error) -> Error {
        let Error::Rejected(mut rejections) = err else { return err };
        for rejection in &mut rejections {
            let index = rejection.path.get(1).and_then(|index| index.parse::<usize>().ok());
            let Some(filter) = index.and_then(|index| self.filter.get(index)) else { continue };
            let expected = expecting(&rejection.expected);
            rejection.message = format!("--filter {filter:?}: {}{expected}", rejection.message);
        }
        Error::Rejected(rejections)
    }

    /// The same, to select by.
    pub(super) async fn request(
        &self,
        context: &Context,
        operation: crate::entity::kinds::Operation,
        options: Options,
    ) -> Result<Request, Failure> {
        let criteria = Some(self.read(context).await?);
        Ok(Request { operation, options, criteria })
    }
}

/// What is to be said about it, and below it the line, with a mark below the place.
fn pointed_out(text: &str, diagnostic: &Diagnostic) -> String {
    let (line, column) = diagnostic.place(text);
    let shown = text.lines().nth(line - 1).unwrap_or_default();
    let length = (diagnostic.span.end - diagnostic.span.start).max(1);
    let left = shown.chars().count().saturating_sub(column - 1).max(1);
    let mark = format!("{}{}", " ".repeat(column - 1), "^".repeat(length.min(left)));
    let what = match diagnostic.severity {
        Severity::Error => "",
        Severity::Warning => "warning: ",
    };
    let expected = expecting(&diagnostic.expected);
    format!("{what}{}{expected}\n  {shown}\n  {mark}", diagnostic.message)
}

/// What could stand there, in a sentence after another.
fn expecting(expected: &[String]) -> String {
    match expected {
        [] => String::new(),
        expected => format!(" Expected: {}.", expected.join(", ")),
    }
}
