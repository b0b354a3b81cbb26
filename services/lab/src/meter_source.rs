//! What one meter of a scenario sees, as one source: a module's voltages are those of the reference
//! that all modules share, its currents are its own.

use crate::installation::{Plan, SetUpError};
use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use sim::scenario::Scenario;
use sim::synthetic::MeterPort;
use sim::waveform::split;

/// A source that can be sent to the loop.
pub type Source = Box<dyn SampleSource + Send>;

/// The counts of a meter, to the bit those that it measures in a run of every sample.
///
/// # Errors
/// If the scenario does not have the meter, or cannot be set up.
pub fn meter_source(scenario: &Scenario, meter: MeterPort) -> Result<Source, SetUpError> {
    let plan = Plan::new(scenario);
    let place = plan.place(meter)?;
    let phases = scenario.device.system.phases();
    let (voltages, currents) = (0..phases, phases..2 * phases);
    let waveform = Box::new(scenario.synthetic(&[meter]));
    if meter == MeterPort::Main {
        let whole = voltages.start..currents.end;
        let mut branches = split(waveform, std::slice::from_ref(&whole));
        let afe = plan.afe(place, branches.pop().expect("one was asked for"))?;
        return Ok(Box::new(plan.faulty(meter, afe)?));
    }
    let mut parts = split(waveform, &[voltages, currents]).into_iter();
    let mut next = || parts.next().expect("two were asked for");
    let voltages = Box::new(plan.afe(0, next())?);
    let currents = Box::new(plan.faulty(meter, plan.afe(place, next())?)?);
    Ok(Box::new(Joined::new(voltages, currents)))
}

/// The voltages of one source and the currents of another that runs in step with it.
struct Joined {
    format: SourceFormat,
    parts: [Part; 2],
}

struct Part {
    source: Source,
    /// Rows of it that are used.
    rows: Vec<usize>,
    block: SampleBlock,
}

impl Joined {
    fn new(voltages: Source, currents: Source) -> Joined {
        let parts = [Part::new(voltages, true), Part::new(currents, false)];
        let channels = parts
            .iter()
            .flat_map(|part| part.rows.iter().map(|row| part.source.format().channels[*row]));
        let channels = channels.collect();
        let sample_rate_hz = parts[0].source.format().sample_rate_hz;
        Joined { format: SourceFormat { sample_rate_hz, channels }, parts }
    }
}

impl Part {
    fn new(source: Source, voltages: bool) -> Part {
        let channels = source.format().channels.iter().enumerate();
        let used = channels.filter(|(_, channel)| channel.role.is_voltage() == voltages);
        let rows = used.map(|(row, _)| row).collect();
        let block = SampleBlock::new(source.format().channels.len(), 0);
        Part { source, rows, block }
    }

    /// Index of the sample that is read next.
    fn next(&self) -> u64 {
        self.block.first + self.block.samples as u64
    }

    fn read(&mut self, max: usize) -> Result<SourceState, SourceError> {
        if self.block.capacity() < max {
            self.block = SampleBlock::new(self.block.channels(), max);
        }
        self.source.read(&mut self.block, max)
    }
}

impl SampleSource for Joined {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let room = max.min(block.capacity());
        let [voltages, currents] = &mut self.parts;
        block.samples = 0;
        let state = currents.read(room)?;
        if state == SourceState::Ended {
            return Ok(SourceState::Ended);
        }
        block.first = currents.block.first;
        // What the currents have lost passes for the voltages too.
        while voltages.next() < block.first {
            let lost = usize::try_from(block.first - voltages.next()).unwrap_or(room);
            if voltages.read(lost.min(room))? == SourceState::Ended {
                return Ok(SourceState::Ended);
            }
        }
        if state == SourceState::Silent {
            return Ok(SourceState::Silent);
        }
        while block.samples < currents.block.samples {
            if voltages.read(currents.block.samples - block.samples)? == SourceState::Ended {
                break;
            }
            let to = block.samples..block.samples + voltages.block.samples;
            for (row, from) in voltages.rows.iter().enumerate() {
                block.row_mut(row)[to.clone()].copy_from_slice(voltages.block.row(*from));
            }
            block.samples += voltages.block.samples;
        }
        let count = block.samples;
        for (to, row) in (voltages.rows.len()..).zip(&currents.rows) {
            block.row_mut(to)[..count].copy_from_slice(&currents.block.row(*row)[..count]);
        }
        Ok(if block.samples == 0 { SourceState::Ended } else { SourceState::Samples })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use port::{Role, SlotId};
    use sim::conformance;

    /// What a fault of a module's currents loses is lost of its voltages too: they stay together.
    #[test]
    fn voltages_and_currents_stay_together_over_a_gap() {
        let gap = "[[faults]]\nkind = \"gap\"\nat = \"1 s\"\nfor = \"0.7 s\"\nmeter = \"esy1\"\n";
        let text = include_str!("../../../scenarios/wild-leg.toml");
        let whole = sim::scenario::parse(text).expect("a shipped scenario");
        let with_gap = sim::scenario::parse(&format!("{text}\n{gap}")).expect("and a gap");
        let esy1 = MeterPort::Esy(SlotId::new(1).expect("1 to 10"));
        let read = |scenario: &Scenario| {
            let mut source = meter_source(scenario, esy1).expect("it has the meter");
            let rows = source.format().channels.len();
            let mut block = SampleBlock::new(rows, 1000);
            let mut samples = std::collections::BTreeMap::new();
            while samples.len() < 12_000 {
                assert_eq!(source.read(&mut block, 1000).expect("it reads"), SourceState::Samples);
                for at in 0..block.samples {
                    let counts: Vec<i32> = (0..rows).map(|row| block.row(row)[at]).collect();
                    samples.insert(block.first + at as u64, counts);
                }
            }
            samples
        };
        let (whole, with_gap) = (read(&whole), read(&with_gap));
        assert!(!with_gap.contains_key(&8_100) && with_gap.contains_key(&13_700));
        let both = with_gap.iter().filter(|(index, _)| whole.contains_key(index));
        assert!(both.clone().count() > 6_000);
        assert!(both.clone().all(|(index, counts)| whole[index] == *counts));
    }

    /// Joined or not, it is a source like any other, with each role once.
    #[test]
    fn the_samples_of_every_meter_conform() {
        let text = include_str!("../../../scenarios/wild-leg.toml");
        let scenario = sim::scenario::parse(text).expect("a shipped scenario");
        for meter in [MeterPort::Main, MeterPort::Esy(SlotId::new(1).expect("1 to 10"))] {
            let source = meter_source(&scenario, meter).expect("it has the meter");
            let roles: Vec<Role> = source.format().channels.iter().map(|c| c.role).collect();
            assert_eq!(roles, Role::ALL[..6], "{meter:?}");
            conformance::check(|| meter_source(&scenario, meter).expect("it has the meter"));
        }
    }
}
