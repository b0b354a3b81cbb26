//! Lines, fields and numbers of the text parts, taken apart as bytes.
//!
//! Splitting happens before decoding. That is safe in every encoding such files are found in
//! (UTF-8, GBK, Big5, Shift JIS, Latin-1): none of them uses the byte of a comma or of a line end
//! inside a character.

use crate::{Part, RecordingError};

/// What MS-DOS wrote at the end of a text file.
const SUBSTITUTE: u8 = 0x1A;

/// Longest piece of a file quoted in a message.
const QUOTE_CHARS_MAX: usize = 60;

/// Cuts text at the first 0x1A. The count is of the stray bytes after it, without blanks and
/// further 0x1A.
pub(crate) fn cut_at_substitute(bytes: &[u8]) -> (&[u8], usize) {
    match bytes.iter().position(|b| *b == SUBSTITUTE) {
        None => (bytes, 0),
        Some(at) => (&bytes[..at], stray_bytes(&bytes[at..])),
    }
}

/// How many of these bytes are neither blank nor 0x1A.
pub(crate) fn stray_bytes(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| !b.is_ascii_whitespace() && **b != SUBSTITUTE).count()
}

/// Without the byte order mark of UTF-8.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Lines without their ends (LF or CRLF). A line end after the last line opens no further line.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let some = !bytes.is_empty();
    body.split(|b| *b == b'\n')
        .take_while(move |_| some)
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Fields of a line, blanks around them trimmed.
pub(crate) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| *b == b',').map(<[u8]>::trim_ascii)
}

/// Turns bytes into text that can be printed. The decision is taken once for a whole file: a GBK
/// name can be valid UTF-8 by chance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoder {
    utf8: bool,
}

impl Decoder {
    pub(crate) fn of(file: &[u8]) -> Self {
        Self { utf8: std::str::from_utf8(file).is_ok() }
    }

    pub(crate) fn is_lossless_text(self) -> bool {
        self.utf8
    }

    /// Control characters come out as `\xNN` too: a name must not steer a terminal.
    pub(crate) fn text(self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) if self.utf8 => escape(text.chars()),
            _ => escape(bytes.iter().map(|b| char::from(*b))),
        }
    }
}

fn escape(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in chars {
        // U+00A0 and U+00AD are letters of Latin-1 that nobody can see.
        if c.is_control() || c == '\u{a0}' || c == '\u{ad}' {
            out.push_str(&format!("\\x{:02X}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// A field for a message: printable and short.
pub(crate) fn quote(field: &[u8]) -> String {
    let head = &field[..field.len().min(4 * QUOTE_CHARS_MAX)];
    let text = Decoder::of(head).text(head);
    match text.char_indices().nth(QUOTE_CHARS_MAX) {
        None => text,
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// A finite number; `inf` and `nan` are none.
pub(crate) fn number(field: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(field).ok()?.trim().parse().ok()?;
    value.is_finite().then_some(value)
}

/// A whole number from 0.
pub(crate) fn whole<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}

/// The refusal of a field.
pub(crate) fn bad_field(
    part: Part,
    line: usize,
    field: &[u8],
    wanted: &'static str,
) -> RecordingError {
    RecordingError::Field { part, line, found: quote(field), wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lines(text: &str, want: &[&str]) {
        let got: Vec<_> = lines(text.as_bytes()).map(|l| std::str::from_utf8(l).unwrap()).collect();
        assert_eq!(got, want, "{text:?}");
    }

    #[test]
    fn line_ends() {
        check_lines("", &[]);
        check_lines("\n", &[""]);
        check_lines("a", &["a"]);
        check_lines("a\r\nb\n", &["a", "b"]);
        check_lines("a\n\nb", &["a", "", "b"]);
        check_lines("a\n\n", &["a", ""]);
    }

    #[test]
    fn what_follows_the_substitute_is_counted() {
        assert_eq!(cut_at_substitute(b"1\r\n\x1A\x1A 0\n"), (&b"1\r\n"[..], 1));
        assert_eq!(cut_at_substitute(b"1\r\n"), (&b"1\r\n"[..], 0));
    }

    #[test]
    fn gbk_names_stay_distinct_and_printable() {
        // "母线Ⅰ" and "母线Ⅱ" in GBK.
        let one = b"\xC4\xB8\xCF\xDF\xA2\xF1_Ua";
        let two = b"\xC4\xB8\xCF\xDF\xA2\xF2_Ua";
        let decoder = Decoder::of(one);
        assert!(!decoder.is_lossless_text());
        assert_eq!(decoder.text(one), "\u{c4}\u{b8}\u{cf}\u{df}\u{a2}\u{f1}_Ua");
        assert_ne!(decoder.text(one), decoder.text(two));
        assert_eq!(decoder.text(b"\x80\xA0\x1B["), "\\x80\\xA0\\x1B[");
    }

    #[test]
    fn numbers_are_finite() {
        assert_eq!(number(b"+1.000000E+00"), Some(1.0));
        assert_eq!(number(b"-0.0197614394128323"), Some(-0.0197614394128323));
        for field in ["", "inf", "nan", "1e999", "1,5", "0x10", "--1"] {
            assert_eq!(number(field.as_bytes()), None, "{field}");
        }
    }

    #[test]
    fn long_fields_are_quoted_short() {
        assert_eq!(quote(&[b'x'; 1000]).len(), QUOTE_CHARS_MAX + 3);
    }
}
