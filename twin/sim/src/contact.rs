//! The contact at the digital input: its resistance, how it bounces, what its wire picks up, and what the meter makes of
//! the voltage at the terminal.
//!
//! The meter puts 5 V behind 11.6 kohm on the terminal (datasheet L544 to L548); what the wire picks up comes through so
//! little capacitance that a closed contact shorts it.

use crate::synthetic::mixed;
use port::{ContactFilter, ContactLevel, ContactState};
use std::f64::consts::{SQRT_2, TAU};

/// Voltage of the open terminal, in volts, and what is behind it, in ohms.
const OPEN_V: f64 = 5.0;
const BEHIND_OHM: f64 = 11_600.0;

/// Up to here a contact is closed, and from there on it is open, in ohms (L549, L550).
const CLOSED_OHM: f64 = 840.0;
const OPEN_FROM_OHM: f64 = 25_000.0;

/// Frequency of what a wire picks up.
const PICK_UP_HZ: f64 = 50.0;

/// How often the terminal is looked at.
const LOOK_S: f64 = 0.000_25;

/// After this long nothing changes any more what is believed: contacts have come to rest, and pick-up repeats.
const TRANSIENT_S: f64 = 0.2;

/// What is at the terminal from a time on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtTerminal {
    /// Seconds from the beginning.
    pub at_s: f64,
    /// Resistance of the contact, in ohms.
    pub resistance_ohm: f64,
    /// What the open wire picks up, in volts rms.
    pub pick_up_v: f64,
}

/// An open contact, from the beginning on, on a wire that picks up nothing.
pub const OPEN: AtTerminal = AtTerminal { at_s: 0.0, resistance_ohm: 1e6, pick_up_v: 0.0 };
/// A closed one.
pub const CLOSED: AtTerminal = AtTerminal { resistance_ohm: 1.0, ..OPEN };

/// Voltage at the terminal with this much resistance, in volts.
pub fn terminal_v(resistance_ohm: f64) -> f64 {
    OPEN_V * resistance_ohm / (resistance_ohm + BEHIND_OHM)
}

/// What a voltage means.
pub fn level(volts: f64) -> ContactLevel {
    if volts <= terminal_v(CLOSED_OHM) {
        ContactLevel::Closed
    } else if volts >= terminal_v(OPEN_FROM_OHM) {
        ContactLevel::Open
    } else {
        ContactLevel::Undefined
    }
}

/// What the meter believes of the contact, from which time on; it begins open. Each change of resistance bounces for
/// `bounce_s`, in a way that follows from the seed.
pub fn states(steps: &[AtTerminal], bounce_s: f64, seed: u64) -> Vec<(f64, ContactState)> {
    let mut states = Vec::new();
    let mut filter = ContactFilter::default();
    let mut before_ohm = OPEN.resistance_ohm;
    for (place, step) in steps.iter().enumerate() {
        let end_s = steps.get(place + 1).map_or(f64::INFINITY, |next| next.at_s);
        let bounces = step.resistance_ohm != before_ohm;
        let looked_s = TRANSIENT_S.min(end_s - step.at_s);
        for look in 0..(looked_s / LOOK_S).ceil() as u64 {
            let since_s = look as f64 * LOOK_S;
            let away = bounces && since_s < bounce_s && is_away(seed, place as u64, look);
            let ohm = if away { before_ohm } else { step.resistance_ohm };
            let at_s = step.at_s + since_s;
            states.extend(filter.see(at_s, level(volts(ohm, step.pick_up_v, at_s))));
        }
        if looked_s == TRANSIENT_S {
            filter = ContactFilter::new(filter.state());
        }
        before_ohm = step.resistance_ohm;
    }
    states
}

/// Whether a contact that bounces is where it was: for a millisecond each, as often as not.
fn is_away(seed: u64, step: u64, look: u64) -> bool {
    let millisecond = (look as f64 * LOOK_S * 1e3) as u64;
    mixed(mixed(seed ^ step.wrapping_mul(0x9e37)) ^ millisecond) & 1 == 1
}

fn volts(resistance_ohm: f64, pick_up_v: f64, at_s: f64) -> f64 {
    let steady_v = terminal_v(resistance_ohm);
    if pick_up_v == 0.0 {
        return steady_v;
    }
    let open = steady_v / OPEN_V;
    steady_v + open * SQRT_2 * pick_up_v * (TAU * PICK_UP_HZ * at_s).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(at_s: f64, resistance_ohm: f64, pick_up_v: f64) -> AtTerminal {
        AtTerminal { at_s, resistance_ohm, pick_up_v }
    }

    /// [I2] The voltages of the sheet's resistances, and what lies between them.
    #[test]
    fn the_terminal_is_that_of_the_sheet() {
        assert!((terminal_v(840.0) - 0.338).abs() < 1e-3);
        assert!((terminal_v(25_000.0) - 3.415).abs() < 1e-3);
        const { assert!(OPEN_V / BEHIND_OHM < 0.005, "closed it carries less than 5 mA") };
        let said = [0.0, 840.0, 841.0, 24_900.0, 25_000.0].map(|ohm| level(terminal_v(ohm)));
        use ContactLevel::{Closed, Open, Undefined};
        assert_eq!(said, [Closed, Closed, Undefined, Undefined, Open]);
    }

    /// [I2] However a contact bounces, it is one change, 20 ms after it came to rest at the latest.
    #[test]
    fn a_contact_that_bounces_is_one_change() {
        for seed in 0..50 {
            let told = states(&[step(1.0, 10.0, 0.0), step(2.0, 1e6, 0.0)], 0.008, seed);
            let [(closed_s, closed), (open_s, open)] = told[..] else { panic!("{told:?}") };
            assert_eq!([closed, open], [true, false].map(ContactState::of));
            assert!((1.02..1.0285).contains(&closed_s), "{closed_s}");
            assert!((2.02..2.0285).contains(&open_s), "{open_s}");
        }
    }

    /// [I2] 30 V on an open wire, the most that the input survives, closes nothing; a closed one shorts it.
    #[test]
    fn pick_up_moves_nothing() {
        let told =
            states(&[step(0.0, 1e6, 30.0), step(5.0, 10.0, 30.0), step(9.0, 1e6, 0.0)], 0.0, 1);
        let told: Vec<_> =
            told.into_iter().map(|(at_s, state)| ((at_s * 1e3) as u64, state)).collect();
        assert_eq!(told, [(5020, ContactState::of(true)), (9020, ContactState::of(false))]);
    }

    /// [I2] Between the two the last state stays and is doubtful.
    #[test]
    fn between_the_two_the_last_state_stays() {
        let told = states(&[step(0.0, 10.0, 0.0), step(1.0, 5000.0, 0.0)], 0.0, 1);
        let states: Vec<ContactState> = told.into_iter().map(|(_, state)| state).collect();
        assert_eq!(
            states,
            [ContactState::of(true), ContactState { closed: true, undefined: true }]
        );
    }
}
