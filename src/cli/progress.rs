//! Progress on standard error, if that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::io::AsyncRead;

/// A progress bar; where nobody watches, it draws nothing.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// For a file of so many bytes.
    pub(super) fn of_bytes(name: &str, size: u64) -> Self {
        Self::new(name, size, "{prefix} {wide_bar} {bytes}/{total_bytes} {eta} {msg}")
    }

    /// For so many things.
    pub(super) fn of_items(name: &str, count: u64) -> Self {
        Self::new(name, count, "{prefix} {wide_bar} {human_pos}/{human_len} {eta} {msg}")
    }

    fn new(name: &str, length: u64, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(template).expect("the templates above are right");
        bar.set_style(style);
        bar.set_prefix(name.to_owned());
        Self(bar)
    }

    /// `source`, whose bytes count as they are read.
    pub(super) fn reading(&self, source: impl AsyncRead + Unpin) -> impl AsyncRead + Unpin {
        self.0.wrap_async_read(source)
    }

    /// So many are done.
    pub(super) fn at(&self, count: u64) {
        self.0.set_position(count);
    }

    pub(super) fn message(&self, message: String) {
        self.0.set_message(message);
    }

    /// Prints a line above the bar.
    pub(super) fn say(&self, line: &str) {
        self.aside(|| super::say(line));
    }

    /// Does something that prints, with the bar out of the way.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
