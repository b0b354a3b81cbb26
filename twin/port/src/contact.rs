//! The contact of the digital input: what its terminal says, and what is believed of it.

/// What the voltage at the terminal means (datasheet L544 to L550).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactLevel {
    /// As with 25 kohm and more.
    Open,
    /// As with 840 ohm and less.
    Closed,
    /// Between the two.
    Undefined,
}

/// What is believed of the contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContactState {
    /// Whether it is closed; while it is undefined, whether it was before.
    pub closed: bool,
    /// Whether the terminal lies between the two.
    pub undefined: bool,
}

impl ContactState {
    /// A contact that is one or the other.
    pub fn of(closed: bool) -> ContactState {
        ContactState { closed, undefined: false }
    }

    fn after(self, level: ContactLevel) -> ContactState {
        match level {
            ContactLevel::Open => ContactState::of(false),
            ContactLevel::Closed => ContactState::of(true),
            ContactLevel::Undefined => ContactState { undefined: true, ..self },
        }
    }
}

/// Believes a level once it has stood for [`ContactFilter::STANDS_S`]: neither the bounce of a contact nor what a long
/// wire picks up from the mains moves it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ContactFilter {
    state: ContactState,
    /// The level that is seen, if it is another, and since when.
    seen: Option<(ContactLevel, f64)>,
}

impl ContactFilter {
    /// Longer than half a cycle of the mains at 45 Hz, and than good contacts bounce.
    pub const STANDS_S: f64 = 0.02;

    /// Of a contact that has been so for a long time.
    pub fn new(state: ContactState) -> ContactFilter {
        ContactFilter { state, seen: None }
    }

    /// What is believed.
    pub fn state(&self) -> ContactState {
        self.state
    }

    /// A level is seen at a time in seconds, which only goes forward. What changed by then, and when.
    pub fn see(&mut self, at_s: f64, level: ContactLevel) -> Option<(f64, ContactState)> {
        let changed = self.until(at_s);
        if self.state.after(level) == self.state {
            self.seen = None;
        } else if self.seen.is_none_or(|(seen, _)| seen != level) {
            self.seen = Some((level, at_s));
        }
        changed
    }

    /// The level has stood until a time. What changed by then, and when.
    pub fn until(&mut self, at_s: f64) -> Option<(f64, ContactState)> {
        let (level, since_s) = self.seen?;
        let due_s = since_s + ContactFilter::STANDS_S;
        if at_s < due_s {
            return None;
        }
        self.seen = None;
        self.state = self.state.after(level);
        Some((due_s, self.state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContactLevel::{Closed, Open, Undefined};

    /// [I2] A contact that bounces is believed 20 ms after its last bounce, and once.
    #[test]
    fn a_bounce_is_one_change() {
        let mut filter = ContactFilter::default();
        for (at_ms, level) in [(0, Closed), (2, Open), (3, Closed), (6, Open), (8, Closed)] {
            assert_eq!(filter.see(f64::from(at_ms) / 1e3, level), None);
        }
        assert_eq!(filter.until(0.027), None);
        let (at_s, state) = filter.until(0.1).expect("it stands");
        assert!((at_s - 0.028).abs() < 1e-9 && state == ContactState::of(true));
        assert_eq!(filter.until(1.0), None);
    }

    /// [I2] 50 Hz on the wire moves nothing.
    #[test]
    fn what_a_wire_picks_up_is_not_believed() {
        let mut filter = ContactFilter::new(ContactState::of(false));
        for half_cycle in 0..1000 {
            let level = if half_cycle % 2 == 0 { Closed } else { Open };
            assert_eq!(filter.see(0.01 * f64::from(half_cycle), level), None);
        }
        assert_eq!(filter.state(), ContactState::of(false));
    }

    /// [I2] Between the two the last state is held, and said to be doubtful.
    #[test]
    fn what_is_undefined_holds() {
        let mut filter = ContactFilter::new(ContactState::of(true));
        filter.see(1.0, Undefined);
        let held = ContactState { closed: true, undefined: true };
        assert_eq!(filter.until(1.5).map(|(_, state)| state), Some(held));
        filter.see(2.0, Open);
        assert_eq!(filter.until(2.5).map(|(_, state)| state), Some(ContactState::of(false)));
    }
}
