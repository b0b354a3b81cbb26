//! The proofs of the history find the mistakes that are planted for them.
#![cfg(feature = "planted")]

#[allow(dead_code, reason = "not every proof has a mistake of its own")]
mod history_proofs;

use history_proofs::cuts::{self, Beside};
use history_proofs::{keeps, single};
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::planted::{Mistake, with};

fn caught(mistake: Mistake, proof: impl Fn()) {
    proof();
    let outcome = catch_unwind(AssertUnwindSafe(|| with(mistake, &proof)));
    assert!(outcome.is_err(), "{mistake:?} is not found");
}

fn cuts() {
    (0..20).for_each(|seed| cuts::acknowledged_rows_survive(seed, Beside::Memory, 4));
}

#[test]
fn a_journal_without_sync_is_found() {
    caught(Mistake::JournalSyncSkipped, cuts);
}

#[test]
fn rows_told_twice_are_found() {
    caught(Mistake::RowCountedTwiceAtSeal, cuts);
}

#[test]
fn a_journal_removed_early_is_found() {
    caught(Mistake::JournalRemovedEarly, cuts::a_seal_that_stops_anywhere_loses_nothing);
}

#[test]
fn a_checksum_not_looked_at_is_found() {
    caught(Mistake::ChunkChecksumIgnored, || single::a_damaged_chunk_is_told_and_stepped_over(300));
}

#[test]
fn a_cursor_that_moves_early_is_found() {
    caught(Mistake::CursorMovesEarly, || (0..10).for_each(keeps::a_consumer_gets_everything_once));
}

#[test]
fn retention_of_the_wrong_end_is_found() {
    caught(Mistake::RetentionTakesNewest, keeps::the_oldest_go);
}
