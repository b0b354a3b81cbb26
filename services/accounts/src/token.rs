//! Tokens: secrets of programs.

use serde::{Deserialize, Serialize};

/// What the secret of a token begins with, so that one that was lost can be found by searching for it.
pub const TOKEN_PREFIX: &str = "ems_";

/// Days for which a token holds at most.
pub(crate) const DAYS_MAX: u32 = 3650;

/// Tokens at most.
pub(crate) const TOKENS_MAX: usize = 64;

/// Longest name of a token, in characters.
pub(crate) const NAME_MAX: usize = 64;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What a viewer may.
    Read,
    /// What an operator may.
    Write,
    /// Only the metrics.
    Metrics,
}

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Metrics];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Metrics => "metrics",
        }
    }
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its number, unique.
    pub id: u32,
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Hash of the secret.
    pub(crate) hash: String,
    /// When it was made, in seconds since 1970.
    pub created_s: i64,
    /// When it ends.
    pub ends_s: i64,
}

/// A token that was just made, with its secret, which is not shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The token.
    pub token: Token,
    /// Its secret.
    pub secret: String,
}
