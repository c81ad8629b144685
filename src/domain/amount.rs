//! Exact decimal numbers, kept as whole ten-thousandths so that both databases add them exactly.

use rust_decimal::Decimal;

use crate::domain::{Error, Reason, Result};

/// Digits after the point.
const SCALE: u32 = 4;

/// The number that is stored for `amount`.
///
/// # Errors
/// If it has more than four decimals or exceeds what 64 bits hold, with `path`.
pub fn to_stored(amount: Decimal, path: &[&str]) -> Result<i64> {
    let mut scaled = amount.normalize();
    if SCALE < scaled.scale() {
        let message = format!("{amount} has more than {SCALE} decimals.");
        return Err(Error::reject(Reason::Invalid, path, message));
    }
    scaled.rescale(SCALE);
    i64::try_from(scaled.mantissa())
        .map_err(|_| Error::reject(Reason::Invalid, path, format!("{amount} is too large.")))
}

/// The amount that was stored as `stored`.
pub fn from_stored(stored: i64) -> Decimal {
    Decimal::new(stored, SCALE).normalize()
}
