//! CSV: a header line with `t` and the roles, then one line per sample, in seconds, volts and
//! amperes.
//!
//! Strict, since it is written for this purpose: no comments, no empty lines or fields, no quotes,
//! no other columns. Times must increase. When they lie on an even grid (see [`read_csv`]) the
//! recording has a rate, else its times.

use crate::text::{self, Decoder, bad_field};
use crate::{Part, Recording, RecordingError, Role, Section, grid};

/// Finest printing step a time column is credited with: f64 holds no more decimals of a second.
const DECIMALS_MAX: i32 = 17;

/// Reads CSV with the header `t,va,vb,vc,ia,ib,ic` and optionally `in`: `t` and at least one role,
/// in any order and letter case.
///
/// The rate is the mean rate of the time column, brought to the roundest whole number of Hz that the
/// column's own printing step cannot tell from it. The column counts as uniform when each time is
/// within a hundredth of a period plus the printing step (at most a quarter of a period) of its
/// place; otherwise the section has no rate, and its times.
pub fn read_csv(bytes: &[u8]) -> Result<Recording, RecordingError> {
    let body = text::without_bom(bytes);
    if body.trim_ascii().is_empty() {
        return Err(RecordingError::Empty { part: Part::Csv });
    }
    let mut lines = text::lines(body).enumerate();
    let (_, first) = lines.next().expect("text that is not blank has a line");
    let header = Header::read(first)?;
    let mut columns = Columns::new(header);
    for (index, line) in lines {
        columns.read_row(line, index + 1)?;
    }
    columns.recording()
}

/// What each column holds; `None` is the time.
struct Header(Vec<Option<Role>>);

impl Header {
    fn read(line: &[u8]) -> Result<Self, RecordingError> {
        check_line(line, 1)?;
        let mut columns = Vec::new();
        for field in text::fields(line) {
            let column = Self::column(field)?;
            if columns.contains(&column) {
                return refuse_header(format!(
                    "column `{}` stands there twice",
                    text::quote(field)
                ));
            }
            columns.push(column);
        }
        if !columns.contains(&None) {
            return refuse_header("there is no column `t`".to_owned());
        }
        if columns.len() < 2 {
            return refuse_header("there is no column besides `t`".to_owned());
        }
        Ok(Self(columns))
    }

    fn column(field: &[u8]) -> Result<Option<Role>, RecordingError> {
        let name = Decoder::of(field).text(field);
        if name.eq_ignore_ascii_case("t") {
            return Ok(None);
        }
        match name.parse() {
            Ok(role) => Ok(Some(role)),
            Err(_) => refuse_header(format!("unknown column `{}`", text::quote(field))),
        }
    }
}

fn refuse_header<T>(reason: String) -> Result<T, RecordingError> {
    Err(RecordingError::Header { reason })
}

/// Empty lines and comments would hide a lost sample, or a file of another kind.
fn check_line(line: &[u8], number: usize) -> Result<(), RecordingError> {
    let found = match line.trim_ascii().first() {
        None => "an empty line",
        Some(b'#') => "a comment",
        Some(_) => return Ok(()),
    };
    Err(RecordingError::StrayLine { line: number, found })
}

struct Columns {
    header: Header,
    times_s: Vec<f64>,
    /// One per role, in the order of the header.
    samples: Vec<Vec<f64>>,
    /// Most decimals seen in the time column.
    decimals: i32,
}

impl Columns {
    fn new(header: Header) -> Self {
        let samples = vec![Vec::new(); header.0.len() - 1];
        Self { header, times_s: Vec::new(), samples, decimals: 0 }
    }

    fn read_row(&mut self, line: &[u8], number: usize) -> Result<(), RecordingError> {
        check_line(line, number)?;
        let (found, wanted) = (text::fields(line).count(), self.header.0.len());
        if found != wanted {
            return Err(RecordingError::FieldCount {
                part: Part::Csv,
                line: number,
                found,
                wanted: wanted.to_string(),
                remedy: "write one number for each column of the header",
            });
        }
        let mut samples = self.samples.iter_mut();
        for (column, field) in self.header.0.iter().zip(text::fields(line)) {
            let value = text::number(field);
            let value =
                value.ok_or_else(|| bad_field(Part::Csv, number, field, "a finite number"))?;
            match column {
                Some(_) => samples.next().expect("one column per role").push(value),
                None => {
                    self.decimals = self.decimals.max(decimals(field));
                    push_time(&mut self.times_s, value, number)?;
                }
            }
        }
        Ok(())
    }

    fn recording(self) -> Result<Recording, RecordingError> {
        let found = self.times_s.len();
        if found < 2 {
            return Err(RecordingError::TooFewSamples { part: Part::Csv, found });
        }
        // A column of seconds since 1970 is coarser in f64 than as printed.
        let float_step_s = self.times_s[found - 1].abs() * f64::EPSILON;
        let resolution_s = 10f64.powi(-self.decimals).max(float_step_s);
        let rate_hz = grid::uniform_rate_hz(&self.times_s, resolution_s);
        let section = Section {
            rate_hz,
            first_sample: 0,
            start_s: self.times_s.first().copied(),
            times_s: rate_hz.is_none().then_some(self.times_s),
            times_step_s: if rate_hz.is_none() { resolution_s } else { 0.0 },
            samples: self.samples,
            missing: Vec::new(),
        };
        let roles: Vec<_> = self.header.0.into_iter().flatten().collect();
        let mut recording = Recording::of_roles(&roles, section);
        if rate_hz.is_none() {
            recording
                .notes
                .push("csv: the times are not evenly spaced; there is no rate".to_owned());
        }
        Ok(recording)
    }
}

fn push_time(times_s: &mut Vec<f64>, found: f64, line: usize) -> Result<(), RecordingError> {
    if let Some(before) = times_s.last().copied().filter(|before| found <= *before) {
        let (part, place) = (Part::Csv, "line");
        return Err(RecordingError::TimeOrder { part, place, at: line, found, before });
    }
    times_s.push(found);
    Ok(())
}

/// Decimals a number is printed to: 6 for 0.000125, 6 for 1.25e-4.
fn decimals(field: &[u8]) -> i32 {
    let exponent_at = field.iter().position(|b| matches!(b, b'e' | b'E'));
    let (mantissa, exponent) = field.split_at(exponent_at.unwrap_or(field.len()));
    let exponent: i64 = exponent.get(1..).and_then(text::whole).unwrap_or(0);
    let point_at = mantissa.iter().position(|b| *b == b'.');
    let digits = point_at.map_or(0, |at| mantissa.len() - at - 1) as i64;
    let decimals = digits.saturating_sub(exponent).clamp(0, i64::from(DECIMALS_MAX));
    decimals as i32
}

#[cfg(test)]
mod tests {
    use super::decimals;

    #[test]
    fn decimals_as_printed() {
        for (field, want) in
            [("0", 0), ("0.000125", 6), ("1.25e-4", 6), ("1.5E+1", 0), ("1e-400", 17), (".5", 1)]
        {
            assert_eq!(decimals(field.as_bytes()), want, "{field}");
        }
    }
}
