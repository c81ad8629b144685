//! `urval import` and `urval check` as typed.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

fn urval(dir: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_urval"))
        .args(arguments)
        .args(["--database-url", "sqlite://urval.db"])
        .env_remove("DATABASE_URL")
        .current_dir(dir.path())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn read(dir: &TempDir, name: impl AsRef<Path>) -> String {
    fs::read_to_string(dir.path().join(name)).unwrap()
}

const MIXED: &str =
    "No.,Name,Type,Minor\nCT1,Ek AB,Company,No\nCT2,Eva,Robot,No\nCT3,Bo,Person,Yes\n";

#[test]
fn rows_left_out_go_to_a_file_that_can_be_put_right_and_imported() {
    let dir = folder(&[("people.csv", MIXED)]);
    let output = urval(&dir, &["import", "people.csv", "--rejects", "bad.csv"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("people.csv: 2 created, 0 updated, 0 unchanged, 1 left out"));

    let rejects = read(&dir, "bad.csv");
    assert!(rejects.contains("CT2,Eva,Robot,No,"), "{rejects}");
    fs::write(dir.path().join("good.csv"), rejects.replacen("Robot", "Person", 1)).unwrap();
    let output = urval(&dir, &["import", "good.csv", "--kind", "contacts"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("good.csv: 1 created"), "{}", said(&output));
}

#[test]
fn a_dry_run_says_everything_and_keeps_nothing() {
    let dir = folder(&[("people.csv", MIXED)]);
    let output = urval(&dir, &["import", "people.csv", "--dry-run"]);
    assert!(said(&output).contains("people.csv: 2 created"), "{}", said(&output));
    assert!(said(&output).contains("nothing was kept"), "{}", said(&output));
    assert!(said(&output).contains("1 row would be left out."), "{}", said(&output));
    assert!(!said(&output).contains("was imported"), "{}", said(&output));
    let output = urval(&dir, &["import", "people.csv"]);
    assert!(said(&output).contains("people.csv: 2 created"), "{}", said(&output));
}

#[test]
fn a_folder_is_imported_in_the_order_in_which_files_depend_on_each_other() {
    let dir = folder(&[
        ("all/a.csv", "Contact No.,Mailing Group Code\nCT1,NEWS\n"),
        ("all/mailing_groups.csv", "Code,Description\nNEWS,News\n"),
        ("all/z.csv", "No.,Name,Type\nCT1,Ek AB,Company\n"),
        ("all/other.csv", "This,That\n1,2\n"),
        ("all/read.me", "no table"),
    ]);
    let output = urval(&dir, &["import", "all", "--create-codes", "false"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("other.csv: left out"), "{}", said(&output));
    assert_eq!(said(&output).matches(": 1 created").count(), 3, "{}", said(&output));
}

#[test]
fn custom_attributes_are_imported_once_they_are_declared() {
    let file = "no,name,attribute.shoe size\nA,Ann,38.5\nB,Bea,big\nC,Cia,\n";
    let dir = folder(&[("people.csv", file)]);
    let output = urval(&dir, &["import", "people.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "There is no custom attribute for the column \"attribute.shoe size\".";
    assert!(said(&output).contains(expected), "{}", said(&output));

    let sql = "INSERT INTO attribute (name, type) VALUES ('shoe size', 'NUMBER')";
    changed(&dir, sql);
    let output = urval(&dir, &["import", "people.csv"]);
    assert!(said(&output).contains("2 created, 0 updated, 0 unchanged, 1 left out"));
    let expected = "people.csv, line 3, column attribute.shoe size: \"big\" is no number";
    assert!(said(&output).contains(expected), "{}", said(&output));
    assert!(urval(&dir, &["check"]).status.success());
}

// CON-4
#[test]
fn an_imported_database_is_healthy_and_damage_fails_the_check() {
    let dir = folder(&[("people.csv", MIXED)]);
    urval(&dir, &["import", "people.csv"]);
    let output = urval(&dir, &["check"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(output.stdout, b"nothing found\n");

    let damage = "UPDATE contact SET privacy_blocked = FALSE WHERE no = 'CT3'";
    changed(&dir, damage);
    let output = urval(&dir, &["check"]);
    assert_eq!(output.status.code(), Some(1));
    let found = String::from_utf8(output.stdout).unwrap();
    assert!(found.ends_with("(CT3): stale: privacy_blocked.\n"), "{found}");
}

fn changed(dir: &TempDir, sql: &str) {
    let url = format!("sqlite://{}", dir.path().join("urval.db").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = urval::db::connect(&url).await.unwrap();
        let done = urval::db::write(&db, &urval::db::Table::ALL, async |txn| {
            sea_orm::ConnectionTrait::execute_unprepared(txn, sql).await?;
            Ok::<_, urval::domain::Error>(())
        });
        done.await.unwrap();
        db.close().await.unwrap();
    });
}
