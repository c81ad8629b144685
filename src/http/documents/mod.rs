//! Operations that are known by the SHA-256 of their text, so that clients send that instead of it:
//! those that the operator trusts, and those that clients have sent before.

mod read;

use std::{collections::HashMap, fmt, path::Path, sync::Arc};

use axum::http::StatusCode;
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest as _, Sha256};

use super::response::Refusal;

/// What is remembered of what clients send, at most.
const REMEMBERED_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// What an operation weighs besides its text.
const OVERHEAD_BYTES: u64 = 128;

/// The SHA-256 of the text of an operation, in UTF-8.
pub(super) type Digest = [u8; 32];

/// Operations that are known by the SHA-256 of their text.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    trusted: Arc<HashMap<Digest, String>>,
    only_trusted: bool,
    remembered: Option<Arc<Remembered>>,
}

type Remembered = Cache<Digest, Arc<str>, Bytes>;

#[derive(Clone, Copy, Debug)]
struct Bytes;

impl Weighter<Digest, Arc<str>> for Bytes {
    fn weight(&self, _: &Digest, text: &Arc<str>) -> u64 {
        OVERHEAD_BYTES.saturating_add(text.len() as u64)
    }
}

impl Documents {
    /// Trusts the operations in a file or a folder.
    ///
    /// # Errors
    /// What is wrong with which file, for the operator.
    pub fn trust(mut self, place: &Path) -> Result<Self, Untrusted> {
        self.trusted = Arc::new(read::documents(place)?);
        Ok(self)
    }

    /// Refuses all other operations.
    pub fn refuse_others(mut self) -> Self {
        self.only_trusted = true;
        self
    }

    /// Remembers what clients send with its SHA-256: automatic persisted queries.
    pub fn remember(mut self) -> Self {
        let items = usize::try_from(REMEMBERED_BYTES_MAX / 1024).expect("it is small");
        self.remembered = Some(Arc::new(Cache::with_weighter(items, REMEMBERED_BYTES_MAX, Bytes)));
        self
    }

    /// How many are trusted.
    pub fn trusted(&self) -> usize {
        self.trusted.len()
    }

    /// The text of an operation of which the client sent the text, the digest, or both.
    ///
    /// # Errors
    /// If the digest is of nothing that is known, or of another text, or if the operation is none of
    /// those that may run.
    pub(super) fn text(&self, sent: Option<String>, of: Option<Digest>) -> Result<String, Refusal> {
        match (sent, of) {
            (None, None) => Err(Refusal::malformed(SHAPE)),
            (None, Some(digest)) => self.known(&digest).ok_or_else(|| self.not_found()),
            (Some(text), None) if !self.only_trusted => Ok(text),
            (Some(text), None) => self.trusted_only(&digest_of(&text), text),
            (Some(text), Some(digest)) if digest_of(&text) != digest => {
                Err(Refusal::malformed("The SHA-256 is that of another query."))
            }
            (Some(text), Some(digest)) if self.only_trusted => self.trusted_only(&digest, text),
            (Some(text), Some(digest)) => {
                if let Some(remembered) = &self.remembered {
                    remembered.insert(digest, Arc::from(text.as_str()));
                }
                Ok(text)
            }
        }
    }

    fn known(&self, digest: &Digest) -> Option<String> {
        if let Some(text) = self.trusted.get(digest) {
            return Some(text.clone());
        }
        Some(self.remembered.as_ref()?.get(digest)?.to_string())
    }

    fn trusted_only(&self, digest: &Digest, text: String) -> Result<String, Refusal> {
        if self.trusted.contains_key(digest) { Ok(text) } else { Err(self.not_found()) }
    }

    /// With the sentences by which clients know that they have to send the text.
    fn not_found(&self) -> Refusal {
        if self.only_trusted {
            let message = "This server runs trusted operations only, and this is none of them.";
            return Refusal::new(StatusCode::FORBIDDEN, "OPERATION_NOT_TRUSTED", message);
        }
        if self.trusted.is_empty() && self.remembered.is_none() {
            let (code, message) = ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
            return Refusal::new(StatusCode::OK, code, message);
        }
        Refusal::new(StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    }
}

pub(super) const SHAPE: &str = "A request is a JSON object with the string `query`, and optionally \
                                `operationName`, `variables` and `extensions`.";

fn digest_of(text: &str) -> Digest {
    Sha256::digest(text.as_bytes()).into()
}

/// Reads a digest that is written in hexadecimal digits, with `sha256:` in front of it or not.
pub(super) fn parse_digest(text: &str) -> Option<Digest> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text).as_bytes();
    let mut digest = Digest::default();
    if digits.len() != 2 * digest.len() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(value(pair[0])? * 16 + value(pair[1])?).ok()?;
    }
    Some(digest)
}

/// Why operations can't be trusted, for the operator.
#[derive(Debug)]
pub struct Untrusted(String);

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Untrusted {}
