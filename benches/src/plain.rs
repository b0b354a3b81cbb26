//! The world's tick without ECS: the same bank, meter, bus and image, called one after the other.
//!
//! It does for samples and replies all that the world does, by structs and loops. Commands, contacts and
//! settings are left out: the benches give none, so they cost the world only the looking.

use image::{Image, InputOutput, LoadImage, MeterId, MeterImage, Settings};
use metering::{Bank, Digest, Means, Meter, MeterSettings};
use port::{EsyReply, Reading, Readings, Reason, Role, Timestamp};
use std::sync::Arc;
use world::{Effects, Inputs, Pulse, TwinConfig, WindowStamp};

use catalog::{Class, QuantityId, Register, Scope, point};

/// What a meter shows.
struct Shown {
    id: MeterId,
    name: String,
    serial: String,
    readings: Readings,
    digest: Digest,
    window_end: Timestamp,
    windows: u64,
}

/// See the module.
pub struct Plain {
    config: TwinConfig,
    identity: Arc<image::Identity>,
    bank: Bank,
    meter: Meter,
    whole: Means,
    /// The built-in meter first, then the modules by slot.
    shown: Vec<Shown>,
    settings: Settings,
    ticks: u64,
}

impl Plain {
    /// Of the same configuration as a `Twin`.
    pub fn new(config: &TwinConfig) -> Plain {
        let channel = |role: Role| config.format.row(role).map(|row| config.format.channels[row]);
        let voltages = [Role::Va, Role::Vb, Role::Vc].map(channel);
        let currents = [Role::Ia, Role::Ib, Role::Ic].map(channel);
        let rate = config.format.sample_rate_hz;
        let shown = |id, name: &str, serial: &str| Shown {
            id,
            name: name.to_owned(),
            serial: serial.to_owned(),
            readings: Readings::absent(Reason::Settling),
            digest: Digest::default(),
            window_end: config.start,
            windows: 0,
        };
        let meter = Meter::new(&MeterSettings {
            wiring: config.wiring,
            sample_rate_hz: rate,
            voltages,
            currents,
            limits: config.limits,
        });
        let main = shown(MeterId::Main, "", &config.identity.serial);
        // Counters are there from the beginning.
        let main = Shown { readings: meter.readings().clone(), ..main };
        let modules = config.modules.iter();
        let modules = modules.map(|m| shown(MeterId::Esy(m.slot), &m.name, &m.serial));
        Plain {
            identity: Arc::new(config.identity.clone()),
            bank: Bank::new(rate, config.wiring, voltages, vec![currents], true),
            meter,
            whole: Means::default(),
            shown: std::iter::once(main).chain(modules).collect(),
            settings: Settings::default(),
            ticks: 0,
            config: config.clone(),
        }
    }

    /// As `Twin::tick`.
    pub fn tick(&mut self, inputs: &mut Inputs) -> Effects {
        let mut effects = Effects::default();
        self.ticks += 1;
        self.take_replies(&mut inputs.replies, &mut effects);
        self.take_samples(inputs, &mut effects);
        effects.image = Some(Arc::new(self.image(inputs.time)));
        inputs.block.samples = 0;
        effects
    }

    fn take_replies(&mut self, replies: &mut Vec<EsyReply>, effects: &mut Effects) {
        let (start, rate) = (self.config.start, self.config.format.sample_rate_hz);
        for reply in replies.drain(..) {
            let id = MeterId::Esy(reply.slot);
            let Some(shown) = self.shown.iter_mut().find(|shown| shown.id == id) else { continue };
            let Ok(readings) = reply.result else { continue };
            digest(&mut shown.digest, reply.window_end, &readings);
            shown.readings = *readings;
            shown.windows += 1;
            shown.window_end = start + (reply.window_end + 0.5) / rate;
            effects.module_windows.push((reply.slot, shown.window_end));
        }
    }

    fn take_samples(&mut self, inputs: &Inputs, effects: &mut Effects) {
        let block = &inputs.block;
        if block.samples == 0 {
            return;
        }
        let rows: [&[i32]; 6] = std::array::from_fn(|row| block.row(row));
        let Plain { bank, meter, whole, shown, config, .. } = self;
        let at = |sample: f64| config.start + (sample + 0.5) / config.format.sample_rate_hz;
        let shown = &mut shown[0];
        bank.push(block.first, &rows, &mut |window| {
            let (means, time) = (&window.means[0], at(window.end));
            meter.measure(window, means);
            meter.accumulate(window, means, time);
            whole.add(means);
            let pulses = meter.pulses().iter();
            effects
                .pulses
                .extend(pulses.map(|pulse| Pulse { time: at(pulse.sample), sample: pulse.sample }));
            let (start, end, cycles) = (window.start, window.end, window.cycles);
            effects.windows.push(WindowStamp { start, end, cycles, time, means: *means });
            shown.window_end = time;
        });
        if !effects.windows.is_empty() {
            shown.windows = meter.windows();
            shown.readings.clone_from(meter.readings());
        }
    }

    fn image(&self, time: Timestamp) -> Image {
        let meters = self.shown.iter().map(|shown| MeterImage {
            id: shown.id,
            name: shown.name.clone(),
            model: None,
            serial: shown.serial.clone(),
            window_end: shown.window_end,
            windows: shown.windows,
            readings: shown.readings.clone(),
            ..MeterImage::settling(shown.id, shown.window_end)
        });
        let loads = self.shown.iter().zip(&self.config.loads).map(|(shown, load)| LoadImage {
            meter: shown.id,
            name: load.name.clone(),
            phases: load.phases,
            active_power: system(shown, QuantityId::ActivePower, None),
            active_energy_import: system(
                shown,
                QuantityId::ActiveEnergyImport,
                Some(Register::Total),
            ),
        });
        Image {
            tick: self.ticks,
            time,
            identity: Arc::clone(&self.identity),
            meters: meters.collect(),
            loads: loads.collect(),
            settings: self.settings.clone(),
            io: InputOutput::default(),
        }
    }

    /// As `Twin::digest`.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        digest.add(self.meter.digest());
        for module in &self.shown[1..] {
            digest.add(module.digest.value());
        }
        digest.value()
    }
}

fn system(shown: &Shown, quantity: QuantityId, register: Option<Register>) -> Reading {
    let id = point(quantity, register, Scope::System).expect("every meter has a system");
    shown.readings.get(id)
}

fn digest(digest: &mut Digest, window_end: f64, readings: &Readings) {
    digest.add(window_end.to_bits());
    for (id, reading) in readings.iter() {
        if matches!(id.point().quantity.class, Class::Energy | Class::Hours) {
            continue;
        }
        match reading {
            Reading::Value { value, flags } => {
                digest.add(value.to_bits());
                digest.add(u64::from(flags.bits()));
            }
            Reading::Absent(reason) => digest.add(reason as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house;
    use crate::input::{Grid, Input};
    use crate::ticks::Ticks;
    use world::Twin;

    /// Without ECS the same comes out, to the last bit: the comparison is of equals.
    #[test]
    fn the_plain_loop_measures_what_the_world_does() {
        let input = Arc::new(Input::new(8000.0, Grid::Locked, 3));
        let config = house::config(house::format(&input), 3, Timestamp::default());
        let (mut twin, mut plain) = (Twin::new(&config), Plain::new(&config));
        let mut ticks = [Ticks::new(&input, 1), Ticks::new(&input, 1)];
        for _ in 0..10 {
            let [a, b] = &mut ticks;
            let (mut ours, theirs) = (twin.tick(a.full()), plain.tick(b.full()));
            assert_eq!(ours.pulses, theirs.pulses);
            assert_eq!(ours.windows, theirs.windows);
            assert_eq!(ours.module_windows, theirs.module_windows);
            let (ours, theirs) = (ours.image.take().unwrap(), theirs.image.unwrap());
            assert_eq!(ours.loads, theirs.loads);
        }
        assert_eq!(twin.digest(), plain.digest());
    }
}
