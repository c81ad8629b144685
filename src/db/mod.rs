//! How we reach the database. The only module that knows which one it is.

mod audit;
mod backup;
mod bulk;
mod changes;
mod connect;
mod copy;
pub mod dialect;
mod idempotency;
mod indexes;
mod lock;
mod notify;
mod passing;
mod pools;
mod replicas;
mod shards;
mod slices;
mod stop;
mod words;
mod write;

pub use audit::Signature;
pub use backup::file_of;
pub use bulk::{OnConflict, insert_rows, integers, json_rows, keys};
pub use changes::{Since, Table, Tables, Version, changes_since};
pub use connect::{Database, connect};
pub use copy::{Copied, Copying};
pub use idempotency::Claim;
pub use indexes::leave_out_indexes;
pub use lock::{Lock, NotLocked, lock};
pub use notify::{Notifications, listen, notify};
pub use passing::{Passing, passing};
pub use pools::PoolState;
pub use shards::shard_by_shard;
pub use slices::slices;
pub use stop::Stop;
pub use words::{index_words, indexed_words};
pub use write::{AsDbErr, rehearse, snapshot, write};
