//! Limits, with the defaults of the security table in the docs.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a server allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once.
    pub connections_max: usize,
    /// Of them, from one address.
    pub an_address_max: usize,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the headers of a request, from its first byte or the end of the one before.
    pub headers: Duration,
    /// For a body.
    pub body: Duration,
    /// For the other side to take what is sent, or to make room for more.
    pub send: Duration,
    /// For a connection; then answers under way are finished, and the other side opens a new one.
    pub connection: Duration,
    /// For those last answers.
    pub last_answers: Duration,
    /// Bytes of all headers of a request.
    pub headers_bytes: usize,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// The same of who is not logged in: a password fits.
    pub stranger_body_bytes: usize,
    /// Bytes beyond that are read and thrown away before a connection is cut.
    pub thrown_bytes: usize,
    /// Live connections (WebSocket and event stream) at once.
    pub live_max: usize,
    /// Bytes of a message that a live client sends.
    pub live_bytes: usize,
    /// Most time that a live client may take for a frame, before it is let go.
    pub live_send: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections_max: 256,
            an_address_max: 32,
            handshake: Duration::from_secs(5),
            headers: Duration::from_secs(10),
            body: Duration::from_secs(30),
            send: Duration::from_secs(30),
            connection: Duration::from_secs(3600),
            last_answers: Duration::from_secs(30),
            headers_bytes: 16 * 1024,
            body_bytes: 1024 * 1024,
            stranger_body_bytes: 8 * 1024,
            thrown_bytes: 16 * 1024 * 1024,
            live_max: 32,
            live_bytes: 64 * 1024,
            live_send: Duration::from_secs(10),
        }
    }
}

/// Who is connected, by address.
#[derive(Debug, Clone, Default)]
pub struct Doorman(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

/// A connection that was let in; leaves when it is dropped.
#[derive(Debug)]
pub struct Place {
    doorman: Doorman,
    address: IpAddr,
}

impl Doorman {
    /// Lets a connection in, if there is room for it.
    pub fn enter(&self, address: IpAddr, limits: &Limits) -> Option<Place> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = inside.values().sum();
        let same = inside.get(&address).copied().unwrap_or(0);
        if all >= limits.connections_max || same >= limits.an_address_max {
            return None;
        }
        inside.insert(address, same + 1);
        Some(Place { doorman: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.doorman.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = inside.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn an_address_and_all_together_have_their_limits() {
        let limits = Limits { connections_max: 3, an_address_max: 2, ..Limits::default() };
        let doorman = Doorman::default();
        let [a, b] = [1, 2].map(|n| IpAddr::V4(Ipv4Addr::new(192, 0, 2, n)));
        let first = doorman.enter(a, &limits).expect("room");
        let _second = doorman.enter(a, &limits).expect("room");
        assert!(doorman.enter(a, &limits).is_none(), "an address has two");
        let _third = doorman.enter(b, &limits).expect("room");
        assert!(doorman.enter(b, &limits).is_none(), "all have three");
        drop(first);
        assert!(doorman.enter(b, &limits).is_some());
    }
}
