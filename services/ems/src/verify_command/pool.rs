//! Pieces of work over the processors of this machine.
//!
//! A piece depends on nothing but its number, so the order in which they are done changes nothing. What is
//! long is begun first, so that no processor is left with it at the end.

use super::progress::Progress;
use crate::failure::Failure;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use verify::{Job, Outcome, VerifyError};

/// Does these pieces of a job.
pub fn work(job: &Job, pieces: &[usize]) -> Result<BTreeMap<usize, Outcome>, Failure> {
    let mut order = pieces.to_vec();
    order.sort_by(|a, b| job.weight_s(*b).total_cmp(&job.weight_s(*a)).then(a.cmp(b)));
    let weight_s = pieces.iter().map(|piece| job.weight_s(*piece)).sum();
    let mut progress = Progress::new(pieces.len(), weight_s);
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel::<(usize, Result<Outcome, VerifyError>)>();
    let mut outcomes = BTreeMap::new();
    let mut failed = None;
    std::thread::scope(|scope| {
        for _ in 0..workers.min(order.len()) {
            let (sender, next, order) = (sender.clone(), &next, &order);
            scope.spawn(move || {
                while let Some(piece) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Nobody listens any more once a piece has failed.
                    if sender.send((*piece, job.work(*piece))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (piece, outcome) in receiver {
            match outcome {
                Ok(outcome) => {
                    progress.done(job.weight_s(piece));
                    outcomes.insert(piece, outcome);
                }
                Err(error) => {
                    failed = Some(failure(&job.name(piece), &error));
                    break;
                }
            }
        }
    });
    progress.clear();
    match failed {
        None => Ok(outcomes),
        Some(failure) => Err(failure),
    }
}

fn failure(piece: &str, error: &VerifyError) -> Failure {
    let text = format!("{piece}: {error}");
    match error {
        VerifyError::Serving(_) | VerifyError::ReadBack(_) => Failure::Environment(text),
        _ => Failure::Internal(text),
    }
}
