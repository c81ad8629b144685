//! What happened, for whoever subscribes: in this server and, on PostgreSQL, in all that share the
//! database. An event names what changed and is sent after the change is committed; who gets it
//! reads the change from the database. A lost event delays a screen and corrupts nothing.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::db::{self, Database};

/// How many events a slow subscriber may be behind before it misses some.
const BEHIND_MAX: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "event")]
pub enum Event {
    SegmentChanged {
        id: i64,
        revision: i32,
    },
    SegmentDeleted {
        id: i64,
    },
    ContactChanged {
        id: i32,
        revision: i32,
    },
    ContactDeleted {
        id: i32,
    },
    /// An import is over that made or changed contacts, perhaps millions.
    ContactsImported,
    InteractionLogged {
        contact_id: i32,
        id: i64,
    },
    /// An import is over that made interactions.
    InteractionsImported,
    /// A segment was logged: all its interactions came at once.
    SegmentLogged {
        logged_segment_id: i64,
        segment_id: i64,
    },
    OperationProgressed(Progress),
    SetupChanged,
}

/// How far a long operation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// A random number that names the operation.
    pub operation: i64,
    pub state: ProgressState,
    /// Rows, contacts or lines dealt with so far.
    pub done: u64,
    /// How many there are in all, where that is known.
    pub total: Option<u64>,
    pub rejected: u64,
    pub message: Option<String>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProgressState {
    Running,
    Done,
    Failed,
}

/// Sends and receives events.
#[derive(Clone, Debug)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(BEHIND_MAX))
    }
}

impl Events {
    /// All events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    /// Tells everybody. Call it after the commit: what is not committed has not happened.
    pub async fn publish(&self, db: &Database, event: Event) {
        match serde_json::to_string(&event) {
            Ok(message) => match db::notify(db, &message).await {
                // Our own listener brings it back to us.
                Ok(true) => {}
                Ok(false) => self.here(event),
                Err(err) => {
                    tracing::warn!(error = %err, "an event reached this server only");
                    self.here(event);
                }
            },
            Err(err) => tracing::error!(error = %err, "an event can't be written as JSON"),
        }
    }

    /// Tells the subscribers of this server. Having none is no failure.
    fn here(&self, event: Event) {
        let _ = self.0.send(event);
    }

    /// Passes on what other servers send, until the task is dropped.
    pub async fn relay(self, db: Database) {
        loop {
            match db::listen(&db).await {
                Ok(None) => return,
                Ok(Some(mut notifications)) => {
                    while let Ok(message) = notifications.next().await {
                        match message.map(|message| serde_json::from_str(&message)) {
                            Some(Ok(event)) => self.here(event),
                            Some(Err(err)) => tracing::warn!(error = %err, "an unknown event"),
                            None => {}
                        }
                    }
                    tracing::warn!("the connection for events was lost; listening again");
                }
                Err(err) => tracing::warn!(error = %err, "can't listen for events"),
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
}
