//! The public keys of a provider, fetched when they are needed and kept for a while.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use ureq::Agent;

use crate::config::KeySource;

/// After this long keys are fetched again: so long one that was withdrawn may still be of use.
const FRESH_FOR: Duration = Duration::from_secs(15 * 60);
/// And so long they are of use if that fails.
const USED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Whoever sends tokens with keys that nobody knows makes the server ask no more often than this.
const ASKED_EVERY: Duration = Duration::from_secs(10);
/// How long a provider may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// And how much.
const BYTES_MAX: u64 = 1024 * 1024;

#[derive(Debug)]
pub(super) struct Keys {
    source: KeySource,
    issuer: String,
    known: RwLock<Option<Known>>,
    /// When they were asked for last.
    asked: Mutex<Option<Instant>>,
}

#[derive(Clone, Debug)]
struct Known {
    set: Arc<JwkSet>,
    since: Instant,
}

impl Known {
    /// The key with this id; without an id, the only one that there is.
    fn find(&self, id: Option<&str>) -> Option<Jwk> {
        let encrypts =
            |key: &&Jwk| matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        let mut signing = self.set.keys.iter().filter(|key| !encrypts(key));
        match id {
            Some(id) => signing.find(|key| key.common.key_id.as_deref() == Some(id)).cloned(),
            None => signing.next().filter(|_| signing.next().is_none()).cloned(),
        }
    }
}

impl Keys {
    pub(super) fn new(source: KeySource, issuer: String) -> Self {
        Self { source, issuer, known: RwLock::default(), asked: Mutex::default() }
    }

    /// The key with this id, if the provider has it.
    pub(super) async fn find(&self, id: Option<&str>) -> Option<Jwk> {
        if let Some(known) = self.known(FRESH_FOR)
            && let Some(key) = known.find(id)
        {
            return Some(key);
        }
        let mut asked = match self.asked.try_lock() {
            Ok(asked) => asked,
            // Somebody asks already. However long the provider takes, what is known will do.
            Err(_) => match self.known(USED_FOR).and_then(|known| known.find(id)) {
                Some(key) => return Some(key),
                None => self.asked.lock().await,
            },
        };
        // Others may have asked meanwhile.
        if asked.is_none_or(|at| ASKED_EVERY <= at.elapsed()) {
            *asked = Some(Instant::now());
            match self.fetch().await {
                Ok(set) => {
                    let known = Known { set: Arc::new(set), since: Instant::now() };
                    *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
                }
                Err(err) => {
                    tracing::warn!(%err, issuer = self.issuer, "keys could not be fetched");
                }
            }
        }
        drop(asked);
        self.known(USED_FOR)?.find(id)
    }

    fn known(&self, no_older_than: Duration) -> Option<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.clone().filter(|known| known.since.elapsed() < no_older_than)
    }

    async fn fetch(&self) -> Result<JwkSet, String> {
        match &self.source {
            KeySource::Url(url) => get(url.clone()).await,
            KeySource::File(path) => {
                let json = tokio::fs::read(path).await.map_err(|err| err.to_string())?;
                serde_json::from_slice(&json).map_err(|err| err.to_string())
            }
            KeySource::Discovery => {
                let issuer = self.issuer.trim_end_matches('/');
                let found: Provider =
                    get(format!("{issuer}/.well-known/openid-configuration")).await?;
                if found.issuer != self.issuer {
                    return Err(format!("{issuer} says that it is {}", found.issuer));
                }
                get(found.jwks_uri).await
            }
        }
    }
}

/// What a provider says of itself.
#[derive(Deserialize)]
struct Provider {
    issuer: String,
    jwks_uri: String,
}

async fn get<T: DeserializeOwned + Send + 'static>(url: String) -> Result<T, String> {
    let asking = tokio::task::spawn_blocking(move || {
        let settings = Agent::config_builder().timeout_global(Some(ANSWER_MAX)).max_redirects(0);
        let agent: Agent = settings.build().into();
        let mut answer = agent.get(&url).call()?;
        answer.body_mut().with_config().limit(BYTES_MAX).read_json()
    });
    let answer = asking.await.map_err(|err| err.to_string())?;
    answer.map_err(|err: ureq::Error| err.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn nobody_waits_for_keys_that_are_known_while_another_asks() {
        let keys = Keys::new(KeySource::Discovery, "https://login.example".to_owned());
        let set = json!({ "keys": [{ "kty": "oct", "kid": "a", "k": "AA" }] });
        let since = Instant::now().checked_sub(FRESH_FOR * 2).unwrap();
        let known = Known { set: Arc::new(serde_json::from_value(set).unwrap()), since };
        *keys.known.write().unwrap() = Some(known);
        let _asking = keys.asked.lock().await;
        assert!(keys.find(Some("a")).await.is_some());
        let unknown = tokio::time::timeout(Duration::from_millis(20), keys.find(Some("b"))).await;
        assert!(unknown.is_err(), "it may be among those that come");
    }
}
