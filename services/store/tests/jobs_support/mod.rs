//! What the proofs of log jobs share: a house that makes images, and what must hold of rows.

#![allow(dead_code, reason = "each file of proofs uses its part")]

pub mod proofs;

use catalog::{PointId, QuantityId, Register, Scope, point};
use image::{Identity, Image, MeterId, MeterImage};
use port::{Flag, Flags, Reading, SlotId, Timestamp};
use std::sync::Arc;
use store::calendar::{Step, Zone};
use store::job::{Aggregator, Configuration};
use store::{Aggregate, Layout, Row, RowFlag, Rows};

/// Steps at which an energy is zero again.
pub const ROLLOVER: i64 = 100_000_000_000;

pub fn power() -> PointId {
    point(QuantityId::ActivePower, None, Scope::System).unwrap()
}

pub fn energy() -> PointId {
    point(QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System).unwrap()
}

fn hours() -> PointId {
    point(QuantityId::OperatingHours, Some(Register::Total), Scope::System).unwrap()
}

pub fn at(text: &str) -> Timestamp {
    let moment: jiff::Timestamp = text.parse().unwrap();
    Timestamp { unix_ns: moment.as_nanosecond() as i64 }
}

pub fn ns(nanoseconds: i64) -> f64 {
    nanoseconds as f64 * 1e-9
}

/// A house with a built-in meter and one module, in which windows close as they are told.
pub struct House {
    pub image: Image,
    /// Civil time at the end of the last window.
    pub now: Timestamp,
    /// Time that was measured since the beginning, in nanoseconds.
    pub measured_ns: i64,
    /// What the counter stands at, in nanowatt-seconds.
    pub energy_nws: i128,
    life_ns: i64,
}

const NWS_PER_WH: i128 = 3_600_000_000_000;

impl House {
    pub fn new(start: Timestamp, wh: i64) -> House {
        let mut image = Image::settling(Arc::new(Identity::default()), start);
        let slot = SlotId::new(1).unwrap();
        image.meters.push(MeterImage::settling(MeterId::Esy(slot), start));
        let energy_nws = i128::from(wh) * NWS_PER_WH;
        let mut house =
            House { image, now: start, measured_ns: 0, energy_nws, life_ns: 7 * 3_600_000_000_000 };
        house.show(0, 0.0, Flags::NONE);
        house.show(1, 0.0, Flags::NONE);
        house
    }

    /// Nothing is shown before the first window; a new meter has not lived either.
    pub fn hide_until_measured(&mut self, new: bool) {
        if new {
            self.life_ns = 0;
        }
        for meter in &mut self.image.meters {
            meter.readings = port::Readings::absent(port::Reason::Settling);
        }
    }

    /// The standing that a register shows, in steps.
    pub fn standing(&self) -> i64 {
        ((self.kwh() * 1000.0).round() as i64).rem_euclid(ROLLOVER)
    }

    fn kwh(&self) -> f64 {
        let modulus = i128::from(ROLLOVER) * NWS_PER_WH;
        (self.energy_nws.rem_euclid(modulus)) as f64 / NWS_PER_WH as f64 / 1000.0
    }

    fn show(&mut self, place: usize, watts: f64, flags: Flags) {
        let (kwh, life) = (self.kwh(), self.life_ns as f64 / 3.6e12);
        let meter = &mut self.image.meters[place];
        meter.readings.set(power(), Reading::Value { value: watts, flags });
        meter.readings.set(energy(), Reading::good(kwh));
        meter.readings.set(hours(), Reading::good(life));
    }

    /// Time and energy go on without a window.
    fn pass(&mut self, length_ns: i64, watts: i64) {
        self.now.unix_ns += length_ns;
        self.measured_ns += length_ns;
        self.life_ns += length_ns;
        self.energy_nws += i128::from(watts) * i128::from(length_ns);
        self.image.time = self.now;
    }

    /// A window of the built-in meter closes.
    pub fn main_window(&mut self, length_ns: i64, watts: i64) {
        self.pass(length_ns, watts);
        self.close(0, watts, Flags::NONE);
    }

    /// Both meters' windows close.
    pub fn window(&mut self, length_ns: i64, watts: i64) {
        self.main_window(length_ns, watts);
        self.close(1, watts, Flags::NONE);
    }

    /// The module's window closes, which measures the same.
    pub fn module_window(&mut self, watts: i64) {
        self.close(1, watts, Flags::NONE);
    }

    fn close(&mut self, place: usize, watts: i64, flags: Flags) {
        self.show(place, watts as f64, flags);
        let meter = &mut self.image.meters[place];
        meter.windows += 1;
        meter.window_end = self.now;
    }

    /// Samples are missing for a while, and then a window closes.
    pub fn gap(&mut self, missing_ns: i64, length_ns: i64, watts: i64) {
        self.now.unix_ns += missing_ns;
        self.pass(length_ns, watts);
        let flags = Flags::NONE.with(Flag::Gap, true);
        self.close(0, watts, flags);
        self.close(1, watts, flags);
    }

    /// The clock is set.
    pub fn set_clock(&mut self, to: Timestamp) {
        self.now = to;
    }

    /// The program is started again: windows are counted from zero, nothing is measured yet, and counters
    /// are those that were kept.
    pub fn restart(&mut self, away_ns: i64) {
        self.now.unix_ns += away_ns;
        let measured_ns = self.measured_ns;
        let life_ns = self.life_ns;
        let energy_nws = self.energy_nws;
        *self = House::new(self.now, 0);
        (self.measured_ns, self.life_ns, self.energy_nws) = (measured_ns, life_ns, energy_nws);
        self.show(0, 0.0, Flags::NONE);
        self.show(1, 0.0, Flags::NONE);
    }
}

/// The layout of a job of the given interval that has every aggregate of a power and of an energy.
pub fn layout(interval: &str, meters: &str) -> Layout {
    let text = format!(
        "[[log]]\nname = \"proof\"\ninterval = \"{interval}\"\nmeters = [\"{meters}\"]\n\
         points = [\"{}\", \"{}\"]\n\
         aggregates = [\"mean\", \"min_at\", \"max_at\", \"sum\", \"last\", \"delta\"]\n",
        power().point().path(),
        energy().point().path()
    );
    let configuration = Configuration::parse(&text).unwrap();
    configuration.jobs[0].layout(&[MeterId::Main, MeterId::Esy(SlotId::new(1).unwrap())])
}

/// A cell of a row.
pub fn cell(layout: &Layout, row: &Row, meter: usize, point: PointId, what: Aggregate) -> i64 {
    value(layout, row, meter, point, what).expect("a value")
}

pub fn value(
    layout: &Layout,
    row: &Row,
    meter: usize,
    point: PointId,
    what: Aggregate,
) -> Option<i64> {
    let id = [MeterId::Main, MeterId::Esy(SlotId::new(1).unwrap())][meter];
    let place = layout
        .columns
        .iter()
        .position(|column| (column.meter, column.point, column.aggregate) == (id, point, what))
        .expect("the layout has it");
    row.cells[place].value()
}

/// Sum of the gains of a meter.
pub fn gained(layout: &Layout, rows: &[Row], meter: usize) -> i64 {
    rows.iter().map(|row| cell(layout, row, meter, energy(), Aggregate::Delta)).sum()
}

pub fn measured_ms(rows: &[Row]) -> u64 {
    rows.iter().map(|row| row.measured_ms).sum()
}

pub fn boxed(rows: &[Row]) -> Rows<'_> {
    Box::new(rows.iter().cloned().map(Ok))
}

/// Rows have consecutive numbers, each lies in one interval of the zone, and each begins where the one
/// before it ended unless it says why not.
pub fn check_rows(layout: &Layout, zone: &Zone, rows: &[Row]) {
    for row in rows {
        assert!(row.start < row.end, "{row:?}");
        let span = zone.span(row.start, Step::Seconds(layout.interval_s));
        assert!(row.end <= span.end, "row {} passes the end of its interval", row.seq);
        let length_ms = (row.end.unix_ns - row.start.unix_ns) / 1_000_000;
        assert!(row.measured_ms <= length_ms as u64 + 1, "row {} measured too much", row.seq);
    }
    for pair in rows.windows(2) {
        assert_eq!(pair[1].seq, pair[0].seq + 1, "numbers are consecutive");
        let begins = [RowFlag::ClockSet, RowFlag::Restart, RowFlag::Gap];
        let said = begins.into_iter().any(|flag| pair[1].flags.contains(flag))
            || pair[0].flags.contains(RowFlag::Gap);
        assert!(pair[1].start == pair[0].end || said, "rows meet: {pair:?}");
    }
}

/// A job of the house, over restarts.
pub struct Logger {
    pub layout: Layout,
    pub zone: Zone,
    pub rows: Vec<Row>,
    aggregator: Option<Aggregator>,
    began_anew: bool,
}

impl Logger {
    pub fn new(layout: Layout, zone: &str) -> Logger {
        let zone = Zone::parse(zone).unwrap();
        let aggregator = Aggregator::new(&layout, zone.clone(), None);
        Logger { layout, zone, rows: Vec::new(), aggregator: Some(aggregator), began_anew: false }
    }

    pub fn observe(&mut self, house: &House) {
        self.rows.extend(self.aggregator.as_mut().unwrap().observe(&house.image));
    }

    pub fn finish(&mut self) {
        self.rows.extend(self.aggregator.take().unwrap().finish());
    }

    /// Begins again, after a clean end or without one.
    pub fn restart(&mut self) {
        self.began_anew = self.rows.is_empty();
        let last = self.rows.last().map(|row| (&self.layout, row));
        self.aggregator = Some(Aggregator::new(&self.layout, self.zone.clone(), last));
    }

    /// Whether it was just started again without a row to go on from: what was gained before is unknown.
    pub fn began_anew(&mut self) -> bool {
        std::mem::take(&mut self.began_anew)
    }

    /// Lets windows of one length and power close for a while.
    pub fn run(&mut self, house: &mut House, windows: i64, length_ns: i64, watts: i64) {
        for _ in 0..windows {
            house.window(length_ns, watts);
            self.observe(house);
        }
    }
}
