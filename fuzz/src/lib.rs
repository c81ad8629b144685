//! What targets for fuzzing have in common. README.md says how they are run.

use std::sync::OnceLock;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use urval::{
    db,
    domain::{Clock, Context},
};

pub mod properties;

use properties::Server;

/// Has a property tried on a server, which lives as long as the process, on an SQLite database that
/// begins empty.
pub fn on_a_server(property: impl AsyncFnOnce(&Server)) {
    static SERVER: OnceLock<(Runtime, Server, TempDir)> = OnceLock::new();
    let (runtime, server, _) = SERVER.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("threads start");
        let dir = TempDir::new().expect("there is room for a folder");
        let server = runtime.block_on(async {
            let url = format!("sqlite://{}", dir.path().join("fuzz.db").display());
            let db = db::connect(&url).await.expect("the file can be made");
            db.migrate().await.expect("it is empty");
            let clock = Clock::stopped_at("2026-11-02T09:00:00Z".parse().expect("it is a time"));
            Server::new(Context::new(db, clock, chrono_tz::Europe::Stockholm))
        });
        (runtime, server, dir)
    });
    runtime.block_on(property(server));
}
