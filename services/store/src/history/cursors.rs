//! Cursors: how far each consumer has read, so that it gets everything exactly once and in order.
//!
//! A consumer handles what it is given and then moves its cursor. If it is stopped between the two, it is
//! given the same again, with the same numbers: by them it knows what it has handled.

use super::{History, RowsOf, asked};
use crate::bytes::Reader;
use crate::engine::{Change, Store, StoreError, Table};
use crate::event::Event;
use crate::planted::{Mistake, planted};
use crate::row::Row;
use std::collections::BTreeMap;

/// Bytes of a consumer's name at most.
const CONSUMER_BYTES_MAX: usize = 100;

/// What a cursor is a place in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// The rows of a layout.
    Rows(u32),
    /// The events.
    Events,
}

/// What is handed over at once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delivery {
    /// Rows, in order; none for a stream of events.
    pub rows: Vec<Row>,
    /// Events, in order; none for a stream of rows.
    pub events: Vec<Event>,
    /// What lay between them and cannot be read.
    pub damage: Vec<StoreError>,
}

fn key_of(consumer: &str, stream: Stream) -> Vec<u8> {
    let mut key = consumer.as_bytes().to_vec();
    key.push(0);
    match stream {
        Stream::Rows(layout) => {
            key.push(b'r');
            key.extend(layout.to_be_bytes());
        }
        Stream::Events => key.push(b'e'),
    }
    key
}

fn entry(key: &[u8], value: &[u8]) -> Option<((String, Stream), u64)> {
    let end = key.iter().position(|byte| *byte == 0)?;
    let consumer = std::str::from_utf8(&key[..end]).ok()?.to_owned();
    let mut reader = Reader(&key[end + 1..]);
    let stream = match reader.byte()? {
        b'r' => Stream::Rows(u32::from_be_bytes(reader.array()?)),
        b'e' => Stream::Events,
        _ => return None,
    };
    Some(((consumer, stream), u64::from_be_bytes(value.try_into().ok()?)))
}

/// All cursors of a database.
pub(super) fn all(store: &dyn Store) -> Result<BTreeMap<(String, Stream), u64>, StoreError> {
    let mut cursors = BTreeMap::new();
    store.scan(Table::Cursors, &[], None, &mut |key, value| {
        cursors.extend(entry(key, value));
        true
    })?;
    Ok(cursors)
}

impl History {
    /// Number of the last row or event that a consumer has handled, if it ever moved its cursor.
    pub fn cursor(&self, consumer: &str, stream: Stream) -> Option<u64> {
        self.cursors.get(&(consumer.to_owned(), stream)).copied()
    }

    /// Moves a cursor on, durably. To where it is or before, it does nothing; to 0 it registers the consumer,
    /// for whom then everything is kept.
    ///
    /// # Errors
    /// `Asked` if there is nothing with this number yet, or the name is too long; else as the database says.
    pub fn advance(&mut self, consumer: &str, stream: Stream, seq: u64) -> Result<(), StoreError> {
        if consumer.len() > CONSUMER_BYTES_MAX || consumer.contains('\0') {
            return Err(asked(format!("a consumer's name has at most {CONSUMER_BYTES_MAX} bytes")));
        }
        let newest = match stream {
            Stream::Rows(layout) => self.newest.get(&self.known(layout)?.job).copied().unwrap_or(0),
            Stream::Events => self.events.newest,
        };
        if seq > newest {
            return Err(asked(format!(
                "{consumer} cannot have read {seq}: {newest} is the newest"
            )));
        }
        if self.cursor(consumer, stream).is_some_and(|cursor| seq <= cursor) {
            return Ok(());
        }
        let value = seq.to_be_bytes().to_vec();
        self.store.commit(&vec![Change::Put(Table::Cursors, key_of(consumer, stream), value)])?;
        self.cursors.insert((consumer.to_owned(), stream), seq);
        Ok(())
    }

    /// Forgets a consumer: nothing is kept for it any more.
    ///
    /// # Errors
    /// As the database says.
    pub fn forget(&mut self, consumer: &str) -> Result<(), StoreError> {
        let streams = self.cursors.keys().filter(|(name, _)| name == consumer);
        let keys: Vec<(String, Stream)> = streams.cloned().collect();
        let delete = |key: &(String, Stream)| Change::Delete(Table::Cursors, key_of(&key.0, key.1));
        if !keys.is_empty() {
            self.store.commit(&keys.iter().map(delete).collect())?;
        }
        for key in keys {
            self.cursors.remove(&key);
        }
        Ok(())
    }

    /// Where the slowest consumer of a stream is, if it has any.
    pub(super) fn slowest(&self, stream: Stream) -> Option<u64> {
        let of_stream = self.cursors.iter().filter(|((_, of), _)| *of == stream);
        of_stream.map(|(_, cursor)| *cursor).min()
    }

    /// Gives a consumer what comes next, at most so much of it, and moves its cursor if it says that it has
    /// handled all of it. Returns how much was handled.
    ///
    /// # Errors
    /// As [`History::rows`], [`History::events`] and [`History::advance`].
    pub fn hand_over(
        &mut self,
        consumer: &str,
        stream: Stream,
        at_most: usize,
        handle: &mut dyn FnMut(&Delivery) -> bool,
    ) -> Result<usize, StoreError> {
        let after = self.cursor(consumer, stream);
        let delivery = self.next_of(stream, after, at_most)?;
        let rows = delivery.rows.last().map(|row| row.seq);
        let Some(last) = rows.or(delivery.events.last().map(|event| event.seq)) else {
            return Ok(0);
        };
        if planted(Mistake::CursorMovesEarly) {
            self.advance(consumer, stream, last)?;
        }
        if !handle(&delivery) {
            return Ok(0);
        }
        self.advance(consumer, stream, last)?;
        Ok(delivery.rows.len() + delivery.events.len())
    }

    fn next_of(
        &self,
        stream: Stream,
        after: Option<u64>,
        at_most: usize,
    ) -> Result<Delivery, StoreError> {
        let mut delivery = Delivery::default();
        match stream {
            Stream::Rows(layout) => {
                let ask = RowsOf { after, ..RowsOf::all(layout) };
                let rows = self.rows(&ask)?;
                take(rows, at_most, &mut delivery.rows, &mut delivery.damage);
            }
            Stream::Events => {
                let events = self.events(after)?;
                take(events, at_most, &mut delivery.events, &mut delivery.damage);
            }
        }
        Ok(delivery)
    }
}

fn take<T>(
    all: impl Iterator<Item = Result<T, StoreError>>,
    at_most: usize,
    into: &mut Vec<T>,
    damage: &mut Vec<StoreError>,
) {
    for one in all {
        match one {
            Ok(one) => into.push(one),
            Err(error) => damage.push(error),
        }
        if into.len() >= at_most {
            break;
        }
    }
}
