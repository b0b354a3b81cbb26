//! A source with faults: what a converter, and the line to it, may do to samples.
//!
//! Faults act in the order in which samples travel, whatever the order in which they are given: the
//! clock first, then each channel's in the order given, then losses. A fault that loses every sample for
//! ever ends the source; while one loses them for long, the source is silent.

use port::{Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::Clock;
use super::fault::{Fault, FaultError, FaultKind};
use super::span::Span;
use crate::frontend::{CODE_MAX, CODE_MIN};
use crate::synthetic::mixed;

/// Samples worked on together; long enough that a read costs nothing against its samples.
const CHUNK: usize = 256;

/// Lost samples in a row after which a read says that there is silence, instead of going on to where samples come again:
/// time has to pass for all that hear the same grid, of which a part is kept for those behind.
const SILENT: usize = 8192;

/// Largest drift of all clocks together, in ppm: far beyond a crystal, and near enough to 1 that
/// interpolation needs no filter against aliasing.
const DRIFT_MAX_PPM: f64 = 1000.0;

/// Bits of a count.
const BITS: u64 = 24;

/// Tells the draws of faults from other draws with the same seed.
const STREAM: u64 = 0x6661_756c_7473;

/// The faults of a source, in the order given; clones are those of the same source.
#[derive(Debug, Clone)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// Adds those by which a list is longer; they begin later than anything that was read, and were [`check`]ed.
    pub fn extend_to(&self, longer: Vec<Fault>) {
        let mut faults = self.lock();
        let known = faults.len();
        faults.extend(longer.into_iter().skip(known));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A source with faults. See the module.
#[derive(Debug)]
pub struct Faulty<S> {
    source: Clock<S>,
    seed: u64,
    faults: Faults,
    /// How many of them are at work.
    known: usize,
    troubles: Vec<Trouble>,
    /// Index from which on every sample is lost.
    silent_from: Option<u64>,
    /// The samples being served, and which of them are lost.
    heard: SampleBlock,
    lost: Vec<bool>,
    served: usize,
}

/// A fault of a channel or of the line.
#[derive(Debug)]
struct Trouble {
    span: Span,
    effect: Effect,
    /// Begins the sequence of its draws.
    key: u64,
}

#[derive(Debug)]
enum Effect {
    Lose {
        part: f64,
    },
    /// `held` is the count, and the index at which the fault began.
    Stick {
        row: usize,
        held: Option<(u64, i32)>,
    },
    Flip {
        row: usize,
        part: f64,
    },
    Saturate {
        row: usize,
        zero: f64,
    },
}

impl<S: SampleSource> Faulty<S> {
    /// Gives a source faults; `seed` decides which samples are lost and which bits turn.
    ///
    /// Fails if a fault's times, probability or drift make no sense, or if the source does not have its
    /// channel.
    pub fn new(source: S, faults: Vec<Fault>, seed: u64) -> Result<Faulty<S>, FaultError> {
        check(&faults, source.format())?;
        let channels = source.format().channels.len();
        let mut faulty = Faulty {
            source: Clock::new(source),
            seed,
            faults: Faults(Arc::new(Mutex::new(faults))),
            known: 0,
            troubles: Vec::new(),
            silent_from: None,
            heard: SampleBlock::new(channels, CHUNK),
            lost: Vec::with_capacity(CHUNK),
            served: 0,
        };
        faulty.take_over();
        Ok(faulty)
    }

    /// Its faults, to which others may be added.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// Lets all faults that it was given do their work.
    fn take_over(&mut self) {
        let faults = self.faults.lock();
        if faults.len() == self.known {
            return;
        }
        let format = self.source.format();
        let mut drifts = Vec::new();
        for (number, fault) in (1..).zip(&*faults).skip(self.known) {
            let span = Span::new(fault, format.sample_rate_hz).expect("it was checked");
            if let FaultKind::ClockDrift { ppm } = fault.kind {
                drifts.push((span, ppm));
            }
            if let Some(effect) = effect(fault.kind, number, format).expect("it was checked") {
                let key = mixed(mixed(self.seed ^ STREAM) ^ number as u64);
                self.troubles.push(Trouble { span, effect, key });
            }
        }
        self.known = faults.len();
        drop(faults);
        self.source.drift(&drifts);
        let silent = self.troubles.iter().filter(|trouble| trouble.loses_all());
        self.silent_from = silent.filter_map(|trouble| trouble.span.endless_from()).min();
    }

    /// Hears the next samples with their faults; false at the end.
    fn hear(&mut self, max: usize) -> Result<bool, SourceError> {
        let next = self.heard.first + self.heard.samples as u64;
        self.take_over();
        self.served = 0;
        self.lost.clear();
        if self.silent_from.is_some_and(|index| index <= next) {
            (self.heard.first, self.heard.samples) = (next, 0);
            return Ok(false);
        }
        self.heard.samples = 0;
        if self.source.read(&mut self.heard, max.min(CHUNK))? == SourceState::Ended {
            return Ok(false);
        }
        self.lost.resize(self.heard.samples, false);
        for trouble in &mut self.troubles {
            trouble.befall(&mut self.heard, &mut self.lost);
        }
        Ok(true)
    }

    /// The next samples that are not lost and follow each other, in what was heard.
    fn run(&self) -> std::ops::Range<usize> {
        let rest = &self.lost[self.served..];
        let Some(skipped) = rest.iter().position(|lost| !lost) else {
            return self.lost.len()..self.lost.len();
        };
        let length = rest[skipped..].iter().take_while(|lost| !**lost).count();
        self.served + skipped..self.served + skipped + length
    }
}

/// Whether a source of this format can have these faults.
///
/// Fails as [`Faulty::new`].
pub fn check(faults: &[Fault], format: &SourceFormat) -> Result<(), FaultError> {
    let mut drift_ppm = 0.0;
    for (number, fault) in (1..).zip(faults) {
        let Fault { kind, at_s, for_s, every_s } = *fault;
        if Span::new(fault, format.sample_rate_hz).is_none() {
            return Err(FaultError::Times { number, at_s, for_s, every_s });
        }
        if let FaultKind::ClockDrift { ppm } = kind {
            // Two drifts may meet, so their sum is what counts.
            drift_ppm += ppm.abs();
            if !(0.0..=DRIFT_MAX_PPM).contains(&drift_ppm) {
                return Err(FaultError::Drift { number, ppm: drift_ppm });
            }
        }
        effect(kind, number, format)?;
    }
    Ok(())
}

/// What a fault does to samples; none for the clock.
fn effect(
    kind: FaultKind,
    number: usize,
    format: &SourceFormat,
) -> Result<Option<Effect>, FaultError> {
    let row = |role: Role| format.row(role).ok_or(FaultError::Role { number, role });
    let checked = |part: f64| match (0.0..=1.0).contains(&part) {
        true => Ok(part),
        false => Err(FaultError::Part { number, part }),
    };
    Ok(Some(match kind {
        FaultKind::ClockDrift { .. } => return Ok(None),
        FaultKind::LostSamples { part } => Effect::Lose { part: checked(part)? },
        FaultKind::Gap => Effect::Lose { part: 1.0 },
        FaultKind::StuckChannel { role } => Effect::Stick { row: row(role)?, held: None },
        FaultKind::BitFlips { role, part } => {
            Effect::Flip { row: row(role)?, part: checked(part)? }
        }
        FaultKind::Saturation { role } => {
            let row = row(role)?;
            Effect::Saturate { row, zero: format.channels[row].offset_counts }
        }
    }))
}

impl Trouble {
    fn loses_all(&self) -> bool {
        matches!(self.effect, Effect::Lose { part: 1.0 })
    }

    fn befall(&mut self, heard: &mut SampleBlock, lost: &mut [bool]) {
        for (at, lost) in lost.iter_mut().enumerate() {
            let index = heard.first + at as u64;
            let Some(begun) = self.span.begun(index) else { continue };
            let draw = || mixed(self.key.wrapping_add(index));
            match &mut self.effect {
                Effect::Lose { part } => *lost |= happens(draw(), *part),
                Effect::Stick { row, held } => {
                    let count = &mut heard.row_mut(*row)[at];
                    let held = held.get_or_insert((begun, *count));
                    if held.0 != begun {
                        *held = (begun, *count);
                    }
                    *count = held.1;
                }
                Effect::Flip { row, part } => {
                    let draw = draw();
                    if happens(draw, *part) {
                        let count = &mut heard.row_mut(*row)[at];
                        *count = turned(*count, (draw % BITS) as u32);
                    }
                }
                Effect::Saturate { row, zero } => {
                    let count = &mut heard.row_mut(*row)[at];
                    let signal = f64::from(*count) - *zero;
                    *count = match signal {
                        signal if signal > 0.0 => CODE_MAX,
                        signal if signal < 0.0 => CODE_MIN,
                        _ => *count,
                    };
                }
            }
        }
    }
}

/// Whether a draw is one of the part that it happens to. The upper 53 bits, so that the lower ones are
/// free to choose a bit.
fn happens(draw: u64, part: f64) -> bool {
    (draw >> 11) as f64 / ((1_u64 << 53) as f64) < part
}

/// A count with one of its 24 bits turned.
fn turned(count: i32, bit: u32) -> i32 {
    let turned = count ^ (1 << bit);
    // The 24th bit is the sign of all above it.
    turned << 8 >> 8
}

impl<S: SampleSource> SampleSource for Faulty<S> {
    fn format(&self) -> &SourceFormat {
        self.source.format()
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        if self.troubles.is_empty() && self.served == self.lost.len() {
            self.take_over();
            // Nothing but the clock can be wrong, and blocks stay as long as they are asked for.
            if self.troubles.is_empty() {
                return self.source.read(block, max);
            }
        }
        let room = max.min(block.capacity());
        block.samples = 0;
        let mut run = self.run();
        let mut lost = 0;
        while run.is_empty() {
            if lost >= SILENT {
                block.first = self.heard.first + self.heard.samples as u64;
                return Ok(SourceState::Silent);
            }
            if !self.hear(room)? {
                return Ok(SourceState::Ended);
            }
            run = self.run();
            lost += self.heard.samples;
        }
        run.end = run.end.min(run.start + room);
        block.first = self.heard.first + run.start as u64;
        block.samples = run.len();
        for row in 0..block.channels() {
            block.row_mut(row)[..run.len()].copy_from_slice(&self.heard.row(row)[run.clone()]);
        }
        self.served = run.end;
        Ok(SourceState::Samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_bit_stays_within_24_bits_and_turns_back() {
        for count in [0, 1, -1, 4711, CODE_MAX, CODE_MIN] {
            for bit in 0..BITS as u32 {
                let other = turned(count, bit);
                assert!((CODE_MIN..=CODE_MAX).contains(&other), "{count} {bit}: {other}");
                assert_ne!(other, count);
                assert_eq!(turned(other, bit), count);
            }
        }
    }
}
