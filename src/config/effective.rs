//! The settings that hold, and an example of a file with all of them.

use std::{any::TypeId, ffi::OsStr, fmt};

use clap::{Arg, ArgMatches, parser::ValueSource};
use toml::Value;
use url::Url;

use super::{File, definitions};

/// A setting that holds, as it would stand in a file.
#[derive(Clone, Debug)]
pub struct Effective {
    key: String,
    /// Without what is secret; nothing if the setting has no value.
    value: Option<String>,
    /// Where it comes from.
    from: String,
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, from } = self;
        match value {
            Some(value) => write!(f, "{key} = {value}  # {from}"),
            None => write!(f, "# {key}  # {from}"),
        }
    }
}

/// All settings of a command line that took its defaults from `file`. It has to have all of them.
pub fn effective(matches: &ArgMatches, file: &File) -> Vec<Effective> {
    let definitions = definitions();
    let settings = definitions.get_arguments().filter_map(|arg| {
        let values: Vec<&OsStr> =
            matches.get_raw(arg.get_id().as_str()).into_iter().flatten().collect();
        let from = match matches.value_source(arg.get_id().as_str()) {
            Some(ValueSource::CommandLine) => "command line".to_owned(),
            Some(ValueSource::EnvVariable) => format!("environment, {}", variable(arg)),
            _ => match (file.place(arg), values.is_empty()) {
                (Some(place), _) => place,
                (None, false) => "default".to_owned(),
                (None, true) => "not set".to_owned(),
            },
        };
        let values = values.iter().map(|it| shown(arg, &it.to_string_lossy()));
        Some(Effective {
            key: arg.get_long()?.to_owned(),
            value: written(arg, values.collect()),
            from,
        })
    });
    settings.collect()
}

/// A file with all settings, each a comment with what it means: whoever wants another value than
/// the default takes away the `#`.
pub fn example() -> String {
    let mut text = String::from(
        "# Settings of Urval. A flag wins over the environment, the environment over this file.\n",
    );
    for arg in definitions().get_arguments() {
        let Some(key) = arg.get_long() else { continue };
        let defaults: Vec<String> =
            arg.get_default_values().iter().map(|it| it.to_string_lossy().into()).collect();
        let value = written(arg, defaults).unwrap_or_default();
        text.push('\n');
        for line in arg.get_help().map(ToString::to_string).unwrap_or_default().lines() {
            text.push_str(&format!("# {line}.\n"));
        }
        text.push_str(&format!("# Environment: {}\n#{key} = {value}\n", variable(arg)));
    }
    text
}

/// Whether it is either on or off.
pub(super) fn is_flag(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == TypeId::of::<bool>()
}

fn variable(arg: &Arg) -> String {
    arg.get_env().unwrap_or_default().to_string_lossy().into_owned()
}

/// In TOML.
fn written(arg: &Arg, mut values: Vec<String>) -> Option<String> {
    if let Some(delimiter) = arg.get_value_delimiter() {
        // A default comes as one value.
        let values = values.iter().flat_map(|it| it.split(delimiter)).map(str::to_owned);
        return Some(Value::from(values.collect::<Vec<_>>()).to_string());
    }
    let value = values.pop()?;
    let is_plain = is_flag(arg) || is_number(arg);
    Some(if is_plain { value } else { Value::from(value).to_string() })
}

fn is_number(arg: &Arg) -> bool {
    [TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<u64>()]
        .iter()
        .any(|of| arg.get_value_parser().type_id() == *of)
}

/// What may be shown of a value: of the URL of a server neither password nor parameters.
fn shown(arg: &Arg, value: &str) -> String {
    if !arg.is_hide_env_values_set() || value.starts_with("sqlite:") {
        return value.to_owned();
    }
    const HIDDEN: &str = "***";
    let Ok(mut url) = Url::parse(value) else { return HIDDEN.to_owned() };
    if url.password().is_some() && url.set_password(Some(HIDDEN)).is_err() {
        return HIDDEN.to_owned();
    }
    if url.query().is_some() {
        url.set_query(Some(HIDDEN));
    }
    url.into()
}
