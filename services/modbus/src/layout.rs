//! Where each row lies in the encoded bytes of a unit, so that answering a read is one copy.
//!
//! The rows fall into *stretches*: runs whose gaps a single read can span. A stretch is encoded
//! with its gaps, which hold zero, and a read copies a part of one stretch.

use crate::READ_MAX;
use crate::map::{Row, Source, Window, rows};
use std::ops::Range;
use std::sync::OnceLock;

/// A run of rows that one read can span.
#[derive(Debug)]
struct Stretch {
    start: u16,
    words: u16,
    /// Position of its first word in the encoded registers.
    at: usize,
}

/// A row with the place of its bytes.
#[derive(Debug)]
pub(crate) struct Cell {
    pub row: &'static Row,
    pub bytes: Range<usize>,
}

/// The plan of a unit's encoded registers, the same for every unit.
#[derive(Debug)]
pub(crate) struct Layout {
    stretches: Vec<Stretch>,
    /// Whether a row covers a word; a read may start and end only there.
    defined: Vec<bool>,
    pub cells: Vec<Cell>,
    /// Bytes of the age, which alone changes between two images.
    pub age: Range<usize>,
}

impl Layout {
    /// The one layout.
    pub fn get() -> &'static Layout {
        static LAYOUT: OnceLock<Layout> = OnceLock::new();
        LAYOUT.get_or_init(Layout::new)
    }

    fn new() -> Layout {
        let mut layout =
            Layout { stretches: Vec::new(), defined: Vec::new(), cells: Vec::new(), age: 0..0 };
        for row in rows().iter().filter(|row| !row.alone()) {
            layout.add(row);
        }
        layout
    }

    fn add(&mut self, row: &'static Row) {
        let joins = self
            .stretches
            .last()
            .is_some_and(|last| u32::from(row.address) - last.end() <= u32::from(READ_MAX));
        if !joins {
            let at = self.defined.len();
            self.stretches.push(Stretch { start: row.address, words: 0, at });
        }
        let stretch = self.stretches.last_mut().expect("one was just added");
        let first = stretch.at + usize::from(row.address - stretch.start);
        let words = usize::from(row.words());
        stretch.words = row.address - stretch.start + row.words();
        self.defined.resize(first, false);
        self.defined.resize(first + words, true);
        let bytes = 2 * first..2 * (first + words);
        if row.source == Source::Window(Window::AgeMs) {
            self.age = bytes.clone();
        }
        self.cells.push(Cell { row, bytes });
    }

    /// Bytes of a unit's encoded registers.
    pub fn bytes(&self) -> usize {
        2 * self.defined.len()
    }

    /// Bytes of a block, if it starts and ends on defined registers. `count` is 1 to 125.
    pub fn find(&self, start: u16, count: u16) -> Option<Range<usize>> {
        let after = self.stretches.partition_point(|stretch| stretch.start <= start);
        let stretch = &self.stretches[after.checked_sub(1)?];
        if u32::from(start) + u32::from(count) > stretch.end() {
            return None;
        }
        let first = stretch.at + usize::from(start - stretch.start);
        let end = first + usize::from(count);
        (self.defined[first] && self.defined[end - 1]).then_some(2 * first..2 * end)
    }
}

impl Stretch {
    fn end(&self) -> u32 {
        u32::from(self.start) + u32::from(self.words)
    }
}
