//! A server that is killed while it works under a key.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use urval::{
    domain::{Clock, Context},
    graphql,
    http::Settings,
};

use super::server::{CREATE, Server, error, segments};
use crate::{
    app::{TestApp, both},
    cli,
};

/// Kills so many servers, each somewhat later in its work than the one before.
const KILLED: u32 = 12;

fn request(key: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Idempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{CREATE}",
        CREATE.len()
    )
}

/// The same database, long after.
fn later(app: &TestApp) -> Server {
    #[expect(
        clippy::disallowed_methods,
        reason = "the servers that were killed had no other clock"
    )]
    let clock = Clock::stopped_at(Utc::now() + TimeDelta::minutes(1));
    let context = Context { clock, ..app.context.clone() };
    let schema = graphql::build(context.clone());
    Server::of(context, schema, Settings::default())
}

both! {
    async fn whenever_a_server_is_killed_a_key_is_done_once(app) {
        let mut sent = Vec::new();
        for round in 0..KILLED {
            let url = app.database_url.clone();
            let arguments = ["serve", "--listen", "127.0.0.1:0", "--database-url", &url];
            let (server, said) = cli::Server::start(&arguments);
            let mut stream = TcpStream::connect(cli::address(&said)).unwrap();
            // One that is finished, so that nothing has to be prepared any more.
            for key in [format!("a{round}"), format!("b{round}")] {
                stream.write_all(request(&key).as_bytes()).unwrap();
                if key.starts_with('a') {
                    assert!(0 < stream.read(&mut [0; 4096]).unwrap());
                }
                sent.push(key);
            }
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_micros(u64::from(round) * 500) {
                std::hint::spin_loop();
            }
            // SIGKILL.
            drop(server);
        }
        let server = later(&app);
        let mut outcomes = [0; 3];
        for key in &sent {
            let answer = server.send(key, CREATE).await;
            let outcome = match (answer.status.as_u16(), answer.header("idempotency-replayed")) {
                (200, "true") => 0,
                (200, _) => 1,
                _ => {
                    assert_eq!(error(&answer), "IDEMPOTENCY_RESULT_LOST", "{}", answer.body);
                    2
                }
            };
            outcomes[outcome] += 1;
        }
        assert_eq!(segments(&app).await, sent.len() as u64, "{outcomes:?}");
        assert!(KILLED <= outcomes[0], "{outcomes:?}");
    }
}
