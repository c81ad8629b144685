//! Who asks, and what they may do.

mod personal;
mod token;

use std::{fmt, net::IpAddr, str::FromStr};

pub use personal::{NEEDED, hide, is_personal};
pub use token::{NewToken, all, create, first, revoke, viewer};

/// Something that may be allowed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To ask for anything. Whoever may do more may do this.
    Read,
    /// To change contacts, segments, interactions and what they refer to, and to import.
    Write,
    /// To log segments, to cancel, reinstate and delete what was logged, and to say what became of its
    /// delivery.
    Log,
    /// To see names, addresses, telephone numbers and e-mail addresses of contacts, to find contacts
    /// by them, and to export.
    Personal,
    /// To change what holds for everybody: custom attributes and number series.
    Admin,
}

impl Scope {
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Log, Self::Personal, Self::Admin];

    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Log => "log",
            Self::Personal => "personal",
            Self::Admin => "admin",
        }
    }
}

/// What somebody may do. Reading is always among it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    pub const ALL: Self = Self((1 << Scope::ALL.len()) - 1);

    pub fn of(scopes: &[Scope]) -> Self {
        let bits = scopes.iter().map(|scope| 1 << *scope as u8);
        Self(bits.fold(1 << Scope::Read as u8, |all, bit| all | bit))
    }

    pub fn contains(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }

    /// Whether there is anything that may be changed.
    pub fn may_change(self) -> bool {
        [Scope::Write, Scope::Log, Scope::Admin].into_iter().any(|it| self.contains(it))
    }
}

/// Names with spaces between.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Scope::ALL.into_iter().filter(|it| self.contains(*it)).map(Scope::name);
        f.write_str(&names.collect::<Vec<_>>().join(" "))
    }
}

/// Names with spaces or commas between; at least one.
impl FromStr for Scopes {
    type Err = String;

    fn from_str(names: &str) -> Result<Self, String> {
        let names = names.split([' ', ',']).filter(|name| !name.is_empty());
        let found = names.map(|name| {
            let scope = Scope::ALL.into_iter().find(|it| it.name() == name);
            let known = Scope::ALL.map(Scope::name).join(", ");
            scope.ok_or_else(|| format!("{name:?} is none of the scopes {known}"))
        });
        match found.collect::<Result<Vec<_>, _>>()? {
            found if found.is_empty() => Err("name a scope".to_owned()),
            found => Ok(Self::of(&found)),
        }
    }
}

/// What the names of those begin with whom an identity provider knows. No token is called so.
pub const OF_PROVIDER: &str = "oidc:";

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Recorded with what they do: that of their token, or what their provider calls them.
    pub name: Option<String>,
    /// By which their provider tells them from others, whatever it calls them.
    pub subject: Option<String>,
    pub scopes: Scopes,
    pub origin: Origin,
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// By which the log knows it.
    pub request_id: Option<String>,
    pub address: Option<IpAddr>,
}

impl Viewer {
    /// Whoever can reach a server that asks nobody who they are.
    pub const ANYBODY: Self = Self {
        name: None,
        subject: None,
        scopes: Scopes::ALL,
        origin: Origin { request_id: None, address: None },
    };

    /// By which they are told from everybody else; nothing if nobody knows who they are.
    pub fn account(&self) -> Option<String> {
        match &self.subject {
            Some(subject) => Some(format!("{OF_PROVIDER}{subject}")),
            None => self.name.clone(),
        }
    }
}
