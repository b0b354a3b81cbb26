//! The log of events, which is the audit: a chain of hashes that no event can be taken out of unnoticed.
//!
//! The hash of an event is SHA-256 of the hash before it and its own bytes. *Anchor*: number and hash of the
//! event before the first one that is kept, so that old events may go and the rest still proves itself. The
//! chain shows what damage or an edit did; who can rewrite all of it can also make it fit.

use super::group::{events_anchor_key, events_sealed_key, mark_bytes};
use super::items::{self, Hash, TEXT_BYTES_MAX, event_bytes, event_from};
use super::{History, Stream, asked};
use crate::bytes::Reader;
use crate::engine::{Change, Store, StoreError, Table};
use crate::event::Event;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// Events that are read, sealed or trimmed at once.
const EVENTS_AT_ONCE: usize = 256;

/// Number and hash of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sealed {
    pub seq: u64,
    pub hash: Hash,
}

/// An event with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chained {
    pub seq: u64,
    pub before: Hash,
    pub hash: Hash,
    pub bytes: Vec<u8>,
}

impl Chained {
    fn new(seq: u64, before: Hash, bytes: Vec<u8>) -> Chained {
        Chained { seq, before, hash: hash_of(&before, &bytes), bytes }
    }
}

fn hash_of(before: &Hash, bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(before).chain_update(bytes).finalize().into()
}

/// What is known of all events, and those that are in the journal only.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    pub pending: VecDeque<Chained>,
    /// Number of the newest event; 0 before the first.
    pub newest: u64,
    /// Its hash.
    pub hash: Hash,
    /// The last one in the database.
    pub sealed: Option<Sealed>,
    pub anchor: Option<Sealed>,
}

impl EventLog {
    /// New events with their numbers, behind the newest one.
    pub fn chained(&self, events: Vec<Event>) -> Result<Vec<Chained>, StoreError> {
        let (mut seq, mut before) = (self.newest, self.hash);
        let mut chained = Vec::with_capacity(events.len());
        for mut event in events {
            if event.text.len() > TEXT_BYTES_MAX {
                return Err(asked(format!("an event has at most {TEXT_BYTES_MAX} bytes of text")));
            }
            seq += 1;
            event.seq = seq;
            let next = Chained::new(seq, before, event_bytes(&event));
            before = next.hash;
            chained.push(next);
        }
        Ok(chained)
    }

    /// An event that is durable in the journal.
    pub fn add(&mut self, event: Chained) {
        (self.newest, self.hash) = (event.seq, event.hash);
        self.pending.push_back(event);
    }

    /// Where the chain had come when a segment was begun.
    pub fn remember(&mut self, seq: u64, hash: Hash) {
        if seq > self.newest && self.newest == 0 {
            (self.newest, self.hash) = (seq, hash);
        }
    }

    /// An event that was found in the journal; its number, if it has one.
    pub fn found(
        &mut self,
        before: &Hash,
        bytes: &[u8],
        findings: &mut Vec<String>,
    ) -> Option<u64> {
        let Some(Event { seq, .. }) = event_from(bytes) else {
            findings.push("journal: an event cannot be read".into());
            return None;
        };
        if seq > self.newest {
            if self.newest > 0 && seq != self.newest + 1 {
                let (from, to) = (self.newest + 1, seq - 1);
                findings.push(format!("events {from} to {to} are lost"));
            } else if self.newest > 0 && *before != self.hash {
                findings.push(format!("event {seq} does not continue the chain of events"));
            }
            self.add(Chained::new(seq, *before, bytes.to_vec()));
        }
        Some(seq)
    }
}

fn key_of(seq: u64) -> Vec<u8> {
    seq.to_be_bytes().to_vec()
}

impl History {
    /// Moves pending events into the database.
    pub(super) fn seal_events(&mut self) -> Result<(), StoreError> {
        while let Some(first) = self.events.pending.front() {
            let before = Sealed { seq: first.seq - 1, hash: first.before };
            let count = self.events.pending.len().min(EVENTS_AT_ONCE);
            let mut batch = Vec::with_capacity(count + 2);
            for event in self.events.pending.iter().take(count) {
                let value = [&event.bytes[..], &event.hash].concat();
                batch.push(Change::Put(Table::Events, key_of(event.seq), value));
            }
            let last = &self.events.pending[count - 1];
            let sealed = Sealed { seq: last.seq, hash: last.hash };
            batch.push(mark(events_sealed_key(), sealed));
            let anchor = self.events.anchor.unwrap_or(before);
            if self.events.anchor.is_none() {
                batch.push(mark(events_anchor_key(), anchor));
            }
            self.store.commit(&batch)?;
            self.events.pending.drain(..count);
            (self.events.sealed, self.events.anchor) = (Some(sealed), Some(anchor));
        }
        Ok(())
    }

    /// Events one by one, those with a number above `after`.
    ///
    /// # Errors
    /// If one cannot be read; the iterator goes on with the next ones.
    pub fn events(
        &self,
        after: Option<u64>,
    ) -> Result<Box<dyn Iterator<Item = Result<Event, StoreError>> + '_>, StoreError> {
        let after = after.unwrap_or(0);
        let sealed =
            Events { store: self.store.as_ref(), after, ready: VecDeque::new(), end: false };
        let pending = self.events.pending.iter().filter(move |event| event.seq > after);
        let pending = pending.map(|event| read(event.seq, &event.bytes));
        Ok(Box::new(sealed.chain(pending)))
    }

    /// Number of the newest event; 0 before the first.
    pub fn newest_event(&self) -> u64 {
        self.events.newest
    }

    /// Leaves the newest `keep` sealed events and takes the older ones, but none that a consumer has not
    /// read. Returns how many went.
    ///
    /// # Errors
    /// As the database says.
    pub fn trim_events(&mut self, keep: u64) -> Result<u64, StoreError> {
        let Some(sealed) = self.events.sealed else { return Ok(0) };
        let read = self.slowest(Stream::Events).unwrap_or(u64::MAX);
        let last = sealed.seq.saturating_sub(keep).min(read);
        let mut gone = 0;
        loop {
            let mut batch = Vec::new();
            let mut anchor = None;
            self.store.scan(Table::Events, &[], Some(&key_of(last + 1)), &mut |key, value| {
                batch.push(Change::Delete(Table::Events, key.to_vec()));
                let hash = split(value).map(|(_, hash)| hash);
                anchor = hash.zip(key.try_into().ok().map(u64::from_be_bytes));
                batch.len() < EVENTS_AT_ONCE
            })?;
            let Some((hash, seq)) = anchor else { return Ok(gone) };
            gone += batch.len() as u64;
            let anchor = Sealed { seq, hash };
            batch.push(mark(events_anchor_key(), anchor));
            self.store.commit(&batch)?;
            self.events.anchor = Some(anchor);
        }
    }

    /// The first break of the chain of events, if there is one.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn check_events(&self) -> Result<Option<String>, StoreError> {
        let Some(Sealed { seq, hash }) = self.events.anchor else { return Ok(None) };
        let (mut seq, mut hash) = (seq, hash);
        let mut broken = None;
        self.store.scan(Table::Events, &[], None, &mut |key, value| {
            broken = break_at(seq, &hash, key, value);
            if let Some((_, next)) = split(value) {
                (seq, hash) = (seq + 1, next);
            }
            broken.is_none()
        })?;
        let end = self.events.sealed.filter(|sealed| (sealed.seq, sealed.hash) != (seq, hash));
        Ok(broken.or_else(|| {
            end.map(|sealed| format!("events {} to {} were deleted", seq + 1, sealed.seq))
        }))
    }
}

fn mark(key: Vec<u8>, at: Sealed) -> Change {
    Change::Put(Table::Meta, key, mark_bytes(at.seq, &at.hash))
}

/// A stored event's bytes and hash.
fn split(value: &[u8]) -> Option<(&[u8], Hash)> {
    let (bytes, hash) = value.split_last_chunk::<32>()?;
    Some((bytes, *hash))
}

/// What is wrong with an event that should come after one with this number and hash.
fn break_at(seq: u64, before: &Hash, key: &[u8], value: &[u8]) -> Option<String> {
    let expected = seq + 1;
    let found = Reader(key).array().map(u64::from_be_bytes);
    if found != Some(expected) {
        return Some(match found {
            Some(found) if found > expected => {
                format!("events {expected} to {} were deleted", found - 1)
            }
            Some(_) | None => format!("before event {expected} an event was inserted"),
        });
    }
    let Some((bytes, hash)) = split(value) else {
        return Some(format!("event {expected} was altered"));
    };
    match items::event_from(bytes) {
        Some(event) if event.seq == expected && hash_of(before, bytes) == hash => None,
        Some(event) if event.seq != expected => {
            Some(format!("event {} stands in the place of event {expected}", event.seq))
        }
        Some(_) | None => {
            Some(format!("event {expected} was altered, or does not follow the one before it"))
        }
    }
}

fn read(seq: u64, bytes: &[u8]) -> Result<Event, StoreError> {
    event_from(bytes).filter(|event| event.seq == seq).ok_or_else(|| StoreError::Damaged {
        place: format!("event {seq}"),
        what: "its contents make no sense".into(),
    })
}

/// Sealed events, some at a time.
struct Events<'a> {
    store: &'a dyn Store,
    after: u64,
    ready: VecDeque<Result<Event, StoreError>>,
    end: bool,
}

impl Events<'_> {
    fn more(&mut self) {
        let Some(from) = self.after.checked_add(1).filter(|_| !self.end) else { return };
        let mut last = self.after;
        let ready = &mut self.ready;
        let scanned = self.store.scan(Table::Events, &key_of(from), None, &mut |key, value| {
            let Ok(seq) = key.try_into().map(u64::from_be_bytes) else { return true };
            last = seq;
            ready.push_back(read(seq, split(value).map_or(&[], |(bytes, _)| bytes)));
            ready.len() < EVENTS_AT_ONCE
        });
        match scanned {
            Ok(()) => self.end = last == self.after,
            // The entry behind the last one that was visited is the damaged one.
            Err(error @ StoreError::Damaged { .. }) => {
                last += 1;
                self.ready.push_back(Err(error));
            }
            Err(error) => {
                self.end = true;
                self.ready.push_back(Err(error));
            }
        }
        self.after = last;
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            self.more();
        }
        self.ready.pop_front()
    }
}
