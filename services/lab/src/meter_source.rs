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
        if voltages.read(room)? == SourceState::Ended
            || currents.read(voltages.block.samples)? == SourceState::Ended
        {
            return Ok(SourceState::Ended);
        }
        block.first = voltages.block.first;
        block.samples = voltages.block.samples.min(currents.block.samples);
        let rows =
            self.parts.iter().flat_map(|part| part.rows.iter().map(|row| part.block.row(*row)));
        for (to, row) in rows.enumerate() {
            block.row_mut(to)[..row.len()].copy_from_slice(row);
        }
        Ok(SourceState::Samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use port::{Role, SlotId};
    use sim::conformance;

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
