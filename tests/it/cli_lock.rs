//! An SQLite database has one server at a time, by whatever name it is called.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::cli::{Server, complaint, urval};

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// Serves until it is dropped.
fn serve(file: &Path) -> Server {
    let (server, said) = Server::start(&arguments("serve", &url(file)));
    assert!(said.last().is_some_and(|it| it.contains("listens")), "{said:?}");
    server
}

fn arguments<'a>(command: &'a str, url: &'a str) -> [&'a str; 5] {
    [command, "--listen", "127.0.0.1:0", "--database-url", url]
}

fn is_refused(output: &Output) {
    let why = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{why}");
    assert!(why.contains("is served already") && why.contains("End the other first"), "{why}");
}

#[test]
fn a_second_server_is_refused_and_told_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.db");
    let _server = serve(&file);
    for command in ["serve", "demo"] {
        is_refused(&urval(&arguments(command, &url(&file))));
    }
    // From where it lies.
    let mut command = Command::new(env!("CARGO_BIN_EXE_urval"));
    command.args(arguments("serve", "sqlite://./a.db")).current_dir(dir.path());
    is_refused(&command.output().unwrap());
    let _another = serve(&dir.path().join("b.db"));
}

#[test]
#[cfg(unix)]
fn a_link_leads_to_the_same_database_whether_it_is_there_yet_or_not() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let [file, link, folder] = ["a.db", "link.db", "folder"].map(|name| dir.path().join(name));
    symlink("a.db", &link).unwrap();
    symlink(".", &folder).unwrap();
    let _server = serve(&link);
    for name in [file, link, folder.join("a.db"), folder.join("link.db")] {
        is_refused(&urval(&arguments("serve", &url(&name))));
    }
}

#[test]
fn a_server_that_was_killed_leaves_the_database_to_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.db");
    // SIGKILL.
    drop(serve(&file));
    drop(serve(&file));
}

#[test]
fn other_commands_work_beside_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let [file, people, backup] = ["a.db", "people.csv", "b.db"].map(|it| dir.path().join(it));
    fs::write(&people, "no,name\nCT1,Ada\n").unwrap();
    let _server = serve(&file);
    let [people, backup] = [&people, &backup].map(|it| it.to_str().unwrap());
    let commands: [&[&str]; 6] = [
        &["migrate"],
        &["import", people],
        &["token", "create", "shop"],
        &["token", "list"],
        &["backup", backup],
        &["check"],
    ];
    for command in commands {
        let output = urval(&[command, &["--database-url", &url(&file)]].concat());
        assert!(output.status.success(), "{command:?}: {output:?}");
    }
}

#[test]
fn nothing_is_restored_under_a_server_or_beside_what_a_database_left() {
    let dir = tempfile::tempdir().unwrap();
    let [file, backup] = ["a.db", "b.db"].map(|it| dir.path().join(it));
    let arguments = ["restore", backup.to_str().unwrap(), "--database-url", &url(&file)];
    let server = serve(&file);
    let output = urval(&["backup", backup.to_str().unwrap(), "--database-url", &url(&file)]);
    assert!(output.status.success(), "{output:?}");
    for end in ["", "-wal", "-shm"] {
        let name = |name: &str| dir.path().join(format!("{name}{end}"));
        fs::rename(name("a.db"), name("moved.db")).unwrap();
    }
    is_refused(&urval(&arguments));
    drop(server);

    let log = dir.path().join("a.db-wal");
    fs::write(&log, "of the database that was here").unwrap();
    let why = complaint(&arguments);
    assert!(why.contains("a.db-wal already: move it away"), "{why}");
    fs::remove_file(&log).unwrap();
    assert!(urval(&arguments).status.success());
    drop(serve(&file));
}

#[test]
fn a_lock_that_can_not_be_made_is_told() {
    let why = complaint(&arguments("serve", "sqlite:///no/such/folder/a.db"));
    assert!(why.contains("Check that the folder of the file exists"), "{why}");
}
