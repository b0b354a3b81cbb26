//! Who guesses passwords waits: failed logins by user and by address.
//!
//! A few failures are free; then each one costs a wait that doubles. Names that nobody has are counted like
//! those of users, so that a wait does not tell who exists.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Failures of a user's name before one waits.
const FREE_OF_NAME: u32 = 5;

/// Failures from an address before one waits: several people may sit behind one.
const FREE_OF_ADDRESS: u32 = 20;

/// The first wait, in seconds.
const FIRST_S: i64 = 30;

/// The longest wait, in seconds: an owner who is locked out by somebody else is let in within a quarter of an hour.
const LONGEST_S: i64 = 900;

/// Failures are forgotten after so long, in seconds.
const FORGOTTEN_S: i64 = 86_400;

/// Names and addresses that are remembered; of more, those that failed longest ago go.
const REMEMBERED_MAX: usize = 512;

/// Failed logins, as they stand on the shelf.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Throttle {
    failures: BTreeMap<String, Failures>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Failures {
    count: u32,
    last_s: i64,
    locked_until_s: i64,
}

/// Who tries: a name of a user, or an address.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who<'a> {
    Name(&'a str),
    Address(&'a str),
}

impl Who<'_> {
    fn key(self) -> String {
        match self {
            Who::Name(name) => format!("name {name}"),
            Who::Address(address) => format!("address {address}"),
        }
    }

    fn free(self) -> u32 {
        match self {
            Who::Name(_) => FREE_OF_NAME,
            Who::Address(_) => FREE_OF_ADDRESS,
        }
    }
}

impl Throttle {
    /// Seconds that are to be waited; 0 if none are.
    pub fn wait_s(&self, who: Who<'_>, now_s: i64) -> i64 {
        let until = self.locked_until_s(who, now_s);
        until.map_or(0, |until| until - now_s)
    }

    /// Until when one waits, if one does. A clock that was set back does not make the wait longer than it was.
    pub fn locked_until_s(&self, who: Who<'_>, now_s: i64) -> Option<i64> {
        let failures = self.failures.get(&who.key())?;
        let until = failures.locked_until_s.min(now_s.saturating_add(LONGEST_S));
        (until > now_s).then_some(until)
    }

    /// A login that failed.
    pub fn fail(&mut self, who: Who<'_>, now_s: i64) {
        self.failures.retain(|_, failures| now_s - failures.last_s < FORGOTTEN_S);
        let entry = self.failures.entry(who.key());
        let failures = entry.or_insert(Failures { count: 0, last_s: now_s, locked_until_s: 0 });
        failures.count = failures.count.saturating_add(1);
        failures.last_s = now_s;
        if failures.count >= who.free() {
            let doublings = (failures.count - who.free()).min(10);
            failures.locked_until_s = now_s + (FIRST_S << doublings).min(LONGEST_S);
        }
        while self.failures.len() > REMEMBERED_MAX {
            let oldest = self.failures.iter().min_by_key(|(_, failures)| failures.last_s);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            self.failures.remove(&key);
        }
    }

    /// A login that succeeded, or somebody at the console: nothing is held against him any more.
    pub fn forget(&mut self, who: Who<'_>) -> bool {
        self.failures.remove(&who.key()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let mut throttle = Throttle::default();
        let anna = Who::Name("anna");
        for _ in 0..4 {
            throttle.fail(anna, 1000);
            assert_eq!(throttle.wait_s(anna, 1000), 0);
        }
        let waits: Vec<i64> = (0..8)
            .map(|_| {
                throttle.fail(anna, 1000);
                throttle.wait_s(anna, 1000)
            })
            .collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(throttle.wait_s(anna, 1900), 0);
        assert_eq!(throttle.wait_s(anna, 500), 900, "a clock set back");
        assert_eq!(throttle.wait_s(Who::Address("anna"), 1000), 0, "an address is no name");
        throttle.forget(anna);
        assert_eq!(throttle.wait_s(anna, 1000), 0);
    }

    #[test]
    fn a_flood_of_names_is_bounded() {
        let mut throttle = Throttle::default();
        for n in 0..2000 {
            throttle.fail(Who::Name(&format!("n{n}")), n);
        }
        assert_eq!(throttle.failures.len(), REMEMBERED_MAX);
        assert!(throttle.failures.contains_key("name n1999"));
    }
}
