//! Subscriptions, over a real socket, and between servers that share a database.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use urval::domain::{
    Event, Progress, ProgressState,
    import::{self, Options},
};

use crate::{
    app::{TestApp, both},
    contact::{codes, create, input},
    contact_delete::{interaction, segment_of, stage},
    socket::Client,
    stub::Served,
};

/// How far an operation is that nobody runs.
fn progress(operation: i64) -> Event {
    Event::OperationProgressed(Progress {
        operation,
        state: ProgressState::Running,
        done: 1,
        total: Some(2),
        rejected: 0,
        message: None,
    })
}

/// A client that watches; when this returns, it misses nothing.
async fn watching(server: &Served, from: &TestApp, subscriptions: &[&str]) -> Client {
    let mut client = Client::open(server.address).await;
    for (index, subscription) in subscriptions.iter().enumerate() {
        client.subscribe(&index.to_string(), &format!("subscription {{ {subscription} }}")).await;
    }
    // A server begins to listen in its own time.
    let probe = r#"subscription { operationProgress(id: "operation:4711") { id } }"#;
    client.subscribe("probe", probe).await;
    for _ in 0..100 {
        from.context.events.publish(&from.context.db, progress(4711)).await;
        if timeout(Duration::from_millis(100), client.hear()).await.is_ok() {
            return client;
        }
    }
    panic!("nothing is heard");
}

/// What the subscriptions tell next.
async fn next(client: &mut Client) -> Value {
    loop {
        let message = client.hear().await;
        assert_eq!(message["type"], "next", "{message}");
        assert!(message["payload"].get("errors").is_none(), "{message}");
        if message["id"] != "probe" {
            return message["payload"]["data"].clone();
        }
    }
}

both! {
    async fn an_import_is_told_once_and_to_everybody(app) {
        let server = Served::real(app).await;
        let subscriptions = [
            r#"contactChanged(ids: ["contact:99"]) { contactId contact { no } }"#,
            "interactionLogged { interaction { id } loggedSegment { id } }",
        ];
        let mut client = watching(&server, &server.app, &subscriptions).await;
        let import = async |file: &'static str| {
            let file = file.as_bytes();
            let options = Options::default();
            import::run(&server.app.context, file, &options, None, &mut |_| {}).await.unwrap();
        };
        import("no,name\nP1,Ann\nP2,Bea\n").await;
        let told = next(&mut client).await;
        assert_eq!(told, json!({ "contactChanged": { "contactId": null, "contact": null } }));
        import("contactNo,date\nP1,2026-01-02\nP2,2026-01-02\n").await;
        let told = next(&mut client).await;
        let nothing = json!({ "interaction": null, "loggedSegment": null });
        assert_eq!(told, json!({ "interactionLogged": nothing }));
    }

    async fn who_watches_contacts_sees_them_change_and_go(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let bo = create(&app, input("PERSON", "Bo")).await;
        let server = Served::real(app).await;
        let app = &server.app;
        let watched = format!("contactChanged(ids: [{ada:?}]) {{ contactId contact {{ name city mailingGroups {{ code }} }} }}");
        let mut client = watching(&server, app, &[&watched]).await;
        app.must("contactUpdate", "", json!({ "id": bo, "city": "Oslo" })).await;
        for city in ["Oslo", "Rom"] {
            app.must("contactUpdate", "", json!({ "id": ada, "city": city })).await;
            assert_eq!(next(&mut client).await, json!({ "contactChanged": { "contactId": ada, "contact": {
                "name": "Ada", "city": city, "mailingGroups": [] } } }));
        }
        app.must("contactDelete", "", json!({ "id": ada })).await;
        assert_eq!(next(&mut client).await, json!({ "contactChanged": { "contactId": ada, "contact": null } }));
    }

    async fn who_watches_a_segment_sees_its_steps_and_its_end(app) {
        let ada = create(&app, input("PERSON", "Ada")).await;
        let other = segment_of(&app, &[&ada]).await;
        let segment = segment_of(&app, &[]).await;
        let server = Served::real(app).await;
        let app = &server.app;
        let watched = format!("segmentChanged(id: {segment:?}) {{ segmentId segment {{ contactsCount criteria {{ no }} }} }}");
        let mut client = watching(&server, app, &[&watched]).await;
        app.must("segmentClear", "", json!({ "segmentId": other })).await;
        app.must("segmentAddLines", "", json!({ "segmentId": segment, "contactIds": [ada] })).await;
        assert_eq!(next(&mut client).await, json!({ "segmentChanged": { "segmentId": segment, "segment": {
            "contactsCount": 1, "criteria": [{ "no": 1 }] } } }));
        // A contact that goes takes itself out of it.
        app.must("contactDelete", "", json!({ "id": ada, "removeFromSegments": true })).await;
        assert_eq!(next(&mut client).await, json!({ "segmentChanged": { "segmentId": segment, "segment": {
            "contactsCount": 0, "criteria": [{ "no": 1 }, { "no": 2 }] } } }));
        app.must("segmentDelete", "", json!({ "segmentId": segment })).await;
        assert_eq!(next(&mut client).await, json!({ "segmentChanged": { "segmentId": segment, "segment": null } }));
    }

    async fn who_watches_interactions_sees_single_ones_and_whole_segments(app) {
        stage(&app).await;
        codes(&app, "LANGUAGE", &["SV"]).await;
        let ada = create(&app, input("PERSON", "Ada")).await;
        let segment = segment_of(&app, &[&ada]).await;
        let server = Served::real(app).await;
        let app = &server.app;
        let watched = "interactionLogged { interaction { contact { name } } loggedSegment { segment { id } } }";
        let mut client = watching(&server, app, &[watched]).await;
        interaction(app, &ada).await;
        assert_eq!(next(&mut client).await, json!({ "interactionLogged": {
            "interaction": { "contact": { "name": "Ada" } }, "loggedSegment": null } }));
        app.must("segmentUpdate", "", json!({ "segmentId": segment, "interactionTemplate": "CALL",
            "salesperson": "BC", "description": "Call" })).await;
        let input = json!({ "segmentId": segment, "unreachable": "LOG_WITHOUT_DELIVERY" });
        app.must("segmentLog", "", input).await;
        assert_eq!(next(&mut client).await, json!({ "interactionLogged": {
            "interaction": null, "loggedSegment": { "segment": { "id": segment } } } }));
    }

    async fn who_watches_an_operation_sees_how_far_it_is(app) {
        let server = Served::real(app).await;
        let app = &server.app;
        let watched = r#"operationProgress(id: "operation:7") { id state done total rejected message }"#;
        let mut client = watching(&server, app, &[watched]).await;
        app.context.events.publish(&app.context.db, progress(8)).await;
        app.context.events.publish(&app.context.db, progress(7)).await;
        assert_eq!(next(&mut client).await, json!({ "operationProgress": {
            "id": "operation:7", "state": "RUNNING", "done": 1, "total": 2, "rejected": 0, "message": null } }));
    }

    async fn who_reads_nothing_keeps_nobody_waiting(app) {
        let segment = segment_of(&app, &[]).await;
        let server = Served::real(app).await;
        let copies: String = (0..60).map(|copy| format!("copy{copy}: description ")).collect();
        let watched = format!("segmentChanged {{ segment {{ {copies} }} }}");
        // From here on it reads nothing, and each change gives it half a megabyte to read.
        let _slow = watching(&server, &server.app, &vec![watched.as_str(); 31]).await;
        let changes = async {
            for change in 0..100 {
                let description = format!("{change:x>250}");
                let input = json!({ "segmentId": segment, "description": description });
                server.app.must("segmentUpdate", "", input).await;
            }
        };
        // It is cut off after 20 s, and until then nobody has to wait for it.
        timeout(Duration::from_secs(15), changes).await.expect("all changes in time");
        let mut prompt = watching(&server, &server.app, &["segmentChanged { segmentId }"]).await;
        server.app.must("segmentUpdate", "", json!({ "segmentId": segment, "subject": "Jul" })).await;
        assert_eq!(next(&mut prompt).await, json!({ "segmentChanged": { "segmentId": segment } }));
    }

    async fn watching_has_its_errors(app) {
        let server = Served::real(app).await;
        let mut client = Client::open(server.address).await;
        for (subscription, path) in [
            (r#"contactChanged(ids: ["segment:1"]) { contactId }"#.to_owned(), json!(["ids", "0"])),
            (format!("contactChanged(ids: [{}]) {{ contactId }}", r#""contact:1","#.repeat(1_001)), json!(["ids"])),
            (r#"segmentChanged(id: "x") { segmentId }"#.to_owned(), json!(["id"])),
            (r#"operationProgress(id: "segment:1") { id }"#.to_owned(), json!(["id"])),
        ] {
            client.subscribe("a", &format!("subscription {{ {subscription} }}")).await;
            let refused = client.hear().await;
            let errors = if refused["type"] == "error" { &refused["payload"] } else { &refused["payload"]["errors"] };
            assert_eq!(errors[0]["extensions"]["code"], "BAD_REQUEST", "{refused}");
            assert_eq!(errors[0]["extensions"]["path"], path, "{refused}");
            if refused["type"] == "next" {
                assert_eq!(client.hear().await["type"], "complete");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_on_one_server_is_seen_on_another() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let other = Served::real(app.another().await).await;
    let segment = segment_of(&app, &[]).await;
    let watched = "segmentChanged { segmentId segment { description } }";
    let mut client = watching(&other, &app, &[watched]).await;
    app.must("segmentUpdate", "", json!({ "segmentId": segment, "description": "Jul" })).await;
    let seen =
        json!({ "segmentChanged": { "segmentId": segment, "segment": { "description": "Jul" } } });
    assert_eq!(next(&mut client).await, seen);
}

#[tokio::test]
async fn a_subscription_listens_to_one_thing() {
    let server = Served::real(TestApp::on_sqlite().await).await;
    let mut client = Client::open(server.address).await;
    let too_many = |count| format!("A subscription selects one field; this one selects {count}.");
    for (query, told) in [
        ("{ a: segmentChanged { segmentId } contactChanged { contactId } }", too_many(2)),
        (
            "{ segmentChanged { segmentId } ...F } fragment F on Subscription { ... { contactChanged { contactId } } }",
            too_many(2),
        ),
        (
            "{ segmentChanged { segmentId } segmentChanged { segmentId } segmentChanged { segmentId } }",
            too_many(3),
        ),
        (
            "{ ...F } fragment F on Subscription { segmentChanged { segmentId } }",
            "A subscription selects its field itself, not in a fragment.".to_owned(),
        ),
    ] {
        client.subscribe("a", &format!("subscription {query}")).await;
        let refused = client.hear().await;
        assert_eq!(refused["type"], "error", "{refused}");
        assert_eq!(refused["payload"][0]["message"], told);
        assert_eq!(refused["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }
    client.subscribe("a", "subscription { segmentChanged { segmentId } }").await;
    client.say(r#"{"type":"ping"}"#).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
}
