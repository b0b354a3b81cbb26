//! The supply of a meter that feeds itself from the voltages it measures: what it stores, when it warns, and when the
//! meter goes off and on.
//!
//! A power supply fills a capacitor from the highest of the phases while there is enough voltage, and the meter takes
//! its power from there. When what is left is for the last gasp only, the meter is told; when nothing is left it is off,
//! and it begins anew once the capacitor is full. All figures but the consumption are ours.

/// What the meter takes, in watts (datasheet L317).
const TAKES_W: f64 = 10.0;

/// From how many volts L-N on the supply delivers: below the 102 V from which the meter is specified.
pub const DELIVERS_FROM_V: f64 = 85.0;

/// What the supply delivers at the most, in watts.
const DELIVERS_W: f64 = 30.0;

/// How long the meter lives on a full capacitor, in seconds.
pub const HOLD_UP_S: f64 = 0.2;

/// How much of it is left when the meter is told, in seconds: ten times what a last gasp takes.
pub const GASP_S: f64 = 0.1;

/// What happened to the supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupplyEvent {
    /// The meter goes on.
    On,
    /// It will go off soon: the last gasp.
    Fails,
    /// It does not go off after all.
    Recovers,
    /// It is off.
    Off,
}

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supply {
    stored_j: f64,
    is_on: bool,
    fails: bool,
}

impl Default for Supply {
    /// Empty and off.
    fn default() -> Supply {
        Supply { stored_j: 0.0, is_on: false, fails: false }
    }
}

impl Supply {
    /// Whether the meter has supply.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Time passes with so many volts rms on the highest phase; a step is at most a millisecond, so that no more than
    /// one thing happens in it.
    ///
    /// # Panics
    /// If the step is longer.
    pub fn step(&mut self, seconds: f64, highest_v: f64) -> Option<SupplyEvent> {
        assert!(seconds <= 0.001, "{seconds} s is longer than a step");
        let delivers_w = if highest_v >= DELIVERS_FROM_V { DELIVERS_W } else { 0.0 };
        let takes_w = if self.is_on { TAKES_W } else { 0.0 };
        let full_j = TAKES_W * HOLD_UP_S;
        self.stored_j = (self.stored_j + (delivers_w - takes_w) * seconds).clamp(0.0, full_j);
        match (self.is_on, self.fails) {
            (false, _) if self.stored_j >= full_j => {
                (self.is_on, self.fails) = (true, false);
                Some(SupplyEvent::On)
            }
            (true, true) if self.stored_j <= 0.0 => {
                self.is_on = false;
                Some(SupplyEvent::Off)
            }
            (true, false) if self.stored_j < TAKES_W * GASP_S => {
                self.fails = true;
                Some(SupplyEvent::Fails)
            }
            // Not before there is something in hand, so that a voltage at the limit does not call again and again.
            (true, true) if self.stored_j >= full_j => {
                self.fails = false;
                Some(SupplyEvent::Recovers)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SupplyEvent::{Fails, Off, On, Recovers};

    /// What happens, and at which millisecond, to a supply that was on.
    fn told(volts: impl Fn(u32) -> f64, ms: u32) -> Vec<(u32, SupplyEvent)> {
        let mut supply = Supply::default();
        while supply.step(0.001, 230.0).is_none() {}
        (0..ms).filter_map(|ms| Some((ms, supply.step(0.001, volts(ms))?))).collect()
    }

    /// [G14] A meter that is switched on takes a moment, and one that is off warns first.
    #[test]
    fn it_warns_before_it_is_off() {
        let mut supply = Supply::default();
        let on = (0..1000).find(|_| supply.step(0.001, 230.0) == Some(On));
        assert_eq!(on.map(|ms| ms / 10), Some(6), "2 J at 30 W");
        let events = told(|ms| if ms < 500 { 0.0 } else { 230.0 }, 1000);
        assert_eq!(events, [(99, Fails), (199, Off), (566, On)]);
    }

    /// [D-15] Dips of 10 ms cost nothing, and one that comes back within the last gasp switches nothing off.
    #[test]
    fn dips_are_lived_through() {
        assert_eq!(told(|ms| if ms % 100 < 10 { 0.0 } else { 230.0 }, 5000), []);
        let events = told(|ms| if ms < 150 { 20.0 } else { 230.0 }, 1000);
        assert_eq!(events, [(99, Fails), (224, Recovers)]);
    }

    /// [D-15] However slowly the voltage falls and rises again, it goes off once and on once.
    #[test]
    fn a_ramp_is_one_cut() {
        for seconds in [1, 20, 60] {
            let ms = 1000 * seconds;
            let volts = |at: u32| 230.0 * (f64::from(at) / f64::from(ms) - 1.0).abs();
            let events: Vec<SupplyEvent> = told(volts, 2 * ms).into_iter().map(|e| e.1).collect();
            assert_eq!(events, [Fails, Off, On], "{seconds} s");
        }
    }
}
