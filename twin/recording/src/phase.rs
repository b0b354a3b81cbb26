//! Which phase a channel belongs to, by its phase field or else by its name.
//!
//! Instruments name the phases A B C, R S T, 1 2 3 or L1 L2 L3. The *family* is kept, because
//! letters of two families contradict each other: in red-yellow-blue systems `B` is the third phase,
//! not the second, so a mixture of R and B is no basis for a mapping.

use crate::unit::{self, Quantity};
use crate::{Channel, Role};

/// A set of phase names that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// A, B, C.
    Abc,
    /// R, S, T.
    Rst,
    /// 1, 2, 3, with or without an L.
    Numbers,
}

/// A position in the three-phase system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    First(Family),
    Second(Family),
    Third(Family),
    /// The neutral goes with every family.
    Neutral,
}

/// Phase words in upper case, without the quantity's letter.
const WORDS: &[(&str, Phase)] = &[
    ("1", Phase::First(Family::Numbers)),
    ("2", Phase::Second(Family::Numbers)),
    ("3", Phase::Third(Family::Numbers)),
    ("4", Phase::Neutral),
    ("A", Phase::First(Family::Abc)),
    ("B", Phase::Second(Family::Abc)),
    ("C", Phase::Third(Family::Abc)),
    ("L1", Phase::First(Family::Numbers)),
    ("L2", Phase::Second(Family::Numbers)),
    ("L3", Phase::Third(Family::Numbers)),
    ("N", Phase::Neutral),
    ("R", Phase::First(Family::Rst)),
    ("S", Phase::Second(Family::Rst)),
    ("T", Phase::Third(Family::Rst)),
];

/// The role a channel could play, and the family that says so (`None` for the neutral).
pub(crate) fn role_of(channel: &Channel) -> Option<(Role, Option<Family>)> {
    let quantity = match unit::parse(&channel.unit) {
        Some((quantity, _)) => quantity,
        // Another unit, such as W or Hz, is an answer; none at all leaves the name.
        None if channel.unit.is_empty() => letter_of(last_word(&channel.name))?.0,
        None => return None,
    };
    let phase = phase_word(channel.phase.trim(), quantity)
        .or_else(|| phase_word(last_word(&channel.name), quantity))?;
    role(quantity, phase)
}

fn role(quantity: Quantity, phase: Phase) -> Option<(Role, Option<Family>)> {
    Some(match (quantity, phase) {
        (Quantity::Voltage, Phase::First(family)) => (Role::Va, Some(family)),
        (Quantity::Voltage, Phase::Second(family)) => (Role::Vb, Some(family)),
        (Quantity::Voltage, Phase::Third(family)) => (Role::Vc, Some(family)),
        (Quantity::Current, Phase::First(family)) => (Role::Ia, Some(family)),
        (Quantity::Current, Phase::Second(family)) => (Role::Ib, Some(family)),
        (Quantity::Current, Phase::Third(family)) => (Role::Ic, Some(family)),
        (Quantity::Current, Phase::Neutral) => (Role::In, None),
        (Quantity::Voltage, Phase::Neutral) => return None,
    })
}

/// `IR` of `HV IR`, `Ua` of `bay_Ua`.
fn last_word(name: &str) -> &str {
    name.rsplit(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or("")
}

/// `A`, `L1`, and with the letter of the quantity `Va`, `IL1`, `U3`.
fn phase_word(word: &str, quantity: Quantity) -> Option<Phase> {
    plain_phase(word).or_else(|| {
        let (letter, rest) = letter_of(word)?;
        (letter == quantity).then(|| plain_phase(rest))?
    })
}

fn plain_phase(word: &str) -> Option<Phase> {
    WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, phase)| *phase)
}

/// The quantity a word begins with, and the rest of it.
fn letter_of(word: &str) -> Option<(Quantity, &str)> {
    let mut chars = word.chars();
    let quantity = match chars.next()? {
        'U' | 'u' | 'V' | 'v' => Quantity::Voltage,
        'I' | 'i' => Quantity::Current,
        _ => return None,
    };
    Some((quantity, chars.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, phase: &str, unit: &str, want: Option<Role>) {
        let channel = Channel {
            number: 1,
            name: name.into(),
            phase: phase.into(),
            circuit: String::new(),
            unit: unit.into(),
            a: 1.0,
            b: 0.0,
            skew_us: 0.0,
            primary: 1.0,
            secondary: 1.0,
            side: None,
        };
        let got = role_of(&channel).map(|(role, _)| role);
        assert_eq!(got, want, "name {name:?}, phase {phase:?}, unit {unit:?}");
    }

    #[test]
    fn the_phase_field_comes_first() {
        check("x", "A", "V", Some(Role::Va));
        check("x", "l2", "kA", Some(Role::Ib));
        check("x", "T", "volt", Some(Role::Vc));
        check("U1", "V1", "volt", Some(Role::Va));
        check("I4", "I4", "ampere", Some(Role::In));
        check("x", "N", "A", Some(Role::In));
        check("Ic", "A", "A", Some(Role::Ia));
    }

    #[test]
    fn then_the_name() {
        check("HV IR", "", "A", Some(Role::Ia));
        check("HV Bus VT", "", "V", Some(Role::Vc));
        check("line_Ub", "", "V", Some(Role::Vb));
        check("IL3", "", "A", Some(Role::Ic));
        check("va", "?", "V", Some(Role::Va));
        check("Ia", "", "", Some(Role::Ia));
    }

    #[test]
    fn no_role() {
        check("3U0", "N", "V", None);
        check("V4", "V4", "volt", None);
        check("3I0", "", "A", None);
        check("IBIAS", "", "A", None);
        check("IDL1", "", "none", None);
        check("Vab", "AB", "V", None);
        check("Ia", "", "V", None);
        check("P", "A", "W", None);
        check("", "", "", None);
    }
}
