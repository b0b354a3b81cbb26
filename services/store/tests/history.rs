//! The history: nothing acknowledged is lost, nothing is told twice, and what is damaged is told.

mod history_proofs;
mod seeds;

use history_proofs::cuts::{self, Beside};
use history_proofs::{keeps, single};
use seeds::seeds;

/// [D-2] Every acknowledged row and event is there, once and in order.
#[test]
fn acknowledged_rows_survive_power_cuts() {
    seeds(0..40).for_each(|seed| cuts::acknowledged_rows_survive(seed, Beside::Memory, 5));
}

/// [D-2]
#[test]
fn acknowledged_rows_survive_power_cuts_beside_redb_on_the_same_disk() {
    seeds(0..8)
        .for_each(|seed| cuts::acknowledged_rows_survive(seed, Beside::RedbOnTheSameDisk, 4));
}

/// [D-2] 10,000 cuts, half of them with redb.
#[test]
#[ignore = "by ci/soak"]
fn acknowledged_rows_survive_ten_thousand_power_cuts() {
    seeds(1000..1500).for_each(|seed| cuts::acknowledged_rows_survive(seed, Beside::Memory, 10));
    let redb = Beside::RedbOnTheSameDisk;
    seeds(1000..1500).for_each(|seed| cuts::acknowledged_rows_survive(seed, redb, 10));
}

/// [D-2]
#[test]
fn a_seal_that_stops_anywhere_loses_nothing() {
    cuts::a_seal_that_stops_anywhere_loses_nothing();
}

/// [D-4]
#[test]
fn a_flipped_bit_of_the_journal_is_told() {
    single::a_flipped_bit_is_told(seeds(0..300));
}

/// [D-4] 5,000 flips.
#[test]
#[ignore = "by ci/soak"]
fn five_thousand_flipped_bits_of_the_journal_are_told() {
    single::a_flipped_bit_is_told(seeds(0..5000));
}

/// [D-4]
#[test]
fn a_damaged_chunk_is_told_and_stepped_over() {
    single::a_damaged_chunk_is_told_and_stepped_over(500);
}

/// [D-5]
#[test]
fn any_failing_operation_is_survived() {
    single::any_failing_operation_is_survived();
}

/// [D-5]
#[test]
fn a_failed_sync_is_the_end_of_the_journal() {
    single::a_failed_sync_is_the_end_of_the_journal();
}

/// [D-6]
#[test]
fn a_full_disk_refuses_and_recovers() {
    single::a_full_disk_refuses_and_recovers();
}

/// [D-6]
#[test]
fn a_full_database_gives_up_the_oldest() {
    keeps::a_full_database_gives_up_the_oldest();
}

#[test]
fn retention_takes_the_oldest() {
    keeps::the_oldest_go();
    keeps::what_is_unread_stays_unless_a_quota_takes_it();
}

#[test]
fn thinning_keeps_the_gains() {
    (0..5).for_each(keeps::thinning_keeps_the_gains);
    keeps::a_thinning_that_stops_loses_no_gain();
}

#[test]
fn a_consumer_gets_everything_once_and_in_order() {
    (0..10).for_each(keeps::a_consumer_gets_everything_once);
}

#[test]
fn ranges_are_filters() {
    (0..30).for_each(keeps::ranges_are_filters);
}

#[test]
fn an_edited_log_is_told() {
    single::an_edited_log_is_told();
}

#[test]
fn an_import_adds_what_is_not_there() {
    single::an_import_adds_what_is_not_there();
}

#[test]
fn a_new_database_goes_on_with_the_numbers() {
    single::a_new_database_goes_on_with_the_numbers();
}
