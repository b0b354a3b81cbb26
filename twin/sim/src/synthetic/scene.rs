//! Grid and loads together, as a timeline for one meter or several.

use super::grid::{Event, EventKind, Grid, Phases, System, drop_traces, remove_common};
use super::load::{Load, LoadKind, MeterPort, Nominal};
use super::random::Wander;
use super::schedule::Bursts;
use super::spectrum::Spectrum;
use super::terminals::{Terminals, Wire};
use super::timeline::Timeline;
use super::track::Track;
use port::{Role, SlotId};
use std::borrow::Cow;
use std::f64::consts::TAU;

/// Streams of the wanders: three phases, all phases together, frequency, then two a load.
const COMMON_STREAM: u64 = 3;
const FREQUENCY_STREAM: u64 = 4;
const FIRST_LOAD_STREAM: u64 = 16;

/// Part of a voltage wander that all phases share, the transformer's; the rest is each phase's own.
const COMMON_PART: f64 = 0.7;

/// What meters see of a grid and its loads: the voltages, which all of them share, and then the
/// currents through each.
///
/// Scenes of one scenario have the same pieces whatever meters they show, since each counts the knots
/// of all loads; so their voltages are the same to the last bit.
#[derive(Debug, Clone)]
pub struct Scene {
    meters: Vec<MeterPort>,
    roles: Vec<Role>,
    grid: Grid,
    sources: Vec<Spectrum>,
    /// Part of its undisturbed voltage that each phase has.
    levels: [Track<f64>; 3],
    frequency_hz: Track<f64>,
    jumps_cycles: Track<f64>,
    frequency_wander: Wander,
    phase_wanders: [Wander; 3],
    common_wander: Wander,
    loads: Vec<Placed>,
    /// As the wires lie at the beginning, and what becomes of them, in the order of time.
    terminals: Terminals,
    rewirings: Vec<Rewiring>,
    /// Local time of day of the first sample in seconds.
    day_s: f64,
}

/// A load with what can be computed beforehand.
#[derive(Debug, Clone)]
struct Placed {
    load: Load,
    shape: Spectrum,
    /// Of each element.
    nominal: Vec<Nominal>,
    /// Of each element, if the load has any.
    bursts: Vec<Bursts>,
    wander: Wander,
    clouds: Wander,
}

type Three = [Spectrum; 3];

/// When other wires pass through the inputs of a meter, and which.
type Rewiring = (f64, MeterPort, [Option<Wire>; 3]);

/// The built-in meter and the modules.
const METERS: usize = 1 + SlotId::MAX as usize;

impl Scene {
    /// A grid with its events and loads, seen by some meters: voltages, then the currents of each in
    /// this order. `day_s` is the local time of day of the first sample in seconds.
    ///
    /// # Panics
    /// If an event is not in the order of time, a change begins before the last one of the same voltage
    /// or of the frequency is complete, or a load lies where the system has no terminal.
    pub fn new(
        grid: Grid,
        events: &[Event],
        loads: &[Load],
        seed: u64,
        day_s: f64,
        meters: &[MeterPort],
    ) -> Scene {
        let wander = |stream, amplitude| Wander { seed, stream, amplitude };
        let own = grid.voltage_wander * (1.0 - COMMON_PART);
        let (voltages, currents) = {
            let of_system = grid.system.roles();
            of_system.split_at(of_system.len() / 2)
        };
        let mut scene = Scene {
            meters: meters.to_vec(),
            roles: [voltages, &currents.repeat(meters.len())].concat(),
            sources: grid.spectra(),
            levels: [1.0; 3].map(Track::constant),
            frequency_hz: Track::constant(grid.frequency_hz),
            jumps_cycles: Track::constant(0.0),
            frequency_wander: wander(FREQUENCY_STREAM, grid.frequency_wander_hz),
            phase_wanders: [0, 1, 2].map(|phase| wander(phase, own)),
            common_wander: wander(COMMON_STREAM, grid.voltage_wander * COMMON_PART),
            loads: Vec::new(),
            terminals: Terminals::default(),
            rewirings: Vec::new(),
            day_s,
            grid,
        };
        events.iter().for_each(|event| scene.add_event(event));
        for (stream, load) in (FIRST_LOAD_STREAM..).step_by(2).zip(loads) {
            scene.loads.push(Placed::new(load, &scene.grid, seed, stream));
        }
        scene
    }

    /// As the wires really lie.
    #[must_use]
    pub fn with_terminals(mut self, terminals: Terminals) -> Scene {
        self.terminals = terminals;
        self
    }

    fn add_event(&mut self, event: &Event) {
        let at_s = event.at_s;
        match event.kind {
            EventKind::Voltage { phases: Phases(concerned), to, over_s } => {
                let levels = self.levels.iter_mut().zip(concerned).filter(|(_, c)| *c);
                levels.for_each(|(level, _)| go(level, at_s, over_s, to));
            }
            EventKind::Frequency { to_hz, over_s } => {
                go(&mut self.frequency_hz, at_s, over_s, to_hz);
            }
            EventKind::PhaseJump { by_deg } => {
                let before = self.jumps_cycles.at(at_s);
                go(&mut self.jumps_cycles, at_s, 0.0, before + by_deg / 360.0);
            }
            EventKind::Currents { meter, wires } => {
                self.rewirings.push((at_s, meter, wires));
            }
        }
    }

    /// How the wires lie at an instant.
    fn terminals_at(&self, at_s: f64) -> Cow<'_, Terminals> {
        let mut terminals = Cow::Borrowed(&self.terminals);
        for (_, meter, wires) in self.rewirings.iter().take_while(|(from_s, ..)| *from_s <= at_s) {
            terminals.to_mut().rewire(*meter, *wires);
        }
        terminals
    }

    fn next_grid_event(&self, after_s: f64) -> f64 {
        let mut rewired = self.rewirings.iter().map(|(at_s, ..)| *at_s);
        let rewired = rewired.find(|at_s| *at_s > after_s).unwrap_or(f64::INFINITY);
        let grid = self
            .frequency_hz
            .next_knot(after_s)
            .min(self.jumps_cycles.next_knot(after_s))
            .min(rewired);
        self.levels.iter().map(|track| track.next_knot(after_s)).fold(grid, f64::min)
    }

    /// Voltages before the lines.
    fn sources(&self, within_s: f64, at_s: f64) -> Three {
        let common = 1.0 + self.common_wander.at(at_s);
        let mut voltages = [Spectrum::ZERO; 3];
        for (phase, source) in self.sources.iter().enumerate() {
            let level = self.levels[phase].on(within_s, at_s);
            voltages[phase] = *source * (level * (common + self.phase_wanders[phase].at(at_s)));
        }
        voltages
    }

    /// Adds the currents drawn from these voltages to those through each meter, by its number. The
    /// built-in meter's are always wanted: they pull the voltages down.
    fn add_currents(
        &self,
        voltages: &Three,
        within_s: f64,
        at_s: f64,
        through: &mut [Three; METERS],
    ) {
        for placed in &self.loads {
            let mut currents = [Spectrum::ZERO; 3];
            let system = self.grid.system;
            placed.add_current(system, voltages, within_s, at_s, self.day_s, &mut currents);
            for meter in placed.load.meters.iter() {
                if meter == MeterPort::Main || self.meters.contains(&meter) {
                    let through = &mut through[usize::from(meter.number())];
                    through.iter_mut().zip(&currents).for_each(|(sum, one)| *sum += *one);
                }
            }
        }
    }
}

/// Continues a track in place.
fn go(track: &mut Track<f64>, from_s: f64, over_s: f64, to: f64) {
    let so_far = std::mem::replace(track, Track::constant(0.0));
    *track = so_far.ramp(from_s, from_s + over_s, to);
}

impl Placed {
    fn new(load: &Load, grid: &Grid, seed: u64, stream: u64) -> Placed {
        assert!(load.connection.is_possible(grid.system), "{} has no such terminals", load.name);
        let nominal = grid.nominal().into_iter().map(|(rms, angle)| Spectrum::sine(rms, angle));
        let phases: Vec<Spectrum> = nominal.collect();
        let elements = load.connection.elements(grid.system).iter();
        let nominal = elements.map(|element| {
            let voltage = supply(&phases, *element);
            Nominal { rms_v: voltage.true_rms(), angle_rad: voltage.harmonic(1).angle_rad() }
        });
        let nominal: Vec<Nominal> = nominal.collect();
        let clouds = match load.kind {
            LoadKind::Pv { clouds, .. } => clouds,
            _ => 0.0,
        };
        Placed {
            shape: load.kind.shape(),
            bursts: bursts(&load.kind, grid.frequency_hz, &nominal),
            nominal,
            wander: Wander { seed, stream, amplitude: load.wander },
            clouds: Wander { seed, stream: stream + 1, amplitude: clouds / 2.0 },
            load: load.clone(),
        }
    }

    /// Part of its power that the load draws, apart from how it starts and its bursts.
    fn level(&self, within_s: f64, at_s: f64, day_s: f64) -> f64 {
        let moved = self.load.level.on(within_s, at_s) * (1.0 + self.wander.at(at_s));
        match self.load.kind {
            LoadKind::Pv { sun, clouds, .. } => {
                let clear = 1.0 - clouds / 2.0 + self.clouds.at(at_s);
                moved * clear * sun.strength(day_s + at_s)
            }
            _ => moved,
        }
    }

    fn add_current(
        &self,
        system: System,
        voltages: &Three,
        within_s: f64,
        at_s: f64,
        day_s: f64,
        currents: &mut Three,
    ) {
        let Some(since_s) = self.load.schedule.on_since(within_s) else { return };
        let level = self.level(within_s, at_s, day_s);
        let elements = self.load.connection.elements(system);
        let share = 1.0 / elements.len() as f64;
        for (place, (element, nominal)) in elements.iter().zip(&self.nominal).enumerate() {
            if self.bursts.get(place).is_some_and(|bursts| !bursts.is_on(within_s)) {
                continue;
            }
            let supply = supply(voltages, *element);
            let on_s = at_s - since_s;
            let kind = &self.load.kind;
            let current = kind.current(&self.shape, &supply, *nominal, share, on_s) * level;
            currents[element.0] += current;
            if let Some(leave) = element.1 {
                currents[leave] += -current;
            }
        }
    }

    fn next_knot(&self, after_s: f64) -> f64 {
        let sun = match self.load.kind {
            LoadKind::Pv { .. } => after_s.floor() + 1.0,
            _ => f64::INFINITY,
        };
        self.next_event(after_s).min(sun).min(self.wander.next_knot(after_s))
    }

    /// The next switching or bend, apart from slow movements.
    fn next_event(&self, after_s: f64) -> f64 {
        let since_s = self.load.schedule.on_since(after_s);
        let bend = since_s.filter(|since_s| since_s.is_finite()).and_then(|since_s| {
            let bend_s = since_s + self.load.kind.next_bend_s(after_s - since_s)?;
            // The sum may round back to the instant we stand on: then the bend is behind us.
            let next = self.load.kind.next_bend_s(bend_s - since_s + 1e-9);
            if bend_s > after_s { Some(bend_s) } else { next.map(|next| since_s + next) }
        });
        bend.unwrap_or(f64::INFINITY).min(self.next_jump(after_s))
    }

    /// The next switching, jump or ramp.
    fn next_jump(&self, after_s: f64) -> f64 {
        let is_on = self.load.schedule.on_since(after_s).is_some();
        let bursts = self.bursts.iter().filter(|_| is_on);
        bursts
            .map(|bursts| bursts.next_switch(after_s))
            .fold(self.load.schedule.next_switch(after_s), f64::min)
            .min(self.load.level.next_knot(after_s))
    }
}

/// Bursts of each element of a load, from the first zero crossing of its voltage.
fn bursts(kind: &LoadKind, frequency_hz: f64, nominal: &[Nominal]) -> Vec<Bursts> {
    let LoadKind::BurstFired { on_cycles, off_cycles, .. } = *kind else { return Vec::new() };
    let of_element = |nominal: &Nominal| Bursts {
        first_s: (0.25 - nominal.angle_rad / TAU).rem_euclid(0.5) / frequency_hz,
        on_s: on_cycles / frequency_hz,
        period_s: (on_cycles + off_cycles) / frequency_hz,
    };
    nominal.iter().map(of_element).collect()
}

/// Voltage across an element.
fn supply(voltages: &[Spectrum], (enter, leave): (usize, Option<usize>)) -> Spectrum {
    match leave {
        None => voltages[enter],
        Some(leave) => voltages[enter] + -voltages[leave],
    }
}

impl Timeline for Scene {
    fn roles(&self) -> &[Role] {
        &self.roles
    }

    fn noise_rms(&self, channel: usize) -> f64 {
        if self.roles()[channel].is_voltage() { self.grid.noise_v } else { 0.0 }
    }

    fn next_knot(&self, after_s: f64) -> f64 {
        let wanders =
            self.frequency_wander.next_knot(after_s).min(self.common_wander.next_knot(after_s));
        let loads = self.loads.iter().map(|placed| placed.next_knot(after_s));
        loads.fold(wanders.min(self.next_grid_event(after_s)), f64::min)
    }

    fn next_event(&self, after_s: f64) -> f64 {
        let loads = self.loads.iter().map(|placed| placed.next_event(after_s));
        loads.fold(self.next_grid_event(after_s), f64::min)
    }

    fn next_jump(&self, after_s: f64) -> f64 {
        let loads = self.loads.iter().map(|placed| placed.next_jump(after_s));
        loads.fold(self.next_grid_event(after_s), f64::min)
    }

    fn frequency_hz(&self, within_s: f64, at_s: f64) -> f64 {
        self.frequency_hz.on(within_s, at_s) + self.frequency_wander.at(at_s)
    }

    fn jump_cycles(&self, within_s: f64) -> f64 {
        self.jumps_cycles.at(within_s)
    }

    fn spectra(&self, within_s: f64, at_s: f64, out: &mut [Spectrum]) {
        let mut voltages = self.sources(within_s, at_s);
        if self.grid.system == System::ThreePhaseThreeWire {
            remove_common(&mut voltages);
        }
        let mut through = [[Spectrum::ZERO; 3]; METERS];
        self.add_currents(&voltages, within_s, at_s, &mut through);
        for (voltage, current) in voltages.iter_mut().zip(&through[0]) {
            *voltage += *current * -self.grid.line_ohm;
        }
        let terminals = self.terminals_at(within_s);
        voltages = terminals.voltages(&voltages, self.grid.system.has_neutral());
        voltages.iter_mut().for_each(|voltage| drop_traces(voltage, self.grid.voltage_v));
        let phases = self.grid.system.phases();
        let (first, mut rest) = out.split_at_mut(phases);
        first.copy_from_slice(&voltages[..phases]);
        for meter in &self.meters {
            let conductors = &through[usize::from(meter.number())];
            let mut currents = terminals.currents(*meter, conductors);
            let largest_a = currents.iter().map(Spectrum::true_rms).fold(0.0, f64::max);
            currents.iter_mut().for_each(|current| drop_traces(current, largest_a));
            let (these, others) = rest.split_at_mut(phases);
            these.copy_from_slice(&currents[..phases]);
            rest = others;
        }
    }
}
