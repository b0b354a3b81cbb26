//! The wiring systems of the datasheet (L345 to L350) and the three single-phase loads (L6).

/// How the meter is wired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wiring {
    /// Three phases and neutral.
    ThreePhaseFourWire,
    /// Three phases without neutral; power by two wattmeters.
    ThreePhaseThreeWire,
    /// Two phases and neutral, whether at 180 degrees (split phase) or 120 (two legs of a wye).
    TwoPhaseThreeWire,
    /// One phase and neutral.
    SinglePhaseTwoWire,
    /// Four-wire delta; the high leg is phase 2.
    WildLeg,
    /// Three separate single-phase loads.
    ThreeSinglePhase,
}

impl Wiring {
    /// In the order of the setting's values.
    pub const ALL: [Wiring; 6] = [
        Wiring::ThreePhaseFourWire,
        Wiring::ThreePhaseThreeWire,
        Wiring::TwoPhaseThreeWire,
        Wiring::SinglePhaseTwoWire,
        Wiring::WildLeg,
        Wiring::ThreeSinglePhase,
    ];

    /// Public, stable name: the name of the setting's value.
    pub fn slug(self) -> &'static str {
        let value = Wiring::ALL.iter().position(|wiring| *wiring == self).expect("ALL is complete");
        catalog::SettingId::Wiring.row().names[value].1
    }

    /// By its public name.
    pub fn from_slug(slug: &str) -> Option<Wiring> {
        Wiring::ALL.into_iter().find(|wiring| wiring.slug() == slug)
    }

    /// By the setting's value.
    pub fn from_setting(value: i64) -> Option<Wiring> {
        Wiring::ALL.get(usize::try_from(value).ok()?).copied()
    }

    /// Which phases are wired.
    pub fn phases(self) -> [bool; 3] {
        match self {
            Wiring::SinglePhaseTwoWire => [true, false, false],
            Wiring::TwoPhaseThreeWire => [true, true, false],
            Wiring::ThreePhaseFourWire
            | Wiring::ThreePhaseThreeWire
            | Wiring::WildLeg
            | Wiring::ThreeSinglePhase => [true; 3],
        }
    }

    /// Of what each phase has, that of the phases wired.
    pub fn wired<T: Copy>(self, by_phase: [Option<T>; 3]) -> [Option<T>; 3] {
        let wired = self.phases();
        std::array::from_fn(|phase| by_phase[phase].filter(|_| wired[phase]))
    }

    /// Which pairs, 12, 23 and 31, are wired.
    pub fn pairs(self) -> [bool; 3] {
        let [l1, l2, l3] = self.phases();
        [l1 && l2, l2 && l3, l3 && l1]
    }

    /// Whether a phase has a power of its own: not without a neutral.
    pub fn has_phase_power(self) -> bool {
        self != Wiring::ThreePhaseThreeWire
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_wired_is_left_out_even_beside_what_is_missing() {
        let wired = Wiring::TwoPhaseThreeWire.wired([None, Some(2), Some(3)]);
        assert_eq!(wired, [None, Some(2), None]);
    }

    /// [E1, E2, E3, E4, E5, G2] All six are there under their names.
    #[test]
    fn slugs_are_found_again() {
        for (value, wiring) in Wiring::ALL.into_iter().enumerate() {
            assert_eq!(Wiring::from_slug(wiring.slug()), Some(wiring));
            assert_eq!(Wiring::from_setting(value as i64), Some(wiring));
        }
        assert_eq!(Wiring::from_slug("3p5w"), None);
    }
}
