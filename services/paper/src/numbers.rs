//! Numbers as people read them.

/// To so many significant digits, without an exponent unless it is far from 1.
pub fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_string() } else { value.to_string() };
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-4..=9).contains(&magnitude) {
        return format!("{value:.*e}", (digits - 1).max(0) as usize);
    }
    format!("{value:.*}", (digits - 1 - magnitude).max(0) as usize)
}

/// To three decimals, or to four digits of what is below 1, without zeros at the end: for what was
/// applied.
pub fn trimmed(value: f64) -> String {
    let text = if value.abs() >= 1.0 { format!("{value:.3}") } else { significant(value, 4) };
    match text.contains('.') && !text.contains('e') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// With a minus sign as wide as a plus, and no hyphen.
pub fn typeset(number: &str) -> String {
    number.replace('-', "\u{2212}")
}
