//! What a file holds: sectors, of which only those that were written take space.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes that a disk writes as a whole or not at all: the smallest that is sold.
pub(super) const SECTOR: usize = 512;

/// A sector; shared by all that hold the same version of it.
pub(super) type Sector = Arc<[u8; SECTOR]>;

/// The bytes of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) size: u64,
    /// By number; one that is missing is zeros. None lies beyond the size, nor a byte but zeros.
    pub(super) sectors: BTreeMap<u64, Sector>,
}

/// A part of a write that lies in one sector.
pub(super) struct Piece<'a> {
    pub(super) sector: u64,
    /// Where in the sector.
    start: usize,
    bytes: &'a [u8],
}

impl Piece<'_> {
    /// The sector after it.
    pub(super) fn over(&self, before: Option<&Sector>) -> Sector {
        let mut sector = before.map_or([0; SECTOR], |before| **before);
        sector[self.start..self.start + self.bytes.len()].copy_from_slice(self.bytes);
        Arc::new(sector)
    }
}

/// A write in pieces of one sector each.
pub(super) fn pieces(offset: u64, bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = bytes;
    let mut at = offset;
    std::iter::from_fn(move || {
        let start = (at % SECTOR as u64) as usize;
        let (piece, after) = rest.split_at(rest.len().min(SECTOR - start));
        let sector = at / SECTOR as u64;
        (rest, at) = (after, at + piece.len() as u64);
        (!piece.is_empty()).then_some(Piece { sector, start, bytes: piece })
    })
}

impl Content {
    /// Writes; the file grows if it must.
    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        for piece in pieces(offset, bytes) {
            let sector = piece.over(self.sectors.get(&piece.sector));
            self.sectors.insert(piece.sector, sector);
        }
        if !bytes.is_empty() {
            self.size = self.size.max(offset + bytes.len() as u64);
        }
    }

    /// Sectors that a write would take and that take no space yet.
    pub(super) fn new_sectors(&self, offset: u64, bytes: &[u8]) -> u64 {
        let new = |piece: &Piece| !self.sectors.contains_key(&piece.sector);
        pieces(offset, bytes).filter(new).count() as u64
    }

    /// Cuts the file, or lengthens it by zeros.
    pub(super) fn set_size(&mut self, bytes: u64) {
        if bytes < self.size {
            drop(self.sectors.split_off(&bytes.div_ceil(SECTOR as u64)));
            let kept = (bytes % SECTOR as u64) as usize;
            if let Some(last) = self.sectors.get_mut(&(bytes / SECTOR as u64)) {
                Arc::make_mut(last)[kept..].fill(0);
            }
        }
        self.size = bytes;
    }

    /// Reads until the buffer is full or the file ends.
    pub(super) fn read(&self, offset: u64, into: &mut [u8]) -> usize {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = into.len().min(left);
        let into = &mut into[..count];
        into.fill(0);
        if count == 0 {
            return 0;
        }
        let end = offset + count as u64;
        for (number, sector) in
            self.sectors.range(offset / SECTOR as u64..end.div_ceil(SECTOR as u64))
        {
            let begin = number * SECTOR as u64;
            let from = offset.max(begin);
            let to = end.min(begin + SECTOR as u64);
            let source = &sector[(from - begin) as usize..(to - begin) as usize];
            into[(from - offset) as usize..(to - offset) as usize].copy_from_slice(source);
        }
        count
    }

    /// All of it.
    pub(super) fn all(&self) -> Vec<u8> {
        let mut all = vec![0; usize::try_from(self.size).expect("it fits into memory")];
        self.read(0, &mut all);
        all
    }

    /// Turns one bit over.
    pub(super) fn flip(&mut self, bit: u64) {
        let byte = bit / 8;
        let mut one = [0];
        if self.read(byte, &mut one) == 1 {
            self.write(byte, &[one[0] ^ (1 << (bit % 8))]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes and sizes at odd places, compared with a plain vector.
    #[test]
    fn it_holds_what_a_vector_holds() {
        let mut content = Content::default();
        let mut plain: Vec<u8> = Vec::new();
        for step in 0..200u64 {
            let (at, length) = ((step * 397) % 3_000, (step * 131) % 1_400);
            let bytes = vec![step as u8; length as usize];
            if step % 7 == 3 {
                content.set_size(at);
                plain.resize(at as usize, 0);
            } else if length > 0 {
                content.write(at, &bytes);
                let end = (at + length) as usize;
                plain.resize(plain.len().max(end), 0);
                plain[at as usize..end].copy_from_slice(&bytes);
            }
            assert_eq!(content.all(), plain, "step {step}");
        }
        let mut part = [9; 700];
        let count = content.read(100, &mut part);
        assert_eq!(part[..count], plain[100..(100 + 700).min(plain.len())]);
        assert_eq!(content.read(u64::MAX - 5, &mut part), 0);
    }
}
