//! How current inputs and conductors belong together: what was connected wrongly, put right in the
//! calculation.
//!
//! *Input*: one of three pairs of current terminals. *Conductor*: the phase whose current flows through
//! it. A correction is written as what lies in the inputs 1, 2 and 3: `-l1 l3 l2` says that the first
//! carries L1 the wrong way round, and that L2 and L3 are exchanged.

use std::fmt;

/// Conductors by phase.
pub(crate) const CONDUCTORS: [&str; 3] = ["l1", "l2", "l3"];

/// Every way to give three phases one input each, the fewest exchanges first.
const ORDERS: [[u8; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]];

/// Which current input serves each phase, and which of them are connected the wrong way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WiringCorrection {
    /// For each phase the current input that measures it, 0 to 2; each input once.
    inputs: [u8; 3],
    /// For each phase whether its input is taken with the opposite sign.
    reversed: [bool; 3],
}

impl WiringCorrection {
    /// Everything as connected.
    pub const NONE: WiringCorrection = WiringCorrection { inputs: [0, 1, 2], reversed: [false; 3] };

    /// Corrections there are: 6 orders, each phase in either direction.
    pub const COUNT: usize = 48;

    /// For each phase its input, 0 to 2, and whether the sign is turned; none unless each input
    /// serves one phase.
    pub fn new(inputs: [u8; 3], reversed: [bool; 3]) -> Option<WiringCorrection> {
        let each_once = (0..3).all(|input| inputs.contains(&input));
        each_once.then_some(WiringCorrection { inputs, reversed })
    }

    /// From what lies in the inputs 1, 2 and 3: `l1`, `l2` and `l3`, each once, with `-` before what is
    /// reversed. None for anything else.
    pub fn from_conductors(texts: [&str; 3]) -> Option<WiringCorrection> {
        let mut inputs = [u8::MAX; 3];
        let mut reversed = [false; 3];
        for (input, text) in (0..).zip(texts) {
            let name = text.strip_prefix('-').unwrap_or(text);
            let phase = CONDUCTORS.iter().position(|conductor| *conductor == name)?;
            inputs[phase] = input;
            reversed[phase] = name != text;
        }
        WiringCorrection::new(inputs, reversed)
    }

    /// All corrections, those with the fewest mistakes first.
    pub fn all() -> impl Iterator<Item = WiringCorrection> {
        let all = || (0..WiringCorrection::COUNT).map(WiringCorrection::from_index);
        (0..=MISTAKES_MAX).flat_map(move |mistakes| all().filter(move |c| c.mistakes() == mistakes))
    }

    fn from_index(index: usize) -> WiringCorrection {
        let reversed = std::array::from_fn(|phase| index >> phase & 1 == 1);
        WiringCorrection { inputs: ORDERS[index / 8], reversed }
    }

    /// Its place among all, below `COUNT`.
    pub(crate) fn index(self) -> usize {
        let order = ORDERS.iter().position(|order| *order == self.inputs);
        let reversed = (0..3).map(|phase| usize::from(self.reversed[phase]) << phase);
        8 * order.expect("ORDERS is complete") + reversed.sum::<usize>()
    }

    /// Mistakes that it puts right, 0 to 5: exchanges of two inputs, and reversals.
    pub fn mistakes(self) -> usize {
        let exchanges = match self.unmoved() {
            3 => 0,
            1 => 1,
            _ => 2,
        };
        exchanges + self.reversed.into_iter().filter(|reversed| *reversed).count()
    }

    /// Phases that are measured by their own input.
    fn unmoved(self) -> usize {
        (0..3).filter(|phase| self.input(*phase) == *phase).count()
    }

    /// The input that measures a phase, both 0 to 2.
    pub fn input(self, phase: usize) -> usize {
        usize::from(self.inputs[phase])
    }

    /// Whether a phase takes its input with the opposite sign.
    pub fn is_reversed(self, phase: usize) -> bool {
        self.reversed[phase]
    }

    /// What belongs to the phases, from what belongs to the inputs; `turn` turns the sign.
    pub fn by_phase<T: Copy>(self, by_input: [T; 3], turn: impl Fn(T) -> T) -> [T; 3] {
        std::array::from_fn(|phase| {
            let value = by_input[self.input(phase)];
            if self.is_reversed(phase) { turn(value) } else { value }
        })
    }

    /// The correction that does what `first` does, and then this.
    #[must_use]
    pub fn after(self, first: WiringCorrection) -> WiringCorrection {
        WiringCorrection {
            inputs: std::array::from_fn(|phase| first.inputs[self.input(phase)]),
            reversed: std::array::from_fn(|phase| {
                self.reversed[phase] != first.reversed[self.input(phase)]
            }),
        }
    }

    /// The conductors in the inputs 1, 2 and 3, as phases.
    fn conductors(self) -> [usize; 3] {
        let phase_of = |input| (0..3).find(|phase| self.input(*phase) == input);
        [0, 1, 2].map(|input| phase_of(input).expect("each input serves one phase"))
    }

    /// Public, stable name of the fault that it repairs: `l1_reversed`, `l2_l3_swapped`,
    /// `l2_l3_l1_rotated` (what lies in the inputs 1, 2 and 3), or two of these; `as_connected`.
    pub fn slug(self) -> String {
        let join = |phases: &[usize]| phases.iter().map(|k| CONDUCTORS[*k]).collect::<Vec<_>>();
        let mut parts = match self.unmoved() {
            3 => vec![],
            1 => vec![join(&self.moved()).join("_") + "_swapped"],
            _ => vec![join(&self.conductors()).join("_") + "_rotated"],
        };
        let turned: Vec<usize> = (0..3).filter(|phase| self.reversed[*phase]).collect();
        if !turned.is_empty() {
            parts.push(join(&turned).join("_") + "_reversed");
        }
        if parts.is_empty() { "as_connected".into() } else { parts.join("_") }
    }

    fn moved(self) -> Vec<usize> {
        (0..3).filter(|phase| self.input(*phase) != *phase).collect()
    }

    /// The fault in words.
    pub fn sentence(self) -> String {
        let mut parts = match self.unmoved() {
            3 => vec![],
            1 => vec![format!("{} are exchanged", listed(&self.moved()))],
            _ => vec![format!("the inputs 1, 2 and 3 carry {}", listed(&self.conductors()))],
        };
        let turned: Vec<usize> = (0..3).filter(|phase| self.reversed[*phase]).collect();
        match turned.len() {
            0 => {}
            1 => parts.push(format!("{} is reversed", listed(&turned))),
            _ => parts.push(format!("{} are reversed", listed(&turned))),
        }
        if parts.is_empty() { "the inputs are as connected".into() } else { parts.join(", ") }
    }
}

/// Two exchanges and three reversals.
const MISTAKES_MAX: usize = 5;

/// `L1`, `L1 and L2` or `L1, L2 and L3`.
pub(crate) fn listed(phases: &[usize]) -> String {
    let name = |phase: &usize| CONDUCTORS[*phase].to_uppercase();
    match phases {
        [] => String::new(),
        [only] => name(only),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(name).collect();
            format!("{} and {}", first.join(", "), name(last))
        }
    }
}

impl Default for WiringCorrection {
    fn default() -> WiringCorrection {
        WiringCorrection::NONE
    }
}

/// What lies in the inputs: `-l1 l3 l2`.
impl fmt::Display for WiringCorrection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (input, phase) in self.conductors().into_iter().enumerate() {
            let space = if input > 0 { " " } else { "" };
            let sign = if self.reversed[phase] { "-" } else { "" };
            write!(f, "{space}{sign}{}", CONDUCTORS[phase])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: [&str; 3]) -> WiringCorrection {
        WiringCorrection::from_conductors(texts).expect("each conductor once")
    }

    /// [E15] All 48 are there once, are read back from their text, and have names of their own.
    #[test]
    fn corrections_are_read_back_from_their_text() {
        let all: Vec<_> = WiringCorrection::all().collect();
        assert_eq!(all.len(), WiringCorrection::COUNT);
        assert_eq!(all[0], WiringCorrection::NONE);
        assert!(all.is_sorted_by_key(|correction| correction.mistakes()));
        let mut slugs: Vec<String> = all.iter().map(|correction| correction.slug()).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), all.len());
        for correction in all {
            let text = correction.to_string();
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(parsed(words.try_into().expect("three")), correction, "{text}");
            assert_eq!(WiringCorrection::from_index(correction.index()), correction);
        }
    }

    #[test]
    fn what_names_no_correction_is_none() {
        for texts in [["l1", "l2", "l2"], ["l1", "l2", "l4"], ["l1", "--l2", "l3"], ["", "", ""]] {
            assert_eq!(WiringCorrection::from_conductors(texts), None, "{texts:?}");
        }
        assert_eq!(WiringCorrection::new([0, 1, 1], [false; 3]), None);
    }

    /// The text is what lies in the inputs; what belongs to the phases comes from there.
    #[test]
    fn phases_take_the_inputs_in_which_they_lie() {
        let turned = parsed(["l2", "-l3", "l1"]);
        assert_eq!(turned.by_phase([2, -3, 1], |amps: i32| -amps), [1, 2, 3]);
        assert_eq!(turned.slug(), "l2_l3_l1_rotated_l3_reversed");
        assert_eq!(turned.sentence(), "the inputs 1, 2 and 3 carry L2, L3 and L1, L3 is reversed");
        assert_eq!(turned.mistakes(), 3);
        let swapped = parsed(["l1", "l3", "l2"]);
        assert_eq!(swapped.slug(), "l2_l3_swapped");
        assert_eq!(parsed(["-l1", "l2", "-l3"]).slug(), "l1_l3_reversed");
        assert_eq!(WiringCorrection::NONE.slug(), "as_connected");
    }

    #[test]
    fn one_correction_after_another_is_one_correction() {
        let amps = [2.0, -3.0, 5.0];
        let turn = |value: f64| -value;
        for first in WiringCorrection::all() {
            for second in WiringCorrection::all() {
                let expected = second.by_phase(first.by_phase(amps, turn), turn);
                assert_eq!(second.after(first).by_phase(amps, turn), expected);
            }
        }
    }
}
