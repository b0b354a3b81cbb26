//! *Prints*: checksums of a closed database's files in blocks, so that a changed byte is found before an
//! engine sees it, and its place is named.

use super::frame::crc32c;
use super::{SiteFiles, StoreError};

/// Length of a block in bytes: 4 bytes of print for each, so 1 GiB has 64 KiB of prints, and a place that
/// a person can look at.
pub(crate) const BLOCK_BYTES: usize = 64 << 10;

/// As many changed places as are named; the rest are counted.
const NAMED_MAX: usize = 5;

/// Checksums of the files of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Prints {
    files: Vec<FilePrint>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct FilePrint {
    name: String,
    bytes: u64,
    blocks: Vec<u32>,
}

impl Prints {
    /// Takes them.
    pub(crate) fn of(site: &dyn SiteFiles) -> Result<Prints, StoreError> {
        let mut block = vec![0; BLOCK_BYTES];
        let mut files = Vec::new();
        for (name, bytes) in site.files()? {
            let mut blocks = Vec::new();
            for offset in (0..bytes).step_by(BLOCK_BYTES) {
                let read = site.read(&name, offset, &mut block)?;
                blocks.push(crc32c(&block[..read]));
            }
            files.push(FilePrint { name, bytes, blocks });
        }
        Ok(Prints { files })
    }

    /// A sentence for each place in which `now` differs from these.
    pub(crate) fn differences(&self, now: &Prints) -> Vec<String> {
        let mut places = Vec::new();
        for before in &self.files {
            match now.files.iter().find(|file| file.name == before.name) {
                Some(file) => before.differences(file, &mut places),
                None => places.push(format!("{} is gone", before.shown())),
            }
        }
        let is_new = |file: &&FilePrint| !self.files.iter().any(|before| before.name == file.name);
        places
            .extend(now.files.iter().filter(is_new).map(|file| format!("{} is new", file.shown())));
        if places.len() > NAMED_MAX {
            let more = places.len() - NAMED_MAX;
            places.truncate(NAMED_MAX);
            places.push(format!("{more} more places"));
        }
        places
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for file in &self.files {
            bytes.extend((file.name.len() as u32).to_le_bytes());
            bytes.extend(file.name.as_bytes());
            bytes.extend(file.bytes.to_le_bytes());
            for block in &file.blocks {
                bytes.extend(block.to_le_bytes());
            }
        }
        bytes
    }

    /// What [`Prints::to_bytes`] wrote; none if it did not.
    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Option<Prints> {
        let mut files = Vec::new();
        while !bytes.is_empty() {
            let name_bytes = u32::from_le_bytes(*take(&mut bytes)?) as usize;
            let (name, rest) = bytes.split_at_checked(name_bytes)?;
            bytes = rest;
            let length = u64::from_le_bytes(*take(&mut bytes)?);
            let count = usize::try_from(length.div_ceil(BLOCK_BYTES as u64)).ok()?;
            let (blocks, rest) = bytes.split_at_checked(count.checked_mul(4)?)?;
            bytes = rest;
            files.push(FilePrint {
                name: String::from_utf8(name.to_vec()).ok()?,
                bytes: length,
                blocks: blocks.as_chunks().0.iter().map(|crc| u32::from_le_bytes(*crc)).collect(),
            });
        }
        Some(Prints { files })
    }
}

impl FilePrint {
    fn shown(&self) -> String {
        if self.name.is_empty() { "the file".into() } else { format!("file {}", self.name) }
    }

    fn differences(&self, now: &FilePrint, places: &mut Vec<String>) {
        let name = self.shown();
        if self.bytes != now.bytes {
            places.push(format!("{name} has {} bytes, it had {}", now.bytes, self.bytes));
        }
        for (number, (before, now)) in self.blocks.iter().zip(&now.blocks).enumerate() {
            let from = number as u64 * BLOCK_BYTES as u64;
            if before != now {
                places.push(format!(
                    "{name} is changed between offsets {from} and {}",
                    (from + BLOCK_BYTES as u64).min(self.bytes)
                ));
            }
        }
    }
}

fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(head)
}
