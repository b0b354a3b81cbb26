//! Stretches of samples between phasor steps: around events, and one window a minute.

use super::{Phasors, StepWindow};
use crate::frontend::Afe;
use crate::waveform::Waveform;
use metering::{Bank, Tail, WindowInfo, Wiring};
use port::{Channel, Role, SampleBlock, SampleSource, SourceError, SourceState, WiringCorrection};
use std::collections::VecDeque;

/// Samples read at a time: about an eighth of a window.
const CHUNK: usize = 200;

/// A stretch begins so long before an event, in seconds: a window, so that the event is met in a
/// running stretch.
const LEAD_S: f64 = 0.25;

/// And it goes on so long after the last event in it: two windows, so that the window in which the
/// event lies and a whole one after it are metered from samples.
const TRAIL_S: f64 = 0.45;

/// The longest window and what the meter looks ahead: a stretch is not begun with less than this
/// before the end of a run.
const LEAST_S: f64 = 0.35;

/// A source of samples that can go to any later sample.
pub trait SeekableSource: SampleSource {
    /// The next sample read is this one, as if all before it had been read. All sources of an
    /// installation go forward before one is read.
    fn seek(&mut self, index: u64);
}

impl<W: Waveform> SeekableSource for Afe<W> {
    fn seek(&mut self, index: u64) {
        Afe::seek(self, index);
    }
}

/// The front ends of an installation and what meters their samples, stretch by stretch.
pub struct Sampler {
    sources: Vec<Box<dyn SeekableSource + Send>>,
    blocks: Vec<SampleBlock>,
    /// Source and row of each row of the bank.
    rows: Vec<(usize, usize)>,
    bank: Bank,
    rate_hz: f64,
    /// Index of the next sample of every source.
    next: u64,
}

impl Sampler {
    /// From the source of the built-in meter, with voltages and currents, and one with the currents
    /// of each module.
    pub fn new(sources: Vec<Box<dyn SeekableSource + Send>>, wiring: Wiring) -> Sampler {
        let rate_hz = sources[0].format().sample_rate_hz;
        let voltages = [Role::Va, Role::Vb, Role::Vc];
        let currents = [Role::Ia, Role::Ib, Role::Ic];
        let channel = |source: usize, role: Role| -> Option<Channel> {
            let format = sources[source].format();
            format.row(role).map(|row| format.channels[row])
        };
        let loads = (0..sources.len()).map(|source| currents.map(|role| channel(source, role)));
        let dc_blocking = catalog::SettingId::DcBlocking.row().default == 1;
        let reference = voltages.map(|role| channel(0, role));
        let bank = Bank::new(rate_hz, wiring, reference, loads.collect(), dc_blocking);
        let row = |source: usize, role| {
            let row = sources[source].format().row(role);
            row.map(|row| (source, row))
        };
        let rows =
            voltages
                .into_iter()
                .filter_map(|role| row(0, role))
                .chain((0..sources.len()).flat_map(|source| {
                    currents.into_iter().filter_map(move |role| row(source, role))
                }))
                .collect();
        let blocks = sources
            .iter()
            .map(|source| SampleBlock::new(source.format().channels.len(), CHUNK))
            .collect();
        Sampler { blocks, rows, bank, rate_hz, next: 0, sources }
    }

    /// Samples by which a stretch begins before an event.
    pub(super) fn lead_samples(&self) -> f64 {
        LEAD_S * self.rate_hz
    }

    /// Samples that must be left in a run for a stretch to begin.
    pub(super) fn least_samples(&self) -> f64 {
        LEAST_S * self.rate_hz
    }

    /// Changes the wiring from the next stretch on.
    pub fn set_wiring(&mut self, wiring: Wiring) {
        self.bank.set_wiring(wiring);
    }

    /// Switches DC blocking of the voltages from the next stretch on.
    pub fn set_dc_blocking(&mut self, on: bool) {
        self.bank.set_dc_blocking(on);
    }

    /// Corrects the currents of a meter, by its place, from the next stretch on.
    pub fn correct(&mut self, meter: usize, correction: WiringCorrection) {
        self.bank.correct(meter, correction);
    }

    /// Position before the first sample that no stretch has read: the next begins there or later, since
    /// sources go forward only.
    pub(super) fn unread(&self) -> f64 {
        self.next as f64 - 0.5
    }

    /// Meters the samples from `begin`, which lies between two samples, until a whole window has
    /// closed and no event is near. Windows that would end after `end` are left to phasors.
    pub(super) fn take(
        &mut self,
        begin: f64,
        end: f64,
        phasors: &Phasors,
        out: &mut VecDeque<StepWindow>,
    ) -> Result<(), SourceError> {
        let first = (begin + 0.5) as u64;
        for source in &mut self.sources {
            source.seek(first);
        }
        let (lead, trail) = (self.lead_samples(), TRAIL_S * self.rate_hz);
        let mut until = begin;
        let mut event = phasors.next_jump(begin);
        let mut enough = false;
        while !enough {
            let Some(first) = self.read()? else { break };
            let rows: Vec<&[i32]> =
                self.rows.iter().map(|(source, row)| self.blocks[*source].row(*row)).collect();
            self.bank.push(first, &rows, &mut |window: &WindowInfo| {
                enough = enough || window.end > end;
                if enough {
                    return;
                }
                out.push_back(StepWindow {
                    start: window.start,
                    end: window.end,
                    cycles: window.cycles,
                    means: window.means.to_vec(),
                });
                while event <= window.end + lead {
                    until = event + trail;
                    event = phasors.next_jump(event);
                }
                enough = window.end >= until;
            });
        }
        self.bank.finish(Tail::Drop, &mut |_| {});
        Ok(())
    }

    /// The next chunk of every source, and its first index; none if one has ended.
    fn read(&mut self) -> Result<Option<u64>, SourceError> {
        let mut first = None;
        for (source, block) in self.sources.iter_mut().zip(&mut self.blocks) {
            if source.read(block, CHUNK)? == SourceState::Ended {
                return Ok(None);
            }
            let same = first.is_none_or(|other| other == (block.first, block.samples));
            assert!(same, "sources of one clock stay together");
            first = Some((block.first, block.samples));
        }
        if let Some((first, samples)) = first {
            self.next = first + samples as u64;
        }
        Ok(first.map(|(first, _)| first))
    }
}
