//! The samples of a data file before they are divided into sections: [`Table`], filled row by row.

use crate::cfg::Cfg;
use crate::{Part, RecordingError, Section};

/// Largest relative difference between a section's rate and its time stamps that goes unmentioned.
const RATE_DIFFERENCE_MAX: f64 = 1e-3;

/// Columns of a whole data file.
#[derive(Debug)]
pub(crate) struct Table {
    /// Scaled values, `[channel][sample]`.
    pub(crate) columns: Vec<Vec<f64>>,
    /// (channel, sample) without a value.
    pub(crate) missing: Vec<(usize, usize)>,
    /// Time stamps in seconds, unwrapped; `None` where the file has none.
    pub(crate) times_s: Vec<Option<f64>>,
    numbers: SampleNumbers,
}

impl Table {
    /// An empty table. `rows` must come from the length of the data.
    pub(crate) fn new(channels: usize, rows: usize) -> Self {
        Self {
            columns: (0..channels).map(|_| Vec::with_capacity(rows)).collect(),
            missing: Vec::new(),
            times_s: Vec::with_capacity(rows),
            numbers: SampleNumbers::default(),
        }
    }

    /// Rows begun so far.
    pub(crate) fn rows(&self) -> usize {
        self.times_s.len()
    }

    /// Begins a row.
    pub(crate) fn begin_row(
        &mut self,
        number: u64,
        time_s: Option<f64>,
    ) -> Result<(), RecordingError> {
        self.times_s.push(time_s);
        self.numbers.next(number)
    }

    /// Adds the value of a channel to the row begun last; whatever is not finite is missing.
    pub(crate) fn push(&mut self, channel: usize, value: Option<f64>) {
        let value = value.filter(|v| v.is_finite());
        if value.is_none() {
            self.missing.push((channel, self.rows() - 1));
        }
        self.columns[channel].push(value.unwrap_or(f64::NAN));
    }

    /// Divides the rows into the sections of the configuration, which announces no more rows than
    /// there are.
    pub(crate) fn sections(
        mut self,
        cfg: &Cfg,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Section>, RecordingError> {
        notes.extend(self.numbers.note());
        let (mut sections, mut first) = (Vec::new(), 0);
        for rate in &cfg.rates {
            let length = rate.last_sample - first;
            let times: Vec<_> = self.times_s.drain(..length).collect();
            let cut = self.missing.partition_point(|(_, sample)| *sample < rate.last_sample);
            let missing = self.missing.drain(..cut).map(|(c, s)| (c, s - first)).collect();
            let mut section = Section {
                rate_hz: rate.rate_hz,
                first_sample: first,
                start_s: times[0],
                times_s: None,
                times_step_s: 0.0,
                samples: self.columns.iter_mut().map(|c| c.drain(..length).collect()).collect(),
                missing,
            };
            match section.rate_hz {
                None => {
                    section.times_s = Some(critical_times(&times, first)?);
                    section.times_step_s = cfg.time_unit_s;
                }
                Some(rate_hz) => {
                    let step_s = cfg.time_unit_s;
                    notes.extend(rate_note(rate_hz, &times, step_s, sections.len() + 1));
                }
            }
            sections.push(section);
            first = rate.last_sample;
        }
        Ok(sections)
    }
}

/// Without a rate every sample needs its time, and times increase.
fn critical_times(times: &[Option<f64>], first: usize) -> Result<Vec<f64>, RecordingError> {
    let mut out: Vec<f64> = Vec::with_capacity(times.len());
    for (index, time) in times.iter().enumerate() {
        let at = first + index + 1;
        let found = time.ok_or(RecordingError::NoTime { sample: at })?;
        if let Some(before) = out.last().copied().filter(|before| found <= *before) {
            let (part, place) = (Part::Dat, "sample");
            return Err(RecordingError::TimeOrder { part, place, at, found, before });
        }
        out.push(found);
    }
    Ok(out)
}

/// The rate is what counts; stamps that contradict it point at a wrong TIMEMULT or rate.
fn rate_note(rate_hz: f64, times: &[Option<f64>], step_s: f64, section: usize) -> Option<String> {
    let span_s = times.last().copied().flatten()? - times.first().copied().flatten()?;
    if span_s <= 0.0 {
        return None;
    }
    let intervals = (times.len() - 1) as f64;
    let stamped_hz = intervals / span_s;
    // Both ends are rounded, or cut, to a step.
    let tolerance_s = step_s + RATE_DIFFERENCE_MAX * span_s;
    let differs = (span_s - intervals / rate_hz).abs() > tolerance_s;
    differs.then(|| {
        format!(
            "section {section}: the cfg gives {rate_hz} Hz, the time stamps {stamped_hz:.3} Hz; \
             the cfg is followed"
        )
    })
}

/// Watches the sample numbers. They are critical in every edition ("Data file", field n) and the
/// only proof that a data file belongs to its configuration and has no hole.
#[derive(Debug, Default)]
struct SampleNumbers {
    seen: usize,
    first: u64,
    last: u64,
    /// Every number so far equals the first: the recorder does not fill the field.
    constant: bool,
    restarts: usize,
}

impl SampleNumbers {
    fn next(&mut self, number: u64) -> Result<(), RecordingError> {
        self.seen += 1;
        match self.seen {
            1 => {
                self.first = number;
                self.constant = true;
            }
            2 if number == self.last => {}
            2 => self.constant = false,
            _ => {}
        }
        let counts = self.seen == 1
            || if self.constant { number == self.last } else { self.follows(number) };
        let (sample, wanted) = (self.seen, self.last.wrapping_add(u64::from(!self.constant)));
        self.last = number;
        match counts {
            true => Ok(()),
            false => Err(RecordingError::SampleNumber { sample, found: number, wanted }),
        }
    }

    /// Some recorders count each section anew, from the number the first one began with.
    fn follows(&mut self, number: u64) -> bool {
        let restart = number == self.first && number <= 1;
        self.restarts += usize::from(restart);
        restart || number == self.last.wrapping_add(1)
    }

    fn note(&self) -> Option<String> {
        if self.constant && self.seen > 1 {
            return Some(format!(
                "dat: every sample has the number {}; lost samples cannot be seen",
                self.first
            ));
        }
        (self.restarts > 0)
            .then(|| format!("dat: sample numbers begin anew {} times", self.restarts))
    }
}
