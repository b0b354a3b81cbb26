//! ASCII data: `n,timestamp,A1..Ak,D1..Dm`, one sample a line ("ASCII data file format").

use crate::cfg::Cfg;
use crate::table::Table;
use crate::text::{self, bad_field};
use crate::{Part, RecordingError, Revision};

/// Number of a missing value in 1991 (6.3.4 "Format of data values").
const MISSING_1991: f64 = 999_999.0;

/// Number of a missing value in 1999 (6.3 "ASCII data file format"). The edition of 2013 (8.4)
/// leaves the field empty instead, so there the number counts as missing only where it is above the
/// channel's own declared maximum.
const MISSING_1999: f64 = 99_999.0;

/// Reads as many samples as the configuration announces. `lines_before` is how many lines of a
/// `.cff` stand above the data.
pub(crate) fn read(
    cfg: &Cfg,
    bytes: &[u8],
    lines_before: usize,
    notes: &mut Vec<String>,
) -> Result<Table, RecordingError> {
    let announced = cfg.announced_samples();
    let (body, mut stray) = text::cut_at_substitute(bytes);
    let mut table = Table::new(cfg.channels.len(), 0);
    for (index, line) in text::lines(body).enumerate() {
        if table.rows() == announced {
            stray += text::stray_bytes(line);
        } else if !line.trim_ascii().is_empty() {
            Row { cfg, line: lines_before + index + 1 }.read(line, &mut table)?;
        }
    }
    if table.rows() < announced {
        let fields = field_count(cfg);
        let (found, row) = (table.rows(), format!("{fields} fields"));
        return Err(RecordingError::DataShort { found, row, announced });
    }
    if stray > 0 {
        notes.push(format!("dat: {stray} bytes after the last announced sample are ignored"));
    }
    Ok(table)
}

fn field_count(cfg: &Cfg) -> usize {
    2 + cfg.channels.len() + cfg.digital_channels
}

struct Row<'a> {
    cfg: &'a Cfg,
    line: usize,
}

impl Row<'_> {
    fn read(&self, line: &[u8], table: &mut Table) -> Result<(), RecordingError> {
        let mut fields = self.fields(line)?;
        let [number, time] = [fields.next(), fields.next()].map(Option::unwrap_or_default);
        let sample = text::whole(number);
        let sample = sample.ok_or_else(|| self.bad(number, "a sample number"))?;
        table.begin_row(sample, self.time_s(time)?)?;
        for (channel, field) in fields.take(self.cfg.channels.len()).enumerate() {
            table.push(channel, self.value(channel, field)?);
        }
        Ok(())
    }

    /// The fields, once their count is right. A comma too many at the end of the line is common.
    fn fields<'l>(
        &self,
        line: &'l [u8],
    ) -> Result<impl Iterator<Item = &'l [u8]> + use<'l>, RecordingError> {
        let (found, wanted) = (text::fields(line).count(), field_count(self.cfg));
        let comma_at_end = line.trim_ascii_end().ends_with(b",");
        if found != wanted && !(found == wanted + 1 && comma_at_end) {
            return Err(RecordingError::FieldCount {
                part: Part::Dat,
                line: self.line,
                found,
                wanted: wanted.to_string(),
                remedy: "number, time, and one field per channel of the cfg; is it the right cfg?",
            });
        }
        Ok(text::fields(line))
    }

    /// Empty since 1999 where the rate is known ("timestamp ... noncritical if nrates > 0").
    fn time_s(&self, field: &[u8]) -> Result<Option<f64>, RecordingError> {
        if field.is_empty() {
            return Ok(None);
        }
        let counts = text::number(field).ok_or_else(|| self.bad(field, "a time stamp"))?;
        Ok(Some(counts * self.cfg.time_unit_s))
    }

    fn value(&self, channel: usize, field: &[u8]) -> Result<Option<f64>, RecordingError> {
        if field.is_empty() {
            return Ok(None);
        }
        let raw = text::number(field).ok_or_else(|| self.bad(field, "a number (or nothing)"))?;
        let missing = match self.cfg.revision {
            Revision::R1991 => raw == MISSING_1991,
            Revision::R1999 => raw == MISSING_1999,
            Revision::R2013 => {
                raw == MISSING_1999 && self.cfg.raw_max[channel].is_some_and(|max| raw > max)
            }
        };
        let scale = &self.cfg.channels[channel];
        Ok((!missing).then_some(scale.a * raw + scale.b))
    }

    fn bad(&self, field: &[u8], wanted: &'static str) -> RecordingError {
        bad_field(Part::Dat, self.line, field, wanted)
    }
}
