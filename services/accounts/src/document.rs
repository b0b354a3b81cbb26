//! What stands on the shelf: users and tokens.

use crate::token::Token;
use serde::{Deserialize, Serialize};

/// What somebody may do; each role may also do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Works with the meter: settings, partial counters, output, alarms, reports.
    Operator,
    /// Decides who may, and what is served.
    Administrator,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Role; 3] = [Role::Viewer, Role::Operator, Role::Administrator];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Administrator => "administrator",
        }
    }

    /// The role of a name.
    pub fn from_slug(slug: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.slug() == slug)
    }
}

/// How somebody likes to see it. What the names mean is the page's business; they are only bounded here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// `en`, `it`, `fr` or `de`.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// `iec`, `us` or `us-delta`.
    pub phase_colours: String,
    /// Path of the page that opens first; empty for the usual one.
    pub home: String,
}

impl Default for Preferences {
    fn default() -> Preferences {
        Preferences {
            language: "en".into(),
            theme: "system".into(),
            phase_colours: "iec".into(),
            home: String::new(),
        }
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Name, unique: small letters, digits, `.`, `-` and `_`.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// Hash of the password.
    pub(crate) password: String,
    /// When he was added, in seconds since 1970.
    pub created_s: i64,
    /// When he logged in last.
    #[serde(default)]
    pub seen_s: Option<i64>,
    /// How he likes to see it.
    #[serde(default)]
    pub preferences: Preferences,
}

/// Everything, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub users: Vec<User>,
    #[serde(default)]
    pub tokens: Vec<Token>,
}

impl Document {
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    pub fn user_mut(&mut self, name: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.name == name)
    }

    /// Whether a user is the only one who may decide who may.
    pub fn is_last_administrator(&self, name: &str) -> bool {
        let mut others = self.users.iter().filter(|user| user.name != name);
        let is_administrator = self.user(name).is_some_and(|user| user.role == Role::Administrator);
        is_administrator && !others.any(|user| user.role == Role::Administrator)
    }
}
