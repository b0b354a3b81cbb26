//! The date of issue, as the PDF wants it.

use krilla::metadata::DateTime;

/// A date in UTC by RFC 3339, such as `2026-11-25T22:28:56Z`, or `None` for anything else: the
/// document then has no date, rather than a wrong one.
pub(crate) fn parsed(text: &str) -> Option<DateTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let small = |number: u16| u8::try_from(number).ok();
    if !in_range {
        return None;
    }
    let date = DateTime::new(year).month(small(month)?).day(small(day)?).hour(small(hour)?);
    Some(date.minute(small(minute)?).second(small(second)?).utc_offset_hour(0))
}

fn numbers(text: &str, separator: char) -> Option<[u16; 3]> {
    let mut parts = text.split(separator);
    let mut next = || parts.next()?.parse().ok();
    let numbers = [next()?, next()?, next()?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_date_in_utc_is_a_date() {
        let expected = DateTime::new(2026).month(11).day(25).hour(22).minute(28).second(56);
        let expected = expected.utc_offset_hour(0);
        assert_eq!(parsed("2026-11-25T22:28:56Z"), Some(expected));
        assert_eq!(parsed("2026-11-25T22:28:56.123Z"), Some(expected));
        for wrong in ["", "2026-11-25", "2026-13-25T22:28:56Z", "2026-11-25T22:28:56+01:00"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
