//! The program as typed: what it prints, and its exit codes.

use std::process::{Command, Output};

fn urval(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_urval"));
    command.args(arguments).env_remove("DATABASE_URL").output().unwrap()
}

#[test]
fn schema_prints_the_schema() {
    let output = urval(&["schema"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), urval::graphql::sdl());
    assert!(output.status.success());
}

#[test]
fn a_database_is_made_where_there_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("new.db");
    let url = format!("sqlite://{}", file.display());
    let output = urval(&["migrate", "--database-url", &url]);
    assert!(output.status.success(), "{output:?}");
    assert!(file.exists());
}

#[test]
fn what_is_not_understood_exits_with_2_and_what_fails_with_1() {
    assert_eq!(urval(&["servee"]).status.code(), Some(2));
    assert_eq!(urval(&["migrate", "--time-zone", "Mars/Olympus"]).status.code(), Some(2));

    let output = urval(&["migrate", "--database-url", "sqlite:///no/such/folder/urval.db"]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("Check that the folder of the file exists"), "{message}");
}
