//! Who uses the server, and what each of them may spend.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
};

use quick_cache::sync::Cache;

use super::App;
use crate::{domain::access::Viewer, graphql::Allowance};

/// Allowances that are known at a time. Whoever was forgotten begins anew.
const SPENDERS_MAX: usize = 10_000;
/// What a client may spend a second unless it is set: a hundred pages of ten contacts, for instance,
/// with some fields of each.
const PER_SECOND_DEFAULT: NonZeroU32 = NonZeroU32::new(2_000).expect("it is not zero");

/// Who is told apart from others: by who they are, or else by address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Spender {
    Known(String),
    At(IpAddr),
}

/// What clients may spend.
#[derive(Debug)]
pub(super) struct Allowances {
    known: Cache<Spender, Arc<Allowance>>,
    unlimited: Arc<Allowance>,
    /// So much for everybody; zero if nobody is limited.
    per_second: Option<u32>,
}

impl Allowances {
    pub(super) fn new(per_second: Option<u32>) -> Self {
        let known = Cache::new(SPENDERS_MAX);
        Self { known, unlimited: Arc::new(Allowance::unlimited()), per_second }
    }

    fn allowance(&self, viewer: &Viewer) -> Arc<Allowance> {
        let spender = spender(viewer);
        let per_second = match self.per_second {
            Some(per_second) => NonZeroU32::new(per_second),
            // Whoever is at this machine, and not asked who they are, could as well read the file.
            None if matches!(spender, Spender::At(address) if address.is_loopback()) => None,
            None => Some(PER_SECOND_DEFAULT),
        };
        let Some(per_second) = per_second else { return Arc::clone(&self.unlimited) };
        let begun = || Ok::<_, std::convert::Infallible>(Arc::new(Allowance::of(per_second)));
        match self.known.get_or_insert_with(&spender, begun) {
            Ok(allowance) => allowance,
            Err(never) => match never {},
        }
    }
}

fn spender(viewer: &Viewer) -> Spender {
    match (viewer.account(), viewer.origin.address) {
        (Some(account), _) => Spender::Known(account),
        (None, Some(address)) => Spender::At(network(address)),
        // Only a test sends requests from nowhere.
        (None, None) => Spender::At(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    }
}

/// The address as far as it is given to one: whoever has an IPv6 address has all that begin like it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

impl App {
    /// The request as one of this viewer, at their expense.
    pub(super) fn asked_by(
        &self,
        viewer: Viewer,
        request: async_graphql::Request,
    ) -> async_graphql::Request {
        let allowance = self.allowances.allowance(&viewer);
        request.data(viewer).data(allowance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Origin;

    fn from(name: Option<&str>, address: &str) -> Viewer {
        let origin = Origin { request_id: None, address: Some(address.parse().unwrap()) };
        Viewer { name: name.map(str::to_owned), origin, ..Viewer::ANYBODY }
    }

    #[test]
    fn clients_are_told_apart_by_name_or_else_by_network() {
        let same = [
            (from(None, "2001:db8:1:2::1"), from(None, "2001:db8:1:2:ffff::7")),
            (from(None, "192.0.2.1"), from(None, "::ffff:192.0.2.1")),
            (from(Some("a"), "192.0.2.1"), from(Some("a"), "192.0.2.2")),
        ];
        for (one, other) in same {
            assert_eq!(spender(&one), spender(&other));
        }
        let apart = [
            (from(None, "2001:db8:1:2::1"), from(None, "2001:db8:1:3::1")),
            (from(None, "192.0.2.1"), from(None, "192.0.2.2")),
            (from(Some("a"), "192.0.2.1"), from(Some("b"), "192.0.2.1")),
            (from(Some("a"), "192.0.2.1"), from(None, "192.0.2.1")),
        ];
        for (one, other) in apart {
            assert_ne!(spender(&one), spender(&other));
        }
    }

    #[test]
    fn only_this_machine_is_not_limited_unless_it_is_set() {
        let is_limited = |allowances: &Allowances, viewer: &Viewer| {
            !Arc::ptr_eq(&allowances.allowance(viewer), &allowances.unlimited)
        };
        let (here, there) = (from(None, "127.0.0.1"), from(None, "192.0.2.1"));
        let named = from(Some("a"), "127.0.0.1");
        let cases = [(None, [false, true, true]), (Some(0), [false; 3]), (Some(5), [true; 3])];
        for (per_second, expected) in cases {
            let allowances = Allowances::new(per_second);
            let found = [&here, &there, &named].map(|viewer| is_limited(&allowances, viewer));
            assert_eq!(found, expected, "{per_second:?}");
        }
    }
}
