//! Time in the world: positions in samples, and the civil time that belongs to each.
//!
//! Lengths of time are differences of positions. Civil time only stamps.

use crate::components::{Inbox, Noted};
use crate::twin::NoteKind;
use bevy_ecs::prelude::*;
use port::Timestamp;

/// Civil time that differs by more than this from what the samples say was set anew; below, it is rounding.
const CLOCK_SET_S: f64 = 1e-6;

/// A clock that is set by less than this, as time servers do all day, is not worth an entry.
const NOTED_S: f64 = 0.5;

/// Civil time as a straight line over the samples.
///
/// A stamp depends on its position alone, to the nanosecond, and so not on how the samples were cut into
/// blocks. The line begins anew only when the clock is set.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct TimeLine {
    rate_hz: f64,
    /// Position and civil time of one moment.
    anchor: (f64, Timestamp),
    /// End of the newest block, in samples; sample n stands for n - 1/2 to n + 1/2.
    pub position: f64,
}

impl TimeLine {
    /// Civil time `start` lies before the first sample.
    pub fn new(rate_hz: f64, start: Timestamp) -> TimeLine {
        TimeLine { rate_hz, anchor: (-0.5, start), position: -0.5 }
    }

    /// Civil time of a position.
    pub fn at(&self, position: f64) -> Timestamp {
        self.anchor.1 + (position - self.anchor.0) / self.rate_hz
    }

    /// So many samples in seconds.
    pub fn seconds(&self, samples: f64) -> f64 {
        samples / self.rate_hz
    }

    /// So many seconds in samples.
    pub fn samples(&self, seconds: f64) -> f64 {
        seconds * self.rate_hz
    }

    /// Seconds from an earlier position to the end of the newest block.
    pub fn seconds_since(&self, position: f64) -> f64 {
        (self.position - position) / self.rate_hz
    }

    /// Moves on to the end of a block, at which civil time was `time`; tells by how many seconds the clock
    /// was set, if it was.
    fn follow(&mut self, position: f64, time: Timestamp) -> Option<f64> {
        self.position = position;
        let set_s = time.seconds_since(self.at(position));
        if set_s.abs() <= CLOCK_SET_S {
            return None;
        }
        self.anchor = (position, time);
        Some(set_s)
    }
}

/// Moves time on, also over a stretch in which the source was silent. Any other tick without samples and
/// windows leaves it where it is.
pub fn follow_samples(
    inbox: Res<Inbox>,
    mut line: ResMut<TimeLine>,
    mut notes: MessageWriter<Noted>,
) {
    let end = inbox.block.first as f64 + inbox.block.samples as f64 - 0.5;
    let end = match inbox.windows.last() {
        _ if inbox.block.samples > 0 || end > line.position => end,
        Some(last) => last.end,
        None => return,
    };
    if let Some(set_s) = line.follow(end, inbox.time)
        && set_s.abs() >= NOTED_S
    {
        let text = format!("the clock was set by {set_s:+.3} s");
        notes.write(Noted::new(NoteKind::Clock, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At a rate whose samples fall between nanoseconds, the stamp of a position is the same whatever
    /// blocks led to it.
    #[test]
    fn stamps_do_not_depend_on_the_cut() {
        let start = Timestamp::from_unix_s(1_700_000_000);
        let rate = 30_707.244;
        let stamps = |block: u64| {
            let mut line = TimeLine::new(rate, start);
            for end in (block..=300_000).step_by(block as usize) {
                line.follow(end as f64 - 0.5, start + end as f64 / rate);
            }
            [1234.567, 98_765.432_1, 299_999.5].map(|position| line.at(position))
        };
        for block in [7, 100, 4096] {
            assert_eq!(stamps(block), stamps(1), "blocks of {block}");
        }
    }

    #[test]
    fn a_clock_that_is_set_moves_the_stamps_that_follow() {
        let start = Timestamp::from_unix_s(1_700_000_000);
        let mut line = TimeLine::new(8000.0, start);
        line.follow(7999.5, start + 1.0);
        assert_eq!(line.at(3999.5), start + 0.5);
        line.follow(15_999.5, start + 3602.0);
        assert_eq!(line.at(11_999.5), start + 3601.5);
        assert_eq!(line.seconds_since(7999.5), 1.0, "lengths of time do not follow the clock");
    }
}
