//! Settings from a TOML file. They are given to the command line as its defaults, so that flags and
//! the environment win over them, and nothing reads them but the parser of each flag.

use std::{
    error::Error as _,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use clap::{
    Arg, Command, Error,
    error::{ContextKind, ContextValue},
};
use toml::de::{DeTable, DeValue};

use super::definitions;

/// The file that is read if none is named, provided that it is there.
const DEFAULT: &str = "urval.toml";

/// What a file says. All of it is checked, also what another command than this one needs.
#[derive(Clone, Debug, Default)]
pub struct File {
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    key: String,
    line: usize,
    /// As the flag would have it.
    value: String,
}

impl File {
    /// Reads the file at `path`, or the one in the working directory if there is one.
    ///
    /// # Errors
    /// What has to be changed, and where; what is written there is not repeated, for it may be secret.
    pub fn read(path: Option<&Path>) -> Result<Self, String> {
        let text = fs::read_to_string(path.unwrap_or(DEFAULT.as_ref()));
        let path = match &text {
            Err(err) if path.is_none() && err.kind() == ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            _ => path.unwrap_or(DEFAULT.as_ref()).to_owned(),
        };
        let text = text.map_err(|err| format!("{}: {err}", path.display()))?;
        let table = DeTable::parse(&text).map_err(|err| {
            let line = line(&text, err.span().map_or(0, |span| span.start));
            format!("{}:{line}: this is no TOML: {}", path.display(), err.message())
        })?;
        let (mut entries, mut problems) = (Vec::new(), Vec::new());
        for (key, value) in table.get_ref() {
            let (line, key) = (line(&text, key.span().start), key.get_ref());
            match entry(key, value.get_ref()) {
                Ok(Some(value)) => entries.push(Entry { key: key.to_string(), line, value }),
                Ok(None) => {}
                Err(why) => {
                    problems.push((line, format!("{}:{line}: {key}: {why}", path.display())))
                }
            }
        }
        problems.sort_unstable();
        let problems: Vec<String> = problems.into_iter().map(|(_, problem)| problem).collect();
        match problems.is_empty() {
            true => Ok(Self { path, entries }),
            false => Err(problems.join("\n")),
        }
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(&self.path)
    }

    /// `command` and all below it, with what the file says for their defaults.
    pub fn under(&self, command: Command) -> Command {
        let command = command.mut_args(|arg| match self.entry(&arg) {
            Some(entry) => arg.default_value(entry.value.clone()),
            None => arg,
        });
        command.mut_subcommands(|command| self.under(command))
    }

    /// Where the file says something about `arg`.
    pub(super) fn place(&self, arg: &Arg) -> Option<String> {
        let entry = self.entry(arg)?;
        Some(format!("{}:{}", self.path.display(), entry.line))
    }

    fn entry(&self, arg: &Arg) -> Option<&Entry> {
        self.entries.iter().find(|entry| arg.get_long() == Some(&entry.key))
    }
}

fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// What the file says about a setting, as the flag would have it; nothing if it is an empty list.
fn entry(key: &str, value: &DeValue<'_>) -> Result<Option<String>, String> {
    let definitions = definitions();
    let Some(arg) = definitions.get_arguments().find(|it| it.get_long() == Some(key)) else {
        return Err(unknown(key));
    };
    let value = match (arg.get_value_delimiter(), value) {
        (_, DeValue::Table(_) | DeValue::Datetime(_)) => return Err(expected(arg)),
        (Some(_), DeValue::Array(values)) if values.is_empty() => return Ok(None),
        (Some(delimiter), DeValue::Array(values)) => {
            let values = values.iter().map(|it| one_of(it.get_ref(), delimiter));
            values.collect::<Option<Vec<_>>>().map(|it| it.join(&delimiter.to_string()))
        }
        (Some(delimiter), value) => one_of(value, delimiter),
        (None, value) => scalar(value, super::effective::is_flag(arg)),
    };
    let value = value.ok_or_else(|| expected(arg))?;
    match definitions.clone().try_get_matches_from(["", &format!("--{key}={value}")]) {
        Ok(_) => Ok(Some(value)),
        Err(err) => Err(reason(&err)),
    }
}

/// A value of a list, in which nothing may part it.
fn one_of(value: &DeValue<'_>, delimiter: char) -> Option<String> {
    scalar(value, false).filter(|value| !value.contains(delimiter))
}

/// A switch is true or false, and nothing else is.
fn scalar(value: &DeValue<'_>, is_flag: bool) -> Option<String> {
    match value {
        DeValue::Boolean(value) if is_flag => Some(value.to_string()),
        DeValue::String(value) if !is_flag => Some(value.clone().into_owned()),
        DeValue::Integer(value) if !is_flag => Some(value.to_string()),
        DeValue::Float(value) if !is_flag => Some(value.to_string()),
        _ => None,
    }
}

fn expected(arg: &Arg) -> String {
    match arg.get_value_delimiter() {
        _ if super::effective::is_flag(arg) => "it has to be true or false".to_owned(),
        Some(delimiter) => {
            format!("it has to be a list such as [\"one\", \"two\"], without {delimiter:?} in them")
        }
        None => "it has to be one value, such as \"text\"".to_owned(),
    }
}

/// What is wrong with a value, without the value.
fn reason(err: &Error) -> String {
    if let Some(ContextValue::Strings(values)) = err.get(ContextKind::ValidValue)
        && !values.is_empty()
    {
        return format!("it has to be one of: {}", values.join(", "));
    }
    match err.source() {
        Some(reason) => reason.to_string(),
        None => "it has to have a value".to_owned(),
    }
}

fn unknown(key: &str) -> String {
    let similar = definitions().try_get_matches_from(["", &format!("--{key}")]).err();
    let similar = similar.as_ref().and_then(|err| err.get(ContextKind::SuggestedArg));
    match similar {
        Some(ContextValue::String(flag)) => {
            format!("there is no such setting; {} is similar", flag.trim_start_matches('-'))
        }
        _ => "there is no such setting: `urval config --example` shows all".to_owned(),
    }
}
