//! Mutations with an `Idempotency-Key`: sent again they are done once, and answered alike.

mod killed;
mod refused;
mod server;

use std::{pin::pin, time::Duration};

use chrono::TimeDelta;
use futures_util::future::poll_immediate;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tokio::time::timeout;
use urval::{domain::idempotency, entity::idempotency_key, http::Settings};

use self::server::{CREATE, Door, Server, error, named, segments};
use crate::{
    app::{TestApp, both},
    stub::Answer,
};

async fn keys(app: &TestApp) -> u64 {
    idempotency_key::Entity::find().count(app.context.db.reader()).await.unwrap()
}

/// The answer is the one from before, and says so.
fn assert_replays(again: &Answer, first: &Answer) {
    assert_eq!((again.status.as_u16(), &again.body), (200, &first.body));
    assert_eq!(again.header("idempotency-replayed"), "true");
}

both! {
    async fn what_is_sent_again_is_done_once_and_answered_alike(app) {
        let server = Server::new(&app);
        let first = server.send("k", CREATE).await;
        assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (200, ""));
        assert!(first.json()["data"]["segmentCreate"]["segment"]["no"].is_string(), "{}", first.body);
        for media in ["application/json", "application/graphql-response+json"] {
            let again = server.send_as(&[("idempotency-key", "k"), ("accept", media)], CREATE).await;
            assert_eq!((again.status.as_u16(), &again.body), (200, &first.body));
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!(again.header("content-type"), format!("{media}; charset=utf-8"));
            assert_eq!(again.header("cache-control"), "no-store");
        }
        assert_eq!(segments(&app).await, 1);

        assert_ne!(server.send("K", CREATE).await.body, first.body);
        assert_ne!(server.send_as(&[], CREATE).await.body, first.body);
        assert_eq!(segments(&app).await, 3);
        assert_eq!(keys(&app).await, 2);
    }

    async fn a_request_is_the_same_whatever_the_order_of_its_variables(app) {
        let server = Server::new(&app);
        let body = |variables: &str| {
            let query = "mutation A($i: SegmentCreateInput!) { segmentCreate(input: $i) { segment { no } } }";
            format!(r#"{{"query":"{query}","variables":{variables}}}"#)
        };
        let first = server.send("k", &body(r#"{"i":{"description":"A","subject":"B"}}"#)).await;
        let again = server.send("k", &body(r#" { "i": {"subject":"B","description":"A"}}"#)).await;
        assert_replays(&again, &first);
        assert_eq!(segments(&app).await, 1);
    }

    async fn all_servers_of_a_database_know_a_key(app) {
        let other = app.another().await;
        let first = Server::new(&app).send("k", CREATE).await;
        let again = Server::new(&other).send("k", CREATE).await;
        assert_replays(&again, &first);
        assert_eq!(segments(&app).await, 1);
    }

    async fn several_mutations_are_done_once_together(app) {
        let server = Server::new(&app);
        let two = json!({ "query": format!("mutation {{ a: {} b: {} }}", named("A"), named("B")) });
        let first = server.send("k", &two.to_string()).await;
        let again = server.send("k", &two.to_string()).await;
        assert_replays(&again, &first);
        assert_eq!(segments(&app).await, 2);
    }

    async fn of_many_at_once_one_is_done(app) {
        let other = app.another().await;
        let servers = [Server::new(&app), Server::new(&other)];
        let all = (0..40).map(|no| servers[no % 2].send("k", CREATE));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(segments(&app).await, 1);
        let last = servers[0].send("k", CREATE).await;
        for answer in answers {
            match answer.status.as_u16() {
                200 => assert_eq!(answer.body, last.body),
                409 => assert_eq!(error(&answer), "IDEMPOTENCY_KEY_IN_USE"),
                _ => panic!("{}", answer.body),
            }
        }
    }

    async fn an_answer_is_kept_for_a_day(app) {
        let server = Server::new(&app);
        let first = server.send("k", CREATE).await;
        server.send("another", CREATE).await;
        app.context.clock.advance(TimeDelta::hours(24) - TimeDelta::microseconds(1));
        assert_eq!(server.send("k", CREATE).await.body, first.body);
        idempotency::forget(&app.context).await.unwrap();
        assert_eq!(keys(&app).await, 2);

        app.context.clock.advance(TimeDelta::microseconds(1));
        let later = server.send("k", CREATE).await;
        assert_eq!((later.status.as_u16(), later.header("idempotency-replayed")), (200, ""));
        assert_ne!(later.body, first.body);
        assert_eq!(server.send("k", CREATE).await.body, later.body);
        idempotency::forget(&app.context).await.unwrap();
        assert_eq!(keys(&app).await, 1);
        assert_eq!(server.send("k", CREATE).await.body, later.body);
    }

    async fn after_a_day_a_key_may_be_of_something_else(app) {
        let server = Server::new(&app);
        server.send("k", CREATE).await;
        app.context.clock.advance(TimeDelta::hours(24));
        let other = json!({ "query": format!("mutation {{ {} }}", named("Other")) }).to_string();
        let first = server.send("k", &other).await;
        assert_eq!(first.status.as_u16(), 200, "{}", first.body);
        assert_eq!(server.send("k", &other).await.body, first.body);
        assert_eq!(segments(&app).await, 2);
    }

    async fn user_errors_are_kept(app) {
        let server = Server::new(&app);
        let made = app.must("segmentCreate", "segment { id }", json!({})).await;
        let update = json!({
            "query": "mutation($i: SegmentUpdateInput!) { segmentUpdate(input: $i) { \
                      segment { description } userErrors { code currentRevision } } }",
            "variables": { "i": {
                "segmentId": made["segment"]["id"], "description": "A", "expectedRevision": 2,
            } },
        });
        let first = server.send("k", &update.to_string()).await;
        let errors = &first.json()["data"]["segmentUpdate"]["userErrors"];
        assert_eq!(errors[0]["code"], "CONFLICT", "{}", first.body);
        let change = json!({ "segmentId": made["segment"]["id"], "description": "B" });
        app.must("segmentUpdate", "", change).await;
        // Now it would be done.
        let again = server.send("k", &update.to_string()).await;
        assert_replays(&again, &first);
    }

    async fn who_asks_while_it_is_done_is_told_to_wait(app) {
        let server = Server::new(&app);
        let gated = server.with_door(Door::Before);
        let (first, ()) = tokio::join!(gated.send("k", CREATE), async {
            gated.arrived().await;
            for media in ["application/json", "application/graphql-response+json"] {
                let headers = [("idempotency-key", "k"), ("accept", media)];
                let answer = server.send_as(&headers, CREATE).await;
                assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (409, "1"));
                assert_eq!(answer.header("content-type"), format!("{media}; charset=utf-8"));
                assert_eq!(error(&answer), "IDEMPOTENCY_KEY_IN_USE");
            }
            let other = json!({ "query": format!("mutation {{ {} }}", named("Other")) });
            let answer = server.send("k", &other.to_string()).await;
            assert_eq!(error(&answer), "IDEMPOTENCY_KEY_REUSED");
            gated.open();
        });
        assert_eq!(first.status.as_u16(), 200);
        let again = server.send("k", CREATE).await;
        assert_replays(&again, &first);
        assert_eq!(segments(&app).await, 1);
    }

    async fn a_client_that_went_away_finds_the_answer(app) {
        let server = Server::new(&app);
        let gated = server.with_door(Door::Before);
        tokio::select! {
            _ = gated.send("k", CREATE) => panic!("the door is shut"),
            () = gated.arrived() => {}
        }
        assert_eq!(error(&server.send("k", CREATE).await), "IDEMPOTENCY_KEY_IN_USE");
        gated.open();
        let answer = server.send_until_done("k", CREATE).await;
        assert_eq!((answer.status.as_u16(), answer.header("idempotency-replayed")), (200, "true"));
        assert_eq!(segments(&app).await, 1);
    }

    async fn a_client_may_go_away_at_any_moment(app) {
        let server = Server::new(&app);
        for polls in 0..60 {
            let key = polls.to_string();
            {
                let mut sent = pin!(server.send(&key, CREATE));
                for _ in 0..polls {
                    if poll_immediate(&mut sent).await.is_some() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            // Its clock stands still: a key that nobody has to free would be in use for ever.
            let done = timeout(Duration::from_secs(60), server.send_until_done(&key, CREATE));
            assert_eq!(done.await.unwrap().status.as_u16(), 200);
        }
        assert_eq!(segments(&app).await, 60);
    }

    async fn what_takes_too_long_frees_its_key(app) {
        let timeout = Duration::from_millis(50);
        let settings = Settings { request_timeout: timeout, ..Settings::default() };
        let gated = Server::with(&app, settings).with_door(Door::Before);
        let late = gated.send("k", CREATE).await;
        assert_eq!((late.status.as_u16(), error(&late).as_str()), (503, "TIMEOUT"));
        let answer = Server::new(&app).send_until_done("k", CREATE).await;
        assert_eq!((answer.status.as_u16(), answer.header("idempotency-replayed")), (200, ""));
        gated.open();
        assert_eq!(segments(&app).await, 1);
    }

    async fn what_took_too_long_after_it_was_done_is_not_done_again(app) {
        let mut timeout = Duration::from_millis(100);
        while segments(&app).await == 0 {
            // So long that it is done, however slow this machine is.
            timeout *= 2;
            let settings = Settings { request_timeout: timeout, ..Settings::default() };
            let gated = Server::with(&app, settings).with_door(Door::After);
            assert_eq!(error(&gated.send(&format!("{timeout:?}"), CREATE).await), "TIMEOUT");
        }
        let answer = Server::new(&app).send_until_done(&format!("{timeout:?}"), CREATE).await;
        assert_eq!(error(&answer), "IDEMPOTENCY_RESULT_LOST");
        assert_eq!(segments(&app).await, 1);
    }

    async fn what_was_done_before_its_server_fell_silent_is_not_done_again(app) {
        let gated = Server::new(&app).with_door(Door::After);
        let other = app.another().await;
        let server = Server::new(&other);
        let (first, ()) = tokio::join!(gated.send("k", CREATE), async {
            gated.arrived().await;
            other.context.clock.advance(TimeDelta::seconds(40) - TimeDelta::microseconds(1));
            assert_eq!(error(&server.send("k", CREATE).await), "IDEMPOTENCY_KEY_IN_USE");
            other.context.clock.advance(TimeDelta::microseconds(1));
            for media in ["application/json", "application/graphql-response+json"] {
                let headers = [("idempotency-key", "k"), ("accept", media)];
                let lost = server.send_as(&headers, CREATE).await;
                let code = error(&lost);
                assert_eq!((lost.status.as_u16(), code.as_str()), (410, "IDEMPOTENCY_RESULT_LOST"));
            }
            gated.open();
        });
        // It was only slow; but nobody is told otherwise any more.
        assert_eq!(first.status.as_u16(), 200);
        assert_eq!(error(&server.send("k", CREATE).await), "IDEMPOTENCY_RESULT_LOST");
        assert_eq!(segments(&app).await, 1);
    }

    async fn what_was_not_done_before_its_server_fell_silent_is_done_now_and_once(app) {
        let gated = Server::new(&app).with_door(Door::Before);
        let other = app.another().await;
        let (late, now) = tokio::join!(gated.send("k", CREATE), async {
            gated.arrived().await;
            other.context.clock.advance(TimeDelta::seconds(40));
            let now = Server::new(&other).send("k", CREATE).await;
            assert_eq!((now.status.as_u16(), now.header("idempotency-replayed")), (200, ""));
            gated.open();
            now
        });
        assert_eq!(error(&late), "UNAVAILABLE", "{}", late.body);
        assert_eq!(segments(&app).await, 1);
        assert_eq!(gated.send("k", CREATE).await.body, now.body);
    }

    async fn a_server_whose_clock_is_behind_takes_over_as_safely(app) {
        let other = app.another().await;
        other.context.clock.advance(TimeDelta::hours(3));
        let ahead = Server::new(&other).with_door(Door::Before);
        let server = Server::new(&app);
        let (late, now) = tokio::join!(ahead.send("k", CREATE), async {
            ahead.arrived().await;
            let now = server.send("k", CREATE).await;
            assert_eq!((now.status.as_u16(), now.header("idempotency-replayed")), (200, ""));
            ahead.open();
            now
        });
        assert_eq!(error(&late), "UNAVAILABLE", "{}", late.body);
        for server in [&server, &ahead] {
            assert_eq!(server.send("k", CREATE).await.body, now.body);
        }
        assert_eq!(segments(&app).await, 1);
    }
}
