//! Values being changed with four buttons: a choice among few, or a number digit by digit.

use catalog::SettingId;

/// Most values to step through one by one; a longer range is entered digit by digit.
const CHOICES_MAX: i64 = 20;

/// A setting being changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// Which.
    pub id: SettingId,
    /// How.
    pub form: Form,
}

/// How a value is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// One of these; the place of the one shown.
    Choice(Vec<i64>, usize),
    /// Digit by digit.
    Number(Digits),
}

impl Editor {
    /// Begins with the value that holds.
    pub fn new(id: SettingId, value: i64) -> Editor {
        let row = id.row();
        let (low, high) = row.range;
        let form = if !row.names.is_empty() {
            choice(row.names.iter().map(|(value, _)| *value).collect(), value)
        } else if high - low < CHOICES_MAX {
            choice((low..=high).collect(), value)
        } else {
            Form::Number(Digits::new(value, low.unsigned_abs().max(high.unsigned_abs()), low < 0))
        };
        Editor { id, form }
    }

    /// The value as it is shown now.
    pub fn value(&self) -> i64 {
        match &self.form {
            Form::Choice(values, at) => values[*at],
            Form::Number(digits) => digits.value(),
        }
    }

    /// One step up or down.
    pub fn step(&mut self, up: bool) {
        match &mut self.form {
            Form::Choice(values, at) => *at = around(*at, values.len(), up),
            Form::Number(digits) => digits.step(up),
        }
    }

    /// To the next digit; `false` if there is none, and the value is complete.
    pub fn forward(&mut self) -> bool {
        match &mut self.form {
            Form::Choice(..) => false,
            Form::Number(digits) => digits.forward(),
        }
    }

    /// To the digit before; `false` if there is none, and one leaves.
    pub fn backward(&mut self) -> bool {
        match &mut self.form {
            Form::Choice(..) => false,
            Form::Number(digits) => digits.backward(),
        }
    }
}

fn choice(values: Vec<i64>, value: i64) -> Form {
    let at = values.iter().position(|known| *known == value).unwrap_or(0);
    Form::Choice(values, at)
}

/// The place after or before one of `count`, round the end; 0 of none.
pub fn around(at: usize, count: usize, forward: bool) -> usize {
    let step = if forward { 1 } else { count.saturating_sub(1) };
    (at + step).checked_rem(count).unwrap_or(0)
}

/// A number being entered, with its sign if it may have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    digits: Vec<u8>,
    /// Whether it is negative; none if it cannot be.
    negative: Option<bool>,
    /// Position from the left; the sign, if there is one, is the first.
    cursor: usize,
}

impl Digits {
    /// With as many digits as the largest magnitude has.
    pub fn new(value: i64, largest: u64, signed: bool) -> Digits {
        let width = largest.to_string().len();
        let text = format!("{:0width$}", value.unsigned_abs());
        Digits {
            digits: text.bytes().map(|byte| byte - b'0').collect(),
            negative: signed.then_some(value < 0),
            cursor: 0,
        }
    }

    /// The number.
    pub fn value(&self) -> i64 {
        let magnitude = self.digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(*digit));
        if self.negative == Some(true) { -magnitude } else { magnitude }
    }

    /// With its sign and a point before the last decimals, and the place of the cursor in it.
    pub fn text(&self, decimals: usize) -> (String, usize) {
        let mut text = String::new();
        let mut marked = 0;
        if let Some(negative) = self.negative {
            text.push(if negative { '-' } else { '+' });
        }
        for (place, digit) in self.digits.iter().enumerate() {
            if decimals > 0 && place == self.digits.len() - decimals {
                text.push('.');
            }
            if place + usize::from(self.negative.is_some()) == self.cursor {
                marked = text.len();
            }
            text.push(char::from(b'0' + digit));
        }
        (text, marked)
    }

    fn step(&mut self, up: bool) {
        match (&mut self.negative, self.cursor) {
            (Some(negative), 0) => *negative = !*negative,
            (sign, cursor) => {
                let digit = &mut self.digits[cursor - usize::from(sign.is_some())];
                *digit = (*digit + if up { 1 } else { 9 }) % 10;
            }
        }
    }

    fn forward(&mut self) -> bool {
        let last = self.digits.len() + usize::from(self.negative.is_some()) - 1;
        let more = self.cursor < last;
        self.cursor += usize::from(more);
        more
    }

    fn backward(&mut self) -> bool {
        let more = self.cursor > 0;
        self.cursor -= usize::from(more);
        more
    }
}

/// A whole number of smallest steps with a point before its last decimals.
pub fn plain(value: i64, decimals: usize) -> String {
    if decimals == 0 {
        return value.to_string();
    }
    let step = 10u64.pow(u32::try_from(decimals).expect("at most 3"));
    let (whole, part) = (value.unsigned_abs() / step, value.unsigned_abs() % step);
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{whole}.{part:0decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [D4] A number is entered digit by digit with its sign, and is the number that stood there.
    #[test]
    fn a_number_is_entered_digit_by_digit() {
        let mut editor = Editor::new(SettingId::AlarmSet1, -1_500);
        assert_eq!(editor.value(), -1_500);
        let Form::Number(digits) = &editor.form else { panic!("a long range") };
        assert_eq!(digits.text(3), ("-0000001.500".into(), 0));
        editor.step(true);
        assert_eq!(editor.value(), 1_500);
        assert!(editor.forward());
        editor.step(false);
        assert_eq!(editor.value(), 9_000_001_500);
        assert!(!editor.id.row().accepts(editor.value()));
        for _ in 0..9 {
            assert!(editor.forward());
        }
        assert!(!editor.forward());
        editor.step(true);
        assert_eq!(editor.value(), 9_000_001_501);
        for _ in 0..10 {
            assert!(editor.backward());
        }
        assert!(!editor.backward());
        assert_eq!(plain(-1_500, 3), "-1.500");
        assert_eq!(plain(-5, 3), "-0.005");
    }

    /// [D4] Choices go round, and begin with the value that holds.
    #[test]
    fn choices_go_round() {
        let mut editor = Editor::new(SettingId::DemandIntervalMin, 60);
        editor.step(true);
        assert_eq!(editor.value(), 1);
        editor.step(false);
        assert_eq!(editor.value(), 60);
        assert!(!editor.forward() && !editor.backward());
        let mut home = Editor::new(SettingId::DisplayHomePage, 0);
        home.step(false);
        assert_eq!(home.value(), 15);
    }
}
