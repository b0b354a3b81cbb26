//! Values that have a form of their own.

use std::fmt;
use std::str::FromStr;

/// How fast simulated time passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// As fast as the machine allows.
    Max,
    /// So many simulated seconds in a real one; above zero.
    Times(f64),
}

impl FromStr for Speed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Speed, &'static str> {
        match text {
            "realtime" => Ok(Speed::Times(1.0)),
            "max" => Ok(Speed::Max),
            factor => match factor.trim_end_matches('x').parse::<f64>() {
                Ok(factor) if factor > 0.0 && factor.is_finite() => Ok(Speed::Times(factor)),
                _ => Err("is no speed; take \"realtime\", \"max\" or a factor such as 60"),
            },
        }
    }
}

/// Bits a second of a serial line.
pub type Baud = u32;

/// A line of a GPIO chip.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GpioLine {
    /// Device of the chip: `/dev/gpiochip0`.
    pub chip: String,
    /// Number of the line on its chip.
    pub offset: u32,
    /// Whether a low level is active.
    pub active_low: bool,
}

impl FromStr for GpioLine {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<GpioLine, &'static str> {
        const FORM: &str = "is no GPIO line; write its chip and number as \"/dev/gpiochip0:24\", with ! before them if low is active";
        let (active_low, place) = match text.strip_prefix('!') {
            Some(place) => (true, place),
            None => (false, text),
        };
        let (chip, offset) = place.rsplit_once(':').ok_or(FORM)?;
        let offset = offset.parse().map_err(|_| FORM)?;
        match chip.starts_with('/') {
            true => Ok(GpioLine { chip: chip.into(), offset, active_low }),
            false => Err(FORM),
        }
    }
}

impl fmt::Display for GpioLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.active_low { "!" } else { "" };
        write!(f, "{mark}{}:{}", self.chip, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_written_alike() {
        for text in ["/dev/gpiochip0:24", "!/dev/gpiochip3:0"] {
            let line: GpioLine = text.parse().expect("a line");
            assert_eq!(line.to_string(), text);
        }
        for text in ["", "24", "gpiochip0:24", "/dev/gpiochip0:", "/dev/gpiochip0:-1"] {
            assert!(text.parse::<GpioLine>().is_err(), "{text}");
        }
    }

    #[test]
    fn speeds_are_names_or_factors() {
        let check = |text: &str, expected: Option<Speed>| {
            assert_eq!(text.parse::<Speed>().ok(), expected, "{text}");
        };
        check("realtime", Some(Speed::Times(1.0)));
        check("max", Some(Speed::Max));
        check("60", Some(Speed::Times(60.0)));
        check("0", None);
        check("-1", None);
        check("inf", None);
        check("fast", None);
    }
}
