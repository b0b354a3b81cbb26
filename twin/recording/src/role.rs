//! How the meter's signals ([`Role`]) look in a recording, and how a user points at a channel
//! ([`Selector`]).

use std::{fmt, str::FromStr};

use port::Role;

use crate::Quantity;

/// Volts or amperes.
pub(crate) const fn quantity_of(role: Role) -> Quantity {
    match role {
        Role::Va | Role::Vb | Role::Vc => Quantity::Voltage,
        Role::Ia | Role::Ib | Role::Ic | Role::In => Quantity::Current,
    }
}

/// `A`, `B`, `C` or `N`, as the phase field of a COMTRADE channel has it.
pub(crate) const fn phase_of(role: Role) -> &'static str {
    match role {
        Role::Va | Role::Ia => "A",
        Role::Vb | Role::Ib => "B",
        Role::Vc | Role::Ic => "C",
        Role::In => "N",
    }
}

/// A channel by name, or by number written `#3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The channel with this name.
    Name(String),
    /// The channel with this number in the file.
    Number(usize),
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Number(number) => write!(f, "#{number}"),
        }
    }
}

/// The text points at no channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no channel; use its name, or its number as in #3")]
pub struct ParseSelectorError(pub String);

impl FromStr for Selector {
    type Err = ParseSelectorError;

    fn from_str(text: &str) -> Result<Self, ParseSelectorError> {
        let text = text.trim();
        let refused = || ParseSelectorError(text.to_owned());
        match text.strip_prefix('#') {
            Some(number) => number.parse().map(Self::Number).map_err(|_| refused()),
            None if text.is_empty() => Err(refused()),
            None => Ok(Self::Name(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_from_text() {
        assert_eq!("#12".parse(), Ok(Selector::Number(12)));
        assert_eq!("HV IR".parse(), Ok(Selector::Name("HV IR".into())));
        for text in ["", "#", "#x", "#-1"] {
            assert!(text.parse::<Selector>().is_err(), "{text:?}");
        }
    }
}
