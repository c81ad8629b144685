//! The program as typed: what it prints, and its exit codes.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Output, Stdio},
};

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

/// What a command that fails says to whoever typed it.
fn complaint(arguments: &[&str]) -> String {
    let output = urval(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_server_that_can_not_be_reached_is_named_without_the_password() {
    // Nobody listens at port 1.
    let url = "postgres://reader:secret@127.0.0.1:1/people";
    let message = complaint(&["migrate", "--database-url", url]);
    for part in ["people at 127.0.0.1:1", "user reader", "Check that the server runs"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains("secret"), "{message}");
}

#[test]
fn a_file_that_is_no_database_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("junk.db");
    std::fs::write(&file, "This is no database. ".repeat(500)).unwrap();
    let url = format!("sqlite://{}", file.display());
    let message = complaint(&["migrate", "--database-url", &url]);
    assert!(message.contains("something else than an SQLite database"), "{message}");
    assert!(!message.contains("folder"), "{message}");
}

#[test]
fn only_a_cluster_is_distributed() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new.db").display());
    let message = complaint(&["migrate", "--citus", "--database-url", &url]);
    for part in ["can't distribute", "CREATE EXTENSION citus", "Nothing was changed"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_file_that_is_not_there_is_not_imported() {
    let message = complaint(&["import", "/no/such/people.csv"]);
    assert!(message.contains("/no/such/people.csv: there is no such file. Check"), "{message}");
}

#[test]
fn an_address_that_others_can_reach_needs_a_word() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("new.db");
    let url = format!("sqlite://{}", file.display());
    let output = urval(&["serve", "--database-url", &url, "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("--insecure"), "{message}");
    assert!(!file.exists(), "nothing was begun");
}

/// A server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[cfg(unix)]
fn demo_serves_until_it_is_told_to_stop() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("demo.db").display());
    let child = Command::new(env!("CARGO_BIN_EXE_urval"))
        .args(["demo", "--contacts", "50", "--listen", "127.0.0.1:0", "--database-url", &url])
        .stderr(Stdio::piped())
        .spawn();
    let mut server = Server(child.unwrap());
    let mut said = BufReader::new(server.0.stderr.take().unwrap()).lines();
    let address = said.find_map(|line| {
        let line = line.unwrap();
        line.split_once("http://").map(|(_, rest)| rest.split('/').next().unwrap().to_owned())
    });
    let mut stream = TcpStream::connect(address.unwrap()).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");

    let stopped = Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status();
    assert!(stopped.unwrap().success());
    assert!(server.0.wait().unwrap().success());
}
