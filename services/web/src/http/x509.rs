//! When a certificate ends, out of its DER (RFC 5280, 4.1).
//!
//! Nothing is verified here, and only what stands before the end is read: whoever connects judges the rest.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Version, which is left out if it is the first.
const VERSION: u8 = 0xA0;

/// A time with two digits of the year.
const UTC_TIME: u8 = 0x17;

/// A time with four.
const GENERALIZED_TIME: u8 = 0x18;

/// Until when it holds, in seconds since 1970; none if this is no certificate.
pub fn not_after_s(der: &[u8]) -> Option<i64> {
    let certificate = element(der)?.content;
    let signed = element(certificate)?.content;
    let first = element(signed)?;
    let mut rest = if first.tag == VERSION { first.rest } else { signed };
    // Serial number, algorithm of the signature, issuer.
    for _ in 0..3 {
        rest = element(rest)?.rest;
    }
    let validity = element(rest)?.content;
    let end = element(element(validity)?.rest)?;
    time_s(end.tag, std::str::from_utf8(end.content).ok()?)
}

struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    /// What stands behind it.
    rest: &'a [u8],
}

/// The first element. Lengths of more than four bytes are none of a certificate.
fn element(der: &[u8]) -> Option<Element<'_>> {
    let (&[tag, length], rest) = der.split_first_chunk()?;
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
        if bytes.len() > 4 {
            return None;
        }
        (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(Element { tag, content, rest })
}

fn time_s(tag: u8, text: &str) -> Option<i64> {
    let digits = text.strip_suffix('Z')?;
    let century = match tag {
        UTC_TIME if digits.get(..2)? < "50" => "20",
        UTC_TIME => "19",
        GENERALIZED_TIME => "",
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%S", format!("{century}{digits}")).ok()?;
    // 99991231235959Z means that there is no end, and lies hours behind the last moment that we can name.
    let moment = time.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp());
    Some(moment.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn der(year: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(["meter.local".into()]).expect("a name");
        params.not_after = date_time_ymd(year, 3, 1);
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("made").der().to_vec()
    }

    #[test]
    fn the_end_of_a_certificate_is_read() {
        assert_eq!(not_after_s(&der(1999)), Some(920_246_400));
        assert_eq!(not_after_s(&der(2027)), Some(1_803_859_200), "two digits of the year");
        assert_eq!(not_after_s(&der(2051)), Some(2_561_241_600), "four digits");
        assert_eq!(time_s(GENERALIZED_TIME, "99991231235959Z"), Some(Timestamp::MAX.as_second()));
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        let whole = der(2027);
        assert!((0..whole.len()).all(|length| not_after_s(&whole[..length]).is_none()));
        assert_eq!(not_after_s(&[0x30, 0x85, 1, 1, 1, 1, 1]), None);
        assert_eq!(time_s(UTC_TIME, "271301000000Z"), None, "there is no 13th month");
        assert_eq!(time_s(UTC_TIME, "2703010000Z"), None, "seconds are always there");
        assert_eq!(time_s(UTC_TIME, "270301000000+0100"), None, "it is always UTC");
    }
}
