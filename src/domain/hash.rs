//! What is known again without being kept.

use sha2::{Digest, Sha256};

/// SHA-256, in hexadecimal digits.
pub(super) fn sha256(of: impl AsRef<[u8]>) -> String {
    Sha256::digest(of).iter().map(|byte| format!("{byte:02x}")).collect()
}
