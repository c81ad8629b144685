//! Tokens of an OpenID Connect provider: who they are of, and what they allow.

mod keys;

use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use serde::Deserialize;

use self::keys::Keys;
use crate::{
    config::OidcSettings,
    domain::access::{OF_PROVIDER, Origin, Scope, Scopes, Viewer},
};

/// How a token may be signed: with keys of which the server needs only the public half.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// By how much the clocks of the provider and the server may differ, in seconds.
const CLOCK_SKEW: u64 = 60;
/// What the scopes of ours begin with among those of a token.
const PREFIX: &str = "urval:";
/// A token may be this long; those of providers have a kilobyte or two.
const BYTES_MAX: usize = 16 * 1024;

/// A provider, and its keys as they were last seen.
#[derive(Debug)]
pub(super) struct Oidc {
    issuer: String,
    audience: String,
    keys: Keys,
}

/// What a token says.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    preferred_username: Option<String>,
    /// Scopes with spaces between, as OAuth has them.
    scope: Option<String>,
    /// The same, as some providers have them.
    #[serde(default)]
    scp: Words,
    #[serde(default)]
    roles: Words,
}

/// One text with words, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    List(Vec<String>),
}

impl Default for Words {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Words {
    fn all(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => text.split(' ').collect(),
            Self::List(list) => list.iter().map(String::as_str).collect(),
        }
    }
}

/// Why a token is not believed, for the one who sent it.
pub(super) enum Refused {
    /// It does not say who they are.
    Unknown(String),
    /// It says so, and allows nothing here.
    Nothing,
}

impl From<jsonwebtoken::errors::Error> for Refused {
    fn from(err: jsonwebtoken::errors::Error) -> Self {
        Self::Unknown(err.to_string())
    }
}

impl Oidc {
    pub(super) fn new(settings: &OidcSettings) -> Self {
        let OidcSettings { issuer, audience, keys } = settings.clone();
        let keys = Keys::new(keys, issuer.clone());
        Self { issuer, audience, keys }
    }

    /// Who bears this token.
    pub(super) async fn viewer(&self, token: &str) -> Result<Viewer, Refused> {
        if BYTES_MAX < token.len() {
            return Err(Refused::Unknown("it is too long".to_owned()));
        }
        let header = decode_header(token)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Refused::Unknown(format!("{:?} is not believed in", header.alg)));
        }
        let key = self.keys.find(header.kid.as_deref()).await;
        let key =
            key.ok_or_else(|| Refused::Unknown("its key is none of the issuer's".to_owned()))?;
        if key.common.key_algorithm.is_some_and(|it| it != header.alg.into()) {
            return Err(Refused::Unknown(format!("its key is not for {:?}", header.alg)));
        }
        let key = DecodingKey::from_jwk(&key)?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = CLOCK_SKEW;
        validation.validate_nbf = true;
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let TokenData { claims, .. } = decode::<Claims>(token, &key, &validation)?;
        claims.viewer()
    }
}

impl Claims {
    fn viewer(self) -> Result<Viewer, Refused> {
        let words = self.scope.iter().flat_map(|scope| scope.split(' '));
        let words = words.chain(self.scp.all()).chain(self.roles.all());
        let names: Vec<&str> = words.filter_map(|word| word.strip_prefix(PREFIX)).collect();
        let scopes = Scope::ALL.into_iter().filter(|scope| names.contains(&scope.name()));
        let scopes: Vec<Scope> = scopes.collect();
        if scopes.is_empty() {
            return Err(Refused::Nothing);
        }
        let name = self.preferred_username.as_ref().unwrap_or(&self.sub);
        let name = name.chars().take(NAME_MAX).filter(|it| !it.is_control());
        Ok(Viewer {
            // Whoever may choose what the provider calls them may not choose to be a token.
            name: Some(OF_PROVIDER.chars().chain(name).collect()),
            subject: Some(self.sub),
            scopes: Scopes::of(&scopes),
            origin: Origin::default(),
        })
    }
}

/// Characters of a name that are recorded with what somebody does.
const NAME_MAX: usize = 100;
