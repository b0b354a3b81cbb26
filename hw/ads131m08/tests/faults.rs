//! A chip, its wires and its host go wrong, and every conversion is accounted for. Proves [D-13]

mod common;

use adc::model::{Fault, Faults};
use adc::{ConverterSource, Health, Waited};
use common::{Counting, model, start};
use embedded_hal::spi::SpiDevice;
use port::{Channel, Role, SampleBlock, SampleSource, SourceFormat, SourceState};

/// A second in nanoseconds.
const S: u64 = 1_000_000_000;

/// Runs to the end of the source: every sample is the conversion that its index says, indices grow, and what was
/// not handed on is counted by its cause.
fn run(seconds: f64, list: Vec<(u64, u64, Fault)>) -> Health {
    let model = model(seconds, Faults { list, seed: 7 });
    let mut acquisition = start(&model);
    let mut next = 0;
    loop {
        let waited = acquisition.step(S / 4, |index, counts| {
            assert!(index >= next, "{index} after {next}");
            next = index + 1;
            assert_eq!(counts[5], Counting::truth(index), "at index {index}");
            assert_eq!(counts[0], !Counting::truth(index));
        });
        if waited == Ok(Waited::Ended) {
            break;
        }
    }
    let health = acquisition.health();
    let conversions = (8000.0 * seconds) as u64;
    // Three at the beginning are unsettled and none of the source's. The last few may not have been announced.
    let counted = health.samples + health.lost() - 3;
    assert!(
        counted <= conversions && counted + 20 > conversions,
        "{counted} of {conversions}: {health:?}"
    );
    health
}

#[test]
fn a_sound_chip_loses_nothing() {
    let health = run(10.0, vec![]);
    assert_eq!((health.samples, health.lost()), (80_000, 3), "three have not settled");
}

/// Wrong bits at 0.01 % and at 1 % of the frames: each costs its frame, and no other.
#[test]
fn a_damaged_frame_is_counted_and_never_a_sample() {
    for probability in [1e-4, 1e-2] {
        let health = run(60.0, vec![(S, 60 * S, Fault::FlippedBits(probability))]);
        let expected = 59.0 * 8000.0 * probability;
        let off = (health.damaged as f64 - expected).abs();
        assert!(off < 5.0 * expected.sqrt(), "{health:?}");
        assert_eq!(health.lost(), health.damaged + 3, "{health:?}");
    }
}

/// Bursts of 100 ms in which no frame is whole.
#[test]
fn a_burst_is_lived_through() {
    let bursts = (1..9).map(|n| (n * S, n * S + S / 10, Fault::FlippedBits(1.0)));
    let health = run(10.0, bursts.collect());
    // Set up anew within a burst fails and is tried again.
    assert!(health.restarts > 0 && health.restarts <= 8 * 60, "{health:?}");
    assert!((6400..8000).contains(&health.lost()), "{health:?}");
}

/// Conversions that stand still are refused from the third on, however new they are said to be.
#[test]
fn counts_that_stand_still_are_no_samples() {
    let list = vec![(S, 2 * S, Fault::Stuck)];
    let model = model(4.0, Faults { list, seed: 1 });
    let mut acquisition = start(&model);
    let mut wrong = 0;
    while acquisition.step(S / 4, |index, counts| {
        wrong += u64::from(counts[5] != Counting::truth(index));
    }) != Ok(Waited::Ended)
    {}
    // The first that repeats may be a crest; it is the only one that is believed.
    assert_eq!(wrong, 1);
    let health = acquisition.health();
    assert!((7990..8010).contains(&health.stuck), "{health:?}");
}

/// Edges that are lost lose nothing, since the chip keeps two conversions; only where several are lost in a row
/// do some go.
#[test]
fn lost_edges_are_made_good() {
    let health = run(10.0, vec![(S, 9 * S, Fault::LostEdges(0.01))]);
    // Two in a row and more: 64,000 times 1e-4, each with three conversions.
    assert!(health.late < 60 && health.lost() == health.late + 3, "{health:?}");
}

#[test]
fn late_edges_move_no_sample() {
    let health = run(10.0, vec![(S, 9 * S, Fault::Jitter(12_000))]);
    assert_eq!((health.samples, health.lost()), (80_000, 3));
}

/// A host that is away for one conversion loses none, and for longer those that it missed.
#[test]
fn a_busy_host_loses_what_the_chip_does_not_keep() {
    let health = run(3.0, vec![(S, S, Fault::BusyHost(100_000))]);
    assert_eq!(health.lost(), 3, "{health:?}");
    let health = run(3.0, vec![(S, S, Fault::BusyHost(100_000_000))]);
    assert!((798..806).contains(&health.late), "{health:?}");
    assert_eq!(health.lost(), health.late + 3, "{health:?}");
}

#[test]
fn transfers_that_fail_are_counted() {
    let health = run(10.0, vec![(S, 9 * S, Fault::FailedTransfers(0.001))]);
    assert!(health.transfers > 20, "{health:?}");
    assert_eq!(health.lost(), health.transfers + 3, "{health:?}");
}

/// Transfers that fail while edges are lost and the host is late: what was thrown away meanwhile is counted once.
#[test]
fn failures_that_meet_are_counted_once() {
    let mut list = vec![
        (S, 5 * S, Fault::FailedTransfers(0.2)),
        (S, 5 * S, Fault::LostEdges(0.2)),
        (S, 5 * S, Fault::Jitter(30_000)),
    ];
    list.extend((100..500).map(|at| (at * S / 100, at * S / 100, Fault::BusyHost(at * 400))));
    let health = run(6.0, list);
    assert!(health.transfers > 1000 && health.late > 1000, "{health:?}");
}

/// A chip that was reset converts with other settings: its frames are refused, and it is set up anew.
#[test]
fn a_reset_is_found_and_mended() {
    let health = run(4.0, vec![(S, S, Fault::Reset), (2 * S, 2 * S, Fault::Upset)]);
    assert_eq!(health.restarts, 2, "{health:?}");
    // Each set-up takes some 10 ms, and its filter three conversions.
    assert!((60..400).contains(&health.lost()), "{health:?}");
}

/// After a spike on the SYNC line the filter begins anew: what it has not settled in is no sample, and the chip is not
/// set up anew for it.
#[test]
fn conversions_that_began_anew_settle_before_they_are_samples() {
    let at = [S, 2 * S + 30_000, 3 * S + 124_000];
    let health = run(4.0, at.map(|at| (at, at, Fault::Resynchronised)).to_vec());
    assert_eq!((health.resynchronised, health.restarts), (3, 0), "{health:?}");
    // Each time three that have not settled, and one that was thrown away with what the chip kept.
    assert!((3 + 3 * 3..=3 + 3 * 4).contains(&health.lost()), "{health:?}");
}

/// Transfers that were cut short, between others: the chip gives no conversion away for them, and the next frame is
/// whole again.
#[test]
fn an_interrupted_transfer_costs_nothing() {
    let model = model(2.0, Faults::default());
    let mut acquisition = start(&model);
    let mut samples = 0;
    for step in 0u64.. {
        if step.is_multiple_of(50) {
            let cut = vec![0x11; 1 + (step / 50 % 29) as usize];
            model.spi().write(&cut).expect("no fault");
        }
        let waited = acquisition.step(S / 4, |index, counts| {
            assert_eq!(counts[5], Counting::truth(index));
            samples += 1;
        });
        if waited == Ok(Waited::Ended) {
            break;
        }
    }
    assert!(samples > 15_990, "{:?}", acquisition.health());
    assert_eq!(acquisition.health().restarts, 0);
}

/// [D-13] Silence is told, with the time that goes on; afterwards samples are where they belong.
#[test]
fn a_clock_that_stops_is_silence_and_no_time_is_lost() {
    let list = vec![(2 * S, 4 * S, Fault::ClockStopped)];
    let model = model(6.0, Faults { list, seed: 1 });
    let channels = vec![Channel::ideal(Role::Va, 1.0)];
    let format = SourceFormat { sample_rate_hz: 8000.0, channels };
    let mut source = ConverterSource::new(start(&model), format, vec![5]);
    let mut block = SampleBlock::new(1, 400);
    let (mut silent, mut next) = (0, 0);
    loop {
        match source.read(&mut block, 400).expect("it does not fail") {
            SourceState::Ended => break,
            SourceState::Silent => {
                silent += 1;
                assert!(block.first >= next && block.samples == 0);
            }
            SourceState::Samples => {
                for (place, counts) in block.row(0).iter().enumerate() {
                    assert_eq!(*counts, Counting::truth(block.first + place as u64));
                }
            }
        }
        next = block.first + block.samples as u64;
    }
    assert_eq!(silent, 7, "two seconds in quarters");
    assert!((47_990..=48_000).contains(&next), "{next}");
}

/// Ten simulated minutes with everything there is.
#[test]
fn ten_minutes_with_faults_are_accounted_for() {
    let mut list = vec![
        (10 * S, 590 * S, Fault::FlippedBits(1e-4)),
        (100 * S, 160 * S, Fault::FlippedBits(1e-2)),
        (200 * S, 300 * S, Fault::LostEdges(1e-3)),
        (250 * S, 500 * S, Fault::Jitter(10_000)),
        (300 * S, 360 * S, Fault::FailedTransfers(1e-3)),
        (400 * S, 400 * S + S / 10, Fault::FlippedBits(1.0)),
        (410 * S, 412 * S, Fault::ClockStopped),
        (420 * S, 420 * S, Fault::Reset),
        (430 * S, 430 * S, Fault::Upset),
        (435 * S, 435 * S, Fault::Resynchronised),
    ];
    list.extend((440..500).map(|at| (at * S, at * S, Fault::BusyHost(at * 10_000))));
    let model_s = 600.0;
    let health = run(model_s, list);
    assert!(health.samples > 4_750_000, "{health:?}");
    for (count, what) in [
        (health.damaged, "damaged"),
        (health.transfers, "transfers"),
        (health.late, "late"),
        (health.restarts, "restarts"),
        (health.resynchronised, "resynchronised"),
    ] {
        assert!(count > 0, "no {what}: {health:?}");
    }
}
