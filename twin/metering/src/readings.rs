//! Readings from means: the formulas of every live quantity, in the order of the catalogue.

use crate::limits::Limits;
use crate::means::Means;
use crate::wiring::Wiring;
use catalog::{HARMONIC_MAX, QuantityId, Scope, point};
use port::{Flag, Flags, Reading, Readings, Reason, WiringCorrection};

/// What the formulas need besides the means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Context {
    /// How the meter is wired.
    pub wiring: Wiring,
    /// Which voltages the source has.
    pub voltages: [bool; 3],
    /// Which current inputs the source has.
    pub inputs: [bool; 3],
    /// Which input serves which phase.
    pub correction: WiringCorrection,
    /// Whether something may generate behind the meter.
    pub generation: bool,
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// System apparent power as the sum of the phases instead of the vector.
    pub arithmetic: bool,
    /// Ranges and thresholds.
    pub limits: Limits,
    /// The load's full scale over that of the built-in meter, at least 1: scales thresholds of current.
    pub current_scale: f64,
}

/// Fewest samples a cycle for rms, power and frequency: twice the rate that a sine needs.
pub const SAMPLES_PER_CYCLE_MIN: f64 = 4.0 - 1e-6;

/// A value on a limit of its range is inside, whichever way it was rounded.
const ON_THE_LIMIT: f64 = 1e-6;

/// Remarks on a value outside its range.
fn range_flags(value: f64, (low, high): (f64, f64)) -> Flags {
    Flags::NONE
        .with(Flag::OverRange, value > high * (1.0 + ON_THE_LIMIT))
        .with(Flag::UnderRange, value < low * (1.0 - ON_THE_LIMIT))
}

/// Part of S below which Q has no direction.
const RESISTIVE_PART: f64 = 1e-3;

/// Power of one phase or of the system.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Active, in watts.
    pub p: f64,
    /// Reactive of the fundamental, in var.
    pub q: f64,
    /// Apparent, in volt-amperes.
    pub s: f64,
}

impl Context {
    /// Whether a phase has a voltage.
    pub fn has_voltage(&self, phase: usize) -> bool {
        self.wiring.phases()[phase] && self.voltages[phase]
    }

    /// Whether a phase has a current.
    pub fn has_current(&self, phase: usize) -> bool {
        self.wiring.phases()[phase] && self.inputs[self.correction.input(phase)]
    }

    /// Whether a phase has a power of its own.
    pub fn has_power(&self, phase: usize) -> bool {
        self.has_voltage(phase) && self.has_current(phase) && self.wiring.has_phase_power()
    }

    fn has_pair(&self, pair: usize) -> bool {
        self.has_voltage(pair) && self.has_voltage((pair + 1) % 3)
    }

    /// Power of a phase.
    pub fn phase_power(&self, means: &Means, phase: usize) -> Power {
        Power {
            p: means.p[phase],
            q: means.q[phase],
            s: (means.v2[phase] * means.i2[phase]).sqrt(),
        }
    }

    /// Power of the system; none if there is no phase with voltage and current.
    pub fn system_power(&self, means: &Means) -> Option<Power> {
        if self.wiring == Wiring::SinglePhaseTwoWire {
            return self.has_power(0).then(|| self.phase_power(means, 0));
        }
        let measured = |k: usize| self.has_voltage(k) && self.has_current(k);
        let phases = || (0..3).filter(|k| measured(*k));
        phases().next()?;
        let (p, q) = match self.wiring.has_phase_power() {
            true => phases().fold((0.0, 0.0), |(p, q), k| (p + means.p[k], q + means.q[k])),
            // Two wattmeters need both currents beside the common phase.
            false if measured(0) && measured(2) => (means.p_two, means.q_two),
            false => return None,
        };
        let s = if self.arithmetic {
            phases().map(|k| self.phase_power(means, k).s).sum()
        } else {
            p.hypot(q)
        };
        Some(Power { p, q, s })
    }

    /// Current below which direction and factor have no meaning, in amperes.
    fn no_current_a(&self) -> f64 {
        Limits::NO_CURRENT_PART * self.limits.current_start_a * self.current_scale
    }

    /// Current from which the wiring is judged, in amperes.
    pub fn judged_current_a(&self) -> f64 {
        Limits::JUDGED_CURRENTS * self.limits.current_start_a * self.current_scale
    }
}

/// Fills in every live reading.
pub fn derive_readings(context: &Context, means: &Means, out: &mut Readings) {
    let mut sheet = Sheet { out, too_slow: means.samples_per_cycle < SAMPLES_PER_CYCLE_MIN };
    voltages(context, means, &mut sheet);
    currents(context, means, &mut sheet);
    powers(context, means, &mut sheet);
    frequency(context, means, &mut sheet);
    distortions(context, means, &mut sheet);
    sequence(context, means, &mut sheet);
}

struct Sheet<'a> {
    out: &'a mut Readings,
    /// The rate carries nothing.
    too_slow: bool,
}

impl Sheet<'_> {
    fn set(&mut self, quantity: QuantityId, scope: Scope, reading: Reading) {
        let Some(id) = point(quantity, None, scope) else { return };
        let reading = match reading {
            Reading::Absent(Reason::NotWired) => reading,
            _ if self.too_slow => Reading::Absent(Reason::RateTooLow),
            reading => reading,
        };
        self.out.set(id, reading);
    }
}

fn not_wired() -> Reading {
    Reading::Absent(Reason::NotWired)
}

/// The mean of the values there are; their flags together; the first reason if there are none.
fn mean(readings: impl Iterator<Item = Reading>) -> Reading {
    let (mut sum, mut count, mut flags) = (0.0, 0.0, Flags::NONE);
    let mut reason = Reason::NotWired;
    for reading in readings {
        match reading {
            Reading::Value { value, flags: more } => {
                sum += value;
                count += 1.0;
                flags = flags.union(more);
            }
            Reading::Absent(Reason::NotWired) => {}
            Reading::Absent(other) => reason = other,
        }
    }
    if count > 0.0 { Reading::Value { value: sum / count, flags } } else { Reading::Absent(reason) }
}

fn voltages(context: &Context, means: &Means, sheet: &mut Sheet) {
    let ranged = |value: f64, range: (f64, f64), flags: Flags| Reading::Value {
        value,
        flags: flags.union(range_flags(value, range)),
    };
    let ln: [Reading; 3] = std::array::from_fn(|k| match context.has_voltage(k) {
        true => ranged(means.v2[k].max(0.0).sqrt(), context.limits.voltage_ln_v, means.v_flags[k]),
        false => not_wired(),
    });
    let ll: [Reading; 3] = std::array::from_fn(|k| match context.has_pair(k) {
        true => {
            let flags = means.v_flags[k].union(means.v_flags[(k + 1) % 3]);
            ranged(means.vv2[k].max(0.0).sqrt(), context.limits.voltage_ll_v, flags)
        }
        false => not_wired(),
    });
    for k in 0..3 {
        sheet.set(QuantityId::VoltageLn, Scope::PHASES[k], ln[k]);
        sheet.set(QuantityId::VoltageLl, Scope::PAIRS[k], ll[k]);
    }
    sheet.set(QuantityId::VoltageLn, Scope::System, mean(ln.into_iter()));
    sheet.set(QuantityId::VoltageLl, Scope::System, mean(ll.into_iter()));
}

fn current_flags(context: &Context, means: &Means, phase: usize) -> Flags {
    let limits = &context.limits;
    let amps = means.i2[phase].max(0.0).sqrt();
    means.i_flags[phase]
        .union(range_flags(amps, (0.0, limits.current_max_a)))
        .with(Flag::CrestFactor, means.i_peak[phase] > limits.current_peak_a)
}

fn currents(context: &Context, means: &Means, sheet: &mut Sheet) {
    let phase: [Reading; 3] = std::array::from_fn(|k| match context.has_current(k) {
        true => Reading::Value {
            value: means.i2[k].max(0.0).sqrt(),
            flags: current_flags(context, means, k),
        },
        false => not_wired(),
    });
    for k in 0..3 {
        sheet.set(QuantityId::Current, Scope::PHASES[k], phase[k]);
    }
    sheet.set(QuantityId::Current, Scope::System, mean(phase.into_iter()));
    let wired = || (0..3).filter(|k| context.has_current(*k));
    let neutral = if wired().next().is_none() {
        not_wired()
    } else {
        let flags = wired().fold(Flags::NONE, |flags, k| flags.union(means.i_flags[k]));
        Reading::Value { value: means.n2.max(0.0).sqrt(), flags }
    };
    sheet.set(QuantityId::NeutralCurrent, Scope::N, neutral);
}

fn powers(context: &Context, means: &Means, sheet: &mut Sheet) {
    for (k, scope) in Scope::PHASES.into_iter().enumerate() {
        let both = context.has_voltage(k) && context.has_current(k);
        let power = both.then(|| context.phase_power(means, k));
        let flags = means.v_flags[k].union(current_flags(context, means, k));
        let idle = means.i2[k].max(0.0).sqrt() < context.no_current_a();
        set_power(sheet, scope, power, flags, idle, context.wiring.has_phase_power());
    }
    let flags = (0..3)
        .filter(|k| context.has_voltage(*k) && context.has_current(*k))
        .fold(Flags::NONE, |flags, k| {
            flags.union(means.v_flags[k]).union(current_flags(context, means, k))
        });
    let idle = (0..3).all(|k| means.i2[k].max(0.0).sqrt() < context.no_current_a());
    set_power(sheet, Scope::System, context.system_power(means), flags, idle, true);
}

/// P, Q, S, PF and load type. Without a neutral only S of a phase is defined: V to the virtual neutral
/// times I.
fn set_power(
    sheet: &mut Sheet,
    scope: Scope,
    power: Option<Power>,
    flags: Flags,
    idle: bool,
    directed: bool,
) {
    let reading = |pick: fn(&Power) -> f64| match &power {
        Some(power) => Reading::Value { value: pick(power), flags },
        None => not_wired(),
    };
    let directed_reading = |pick: fn(&Power) -> f64| {
        if directed { reading(pick) } else { not_wired() }
    };
    let with_current = |value: Option<f64>| match (power, directed, value) {
        (None, ..) | (_, false, _) => not_wired(),
        (Some(_), true, Some(value)) if !idle => Reading::Value { value, flags },
        _ => Reading::Absent(Reason::NoSignal),
    };
    let factor = power.and_then(|w| (w.s > 0.0).then(|| (w.p / w.s).clamp(-1.0, 1.0)));
    let kind = power.and_then(|w| (w.s > 0.0).then(|| load_type(&w)));
    sheet.set(QuantityId::ActivePower, scope, directed_reading(|w| w.p));
    sheet.set(QuantityId::ReactivePower, scope, directed_reading(|w| w.q));
    sheet.set(QuantityId::ApparentPower, scope, reading(|w| w.s));
    sheet.set(QuantityId::PowerFactor, scope, with_current(factor));
    sheet.set(QuantityId::LoadType, scope, with_current(kind));
}

/// +1 in quadrants I and III (inductive), -1 in II and IV (capacitive), 0 without reactive power.
fn load_type(power: &Power) -> f64 {
    if power.q.abs() < RESISTIVE_PART * power.s {
        0.0
    } else if (power.p >= 0.0) == (power.q >= 0.0) {
        1.0
    } else {
        -1.0
    }
}

fn frequency(context: &Context, means: &Means, sheet: &mut Sheet) {
    let reading = match means.frequency() {
        Some(frequency) => {
            let hz = frequency * context.sample_rate_hz;
            let flags = range_flags(hz, context.limits.frequency_hz);
            Reading::Value { value: hz, flags: flags.with(Flag::Gap, after_gap(context, means)) }
        }
        None => Reading::Absent(Reason::NoSignal),
    };
    sheet.set(QuantityId::Frequency, Scope::System, reading);
}

/// Whether any channel wired has lost samples: the frequency is a current's where there is no voltage.
fn after_gap(context: &Context, means: &Means) -> bool {
    (0..3).any(|k| {
        context.has_voltage(k) && means.v_flags[k].contains(Flag::Gap)
            || context.has_current(k) && means.i_flags[k].contains(Flag::Gap)
    })
}

fn distortions(context: &Context, means: &Means, sheet: &mut Sheet) {
    // The 31st harmonic must lie below half the sample rate.
    let carried = means.samples_per_cycle > 2.0 * HARMONIC_MAX as f64;
    let reading = |wired: bool, percent: Option<f64>, enough: bool, flags: Flags| match (
        wired, carried, percent,
    ) {
        (false, ..) => not_wired(),
        (true, false, _) => Reading::Absent(Reason::RateTooLow),
        (true, true, Some(value)) if enough => Reading::Value { value, flags },
        _ => Reading::Absent(Reason::NoSignal),
    };
    // 2 % of the lowest specified voltage; the starting current, which itself still counts.
    let voltage = 0.02 * context.limits.voltage_ln_v.0;
    let current = context.limits.current_start_a * context.current_scale * 0.999;
    let mut ln = [not_wired(); 3];
    let mut ll = [not_wired(); 3];
    for k in 0..3 {
        let next = (k + 1) % 3;
        let (v, vv, i) = (means.v_spectrum[k], means.vv_spectrum[k], means.i_spectrum[k]);
        let above = |fundamental: f64, least: f64| fundamental > 2.0 * least * least;
        ln[k] = reading(
            context.has_voltage(k),
            v.percent(),
            above(v.fundamental, voltage),
            means.v_flags[k],
        );
        ll[k] = reading(
            context.has_pair(k),
            vv.percent(),
            above(vv.fundamental, voltage),
            means.v_flags[k].union(means.v_flags[next]),
        );
        let thd = reading(
            context.has_current(k),
            i.percent(),
            above(i.fundamental, current),
            current_flags(context, means, k),
        );
        sheet.set(QuantityId::ThdVoltageLn, Scope::PHASES[k], ln[k]);
        sheet.set(QuantityId::ThdVoltageLl, Scope::PAIRS[k], ll[k]);
        sheet.set(QuantityId::ThdCurrent, Scope::PHASES[k], thd);
    }
    sheet.set(QuantityId::ThdVoltageLn, Scope::System, mean(ln.into_iter()));
    sheet.set(QuantityId::ThdVoltageLl, Scope::System, mean(ll.into_iter()));
}

fn sequence(context: &Context, means: &Means, sheet: &mut Sheet) {
    // One sequence must be at least twice the other to name it.
    let reading = match (0..3).all(|k| context.has_voltage(k)) {
        false => not_wired(),
        true if means.tracked_samples == 0.0 || means.sequence.abs() < 1.0 / 3.0 => {
            Reading::Absent(Reason::NoSignal)
        }
        true => Reading::good(means.sequence.signum()),
    };
    sheet.set(QuantityId::PhaseSequence, Scope::System, reading);
}
