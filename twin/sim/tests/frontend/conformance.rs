//! Every source here against the contract of `port::SampleSource`.

use std::f64::consts::PI;

use port::{Channel, Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::conformance::{check, verify};
use sim::frontend::{Afe, FrontEnd};
use sim::recorded::Recorded;
use sim::synthetic::Signal;

use super::Formula;

fn front_ends() -> Vec<FrontEnd> {
    let mut partly_filtered = FrontEnd::ideal();
    partly_filtered.channel_mut(Role::Ia).phase_deg = 0.2;
    let filtered = FrontEnd { sinc_order: 3, ..FrontEnd::ideal() };
    let typical = FrontEnd::typical(9);
    vec![FrontEnd::ideal(), partly_filtered, filtered, typical.clone(), typical.uncalibrated()]
}

#[test]
fn a_formula_behind_every_front_end_conforms() {
    for front_end in front_ends() {
        for samples in [1, 11, 256, 268, 269, 5_003, 100_000] {
            check(|| {
                let waveform = Formula::new(&Role::ALL, samples, |role, t| {
                    100.0 * (2.0 * PI * 50.0 * t + f64::from(role as u8)).sin()
                });
                Box::new(Afe::new(&front_end, waveform, 8_000.0).unwrap())
            });
        }
    }
}

#[test]
fn a_recording_behind_every_front_end_conforms() {
    let row = |phase: f64| (0..3_001).map(|n| 5.0 * (f64::from(n) * 0.04 + phase).sin()).collect();
    let recorded =
        Recorded::new(vec![Role::Vb, Role::Ib], vec![row(0.0), row(1.0)], 8_000.0).unwrap();
    let follows = FrontEnd::ideal_for(&recorded.peaks());
    for front_end in front_ends().into_iter().chain([follows]) {
        check(|| Box::new(Afe::new(&front_end, recorded.clone(), 8_000.0).unwrap()));
    }
}

#[test]
fn a_synthetic_signal_behind_every_front_end_conforms() {
    let signal = Signal::three_phase(50.0, 230.0, 10.0, 30.0);
    for front_end in front_ends() {
        for duration_s in [Some(0.5), None] {
            check(|| {
                let waveform = signal.play(4, duration_s);
                Box::new(Afe::new(&front_end, waveform, 8_000.0).unwrap())
            });
        }
    }
}

/// The cuts of `check` are regular; these are not.
#[test]
fn random_cuts_change_no_sample() {
    const SAMPLES: usize = 4_000;
    let read_in_cuts = |mut next_cut: Box<dyn FnMut() -> usize>| {
        let waveform = Formula::new(&[Role::Va, Role::Ia], SAMPLES as u64, |_, t| {
            90.0 * (2.0 * PI * 50.0 * t).sin()
        });
        let mut afe = Afe::new(&FrontEnd::typical(2), waveform, 8_000.0).unwrap();
        let mut block = SampleBlock::new(2, SAMPLES);
        let mut codes = vec![];
        while afe.read(&mut block, next_cut()).unwrap() == SourceState::Samples {
            codes.extend(block.row(0).iter().zip(block.row(1)).map(|(va, ia)| (*va, *ia)));
        }
        codes
    };
    let whole = read_in_cuts(Box::new(|| SAMPLES));
    assert_eq!(whole.len(), SAMPLES);
    for seed in 0..20 {
        let mut draw = ChaCha8Rng::seed_from_u64(seed);
        let most = draw.random_range(1..=700);
        let cut = read_in_cuts(Box::new(move || draw.random_range(1..=most)));
        assert!(cut == whole, "cuts of seed {seed}");
    }
}

/// How a source may break the contract.
#[derive(Clone, Copy)]
enum Fault {
    None,
    Backwards,
    TooLarge,
    DependsOnTheCut,
    RisesAgain,
    Empty,
    Fails,
}

/// 1000 samples counting up, with a fault.
struct Broken {
    format: SourceFormat,
    fault: Fault,
    next: u64,
}

impl SampleSource for Broken {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let room = max.min(block.capacity()).min(1_000 - (self.next % 1_000) as usize);
        block.first = self.next;
        block.samples = room;
        for at in 0..room {
            block.row_mut(0)[at] = (self.next + at as u64) as i32;
        }
        let ended = self.next >= 1_000;
        match self.fault {
            Fault::None => {}
            Fault::Backwards if self.next > 500 => block.first -= 1,
            Fault::TooLarge if self.next > 500 => block.row_mut(0)[0] = 8_388_608,
            Fault::DependsOnTheCut => block.row_mut(0)[0] += room as i32,
            Fault::RisesAgain if ended => {
                self.next = 0;
                block.samples = 0;
                return Ok(SourceState::Ended);
            }
            Fault::Empty => block.samples = 0,
            Fault::Fails if self.next > 500 => return Err(SourceError("cable".to_string())),
            Fault::Backwards | Fault::TooLarge | Fault::RisesAgain | Fault::Fails => {}
        }
        if ended {
            block.samples = 0;
            return Ok(SourceState::Ended);
        }
        self.next += room as u64;
        Ok(SourceState::Samples)
    }
}

#[test]
fn the_test_finds_what_breaks_the_contract() {
    let result = |fault: Fault| {
        verify(move || {
            let channels = vec![Channel::ideal(Role::Va, 1.0)];
            let format = SourceFormat { sample_rate_hz: 8_000.0, channels };
            Box::new(Broken { format, fault, next: 0 })
        })
    };
    assert_eq!(result(Fault::None), Ok(()));
    for (fault, reason) in [
        (Fault::Backwards, "index 500 after 500"),
        (Fault::TooLarge, "beyond 24 bits"),
        (Fault::DependsOnTheCut, "sample 0: 1 became 7"),
        (Fault::RisesAgain, "went on after its end"),
        (Fault::Empty, "0 samples where"),
        (Fault::Fails, "the read failed: cable"),
    ] {
        let found = result(fault).unwrap_err();
        assert!(found.contains(reason), "{reason}: {found}");
    }
}

/// Filters that were fitted before give the same counts, at another temperature too; those of another unit
/// do no harm.
#[test]
fn filters_fitted_before_give_the_same_counts() {
    let unit = FrontEnd::typical(9);
    let warm = FrontEnd { temperature_degc: 50.0, ..unit.clone() };
    let waveform = || Signal::three_phase(50.0, 230.0, 5.0, 30.0).play(1, Some(0.2));
    let counts = |mut source: Afe<_>| {
        let mut block = SampleBlock::new(6, 1_600);
        assert_eq!(source.read(&mut block, 1_600), Ok(SourceState::Samples));
        (0..6).map(|row| block.row(row).to_vec()).collect::<Vec<_>>()
    };
    let anew = counts(Afe::new(&warm, waveform(), 8_000.0).unwrap());
    for filters in [unit.filters(8_000.0), FrontEnd::typical(10).filters(8_000.0)] {
        let source = Afe::with_filters(&warm, &filters, waveform(), 8_000.0).unwrap();
        assert!(counts(source) == anew);
    }
}
