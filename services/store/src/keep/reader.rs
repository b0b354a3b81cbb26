//! Looking at the history of a meter that runs.
//!
//! The history is held for a bite at a time: a group of rows, some hundred events. Between two bites the meter keeps
//! what it has, so that no question, however long, delays it by more than a bite takes.

use super::chronicle::Chronicle;
use crate::engine::StoreError;
use crate::event::Event;
use crate::history::{History, RowsOf};
use crate::row::{Layout, Row, Rows};
use port::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Events that are read at once.
const EVENTS_AT_ONCE: u64 = 256;

/// See the module; clones look at the same history.
#[derive(Clone)]
pub struct Reader(Arc<Mutex<Chronicle>>);

impl Reader {
    pub(super) fn new(chronicle: Arc<Mutex<Chronicle>>) -> Reader {
        Reader(chronicle)
    }

    fn look<T>(
        &self,
        look: impl FnOnce(&History) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let chronicle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match chronicle.history() {
            Some(history) => look(history),
            None => {
                Err(StoreError::Engine("the history is not open at the moment; try again".into()))
            }
        }
    }

    /// All layouts of rows, with the moments between which their rows begin; none of those without rows.
    ///
    /// # Errors
    /// If the history is not open.
    pub fn layouts(&self) -> Result<Vec<(Layout, Timestamp, Timestamp)>, StoreError> {
        self.look(|history| {
            let layouts = history.layouts().iter();
            let reach = layouts.filter_map(|layout| {
                history.reach(layout.id).map(|(from, to)| (layout.clone(), from, to))
            });
            Ok(reach.collect())
        })
    }

    /// Rows one by one. A part that is damaged is one error, and the next ones follow.
    pub fn rows(&self, ask: RowsOf) -> Rows<'static> {
        Box::new(Bites { reader: self.clone(), ask, ready: VecDeque::new(), ended: false })
    }

    /// The newest events with numbers below `before` (all, if none is given) that `wanted` takes, at most `limit`,
    /// the newest first.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn events_before(
        &self,
        before: Option<u64>,
        limit: usize,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Vec<Event>, StoreError> {
        let newest = self.look(|history| Ok(history.newest_event()))?;
        let mut end = before.map_or(newest, |before| newest.min(before.saturating_sub(1)));
        let mut found = Vec::new();
        while end > 0 && found.len() < limit {
            let start = end.saturating_sub(EVENTS_AT_ONCE);
            let mut some = self.events_between(start, end)?;
            // Older ones were given up.
            if some.is_empty() {
                break;
            }
            some.retain(&wanted);
            found.extend(some.into_iter().rev());
            end = start;
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Events with numbers above `after` that `wanted` takes, at most `limit`, the oldest first.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn events_after(
        &self,
        after: u64,
        limit: usize,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Vec<Event>, StoreError> {
        let newest = self.look(|history| Ok(history.newest_event()))?;
        let (mut found, mut after) = (Vec::new(), after);
        while after < newest && found.len() < limit {
            let end = newest.min(after + EVENTS_AT_ONCE);
            let mut some = self.events_between(after, end)?;
            some.retain(&wanted);
            found.extend(some);
            after = end;
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Events with numbers above `start`, up to `end`. One that cannot be read is left out: the check of the chain
    /// tells of it.
    fn events_between(&self, start: u64, end: u64) -> Result<Vec<Event>, StoreError> {
        self.look(|history| {
            let events = history.events(Some(start))?;
            let readable = events.filter_map(Result::ok);
            Ok(readable.take_while(|event| event.seq <= end).collect())
        })
    }

    /// The first break of the chain of events, if there is one.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn check_events(&self) -> Result<Option<String>, StoreError> {
        self.look(History::check_events)
    }
}

/// Rows, a group at a time.
struct Bites {
    reader: Reader,
    ask: RowsOf,
    ready: VecDeque<Result<Row, StoreError>>,
    ended: bool,
}

impl Bites {
    fn bite(&mut self) {
        let ask = &self.ask;
        let bitten = self.reader.look(|history| {
            let mut rows = VecDeque::new();
            for part in history.parts(ask)? {
                match part {
                    Ok(part) => {
                        rows.extend((0..part.heads.len()).map(|place| Ok(part.row(place))));
                        return Ok((rows, false));
                    }
                    // What follows it is in the same bite, so that it is told once.
                    Err(error) => rows.push_back(Err(error)),
                }
            }
            Ok((rows, true))
        });
        let (rows, ended) = bitten.unwrap_or_else(|error| (VecDeque::from([Err(error)]), true));
        let last = rows.iter().rev().find_map(|row| row.as_ref().ok()).map(|row| row.seq);
        self.ask.after = last.or(self.ask.after);
        (self.ready, self.ended) = (rows, ended);
    }
}

impl Iterator for Bites {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() && !self.ended {
            self.bite();
        }
        self.ready.pop_front()
    }
}
