//! Tokens of an OpenID Connect provider.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::State,
    http::Request,
    routing::get,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt;
use urval::{
    config::{KeySource, OidcSettings},
    domain::access::{self, NewToken},
    http::{self, App, Settings},
};

use crate::app::TestApp;

/// A provider that shows the keys it has, and counts how often it is asked for them.
#[derive(Clone, Default)]
struct Provider {
    issuer: String,
    keys: Arc<Mutex<Vec<Value>>>,
    asked: Arc<AtomicUsize>,
}

impl Provider {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realm", listener.local_addr().unwrap());
        let provider = Self { issuer, ..Self::default() };
        let about = async |State(it): State<Self>| {
            Json(json!({ "issuer": it.issuer, "jwks_uri": format!("{}/keys", it.issuer) }))
        };
        let keys = async |State(it): State<Self>| {
            it.asked.fetch_add(1, Ordering::Relaxed);
            Json(json!({ "keys": *it.keys.lock().unwrap() }))
        };
        let routes = Router::new()
            .route("/realm/.well-known/openid-configuration", get(about))
            .route("/realm/keys", get(keys))
            .with_state(provider.clone());
        tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        provider
    }

    /// Has this key from now on.
    fn has(&self, key: &Key) {
        self.keys.lock().unwrap().push(key.public.clone());
    }
}

struct Key {
    id: &'static str,
    algorithm: Algorithm,
    secret: EncodingKey,
    public: Value,
}

impl Key {
    fn on_p256(id: &'static str, seed: u8) -> Self {
        let secret = p256::SecretKey::from_slice(&[seed; 32]).unwrap().to_pkcs8_der().unwrap();
        let secret = EncodingKey::from_ec_der(secret.as_bytes());
        let mut public = Jwk::from_encoding_key(&secret, Algorithm::ES256).unwrap();
        public.common.key_id = Some(id.to_owned());
        let public = serde_json::to_value(public).unwrap();
        Self { id, algorithm: Algorithm::ES256, secret, public }
    }

    fn on_ed25519(id: &'static str, seed: u8) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
        let secret = EncodingKey::from_ed_der(key.to_pkcs8_der().unwrap().as_bytes());
        let x = BASE64_URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig", "x": x });
        Self { id, algorithm: Algorithm::EdDSA, secret, public }
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(self.algorithm) };
        encode(&header, claims, &self.secret).unwrap()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims(issuer: &str) -> Value {
    json!({ "iss": issuer, "aud": "urval", "sub": "42", "preferred_username": "alma",
            "exp": now() + 300, "scope": "openid urval:write" })
}

struct Server {
    app: TestApp,
    router: Router,
}

impl Server {
    async fn believing(issuer: &str, keys: KeySource) -> Self {
        let app = TestApp::on_sqlite().await;
        let (issuer, audience) = (issuer.to_owned(), "urval".to_owned());
        let oidc = Some(OidcSettings { issuer, audience, keys });
        let settings = Settings { requires_token: true, oidc, ..Settings::default() };
        let router = http::router(App::new(app.schema.clone(), app.context.clone(), settings));
        Self { app, router }
    }

    async fn send(&self, token: &str, key: Option<&str>, query: &str) -> Value {
        let mut request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from(json!({ "query": query }).to_string()));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// Makes a segment; who it says that made it, or the code of the error.
    async fn ask(&self, token: &str) -> String {
        let query = "mutation { segmentCreate(input: {}) { segment { actor } } }";
        let answer = self.send(token, None, query).await;
        let actor = &answer["data"]["segmentCreate"]["segment"]["actor"];
        let code = &answer["errors"][0]["extensions"]["code"];
        actor.as_str().or(code.as_str()).unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

#[tokio::test]
async fn a_token_of_the_provider_says_who_asks_and_what_they_may() {
    let provider = Provider::start().await;
    let keys = [Key::on_p256("a", 7), Key::on_ed25519("b", 7)];
    keys.iter().for_each(|key| provider.has(key));
    let server = Server::believing(&provider.issuer, KeySource::Discovery).await;
    let with = |change: Value| {
        let mut claims = claims(&provider.issuer);
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        claims
    };
    let unknown = "UNAUTHENTICATED";
    let cases = [
        (json!({}), "oidc:alma"),
        (json!({ "preferred_username": null }), "oidc:42"),
        (json!({ "aud": ["other", "urval"] }), "oidc:alma"),
        (json!({ "scope": null, "scp": "urval:write" }), "oidc:alma"),
        (json!({ "scope": null, "scp": ["urval:read", "urval:write"] }), "oidc:alma"),
        (json!({ "scope": null, "roles": ["urval:write"] }), "oidc:alma"),
        // Clocks differ, but not by more than a minute.
        (json!({ "exp": now() - 30 }), "oidc:alma"),
        (json!({ "nbf": now() + 30 }), "oidc:alma"),
        (json!({ "exp": now() - 90 }), unknown),
        (json!({ "nbf": now() + 90 }), unknown),
        (json!({ "exp": null }), unknown),
        (json!({ "aud": "other" }), unknown),
        (json!({ "aud": null }), unknown),
        (json!({ "iss": "https://example.com" }), unknown),
        (json!({ "iss": format!("{}/", provider.issuer) }), unknown),
        (json!({ "sub": null }), unknown),
        (json!({ "scope": "urval:read" }), "FORBIDDEN"),
        (json!({ "scope": "write admin" }), "FORBIDDEN"),
        (json!({ "scope": null }), "FORBIDDEN"),
    ];
    for (change, expected) in cases {
        for key in &keys {
            let token = key.sign(&with(change.clone()));
            assert_eq!(server.ask(&token).await, expected, "{change} {}", key.id);
        }
    }
    assert_eq!(provider.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_others_sign_is_not_believed() {
    let provider = Provider::start().await;
    let (key, other) = (Key::on_p256("a", 7), Key::on_p256("a", 8));
    provider.has(&key);
    let server = Server::believing(&provider.issuer, KeySource::Discovery).await;
    let claims = claims(&provider.issuer);
    assert_eq!(server.ask(&key.sign(&claims)).await, "oidc:alma");
    let good = key.sign(&claims);
    let parts: Vec<&str> = good.split('.').collect();
    let forged = other.sign(&claims);
    let public = key.public.to_string();
    let header = Header { kid: Some("a".to_owned()), ..Header::new(Algorithm::HS256) };
    let hs256 = encode(&header, &claims, &EncodingKey::from_secret(public.as_bytes())).unwrap();
    // {"alg":"none"}
    let none = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let mixed = format!("{}.{}.{}", parts[0], forged.split('.').nth(1).unwrap(), parts[2]);
    let cut = good[..good.len() - 4].to_owned();
    let of_another_kind = Key::on_ed25519("a", 7).sign(&claims);
    let long = format!("{good}{}", "a".repeat(20_000));
    let mut other_claims = claims.clone();
    other_claims["sub"] = json!("43");
    let swapped =
        format!("{}.{}.{}", parts[0], key.sign(&other_claims).split('.').nth(1).unwrap(), parts[2]);
    let bad =
        [forged, hs256, none, cut, of_another_kind, long, swapped, "..".into(), "a.b.c".into()];
    for token in bad {
        assert_eq!(server.ask(&token).await, "UNAUTHENTICATED", "{token}");
    }
    // Its claims are the same, and so is it.
    assert_eq!(server.ask(&mixed).await, "oidc:alma");
}

#[tokio::test]
async fn whoever_is_called_alike_is_told_apart() {
    let provider = Provider::start().await;
    let key = Key::on_p256("a", 7);
    provider.has(&key);
    let server = Server::believing(&provider.issuer, KeySource::Discovery).await;
    let context = &server.app.context;
    let new = NewToken { name: "alma".into(), scopes: "write".parse().unwrap(), expires_at: None };
    let of_server = access::create(context, new).await.unwrap();
    let mut claims = claims(&provider.issuer);
    let of_provider = key.sign(&claims);
    claims["sub"] = json!("43");
    let of_another = key.sign(&claims);
    claims["preferred_username"] = json!("alba");
    let renamed = key.sign(&claims);
    let query = "mutation { segmentCreate(input: {}) { segment { no } } }";
    let mut answers = Vec::new();
    for token in [&of_server, &of_provider, &of_another, &renamed] {
        // The key is one of each of them, whatever they are called.
        let answer = server.send(token, Some("k"), query).await;
        answers.push(answer["data"]["segmentCreate"]["segment"]["no"].clone());
    }
    assert_eq!(answers, ["SM000001", "SM000002", "SM000003", "SM000003"]);
    let log = server.app.data("{ auditLog(first: 3) { nodes { actor } } }", json!({})).await;
    let actors = json!([{ "actor": "oidc:alma" }, { "actor": "oidc:alma" }, { "actor": "alma" }]);
    assert_eq!(log["auditLog"]["nodes"], actors);
}

#[tokio::test]
async fn keys_may_change_and_the_provider_may_be_away() {
    let provider = Provider::start().await;
    let claims = claims(&provider.issuer);
    let (first, second) = (Key::on_p256("first", 7), Key::on_p256("second", 8));
    provider.has(&first);
    let server = Server::believing(&provider.issuer, KeySource::Discovery).await;
    assert_eq!(server.ask(&first.sign(&claims)).await, "oidc:alma");
    // A key that nobody knows is asked for, but not again and again.
    for _ in 0..5 {
        assert_eq!(server.ask(&second.sign(&claims)).await, "UNAUTHENTICATED");
    }
    assert_eq!(provider.asked.load(Ordering::Relaxed), 1);

    let server = Server::believing(&provider.issuer, KeySource::Discovery).await;
    provider.has(&second);
    assert_eq!(server.ask(&second.sign(&claims)).await, "oidc:alma");
    assert_eq!(server.ask(&first.sign(&claims)).await, "oidc:alma");

    let nobody = Server::believing("http://127.0.0.1:1/realm", KeySource::Discovery).await;
    assert_eq!(nobody.ask(&first.sign(&claims)).await, "UNAUTHENTICATED");
    let renamed = format!("{}/", provider.issuer);
    let other = Server::believing(&renamed, KeySource::Discovery).await;
    let mut of_other = claims.clone();
    of_other["iss"] = json!(renamed);
    assert_eq!(other.ask(&first.sign(&of_other)).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn keys_come_from_a_file_or_an_address_too() {
    let provider = Provider::start().await;
    let key = Key::on_ed25519("a", 7);
    provider.has(&key);
    let token = key.sign(&claims("https://example.com"));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("keys.json");
    let set: HashMap<_, _> = [("keys", [key.public.clone()])].into();
    fs::write(&file, serde_json::to_vec(&set).unwrap()).unwrap();
    for keys in [KeySource::File(file), KeySource::Url(format!("{}/keys", provider.issuer))] {
        let server = Server::believing("https://example.com", keys).await;
        assert_eq!(server.ask(&token).await, "oidc:alma");
    }
    let nowhere = KeySource::File(dir.path().join("none.json"));
    let server = Server::believing("https://example.com", nowhere).await;
    assert_eq!(server.ask(&token).await, "UNAUTHENTICATED");
}
