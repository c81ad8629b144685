//! An import that is killed leaves whole chunks, and done again completes them.

use std::{
    fs,
    process::{Command, Output, Stdio},
    time::Duration,
};

use sea_orm::{EntityTrait, PaginatorTrait};
use urval::entity::{contact, contact_code, contact_identifier};

use crate::app::{TestApp, both};

const COUNT: u64 = 40_000;

fn urval(app: &TestApp, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_urval"));
    command.args(arguments).args(["--database-url", &app.database_url]).env_remove("DATABASE_URL");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn checked(app: &TestApp) -> Output {
    let output = urval(app, &["check"]).output().unwrap();
    assert_eq!(output.stdout, b"nothing found\n", "{output:?}");
    output
}

async fn contacts(app: &TestApp) -> u64 {
    contact::Entity::find().count(app.context.db.reader()).await.unwrap()
}

both! {
    async fn an_import_killed_on_its_way_can_be_done_again(app) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.csv");
        // Each person comes before the company.
        let rows = (1..=COUNT / 2).map(|no| {
            format!("P{no},PERSON,Name {no},C{no},NEWS;VIP\nC{no},COMPANY,Ek {no} AB,,NEWS\n")
        });
        let file = format!("no,type,name,companyNo,mailingGroups\n{}", rows.collect::<String>());
        fs::write(&path, file).unwrap();
        let path = path.to_str().unwrap();

        let mut import = urval(&app, &["import", path]).spawn().unwrap();
        while contacts(&app).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // SIGKILL.
        import.kill().unwrap();
        import.wait().unwrap();
        let kept = contacts(&app).await;
        assert!(kept % 10_000 == 0 && 0 < kept && kept < COUNT, "{kept}");
        checked(&app);

        let output = urval(&app, &["import", path]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let new = COUNT - kept;
        let expected = format!("{new} created, 0 updated, {kept} unchanged, 0 left out");
        assert!(output.status.success() && said.contains(&expected), "{said}");
        assert_eq!(contacts(&app).await, COUNT);
        let db = app.context.db.reader();
        assert_eq!(contact_identifier::Entity::find().count(db).await.unwrap(), COUNT);
        assert_eq!(contact_code::Entity::find().count(db).await.unwrap(), COUNT / 2 * 3);
        checked(&app);
    }
}
