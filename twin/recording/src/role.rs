//! The seven signals a meter takes ([`Role`]) and how a user points at a channel ([`Selector`]).

use std::{fmt, str::FromStr};

use crate::Quantity;

/// A signal of the meter. Voltages are phase to neutral; `In` is the recorded neutral current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Voltage of phase A.
    Va,
    /// Voltage of phase B.
    Vb,
    /// Voltage of phase C.
    Vc,
    /// Current of phase A.
    Ia,
    /// Current of phase B.
    Ib,
    /// Current of phase C.
    Ic,
    /// Current of the neutral.
    In,
}

impl Role {
    /// All roles, voltages first.
    pub const ALL: [Self; 7] =
        [Self::Va, Self::Vb, Self::Vc, Self::Ia, Self::Ib, Self::Ic, Self::In];

    /// The name in CSV headers and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Va => "va",
            Self::Vb => "vb",
            Self::Vc => "vc",
            Self::Ia => "ia",
            Self::Ib => "ib",
            Self::Ic => "ic",
            Self::In => "in",
        }
    }

    /// Volts or amperes.
    pub const fn quantity(self) -> Quantity {
        match self {
            Self::Va | Self::Vb | Self::Vc => Quantity::Voltage,
            Self::Ia | Self::Ib | Self::Ic | Self::In => Quantity::Current,
        }
    }

    /// `A`, `B`, `C` or `N`.
    pub const fn phase(self) -> &'static str {
        match self {
            Self::Va | Self::Ia => "A",
            Self::Vb | Self::Ib => "B",
            Self::Vc | Self::Ic => "C",
            Self::In => "N",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no signal; use va, vb, vc, ia, ib, ic or in")]
pub struct ParseRoleError(pub String);

impl FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        let name = text.trim();
        let known = Self::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name));
        known.ok_or_else(|| ParseRoleError(name.to_owned()))
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
    fn roles_and_selectors_from_text() {
        assert_eq!(" Va ".parse(), Ok(Role::Va));
        assert_eq!("vn".parse::<Role>(), Err(ParseRoleError("vn".into())));
        assert_eq!("#12".parse(), Ok(Selector::Number(12)));
        assert_eq!("HV IR".parse(), Ok(Selector::Name("HV IR".into())));
        for text in ["", "#", "#x", "#-1"] {
            assert!(text.parse::<Selector>().is_err(), "{text:?}");
        }
    }
}
