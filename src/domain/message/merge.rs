//! Merging: what is written to one contact, from a text that is written for all. A text speaks of
//! `{{ contact.name }}`, and may do things on conditions: `{% if company %} … {% endif %}`.
//!
//! Whoever writes a text is not trusted: it can't reach anything but its values, its work and its
//! memory are bounded by fuel, and what it says by bytes.

use std::{
    fmt::Display,
    io::{self, Write},
    sync::LazyLock,
};

use chrono::{NaiveDate, format::StrftimeItems};
use minijinja::{
    AutoEscape, Environment, Error as Mistake, ErrorKind, UndefinedBehavior, Value,
    escape_formatter, value::ValueKind,
};

use super::fields;
use crate::{
    domain::{Position, Reason, Rejection, Rejections, Result, text},
    entity::kinds::BodyFormat,
};

/// What a text may do for one contact: that many steps, or that many times 64 bytes. Letters take a
/// few hundred.
const FUEL: u64 = 50_000;
/// How long what is written to one contact may get.
const MERGED_BYTES_MAX: usize = 1024 * 1024;

/// The one in which all texts are read.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    // Errors say where.
    environment.set_debug(true);
    // What is missing can be asked about, and not be written.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|name| match name {
        HTML => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment.set_formatter(|out, state, value| match value.kind() {
        ValueKind::Undefined | ValueKind::Bool | ValueKind::Number | ValueKind::String => {
            escape_formatter(out, state, value)
        }
        _ => Err(Mistake::new(ErrorKind::InvalidOperation, NO_TEXT)),
    });
    // It would show all values.
    environment.remove_global("debug");
    environment.add_filter("date", date);
    environment
});

const NO_TEXT: &str = "this is no text, but has fields";

/// The name of texts in HTML, whose values are escaped; others have none.
const HTML: &str = "html";

/// A date in another form than `2026-11-30`, by the signs of strftime: `{{ line.date|date("%d.%m.%Y") }}`.
fn date(date: String, form: String) -> Result<String, Mistake> {
    let wrong = |what: &'static str| Mistake::new(ErrorKind::InvalidOperation, what);
    let date: NaiveDate = date.parse().map_err(|_| wrong("this is no date"))?;
    let items = StrftimeItems::new(&form).parse().map_err(|_| wrong("no date has this form"))?;
    let mut written = String::new();
    // A form may ask for the time of day, which a date has not.
    std::fmt::write(&mut written, format_args!("{}", date.format_with_items(items.iter())))
        .map_err(|_| wrong("no date has this form"))?;
    Ok(written)
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub position: Option<Position>,
    /// A sentence for people, without the place.
    pub message: String,
}

impl Display for Trouble {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.position {
            Some(Position { line, column }) => {
                write!(to, "Line {line}, column {column}: {}", self.message)
            }
            None => to.write_str(&self.message),
        }
    }
}

impl Trouble {
    /// Of a mistake in `source`.
    fn of(mistake: &Mistake, source: &str) -> Self {
        let range = mistake.range();
        let place = range.as_ref().map(|range| position(source, range.start));
        let place = place.or_else(|| Some(Position { line: mistake.line()?, column: 1 }));
        let about = range.and_then(|range| source.get(range)).unwrap_or_default();
        let message = match mistake.kind() {
            ErrorKind::UndefinedError => {
                format!("{about} is missing. Say what to write then: {about}|default(\"…\").")
            }
            ErrorKind::OutOfFuel => "It does too much for one contact.".to_owned(),
            ErrorKind::WriteFailure => {
                format!("What it writes has more than {MERGED_BYTES_MAX} bytes.")
            }
            kind => sentence(mistake.detail().unwrap_or(&kind.to_string())),
        };
        Self { position: place, message }
    }

    pub(super) fn rejection(self, path: &[&str]) -> Rejection {
        let mut rejection = Rejection::new(Reason::Invalid, path, self.to_string());
        rejection.position = self.position;
        rejection
    }
}

/// With a capital, and a full stop.
fn sentence(of: &str) -> String {
    let mut chars = of.chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

/// The line and the column of a byte, both from 1; columns count characters.
fn position(source: &str, byte: usize) -> Position {
    let before = source.get(..byte).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Position { line, column }
}

/// Checks a text before it is kept.
///
/// # Errors
/// [`Reason::Invalid`] at `path` for what is no text to merge, for each field that there is not, and for
/// what can be done with no value, as far as a text for somebody of whom all is known comes to it; with
/// its position.
pub(super) fn check(source: &str, format: BodyFormat, path: &[&str]) -> Result<()> {
    let text = ENVIRONMENT.template_from_named_str(name_of(format), source);
    let text = text.map_err(|mistake| Trouble::of(&mistake, source).rejection(path))?;
    let mut spoken_of: Vec<String> = text
        .undeclared_variables(true)
        .into_iter()
        .filter(|name| !fields::is_known(name))
        .filter(|name| !ENVIRONMENT.globals().any(|(global, _)| global == name))
        .collect();
    spoken_of.sort_unstable_by_key(|name| (place_of(source, name), name.clone()));
    let mut rejections = Rejections::default();
    for name in spoken_of {
        let message = format!("There is no {name}. {}", fields::advice(&name));
        let place = place_of(source, &name).map(|byte| position(source, byte));
        let trouble = Trouble { position: place, message };
        rejections.keep::<()>(Err(trouble.rejection(path).into()))?;
    }
    if let Err(mistake) = text.render_captured_to(fields::sample(), io::sink())
        && is_of_text(&mistake)
    {
        let trouble = Trouble::of(&mistake, source);
        rejections.keep::<()>(Err(trouble.rejection(path).into()))?;
    }
    rejections.into_result()
}

/// Whether a mistake is one of the text, whatever the values.
fn is_of_text(mistake: &Mistake) -> bool {
    let kinds = [
        ErrorKind::UnknownFilter,
        ErrorKind::UnknownTest,
        ErrorKind::UnknownFunction,
        ErrorKind::UnknownMethod,
        ErrorKind::TooManyArguments,
        ErrorKind::MissingArgument,
    ];
    kinds.contains(&mistake.kind()) || mistake.detail() == Some(NO_TEXT)
}

/// Where a text speaks of `name`: the first time between the signs that set apart what is not to be
/// written as it is.
fn place_of(source: &str, name: &str) -> Option<usize> {
    let is_of_name = |char: char| char.is_alphanumeric() || char == '_' || char == '.';
    source.match_indices(name).map(|(byte, _)| byte).find(|byte| {
        let (before, after) = (&source[..*byte], &source[byte + name.len()..]);
        let opened = before.rfind("{{").max(before.rfind("{%"));
        let closed = before.rfind("}}").max(before.rfind("%}"));
        let is_whole = !before.ends_with(is_of_name) && !after.starts_with(is_of_name);
        is_whole && closed.map_or(opened.is_some(), |closed| Some(closed) < opened)
    })
}

/// What is written to the contact that the values are of.
///
/// # Errors
/// What is wrong with it, for instance that a value is missing.
pub fn merge(source: &str, format: BodyFormat, values: &Value) -> Result<String, Trouble> {
    let merged = || -> Result<Vec<u8>, Mistake> {
        let text = ENVIRONMENT.template_from_named_str(name_of(format), source)?;
        let mut merged = Bounded(Vec::new());
        text.render_captured_to(values.clone(), &mut merged)?;
        Ok(merged.0)
    };
    let merged = merged().map_err(|mistake| Trouble::of(&mistake, source))?;
    // A text begins and ends with what can be seen, as those do that are written by hand.
    Ok(text::tidy(&String::from_utf8_lossy(&merged)).unwrap_or_default())
}

fn name_of(format: BodyFormat) -> &'static str {
    match format {
        BodyFormat::Html => HTML,
        BodyFormat::Text => "text",
    }
}

/// Takes as much as may be written.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if MERGED_BYTES_MAX < self.0.len() + bytes.len() {
            return Err(io::Error::other("it is too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use minijinja::value::Serde;
    use serde_json::json;

    use super::*;
    use crate::domain::Error;

    fn merged(source: &str) -> Result<String, String> {
        let values = json!({
            "contact": { "name": "Åsa <Öberg>", "city": "Malmö" },
            "line": { "date": "2026-11-30" },
        });
        merge(source, BodyFormat::Text, &Value::from(Serde(values)))
            .map_err(|trouble| trouble.to_string())
    }

    fn wrong(source: &str) -> Vec<String> {
        match check(source, BodyFormat::Text, &["body"]) {
            Err(Error::Rejected(all)) => all.into_iter().map(|it| it.message).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_text_is_merged_with_what_it_speaks_of() {
        assert_eq!(merged("Hi {{ contact.name }}!").as_deref(), Ok("Hi Åsa <Öberg>!"));
        assert_eq!(merged("{% if company %}a{% else %}b{% endif %}").as_deref(), Ok("b"));
        assert_eq!(merged("{{ contact.email|default('-') }}").as_deref(), Ok("-"));
        assert_eq!(merged("{{ line.date|date('%d.%m.%Y') }}").as_deref(), Ok("30.11.2026"));
        let values = Value::from(Serde(json!({ "contact": { "name": "Åsa <Öberg>" } })));
        let html = merge("<p>{{ contact.name }}", BodyFormat::Html, &values);
        assert_eq!(html.as_deref(), Ok("<p>Åsa &lt;Öberg&gt;"));
    }

    #[test]
    fn what_is_missing_is_not_written_as_nothing() {
        let missing = "Line 2, column 4: contact.email is missing. Say what to write then: \
                       contact.email|default(\"…\").";
        assert_eq!(
            merged("å\nå {{ contact.email }}"),
            Err(missing.replace("column 4", "column 6"))
        );
        assert!(merged("{{ company.name }}").unwrap_err().contains("company.name is missing"));
        assert!(merged("{{ contact }}").unwrap_err().contains("This is no text"));
        for form in ["%H:%M", "%Q", "%"] {
            let source = format!("{{{{ line.date|date('{form}') }}}}");
            assert!(merged(&source).unwrap_err().contains("No date has this form"), "{form}");
        }
    }

    #[test]
    fn a_wrong_text_says_where() {
        let unfinished = wrong("Hi\n  {{ contact.name");
        assert!(unfinished[0].starts_with("Line 2, column "), "{unfinished:?}");
        let unknown = wrong("contact.nmae {{ contact.city }}\n{{ contact.nmae }} {{ user.name }}");
        assert_eq!(
            unknown,
            [
                "Line 2, column 4: There is no contact.nmae. Do you mean contact.name?",
                "Line 2, column 23: There is no user.name. There are contact, company, \
                 salesperson, segment, line.",
            ]
        );
        for outside in ["{% include 'a' %}", "{% import 'a' as b %}", "{% extends 'a' %}"] {
            assert!(wrong(outside)[0].contains("nknown statement"), "{outside}");
        }
        assert!(wrong("{{ debug() }}")[0].contains("There is no debug"));
    }

    #[test]
    fn what_can_be_merged_for_nobody_is_refused() {
        for source in [
            "{{ contact.name|uper }}",
            "{% if contact.name is nosuchtest %}a{% endif %}",
            "{{ contact.name|upper(1, 2, 3) }}",
            "{{ line.date|date }}",
            "{{ contact }}",
            "{% for i in range(3) %}{{ company }}{% endfor %}",
        ] {
            assert_eq!(wrong(source).len(), 1, "{source}");
        }
        // With other values, they are merged.
        for source in ["{{ (contact.name|split(' '))[7] }}", "{{ contact.postCode|int * 2 }}"] {
            check(source, BodyFormat::Text, &["body"]).unwrap();
        }
    }

    #[test]
    fn a_text_does_no_more_than_it_may() {
        let endless =
            "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(merged(endless).unwrap_err().contains("does too much"));
        assert!(merged("{{ 'x' * 90000000 }}").unwrap_err().contains("does too much"));
        let doubled = "{% set x = x ~ x %}".repeat(60);
        let doubled = format!("{{% set x = 'xxxxxxxx' %}}{doubled}{{{{ x }}}}");
        assert!(merged(&doubled).unwrap_err().contains("does too much"));
        let long = format!("{}{{{{ contact.name }}}}", "x".repeat(MERGED_BYTES_MAX));
        assert!(merged(&long).unwrap_err().contains("more than 1048576 bytes"));
    }
}
