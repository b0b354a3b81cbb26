//! The configuration (`.cfg`): line by line in the order the standard fixes.
//!
//! The editions differ in few places, and the reader follows what is there rather than the year:
//! - first line without a year: 1991;
//! - an analogue channel has 10 fields in 1991, since 1999 also primary, secondary and PS;
//! - a digital channel has 3 fields in 1991 and 5 since 1999;
//! - since 1999 a line with the time multiplier (TIMEMULT) follows the data file type;
//! - the two time quality lines of 2013 are not used here.

use crate::text::{self, Decoder, bad_field};
use crate::{Channel, DataFormat, Part, RecordingError, Revision, Side};

/// Most channels of either kind. The standard allows 999,999; nothing real has a hundredth of it.
const CHANNELS_MAX: usize = 9_999;

/// Most rate lines: the standard's own bound ("Sampling rate information", nrates up to 999).
pub(crate) const SECTIONS_MAX: usize = 999;

/// Years a first line may name. Between two editions the older one's layout holds.
const YEARS: std::ops::RangeInclusive<u32> = 1991..=2099;

/// Digits of the seconds' fraction up to which time stamps count microseconds; with more they
/// count nanoseconds (2013, "Date/time stamps").
const MICROSECOND_DIGITS: usize = 6;

/// A configuration, not yet joined with its data.
#[derive(Debug)]
pub(crate) struct Cfg {
    pub(crate) station: String,
    pub(crate) device: String,
    pub(crate) revision: Revision,
    pub(crate) channels: Vec<Channel>,
    /// Largest raw value a channel declares, where it does.
    pub(crate) raw_max: Vec<Option<f64>>,
    pub(crate) digital_channels: usize,
    pub(crate) line_frequency_hz: Option<f64>,
    pub(crate) rates: Vec<RateLine>,
    pub(crate) start: Option<String>,
    pub(crate) trigger: Option<String>,
    pub(crate) format: DataFormat,
    /// Seconds per count of a time stamp: micro- or nanosecond times TIMEMULT.
    pub(crate) time_unit_s: f64,
    pub(crate) notes: Vec<String>,
}

/// `samp,endsamp`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateLine {
    /// `None` for 0: the data's time stamps count.
    pub(crate) rate_hz: Option<f64>,
    /// Number of the section's last sample, from 1.
    pub(crate) last_sample: usize,
}

impl Cfg {
    /// Number of the last sample of all.
    pub(crate) fn announced_samples(&self) -> usize {
        self.rates.last().map_or(0, |rate| rate.last_sample)
    }
}

/// Reads a configuration. `lines_before` is how many lines of a `.cff` stand above it.
pub(crate) fn read(bytes: &[u8], lines_before: usize) -> Result<Cfg, RecordingError> {
    let (body, stray) = text::cut_at_substitute(text::without_bom(bytes));
    if body.trim_ascii().is_empty() {
        return Err(RecordingError::Empty { part: Part::Cfg });
    }
    let mut reader = Reader {
        lines: text::lines(body).collect(),
        next: 0,
        lines_before,
        decoder: Decoder::of(body),
        notes: Vec::new(),
    };
    if !reader.decoder.is_lossless_text() {
        reader.note(
            "cfg: the text is not UTF-8; names are shown byte by byte, \
             so pick channels by number (#3)",
        );
    }
    if stray > 0 {
        reader.note(&format!("cfg: {stray} stray bytes after the end mark 0x1A are ignored"));
    }
    reader.cfg()
}

struct Reader<'a> {
    lines: Vec<&'a [u8]>,
    next: usize,
    lines_before: usize,
    decoder: Decoder,
    notes: Vec<String>,
}

/// Edition and the two names of the first line.
struct Identity {
    station: String,
    device: String,
    revision: Revision,
}

impl<'a> Reader<'a> {
    fn cfg(mut self) -> Result<Cfg, RecordingError> {
        let identity = self.identity()?;
        let (analogue, digital) = self.channel_counts()?;
        let (channels, raw_max) = self.analogue_channels(analogue)?;
        self.skip_digital_channels(digital)?;
        let line_frequency_hz = self.line_frequency()?;
        let rates = self.rates()?;
        let start = self.date_time("date and time of the first sample")?;
        let trigger = self.date_time("date and time of the trigger")?;
        let format = self.data_format()?;
        let tick_s = tick_s(&[&start, &trigger]);
        let time_unit_s = tick_s * self.time_multiplier(identity.revision)?;
        Ok(Cfg {
            station: identity.station,
            device: identity.device,
            revision: identity.revision,
            channels,
            raw_max,
            digital_channels: digital,
            line_frequency_hz,
            rates,
            start,
            trigger,
            format,
            time_unit_s,
            notes: self.notes,
        })
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    /// Number of the line read last.
    fn line_number(&self) -> usize {
        self.lines_before + self.next
    }

    fn line(&mut self, wanted: &str) -> Result<&'a [u8], RecordingError> {
        self.next += 1;
        let line = self.lines.get(self.next - 1).copied();
        line.ok_or_else(|| RecordingError::TextEnds {
            part: Part::Cfg,
            line: self.line_number(),
            wanted: wanted.to_owned(),
        })
    }

    fn bad(&self, field: &[u8], wanted: &'static str) -> RecordingError {
        bad_field(Part::Cfg, self.line_number(), field, wanted)
    }

    fn field_count(&self, found: usize, wanted: &str, remedy: &'static str) -> RecordingError {
        let (part, line) = (Part::Cfg, self.line_number());
        RecordingError::FieldCount { part, line, found, wanted: wanted.to_owned(), remedy }
    }

    /// "Station name, identification, and revision year".
    fn identity(&mut self) -> Result<Identity, RecordingError> {
        let fields: Vec<_> = text::fields(self.line("station name")?).collect();
        let (station, device, year) = match fields[..] {
            [station, device] => (station, device, None),
            [station, device, year] => (station, device, Some(year)),
            _ => {
                let remedy = "write station, device and year, without commas inside a name";
                return Err(self.field_count(fields.len(), "2 or 3", remedy));
            }
        };
        let revision = self.revision(year.unwrap_or_default())?;
        let (station, device) = (self.decoder.text(station), self.decoder.text(device));
        Ok(Identity { station, device, revision })
    }

    fn revision(&mut self, field: &[u8]) -> Result<Revision, RecordingError> {
        if field.is_empty() {
            return Ok(Revision::R1991);
        }
        let year = text::whole(field).filter(|year| YEARS.contains(year));
        let year: u32 = year.ok_or_else(|| self.bad(field, "the edition, 1991, 1999 or 2013,"))?;
        let revision = match year {
            ..1999 => Revision::R1991,
            1999..2013 => Revision::R1999,
            2013.. => Revision::R2013,
        };
        if ![1991, 1999, 2001, 2013].contains(&year) {
            self.note(&format!("cfg: edition {year} is read as the last one before it"));
        }
        Ok(revision)
    }

    /// "Number and type of channels": `TT,nA,nD`.
    fn channel_counts(&mut self) -> Result<(usize, usize), RecordingError> {
        let fields: Vec<_> = text::fields(self.line("number of channels")?).collect();
        let [total, analogue, digital] = fields[..] else {
            return Err(self.field_count(fields.len(), "3", "write them as in 10,8A,2D"));
        };
        let analogue = self.count(analogue, b'A', "the number of analogue channels as in 8A")?;
        let digital = self.count(digital, b'D', "the number of digital channels as in 2D")?;
        if analogue == 0 {
            return Err(self.bad(fields[1], "at least one analogue channel (1A)"));
        }
        if text::whole(total) != Some(analogue + digital) {
            let total = text::quote(total);
            self.note(&format!(
                "cfg: the total of channels `{total}` is not {analogue} + {digital}"
            ));
        }
        Ok((analogue, digital))
    }

    fn count(
        &self,
        field: &[u8],
        letter: u8,
        wanted: &'static str,
    ) -> Result<usize, RecordingError> {
        let digits = match field.split_last() {
            Some((last, digits)) if last.eq_ignore_ascii_case(&letter) => digits,
            _ => return Err(self.bad(field, wanted)),
        };
        let found = text::whole(digits).ok_or_else(|| self.bad(field, wanted))?;
        if found > CHANNELS_MAX {
            let (part, line, limit) = (Part::Cfg, self.line_number(), CHANNELS_MAX);
            return Err(RecordingError::TooMany { part, line, what: "channels", found, limit });
        }
        Ok(found)
    }

    /// "Analog channel information".
    fn analogue_channels(
        &mut self,
        count: usize,
    ) -> Result<(Vec<Channel>, Vec<Option<f64>>), RecordingError> {
        // No capacity from the count: it is a claim until the lines have been seen.
        let (mut channels, mut raw_max) = (Vec::new(), Vec::new());
        for position in 1..=count {
            let line = self.line("analogue channels")?;
            let (channel, max) = self.analogue_channel(line, position)?;
            channels.push(channel);
            raw_max.push(max);
        }
        self.number_channels(&mut channels);
        Ok((channels, raw_max))
    }

    /// `An,ch_id,ph,ccbm,uu,a,b,skew,min,max` and since 1999 `,primary,secondary,PS`.
    fn analogue_channel(
        &mut self,
        line: &[u8],
        position: usize,
    ) -> Result<(Channel, Option<f64>), RecordingError> {
        let fields: Vec<_> = text::fields(line).collect();
        if fields.len() != 10 && fields.len() != 13 {
            let remedy = "a name must not hold a comma; does the number of channels in line 2 fit?";
            return Err(self.field_count(fields.len(), "10 or 13", remedy));
        }
        let ratio = |at: usize| fields.get(at).and_then(|f| text::number(f)).unwrap_or(1.0);
        let text = |at: usize| self.decoder.text(fields[at]);
        let channel = Channel {
            number: text::whole(fields[0]).unwrap_or(0),
            name: text(1),
            phase: text(2),
            circuit: text(3),
            unit: text(4),
            a: text::number(fields[5])
                .ok_or_else(|| self.bad(fields[5], "a number (scale factor a)"))?,
            b: self.number_or_zero(fields[6], "a number (offset b)")?,
            skew_us: self.number_or_zero(fields[7], "a number (skew)")?,
            primary: ratio(10),
            secondary: ratio(11),
            side: fields.get(12).and_then(|field| side(field)),
        };
        if channel.a == 0.0 {
            self.note(&format!("cfg: channel in position {position} has scale factor 0"));
        }
        Ok((channel, text::number(fields[9])))
    }

    fn number_or_zero(&self, field: &[u8], wanted: &'static str) -> Result<f64, RecordingError> {
        if field.is_empty() {
            return Ok(0.0);
        }
        text::number(field).ok_or_else(|| self.bad(field, wanted))
    }

    /// Numbers must be there and unique, or `#3` could mean two channels.
    fn number_channels(&mut self, channels: &mut [Channel]) {
        let mut numbers: Vec<_> = channels.iter().map(|c| c.number).collect();
        numbers.sort_unstable();
        let doubtful = numbers.first() == Some(&0) || numbers.windows(2).any(|w| w[0] == w[1]);
        if !doubtful {
            return;
        }
        for (index, channel) in channels.iter_mut().enumerate() {
            channel.number = index + 1;
        }
        self.note(
            "cfg: channel numbers are missing or not unique; channels are numbered by position",
        );
    }

    /// "Status (digital) channel information": only counted.
    fn skip_digital_channels(&mut self, count: usize) -> Result<(), RecordingError> {
        for _ in 0..count {
            let found = text::fields(self.line("digital channels")?).count();
            if found < 3 {
                let remedy = "does the number of digital channels in line 2 fit?";
                return Err(self.field_count(found, "3 (1991) or 5", remedy));
            }
        }
        Ok(())
    }

    fn line_frequency(&mut self) -> Result<Option<f64>, RecordingError> {
        let field = self.line("line frequency")?.trim_ascii();
        let wanted = "the line frequency in Hz (or nothing)";
        let hz = self.number_or_zero(field, wanted)?;
        Ok((hz > 0.0).then_some(hz))
    }

    /// "Sampling rate information". `nrates` of 0 still has one line, `0,endsamp`: the time stamps
    /// in the data are then critical.
    fn rates(&mut self) -> Result<Vec<RateLine>, RecordingError> {
        let field = self.line("number of sampling rates")?.trim_ascii();
        let found = text::whole(field);
        let found: usize = found.ok_or_else(|| self.bad(field, "the number of sampling rates"))?;
        if found > SECTIONS_MAX {
            let (part, line, limit) = (Part::Cfg, self.line_number(), SECTIONS_MAX);
            return Err(RecordingError::TooMany { part, line, what: "rates", found, limit });
        }
        let mut rates: Vec<RateLine> = Vec::new();
        for _ in 0..found.max(1) {
            let before = rates.last().map_or(0, |rate| rate.last_sample);
            rates.push(self.rate(before)?);
        }
        Ok(rates)
    }

    fn rate(&mut self, before: usize) -> Result<RateLine, RecordingError> {
        let fields: Vec<_> = text::fields(self.line("sampling rates")?).collect();
        let [rate, last] = fields[..] else {
            let remedy = "write the rate in Hz and the last sample number as in 8000,1600";
            return Err(self.field_count(fields.len(), "2", remedy));
        };
        let rate_hz = text::number(rate).filter(|hz| *hz >= 0.0);
        let rate_hz = rate_hz.ok_or_else(|| self.bad(rate, "a sampling rate in Hz (or 0)"))?;
        let last_sample = text::whole(last).filter(|last| *last > before);
        let wanted = "a last sample number above the one before";
        let last_sample = last_sample.ok_or_else(|| self.bad(last, wanted))?;
        Ok(RateLine { rate_hz: (rate_hz > 0.0).then_some(rate_hz), last_sample })
    }

    /// "Date/time stamps": kept as text. Day and month change places between 1991 and 1999, and no
    /// edition before 2013 knows a zone, so reading more into them would be a guess.
    fn date_time(&mut self, wanted: &str) -> Result<Option<String>, RecordingError> {
        let text = self.decoder.text(self.line(wanted)?.trim_ascii());
        let blank = text.chars().all(|c| !c.is_alphanumeric());
        let no_date = text.starts_with("00/00/0000");
        Ok((!blank && !no_date).then_some(text))
    }

    fn data_format(&mut self) -> Result<DataFormat, RecordingError> {
        let field = self.line("data file type")?.trim_ascii();
        let wanted = "ASCII, BINARY, BINARY32 or FLOAT32";
        format_of(field).ok_or_else(|| self.bad(field, wanted))
    }

    /// "Time stamp multiplication factor", absent in 1991. Files of 1999 that end without it are
    /// common; 1 is what their writers meant.
    fn time_multiplier(&mut self, revision: Revision) -> Result<f64, RecordingError> {
        let Ok(line) = self.line("time multiplier") else { return Ok(1.0) };
        let field = line.trim_ascii();
        if field.is_empty() {
            return Ok(1.0);
        }
        match text::number(field).filter(|factor| *factor > 0.0) {
            Some(factor) => Ok(factor),
            None if revision == Revision::R1991 => Ok(1.0),
            None => Err(self.bad(field, "a time multiplier above 0")),
        }
    }
}

/// The format a word names.
pub(crate) fn format_of(word: &[u8]) -> Option<DataFormat> {
    use DataFormat::{Ascii, Binary, Binary32, Float32};
    [Ascii, Binary, Binary32, Float32]
        .into_iter()
        .find(|format| word.eq_ignore_ascii_case(format.name().as_bytes()))
}

fn side(field: &[u8]) -> Option<Side> {
    match field {
        b"P" | b"p" => Some(Side::Primary),
        b"S" | b"s" => Some(Side::Secondary),
        _ => None,
    }
}

/// Seconds per count of a time stamp before TIMEMULT, by the finer of the two dates.
pub(crate) fn tick_s(stamps: &[&Option<String>]) -> f64 {
    let digits = stamps.iter().filter_map(|stamp| stamp.as_deref()).map(fraction_digits).max();
    if digits > Some(MICROSECOND_DIGITS) { 1e-9 } else { 1e-6 }
}

fn fraction_digits(stamp: &str) -> usize {
    let fraction = stamp.rsplit_once('.').map_or("", |(_, fraction)| fraction);
    fraction.bytes().take_while(u8::is_ascii_digit).count()
}
