//! Where the business's days begin and end (D16).

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chrono_tz::Tz;
use tokio::sync::broadcast;

use crate::{
    domain::{Context, Error, Event, Result, setup},
    entity::setup::Model,
};

/// A server that was not told of a change, because its connection was lost for a moment, sees it so
/// much later.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(60);

/// The time zone that the setup names, else the one that the program was started with. Cheap to clone;
/// one for the whole server.
#[derive(Clone, Debug)]
pub struct BusinessZone {
    started_with: Tz,
    of_setup: Arc<RwLock<Option<Tz>>>,
}

impl BusinessZone {
    pub fn new(started_with: Tz) -> Self {
        Self { started_with, of_setup: Arc::default() }
    }

    pub fn get(&self) -> Tz {
        self.of_setup.read().unwrap_or_else(PoisonError::into_inner).unwrap_or(self.started_with)
    }

    pub(super) fn set(&self, of_setup: Option<Tz>) {
        *self.of_setup.write().unwrap_or_else(PoisonError::into_inner) = of_setup;
    }
}

impl Context {
    /// Looks up which time zone the setup names.
    ///
    /// # Errors
    /// What the database says.
    pub async fn heed_time_zone(&self) -> Result<()> {
        self.zone.set(of(&setup::load(self.db.reader()).await?)?);
        Ok(())
    }

    /// Goes on to do so when another server has changed the setup, until the task is dropped.
    pub async fn keep_time_zone(self) {
        let mut events = self.events.subscribe();
        let mut ticks = tokio::time::interval(LOOKED_AT_EVERY);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = is_changed(&mut events) => {}
            }
            if let Err(err) = self.heed_time_zone().await {
                tracing::warn!(error = %err, "the time zone of the setup could not be looked up");
            }
        }
    }
}

/// Comes true when the setup was changed, or may have been: whoever misses events misses any.
async fn is_changed(events: &mut broadcast::Receiver<Event>) {
    while let Ok(event) = events.recv().await {
        if event == Event::SetupChanged {
            return;
        }
    }
}

/// The time zone that the setup names.
///
/// # Errors
/// [`Error::Corrupt`] if there is no such zone.
pub(super) fn of(setup: &Model) -> Result<Option<Tz>> {
    let named = |name: &String| {
        name.parse().map_err(|_| Error::Corrupt(format!("{name} of the setup is no time zone")))
    };
    setup.time_zone.as_ref().map(named).transpose()
}
