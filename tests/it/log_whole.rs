//! Logging as a whole: all of it or nothing, however large; and what can be reused of it.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use urval::{
    db,
    domain::{Error, Event, Progress, ProgressState},
};

use crate::{
    app::{TestApp, both},
    campaign::campaign,
    contact_delete::set,
    log::{nothing_was_logged, people, stage, wrong},
};

async fn run(app: &TestApp, statements: &[&str]) {
    let done = db::write(&app.context.db, &db::Table::ALL, async |txn| {
        for sql in statements {
            txn.execute_unprepared(sql).await?;
        }
        Ok::<_, Error>(())
    });
    done.await.unwrap();
}

fn is_sqlite(app: &TestApp) -> bool {
    app.database_url.starts_with("sqlite")
}

both! {
    // LOG-12: the database refuses the interaction of the last line, when all else is written.
    async fn a_failure_halfway_leaves_nothing(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy"]).await;
        let spring = campaign(&app, json!({})).await;
        let segment = stage(&app, &contacts, json!({ "campaignId": spring })).await;
        let (broken, mended) = match is_sqlite(&app) {
            true => (
                "CREATE TRIGGER broken BEFORE INSERT ON interaction WHEN NEW.contact_id = 3 \
                 BEGIN SELECT RAISE(ABORT, 'the disk is full of secrets'); END",
                "DROP TRIGGER broken",
            ),
            false => (
                "ALTER TABLE interaction ADD CONSTRAINT broken CHECK (contact_id <> 3)",
                "ALTER TABLE interaction DROP CONSTRAINT broken",
            ),
        };
        run(&app, &[broken]).await;
        let query = "mutation($input: SegmentLogInput!) { segmentLog(input: $input) { interactionsCount } }";
        let input = json!({ "input": { "segmentId": segment, "followUp": true } });
        let failed = app.graphql(query, input.clone()).await;
        assert_eq!(failed["data"], json!(null));
        assert_eq!(failed["errors"][0]["message"], "Something went wrong on our side.");
        assert_eq!(failed["errors"][0]["extensions"]["code"], "INTERNAL");
        nothing_was_logged(&app).await;
        let found = app.data("query($id: ID!) { campaign(id: $id) { entries { nodes { id } } }
            segments { totalCount } segmentByNo(no: \"SM000001\") { revision loggedSegment { id } } }",
            json!({ "id": spring })).await;
        assert_eq!(found, json!({ "campaign": { "entries": { "nodes": [] } }, "segments": { "totalCount": 1 },
            "segmentByNo": { "revision": 2, "loggedSegment": null } }));

        run(&app, &[mended]).await;
        let logged = app.data(query, input).await;
        assert_eq!(logged["segmentLog"]["interactionsCount"], 3);
    }

    // More lines than one statement deals with.
    async fn seventy_thousand_lines_are_logged_in_pieces(app) {
        const COUNT: u64 = 12_000;
        let segment = stage(&app, &[], json!({})).await;
        let contacts = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {COUNT}) \
             INSERT INTO contact (id, no, type, name, name_fold, exclude_from_segment, privacy_blocked, \
             minor, parental_consent, sort_key, created_at, updated_at, revision) \
             SELECT i, 'CT' || i, 'PERSON', 'P', 'p', false, false, false, false, 'p', \
             '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1 FROM n"
        );
        run(&app, &[&contacts]).await;
        let everybody = json!({ "segmentId": segment, "criteria": { "all": [] } });
        let added = app.must("segmentAddContacts", "effect { added }", everybody).await;
        assert_eq!(added["effect"]["added"], COUNT);

        let mut events = app.context.events.subscribe();
        let log = json!({ "segmentId": segment, "operationId": "operation:4711" });
        let logged = app.must("segmentLog", "interactionsCount operationId", log).await;
        assert_eq!(logged["interactionsCount"], COUNT);
        assert_eq!(logged["operationId"], "operation:4711");
        let found = app.data("{ segmentByNo(no: \"SM000001\") { loggedSegment { interactionsCount }
            interactions(last: 1) { totalCount nodes { no contact { no } } }
            first: interactions(first: 1) { nodes { no contact { no } } } } }", json!({})).await;
        let found = &found["segmentByNo"];
        assert_eq!(found["loggedSegment"]["interactionsCount"], COUNT);
        assert_eq!(found["interactions"]["totalCount"], COUNT);
        assert_eq!(found["interactions"]["nodes"][0], json!({ "no": "1", "contact": { "no": "CT1" } }));
        assert_eq!(found["first"]["nodes"][0], json!({ "no": "12000", "contact": { "no": "CT12000" } }));
        // On PostgreSQL events come back from the database, to servers that listen to it.
        if is_sqlite(&app) {
            let mut told = Vec::new();
            while let Ok(event) = events.try_recv() {
                if let Event::OperationProgressed(Progress { operation: 4711, state, done, .. }) = event {
                    told.push((state, done));
                }
            }
            assert_eq!(told, [
                (ProgressState::Running, 5_000), (ProgressState::Running, 10_000),
                (ProgressState::Running, COUNT), (ProgressState::Done, COUNT),
            ]);
        }
    }

    // CRT-4, D8, D9
    async fn a_logged_segment_is_reused_without_who_was_canceled_or_is_blocked(app) {
        let contacts = people(&app, &["Ada", "Bo", "Cy", "Di"]).await;
        let segment = stage(&app, &contacts, json!({})).await;
        app.must("segmentLog", "", json!({ "segmentId": segment })).await;
        app.must("interactionCancel", "", json!({ "ids": ["interaction:1.1"] })).await;
        app.must("contactUpdate", "", json!({ "id": contacts[1], "privacyBlocked": true })).await;
        let next = app.must("segmentCreate", "segment { id }", json!({})).await;
        let next = next["segment"]["id"].as_str().unwrap();
        app.must("segmentAddLines", "", json!({ "segmentId": next, "contactIds": [contacts[3]] })).await;

        let reuse = |more: Value| {
            crate::contact::with(json!({ "segmentId": next, "loggedSegmentId": "loggedSegment:1" }), more)
        };
        let selection = "effect { before after added alreadyMember skippedPrivacyBlocked } criterion { operation text }";
        let effect = json!({ "before": 1, "after": 2, "added": 1, "alreadyMember": 1, "skippedPrivacyBlocked": 1 });
        let tried = app.must("segmentReuseLogged", selection, reuse(json!({ "dryRun": true }))).await;
        assert_eq!((&tried["effect"], &tried["criterion"]), (&effect, &json!(null)));
        assert_eq!(set(&app, next).await, [4]);
        let reused = app.must("segmentReuseLogged", selection, reuse(json!({}))).await;
        assert_eq!(reused["effect"], effect);
        assert_eq!(reused["criterion"]["operation"], "ADD_LOGGED");
        assert_eq!(set(&app, next).await, [3, 4]);

        for (more, expected) in [
            (json!({ "loggedSegmentId": "loggedSegment:9" }), "NOT_FOUND loggedSegmentId"),
            (json!({ "loggedSegmentId": "segment:1" }), "INVALID loggedSegmentId"),
            (json!({ "segmentId": "segment:9" }), "NOT_FOUND segmentId"),
            (json!({ "segmentId": segment }), "NOT_ALLOWED segmentId"),
            (json!({ "expectedRevision": 9 }), "CONFLICT expectedRevision"),
        ] {
            let refused = app.mutate("segmentReuseLogged", selection, reuse(more)).await;
            assert_eq!(wrong(&refused), [expected]);
        }
    }

    // LOG-6
    async fn the_time_of_a_line_is_that_of_its_interaction(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        let id = stage(&app, &contacts, json!({})).await;
        let set = async |lines: Value, time: Value| {
            let input = json!({ "segmentId": id, "lines": lines, "set": { "time": time } });
            app.must("segmentUpdateLines", "linesCount", input).await["linesCount"].clone()
        };
        assert_eq!(set(json!({ "all": true }), json!("09:15")).await, 2);
        assert_eq!(set(json!({ "contactIds": [contacts[0]] }), json!("14:30:05")).await, 1);
        assert_eq!(set(json!({ "contactIds": [contacts[1]] }), Value::Null).await, 1);
        let query = "query($id: ID!) { segment(id: $id) { lines(orderBy: { by: NO }) { nodes { time overridden } } } }";
        let lines = app.data(query, json!({ "id": id })).await;
        assert_eq!(lines["segment"]["lines"]["nodes"], json!([
            { "time": "14:30:05", "overridden": ["TIME"] }, { "time": null, "overridden": [] },
        ]));
        app.must("segmentLog", "", json!({ "segmentId": id })).await;
        let logged = app.data("{ interactions { nodes { time contact { name } } } }", json!({})).await;
        assert_eq!(logged["interactions"]["nodes"], json!([
            { "time": null, "contact": { "name": "Bo" } }, { "time": "14:30:05", "contact": { "name": "Ada" } },
        ]));
    }
}
