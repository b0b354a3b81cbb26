//! A counter within a row: what it stood at, and what it gained.
//!
//! Standings are whole steps of the register's resolution. A window's gain is divided among the intervals
//! that it lies in by rounding its sum, never its parts, so that gains always add up to the difference of
//! standings.

use crate::planted::{Mistake, planted};
use crate::row::{Aggregate, Cell, Quality};
use catalog::{Class, ENERGY_ROLLOVER_KILO, Point, PointId, Register};
use port::{Flag, Flags, Reading, Reason, Timestamp};

/// A counter of a meter.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    point: PointId,
    scale: f64,
    /// Steps at which it is zero again; none if it never is.
    rollover: Option<i64>,
    /// Whether it may be reset.
    partial: bool,
    /// As of the end of the last window, in steps; none before it was ever seen.
    standing: Option<i64>,
    /// Whether it was read since the program began.
    found: bool,
    /// What the row in progress gained so far.
    gain: i64,
    /// Whether it was read within the row in progress.
    seen: bool,
    reason: Reason,
    window: Window,
}

/// The window in progress: the standing before it, what it gained and how much of that was given to rows.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    before: i64,
    gain: i64,
    given: i64,
    /// Whether the counter was read at its end.
    read: bool,
}

/// How a counter moved from one standing to another.
struct Move {
    gain: i64,
    set_back: bool,
}

impl Counter {
    pub fn new(point: &Point, last: Option<i64>) -> Counter {
        let per_unit = 10i64.pow(point.quantity.decimals.into());
        let energy = point.quantity.class == Class::Energy;
        let kilo = i64::try_from(ENERGY_ROLLOVER_KILO).expect("a hundred million");
        Counter {
            point: point.id,
            scale: per_unit as f64,
            rollover: energy.then_some(kilo * per_unit),
            partial: point.register == Some(Register::Partial),
            standing: last,
            found: false,
            gain: 0,
            seen: false,
            reason: Reason::Settling,
            window: Window { before: last.unwrap_or(0), ..Window::default() },
        }
    }

    pub fn point(&self) -> PointId {
        self.point
    }

    /// Begins a window at whose end the counter reads so; tells whether it was found lower than it may be.
    /// `born` says that it was zero before.
    pub fn begin_window(&mut self, reading: Reading, born: bool) -> bool {
        let now = match reading {
            Reading::Value { value, .. } => self.steps(value),
            Reading::Absent(reason) => {
                self.reason = reason;
                let before = self.standing.unwrap_or(0);
                self.window = Window { before, ..Window::default() };
                return false;
            }
        };
        let moved = match self.standing.or(born.then_some(0)) {
            Some(before) => self.moved(before, now),
            None => Move { gain: 0, set_back: false },
        };
        (self.found, self.standing) = (true, Some(now));
        self.window = Window { before: now - moved.gain, gain: moved.gain, given: 0, read: true };
        moved.set_back
    }

    fn steps(&self, value: f64) -> i64 {
        let steps = (value * self.scale).round() as i64;
        self.rollover.map_or(steps, |rollover| steps.rem_euclid(rollover))
    }

    /// A fall by more than half of all that it can show is a roll-over; one of a partial counter is a reset,
    /// after which it shows what it gained; any other is an older record.
    fn moved(&self, before: i64, now: i64) -> Move {
        let difference = now - before;
        match self.rollover {
            _ if difference >= 0 => Move { gain: difference, set_back: false },
            Some(rollover) if -difference > rollover / 2 => {
                Move { gain: difference + rollover, set_back: false }
            }
            _ if self.partial && self.found => Move { gain: now, set_back: false },
            _ => Move { gain: 0, set_back: true },
        }
    }

    /// Gives the row in progress what was gained in the first `part` of `whole` of the window and was not
    /// given to a row before.
    pub fn give_until(&mut self, (part, whole): (i64, i64)) {
        let window = &mut self.window;
        let until = i128::from(window.gain) * i128::from(part) / i128::from(whole.max(1));
        let until = i64::try_from(until).expect("a part of the gain");
        let given = if planted(Mistake::BoundaryWindowDoubled) { 0 } else { window.given };
        self.gain += until - given;
        self.seen |= window.read && part > 0;
        window.given = until;
    }

    /// What a column says of the row in progress.
    pub fn cell(&self, aggregate: Aggregate) -> Cell {
        if self.standing.is_none() {
            return Cell::absent(self.reason);
        }
        let quality = Quality::of(Flags::NONE.with(Flag::Gap, !self.seen));
        let steps = match aggregate {
            Aggregate::Delta => self.gain,
            Aggregate::Last
            | Aggregate::Mean
            | Aggregate::Min
            | Aggregate::MinAt
            | Aggregate::Max
            | Aggregate::MaxAt
            | Aggregate::Sum => self.shown(),
        };
        Cell { steps, quality }
    }

    /// The standing at the boundary that the window in progress was given until.
    fn shown(&self) -> i64 {
        let standing = self.window.before + self.window.given;
        self.rollover.map_or(standing, |rollover| standing.rem_euclid(rollover))
    }

    /// Begins the next row.
    pub fn begin_row(&mut self) {
        (self.gain, self.seen) = (0, false);
    }

    /// Why there is nothing, if it was never read.
    pub fn miss(&mut self, reason: Reason) {
        self.reason = reason;
    }
}

/// How much of a window lies before a moment: so many nanoseconds of so many.
pub(super) fn share(start: Timestamp, end: Timestamp, at: Timestamp) -> (i64, i64) {
    let whole = end.unix_ns - start.unix_ns;
    if whole <= 0 || at >= end { (1, 1) } else { ((at.unix_ns - start.unix_ns).max(0), whole) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::{QuantityId, Scope, point};

    const KWH: f64 = 1000.0;

    /// A counter that stood at `last` and then reads one value after another: gain and standing after each,
    /// and whether it was set back.
    fn check(register: Register, last: Option<i64>, cases: &[(f64, i64, i64, bool)]) {
        let id = point(QuantityId::ActiveEnergyImport, Some(register), Scope::System).unwrap();
        let mut counter = Counter::new(id.point(), last);
        for (steps, gain, standing, set_back) in cases {
            let found = counter.begin_window(Reading::good(steps / KWH), false);
            counter.give_until((1, 1));
            let cells = [Aggregate::Delta, Aggregate::Last].map(|what| counter.cell(what).steps);
            assert_eq!((cells, found), ([*gain, *standing], *set_back), "at {steps}");
            counter.begin_row();
        }
    }

    #[test]
    fn a_counter_gains_what_it_moves() {
        check(Register::Total, Some(100), &[(150.0, 50, 150, false), (150.4, 0, 150, false)]);
        check(Register::Total, None, &[(150.0, 0, 150, false), (160.0, 10, 160, false)]);
    }

    /// [N10] Over the roll-over it gains what it moves too.
    #[test]
    fn a_roll_over_is_no_loss() {
        let top = 99_999_999_999;
        let cases = [(99_999_999_999.6, 1, 0, false), (5.0, 5, 5, false)];
        check(Register::Total, Some(top), &cases);
    }

    #[test]
    fn a_partial_counter_is_reset_and_a_total_is_set_back() {
        check(Register::Partial, Some(90), &[(100.0, 10, 100, false), (3.0, 3, 3, false)]);
        check(Register::Partial, Some(90), &[(80.0, 0, 80, true), (81.0, 1, 81, false)]);
        check(Register::Total, Some(90), &[(100.0, 10, 100, false), (30.0, 0, 30, true)]);
    }

    #[test]
    fn parts_of_a_window_add_up_to_its_gain() {
        let id =
            point(QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System).unwrap();
        let mut counter = Counter::new(id.point(), Some(0));
        counter.begin_window(Reading::good(10.0 / KWH), false);
        let gains = [1, 2, 3].map(|part| {
            counter.give_until((part, 3));
            let gain = counter.cell(Aggregate::Delta).steps;
            counter.begin_row();
            gain
        });
        assert_eq!(gains, [3, 3, 4]);
    }
}
