//! Sessions: who has logged in, in memory only.

use crate::document::Role;
use crate::secret::{hash, new_secret};
use std::collections::BTreeMap;

/// A session ends after so long without a request, in seconds.
pub const IDLE_S: i64 = 2 * 3600;

/// A session ends so long after its login, in seconds.
pub const ABSOLUTE_S: i64 = 12 * 3600;

/// A password holds as confirmed for so long, in seconds.
const CONFIRMED_S: i64 = 600;

/// Sessions at a time; of more, those that were idle longest end.
const SESSIONS_MAX: usize = 256;

/// A link that nobody followed ends after so long, in seconds.
const LINK_S: i64 = 3600;

/// A user who has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: String,
    /// What he may do; that of his user at each request, if he is one.
    pub role: Role,
    /// What a page has to send along with a change, so that another page cannot make one.
    pub csrf: String,
    /// When it ends at the latest, in seconds since 1970.
    pub ends_s: i64,
    /// Whether he came by a link: there is no password to confirm, and no user of this name.
    pub by_link: bool,
    confirmed_s: i64,
    seen_s: i64,
}

impl Session {
    /// Whether the password was given within the last minutes.
    pub fn is_confirmed(&self, now_s: i64) -> bool {
        self.by_link || (0..CONFIRMED_S).contains(&(now_s - self.confirmed_s))
    }

    fn has_ended(&self, now_s: i64) -> bool {
        now_s >= self.ends_s || now_s - self.seen_s >= IDLE_S
    }
}

/// A session with the secret that its browser keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The secret.
    pub secret: String,
    /// The session.
    pub session: Session,
}

/// All sessions, by the hash of their secret.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    sessions: BTreeMap<String, Session>,
    /// Hash and end of links.
    links: Vec<(String, i64)>,
}

impl Sessions {
    /// Begins one under a secret that nobody had before.
    pub fn start(&mut self, user: &str, role: Role, by_link: bool, now_s: i64) -> Started {
        self.sessions.retain(|_, session| !session.has_ended(now_s));
        while self.sessions.len() >= SESSIONS_MAX {
            let idle = self.sessions.iter().min_by_key(|(_, session)| session.seen_s);
            let Some(key) = idle.map(|(key, _)| key.clone()) else { break };
            self.sessions.remove(&key);
        }
        let secret = new_secret();
        let session = Session {
            user: user.into(),
            role,
            csrf: new_secret(),
            ends_s: now_s + ABSOLUTE_S,
            by_link,
            confirmed_s: now_s,
            seen_s: now_s,
        };
        self.sessions.insert(hash(&secret), session.clone());
        Started { secret, session }
    }

    /// The session of a secret, which has a request now.
    pub fn seen(&mut self, secret: &str, now_s: i64) -> Option<Session> {
        let key = hash(secret);
        if self.sessions.get(&key)?.has_ended(now_s) {
            self.sessions.remove(&key);
            return None;
        }
        let session = self.sessions.get_mut(&key)?;
        session.seen_s = now_s;
        Some(session.clone())
    }

    /// The password was given.
    pub fn confirm(&mut self, secret: &str, now_s: i64) {
        if let Some(session) = self.sessions.get_mut(&hash(secret)) {
            session.confirmed_s = now_s;
        }
    }

    /// A log-out.
    pub fn end(&mut self, secret: &str) {
        self.sessions.remove(&hash(secret));
    }

    /// All of a user end.
    pub fn end_of(&mut self, user: &str) {
        self.sessions.retain(|_, session| session.by_link || session.user != user);
    }

    /// From now on a secret logs in once.
    pub fn admit(&mut self, secret: &str, now_s: i64) {
        self.links.push((hash(secret), now_s + LINK_S));
    }

    /// Whether a secret is that of a link, which then is none any more.
    pub fn follow(&mut self, secret: &str, now_s: i64) -> bool {
        let wanted = hash(secret);
        let found = self.links.iter().any(|(link, end)| *link == wanted && *end > now_s);
        self.links.retain(|(link, end)| *link != wanted && *end > now_s);
        found
    }
}
