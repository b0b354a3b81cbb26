//! Work that takes longer than an answer: it is begun, looked at, and forgotten when many came after it.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Jobs that are remembered.
const REMEMBERED_MAX: usize = 50;

/// Jobs that may wait or run at once.
const AT_ONCE_MAX: usize = 4;

/// State of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being done, or is about to be.
    Running,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Job {
    /// Its number in this run.
    pub id: u64,
    /// What it does: `report`.
    pub kind: &'static str,
    /// State.
    pub state: State,
    /// Why it could not be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Number of what it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<u32>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<(u64, VecDeque<Job>)>);

impl Jobs {
    /// Begins one; none if too many are being done.
    pub fn begin(&self, kind: &'static str) -> Option<Job> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (newest, jobs) = &mut *guard;
        if jobs.iter().filter(|job| job.state == State::Running).count() >= AT_ONCE_MAX {
            return None;
        }
        *newest += 1;
        let job = Job { id: *newest, kind, state: State::Running, detail: None, result: None };
        jobs.push_back(job.clone());
        while jobs.len() > REMEMBERED_MAX {
            jobs.pop_front();
        }
        Some(job)
    }

    /// One came to an end.
    pub fn end(&self, id: u64, done: Result<u32, String>) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(job) = guard.1.iter_mut().find(|job| job.id == id) else { return };
        match done {
            Ok(result) => (job.state, job.result) = (State::Done, Some(result)),
            Err(detail) => (job.state, job.detail) = (State::Failed, Some(detail)),
        }
    }

    /// All that are remembered, the newest first.
    pub fn all(&self) -> Vec<Job> {
        let guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1.iter().rev().cloned().collect()
    }
}
