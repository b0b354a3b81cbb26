//! Wrappers around sources: each keeps the contract of a source, alone and nested, and passes on what
//! it should to the bit.

use port::{Channel, Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use proptest::prelude::*;
use sim::conformance::check;
use sim::frontend::{Afe, CODE_MAX, CODE_MIN, FrontEnd};
use sim::sources::{Fault, FaultError, FaultKind, Faulty, Recorder, Replay, Tape, WithFormat, tee};
use sim::synthetic::Signal;
use std::f64::consts::TAU;

const RATE_HZ: f64 = 8000.0;
const AMPLITUDE: f64 = 4e6;

/// Two channels whose counts tell their index: a ramp and a tone. Samples of `gaps` are missing, from the
/// first to before the second.
struct Counting {
    format: SourceFormat,
    gaps: Vec<(u64, u64)>,
    end: u64,
    next: u64,
}

impl Counting {
    fn new(end: u64, gaps: &[(u64, u64)]) -> Counting {
        let channels = [Role::Va, Role::Ia].map(|role| Channel::ideal(role, 1e-4)).to_vec();
        let format = SourceFormat { sample_rate_hz: RATE_HZ, channels };
        Counting { format, gaps: gaps.to_vec(), end, next: 0 }
    }

    fn tone(place: f64) -> f64 {
        AMPLITUDE * (TAU * 50.0 / RATE_HZ * place).sin()
    }
}

impl SampleSource for Counting {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        if let Some(gap) = self.gaps.iter().find(|gap| (gap.0..gap.1).contains(&self.next)) {
            self.next = gap.1;
        }
        let stop = self.gaps.iter().map(|gap| gap.0).filter(|start| *start > self.next);
        let stop = stop.min().unwrap_or(self.end).min(self.end);
        let count = (stop.saturating_sub(self.next) as usize).min(max).min(block.capacity());
        (block.first, block.samples) = (self.next, count);
        for at in 0..count {
            let index = self.next + at as u64;
            block.row_mut(0)[at] = index as i32;
            block.row_mut(1)[at] = Counting::tone(index as f64).round() as i32;
        }
        self.next += count as u64;
        Ok(if count == 0 { SourceState::Ended } else { SourceState::Samples })
    }
}

/// Everything a source gives, sample by sample: index and counts.
fn all(source: &mut dyn SampleSource, mut cut: impl FnMut() -> usize) -> Vec<(u64, Vec<i32>)> {
    let channels = source.format().channels.len();
    let mut block = SampleBlock::new(channels, 5000);
    let mut heard = Vec::new();
    while source.read(&mut block, cut()).expect("no failure") == SourceState::Samples {
        for at in 0..block.samples {
            let counts = (0..channels).map(|row| block.row(row)[at]).collect();
            heard.push((block.first + at as u64, counts));
        }
    }
    heard
}

fn whole(mut source: impl SampleSource) -> Vec<(u64, Vec<i32>)> {
    all(&mut source, || 5000)
}

fn fault(kind: FaultKind, at_s: f64, for_s: f64) -> Fault {
    Fault { kind, at_s, for_s: Some(for_s), every_s: None }
}

fn analogue() -> impl SampleSource + use<> {
    let signal = Signal::three_phase(50.0, 230.0, 10.0, 30.0);
    Afe::new(&FrontEnd::typical(3), signal.play(4, Some(1.0)), RATE_HZ).expect("a sound front end")
}

fn recorded(source: impl SampleSource, samples_max: usize) -> Tape {
    let mut block = SampleBlock::new(source.format().channels.len(), 300);
    let mut recorder = Recorder::new(source, samples_max);
    while recorder.read(&mut block, 300).expect("no failure") == SourceState::Samples {}
    let tape = recorder.tape();
    let tape = tape.lock().expect("nobody panicked");
    tape.clone()
}

/// Each fault, once, again and again and for ever, around a front end and around a source with gaps.
#[test]
fn a_source_with_any_fault_conforms() {
    for kind in FaultKind::EXAMPLES {
        for (at_s, for_s, every_s) in
            [(0.0, Some(0.3), None), (0.05, Some(0.01), Some(0.03)), (0.1, None, None)]
        {
            let faults = vec![Fault { kind, at_s, for_s, every_s }];
            check(|| Box::new(Faulty::new(analogue(), faults.clone(), 5).expect("sound")));
            check(|| {
                let source = Counting::new(9000, &[(0, 7), (500, 501), (1000, 1003), (2000, 6000)]);
                Box::new(Faulty::new(source, faults.clone(), 5).expect("sound"))
            });
        }
    }
}

#[test]
fn all_faults_at_once_and_wrappers_in_wrappers_conform() {
    let faults: Vec<Fault> =
        FaultKind::EXAMPLES.into_iter().map(|kind| fault(kind, 0.11, 0.2)).collect();
    let tape = recorded(Faulty::new(analogue(), faults.clone(), 1).expect("sound"), usize::MAX);
    assert!(tape.stretches().len() > 1);
    check(|| Box::new(Replay::new(tape.clone())));
    check(|| {
        let source = Faulty::new(Replay::new(tape.clone()), faults.clone(), 2).expect("sound");
        let (branch, _gone) = tee(Recorder::new(source, 500), 1);
        Box::new(Faulty::new(branch, faults.clone(), 3).expect("sound"))
    });
}

#[test]
fn a_source_without_faults_passes_untouched() {
    let faulty = Faulty::new(Counting::new(3000, &[(100, 120)]), Vec::new(), 1).expect("sound");
    assert_eq!(whole(faulty), whole(Counting::new(3000, &[(100, 120)])));
}

/// Before it begins and after it has ended a fault touches nothing; while it lasts, only its channel.
#[test]
fn a_fault_of_a_channel_stays_on_it_and_in_its_time() {
    let clean = whole(analogue());
    for kind in [
        FaultKind::StuckChannel { role: Role::Vb },
        FaultKind::BitFlips { role: Role::Vb, part: 0.5 },
        FaultKind::Saturation { role: Role::Vb },
    ] {
        let faults = vec![Fault { every_s: Some(0.4), ..fault(kind, 0.2, 0.1) }];
        let found = whole(Faulty::new(analogue(), faults, 9).expect("sound"));
        let mut changed = 0;
        for ((index, clean), (found_index, found)) in clean.iter().zip(&found) {
            assert_eq!(index, found_index);
            let there = (1600..2400).contains(index) || (4800..5600).contains(index);
            for (row, (clean, found)) in clean.iter().zip(found).enumerate() {
                assert!(clean == found || (there && row == 1), "{} at {index}", kind.slug());
                changed += u32::from(clean != found);
            }
        }
        assert_eq!(clean.len(), found.len());
        assert!(changed > 700, "{}: {changed} of 1600 samples", kind.slug());
    }
}

#[test]
fn a_channel_sticks_at_the_count_it_had() {
    let faults = vec![Fault {
        every_s: Some(0.05),
        ..fault(FaultKind::StuckChannel { role: Role::Va }, 0.02, 0.01)
    }];
    for (index, counts) in whole(Faulty::new(Counting::new(1000, &[]), faults, 1).expect("sound")) {
        let begun = [160, 560, 960].into_iter().find(|begun| (*begun..begun + 80).contains(&index));
        assert_eq!(counts[0] as u64, begun.unwrap_or(index));
    }
}

#[test]
fn saturation_has_the_sign_of_the_signal() {
    let faults = vec![fault(FaultKind::Saturation { role: Role::Ia }, 0.0, 1.0)];
    for (index, counts) in whole(Faulty::new(Counting::new(1000, &[]), faults, 1).expect("sound")) {
        let signal = Counting::tone(index as f64);
        let expected = if signal.round() == 0.0 {
            0
        } else if signal > 0.0 {
            CODE_MAX
        } else {
            CODE_MIN
        };
        assert_eq!(counts[1], expected, "{index}");
    }
}

/// So many are lost, others for another seed, and what is left has its own index and counts.
#[test]
fn losses_are_as_many_as_asked_for_and_move_nothing() {
    let lost = |part: f64, seed: u64| {
        let faults = vec![fault(FaultKind::LostSamples { part }, 0.0, 2.0)];
        let found = whole(Faulty::new(Counting::new(10_000, &[]), faults, seed).expect("sound"));
        assert!(found.iter().all(|(index, counts)| *index == counts[0] as u64));
        found
    };
    assert_eq!(lost(0.0, 1).len(), 10_000);
    assert_eq!(lost(1.0, 1).len(), 0);
    for part in [0.001, 0.1, 0.7] {
        let found = 10_000 - lost(part, 1).len();
        let expected = 10_000.0 * part;
        let spread = 4.0 * (expected * (1.0 - part)).sqrt();
        assert!((found as f64 - expected).abs() < spread, "{part}: {found}");
        assert_ne!(lost(part, 1), lost(part, 2));
        assert_eq!(lost(part, 1), lost(part, 1));
    }
}

#[test]
fn a_gap_is_a_jump_of_the_index_and_without_end_it_is_the_end() {
    let gap = fault(FaultKind::Gap, 0.1, 0.05);
    let found = whole(Faulty::new(Counting::new(2000, &[]), vec![gap], 1).expect("sound"));
    let expected: Vec<_> = whole(Counting::new(2000, &[(800, 1200)]));
    assert_eq!(found, expected);
    let for_ever = Fault { for_s: None, ..gap };
    let endless = Counting::new(u64::MAX, &[]);
    assert_eq!(whole(Faulty::new(endless, vec![for_ever], 1).expect("sound")).len(), 800);
}

/// Who hears the same grid does not wait until a gap is over: time passes in it, and afterwards it goes on to the sample.
#[test]
fn a_long_gap_is_a_silence_in_which_time_passes() {
    let gap = fault(FaultKind::Gap, 0.1, 30_000.0 / RATE_HZ);
    let make = || Faulty::new(Counting::new(40_000, &[]), vec![gap], 1).expect("sound");
    let mut source = make();
    let mut block = SampleBlock::new(2, 5000);
    let (mut next, mut silences, mut heard) = (0, 0, 0);
    loop {
        match source.read(&mut block, 5000).expect("no failure") {
            SourceState::Samples => heard += block.samples,
            SourceState::Silent => silences += 1,
            SourceState::Ended => break,
        }
        let now = block.first + block.samples as u64;
        assert!(now - next < 10_000, "from {next} to {now} at once");
        next = now;
    }
    assert_eq!((next, heard), (40_000, 10_000));
    assert!(silences > 2, "{silences}");
    check(|| Box::new(make()));
}

/// A clock that is fast by 400 ppm for a while takes the signal where such a clock would have:
/// before, as it is; while it lasts, closer and closer behind; afterwards, late by what it gained.
#[test]
fn a_clock_that_drifts_samples_the_signal_in_other_places() {
    for ppm in [400.0, -1000.0] {
        let faults = vec![fault(FaultKind::ClockDrift { ppm }, 0.1, 0.5)];
        let found = whole(Faulty::new(Counting::new(16_000, &[]), faults, 1).expect("sound"));
        let step = 1.0 / (1.0 + ppm * 1e-6);
        for (n, (index, counts)) in (0..).zip(&found) {
            assert_eq!(*index, n, "the index goes on");
            let drifted = (n as f64 - 800.0).clamp(0.0, 4000.0);
            let place = n as f64 + drifted * (step - 1.0);
            let error = f64::from(counts[1]) - Counting::tone(place);
            // Rounded twice; the interpolation is good for a millionth, less so at the very end.
            let limit = if place < 15_970.0 { 1.1 + 1e-6 * AMPLITUDE } else { 1e-3 * AMPLITUDE };
            assert!(error.abs() < limit, "{ppm} ppm, {n}: {error}");
        }
        let gained = 4000.0 * (1.0 - step);
        assert!((found.len() as f64 - 16_000.0 - gained).abs() < 1.0, "{ppm}: {}", found.len());
    }
}

/// What the source has not heard no clock can make up.
#[test]
fn a_gap_of_the_source_stays_a_gap_on_another_clock() {
    let gaps = [(300, 301), (1000, 1003), (4000, 9000)];
    let faults = vec![fault(FaultKind::ClockDrift { ppm: 1000.0 }, 0.0, 10.0)];
    let found = whole(Faulty::new(Counting::new(12_000, &gaps), faults, 1).expect("sound"));
    let step = 1.0 / 1.001;
    for (index, counts) in &found {
        let place = *index as f64 * step;
        assert!((f64::from(counts[0]) - place).abs() < 0.51, "{index}: {}", counts[0]);
        let inside = |gap: &&(u64, u64)| place > gap.0 as f64 - 1.0 && place < gap.1 as f64;
        assert_eq!(gaps.iter().find(inside), None, "{index}");
    }
    let jumps = found.windows(2).filter(|pair| pair[1].0 != pair[0].0 + 1).count();
    assert_eq!(jumps, gaps.len());
}

#[test]
fn faults_that_cannot_be_are_refused_with_their_number() {
    let gap = fault(FaultKind::Gap, 0.0, 1.0);
    let refused = |wrong: Fault| {
        let faulty = Faulty::new(Counting::new(10, &[]), vec![gap, wrong], 1);
        faulty.err().expect("refused")
    };
    let drift = |ppm| fault(FaultKind::ClockDrift { ppm }, 0.0, 1.0);
    assert!(matches!(refused(Fault { at_s: -1.0, ..gap }), FaultError::Times { number: 2, .. }));
    assert_eq!(refused(drift(-1001.0)), FaultError::Drift { number: 2, ppm: 1001.0 });
    assert!(matches!(refused(drift(f64::NAN)), FaultError::Drift { number: 2, .. }));
    assert_eq!(
        refused(fault(FaultKind::LostSamples { part: 1.5 }, 0.0, 1.0)),
        FaultError::Part { number: 2, part: 1.5 }
    );
    let role = Role::Vc;
    assert_eq!(
        refused(fault(FaultKind::Saturation { role }, 0.0, 1.0)),
        FaultError::Role { number: 2, role }
    );
    let text = refused(Fault { every_s: Some(0.5), ..gap }).to_string();
    assert!(text.contains("lasts 1 s and begins again after 0.5 s"), "{text}");
}

/// Two tapes of one source are equal, whatever the cut.
#[test]
fn another_format_leaves_the_counts_as_they_are() {
    let other = || WithFormat::new(analogue(), |format| format.channels[0].unit_per_count *= 1.2);
    check(|| Box::new(other()));
    assert_eq!(whole(other()), whole(analogue()));
    let (own, said) = (analogue().format().channels[0], other().format().channels[0]);
    assert_eq!(said, Channel { unit_per_count: 1.2 * own.unit_per_count, ..own });
}

#[test]
fn a_full_tape_says_what_it_left_out() {
    let tape = recorded(Counting::new(1000, &[(100, 150)]), 400);
    assert_eq!((tape.samples(), tape.left_out()), (400, 550));
    let kept: Vec<_> = whole(Counting::new(1000, &[(100, 150)])).into_iter().take(400).collect();
    assert_eq!(whole(Replay::new(tape)), kept);
}

#[test]
fn a_tape_becomes_a_recording_in_volts_and_amperes_with_a_section_a_stretch() {
    let recording = recorded(Counting::new(1000, &[(100, 150)]), 10_000).recording().expect("some");
    let lengths: Vec<_> = recording.sections.iter().map(|section| section.len()).collect();
    assert_eq!(lengths, [100, 850]);
    let section = &recording.sections[1];
    assert_eq!((section.start_s, section.first_sample), (Some(150.0 / RATE_HZ), 100));
    assert!((section.samples[0][1] - 151.0 * 1e-4).abs() < 1e-12);
    let names: Vec<_> = recording.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["va", "ia"]);
    assert!(recorded(Counting::new(0, &[]), 10).recording().is_err(), "an empty tape");
}

#[test]
fn a_branch_that_is_too_far_ahead_is_told_so_and_loses_nothing() {
    let (mut ahead, mut behind) = tee(Counting::new(1000, &[]), 150);
    let mut block = SampleBlock::new(2, 100);
    for expected in [100, 50] {
        assert_eq!(ahead.read(&mut block, 100), Ok(SourceState::Samples));
        assert_eq!(block.samples, expected);
    }
    let refused = ahead.read(&mut block, 100).expect_err("full");
    assert!(refused.to_string().contains("150 samples behind"), "{refused}");
    assert_eq!(behind.read(&mut block, 60), Ok(SourceState::Samples));
    assert_eq!(ahead.read(&mut block, 100), Ok(SourceState::Samples));
    assert_eq!((block.first, block.samples), (150, 60));
    drop(ahead);
    let rest: Vec<u64> = whole(behind).into_iter().map(|(index, _)| index).collect();
    assert_eq!(rest, (60..1000).collect::<Vec<u64>>());
}

fn any_gaps() -> impl Strategy<Value = Vec<(u64, u64)>> {
    proptest::collection::vec((1..3000_u64, 1..400_u64), 0..6).prop_map(|gaps| {
        let mut next = 0;
        let ordered = gaps.into_iter().map(|(after, length)| {
            let start = next + after;
            next = start + length;
            (start, next)
        });
        ordered.collect()
    })
}

fn any_fault() -> impl Strategy<Value = Fault> {
    let role = prop_oneof![Just(Role::Va), Just(Role::Ia)];
    let part = 0.0..=1.0_f64;
    let kind = prop_oneof![
        (0.0..0.2_f64).prop_map(|part| FaultKind::LostSamples { part }),
        Just(FaultKind::Gap),
        role.clone().prop_map(|role| FaultKind::StuckChannel { role }),
        (-200.0..200.0_f64).prop_map(|ppm| FaultKind::ClockDrift { ppm }),
        (role.clone(), part).prop_map(|(role, part)| FaultKind::BitFlips { role, part }),
        role.prop_map(|role| FaultKind::Saturation { role }),
    ];
    (kind, 0.0..1.0_f64, proptest::option::of(0.001..0.2_f64), any::<bool>()).prop_map(
        |(kind, at_s, for_s, again)| {
            let every_s = for_s.filter(|_| again).map(|for_s| 2.5 * for_s);
            Fault { kind, at_s, for_s, every_s }
        },
    )
}

fn any_faults() -> impl Strategy<Value = Vec<Fault>> {
    proptest::collection::vec(any_fault(), 0..5)
}

fn cuts(sizes: Vec<usize>) -> impl FnMut() -> usize {
    let mut sizes = sizes.into_iter().cycle();
    move || sizes.next().expect("not empty")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever the faults, gaps and cuts: the cut changes no sample, no index goes back and no count
    /// leaves 24 bits.
    #[test]
    fn faults_do_not_depend_on_the_cut(
        gaps in any_gaps(),
        faults in any_faults(),
        seed: u64,
        sizes in proptest::collection::vec(1..700_usize, 1..8),
    ) {
        let make = || Faulty::new(Counting::new(8000, &gaps), faults.clone(), seed).expect("sound");
        let heard = whole(make());
        prop_assert_eq!(&all(&mut make(), cuts(sizes)), &heard);
        prop_assert!(heard.is_sorted_by(|before, after| before.0 < after.0));
        let counts = heard.iter().flat_map(|(_, counts)| counts);
        prop_assert!(counts.copied().all(|count| (CODE_MIN..=CODE_MAX).contains(&count)));
    }

    /// What was recorded plays back to the bit, and a replay records as the same tape.
    #[test]
    fn a_replay_of_a_record_is_the_source(
        gaps in any_gaps(),
        faults in any_faults(),
        sizes in proptest::collection::vec(1..700_usize, 1..8),
    ) {
        let make = || Faulty::new(Counting::new(8000, &gaps), faults.clone(), 7).expect("sound");
        let tape = recorded(make(), usize::MAX);
        let mut replay = Replay::new(tape.clone());
        let source = make();
        prop_assert_eq!(replay.format(), source.format());
        prop_assert_eq!(all(&mut replay, cuts(sizes)), whole(make()));
        prop_assert_eq!(recorded(Replay::new(tape.clone()), usize::MAX), tape);
    }

    /// Both branches hear the source, whoever reads when and how much.
    #[test]
    fn both_branches_of_a_tee_are_the_source(
        gaps in any_gaps(),
        turns in proptest::collection::vec((any::<bool>(), 1..900_usize), 1..200),
    ) {
        let (mut a, mut b) = tee(Counting::new(8000, &gaps), usize::MAX);
        let mut heard = [Vec::new(), Vec::new()];
        let mut block = SampleBlock::new(2, 900);
        for (second, size) in turns {
            let branch = if second { &mut b } else { &mut a };
            branch.read(&mut block, size).expect("no failure");
            heard[usize::from(second)].extend(
                (0..block.samples).map(|at| (block.first + at as u64, vec![block.row(0)[at], block.row(1)[at]])),
            );
        }
        heard[0].extend(whole(a));
        heard[1].extend(whole(b));
        let expected = whole(Counting::new(8000, &gaps));
        prop_assert_eq!(&heard[0], &expected);
        prop_assert_eq!(&heard[1], &expected);
    }
}
