//! How the wires really lie: which conductor is on which terminal, and which way round.
//!
//! What loads draw and what the grid supplies does not depend on it; what a meter sees does.

use super::load::MeterPort;
use super::spectrum::Spectrum;

/// A conductor through a current input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    /// Phase of the conductor, 0 to 2.
    pub conductor: usize,
    /// Whether it passes the wrong way round.
    pub reversed: bool,
}

/// The wires at the terminals of all meters, which share their voltages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminals {
    /// Phase of the conductor on each voltage terminal; none if nothing is connected.
    pub voltages: [Option<usize>; 3],
    /// Whether the neutral terminal is connected. If not, it floats to the mean of the voltage terminals
    /// that are.
    pub neutral: bool,
    /// Meters of which not every current input has its own conductor: what passes through each.
    pub currents: Vec<(MeterPort, [Option<Wire>; 3])>,
}

impl Default for Terminals {
    fn default() -> Terminals {
        Terminals { voltages: [Some(0), Some(1), Some(2)], neutral: true, currents: Vec::new() }
    }
}

impl Terminals {
    /// Voltages at the terminals from those of the conductors against the true neutral. Without a
    /// neutral in the system the reference is the virtual star point of what is connected.
    pub(super) fn voltages(&self, conductors: &[Spectrum; 3], has_neutral: bool) -> [Spectrum; 3] {
        let phases = self.voltages.map(|phase| phase.map(|phase| conductors[phase]));
        let as_they_should = self.voltages == Terminals::default().voltages;
        if self.neutral && (has_neutral || as_they_should) {
            return phases.map(|voltage| voltage.unwrap_or(Spectrum::ZERO));
        }
        let connected = phases.iter().flatten().count().max(1) as f64;
        let sum = phases.iter().flatten().fold(Spectrum::ZERO, |sum, voltage| sum + *voltage);
        // An open terminal has no voltage against the neutral terminal, wherever that floats.
        phases.map(|v| v.map_or(Spectrum::ZERO, |v| v + sum * (-1.0 / connected)))
    }

    /// Puts other conductors through the inputs of a meter.
    pub(super) fn rewire(&mut self, meter: MeterPort, wires: [Option<Wire>; 3]) {
        self.currents.retain(|(known, _)| *known != meter);
        self.currents.push((meter, wires));
    }

    /// What passes through each current input of a meter.
    pub fn of(&self, meter: MeterPort) -> [Option<Wire>; 3] {
        let as_they_should = [0, 1, 2].map(|conductor| Some(Wire { conductor, reversed: false }));
        let known = self.currents.iter().find(|(known, _)| *known == meter);
        known.map_or(as_they_should, |(_, wires)| *wires)
    }

    /// Currents through a meter's inputs from those of the conductors.
    pub(super) fn currents(&self, meter: MeterPort, conductors: &[Spectrum; 3]) -> [Spectrum; 3] {
        self.of(meter).map(|wire| match wire {
            None => Spectrum::ZERO,
            Some(Wire { conductor, reversed: false }) => conductors[conductor],
            Some(Wire { conductor, reversed: true }) => -conductors[conductor],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn star() -> [Spectrum; 3] {
        [(230.0, 0.0), (220.0, -120.0), (240.0, 120.0)].map(|(v, angle)| Spectrum::sine(v, angle))
    }

    #[test]
    fn terminals_show_what_is_connected_to_them() {
        let [a, b, c] = star();
        let swapped = Terminals { voltages: [Some(1), None, Some(0)], ..Terminals::default() };
        assert_eq!(swapped.voltages(&star(), true), [b, Spectrum::ZERO, a]);
        assert_eq!(Terminals::default().voltages(&star(), true), [a, b, c]);
    }

    #[test]
    fn a_loose_neutral_floats_to_the_mean_of_what_is_connected() {
        let loose = Terminals { neutral: false, ..Terminals::default() };
        let [a, b, c] = loose.voltages(&star(), true);
        assert!((a + b + c).true_rms() < 1e-12);
        assert!((a + -b).true_rms() - (star()[0] + -star()[1]).true_rms() < 1e-12);
        let two = Terminals { voltages: [Some(0), None, Some(2)], ..loose };
        let [a, b, c] = two.voltages(&star(), true);
        assert_eq!(b, Spectrum::ZERO);
        assert!((a + c).true_rms() < 1e-12 && a.true_rms() > 190.0);
    }

    #[test]
    fn currents_pass_as_the_wires_lie() {
        let wire = |conductor, reversed| Some(Wire { conductor, reversed });
        let inputs = [wire(0, true), wire(2, false), None];
        let terminals =
            Terminals { currents: vec![(MeterPort::Main, inputs)], ..Terminals::default() };
        let [a, _, c] = star();
        assert_eq!(terminals.currents(MeterPort::Main, &star()), [-a, c, Spectrum::ZERO]);
        let module = MeterPort::from_slug("esy1").unwrap();
        assert_eq!(terminals.currents(module, &star()), star());
    }
}
