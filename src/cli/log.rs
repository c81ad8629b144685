//! The log, on standard error: standard output is for results. And traces, if they are wanted.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, Layer, fmt, prelude::*};

use super::traces::Traces;
use crate::config::{Config, LogFormat};

/// Begins to log. A second call, as in tests, changes nothing.
pub(super) fn begin(config: &Config, traces: &Traces) {
    let filter = EnvFilter::new(&config.log_filter);
    let log = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let log = match config.log {
        LogFormat::Text => log.with_target(false).with_filter(filter).boxed(),
        LogFormat::Json => log.json().with_filter(filter).boxed(),
    };
    let _ = tracing_subscriber::registry().with(log).with(traces.layer()).try_init();
}
