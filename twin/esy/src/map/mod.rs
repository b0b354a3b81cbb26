//! The register map of a module, computed from the catalogue.
//!
//! *Block*: registers that one request reads, at most 125. The window's block comes first and says which of
//! the others have changed; those that have not need not be read. Every block begins with the same two
//! words, the *tag*, so that blocks of two windows or of two modules are never taken together.
//!
//! *Key*: CRC-32 of a serial number, by which a module is known in few words. Numbers of more than one word
//! go low word first, bytes high byte first, as in the EMS's own map.

mod codec;
mod print;

pub use codec::{
    correction_of, correction_word, finding_of, finding_words, model_of, model_word, reading_of,
    status_byte, text_of, text_words, value_of, value_words,
};
pub use print::{PrintedRow, printed, to_csv, to_json, to_markdown};

use crate::frame::READ_MAX;
use catalog::{Class, Point, PointId, SETTINGS, SettingId, points};
use std::sync::OnceLock;

/// Version of this map, in the first register.
pub const VERSION: u16 = 1;

/// Address of a module that has not been given one, and of one that lost its own to another.
pub const UNASSIGNED: u8 = 247;

/// Registers of the identity.
pub const IDENTITY: Span = Span { start: 0x0000, count: 39 };
/// Parts of the identity, relative to its beginning.
pub mod identity {
    use super::Span;
    /// Version of the map.
    pub const VERSION: Span = Span { start: 0, count: 1 };
    /// Order code: 1 ESY3XMV, 2 ESY3XAV5.
    pub const MODEL: Span = Span { start: 1, count: 1 };
    /// Serial number, text.
    pub const SERIAL: Span = Span { start: 2, count: 8 };
    /// Id of the firmware, text.
    pub const FIRMWARE: Span = Span { start: 10, count: 8 };
    /// Name that the installer gave, text.
    pub const NAME: Span = Span { start: 18, count: 16 };
    /// Rated primary current of the transformers, in milliamperes.
    pub const CT_PRIMARY_MA: Span = Span { start: 34, count: 2 };
    /// Correction of the current inputs.
    pub const CORRECTION: Span = Span { start: 36, count: 1 };
    /// Times that the module has begun.
    pub const BOOTS: Span = Span { start: 37, count: 1 };
    /// The address that it keeps.
    pub const ADDRESS: Span = Span { start: 38, count: 1 };
}

/// First register of the window's block, and registers from one block to the next.
const BLOCKS_START: u16 = 0x0100;
const BLOCK_STRIDE: u16 = 0x0080;

/// Blocks there are.
pub const BLOCKS: usize = 6;

/// Words of the tag: low words of the window's number and of the key.
pub const TAG: usize = 2;

/// Parts of the window's block before its values, relative to its beginning.
pub mod head {
    use super::{BLOCKS, Span};
    /// Number of the window since the module began; 0 while there is none.
    pub const NUMBER: [usize; 2] = [0, 2];
    /// Key of the module.
    pub const KEY: [usize; 2] = [1, 3];
    /// Number of the poll, as the master wrote it.
    pub const POLL: usize = 4;
    /// Times that the module has begun.
    pub const BOOTS: usize = 5;
    /// Samples from the end of the window to the end of the request.
    pub const AGE: Span = Span { start: 6, count: 4 };
    /// What the module finds of its wiring.
    pub const FINDING: Span = Span { start: 10, count: 4 };
    /// A number for each of the other blocks, which changes with its contents.
    pub const REVISIONS: Span = Span { start: 14, count: BLOCKS as u16 - 1 };
    /// Where the values begin.
    pub const VALUES: usize = 14 + BLOCKS - 1;
}

/// The poll's number, where it is written.
pub const POLL_REGISTER: u16 = BLOCKS_START + head::POLL as u16;

/// First register of the settings, two words each.
const SETTINGS_START: u16 = 0x1000;
/// The active tariff.
pub const TARIFF: u16 = 0x1080;
/// Writing 1 resets the partial counters.
pub const RESET_PARTIAL: u16 = 0x1081;
/// Writing 1 lets demand begin anew.
pub const RESET_DEMAND: u16 = 0x1082;
/// Correction of the current inputs.
pub const CORRECTION: u16 = 0x1083;
/// The name.
pub const NAME: Span = Span { start: 0x1090, count: identity::NAME.count };
/// Rated primary current of the transformers, in milliamperes, from which the module computes.
pub const TRANSFORMERS: Span = Span { start: 0x10A0, count: 2 };
/// To all: the module with this serial number has this address, and no other has.
pub const CLAIM: Span = Span { start: 0x1100, count: identity::SERIAL.count + 1 };
/// To all: modules without an address whose key lies in this range answer from now on.
pub const SEARCH: Span = Span { start: 0x1110, count: 4 };

/// Registers one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub start: u16,
    /// How many.
    pub count: u16,
}

impl Span {
    /// Its words within what begins at zero.
    pub fn of(self, words: &[u16]) -> &[u16] {
        &words[usize::from(self.start)..usize::from(self.start + self.count)]
    }

    /// Puts words there, as many as it has.
    pub fn put(self, words: &mut [u16], content: &[u16]) {
        words[usize::from(self.start)..usize::from(self.start + self.count)]
            .copy_from_slice(content);
    }

    /// Whether another lies in it wholly.
    pub fn contains(self, other: Span) -> bool {
        let end = |span: Span| u32::from(span.start) + u32::from(span.count);
        other.start >= self.start && end(other) <= end(self)
    }
}

/// What a block holds behind its tag or head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A value of four words for each of these points.
    Values(Vec<PointId>),
    /// Two points a word, the first in the high byte: whether each has a value, with which flags, or why not.
    Statuses,
}

/// Registers that one request reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its registers.
    pub span: Span,
    /// Words before its contents.
    pub head: usize,
    /// Its contents.
    pub content: Content,
}

/// The blocks, that of the window first.
pub fn blocks() -> &'static [Block] {
    static MAP: OnceLock<Vec<Block>> = OnceLock::new();
    MAP.get_or_init(|| {
        let live = of_class(|class| class == Class::Live);
        let (with_head, live) = live.split_at(fitting(head::VALUES).min(live.len()));
        let counters = of_class(|class| matches!(class, Class::Energy | Class::Hours));
        let demand = of_class(|class| class == Class::Demand);
        let mut contents = vec![Content::Values(with_head.to_vec())];
        for points in [live, &counters, &demand] {
            let chunks = points.chunks(fitting(TAG));
            contents.extend(chunks.map(|chunk| Content::Values(chunk.to_vec())));
        }
        contents.push(Content::Statuses);
        assert_eq!(contents.len(), BLOCKS, "the catalogue has grown: the map needs a new version");
        contents.into_iter().enumerate().map(|(place, content)| block(place, content)).collect()
    })
}

fn block(place: usize, content: Content) -> Block {
    let head = if place == 0 { head::VALUES } else { TAG };
    let words = match &content {
        Content::Values(points) => 4 * points.len(),
        Content::Statuses => points().len().div_ceil(2),
    };
    let start = BLOCKS_START + BLOCK_STRIDE * place as u16;
    Block { span: Span { start, count: (head + words) as u16 }, head, content }
}

/// Values that a request reads behind so many words.
fn fitting(head: usize) -> usize {
    (usize::from(READ_MAX) - head) / 4
}

fn of_class(wanted: impl Fn(Class) -> bool) -> Vec<PointId> {
    let of_class = |point: &&Point| wanted(point.quantity.class);
    points().iter().filter(of_class).map(|point| point.id).collect()
}

/// Where a setting is written: two words, two's complement.
pub fn setting_register(id: SettingId) -> u16 {
    SETTINGS_START + 2 * id as u16
}

/// The setting that is written at a register.
pub fn setting_at(register: u16) -> Option<SettingId> {
    SETTINGS.iter().map(|row| row.id).find(|id| setting_register(*id) == register)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [P5] Nothing overlaps, one request reads a block, and every point has its value in one place.
    #[test]
    fn every_point_has_one_place_and_a_block_is_one_request() {
        let mut values: Vec<PointId> = Vec::new();
        let mut end = IDENTITY.start + IDENTITY.count;
        for block in blocks() {
            assert!(block.span.start >= end && block.span.count <= READ_MAX, "{:?}", block.span);
            end = block.span.start + block.span.count;
            if let Content::Values(points) = &block.content {
                values.extend(points);
            }
        }
        values.sort();
        assert_eq!(values, points().iter().map(|point| point.id).collect::<Vec<_>>());
        let settings_end = setting_register(SETTINGS[SETTINGS.len() - 1].id) + 2;
        assert!(end <= SETTINGS_START && settings_end <= TARIFF);
    }
}
