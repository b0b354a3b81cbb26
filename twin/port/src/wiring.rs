//! Putting right in the calculation what was connected wrongly.

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

    /// For each phase its input, 0 to 2, and whether the sign is turned; none unless each input
    /// serves one phase.
    pub fn new(inputs: [u8; 3], reversed: [bool; 3]) -> Option<WiringCorrection> {
        let each_once = (0..3).all(|input| inputs.contains(&input));
        each_once.then_some(WiringCorrection { inputs, reversed })
    }

    /// The input that measures a phase, both 0 to 2.
    pub fn input(self, phase: usize) -> usize {
        usize::from(self.inputs[phase])
    }

    /// Whether a phase takes its input with the opposite sign.
    pub fn is_reversed(self, phase: usize) -> bool {
        self.reversed[phase]
    }
}

impl Default for WiringCorrection {
    fn default() -> WiringCorrection {
        WiringCorrection::NONE
    }
}
