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
const UNEVEN_PART: f64 = 0.005;
/// Zero sequence of a wild-leg delta over its high leg; exactly a third without unevenness.
const WILD_LEG_ZERO_PART: f64 = 0.3;
/// Zero over negative sequence of the currents; exactly 1 of single-phase loads, 0 of loads between lines.
const SINGLE_PHASE_PART: f64 = 0.5;
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
    neutral_is_free(context, means).then_some(WiringFinding::NeutralOpen)
}

/// A neutral terminal that hangs free takes the mean of the three voltages, so their zero sequence is
/// gone. That shows only where there must be one: on a wild leg; or where the voltages are uneven and the
/// neutral carries its part of currents that are. Loads between lines make voltages uneven without a zero
/// sequence, but then the currents have none either.
fn neutral_is_free(context: &Context, means: &Means) -> bool {
    let (zero, uneven) = unevenness(means.v_phasor);
    let largest = means.v_phasor.iter().map(|phasor| phasor.norm()).fold(0.0, f64::max);
    let must_have = match context.wiring {
        Wiring::ThreePhaseThreeWire => return false,
        Wiring::WildLeg => WILD_LEG_ZERO_PART * largest,
        _ if uneven >= UNEVEN_PART * largest && neutral_carries(context, means) => uneven,
        _ => return false,
    };
    zero < VANISHED_PART * must_have
}

/// Whether the neutral carries a current that can be judged, and as much of it as single-phase loads
/// alone would bring about.
fn neutral_carries(context: &Context, means: &Means) -> bool {
    let (zero, uneven) = unevenness(means.i_phasor);
    let neutral_a = 3.0 * zero * FRAC_1_SQRT_2;
    neutral_a >= context.judged_current_a() && zero >= SINGLE_PHASE_PART * uneven
}

/// Zero sequence, and the smaller of the other two: what would be 0 in an even system of either sequence.
fn unevenness(phasors: [Phasor; 3]) -> (f64, f64) {
    let turn = Phasor::from_polar(1.0, TAU / 3.0);
    let component = |a: Phasor| ((phasors[0] + a * phasors[1] + a * a * phasors[2]) / 3.0).norm();
    let zero = component(Phasor::new(1.0, 0.0));
    (zero, component(turn).min(component(turn.conj())))
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
            if loads.explain(currents.changed(change)) {
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
    /// The one that is not measured but follows from the others.
    derived: Option<usize>,
}

impl Currents {
    /// None if they are too small.
    fn of(context: &Context, means: &Means) -> Option<Currents> {
        let mut phasors = means.i_phasor;
        let mut judged = [0, 1, 2].map(|k| context.has_voltage(k) && context.has_current(k));
        let mut missing = (0..3).filter(|phase| !context.has_current(*phase));
        // Without a neutral two currents give the third.
        let derived = match (context.wiring, missing.next(), missing.next()) {
            (Wiring::ThreePhaseThreeWire, Some(phase), None) => Some(phase),
            _ => None,
        };
        if let Some(phase) = derived {
            phasors[phase] = rest(phasors, phase);
            judged[phase] = context.has_voltage(phase);
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
            derived,
        })
    }

    /// The currents of the phases after a change.
    fn changed(&self, change: WiringCorrection) -> [Phasor; 3] {
        let mut phasors = change.by_phase(self.phasors, |phasor| -phasor);
        let derived = (0..3).find(|phase| Some(change.input(*phase)) == self.derived);
        if let Some(phase) = derived {
            phasors[phase] = rest(phasors, phase);
        }
        phasors
    }

    /// Whether a change moves and turns only what is there to be seen.
    fn can_lie(&self, change: WiringCorrection) -> bool {
        (0..3).all(|phase| {
            let input = change.input(phase);
            let turnable = self.live[input] && self.derived != Some(input);
            (self.judged[phase] || input == phase) && (turnable || !change.is_reversed(phase))
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

/// What the other two leave for a phase if all three add up to nothing.
fn rest(currents: [Phasor; 3], phase: usize) -> Phasor {
    -(currents[(phase + 1) % 3] + currents[(phase + 2) % 3])
}

fn length(currents: &[Phasor; 3]) -> f64 {
    currents.iter().map(Phasor::norm_sqr).sum::<f64>().sqrt()
}
