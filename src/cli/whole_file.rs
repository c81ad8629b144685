//! SQLite databases that get their name once they are whole.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::Failure;

/// Has `make` fill a database beside `target`, whose URL it is given, and renames it if that succeeds. If
/// not, nothing is left; what an earlier attempt has left that was killed, goes.
pub(super) async fn make(
    target: &Path,
    make: impl AsyncFnOnce(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // A log that a database left behind would be taken for a part of the new one.
    let in_the_way = ["", "-wal", "-journal"].map(|end| beside(target, end));
    if let Some(file) = in_the_way.iter().find(|it| it.exists()) {
        return Err(Failure::new(format!(
            "There is a database at {} already: move it away first, with its -wal and -shm if it has \
             them.",
            file.display()
        )));
    }
    let part = beside(target, ".part");
    remove(&part);
    let made = make(&format!("sqlite://{}", part.display())).await;
    if made.is_err() {
        remove(&part);
    }
    made?;
    Ok(fs::rename(part, target)?)
}

/// Removes a database, if it is there.
fn remove(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        // Whether it is there or not, it is of no use.
        let _ = fs::remove_file(beside(file, end));
    }
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}
