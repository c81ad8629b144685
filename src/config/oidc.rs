//! A provider of identities.

use std::path::PathBuf;

/// Whose tokens are believed.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// Who makes them, to the letter: the claim `iss`.
    pub issuer: String,
    /// Whom they have to be for: the claim `aud`.
    pub audience: String,
    /// Where the keys are with which they are signed.
    pub keys: KeySource,
}

/// Where the keys of a provider are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Where the provider says, at `/.well-known/openid-configuration`.
    Discovery,
    /// A set of keys (JWKS) at this URL.
    Url(String),
    /// A set of keys in this file, which is read again when it may have changed.
    File(PathBuf),
}
