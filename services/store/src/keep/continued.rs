//! Rows that were made without knowing the last one in the history, continued after it.

use crate::row::{Aggregate, Column, Layout, Row};
use catalog::{Class, ENERGY_ROLLOVER_KILO};

/// Lets a row begin where an earlier one ended: its gains are those since the standings there, as they
/// would be had it been known. A counter that stands lower than it did keeps the gain that was seen.
pub(super) fn continue_after((last_layout, last): (&Layout, &Row), layout: &Layout, row: &mut Row) {
    for (place, column) in layout.columns.iter().enumerate() {
        if column.aggregate != Aggregate::Delta {
            continue;
        }
        let standing = Column { aggregate: Aggregate::Last, ..*column };
        let before = standing_of(last_layout, last, standing);
        let now = standing_of(layout, row, standing);
        let cell = &mut row.cells[place];
        if let (Some(before), Some(now), Some(seen)) = (before, now, cell.value()) {
            cell.steps = gain(column, before, now).max(seen);
        }
    }
    if last.end < row.end {
        row.start = row.start.max(last.end);
    }
}

fn standing_of(layout: &Layout, row: &Row, column: Column) -> Option<i64> {
    let place = layout.columns.iter().position(|other| *other == column)?;
    row.cells.get(place)?.value()
}

/// From one standing to another, over the roll-over if it fell by more than half of all that it can show.
fn gain(column: &Column, before: i64, now: i64) -> i64 {
    let quantity = column.point.point().quantity;
    let difference = now - before;
    let kilo = i64::try_from(ENERGY_ROLLOVER_KILO).expect("a hundred million");
    let rollover = kilo * 10_i64.pow(quantity.decimals.into());
    if quantity.class == Class::Energy && -difference > rollover / 2 {
        difference + rollover
    } else {
        difference
    }
}
