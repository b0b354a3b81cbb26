//! A meter with a module, whose windows close as they are told: what the loop shows to the recorder.

use catalog::{PointId, QuantityId, Register, Scope, point};
use image::{Identity, Image, MeterId, MeterImage, Settings};
use metering::{Registers, WindowPower};
use port::{Reading, Readings, Reason, SlotId, Timestamp, WiringCorrection};
use std::sync::Arc;
use store::bank::MeterCounters;
use store::keep::{Present, Restored, Standing};

/// The module.
pub fn module() -> MeterId {
    MeterId::Esy(SlotId::new(3).unwrap())
}

/// The meters that there are.
pub fn present() -> Vec<Present> {
    let meter = |id, serial: &str| Present { id, serial: serial.into() };
    vec![meter(MeterId::Main, "EMS1"), meter(module(), "ESY3")]
}

/// A register of the imported active energy of the system.
pub fn import(register: Register) -> PointId {
    point(QuantityId::ActiveEnergyImport, Some(register), Scope::System).unwrap()
}

/// Active power of the system.
pub fn power() -> PointId {
    point(QuantityId::ActivePower, None, Scope::System).unwrap()
}

/// What is counted, as a record keeps it.
pub fn counted(standings: &[Standing]) -> Vec<MeterCounters> {
    let serials = present();
    let of = |(id, registers): &Standing| {
        let known = serials.iter().find(|known| known.id == *id).unwrap();
        MeterCounters::of(*id, &known.serial, registers)
    };
    standings.iter().map(of).collect()
}

/// See the module.
pub struct Device {
    pub registers: [Registers; 2],
    pub now: Timestamp,
    /// Time that was measured in all lives, as far as counters remember it, in nanoseconds.
    pub lived_ns: i64,
    pub settings: Settings,
    pub corrections: [WiringCorrection; 2],
    pub module_answers: bool,
    image: Image,
}

impl Device {
    /// As it is started, with what was restored.
    pub fn start(restored: &Restored, now: Timestamp, lived_ns: i64) -> Device {
        let mut registers = [Registers::default(), Registers::default()];
        for (meter, registers) in present().iter().zip(&mut registers) {
            let kept = restored.counters.as_ref().and_then(|record| record.meter(meter.id));
            if let Some(kept) = kept.filter(|kept| kept.is_of(&meter.serial)) {
                kept.restore(registers);
            }
        }
        let correction = |meter: &Present| {
            let kept = restored.parameters.corrections.get(&meter.id);
            kept.copied().unwrap_or(WiringCorrection::NONE)
        };
        let mut image = Image::settling(Arc::new(Identity::default()), now);
        image.meters.push(MeterImage::settling(module(), now));
        let mut device = Device {
            registers,
            now,
            lived_ns,
            settings: restored.parameters.to_settings(),
            corrections: [0, 1].map(|place| correction(&present()[place])),
            module_answers: true,
            image,
        };
        device.show();
        device
    }

    /// A window of all meters that answer closes.
    pub fn window(&mut self, length_ns: i64, watts: [f64; 3]) {
        self.now.unix_ns += length_ns;
        self.lived_ns += length_ns;
        let seconds = length_ns as f64 * 1e-9;
        self.registers[0].add(&of_phases(watts, seconds));
        self.image.meters[0].windows += 1;
        self.image.meters[0].window_end = self.now;
        if self.module_answers {
            self.registers[1].add(&of_phases([watts[0], 0.0, 0.0], seconds));
            self.image.meters[1].windows += 1;
            self.image.meters[1].window_end = self.now;
        }
        self.show();
        let live = |watts: f64, answers| {
            if answers { Reading::good(watts) } else { Reading::Absent(Reason::BusTimeout) }
        };
        let shown = [live(watts.iter().sum(), true), live(watts[0], self.module_answers)];
        for (meter, reading) in self.image.meters.iter_mut().zip(shown) {
            meter.readings.set(power(), reading);
        }
    }

    fn show(&mut self) {
        self.image.time = self.now;
        self.image.settings = self.settings.clone();
        for (place, meter) in self.image.meters.iter_mut().enumerate() {
            meter.readings = Readings::absent(Reason::Settling);
            self.registers[place].fill(&mut meter.readings, |_| true);
            meter.correction = self.corrections[place];
        }
    }

    pub fn image(&self) -> &Image {
        &self.image
    }

    pub fn standings(&self) -> Vec<Standing> {
        let [main, esy] = self.registers.clone();
        vec![(MeterId::Main, main), (module(), esy)]
    }

    /// What a register of the built-in meter shows, in steps.
    pub fn shown(&self, id: PointId) -> i64 {
        let value = self.image.meters[0].get(id).value().unwrap();
        (value * 1000.0).round() as i64
    }
}

fn of_phases(watts: [f64; 3], seconds: f64) -> WindowPower {
    let sum = watts.iter().sum::<f64>();
    WindowPower {
        seconds,
        p: watts.map(Some),
        q: watts.map(|watts| Some(watts / 3.0)),
        p_system: sum,
        q_system: sum / 3.0,
        s_system: sum.abs() * 1.2,
    }
}
