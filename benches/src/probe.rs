//! The least that gives the numbers of a phasor step: 33 phases with 31 harmonics come down to P, Q, S,
//! PF, THD and energies. No scene, no registers of integers, no readings: the denominator of F6.

/// Harmonics of a phase.
pub const ORDERS: usize = 31;

/// One phase: amplitudes of voltage and current as (re, im) by order, rms.
#[derive(Clone)]
pub struct Phase {
    /// Volts.
    pub voltage: [[f64; 2]; ORDERS],
    /// Amperes.
    pub current: [[f64; 2]; ORDERS],
}

/// What a step of a phase comes to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Power {
    /// Watts.
    pub p: f64,
    /// Var of the fundamental.
    pub q: f64,
    /// Volt-amperes.
    pub s: f64,
    /// Power factor.
    pub pf: f64,
    /// THD of the current as a ratio.
    pub thd: f64,
}

/// Energies of a phase by direction: import, export, inductive, capacitive, in watt-seconds.
pub type Energies = [f64; 4];

/// Works out a step of some seconds for all phases.
pub fn step(phases: &[Phase], seconds: f64, powers: &mut [Power], energies: &mut [Energies]) {
    for ((phase, power), energy) in phases.iter().zip(powers).zip(energies) {
        *power = of(phase);
        energy[usize::from(power.p < 0.0)] += power.p.abs() * seconds;
        energy[2 + usize::from(power.q < 0.0)] += power.q.abs() * seconds;
    }
}

fn of(phase: &Phase) -> Power {
    let (mut p, mut v2, mut i2) = (0.0, 0.0, 0.0);
    for (v, i) in phase.voltage.iter().zip(&phase.current) {
        p += v[0] * i[0] + v[1] * i[1];
        v2 += v[0] * v[0] + v[1] * v[1];
        i2 += i[0] * i[0] + i[1] * i[1];
    }
    let (v1, i1) = (phase.voltage[0], phase.current[0]);
    let q = v1[1] * i1[0] - v1[0] * i1[1];
    let fundamental = i1[0] * i1[0] + i1[1] * i1[1];
    let s = (v2 * i2).sqrt();
    Power { p, q, s, pf: p / s, thd: ((i2 - fundamental) / fundamental).sqrt() }
}
