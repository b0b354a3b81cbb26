//! Checks of single values, each with the sentence that says what is wrong.

use super::document::{Given, GivenQuantity};
use super::error::{Fault, unknown};
use super::quantity::{Dimension, Quantity};
use std::ops::{Range, RangeInclusive};
use toml::Spanned;

/// Latest time a scenario may name, about 30 years in seconds: beyond it nobody meant it.
pub(crate) const LATEST_S: f64 = 1e9;

/// A quantity within a range of its first unit.
pub(crate) fn within<D: Dimension>(
    given: &Spanned<Quantity<D>>,
    range: RangeInclusive<f64>,
) -> Result<f64, Fault> {
    number(given.span(), given.get_ref().value, range, D::UNITS)
}

/// The same, or a default if nothing is given.
pub(crate) fn within_or<D: Dimension>(
    given: &GivenQuantity<D>,
    default: f64,
    range: RangeInclusive<f64>,
) -> Result<f64, Fault> {
    given.as_ref().map_or(Ok(default), |given| within(given, range))
}

/// A plain number within a range, or a default.
pub(crate) fn number_or(
    given: &Given<f64>,
    default: f64,
    range: RangeInclusive<f64>,
) -> Result<f64, Fault> {
    let Some(given) = given else { return Ok(default) };
    number(given.span(), *given.get_ref(), range, &[("", 1.0)])
}

fn number(
    span: Range<usize>,
    value: f64,
    range: RangeInclusive<f64>,
    units: &[(&str, f64)],
) -> Result<f64, Fault> {
    if range.contains(&value) {
        return Ok(value);
    }
    // Said in the unit people write: a part in percent.
    let (unit, worth) = units.iter().find(|(unit, _)| !unit.is_empty()).unwrap_or(&units[0]);
    let said = |value: f64| format!("{} {unit}", value / worth).trim_end().to_owned();
    let bounds = match (*range.start(), *range.end()) {
        (low, f64::INFINITY) => format!("{} or more", said(low)),
        (low, high) => format!("{} to {}", said(low), said(high)),
    };
    Err(Fault::new(span, format!("{} is out of range: it must be {bounds}", said(value))))
}

/// A key that this kind needs.
pub(crate) fn needed<'a, T>(
    given: &'a Given<T>,
    key: &str,
    kind: &Spanned<String>,
) -> Result<&'a Spanned<T>, Fault> {
    given.as_ref().ok_or_else(|| {
        Fault::new(kind.span(), format!("kind \"{}\" needs the key \"{key}\"", kind.get_ref()))
    })
}

/// Refuses keys that the kind does not take.
pub(crate) fn only(
    kind: &Spanned<String>,
    given: &[(&'static str, Option<Range<usize>>)],
    allowed: &[&str],
) -> Result<(), Fault> {
    let stray = given.iter().find(|(key, place)| place.is_some() && !allowed.contains(key));
    let Some((key, Some(span))) = stray else { return Ok(()) };
    let takes = format!("it takes {}", allowed.join(", "));
    Err(Fault::new(
        span.clone(),
        format!("kind \"{}\" takes no \"{key}\"; {takes}", kind.get_ref()),
    ))
}

/// One of a list of names.
pub(crate) fn choice<T: Copy>(
    given: &Spanned<String>,
    what: &str,
    choices: &[(&'static str, T)],
) -> Result<T, Fault> {
    let name = given.get_ref();
    choices.iter().find(|(known, _)| known == name).map(|(_, choice)| *choice).ok_or_else(|| {
        Fault::new(given.span(), unknown(what, name, choices.iter().map(|(known, _)| *known)))
    })
}

/// One of a list of names, or a default.
pub(crate) fn choice_or<T: Copy>(
    given: &Given<String>,
    default: T,
    what: &str,
    choices: &[(&'static str, T)],
) -> Result<T, Fault> {
    given.as_ref().map_or(Ok(default), |given| choice(given, what, choices))
}
