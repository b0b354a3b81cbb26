//! The single file (`.cff`): cut at its separator lines, such as `--- file type: CFG ---` and
//! `--- file type: DAT BINARY: 702 ---` (the number is the length of the data in bytes).

use crate::cfg::format_of;
use crate::text::{quote, without_bom};
use crate::{DataFormat, Part, RecordingError};

/// A piece of the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    pub(crate) bytes: &'a [u8],
    /// Lines of the file above the piece.
    pub(crate) lines_before: usize,
}

/// The two pieces that matter.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) cfg: Piece<'a>,
    pub(crate) dat: Piece<'a>,
    /// What the separator calls the data, and the separator's line.
    format: (Option<DataFormat>, String, usize),
    pub(crate) notes: Vec<String>,
}

impl Parts<'_> {
    /// Refuses a file whose separator and configuration disagree: one of them is wrong, and read
    /// the wrong way numbers look plausible.
    pub(crate) fn check_format(&self, wanted: DataFormat) -> Result<(), RecordingError> {
        let (format, found, line) = &self.format;
        if *format == Some(wanted) {
            return Ok(());
        }
        let (line, found) = (*line, found.clone());
        Err(RecordingError::CffFormat { line, found, wanted: wanted.name() })
    }
}

/// A separator line.
struct Separator {
    /// `cfg`, `dat`, `inf`, `hdr` in lower case.
    kind: Vec<u8>,
    /// The word after `DAT`.
    format: Vec<u8>,
    /// The number of bytes after the colon.
    length: Option<usize>,
}

pub(crate) fn split(file: &[u8]) -> Result<Parts<'_>, RecordingError> {
    let mut rest = without_bom(file);
    if rest.trim_ascii().is_empty() {
        return Err(RecordingError::Empty { part: Part::Cff });
    }
    let (mut cfgs, mut dats, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut line = 0;
    while !rest.is_empty() {
        let (head, after) = take_line(rest);
        rest = after;
        line += 1;
        let Some(separator) = separator(head) else { continue };
        let text = separator.kind != b"dat" || separator.format.eq_ignore_ascii_case(b"ascii");
        let length =
            if text { text_length(rest) } else { binary_length(&separator, rest, &mut notes) };
        let (bytes, after) = rest.split_at(length);
        let piece = Piece { bytes, lines_before: line };
        match &separator.kind[..] {
            b"cfg" => cfgs.push(piece),
            b"dat" => dats.push((piece, separator, line)),
            _ => {}
        }
        rest = after;
        line += bytes.iter().filter(|b| **b == b'\n').count();
    }
    let cfg = only(cfgs, "--- file type: CFG ---")?;
    let (dat, separator, line) = only(dats, "--- file type: DAT ... ---")?;
    let format = (format_of(&separator.format), quote(&separator.format), line);
    Ok(Parts { cfg, dat, format, notes })
}

fn only<T>(mut found: Vec<T>, wanted: &'static str) -> Result<T, RecordingError> {
    match (found.pop(), found.len()) {
        (Some(piece), 0) => Ok(piece),
        (None, _) => Err(RecordingError::CffParts { wanted, found: 0 }),
        (Some(_), others) => Err(RecordingError::CffParts { wanted, found: others + 1 }),
    }
}

/// The first line with its end, and the rest.
fn take_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
    bytes.split_at(end)
}

/// Bytes up to the next separator.
fn text_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (line, after) = take_line(rest);
        if separator(line).is_some() {
            break;
        }
        rest = after;
    }
    bytes.len() - rest.len()
}

/// Bytes as announced, or all there are.
fn binary_length(separator: &Separator, rest: &[u8], notes: &mut Vec<String>) -> usize {
    match separator.length {
        Some(length) if length <= rest.len() => length,
        Some(length) => {
            notes.push(format!("cff: {length} bytes of data announced, {} there", rest.len()));
            rest.len()
        }
        None => rest.len(),
    }
}

fn separator(line: &[u8]) -> Option<Separator> {
    let inner = line.trim_ascii().strip_prefix(b"---")?.strip_suffix(b"---")?;
    let lower = inner.trim_ascii().to_ascii_lowercase();
    let words = lower.strip_prefix(b"file type:")?;
    let mut words =
        words.split(|b| b.is_ascii_whitespace() || *b == b':').filter(|w| !w.is_empty());
    let kind = words.next()?.to_vec();
    let format = words.next().unwrap_or_default().to_ascii_uppercase();
    let length = words.next().and_then(crate::text::whole);
    Some(Separator { kind, format, length })
}
