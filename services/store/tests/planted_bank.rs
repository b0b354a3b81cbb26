//! Each mistake that could be made in the banks is caught by a proof.
#![cfg(feature = "planted")]

mod bank_proofs;

use bank_proofs::{cuts, damage, faults};
use std::panic::catch_unwind;
use store::planted::{Mistake, with};

/// The proof holds as the program is, and fails with the mistake in it.
fn check(mistake: Mistake, proof: fn()) {
    proof();
    let outcome = catch_unwind(|| with(mistake, proof));
    assert!(outcome.is_err(), "{mistake:?} is not noticed");
}

#[test]
fn a_skipped_sync_is_caught() {
    check(Mistake::BankSyncSkipped, || cuts::acknowledged_records_survive_cuts(0..100));
}

#[test]
fn swapped_banks_are_caught() {
    check(Mistake::BanksSwapped, cuts::a_torn_write_never_costs_the_record_before);
}

#[test]
fn a_short_range_of_the_checksum_is_caught() {
    check(Mistake::CrcRangeShort, damage::every_bit_of_a_record_is_watched);
}

#[test]
fn a_sequence_that_wraps_is_caught() {
    check(Mistake::SequenceWraps, damage::sequences_go_on_beyond_every_width);
}

#[test]
fn a_record_that_is_not_read_back_is_caught() {
    check(Mistake::ReadBackSkipped, faults::a_lost_write_is_found_by_reading_back);
    check(Mistake::ReadBackSkipped, faults::a_misdirected_write_is_found_by_reading_back);
}

#[test]
fn an_oldest_record_that_wins_is_caught() {
    check(Mistake::OldestWins, || cuts::acknowledged_records_survive_cuts(0..100));
}

#[test]
fn a_failed_sync_that_is_retried_is_caught() {
    check(Mistake::FailedSyncRetried, faults::any_operation_may_fail);
}
