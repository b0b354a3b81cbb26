//! A run is a function of its samples: not of blocks, polls, or the order of systems.

mod common;

use catalog::SettingId;
use common::{Plan, currents};
use image::Request;
use port::Role;
use proptest::prelude::*;
use sim::frontend::FrontEnd;
use sim::synthetic::Signal;

/// A typical front end with noise, and three modules.
fn plan(seed: u64, block: usize, poll_every: u64) -> Plan {
    Plan {
        signal: Signal::three_phase(49.7, 230.0, 5.0, 30.0).noise(Role::Ia, 0.01),
        front_end: FrontEnd::typical(seed),
        seed,
        modules: vec![(2, Some(currents(3.0, 0.0))), (5, None), (9, Some(currents(20.0, -30.0)))],
        block,
        poll_every,
        ..Plan::new()
    }
}

fn digest(plan: Plan) -> u64 {
    let mut bench = plan.bench();
    bench.run(1.5);
    bench.digest()
}

/// [G10] Two runs give the same bits, at any block size; another seed gives others.
#[test]
fn equal_at_any_block_size_and_different_for_another_seed() {
    let expected = digest(plan(1, 100, 1));
    for block in [1, 7, 100, 399, 400, 401, 5000] {
        assert_eq!(digest(plan(1, block, 1)), expected, "blocks of {block}");
    }
    assert_ne!(digest(plan(2, 100, 1)), expected);
}

/// [G3, P5] How often the modules are polled changes no bit of what they measured.
#[test]
fn equal_at_any_cadence_of_polls() {
    let expected = digest(plan(1, 100, 1));
    for poll_every in [2, 5, 13, 1000] {
        assert_eq!(digest(plan(1, 100, poll_every)), expected, "a poll in {poll_every} ticks");
    }
}

/// The stamps of windows, and with them demand, do not depend on the cut either, at a rate whose samples
/// fall between nanoseconds.
#[test]
fn demand_is_equal_at_any_block_size() {
    let run = |block: usize| {
        let mut bench = Plan { rate_hz: 1000.0 / 3.0, block, ..Plan::new() }.bench();
        bench.set(SettingId::DemandIntervalMin, 1);
        bench.run(120.0 - bench.position() as f64 * 0.003);
        bench
    };
    let expected = run(64);
    let demand = catalog::QuantityId::ActivePowerDemand;
    let watts = expected.live(image::MeterId::Main, demand, catalog::Scope::System);
    common::close("demand", watts.value().expect("a whole minute"), 1725.0, 1e-5);
    let expected = expected.digest();
    // The command holds from the end of the first block on, before the first window in all cases.
    for block in [10, 33] {
        assert_eq!(run(block).digest(), expected, "blocks of {block}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// [G10] Blocks of any sizes in one run.
    #[test]
    fn equal_for_blocks_of_any_sizes(sizes in prop::collection::vec(1usize..3000, 1..12)) {
        let whole = digest(plan(3, 100, 1));
        let mut bench = plan(3, 3000, 1).bench();
        for size in sizes.iter().cycle() {
            let left = 3000 - bench.position() as usize;
            if left == 0 {
                break;
            }
            bench.tick(left.min(*size));
        }
        prop_assert_eq!(bench.digest(), whole);
    }
}

/// A refused command leaves no trace in the digest.
#[test]
fn a_refused_command_changes_nothing_that_is_measured() {
    let expected = digest(plan(1, 100, 1));
    let mut bench = plan(1, 100, 1).bench();
    assert!(bench.ask(Request::Set(SettingId::Wiring, 6)).is_err());
    bench.run(1.5 - bench.position() as f64 / common::RATE_HZ);
    assert_eq!(bench.digest(), expected);
}
