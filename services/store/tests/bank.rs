//! The counters and parameters on a disk that fails in every way there is.
//!
//! `EMS_SEED` begins the random ones at another seed; a failure names the seed that replays it.

mod bank_proofs;
mod seeds;

use bank_proofs::{cuts, damage, faults, found, record};
use seeds::seeds;
use sim::disk::SimDisk;
use store::bank::CounterBank;

/// [D-2]
#[test]
fn acknowledged_records_survive_cuts() {
    cuts::acknowledged_records_survive_cuts(seeds(0..5_000));
}

/// [D-2] The other half, so that two processors share them.
#[test]
fn acknowledged_records_survive_more_cuts() {
    cuts::acknowledged_records_survive_cuts(seeds(5_000..10_000));
}

/// [D-3]
#[test]
fn a_torn_write_never_costs_the_record_before() {
    cuts::a_torn_write_never_costs_the_record_before();
}

/// [D-3]
#[test]
fn torn_parameters_are_the_old_or_the_new_ones() {
    cuts::torn_parameters_are_the_old_or_the_new_ones();
}

/// [D-2]
#[test]
fn a_file_made_anew_keeps_its_record() {
    cuts::a_file_made_anew_keeps_its_record();
}

/// [D-2, D-4, D-15] With `EMS_SEEDS` seeds of each, a hundred thousand if it does not say.
#[test]
#[ignore = "by ci/soak"]
#[allow(clippy::print_stderr, reason = "a long run says which seeds it took")]
fn many_more_cuts_and_flips() {
    let count = std::env::var("EMS_SEEDS").map_or(100_000, |text| text.parse().expect("a number"));
    let seeds = seeds(10_000..10_000 + count);
    eprintln!("seeds {seeds:?}");
    cuts::acknowledged_records_survive_cuts(seeds.clone());
    damage::a_flipped_bit_is_never_a_wrong_total(seeds.clone());
    cuts::twenty_cuts_in_the_last_gasp(seeds);
}

/// [D-4]
#[test]
fn a_flipped_bit_is_never_a_wrong_total() {
    damage::a_flipped_bit_is_never_a_wrong_total(seeds(0..5_000));
}

/// [D-4]
#[test]
fn every_bit_of_a_record_is_watched() {
    damage::every_bit_of_a_record_is_watched();
}

/// [D-5]
#[test]
fn any_operation_may_fail() {
    faults::any_operation_may_fail();
}

/// [D-5]
#[test]
fn parameters_survive_any_failing_operation() {
    faults::parameters_survive_any_failing_operation();
}

/// [D-5]
#[test]
fn what_cannot_be_read_is_not_taken_for_empty() {
    faults::what_cannot_be_read_is_not_taken_for_empty();
}

/// [D-6]
#[test]
fn a_full_disk_does_not_stop_the_counters() {
    faults::a_full_disk_does_not_stop_the_counters();
    faults::a_file_is_made_when_there_is_space();
}

/// [D-6]
#[test]
fn a_read_only_disk_is_read_and_recovers() {
    faults::a_read_only_disk_is_read_and_recovers();
}

/// [D-5, D-6]
#[test]
fn writes_that_fail_again_and_again_spare_the_last_record() {
    faults::writes_that_fail_again_and_again_spare_the_last_record();
}

/// [D-15]
#[test]
fn twenty_cuts_in_the_last_gasp() {
    cuts::twenty_cuts_in_the_last_gasp(seeds(0..200));
}

#[test]
fn lost_and_misdirected_writes_are_found() {
    faults::a_lost_write_is_found_by_reading_back();
    faults::a_misdirected_write_is_found_by_reading_back();
}

#[test]
fn damage_is_told() {
    damage::a_record_at_the_place_of_another_is_refused();
    damage::a_file_without_a_valid_record_says_so();
}

#[test]
fn sequences_go_on_and_end() {
    damage::sequences_go_on_beyond_every_width();
    damage::the_last_sequence_is_the_last();
}

#[test]
fn the_layout_is_as_documented() {
    faults::the_layout_is_as_documented();
}

/// [D-2] The file of the size that is used, on the simulated disk and in a real folder.
#[test]
fn a_file_of_full_size_is_opened_and_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let folder = linux::Folder::open(place.path()).unwrap();
    let disk = SimDisk::new();
    let disks: [&dyn port::Disk; 2] = [&disk, &folder];
    for disk in disks {
        for step in 1..=4 {
            let opened = CounterBank::open(disk, 1).unwrap();
            assert_eq!(opened.findings, [""; 0]);
            let mut bank = opened.bank;
            assert_eq!(bank.write(&record(step)), Ok(step));
        }
        let (sequence, newest) = CounterBank::open(disk, 1).unwrap().newest.unwrap();
        assert_eq!((sequence, newest), (4, record(4)));
    }
    assert_eq!(std::fs::metadata(place.path().join("counters")).unwrap().len(), 8 << 20);
    assert_eq!(found(&bank_proofs::with_records(2)), (2, Vec::new()));
}
