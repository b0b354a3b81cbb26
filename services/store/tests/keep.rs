//! The whole memory on a simulated disk: counters, parameters and history together.

mod keep_proofs;
mod seeds;

use keep_proofs::{brown_out, damage, full, story};
use seeds::seeds;

/// [D-1, D-2, D-5, D-9, N9, N10] Whatever happens, what was acknowledged is there, gains add up to counters,
/// and a healed disk is written again.
#[test]
fn a_meter_remembers_whatever_happens() {
    for seed in seeds(0..60) {
        story::told(seed);
    }
}

/// [D-1, D-2, D-5, D-9] 2,000 stories.
#[test]
#[ignore = "by ci/soak"]
fn a_meter_remembers_in_two_thousand_stories() {
    for seed in seeds(1_000..3_000) {
        story::told(seed);
    }
}

/// A story is a function of its seed, to the last bit on the disk.
#[test]
fn a_seed_replays_its_story() {
    for seed in seeds(0..3) {
        assert_eq!(story::told(seed), story::told(seed), "seed {seed}");
    }
}

/// [D-15, G14] A supply that fails twenty times in ten seconds, in the midst of the last gasp too.
#[test]
fn brown_outs_cost_a_second_at_most() {
    (0..10).for_each(brown_out::twenty_cuts_in_ten_seconds);
    brown_out::dips_cost_nothing();
}

/// [D-15, G14] Brown-outs as the supply of the meter sees them.
#[test]
fn ramps_and_dips_cost_a_second_at_most() {
    (0..6).for_each(brown_out::ramps_and_dips);
}

/// [D-6] The oldest days go, counters go on.
#[test]
fn the_oldest_days_go_when_the_disk_is_full() {
    full::the_oldest_days_go_when_the_disk_is_full();
}

/// [D-6]
#[test]
fn what_waited_is_written_when_there_is_room() {
    full::what_waited_is_written_when_there_is_room();
}

/// [D-6]
#[test]
fn a_backlog_is_bounded_and_gains_add_up() {
    full::a_backlog_is_bounded_and_gains_add_up();
}

/// [D-6]
#[test]
fn settings_are_tried_again() {
    full::settings_are_tried_again();
}

/// [G7]
#[test]
fn each_job_is_kept_as_it_says() {
    full::each_job_is_kept_as_it_says();
}

/// [D-9]
#[test]
fn a_wrong_clock_takes_no_history() {
    full::a_wrong_clock_takes_no_history();
}

/// [D-4]
#[test]
fn a_flipped_bit_is_told_and_no_counter_is_wrong() {
    damage::a_flipped_bit_is_told_and_no_counter_is_wrong(0..60);
}
