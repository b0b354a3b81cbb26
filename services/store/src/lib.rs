//! What the meter remembers: counters and parameters that survive anything, and the history.
//!
//! *Job*: what is logged, of which meters and how often. *Row*: one interval of a job. *Layout*: the
//! columns of a job's rows. *Journal*: rows and events as they happen, durable before they are
//! acknowledged. *Seal*: to move rows from the journal into the database, a chunk a column. *Engine*: a
//! database behind [`Store`].
//!
//! Counters never depend on the database, and nothing here opens a socket or reads a clock.

pub mod bank;
mod bytes;
pub mod calendar;
pub mod chunk;
pub mod engine;
mod event;
pub mod history;
pub mod job;
pub mod journal;
pub mod planted;
pub mod query;
mod row;

pub use bank::{
    CounterBank, CounterRecord, EventCounter, MeterCounters, ParameterBank, Parameters,
};
pub use engine::{Batch, Change, Store, StoreError, Table};
pub use event::{Event, EventKind};
pub use row::{Aggregate, Cell, Column, Layout, Quality, Row, RowFlag, RowFlags, Rows};
