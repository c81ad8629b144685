//! Settings: from flags, the environment, a file, and defaults; and how mistakes in them are told.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

/// Each setting is one line: the flag, the variable of the environment, a value, and another value.
const SETTINGS: &[[&str; 4]] = &[
    ["database-url", "DATABASE_URL", "\"sqlite://a.db\"", "sqlite://b.db"],
    ["replica-urls", "URVAL_REPLICA_URLS", "[\"postgres://a\", \"postgres://b\"]", "postgres://c"],
    ["sqlite-synchronous", "URVAL_SQLITE_SYNCHRONOUS", "\"full\"", "normal"],
    ["time-zone", "URVAL_TIME_ZONE", "\"Europe/Oslo\"", "Asia/Tokyo"],
    ["log", "URVAL_LOG", "\"json\"", "text"],
    ["log-filter", "RUST_LOG", "\"info\"", "error"],
    ["listen", "URVAL_LISTEN", "\"127.0.0.1:1234\"", "[::1]:80"],
    ["require-token", "URVAL_REQUIRE_TOKEN", "true", "false"],
    ["insecure", "URVAL_INSECURE", "false", "0"],
    ["trusted-proxies", "URVAL_TRUSTED_PROXIES", "[\"10.0.0.0/8\", \"::1\"]", "127.0.0.1"],
    ["proxy-header", "URVAL_PROXY_HEADER", "\"forwarded\"", "x-forwarded-for"],
    [
        "otlp-endpoint",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "\"http://127.0.0.1:1/\"",
        "https://a.example",
    ],
    ["slow-after", "URVAL_SLOW_AFTER", "\"500ms\"", "off"],
    ["oidc-issuer", "URVAL_OIDC_ISSUER", "\"https://a.example\"", "https://b.example"],
    ["oidc-audience", "URVAL_OIDC_AUDIENCE", "\"a\"", "b"],
    ["oidc-keys", "URVAL_OIDC_KEYS", "\"https://a.example/keys\"", "keys.json"],
    ["rate-limit", "URVAL_RATE_LIMIT", "500", "0"],
    ["trusted-operations", "URVAL_TRUSTED_OPERATIONS", "\"operations.json\"", "operations"],
    ["only-trusted", "URVAL_ONLY_TRUSTED", "true", "false"],
    ["persisted-queries", "URVAL_PERSISTED_QUERIES", "true", "false"],
    ["introspection", "URVAL_INTROSPECTION", "false", "true"],
    ["batch-max", "URVAL_BATCH_MAX", "10", "100"],
    ["attachment-bytes-max", "URVAL_ATTACHMENT_BYTES_MAX", "1000", "104857600"],
    ["attachment-types", "URVAL_ATTACHMENT_TYPES", "[\"image/png\"]", "text/csv"],
];

/// The program in a folder of its own.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(text: &str) -> Self {
        let place = Self::new();
        fs::write(place.file(), text).unwrap();
        place
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.path().join("urval.toml")
    }

    fn urval(
        &self,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> (Option<i32>, [String; 2]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_urval"));
        command.current_dir(self.0.path()).args(arguments).env_remove("URVAL_CONFIG");
        for [_, variable, ..] in SETTINGS {
            command.env_remove(variable);
        }
        let output = command.envs(environment.iter().copied()).output().unwrap();
        let said = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
        (output.status.code(), said)
    }

    /// What `urval config` prints.
    fn config(&self, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let (code, [out, err]) = self.urval(&[&["config"], arguments].concat(), environment);
        assert_eq!(code, Some(0), "{err}");
        out
    }

    /// What is said of a file that is not understood.
    fn refused(&self) -> String {
        // Any command, for all of a file is checked.
        let (code, [_, err]) = self.urval(&["check"], &[]);
        assert_eq!(code, Some(2), "{err}");
        assert!(!self.0.path().join("urval.db").exists(), "nothing was begun");
        err
    }
}

fn refused(text: &str) -> String {
    Place::with(text).refused()
}

fn line<'a>(shown: &'a str, key: &str) -> &'a str {
    let is_it = |line: &&str| line.trim_start_matches("# ").starts_with(&format!("{key} "));
    shown.lines().find(is_it).unwrap_or_else(|| panic!("{key} in {shown}"))
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let text: String =
        SETTINGS.iter().map(|[key, _, value, _]| format!("{key} = {value}\n")).collect();
    let place = Place::with(&text);
    for (index, [key, variable, in_file, value]) in SETTINGS.iter().enumerate() {
        let shown = place.config(&[], &[]);
        let from = format!("{key} = {in_file}  # urval.toml:{}", index + 1);
        assert_eq!(line(&shown, key), from);

        let shown = place.config(&[], &[(variable, value)]);
        assert!(line(&shown, key).ends_with(&format!("# environment, {variable}")), "{shown}");

        let shown = place.config(&[&format!("--{key}={value}")], &[(variable, value)]);
        assert!(line(&shown, key).ends_with("# command line"), "{shown}");

        let shown = Place::new().config(&[], &[]);
        assert!(line(&shown, key).ends_with("# default") || shown.contains("# not set"), "{shown}");
    }
}

#[test]
fn what_is_shown_is_a_file_that_says_the_same() {
    let text = "replica-urls = ['postgres://a', 'postgres://b']\nlog-filter = \"a\\\"b=info\"\n";
    let text = text.replace("a\\\"b", "a_b");
    let place = Place::with(&text);
    let shown = place.config(&["--listen", "[::1]:99", "--require-token"], &[]);
    let again = Place::with(&shown).config(&[], &[]);
    let values = |shown: &str| -> Vec<String> {
        shown.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect()
    };
    assert_eq!(values(&shown), values(&again));
}

#[test]
fn the_example_has_all_settings_and_says_what_holds_anyway() {
    let place = Place::new();
    let (_, [example, _]) = place.urval(&["config", "--example"], &[]);
    let shown = place.config(&[], &[]);
    assert_eq!(shown.lines().count(), SETTINGS.len(), "{shown}");
    for [key, variable, ..] in SETTINGS {
        assert!(example.contains(&format!("# Environment: {variable}\n#{key} = ")), "{example}");
    }
    let is_value = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
    let values = example.lines().filter(is_value).map(|line| &line[1..]);
    // Those without a default have nothing to say.
    let values: Vec<&str> = values.filter(|line| !line.ends_with("= ")).collect();
    let again = Place::with(&values.join("\n")).config(&[], &[]);
    for value in values {
        assert!(again.contains(value), "{value} in {again}");
    }
}

#[test]
fn the_readme_has_all_settings() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `--"));
    let rows: Vec<&str> = rows.filter(|row| row.contains("` | `")).collect();
    let described = |[key, variable, ..]: &[&str; 4]| {
        rows.iter().any(|row| row.starts_with(&format!("{key}` | `{variable}` |")))
    };
    let missing: Vec<_> = SETTINGS.iter().filter(|it| !described(it)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_file_can_be_named_and_has_to_be_there_then() {
    let place = Place::with("log = 'json'");
    let other = place.0.path().join("other.toml");
    fs::write(&other, "listen = '127.0.0.1:7'").unwrap();
    let other = other.to_str().unwrap();
    for shown in [
        place.config(&["--config", other], &[]),
        place.config(&[], &[("URVAL_CONFIG", other)]),
        place.config(&["--config", other], &[("URVAL_CONFIG", "/no/such/file")]),
    ] {
        assert!(line(&shown, "listen").contains("127.0.0.1:7"), "{shown}");
        assert!(line(&shown, "log").contains("text"), "it is read alone: {shown}");
    }
    for unreadable in ["/no/such/file", "."] {
        let (code, [_, why]) = place.urval(&["check", "--config", unreadable], &[]);
        assert!(code == Some(2) && why.starts_with(&format!("error: {unreadable}: ")), "{why}");
    }
}

#[test]
fn a_setting_that_is_not_there_is_refused_with_one_that_is_similar() {
    assert_eq!(
        refused("\n\ndatabase_url = 'sqlite://a.db'\nlisten = '127.0.0.1:1'"),
        "error: urval.toml:3: database_url: there is no such setting; database-url is similar\n"
    );
    assert!(refused("zzzz = 1").contains("urval config --example"), "nothing is similar");
    // Flags that are no settings are no keys.
    for key in ["config", "help", "version", "kind", ""] {
        let why = refused(&format!("'{key}' = 'x'"));
        assert!(why.contains("there is no such setting"), "{why}");
    }
}

#[test]
fn values_of_the_wrong_type_are_refused() {
    for (text, why) in [
        ("require-token = 'yes'", "true or false"),
        ("require-token = 1", "true or false"),
        ("listen = true", "one value"),
        ("listen = ['127.0.0.1:1']", "one value"),
        ("[listen]\naddress = '127.0.0.1'", "one value"),
        ("time-zone = 2026-01-01", "one value"),
        ("replica-urls = ['postgres://a,postgres://b']", "a list"),
        ("replica-urls = [1979-05-27]", "a list"),
        ("replica-urls = [['postgres://a']]", "a list"),
    ] {
        let said = refused(text);
        assert!(said.starts_with("error: urval.toml:1: ") && said.contains(why), "{text}: {said}");
    }
}

#[test]
fn values_are_checked_as_those_of_flags_and_all_mistakes_told() {
    let said = refused(
        "time-zone = 'Mars/Olympus'\nlog = 'xml'\nlisten = 'there'\nlog-filter = 'a=b=c'\n\
         oidc-issuer = 'http://example.com'\nlisten-on = 1",
    );
    let lines: Vec<&str> = said.lines().collect();
    for (line, part) in lines.iter().zip([
        "1: time-zone: not the IANA name",
        "2: log: it has to be one of: text, json",
        "3: listen: it has to be an address and a port",
        "4: log-filter: ",
        "5: oidc-issuer: it has to begin with https://",
        "6: listen-on: there is no such setting",
    ]) {
        assert!(
            line.trim_start_matches("error: ").starts_with(&format!("urval.toml:{part}")),
            "{said}"
        );
    }
    assert_eq!(lines.len(), 6, "{said}");
}

#[test]
fn mistakes_of_the_environment_name_its_variable() {
    let place = Place::new();
    for (variable, value) in
        [("URVAL_LISTEN", "there"), ("URVAL_LOG", "xml"), ("RUST_LOG", "a=b=c")]
    {
        let (code, [_, why]) = place.urval(&["serve"], &[(variable, value)]);
        assert!(code == Some(2) && why.contains(&format!("the environment: {variable}")), "{why}");
        let (_, [_, why]) = place.urval(&["serve", "--listen", "nowhere"], &[]);
        assert!(!why.contains("environment"), "{why}");
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused_wherever_they_come_from() {
    let place = Place::with("insecure = true\noidc-keys = 'keys.json'");
    let (code, [_, why]) = place.urval(&["serve", "--require-token"], &[]);
    assert!(code == Some(2) && why.contains("insecure and require-token"), "{why}");
    let (code, [_, why]) = place.urval(&["serve"], &[]);
    assert!(code == Some(2) && why.contains("oidc-issuer"), "{why}");
    let shown = place.config(&["--oidc-issuer=https://a.example"], &[]);
    assert!(line(&shown, "insecure").starts_with("insecure = true"), "{shown}");
    // What the file has switched on can be switched off.
    let flags = ["--insecure=false", "--require-token", "--oidc-issuer=https://a.example"];
    assert!(line(&place.config(&flags, &[]), "insecure").starts_with("insecure = false"));
}

#[test]
fn what_is_no_toml_is_told_with_its_line_and_without_what_it_says() {
    let why = refused("log = 'text'\ndatabase-url = \"postgres://a:secret@b/c");
    assert!(why.starts_with("error: urval.toml:2: this is no TOML: "), "{why}");
    assert!(!why.contains("secret"), "{why}");
    assert!(refused("log = 'text'\nlog = 'json'").contains("urval.toml:2: this is no TOML: "));
    let place = Place::new();
    fs::write(place.file(), [b'l', 0xff, 0]).unwrap();
    assert!(place.refused().starts_with("error: urval.toml: "));
}

#[test]
fn passwords_are_never_shown() {
    for secret in [
        "postgres://urval:secret@db.example/urval",
        "postgres://urval@db.example/urval?password=secret",
        "postgres://urval:secret@db.example:port/urval",
        "secret",
    ] {
        let urls = format!("database-url = '{secret}'\nreplica-urls = ['{secret}', '{secret}']");
        let place = Place::with(&urls);
        for shown in [
            place.config(&[], &[]),
            Place::new().config(&["--database-url", secret], &[("URVAL_REPLICA_URLS", secret)]),
        ] {
            assert!(!shown.contains("secret") && shown.contains("***"), "{shown}");
        }
    }
    let shown =
        Place::new().config(&["--database-url", "postgres://urval:s@db.example/urval"], &[]);
    assert!(shown.contains("\"postgres://urval:***@db.example/urval\""), "{shown}");
    let (_, [help, _]) = Place::new().urval(&["serve", "--help"], &[("DATABASE_URL", "secret")]);
    assert!(!help.contains("secret"), "{help}");
}

#[test]
fn replicas_concern_only_commands_that_read_from_them() {
    let place = Place::with("replica-urls = ['postgres://a']");
    let (code, [_, why]) = place.urval(&["migrate"], &[]);
    assert_eq!(code, Some(0), "{why}");
    let (code, [_, why]) = place.urval(&["export", "--segment", "SM1"], &[]);
    assert!(code == Some(1) && why.starts_with("error: can't read from replicas: SQLite"), "{why}");
    assert!(why.contains("the setting replica-urls"), "{why}");
}
