//! The log, on standard error: standard output is for results.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Config, LogFormat};

/// Begins to log. A second call, as in tests, changes nothing.
pub(super) fn begin(config: &Config) {
    let filter = EnvFilter::new(&config.log_filter);
    let is_terminal = io::stderr().is_terminal();
    let log = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(is_terminal);
    let _ = match config.log {
        LogFormat::Text => log.with_target(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
