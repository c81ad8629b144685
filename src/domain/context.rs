//! What every service needs.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{
    db::{Database, Signature},
    domain::{
        Clock, Error, Events, Reason, Result,
        access::{Origin, Viewer},
        idempotency::Claim,
        members::MembersCache,
        snapshot::KnownSets,
        zone::BusinessZone,
    },
    metrics::Metrics,
};

/// The database and what goes with it. Cheap to clone; one for the whole server.
#[derive(Clone, Debug)]
pub struct Context {
    pub db: Database,
    pub clock: Clock,
    pub events: Events,
    pub members: MembersCache,
    pub known_sets: KnownSets,
    pub metrics: Metrics,
    /// Where a day begins and ends, unless a request says otherwise (D16).
    pub zone: BusinessZone,
    /// Who asks.
    pub viewer: Viewer,
}

impl Context {
    pub fn new(db: Database, clock: Clock, time_zone: Tz) -> Self {
        Self {
            db,
            clock,
            events: Events::default(),
            members: MembersCache::default(),
            known_sets: KnownSets::default(),
            metrics: Metrics::default(),
            zone: BusinessZone::new(time_zone),
            viewer: Viewer::ANYBODY,
        }
    }

    /// The same for somebody else.
    pub fn of(&self, viewer: Viewer) -> Self {
        Self { viewer, ..self.clone() }
    }

    /// The same, with what is done now written into the audit log: an operation, and the global id of
    /// what it is about.
    pub fn doing(&self, operation: impl Into<String>, subject: Option<String>) -> Self {
        let Origin { request_id, address } = self.viewer.origin.clone();
        let signature = Signature {
            at: self.clock.now(),
            actor: self.actor(),
            operation: operation.into(),
            subject,
            request_id,
            address: address.map(|it| it.to_string()),
        };
        Self { db: self.db.signed(signature), ..self.clone() }
    }

    /// The same, with what is done now committed only as long as the claim holds, and known to be.
    pub fn under(&self, claim: Claim) -> Self {
        Self { db: self.db.claimed(claim), ..self.clone() }
    }

    /// By what name that is recorded which is done now.
    pub fn actor(&self) -> Option<String> {
        self.viewer.name.clone()
    }

    /// For a request that only reads: what it sees may come from a replica of the database, and is
    /// all that is committed by now.
    pub async fn for_reading(&self) -> Self {
        Self { db: self.db.for_reading().await, ..self.clone() }
    }

    /// The business's date.
    pub fn today(&self) -> NaiveDate {
        self.moment().today()
    }

    /// Now, here.
    pub fn moment(&self) -> Moment {
        Moment { as_of: self.clock.now(), time_zone: self.zone.get() }
    }
}

/// When and where relative dates are resolved.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub as_of: DateTime<Utc>,
    pub time_zone: Tz,
}

impl Moment {
    pub fn today(&self) -> NaiveDate {
        self.as_of.with_timezone(&self.time_zone).date_naive()
    }
}

/// Fails if the caller expects another revision than the one there is.
///
/// # Errors
/// [`Reason::Conflict`] with the current revision.
pub fn expect_revision(expected: Option<i32>, current: i32) -> Result<()> {
    match expected {
        Some(expected) if expected != current => {
            let message = format!("It is at revision {current}, not {expected}: look again first.");
            let mut rejection =
                super::Rejection::new(Reason::Conflict, &["expectedRevision"], message);
            rejection.current_revision = Some(current);
            Err(Error::from(rejection))
        }
        _ => Ok(()),
    }
}
