//! The proofs of the whole memory find the mistakes that are planted for them.
#![cfg(feature = "planted")]

#[allow(dead_code, reason = "not every proof has a mistake of its own")]
mod keep_proofs;

use keep_proofs::{brown_out, full, story};
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::planted::{Mistake, with};

fn caught(mistake: Mistake, proof: impl Fn()) {
    let outcome = catch_unwind(AssertUnwindSafe(|| with(mistake, &proof)));
    assert!(outcome.is_err(), "{mistake:?} is not found");
}

/// They pass in tests/keep.rs.
fn stories() {
    for seed in 0..60 {
        story::told(seed);
    }
}

#[test]
fn rows_without_their_counters_are_found() {
    caught(Mistake::RowsWithoutCounters, stories);
}

#[test]
fn a_forgotten_last_row_is_found() {
    caught(Mistake::LastRowForgotten, || (0..10).for_each(brown_out::twenty_cuts_in_ten_seconds));
}

#[test]
fn a_swallowed_finding_is_found() {
    caught(Mistake::FindingSwallowed, stories);
}

#[test]
fn a_backlog_that_is_dropped_is_found() {
    caught(Mistake::BacklogDropped, full::what_waited_is_written_when_there_is_room);
}

#[test]
fn a_batch_that_is_appended_twice_is_found() {
    caught(Mistake::FailedBatchDoubled, stories);
}

#[test]
fn retention_of_another_job_is_found() {
    caught(Mistake::RetentionOfAnotherJob, full::each_job_is_kept_as_it_says);
}

#[test]
fn settings_that_are_not_tried_again_are_found() {
    caught(Mistake::SettingsNotTriedAgain, full::settings_are_tried_again);
}
