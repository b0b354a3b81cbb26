//! Rows: what a job knows of one interval, as integers at the resolution of the register.

use crate::engine::StoreError;
use catalog::{Class, PointId};
use image::MeterId;
use port::{Flags, Reason, Timestamp};

/// What a column says of a point over an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aggregate {
    /// Mean over the time that was measured.
    Mean,
    /// Smallest of all windows.
    Min,
    /// When it was, in milliseconds since the interval began.
    MinAt,
    /// Largest of all windows.
    Max,
    /// When it was, in milliseconds since the interval began.
    MaxAt,
    /// Value times time, in the unit times seconds.
    Sum,
    /// Value at the end of the interval; of a counter, its standing.
    Last,
    /// What a counter gained: its standing at the end minus that at the end of the interval before, so
    /// that gains add up to the difference of standings, whatever happened between.
    Delta,
}

impl Aggregate {
    /// All of them.
    pub const ALL: [Aggregate; 8] = [
        Aggregate::Mean,
        Aggregate::Min,
        Aggregate::MinAt,
        Aggregate::Max,
        Aggregate::MaxAt,
        Aggregate::Sum,
        Aggregate::Last,
        Aggregate::Delta,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Aggregate::Mean => "mean",
            Aggregate::Min => "min",
            Aggregate::MinAt => "min_at",
            Aggregate::Max => "max",
            Aggregate::MaxAt => "max_at",
            Aggregate::Sum => "sum",
            Aggregate::Last => "last",
            Aggregate::Delta => "delta",
        }
    }

    /// Whether it can be made of a point of this class.
    pub fn fits(self, class: Class) -> bool {
        let counter = matches!(class, Class::Energy | Class::Hours);
        match self {
            Aggregate::Last => true,
            Aggregate::Delta => counter,
            Aggregate::Mean
            | Aggregate::Min
            | Aggregate::MinAt
            | Aggregate::Max
            | Aggregate::MaxAt
            | Aggregate::Sum => !counter,
        }
    }
}

/// One column of a job's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Column {
    /// Of which meter.
    pub meter: MeterId,
    /// Which point of it.
    pub point: PointId,
    /// What of that point.
    pub aggregate: Aggregate,
}

impl Column {
    /// Public, stable name: `main/active_power.system/mean`.
    pub fn path(&self) -> String {
        format!("{}/{}/{}", self.meter.slug(), self.point.point().path(), self.aggregate.slug())
    }

    /// Decimals of the integers of this column: one step is `10^-decimals` of [`Column::unit`].
    pub fn decimals(&self) -> u8 {
        match self.aggregate {
            Aggregate::MinAt | Aggregate::MaxAt => 3,
            _ => self.point.point().quantity.decimals,
        }
    }

    /// Symbol of the unit of the values; empty if they have none.
    pub fn unit(&self) -> String {
        let unit = self.point.point().quantity.unit.symbol();
        match self.aggregate {
            Aggregate::MinAt | Aggregate::MaxAt => "s".into(),
            Aggregate::Sum => format!("{unit}s"),
            _ => unit.into(),
        }
    }
}

/// The columns of a job's rows. A job that is changed has another layout from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Number in this store, given when it was first written; 0 before.
    pub id: u32,
    /// Name of the job.
    pub job: String,
    /// Length of its intervals in seconds.
    pub interval_s: u32,
    /// The columns.
    pub columns: Vec<Column>,
}

/// How far a cell can be trusted, in one byte: flags of a value in bits 0 to 4, or bit 7 and the place of
/// the reason in [`Reason::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Quality(pub u8);

impl Quality {
    /// A value without remarks.
    pub const GOOD: Quality = Quality(0);

    /// Bit of a cell that has no value.
    const ABSENT: u8 = 0x80;

    /// Of a value with flags.
    pub fn of(flags: Flags) -> Quality {
        Quality(flags.bits())
    }

    /// Of a cell without a value.
    pub fn absent(reason: Reason) -> Quality {
        let place = Reason::ALL.iter().position(|other| *other == reason).expect("ALL is complete");
        Quality(Quality::ABSENT | place as u8)
    }

    /// Why there is no value, if there is none.
    pub fn reason(self) -> Option<Reason> {
        let place = usize::from(self.0 & !Quality::ABSENT);
        (self.0 & Quality::ABSENT != 0).then(|| Reason::ALL.get(place).copied()).flatten()
    }

    /// Whether there is a value.
    pub fn has_value(self) -> bool {
        self.0 & Quality::ABSENT == 0
    }
}

/// A value of a column in steps of its resolution, if there is one, and its quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// In steps; 0 where the quality says that there is no value.
    pub steps: i64,
    /// How far to trust it.
    pub quality: Quality,
}

impl Cell {
    /// A value without remarks.
    pub fn good(steps: i64) -> Cell {
        Cell { steps, quality: Quality::GOOD }
    }

    /// No value.
    pub fn absent(reason: Reason) -> Cell {
        Cell { steps: 0, quality: Quality::absent(reason) }
    }

    /// The value in steps, if there is one.
    pub fn value(self) -> Option<i64> {
        self.quality.has_value().then_some(self.steps)
    }
}

/// A remark on a whole row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowFlag {
    /// Less than all of the interval was measured.
    Gap,
    /// The program was started within it; what was gained since the row before is in it.
    Restart,
    /// The clock was set within it; it ends or begins where the clock moved.
    ClockSet,
    /// The clock was not set yet: the stamps only tell the order.
    TimeUnknown,
    /// The counters were found lower than in the row before: they were restored from an older record.
    CounterSetBack,
    /// It was thinned: made from several rows.
    Thinned,
    /// It was imported.
    Imported,
}

impl RowFlag {
    /// All of them, by bit.
    pub const ALL: [RowFlag; 7] = [
        RowFlag::Gap,
        RowFlag::Restart,
        RowFlag::ClockSet,
        RowFlag::TimeUnknown,
        RowFlag::CounterSetBack,
        RowFlag::Thinned,
        RowFlag::Imported,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            RowFlag::Gap => "gap",
            RowFlag::Restart => "restart",
            RowFlag::ClockSet => "clock_set",
            RowFlag::TimeUnknown => "time_unknown",
            RowFlag::CounterSetBack => "counter_set_back",
            RowFlag::Thinned => "thinned",
            RowFlag::Imported => "imported",
        }
    }
}

/// A set of row flags, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct RowFlags(pub u8);

impl RowFlags {
    /// No remark.
    pub const NONE: RowFlags = RowFlags(0);

    /// With one more flag, if `condition` holds.
    #[must_use]
    pub fn with(self, flag: RowFlag, condition: bool) -> RowFlags {
        RowFlags(self.0 | (u8::from(condition) << flag as u8))
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: RowFlags) -> RowFlags {
        RowFlags(self.0 | other.0)
    }

    /// Whether a flag is set.
    pub fn contains(self, flag: RowFlag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Names of the flags, in their order.
    pub fn slugs(self) -> Vec<&'static str> {
        RowFlag::ALL.into_iter().filter(|flag| self.contains(*flag)).map(RowFlag::slug).collect()
    }
}

/// One interval of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Number within the job; each row has one more than the one before it, whatever the clock did.
    pub seq: u64,
    /// Civil time at which it began.
    pub start: Timestamp,
    /// Civil time at which it ended; the row's own clock, so `end - start` is its length.
    pub end: Timestamp,
    /// How much of it was measured, in milliseconds.
    pub measured_ms: u64,
    /// Remarks on all of it.
    pub flags: RowFlags,
    /// A cell for each column of the layout.
    pub cells: Vec<Cell>,
}

/// Rows one by one, in the order of their numbers.
pub type Rows<'a> = Box<dyn Iterator<Item = Result<Row, StoreError>> + 'a>;

#[cfg(test)]
mod tests {
    use super::*;
    use port::Flag;

    #[test]
    fn a_quality_tells_flags_or_a_reason() {
        for reason in Reason::ALL {
            let quality = Quality::absent(reason);
            assert_eq!((quality.reason(), quality.has_value()), (Some(reason), false));
        }
        let flagged = Quality::of(Flags::NONE.with(Flag::Clipped, true));
        assert_eq!((flagged.reason(), flagged.has_value()), (None, true));
        assert_eq!(Quality(0xff).reason(), None);
    }
}
