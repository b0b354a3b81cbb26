//! What polling costs in time on the line. The pauses are those that modules and master keep.

use crate::frame::Request;
use crate::map::{BLOCKS, IDENTITY, POLL_REGISTER, Span, blocks};
use port::Line;

/// A module begins its answer no later than this after a request; the answer then takes its characters.
pub const TURNAROUND_NS: u64 = 10_000_000;

/// How long a module may take over something that is written to all, before the line is used again.
pub(super) const BROADCAST_NS: u64 = 5_000_000;

/// Blocks that change with every window while something is drawn: live values and counters. Demand changes
/// once an interval, statuses with the wiring.
const BLOCKS_OF_A_WINDOW: std::ops::Range<usize> = 1..4;

/// Nanoseconds from the beginning of a request to the moment at which the next may begin, if the module answers
/// after the shortest pause.
fn asked_and_answered_ns(line: Line, request: &Request) -> u64 {
    let characters = request.frame(1).len() + request.answer_bytes();
    line.characters_ns(characters) + 2 * line.silence_ns()
}

/// Nanoseconds that a module has at most for its answer to a request, counted from the request's end.
pub(super) fn patience_ns(line: Line, request: &Request) -> u64 {
    TURNAROUND_NS + line.silence_ns() + line.characters_ns(request.answer_bytes() + 1)
}

/// Nanoseconds of the turn of a module whose window is new.
pub fn turn_ns(line: Line) -> u64 {
    let blocks = BLOCKS_OF_A_WINDOW.map(|place| asked_and_answered_ns(line, &block_request(place)));
    asked_and_answered_ns(line, &poll_request(0)) + blocks.sum::<u64>()
}

/// Nanoseconds between two polls of the same module with so many on the bus, while all of them answer and no
/// settings are written.
pub fn cycle_ns(line: Line, modules: usize) -> u64 {
    turn_ns(line) * modules as u64
}

/// The longest turn of a module that answers: all blocks, one of them asked twice.
pub fn turn_max_ns(line: Line) -> u64 {
    let all = (1..BLOCKS).map(|place| asked_and_answered_ns(line, &block_request(place)));
    let longest = poll_request(0);
    let again = line.characters_ns(longest.frame(1).len())
        + patience_ns(line, &longest)
        + 2 * line.silence_ns();
    asked_and_answered_ns(line, &longest) + all.sum::<u64>() + again
}

/// Writes the number of a poll and reads the block of the window.
pub(super) fn poll_request(number: u16) -> Request {
    let Span { start, count } = blocks()[0].span;
    Request::Exchange { at: POLL_REGISTER, word: number, start, count }
}

/// Reads a block.
pub(super) fn block_request(place: usize) -> Request {
    let Span { start, count } = blocks()[place].span;
    Request::Read { start, count }
}

/// Reads the identity.
pub(super) fn identity_request() -> Request {
    Request::Read { start: IDENTITY.start, count: IDENTITY.count }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [P5, G10] At 115,200 baud ten modules are polled within a second, by the lengths of the frames.
    #[test]
    fn ten_modules_fit_into_a_second() {
        // Worked out by hand: requests of 15 and three times 8 characters, answers of 5 and two a register.
        let registers = blocks()[..4].iter().map(|block| usize::from(block.span.count));
        let characters = 15 + 3 * 8 + registers.map(|count| 5 + 2 * count).sum::<usize>();
        let turn_us = characters as f64 * 10.0 / 0.1152 + 8.0 * 1750.0;
        assert!((turn_ns(crate::LINE) as f64 / 1e3 - turn_us).abs() < 1.0);
        let ms = |ns: u64| ns / 1_000_000;
        assert_eq!(ms(cycle_ns(crate::LINE, 10)), 894);
        assert_eq!(ms(turn_max_ns(crate::LINE)), 158);
    }

    /// A silent module takes no more of the line than one that answers: claim, identity, and the same again.
    #[test]
    fn silence_costs_less_than_an_answer() {
        let identity = identity_request();
        let frame_ns = crate::LINE.characters_ns(identity.frame(1).len());
        let claim_ns = crate::LINE.characters_ns(27) + BROADCAST_NS;
        let silent_ns = claim_ns
            + 2 * (frame_ns + patience_ns(crate::LINE, &identity) + crate::LINE.silence_ns());
        assert!(silent_ns < turn_ns(crate::LINE), "{silent_ns} {}", turn_ns(crate::LINE));
    }
}
