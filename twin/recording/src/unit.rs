//! Units as channels name them, and the factor that brings them to volts or amperes.

/// What a channel measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// In volts.
    Voltage,
    /// In amperes.
    Current,
}

impl Quantity {
    /// `V` or `A`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Voltage => "V",
            Self::Current => "A",
        }
    }
}

/// Words for the unit without prefix, in lower case. COMTRADE leaves the spelling to the
/// instrument ("Analog channel information", field uu).
const WORDS: &[(&str, Quantity)] = &[
    ("a", Quantity::Current),
    ("amp", Quantity::Current),
    ("ampere", Quantity::Current),
    ("amperes", Quantity::Current),
    ("amps", Quantity::Current),
    ("v", Quantity::Voltage),
    ("volt", Quantity::Voltage),
    ("volts", Quantity::Voltage),
];

/// SI prefixes seen in such files. Case counts: `mV` is not `MV`; only `K` is a common slip.
const PREFIXES: &[(&str, f64)] = &[
    ("K", 1e3),
    ("M", 1e6),
    ("k", 1e3),
    ("kilo", 1e3),
    ("m", 1e-3),
    ("milli", 1e-3),
    ("u", 1e-6),
    ("\u{b5}", 1e-6),
    ("\u{3bc}", 1e-6),
];

/// Quantity and factor to volts or amperes; `None` for anything else.
pub(crate) fn parse(unit: &str) -> Option<(Quantity, f64)> {
    let unit = unit.trim();
    if let Some(quantity) = word(unit) {
        return Some((quantity, 1.0));
    }
    PREFIXES.iter().find_map(|(prefix, factor)| {
        let quantity = word(unit.strip_prefix(prefix)?)?;
        Some((quantity, *factor))
    })
}

fn word(text: &str) -> Option<Quantity> {
    let lower = text.to_ascii_lowercase();
    WORDS.iter().find(|(word, _)| *word == lower).map(|(_, quantity)| *quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(unit: &str, want: Option<(Quantity, f64)>) {
        assert_eq!(parse(unit), want, "unit {unit:?}");
    }

    #[test]
    fn units_by_their_prefix() {
        check("V", Some((Quantity::Voltage, 1.0)));
        check(" volt ", Some((Quantity::Voltage, 1.0)));
        check("kV", Some((Quantity::Voltage, 1e3)));
        check("KV", Some((Quantity::Voltage, 1e3)));
        check("mV", Some((Quantity::Voltage, 1e-3)));
        check("MV", Some((Quantity::Voltage, 1e6)));
        check("ampere", Some((Quantity::Current, 1.0)));
        check("Amps", Some((Quantity::Current, 1.0)));
        check("kA", Some((Quantity::Current, 1e3)));
        check("mA", Some((Quantity::Current, 1e-3)));
        check("\u{b5}A", Some((Quantity::Current, 1e-6)));
        check("kilovolts", Some((Quantity::Voltage, 1e3)));
    }

    #[test]
    fn what_is_neither_volt_nor_ampere() {
        for unit in ["", "none", "VA", "W", "Hz", "k", "pu", "kVA", "\u{ff}"] {
            check(unit, None);
        }
    }
}
