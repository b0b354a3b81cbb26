//! What a record of the journal holds: items, each with its kind and its length.
//!
//! Every segment tells what its rows need: the layouts they are in, and with its first record the *marks*,
//! how far the numbers of rows and events had come. So numbers go on where they were even if the database had
//! to be begun anew.

use crate::bytes::{Reader, put_bytes, put_runs, put_signed, put_varint};
use crate::event::{Event, EventKind};
use crate::row::{Aggregate, Cell, Column, Layout, Quality, Row, RowFlags};
use catalog::points;
use image::MeterId;
use port::{SlotId, Timestamp};
use std::collections::BTreeMap;

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// Columns of a layout at most: eleven meters with all their points, twice.
pub(super) const COLUMNS_MAX: usize = 4096;

/// Bytes of a name at most.
pub(super) const NAME_BYTES_MAX: usize = 200;

/// Bytes of an event's sentence at most.
pub(super) const TEXT_BYTES_MAX: usize = 4096;

/// How far the numbers had come when a segment was begun.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Marks {
    /// Number of the newest row by job.
    pub rows: BTreeMap<String, u64>,
    /// Number of the newest event.
    pub event: u64,
    /// Hash of the newest event.
    pub hash: Hash,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Marks(Marks),
    Layout(u32, &'a [u8]),
    /// Layout, seq, start, and the row's bytes for [`row_from`].
    Row(u32, u64, Timestamp, &'a [u8]),
    /// Hash of the event before, and the event's bytes for [`event_from`].
    Event(Hash, &'a [u8]),
}

const MARKS: u8 = 1;
const LAYOUT: u8 = 2;
const ROW: u8 = 3;
const EVENT: u8 = 4;

/// Adds marks.
pub(super) fn put_marks(out: &mut Vec<u8>, marks: &Marks) {
    let mut bytes = Vec::new();
    put_varint(&mut bytes, marks.event);
    bytes.extend_from_slice(&marks.hash);
    put_varint(&mut bytes, marks.rows.len() as u64);
    for (job, seq) in &marks.rows {
        put_bytes(&mut bytes, job.as_bytes());
        put_varint(&mut bytes, *seq);
    }
    out.push(MARKS);
    put_bytes(out, &bytes);
}

/// Adds a layout.
pub(super) fn put_layout(out: &mut Vec<u8>, layout: &Layout) {
    let mut bytes = Vec::new();
    put_varint(&mut bytes, u64::from(layout.id));
    bytes.extend(layout_bytes(layout));
    out.push(LAYOUT);
    put_bytes(out, &bytes);
}

/// Adds a row.
pub(super) fn put_row(out: &mut Vec<u8>, layout: u32, row: &[u8]) {
    let mut id = Vec::new();
    put_varint(&mut id, u64::from(layout));
    out.push(ROW);
    put_varint(out, (id.len() + row.len()) as u64);
    out.extend(id);
    out.extend_from_slice(row);
}

/// Adds an event.
pub(super) fn put_event(out: &mut Vec<u8>, before: &Hash, event: &[u8]) {
    out.push(EVENT);
    put_varint(out, (before.len() + event.len()) as u64);
    out.extend_from_slice(before);
    out.extend_from_slice(event);
}

/// All items of a payload; `None` at one that makes no sense.
pub(super) fn items(payload: &[u8]) -> impl Iterator<Item = Option<Item<'_>>> {
    let mut reader = Reader(payload);
    std::iter::from_fn(move || {
        if reader.is_empty() {
            return None;
        }
        let item = item(&mut reader);
        if item.is_none() {
            reader = Reader(&[]);
        }
        Some(item)
    })
}

fn item<'a>(reader: &mut Reader<'a>) -> Option<Item<'a>> {
    let kind = reader.byte()?;
    let mut inner = Reader(reader.bytes(crate::journal::PAYLOAD_BYTES_MAX)?);
    match kind {
        MARKS => marks_from(&mut inner).map(Item::Marks),
        LAYOUT => Some(Item::Layout(u32::try_from(inner.varint()?).ok()?, inner.0)),
        ROW => {
            let layout = u32::try_from(inner.varint()?).ok()?;
            let bytes = inner.0;
            let (seq, start) = (inner.varint()?, inner.signed()?);
            Some(Item::Row(layout, seq, Timestamp { unix_ns: start }, bytes))
        }
        EVENT => Some(Item::Event(inner.array()?, inner.0)),
        _ => None,
    }
}

fn marks_from(reader: &mut Reader) -> Option<Marks> {
    let (event, hash) = (reader.varint()?, reader.array()?);
    let mut rows = BTreeMap::new();
    for _ in 0..reader.varint()? {
        rows.insert(reader.text(NAME_BYTES_MAX)?, reader.varint()?);
    }
    Some(Marks { rows, event, hash })
}

/// A row's bytes: numbers as they are, so that a row needs no other row.
pub(super) fn row_bytes(row: &Row) -> Vec<u8> {
    let mut out = Vec::with_capacity(24 + 4 * row.cells.len());
    put_varint(&mut out, row.seq);
    put_signed(&mut out, row.start.unix_ns);
    put_signed(&mut out, row.end.unix_ns.wrapping_sub(row.start.unix_ns));
    put_varint(&mut out, row.measured_ms);
    out.push(row.flags.0);
    put_varint(&mut out, row.cells.len() as u64);
    for cell in &row.cells {
        put_signed(&mut out, cell.steps);
    }
    put_runs(&mut out, row.cells.iter().map(|cell| cell.quality.0));
    out
}

/// The row of these bytes, with that many cells.
pub(super) fn row_from(bytes: &[u8], columns: usize) -> Option<Row> {
    let mut reader = Reader(bytes);
    let seq = reader.varint()?;
    let start = reader.signed()?;
    let end = start.wrapping_add(reader.signed()?);
    let measured_ms = reader.varint()?;
    let flags = RowFlags(reader.byte()?);
    if reader.varint()? != columns as u64 {
        return None;
    }
    let mut cells = Vec::with_capacity(columns);
    for _ in 0..columns {
        cells.push(Cell { steps: reader.signed()?, quality: Quality::GOOD });
    }
    for (cell, quality) in cells.iter_mut().zip(reader.runs(columns, Quality)?) {
        cell.quality = quality;
    }
    let [start, end] = [start, end].map(|unix_ns| Timestamp { unix_ns });
    reader.is_empty().then_some(Row { seq, start, end, measured_ms, flags, cells })
}

/// An event's bytes.
pub(super) fn event_bytes(event: &Event) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, event.seq);
    put_signed(&mut out, event.time.unix_ns);
    put_bytes(&mut out, event.kind.slug().as_bytes());
    put_bytes(&mut out, event.text.as_bytes());
    out
}

/// The event of these bytes.
pub(super) fn event_from(bytes: &[u8]) -> Option<Event> {
    let mut reader = Reader(bytes);
    let (seq, time) = (reader.varint()?, Timestamp { unix_ns: reader.signed()? });
    let slug = reader.text(NAME_BYTES_MAX)?;
    let kind = EventKind::ALL.into_iter().find(|kind| kind.slug() == slug)?;
    let text = reader.text(TEXT_BYTES_MAX)?;
    reader.is_empty().then_some(Event { seq, time, kind, text })
}

/// A layout's bytes without its id: by names, which are stable, so that another version reads them.
pub(super) fn layout_bytes(layout: &Layout) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, layout.job.as_bytes());
    put_varint(&mut out, u64::from(layout.interval_s));
    put_varint(&mut out, layout.columns.len() as u64);
    for column in &layout.columns {
        put_bytes(&mut out, column.path().as_bytes());
    }
    out
}

/// The layout of these bytes; the error says what of it is not known here.
pub(super) fn layout_from(id: u32, bytes: &[u8]) -> Result<Layout, String> {
    let mut reader = Reader(bytes);
    let mut head = || {
        let job = reader.text(NAME_BYTES_MAX)?;
        let interval_s = u32::try_from(reader.varint()?).ok()?;
        let count = usize::try_from(reader.varint()?).ok()?;
        (count <= COLUMNS_MAX).then_some((job, interval_s, count))
    };
    let (job, interval_s, count) = head().ok_or("it makes no sense")?;
    let mut columns = Vec::with_capacity(count);
    for _ in 0..count {
        let path = reader.text(NAME_BYTES_MAX).ok_or("it makes no sense")?;
        let column = column_from(&path);
        columns.push(column.ok_or_else(|| format!("column {path} is not known to this version"))?);
    }
    Ok(Layout { id, job, interval_s, columns })
}

/// The column of a path, as [`Column::path`] gives it.
pub fn column_from(path: &str) -> Option<Column> {
    let mut parts = path.split('/');
    let (meter, point, aggregate) = (parts.next()?, parts.next()?, parts.next()?);
    let meter = meter_from(meter)?;
    let point = points().iter().find(|row| row.path() == point).map(|row| row.id)?;
    let aggregate = Aggregate::ALL.into_iter().find(|known| known.slug() == aggregate)?;
    parts.next().is_none().then_some(Column { meter, point, aggregate })
}

fn meter_from(slug: &str) -> Option<MeterId> {
    if slug == MeterId::Main.slug() {
        return Some(MeterId::Main);
    }
    let slots = (1..=SlotId::MAX).filter_map(SlotId::new).map(MeterId::Esy);
    slots.into_iter().find(|meter| meter.slug() == slug)
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::Class;
    use proptest::prelude::*;

    fn layout() -> Layout {
        let meter = MeterId::Esy(SlotId::new(10).unwrap());
        let column = |row: &catalog::Point| {
            let aggregate = Aggregate::ALL.into_iter().find(|a| a.fits(row.quantity.class))?;
            Some(Column { meter, point: row.id, aggregate })
        };
        let columns = points().iter().filter_map(column).collect();
        Layout { id: 9, job: "minutes".into(), interval_s: 60, columns }
    }

    #[test]
    fn every_column_is_found_by_its_path() {
        let layout = layout();
        assert!(layout.columns.len() > 100);
        assert!(layout.columns.iter().any(|c| c.point.point().quantity.class == Class::Energy));
        assert_eq!(layout_from(9, &layout_bytes(&layout)), Ok(layout));
        assert_eq!(column_from("main/nothing/mean"), None);
    }

    proptest! {
        #[test]
        fn rows_and_events_come_back(
            (seq, start, length, measured_ms, flags) in any::<(u64, i64, i64, u64, u8)>(),
            cells in prop::collection::vec(any::<(i64, u8)>(), 0..50),
            text in "\\PC{0,40}",
        ) {
            let [start, end] =
                [start, start.wrapping_add(length)].map(|unix_ns| Timestamp { unix_ns });
            let cells: Vec<Cell> = cells
                .into_iter()
                .map(|(steps, quality)| Cell { steps, quality: Quality(quality) })
                .collect();
            let row = Row { seq, start, end, measured_ms, flags: RowFlags(flags), cells };
            let event = Event { seq, time: start, kind: EventKind::Clock, text };
            let mut payload = Vec::new();
            let marks = Marks { rows: [("a".into(), seq)].into(), event: seq, hash: [7; 32] };
            put_marks(&mut payload, &marks);
            put_row(&mut payload, 5, &row_bytes(&row));
            put_event(&mut payload, &[3; 32], &event_bytes(&event));
            let read: Vec<Item> = items(&payload).map(Option::unwrap).collect();
            prop_assert_eq!(read.len(), 3);
            prop_assert_eq!(&read[0], &Item::Marks(marks));
            let Item::Row(5, read_seq, read_start, bytes) = read[1] else { panic!("a row") };
            prop_assert_eq!((read_seq, read_start), (seq, start));
            prop_assert_eq!(row_from(bytes, row.cells.len()), Some(row));
            let Item::Event(before, bytes) = read[2] else { panic!("an event") };
            prop_assert_eq!((before, event_from(bytes)), ([3; 32], Some(event)));
        }

        #[test]
        fn random_bytes_make_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = items(&bytes).count();
            let _ = (row_from(&bytes, 3), event_from(&bytes), layout_from(1, &bytes));
        }
    }
}
