//! Planted mistakes: each proof of the log jobs fails where its mistake is made.

#![cfg(feature = "planted")]

mod jobs_support;

use jobs_support::proofs;
use store::planted::{Mistake, with};

fn is_caught(mistake: Mistake, proof: fn()) {
    let proven = std::panic::catch_unwind(|| with(mistake, proof));
    assert!(proven.is_err(), "{mistake:?} is not noticed");
    proof();
}

#[test]
fn planted_mistakes_are_caught() {
    let cases: [(Mistake, fn()); 5] = [
        (Mistake::DstHourLost, proofs::days_of_a_changed_clock_carry_their_energy),
        (Mistake::DstHourDoubled, proofs::days_of_a_changed_clock_carry_their_energy),
        (Mistake::GainOverRestartLost, proofs::a_kill_loses_no_gain),
        (Mistake::BoundaryWindowDoubled, || proofs::gains_add_up_whatever_happens(0)),
        (Mistake::ClockBackOverwrites, proofs::a_clock_that_is_set_cuts_and_loses_nothing),
    ];
    for (mistake, proof) in cases {
        is_caught(mistake, proof);
    }
}
