//! The work under test: a bank and the meters of its loads, fed from an input that repeats.

use crate::input::{Input, channel};
use metering::{Bank, Limits, Meter, MeterSettings, Wiring};
use port::{Role, Timestamp};

/// A bank with its meters.
pub struct Metering {
    bank: Bank,
    meters: Vec<Meter>,
    next: u64,
    /// Place in the input and part of it that comes next.
    part: usize,
    windows: u64,
}

impl Metering {
    /// For the loads of an input; `settled` after the first second.
    pub fn new(input: &Input) -> Metering {
        let voltages = [Role::Va, Role::Vb, Role::Vc].map(|role| Some(channel(role)));
        let currents = [Role::Ia, Role::Ib, Role::Ic].map(|role| Some(channel(role)));
        let loads = (input.channels() - 3) / 3;
        let settings = MeterSettings {
            wiring: Wiring::ThreePhaseFourWire,
            sample_rate_hz: input.sample_rate_hz,
            voltages,
            currents,
            limits: Limits::EMS_AV2,
        };
        let rate = input.sample_rate_hz;
        let mut metering = Metering {
            bank: Bank::new(rate, settings.wiring, voltages, vec![currents; loads], true),
            meters: vec![Meter::new(&settings); loads],
            next: 0,
            part: 0,
            windows: 0,
        };
        for _ in 0..5 {
            metering.window(input);
        }
        metering
    }

    /// Takes in as many samples as a window has; closes one window as a rule.
    pub fn window(&mut self, input: &Input) {
        let edge = |part: usize| input.samples() * part / input.windows;
        let (from, to) = (edge(self.part), edge(self.part + 1));
        // Thirty-six slices: on the stack, since nothing here may allocate.
        let mut rows: [&[i32]; ROWS_MAX] = [&[]; ROWS_MAX];
        for (slice, row) in rows.iter_mut().zip(&input.rows) {
            *slice = &row[from..to];
        }
        let Metering { bank, meters, windows, .. } = self;
        let rate = input.sample_rate_hz;
        bank.push(self.next, &rows[..input.channels()], &mut |window| {
            let end = Timestamp::default() + window.end / rate;
            for (meter, means) in meters.iter_mut().zip(window.means) {
                meter.measure(window, means);
                meter.accumulate(window, means, end);
            }
            *windows += 1;
        });
        self.next += (to - from) as u64;
        self.part = (self.part + 1) % input.windows;
    }

    /// Windows closed so far.
    pub fn windows(&self) -> u64 {
        self.windows
    }

    /// Digest of all meters, so that nothing is optimised away and runs can be compared.
    pub fn digest(&self) -> u64 {
        self.meters.iter().fold(0, |digest, meter| digest ^ meter.digest())
    }
}

/// A voltage set and eleven loads.
const ROWS_MAX: usize = 36;
