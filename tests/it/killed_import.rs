//! An import that is killed leaves whole chunks, and done again completes them. Indexes are left out
//! only meanwhile.

use std::{
    collections::BTreeSet,
    fs,
    process::{Command, Output, Stdio},
    time::Duration,
};

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, Statement};
use urval::{
    domain::import::{self, OnError, Options},
    entity::{contact, contact_code, contact_identifier},
};

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

/// The names of all indexes.
async fn indexes(app: &TestApp) -> BTreeSet<String> {
    let db = app.context.db.reader();
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = current_schema()"
        }
        _ => "SELECT name FROM sqlite_schema WHERE type = 'index'",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    let names = rows.unwrap().into_iter().map(|row| row.try_get("", "name").unwrap());
    names.collect()
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

        let all_indexes = indexes(&app).await;
        let mut import = urval(&app, &["import", path]).spawn().unwrap();
        while contacts(&app).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // SIGKILL.
        import.kill().unwrap();
        import.wait().unwrap();
        let kept = contacts(&app).await;
        assert!(kept % 10_000 == 0 && 0 < kept && kept < COUNT, "{kept}");
        assert!(indexes(&app).await.len() < all_indexes.len());
        checked(&app);
        assert_eq!(indexes(&app).await, all_indexes);

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

    async fn indexes_that_were_left_out_while_a_file_came_in_are_all_made(app) {
        let all_indexes = indexes(&app).await;
        let rows: String = (1..=10_500).map(|no| format!("X{no},Name {no}\n")).collect();
        let file = format!("no,name\n{rows}no such row\n");
        let mut left_out = Vec::new();
        let options = Options { on_error: OnError::Abort, ..Options::default() };
        let mut look = |_: import::Notice<'_>| {
            let runtime = tokio::runtime::Handle::current();
            let now = tokio::task::block_in_place(|| runtime.block_on(indexes(&app)));
            left_out.push(now.len());
        };
        let outcome = import::run(&app.context, file.as_bytes(), &options, None, &mut look);
        let outcome = outcome.await.unwrap();
        assert_eq!((outcome.summary.created, outcome.stopped.is_some()), (10_000, true));
        assert!(left_out.iter().any(|count| *count < all_indexes.len()), "{left_out:?}");
        assert_eq!(indexes(&app).await, all_indexes);
    }
}
