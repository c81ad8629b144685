//! Sets that are known are what the database would say if it were asked again.

use std::{collections::BTreeSet, sync::Mutex};

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement, sea_query::Expr};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use urval::{
    db::{self, Table},
    domain::{
        Context, Error, Snapshot,
        criteria::{self, Criteria, Place},
    },
    entity::contact,
};

use super::people::{CODES, populate};
use crate::{
    app::{TestApp, both},
    contact::codes,
};

pub(crate) async fn matching(context: &Context, criteria: &Value) -> BTreeSet<u32> {
    let criteria = Criteria::parse(criteria, &[]).unwrap();
    let facts = Snapshot::open(context).await.unwrap();
    let place = Place::new(context, &facts, context.moment());
    let found = criteria::evaluate(place, &criteria).await.unwrap();
    facts.close().await.unwrap();
    found.into_iter().collect()
}

/// As a server sees it that knows nothing yet.
pub(crate) async fn asked_anew(context: &Context, criteria: &Value) -> BTreeSet<u32> {
    let context = Context { known_sets: Default::default(), ..context.clone() };
    matching(&context, criteria).await
}

/// One condition on each table that criteria ask about, and some on more.
fn conditions() -> [Value; 10] {
    [
        json!({ "country": { "eq": "SE" } }),
        json!({ "mailingGroups": { "hasAny": ["SE", "NO"] } }),
        json!({ "custom": { "name": "vip", "isSet": true } }),
        json!({ "interactions": { "where": { "campaign": { "eq": "CP000001" } } } }),
        json!({ "interactions": { "measure": { "count": { "gte": 2 } } } }),
        json!({ "opportunities": { "where": { "status": { "eq": "WON" } } } }),
        json!({ "tasks": { "measure": { "none": true } } }),
        json!({ "company": { "country": { "in": ["SE", "NO"] } } }),
        json!({ "people": { "where": { "country": { "eq": "SE" } } } }),
        json!({ "not": { "city": { "isEmpty": true } } }),
    ]
}

async fn change_with(app: &TestApp, tables: &[Table], sql: &str) {
    let done = db::write(&app.context.db, tables, async |txn| {
        txn.execute_unprepared(sql).await?;
        Ok::<_, Error>(())
    });
    done.await.unwrap();
}

/// Changes something in one of the tables.
async fn change(app: &TestApp, random: &mut fastrand::Rng) {
    let id = random.i32(1..=60);
    let code = CODES[random.usize(..CODES.len())];
    let (table, sql) = match random.u8(..10) {
        0 => (Table::Contact, format!("UPDATE contact SET country = '{code}' WHERE id = {id}")),
        1 => (
            Table::Contact,
            format!("UPDATE contact SET city = NULL, city_fold = NULL WHERE id = {id}"),
        ),
        2 => (Table::ContactCode, format!("DELETE FROM contact_code WHERE contact_id = {id}")),
        3 => (
            Table::ContactAttribute,
            format!("DELETE FROM contact_attribute WHERE contact_id = {id}"),
        ),
        4 => (
            Table::Interaction,
            format!("UPDATE interaction SET canceled = TRUE WHERE contact_id = {id}"),
        ),
        5 => {
            let purchase = random.i32(1..=150);
            (Table::Purchase, format!("UPDATE purchase SET item = '{code}' WHERE id = {purchase}"))
        }
        6 => (
            Table::Opportunity,
            format!("UPDATE opportunity SET status = 'WON' WHERE contact_id = {id}"),
        ),
        7 => (Table::TaskAttendee, format!("DELETE FROM task_attendee WHERE contact_id = {id}")),
        8 => (Table::Task, format!("DELETE FROM task WHERE contact_id = {id}")),
        _ => (Table::Campaign, format!("UPDATE campaign SET no = 'CP{:06}' WHERE id = 1", id % 2)),
    };
    change_with(app, &[table], &sql).await;
}

both! {
    async fn whatever_changes_the_answers_are_those_of_a_server_that_knows_nothing(app) {
        populate(&app).await;
        let mut random = fastrand::Rng::with_seed(11);
        let conditions = conditions();
        // Another server changes things, too.
        let another = app.another().await;
        for _ in 0..150 {
            match random.u8(..4) {
                0 => change(&app, &mut random).await,
                1 => change(&another, &mut random).await,
                _ => {
                    let few = random.choose_multiple(&conditions, 3);
                    let criteria = json!({ (if random.bool() { "all" } else { "any" }): few });
                    let context = match random.bool() {
                        true => app.context.for_reading().await,
                        false => app.context.clone(),
                    };
                    let found = matching(&context, &criteria).await;
                    assert_eq!(found, asked_anew(&app.context, &criteria).await, "{criteria}");
                }
            }
        }
    }

    async fn what_was_asked_before_is_not_asked_again(app) {
        populate(&app).await;
        let query = "query($input: CriteriaPreviewInput!) { \
                     criteriaPreview(input: $input) { selected { count } } }";
        let input = |countries: &[&str]| {
            let of_country = json!({ "country": { "in": countries } });
            let any = [of_country, conditions()[1].clone(), conditions()[4].clone()];
            json!({ "input": { "criteria": { "any": any } } })
        };
        codes(&app, "COUNTRY", &["SE", "NO", "DK"]).await;
        codes(&app, "MAILING_GROUP", &["SE", "NO"]).await;
        let (first, asked) = app.statements(query, input(&["SE", "NO"])).await;
        let (again, known) = app.statements(query, input(&["SE", "NO"])).await;
        let (_, edited) = app.statements(query, input(&["SE", "DK"])).await;
        assert_eq!(first, again);
        // Two countries, two groups, a count, and who is blocked and excluded; later one country.
        // Where there is no one snapshot, all are asked again.
        let again = if app.is_distributed().await { [0, 0] } else { [7, 1] };
        assert_eq!([asked - known, edited - known], again);
    }

    async fn what_is_committed_after_a_look_is_seen_at_the_next(app) {
        populate(&app).await;
        let criteria = json!({ "country": { "eq": "SE" } });
        let before = matching(&app.context, &criteria).await;
        let (written, when_written) = oneshot::channel();
        let (go_on, may_go_on) = oneshot::channel::<()>();
        let other = app.another().await;
        let writer = tokio::spawn(async move {
            let channels = Mutex::new(Some((written, may_go_on)));
            let db = &other.context.db;
            let to_sweden = db::write(db, &[Table::Contact], async |txn| {
                contact::Entity::update_many()
                    .col_expr(contact::Column::Country, Expr::value("SE"))
                    .exec(txn)
                    .await?;
                let (written, may_go_on) = channels.lock().unwrap().take().unwrap();
                written.send(()).unwrap();
                may_go_on.await.unwrap();
                Ok::<_, Error>(())
            });
            to_sweden.await.unwrap();
        });
        when_written.await.unwrap();
        // The change is there, and has its number, but nobody may see it yet.
        assert_eq!(matching(&app.context, &criteria).await, before);
        go_on.send(()).unwrap();
        writer.await.unwrap();
        assert_eq!(matching(&app.context, &criteria).await.len(), 60);
    }

    async fn changes_long_past_are_forgotten_and_what_was_known_before_with_them(app) {
        populate(&app).await;
        let criteria = json!({ "country": { "eq": "SE" } });
        matching(&app.context, &criteria).await;
        // This server looks away while another changes much.
        let another = app.another().await;
        for _ in 0..4_000 {
            db::write(&another.context.db, &[Table::Contact], async |_| Ok::<_, Error>(())).await.unwrap();
        }
        change_with(&another, &[Table::Contact], "UPDATE contact SET country = 'SE'").await;
        assert_eq!(matching(&app.context, &criteria).await.len(), 60);
        let remembered = Statement::from_string(
            app.context.db.reader().get_database_backend(),
            "SELECT COUNT(*) AS count FROM change",
        );
        let row = app.context.db.reader().query_one_raw(remembered).await.unwrap().unwrap();
        let remembered: i64 = row.try_get("", "count").unwrap();
        assert!((2_000..3_100).contains(&remembered), "{remembered}");
    }

    async fn a_change_that_is_not_logged_is_noticed_by_these_tests(app) {
        populate(&app).await;
        let unlogged = db::write(&app.context.db, &[Table::Interaction], async |txn| {
            txn.execute_unprepared("UPDATE contact SET country = 'SE'").await?;
            Ok::<_, Error>(())
        });
        // On SQLite nothing watches over it, and nothing can on a cluster.
        let is_postgres = app.context.db.reader().get_database_backend() == DbBackend::Postgres;
        let is_watched = is_postgres && !app.is_distributed().await;
        assert_eq!(unlogged.await.is_err(), is_watched);
    }
}
