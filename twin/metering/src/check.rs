//! The check of the wiring: from the fundamental phasors of a few windows to a finding.
//!
//! *Load*: what draws a current from one conductor to another, with a displacement between 0.8 capacitive
//! and 0.5 inductive. The loads of an installation may lie between any two conductors of its wiring
//! system, and in any mixture. Currents are *explained* if some mixture of loads draws them, but for a
//! small part. Something that generates is a load with the sign turned.
//!
//! No fault is seen where the currents are explained as they are. Otherwise every other order and direction
//! of the current inputs is tried, and those that are explained are the candidates. Steps of 60 degrees
//! are all that sets them apart, and loads span 97, so there is often more than one.
//!
//! Absent on purpose: guesses. Between two candidates the check does not choose, and where loads and
//! generators together can draw anything, as with a neutral, it says nothing about the currents.

use crate::limits::Limits;
use crate::means::Means;
use crate::readings::{Context, SAMPLES_PER_CYCLE_MIN};
use crate::spectrum::Phasor;
use crate::wiring::Wiring;
use port::{Candidates, WiringCorrection, WiringFinding};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Whole windows that are judged together, about 1 s.
const SPAN_WINDOWS: u32 = 5;
/// Spans in a row that must see a fault before it is one: the start of a motor and a sag are over by then.
const CONFIRMATIONS: u32 = 3;

/// A voltage below this part of the largest is missing. Legs of a wild-leg delta stand at 0.58, and a
/// terminal of a three-wire system that hangs at zero at 0.38.
const MISSING_PART: f64 = 0.4;
/// Negative sequence, as a part of the largest voltage, from which a grid counts as uneven.
const UNEVEN_PART: f64 = 0.01;
/// Zero sequence of a wild-leg delta over its high leg; exactly a third without unevenness.
const WILD_LEG_ZERO_PART: f64 = 0.3;
/// Zero sequence below this part of what the grid must have is none.
const VANISHED_PART: f64 = 0.1;

/// Displacement of loads in degrees: 0.8 capacitive and 0.5 inductive (the range of class 1).
const CAPACITIVE_DEG: f64 = 36.87;
const INDUCTIVE_DEG: f64 = 60.0;
/// Part of the currents that loads need not explain: 3 degrees of angle, or what an idle phase draws.
const UNEXPLAINED_PART: f64 = 0.05;

/// Judges spans of windows and waits until a fault is certain.
#[derive(Debug, Clone, Copy, Default)]
pub struct Watch {
    span: Means,
    windows: u32,
    /// What the last spans agree on, and how many they are.
    seen: WiringFinding,
    times: u32,
    finding: WiringFinding,
}

impl Watch {
    /// Takes a whole window in.
    pub fn add(&mut self, context: &Context, means: &Means) {
        self.span.add(means);
        self.windows += 1;
        if self.windows == SPAN_WINDOWS {
            self.take(check_wiring(context, &self.span));
            self.span = Means::default();
            self.windows = 0;
        }
    }

    /// What is no fault holds at once. A fault lasts: what explains all spans since it appeared is left.
    fn take(&mut self, seen: WiringFinding) {
        let common = self.seen.common(seen);
        self.times = if common.is_some() { self.times + 1 } else { 1 };
        self.seen = common.unwrap_or(seen);
        if !seen.is_alarm() || self.times >= CONFIRMATIONS {
            self.finding = self.seen;
        }
    }

    /// What has been found.
    pub fn finding(&self) -> WiringFinding {
        self.finding
    }
}

/// What the means of some windows tell about the wiring.
pub fn check_wiring(context: &Context, means: &Means) -> WiringFinding {
    if means.tracked_samples == 0.0 || means.samples_per_cycle < SAMPLES_PER_CYCLE_MIN {
        return WiringFinding::NoSignal;
    }
    check_voltages(context, means).unwrap_or_else(|| check_currents(context, means))
}

/// What hinders a look at the currents.
fn check_voltages(context: &Context, means: &Means) -> Option<WiringFinding> {
    let volts = means.v_phasor.map(|phasor| phasor.norm() * FRAC_1_SQRT_2);
    let wired = [0, 1, 2].map(|phase| context.has_voltage(phase));
    let largest = (0..3).filter(|k| wired[*k]).map(|k| volts[k]).fold(0.0, f64::max);
    if largest < Limits::PRESENT_PART * context.limits.voltage_ln_v.0 {
        return Some(WiringFinding::NoSignal);
    }
    let missing = [0, 1, 2].map(|k| wired[k] && volts[k] < MISSING_PART * largest);
    if missing.contains(&true) {
        return Some(WiringFinding::VoltageMissing(missing));
    }
    if wired.contains(&false) {
        return None;
    }
    // Three single-phase loads may lie on any phases, and a wild-leg delta turns either way by its
    // construction.
    let telling =
        matches!(context.wiring, Wiring::ThreePhaseFourWire | Wiring::ThreePhaseThreeWire);
    if telling && means.sequence < -1.0 / 3.0 {
        return Some(WiringFinding::SequenceReversed);
    }
    lacks_zero_sequence(context.wiring, means.v_phasor).then_some(WiringFinding::NeutralOpen)
}

/// A neutral terminal that hangs free takes the mean of the three voltages, so the zero sequence is
/// gone. That shows only where the grid must have one.
fn lacks_zero_sequence(wiring: Wiring, v: [Phasor; 3]) -> bool {
    let turn = Phasor::from_polar(1.0, TAU / 3.0);
    let component = |a: Phasor| ((v[0] + a * v[1] + a * a * v[2]) / 3.0).norm();
    let [zero, one, other] = [Phasor::new(1.0, 0.0), turn, turn.conj()].map(component);
    let largest = v.iter().map(|phasor| phasor.norm()).fold(0.0, f64::max);
    let uneven = one.min(other);
    let must_have = match wiring {
        Wiring::ThreePhaseThreeWire => return false,
        Wiring::WildLeg => WILD_LEG_ZERO_PART * largest,
        _ if uneven >= UNEVEN_PART * largest => uneven,
        _ => return false,
    };
    zero < VANISHED_PART * must_have
}

fn check_currents(context: &Context, means: &Means) -> WiringFinding {
    let Some(currents) = Currents::of(context, means) else { return WiringFinding::NoSignal };
    let loads = Loads::of(context, means.v_phasor, currents.judged);
    if loads.explain(currents.phasors) {
        return WiringFinding::Healthy;
    }
    let mut candidates = Candidates::NONE;
    let mut tried = Candidates::NONE;
    for change in WiringCorrection::all() {
        let new = tried.iter().all(|other| !currents.are_alike(other, change));
        if new && currents.can_lie(change) {
            tried.insert(change);
            if loads.explain(change.by_phase(currents.phasors, |phasor| -phasor)) {
                candidates.insert(change.after(context.correction));
            }
        }
    }
    WiringFinding::Currents(candidates)
}

/// Currents of the phases, as they are corrected now.
struct Currents {
    phasors: [Phasor; 3],
    /// Which phases have a current and a voltage to judge it by.
    judged: [bool; 3],
    /// Which currents are more than the unexplained part of all: the rest may be anything.
    live: [bool; 3],
}

impl Currents {
    /// None if they are too small.
    fn of(context: &Context, means: &Means) -> Option<Currents> {
        let mut phasors = means.i_phasor;
        let mut judged = [0, 1, 2].map(|k| context.has_voltage(k) && context.has_current(k));
        if context.wiring == Wiring::ThreePhaseThreeWire {
            // Without a neutral two currents give the third.
            let mut unmeasured = (0..3).filter(|phase| !context.has_current(*phase));
            if let (Some(phase), None) = (unmeasured.next(), unmeasured.next()) {
                let others: Phasor = (0..3).filter(|k| *k != phase).map(|k| phasors[k]).sum();
                phasors[phase] = -others;
                judged[phase] = context.has_voltage(phase);
            }
        }
        for phase in (0..3).filter(|phase| !judged[*phase]) {
            phasors[phase] = Phasor::ZERO;
        }
        let all = length(&phasors);
        let live = phasors.map(|phasor| phasor.norm() > UNEXPLAINED_PART * all);
        let largest = phasors.iter().map(|phasor| phasor.norm()).fold(0.0, f64::max);
        (largest * FRAC_1_SQRT_2 >= context.judged_current_a()).then_some(Currents {
            phasors,
            judged,
            live,
        })
    }

    /// Whether a change moves and turns only what is there to be seen.
    fn can_lie(&self, change: WiringCorrection) -> bool {
        (0..3).all(|phase| {
            let input = change.input(phase);
            (self.judged[phase] || input == phase)
                && (self.live[input] || !change.is_reversed(phase))
        })
    }

    /// Whether two changes differ only in inputs without current.
    fn are_alike(&self, a: WiringCorrection, b: WiringCorrection) -> bool {
        (0..3).all(|phase| {
            let same =
                a.input(phase) == b.input(phase) && a.is_reversed(phase) == b.is_reversed(phase);
            same || !self.live[a.input(phase)] && !self.live[b.input(phase)]
        })
    }
}

/// A current of 1 A that a load draws at one end of the range of loads.
#[derive(Debug, Clone, Copy)]
struct Draw {
    /// It enters at a phase and leaves at another, or at the neutral.
    from: usize,
    to: Option<usize>,
    phasor: Phasor,
}

impl Draw {
    /// Where nothing is drawn.
    const NONE: Draw = Draw { from: 0, to: None, phasor: Phasor::ZERO };
}

/// Six places between four conductors, two ends of the range, and both signs.
const DRAWS_MAX: usize = 24;
/// Places of loads: each phase with the neutral, then the pairs.
const PLACES: [(usize, Option<usize>); 6] =
    [(0, None), (1, None), (2, None), (0, Some(1)), (1, Some(2)), (2, Some(0))];

/// All currents that loads of an installation can draw: sums of these with positive weights.
struct Loads {
    draws: [Draw; DRAWS_MAX],
    count: usize,
    judged: [bool; 3],
}

impl Loads {
    fn of(context: &Context, v: [Phasor; 3], judged: [bool; 3]) -> Loads {
        let mut loads = Loads { draws: [Draw::NONE; DRAWS_MAX], count: 0, judged };
        for (from, to) in PLACES {
            let possible = match to {
                None => context.wiring.has_phase_power(),
                Some(_) => context.wiring != Wiring::ThreeSinglePhase,
            };
            let there = |phase: usize| context.has_voltage(phase);
            let voltage = v[from] - to.map_or(Phasor::ZERO, |to| v[to]);
            let seen = judged[from] || to.is_some_and(|to| judged[to]);
            if possible && seen && there(from) && to.is_none_or(there) && voltage.norm() > 0.0 {
                for displacement_deg in [CAPACITIVE_DEG, -INDUCTIVE_DEG] {
                    let turn = Phasor::from_polar(1.0, displacement_deg.to_radians());
                    let phasor = turn * voltage / voltage.norm();
                    loads.push(Draw { from, to, phasor });
                    if context.generation {
                        loads.push(Draw { from, to, phasor: -phasor });
                    }
                }
            }
        }
        loads
    }

    fn push(&mut self, draw: Draw) {
        self.draws[self.count] = draw;
        self.count += 1;
    }

    /// Whether some mixture of loads draws these currents. The mixture is sought one draw at a time,
    /// each taking of what is left as much as it can and giving back what it took too much.
    fn explain(&self, currents: [Phasor; 3]) -> bool {
        let mut left = currents;
        let mut taken = [0.0; DRAWS_MAX];
        let all = length(&currents);
        for _ in 0..SWEEPS_MAX {
            let mut change = 0.0f64;
            for (draw, taken) in self.draws[..self.count].iter().zip(&mut taken) {
                change = change.max(self.take(draw, taken, &mut left));
            }
            if length(&left) <= UNEXPLAINED_PART * all {
                return true;
            }
            if change < SETTLED_PART * all {
                break;
            }
        }
        false
    }

    /// Gives back by how much a draw changed.
    fn take(&self, draw: &Draw, taken: &mut f64, left: &mut [Phasor; 3]) -> f64 {
        let Draw { from, to, phasor } = *draw;
        let to = to.filter(|to| self.judged[*to]);
        let along = |current: Phasor| (current * phasor.conj()).re;
        let (mut sum, mut ends) = (0.0, 0.0);
        if self.judged[from] {
            (sum, ends) = (along(left[from]), 1.0);
        }
        if let Some(to) = to {
            (sum, ends) = (sum - along(left[to]), ends + 1.0);
        }
        let step = (sum / ends).max(-*taken);
        *taken += step;
        if self.judged[from] {
            left[from] -= phasor * step;
        }
        if let Some(to) = to {
            left[to] += phasor * step;
        }
        step.abs()
    }
}

/// Most rounds of the search; it has settled after some tens.
const SWEEPS_MAX: usize = 300;
/// A round that changes no draw by more than this part of the currents is the last.
const SETTLED_PART: f64 = 1e-5;

fn length(currents: &[Phasor; 3]) -> f64 {
    currents.iter().map(Phasor::norm_sqr).sum::<f64>().sqrt()
}
