//! What a client may spend: so much cost a second, and so many operations at a time.

use std::{fmt, num::NonZeroU32, sync::Arc};

use async_graphql::{ServerError, ServerResult, Value, value};
use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    codes::{self, coded},
    limits::COST_MAX,
};

/// For how many seconds a client may save up what it does not spend.
const SAVED_S: u32 = 20;
/// Queries and mutations that a client may have under way. A page has a handful.
const OPERATIONS_MAX: usize = 64;

/// What one client may spend.
pub struct Allowance {
    /// Nothing if it may spend what it likes.
    rate: Option<Rate>,
    operations: Arc<Semaphore>,
}

struct Rate {
    per_second: u32,
    at_once: u32,
    left: DefaultDirectRateLimiter<StateInformationMiddleware>,
}

/// What an operation costs, and what its client has left after it.
#[derive(Debug)]
pub(super) struct Cost {
    requested: u64,
    rate: Option<RateState>,
}

#[derive(Debug)]
struct RateState {
    available: u32,
    maximum: u32,
    per_second: u32,
}

impl Allowance {
    /// So much cost a second, some seconds' worth of it at once, and at least as much as any single
    /// operation may cost.
    pub fn of(per_second: NonZeroU32) -> Self {
        let saved = per_second.get().saturating_mul(SAVED_S);
        let at_once = NonZeroU32::new(saved).unwrap_or(per_second).max(COST_MAX);
        let quota = Quota::per_second(per_second).allow_burst(at_once);
        let left = RateLimiter::direct(quota).with_middleware();
        let rate = Rate { per_second: per_second.get(), at_once: at_once.get(), left };
        Self { rate: Some(rate), operations: Arc::new(Semaphore::new(OPERATIONS_MAX)) }
    }

    /// For a client that may do as much as the server can.
    pub fn unlimited() -> Self {
        Self { rate: None, operations: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)) }
    }

    /// Takes what an operation costs off what is left.
    ///
    /// # Errors
    /// If less is left: then nothing is taken, and the error says when to come again.
    pub(super) fn spend(&self, requested: u64) -> ServerResult<Cost> {
        let Some(rate) = &self.rate else { return Ok(Cost { requested, rate: None }) };
        let whole = u32::try_from(requested).ok().and_then(NonZeroU32::new);
        let spent = whole.unwrap_or(NonZeroU32::MIN);
        let left = rate.left.check_n(spent).expect("no operation costs more than there may be");
        match left {
            Ok(left) => {
                let available = left.remaining_burst_capacity();
                let state =
                    RateState { available, maximum: rate.at_once, per_second: rate.per_second };
                Ok(Cost { requested, rate: Some(state) })
            }
            Err(early) => {
                let wait = early.wait_time_from(DefaultClock::default().now());
                Err(refused(
                    codes::RATE_LIMITED,
                    wait.as_secs() + 1,
                    format!(
                        "The operation costs {requested}, more than is left of what you may spend, which \
                     is {} a second. Try again later.",
                        rate.per_second
                    ),
                ))
            }
        }
    }

    /// Begins an operation, which goes on until the permit is dropped.
    ///
    /// # Errors
    /// If too many are under way.
    pub(super) fn begin(&self) -> ServerResult<OwnedSemaphorePermit> {
        Arc::clone(&self.operations).try_acquire_owned().map_err(|_| {
            let message = format!(
                "You have {OPERATIONS_MAX} operations under way: wait until one of them is done."
            );
            refused(codes::TOO_MANY_OPERATIONS, 1, message)
        })
    }
}

fn refused(code: &str, retry_after_s: u64, message: String) -> ServerError {
    let mut err = coded(ServerError::new(message, None), code);
    err.extensions.get_or_insert_default().set("retryAfter", retry_after_s);
    err
}

impl fmt::Debug for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second = self.rate.as_ref().map(|rate| rate.per_second);
        f.debug_struct("Allowance").field("per_second", &per_second).finish_non_exhaustive()
    }
}

impl Cost {
    /// What clients are told in `extensions.cost`.
    pub(super) fn told(&self) -> Value {
        let requested = self.requested;
        match &self.rate {
            None => value!({ "requested": requested }),
            Some(RateState { available, maximum, per_second }) => value!({
                "requested": requested,
                "available": (*available),
                "maximum": (*maximum),
                "restoreRate": (*per_second)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_gone() {
        let allowance = Allowance::of(NonZeroU32::MIN);
        let cost = allowance.spend(6_000).unwrap();
        let told = cost.told().into_json().unwrap();
        assert_eq!((&told["requested"], &told["maximum"]), (&6_000.into(), &10_000.into()));
        let err = allowance.spend(6_000).unwrap_err();
        let extensions = err.extensions.unwrap();
        assert_eq!(extensions.get("code"), Some(&Value::from("RATE_LIMITED")));
        let Some(Value::Number(wait)) = extensions.get("retryAfter") else { panic!("no wait") };
        // Two thousand are missing, and one comes back each second.
        assert!((1_900..=2_001).contains(&wait.as_u64().unwrap()), "{wait}");
        allowance.spend(3_000).unwrap();
    }

    #[test]
    fn so_many_operations_at_a_time() {
        let allowance = Allowance::of(NonZeroU32::MIN);
        let mut running: Vec<_> = (0..OPERATIONS_MAX).map(|_| allowance.begin().unwrap()).collect();
        allowance.begin().unwrap_err();
        running.pop();
        drop(allowance.begin().unwrap());
        drop(Allowance::unlimited().begin().unwrap());
    }
}
