//! What one meter of a scenario sees, as one source: a module's voltages are those of the reference
//! that all modules share, its currents are its own.

use crate::failure::Failure;
use crate::twin_setup::{afe, main_front_end, module_front_end};
use image::MeterId;
use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use sim::scenario::Scenario;
use sim::synthetic::MeterPort;

/// A source that can be sent to the loop.
pub type Source = Box<dyn SampleSource + Send>;

/// The counts of a meter, to the bit those that it measures in a run.
///
/// Fails if the scenario does not have the meter.
pub fn open(scenario: &Scenario, meter: MeterId) -> Result<Source, Failure> {
    let MeterId::Esy(slot) = meter else {
        return afe(&main_front_end(scenario), scenario, MeterPort::Main);
    };
    let modules = &scenario.device.modules;
    let Some(module) = modules.iter().find(|module| module.slot == slot) else {
        let known = modules.iter().map(|module| MeterId::Esy(module.slot).slug());
        let known: Vec<String> = std::iter::once(MeterId::Main.slug()).chain(known).collect();
        return Err(Failure::Usage(format!(
            "the scenario has no meter {}; it has {}",
            meter.slug(),
            known.join(", ")
        )));
    };
    let reference = MeterPort::Esy(modules[0].slot);
    let voltages = afe(&main_front_end(scenario), scenario, reference)?;
    let currents = afe(&module_front_end(scenario, module), scenario, MeterPort::Esy(slot))?;
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
    use crate::twin_setup;
    use port::{Role, SlotId};
    use sim::conformance;

    /// Joined or not, it is a source like any other, with each role once.
    #[test]
    fn the_samples_of_every_meter_conform() {
        let scenario = twin_setup::load("wild-leg").expect("a shipped scenario");
        for meter in [MeterId::Main, MeterId::Esy(SlotId::new(1).expect("1 to 10"))] {
            let source = open(&scenario, meter).expect("it has the meter");
            let roles: Vec<Role> = source.format().channels.iter().map(|c| c.role).collect();
            assert_eq!(roles, Role::ALL[..6], "{}", meter.slug());
            conformance::check(|| open(&scenario, meter).expect("it has the meter"));
        }
    }
}
