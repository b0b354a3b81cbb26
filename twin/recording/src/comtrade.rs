//! COMTRADE: joins a configuration with its data.

use crate::cfg::{self, Cfg};
use crate::{DataFormat, Part, Recording, RecordingError, cff, dat_ascii, dat_binary};

/// Reads a `.cfg` and `.dat` pair of any edition and data format.
///
/// Missing samples are those the edition marks so: an empty ASCII field; 99999 (1999), 999999
/// (1991); 0x8000 (BINARY), 0x80000000 (BINARY32); for FLOAT32 whatever is not finite and the lowest
/// value. They are listed in [`crate::Section::missing`].
pub fn read_comtrade(cfg: &[u8], dat: &[u8]) -> Result<Recording, RecordingError> {
    join(cfg::read(cfg, 0)?, dat, 0)
}

/// Reads a `.cff`, the single file of 2013 that holds configuration and data ("Single file format
/// COMTRADE (CFF)"). Its INF and HDR sections are not used.
pub fn read_cff(bytes: &[u8]) -> Result<Recording, RecordingError> {
    let parts = cff::split(bytes)?;
    let mut cfg = cfg::read(parts.cfg.bytes, parts.cfg.lines_before)?;
    parts.check_format(cfg.format)?;
    cfg.notes.extend(parts.notes);
    join(cfg, parts.dat.bytes, parts.dat.lines_before)
}

fn join(mut cfg: Cfg, dat: &[u8], lines_before: usize) -> Result<Recording, RecordingError> {
    if dat.is_empty() {
        return Err(RecordingError::Empty { part: Part::Dat });
    }
    let mut notes = std::mem::take(&mut cfg.notes);
    let table = match cfg.format {
        DataFormat::Ascii => dat_ascii::read(&cfg, dat, lines_before, &mut notes)?,
        _ => dat_binary::read(&cfg, dat, &mut notes)?,
    };
    let sections = table.sections(&cfg, &mut notes)?;
    Ok(Recording {
        station: cfg.station,
        device: cfg.device,
        revision: Some(cfg.revision),
        format: cfg.format,
        line_frequency_hz: cfg.line_frequency_hz,
        start: cfg.start,
        trigger: cfg.trigger,
        channels: cfg.channels,
        digital_channels: cfg.digital_channels,
        sections,
        notes,
    })
}
