//! The program as typed: what it prints, and its exit codes.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

pub(crate) fn urval(arguments: &[&str]) -> Output {
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
fn whoever_stops_reading_is_told_of_no_mistake() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_urval"));
    command.arg("schema").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_database_is_made_where_there_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("new.db");
    let url = format!("sqlite://{}", file.display());
    let output = urval(&["migrate", "--database-url", &url]);
    assert!(output.status.success(), "{output:?}");
    assert!(file.exists());
    #[cfg(unix)]
    assert_eq!(mode(&file), 0o600, "personal data will be in it");
}

#[cfg(unix)]
fn mode(file: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_database_that_is_not_there_is_not_made_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let [file, backup] = ["none.db", "backup.db"].map(|it| dir.path().join(it));
    let url = format!("sqlite://{}", file.display());
    let commands: [&[&str]; 5] = [
        &["check"],
        &["backup", backup.to_str().unwrap()],
        &["export", "--segment", "SM000001"],
        &["token", "create", "shop"],
        &["token", "list"],
    ];
    for command in commands {
        let why = complaint(&[command, &["--database-url", &url]].concat());
        assert!(why.contains("There is no database at") && why.contains("none.db"), "{why}");
        assert!(!file.exists() && !backup.exists(), "{command:?}");
    }
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
pub(crate) fn complaint(arguments: &[&str]) -> String {
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

/// A server that ends with the test.
pub(crate) struct Server(Child, Option<BufReader<ChildStderr>>);

impl Server {
    /// Starts, and returns what it says until it listens.
    pub(crate) fn start(arguments: &[&str]) -> (Self, Vec<String>) {
        let child = Command::new(env!("CARGO_BIN_EXE_urval"))
            .args(arguments)
            .env_remove("DATABASE_URL")
            .stderr(Stdio::piped())
            .spawn();
        let mut server = Self(child.unwrap(), None);
        let mut stderr = BufReader::new(server.0.stderr.take().unwrap());
        let mut said = Vec::new();
        for line in stderr.by_ref().lines() {
            said.push(line.unwrap());
            if said.last().unwrap().contains("listens") {
                break;
            }
        }
        // What it still says has to go somewhere.
        server.1 = Some(stderr);
        (server, said)
    }

    /// All that it says until it has stopped.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> String {
        let stopped = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(stopped.unwrap().success());
        let mut said = String::new();
        self.1.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(self.0.wait().unwrap().success());
        said
    }
}

/// Where a server is, by what it said.
pub(crate) fn address(said: &[String]) -> String {
    let (_, address) = said.last().unwrap().split_once("http://").unwrap();
    let port = address.split('/').next().unwrap().rsplit(':').next().unwrap();
    format!("127.0.0.1:{port}")
}

/// The answer of a server, to be found where it said.
pub(crate) fn ask(said: &[String], request: &str) -> String {
    let mut stream = TcpStream::connect(address(said)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_query_as_deep_as_can_be_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new.db").display());
    let file = dir.path().join("contacts.csv");
    std::fs::write(&file, "no,type,name\nC1,COMPANY,Alfa\n").unwrap();
    let imported = urval(&["import", "--database-url", &url, file.to_str().unwrap()]);
    assert!(imported.status.success(), "{imported:?}");
    let (_server, said) =
        Server::start(&["serve", "--database-url", &url, "--listen", "127.0.0.1:0"]);
    // The company of a company is itself.
    let deepest = (0..14).fold("id".to_owned(), |inside, _| format!("company {{ {inside} }}"));
    let body = format!(r#"{{ "query": "{{ contact(id: \"contact:1\") {{ {deepest} }} }}" }}"#);
    let head = "POST /graphql HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length";
    let answer = ask(&said, &format!("{head}: {}\r\n\r\n{body}", body.len()));
    assert_eq!(answer.matches("\"company\":").count(), 14, "{answer}");
    assert!(answer.contains(r#"{"id":"contact:1"}"#), "{answer}");
}

#[test]
fn on_an_address_that_others_can_reach_everybody_needs_a_token() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new.db").display());
    let arguments = ["serve", "--database-url", &url, "--listen", "0.0.0.0:0"];
    let (server, said) = Server::start(&arguments);
    let find = |said: &[String]| {
        said.iter().find_map(|it| it.trim().strip_prefix("urval_")).map(str::to_owned)
    };
    let token = find(&said).expect("the first token");
    let get = |token: &str| {
        let query = "GET /graphql?query=%7B__typename%7D HTTP/1.0\r\nHost: there";
        ask(&said, &format!("{query}\r\nAuthorization: Bearer urval_{token}\r\n\r\n"))
    };
    assert!(get(&token).contains("\"Query\""), "{}", get(&token));
    assert!(get("guessed").starts_with("HTTP/1.0 401"));
    drop(server);

    let (server, said) = Server::start(&arguments);
    assert_eq!(find(&said), None, "it is the first only once");
    drop(server);
    let (_server, said) = Server::start(&[&arguments[..], &["--insecure"]].concat());
    assert!(
        ask(&said, "GET /graphql?query=%7B__typename%7D HTTP/1.0\r\n\r\n").contains("\"Query\"")
    );
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new.db").display());
    assert!(urval(&["migrate", "--database-url", &url]).status.success());
    let token = |arguments: &[&str]| {
        let output = urval(&[&["token", "--database-url", &url], arguments].concat());
        let said = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
        (output.status.code(), said)
    };
    let (code, [secret, _]) = token(&["create", "Web shop", "--scopes", "write,log"]);
    assert!(code == Some(0) && secret.starts_with("urval_") && secret.trim().len() == 49);
    let (code, [_, why]) = token(&["create", "Web shop"]);
    assert!(code == Some(1) && why.contains("not used again"), "{why}");
    let (code, [_, why]) = token(&["create", "Other", "--scopes", "fly"]);
    assert!(code == Some(2) && why.contains("read, write, log, personal, admin"), "{why}");
    let (code, [_, why]) = token(&["create", "Other", "--expires", "2027-01-01"]);
    assert!(code == Some(2) && why.contains("such as 2027-01-01T00:00:00Z"), "{why}");
    assert!(token(&["list"]).1[0].starts_with("Web shop\tread write log\t"));
    assert_eq!(token(&["revoke", "Web shop"]).0, Some(0));
    assert!(token(&["list"]).1[0].contains("revoked"));
    assert_eq!(token(&["revoke", "Web shop"]).0, Some(1));
}

#[test]
fn a_backup_that_is_made_while_serving_can_be_restored() {
    let dir = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite://{}", dir.path().join(name).display());
    let file = |name: &str| dir.path().join(name).display().to_string();
    let arguments = ["demo", "--contacts", "500", "--listen", "127.0.0.1:0"];
    let (_server, _) = Server::start(&[&arguments[..], &["--database-url", &url("a.db")]].concat());
    let backup = || urval(&["backup", &file("backup.db"), "--database-url", &url("a.db")]);
    let restore = |from: &str, to: &str| {
        let output = urval(&["restore", &file(from), "--database-url", &url(to)]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(backup().status.code(), Some(0));
    assert_eq!(backup().status.code(), Some(1), "what is there is not overwritten");
    assert_eq!(restore("backup.db", "b.db").0, Some(0));
    let (code, why) = restore("backup.db", "b.db");
    assert!(code == Some(1) && why.contains("move it away"), "{why}");
    let count = |name: &str| {
        let export = ["export", "--segment", "SM000001", "--database-url", &url(name)];
        let lines = [&export[..], &[&export[..], &["--output", "-"]].concat()]
            .map(|export| String::from_utf8(urval(export).stdout).unwrap().lines().count());
        assert_eq!(lines[0], lines[1], "`-` is standard output");
        lines[0]
    };
    assert!(1 < count("a.db"));
    assert_eq!(count("a.db"), count("b.db"));

    std::fs::write(dir.path().join("broken.db"), "nothing of the kind").unwrap();
    let (code, why) = restore("broken.db", "c.db");
    assert!(code == Some(1) && why.contains("broken.db is no SQLite database"), "{why}");
    assert!(!why.contains("database-url"), "{why}");
    assert_eq!(restore("none.db", "c.db").0, Some(1));
    let left = std::fs::read_dir(dir.path()).unwrap();
    let left = left.map(|it| it.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| name.starts_with('c')).collect();
    assert_eq!(left, ["c.db-lock"], "nothing is left of it");
    #[cfg(unix)]
    assert_eq!(mode(&dir.path().join("backup.db")), 0o600, "it holds personal data");
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_that_is_ready_is_told_from_one_that_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new.db").display());
    let arguments = ["serve", "--database-url", &url, "--listen", "0.0.0.0:0"];
    let (server, said) = Server::start(&arguments);
    let (_, address) = said.last().unwrap().split_once("http://").unwrap();
    let address = address.split('/').next().unwrap();
    let output = urval(&["ready", "--listen", address]);
    assert!(output.status.success(), "{output:?}");
    drop(server);
    assert!(
        complaint(&["ready", "--listen", address]).contains("no server is ready at 127.0.0.1:")
    );
}

#[test]
#[cfg(unix)]
fn demo_serves_until_it_is_told_to_stop() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("demo.db").display());
    let listen = ["--listen", "127.0.0.1:0", "--database-url", &url];
    let (server, said) = Server::start(&[&["demo", "--contacts", "50"], &listen[..]].concat());
    let answer = ask(&said, "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");

    assert!(server.stop().contains("stopping"));
}
