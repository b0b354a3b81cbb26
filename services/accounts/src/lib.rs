//! Who may do what: users, their sessions, and tokens of programs.
//!
//! *User*: a person with a password and a role. *Session*: a user who has logged in, known by a secret that only
//! the browser has. *Token*: the secret of a program, with scopes and an end. *Link*: a secret that logs in once.
//! *Confirmed*: a session whose password was given within the last minutes, as users, tokens and updates need.
//!
//! Secrets are kept as hashes: Argon2id of passwords, SHA-256 of what has 128 random bits and more. Users, tokens
//! and failed logins stand on a [`host::Shelf`] and outlive a restart; sessions and links do not. Nothing here
//! reads a clock: seconds since 1970 come in.

mod accounts;
mod document;
mod password;
mod secret;
mod session;
mod throttle;
mod token;

pub use accounts::{Accounts, AccountsError, Login, Refused, new_link};
pub use document::{Preferences, Role, User};
pub use password::{PASSWORD_MAX, PASSWORD_MIN, PasswordError, check_password};
pub use session::{ABSOLUTE_S, IDLE_S, Session, Started};
pub use token::{NewToken, Scope, TOKEN_PREFIX, Token};
