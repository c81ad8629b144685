//! Where the time comes from.

use std::{
    ops::RangeInclusive,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, TimeDelta, Utc};

/// The years whose days both databases hold and order rightly.
pub const YEARS: RangeInclusive<i32> = 1..=9999;

/// Whether a day is of [those years](YEARS).
pub fn is_storable(date: NaiveDate) -> bool {
    YEARS.contains(&date.year())
}

/// Where the time comes from. Tests hold it still.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<Mutex<DateTime<Utc>>>>);

impl Clock {
    /// A clock that only moves when told to.
    pub fn stopped_at(now: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(Mutex::new(now))))
    }

    /// Now, to the microsecond.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            Some(stopped) => *stopped.lock().expect("no holder of this lock panics"),
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            None => Utc::now(),
        };
        // PostgreSQL keeps microseconds; so do we everywhere.
        now.trunc_subsecs(6)
    }

    /// Moves a stopped clock, forward or back.
    ///
    /// # Panics
    /// If the clock runs by itself.
    pub fn advance(&self, by: TimeDelta) {
        let stopped = self.0.as_ref().expect("only a stopped clock is moved");
        *stopped.lock().expect("no holder of this lock panics") += by;
    }
}
