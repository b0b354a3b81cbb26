//! What a meter's check of its wiring finds.

use crate::wiring::{CONDUCTORS, WiringCorrection, listed};
use std::fmt;

/// What a meter's check of its wiring finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WiringFinding {
    /// Nothing to judge: no voltage, or too little current.
    #[default]
    NoSignal,
    /// No fault is seen.
    Healthy,
    /// Phases have no voltage while others do.
    VoltageMissing([bool; 3]),
    /// The voltages turn L1-L3-L2.
    SequenceReversed,
    /// The voltages are uneven and yet add up to nothing: the neutral terminal is open, or the grid has
    /// no zero sequence.
    NeutralOpen,
    /// The currents are not those of loads. Each candidate puts that right; there are none if no
    /// exchange and no reversal explains them.
    Currents(Candidates),
}

impl WiringFinding {
    /// Whether it is a fault, though perhaps not known which.
    pub fn is_alarm(self) -> bool {
        match self {
            WiringFinding::NoSignal | WiringFinding::Healthy => false,
            WiringFinding::VoltageMissing(_)
            | WiringFinding::SequenceReversed
            | WiringFinding::NeutralOpen => true,
            WiringFinding::Currents(candidates) => candidates != Candidates::NONE,
        }
    }

    /// The corrections that repair it, those with the fewest mistakes first.
    pub fn candidates(self) -> impl Iterator<Item = WiringCorrection> {
        let candidates = match self {
            WiringFinding::Currents(candidates) => candidates,
            _ => Candidates::NONE,
        };
        candidates.iter()
    }

    /// The fault seen twice: what both findings allow. None if they are not of one fault.
    pub fn common(self, other: WiringFinding) -> Option<WiringFinding> {
        match (self, other) {
            (WiringFinding::Currents(a), WiringFinding::Currents(b)) => {
                let both = a.common(b);
                (both != Candidates::NONE || a == b).then_some(WiringFinding::Currents(both))
            }
            (a, b) => (a == b).then_some(a),
        }
    }

    /// Public, stable name: `ok`, `no_signal`, `l2_missing`, `sequence_reversed`, `neutral_open`, the
    /// name of the one correction that repairs it, `ambiguous` if several do, `unexplained` if none.
    pub fn slug(self) -> String {
        match self {
            WiringFinding::NoSignal => "no_signal".into(),
            WiringFinding::Healthy => "ok".into(),
            WiringFinding::VoltageMissing(missing) => {
                let names = (0..3).filter(|phase| missing[*phase]).map(|phase| CONDUCTORS[phase]);
                names.collect::<Vec<_>>().join("_") + "_missing"
            }
            WiringFinding::SequenceReversed => "sequence_reversed".into(),
            WiringFinding::NeutralOpen => "neutral_open".into(),
            WiringFinding::Currents(candidates) => match candidates.count() {
                0 => "unexplained".into(),
                1 => candidates.iter().map(WiringCorrection::slug).collect(),
                _ => "ambiguous".into(),
            },
        }
    }
}

/// A sentence for people.
impl fmt::Display for WiringFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WiringFinding::NoSignal => f.write_str("nothing to judge the wiring by"),
            WiringFinding::Healthy => f.write_str("no fault of the wiring is seen"),
            WiringFinding::VoltageMissing(missing) => {
                let phases: Vec<usize> = (0..3).filter(|phase| missing[*phase]).collect();
                write!(f, "no voltage on {}", listed(&phases))
            }
            WiringFinding::SequenceReversed => {
                f.write_str("the voltages turn L1-L3-L2: two of them are exchanged")
            }
            WiringFinding::NeutralOpen => f.write_str(
                "ambiguous: the neutral terminal is open, or the grid has no zero sequence",
            ),
            WiringFinding::Currents(candidates) => write_currents(*candidates, f),
        }
    }
}

fn write_currents(candidates: Candidates, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let all: Vec<WiringCorrection> = candidates.iter().collect();
    let sentences: Vec<String> = all.iter().map(|c| c.sentence()).collect();
    match &all[..] {
        [] => f.write_str("no exchange and no reversal explains the currents"),
        [_] => f.write_str(&sentences[0]),
        [first, second, ..] if first.mistakes() < second.mistakes() => {
            write!(f, "ambiguous: most likely {}", sentences.join("; or "))
        }
        _ => write!(f, "ambiguous: {}", sentences.join("; or ")),
    }
}

/// A set of corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Candidates(u64);

impl Candidates {
    /// No correction.
    pub const NONE: Candidates = Candidates(0);

    /// Adds one.
    pub fn insert(&mut self, correction: WiringCorrection) {
        self.0 |= 1 << correction.index();
    }

    /// Whether one is in the set.
    pub fn contains(self, correction: WiringCorrection) -> bool {
        self.0 >> correction.index() & 1 == 1
    }

    /// How many.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Those that are in both sets.
    #[must_use]
    pub fn common(self, other: Candidates) -> Candidates {
        Candidates(self.0 & other.0)
    }

    /// Those with the fewest mistakes first.
    pub fn iter(self) -> impl Iterator<Item = WiringCorrection> {
        WiringCorrection::all().filter(move |correction| self.contains(*correction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: [&str; 3]) -> WiringCorrection {
        WiringCorrection::from_conductors(texts).expect("each conductor once")
    }

    #[test]
    fn a_finding_names_one_fault_or_says_that_it_is_ambiguous() {
        let [one, other] = [parsed(["-l1", "l2", "l3"]), parsed(["l2", "l1", "l3"])];
        let mut candidates = Candidates::NONE;
        assert_eq!(WiringFinding::Currents(candidates).slug(), "unexplained");
        assert!(!WiringFinding::Currents(candidates).is_alarm());
        candidates.insert(one);
        let named = WiringFinding::Currents(candidates);
        assert_eq!((named.slug(), named.to_string()), (one.slug(), "L1 is reversed".into()));
        candidates.insert(other);
        let ambiguous = WiringFinding::Currents(candidates);
        assert_eq!(ambiguous.slug(), "ambiguous");
        assert_eq!(ambiguous.to_string(), "ambiguous: L1 is reversed; or L1 and L2 are exchanged");
        assert_eq!(ambiguous.common(named), Some(named));
        assert_eq!(ambiguous.common(WiringFinding::Healthy), None);
        assert!(ambiguous.is_alarm() && named.is_alarm() && !WiringFinding::Healthy.is_alarm());
        let missing = WiringFinding::VoltageMissing([false, true, true]);
        assert_eq!(missing.slug(), "l2_l3_missing");
        assert_eq!(missing.to_string(), "no voltage on L2 and L3");
    }
}
