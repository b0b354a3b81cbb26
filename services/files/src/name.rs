//! Names that people gave, made harmless: as text of a cell, in file names and as folders of partitions.

use crate::stamp;
use port::Timestamp;

/// What a spreadsheet takes for the beginning of a formula, and our own sign before such a text.
const FORMULA: [char; 12] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\''];

/// A text that no spreadsheet takes for a formula: an apostrophe is put before one that looks like it.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.into() }
}

/// The text that [`harmless`] was given.
pub(crate) fn original(text: &str) -> &str {
    text.strip_prefix('\'').unwrap_or(text)
}

/// `<serial>_<job>_<from>_<to>.<extension>`, times in UTC. What is neither a letter, a digit, `.`, `-` nor `_`
/// becomes `-`, so that the name has no folder in it, whatever the job is called.
pub fn file_name(
    serial: &str,
    job: &str,
    from: Timestamp,
    to: Timestamp,
    extension: &str,
) -> String {
    let [serial, job] = [serial, job].map(plain);
    format!("{serial}_{job}_{}_{}.{extension}", stamp::basic(from), stamp::basic(to))
}

/// A part of a file name: it begins with a letter or a digit, so that it is neither hidden nor an option.
fn plain(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = text.chars().map(|c| if kept(c) { c } else { '-' }).collect();
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) { name } else { format!("x{name}") }
}

/// A value in the name of a partition's folder: what is not a letter, a digit, `.`, `-` or `_` as `%XX`, the
/// way Hive writes it and engines read it.
pub(crate) fn partition(text: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let escaped = |byte| if kept(byte) { char::from(byte).into() } else { format!("%{byte:02X}") };
    text.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_formula_and_comes_back() {
        for text in ["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "'=x", "'", "", "quarter", "a=b", "＝1"]
        {
            let safe = harmless(text);
            assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{safe}");
            assert_eq!(original(&safe), text);
        }
    }

    #[test]
    fn a_file_name_has_no_folder_in_it() {
        let [from, to] = [0, 1_795_680_900].map(Timestamp::from_unix_s);
        let name = file_name("../..", "a/b c", from, to, "csv");
        assert_eq!(name, "x..-.._a-b-c_19700101T000000Z_20261126T081500Z.csv");
        assert_eq!(partition("a/b=ü"), "a%2Fb%3D%C3%BC");
    }
}
