//! Judging a run against what its scenario expects.
//!
//! A window counts for an expectation if it lies wholly within the expectation's own. Times are those
//! of the meter: seconds since the first sample, by its own clock.

use image::{Image, MeterId, Reading};
use serde::Serialize;
use sim::scenario::{Expectation, Operator, Path, Scenario, Take, Tolerance, Wanted};
use sim::synthetic::MeterPort;
use world::Effects;

/// A window may begin or end so much outside, in seconds: half a sample of any rate, and rounding.
const SLACK_S: f64 = 1e-4;

/// What was found in place of what was expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// A number in the unit of the catalogue.
    Number(f64),
    /// A text: a quality, a finding, or the reason why there is no number.
    Text(String),
    /// Nothing: no window lies within the expectation's.
    Nothing,
}

/// What became of an expectation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Line of the scenario file, from 1.
    pub line: usize,
    /// The expectation in one line.
    pub expected: String,
    /// Why this is to be expected: the closed form; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What was found.
    pub found: Found,
    /// Unit of a number found; empty for a plain one and for a text.
    pub unit: &'static str,
    /// Seconds from the beginning at which it was found.
    pub at_s: Option<f64>,
    /// Whether it is as expected.
    pub passed: bool,
}

/// Watches a run and judges it.
#[derive(Debug)]
pub struct Judge {
    watches: Vec<Watch>,
    began: image::Timestamp,
    /// End of the last window of each meter, in seconds.
    ends: std::collections::BTreeMap<MeterId, f64>,
}

impl Judge {
    /// For the expectations of a scenario, before its run.
    pub fn new(scenario: &Scenario) -> Judge {
        Judge {
            watches: scenario.expect.iter().map(|expected| Watch::new(expected.clone())).collect(),
            began: image::Timestamp::from_unix_s(scenario.start.unix_s),
            ends: std::collections::BTreeMap::new(),
        }
    }

    /// Whether every single window has to be seen, or only what stands where expectations begin and
    /// end.
    pub fn wants_every_window(&self) -> bool {
        self.watches.iter().any(|watch| match watch.expected.path {
            Path::Value(..) => !matches!(watch.expected.window.take, Take::Last | Take::Change),
            Path::Quality(..) | Path::Wiring(_) | Path::Tariff => true,
            Path::Pulses => false,
        })
    }

    /// Instants at which an expectation begins or ends, in seconds.
    pub fn instants_s(&self) -> Vec<f64> {
        let windows = self.watches.iter().map(|watch| watch.expected.window);
        windows.flat_map(|window| [Some(window.from_s), window.to_s]).flatten().collect()
    }

    /// Looks at what a tick brought.
    pub fn observe(&mut self, effects: &Effects) {
        let Some(image) = &effects.image else { return };
        let now_s = image.time.seconds_since(self.began);
        let mut closed: Vec<(MeterId, f64, f64)> = Vec::new();
        for meter in &image.meters {
            let end_s = meter.window_end.seconds_since(self.began);
            let before = self.ends.insert(meter.id, end_s).unwrap_or(0.0);
            if end_s > before {
                closed.push((meter.id, before, end_s));
            }
        }
        for watch in &mut self.watches {
            watch.observe(image, now_s, &closed);
            if watch.expected.path == Path::Pulses {
                let times = effects.pulses.iter().map(|p| p.time.seconds_since(self.began));
                watch.count_pulses(times);
            }
        }
    }

    /// The verdicts, in the order of the file.
    pub fn finish(self) -> Vec<Verdict> {
        self.watches.into_iter().map(Watch::judge).collect()
    }
}

/// One expectation and what was seen of it so far.
#[derive(Debug)]
struct Watch {
    expected: Expectation,
    /// The sight that counts, and when it was seen.
    kept: Option<(Found, f64)>,
    /// What a counter was when the window began.
    before: f64,
    /// Sum of values times seconds, and the seconds.
    sum: (f64, f64),
    pulses: u64,
}

impl Watch {
    fn new(expected: Expectation) -> Watch {
        Watch { expected, kept: None, before: 0.0, sum: (0.0, 0.0), pulses: 0 }
    }

    fn is_within(&self, start_s: f64, end_s: f64) -> bool {
        let window = &self.expected.window;
        start_s >= window.from_s - SLACK_S && self.is_before_end(end_s)
    }

    fn is_before_end(&self, at_s: f64) -> bool {
        self.expected.window.to_s.is_none_or(|to_s| at_s <= to_s + SLACK_S)
    }

    fn observe(&mut self, image: &Image, now_s: f64, closed: &[(MeterId, f64, f64)]) {
        match self.expected.path {
            Path::Value(meter, point) => {
                let meter = meter_id(meter);
                let window = closed.iter().find(|(id, ..)| *id == meter);
                if let Some((_, start_s, end_s)) = window
                    && let Some(shown) = image.meter(meter)
                {
                    self.see_value(shown.get(point), *start_s, *end_s);
                }
            }
            Path::Quality(meter, point) => {
                let shown = image.meter(meter_id(meter)).map(|shown| shown.get(point).quality());
                self.see(Found::Text(shown.unwrap_or("not_installed").to_string()), now_s);
            }
            Path::Wiring(meter) => {
                let finding = image.meter(meter_id(meter)).map(|shown| shown.wiring.slug());
                self.see(Found::Text(finding.unwrap_or_default()), now_s);
            }
            Path::Tariff => {
                let off = || Found::Text("off".to_string());
                let tariff = |tariff| Found::Number(f64::from(tariff));
                self.see(image.io.tariff.map_or_else(off, tariff), now_s);
            }
            Path::Pulses => {}
        }
    }

    fn see_value(&mut self, reading: Reading, start_s: f64, end_s: f64) {
        let take = self.expected.window.take;
        if take == Take::Change {
            if let Some(value) = reading.value() {
                if end_s <= self.expected.window.from_s + SLACK_S {
                    self.before = value;
                } else if self.is_before_end(end_s) {
                    self.kept = Some((Found::Number(value - self.before), end_s));
                }
            }
            return;
        }
        let counts = match take {
            Take::Last => self.is_before_end(end_s) && end_s > self.expected.window.from_s,
            _ => self.is_within(start_s, end_s),
        };
        if !counts {
            return;
        }
        let found = match reading {
            Reading::Value { value, .. } => Found::Number(value),
            Reading::Absent(reason) => Found::Text(reason.slug().to_string()),
        };
        if take == Take::Mean
            && let Found::Number(value) = found
        {
            self.sum.0 += value * (end_s - start_s);
            self.sum.1 += end_s - start_s;
        }
        self.keep(found, end_s);
    }

    /// Sees something that is so at an instant.
    fn see(&mut self, found: Found, at_s: f64) {
        if self.is_within(at_s, at_s) && at_s > 0.0 {
            self.keep(found, at_s);
        }
    }

    /// Keeps what decides: the last, the smallest, the largest, the first that fails, or the first
    /// that holds.
    fn keep(&mut self, found: Found, at_s: f64) {
        let better = match (&self.kept, self.expected.window.take) {
            (None, _) | (_, Take::Last | Take::Mean | Take::Change) => true,
            (Some((kept, _)), Take::Min) => less(&found, kept),
            (Some((kept, _)), Take::Max) => less(kept, &found),
            (Some((kept, _)), Take::Every) => self.holds(kept),
            (Some((kept, _)), Take::Any) => !self.holds(kept),
        };
        if better {
            self.kept = Some((found, at_s));
        }
    }

    fn count_pulses(&mut self, times_s: impl Iterator<Item = f64>) {
        let window = self.expected.window;
        let within =
            |at_s: f64| at_s > window.from_s && window.to_s.is_none_or(|to_s| at_s <= to_s);
        self.pulses += times_s.filter(|at_s| within(*at_s)).count() as u64;
    }

    fn judge(mut self) -> Verdict {
        if self.expected.path == Path::Pulses {
            self.kept = Some((Found::Number(self.pulses as f64), 0.0));
        }
        if self.expected.window.take == Take::Mean && self.sum.1 > 0.0 {
            let at_s = self.kept.as_ref().map_or(0.0, |(_, at_s)| *at_s);
            self.kept = Some((Found::Number(self.sum.0 / self.sum.1), at_s));
        }
        let passed = self.kept.as_ref().is_some_and(|(found, _)| self.holds(found));
        let (found, at_s) = match self.kept {
            Some((found, at_s)) => {
                // A mean, a change and a count are of a stretch, not of a moment.
                let of_moment = !matches!(self.expected.window.take, Take::Mean | Take::Change);
                (found, of_moment.then_some(at_s))
            }
            None => (Found::Nothing, None),
        };
        let unit = match (self.expected.path, &found) {
            (Path::Value(_, point), Found::Number(_)) => point.point().quantity.unit.symbol(),
            _ => "",
        };
        let Expectation { line, text, why, .. } = self.expected;
        Verdict { line, expected: text, why, found, unit, at_s, passed }
    }

    fn holds(&self, found: &Found) -> bool {
        match (found, &self.expected.wanted) {
            (Found::Number(found), Wanted::Number(wanted)) => {
                compare(*found, self.expected.operator, *wanted, self.expected.tolerance)
            }
            (Found::Text(found), Wanted::Text(wanted)) => {
                (found == wanted) == (self.expected.operator == Operator::Equal)
            }
            _ => false,
        }
    }
}

fn less(a: &Found, b: &Found) -> bool {
    match (a, b) {
        (Found::Number(a), Found::Number(b)) => a < b,
        // No number at all is worse than any.
        (Found::Text(_), Found::Number(_)) => true,
        _ => false,
    }
}

fn compare(found: f64, operator: Operator, wanted: f64, tolerance: Tolerance) -> bool {
    let room = match tolerance {
        Tolerance::None => 0.0,
        Tolerance::Absolute(room) => room,
        Tolerance::Relative(part) => part * wanted.abs(),
    };
    match operator {
        Operator::Equal => (found - wanted).abs() <= room,
        Operator::NotEqual => (found - wanted).abs() > room,
        Operator::Below => found < wanted + room,
        Operator::AtMost => found <= wanted + room,
        Operator::Above => found > wanted - room,
        Operator::AtLeast => found >= wanted - room,
    }
}

/// The same meter in the words of the image.
pub fn meter_id(port: MeterPort) -> MeterId {
    match port {
        MeterPort::Main => MeterId::Main,
        MeterPort::Esy(slot) => MeterId::Esy(slot),
    }
}
