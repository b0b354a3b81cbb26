//! Reading rows: group by group, and of each only the columns that are asked for.

use super::group::{Group, HEADS, chunk_key, chunk_place};
use super::{History, Pending, asked, items};
use crate::chunk::{self, Cells, Head};
use crate::engine::{Store, StoreError, Table};
use crate::row::{Cell, Row, Rows};
use port::Timestamp;
use std::collections::VecDeque;

/// Pending rows that are decoded at once.
const PENDING_AT_ONCE: usize = 512;

/// Which rows are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsOf {
    /// Of which layout.
    pub layout: u32,
    /// Those that begin here or later.
    pub from: Timestamp,
    /// Those that begin before.
    pub to: Timestamp,
    /// Places of the columns, in the order in which they are wanted; all of them if there are none.
    pub columns: Option<Vec<usize>>,
    /// Only rows with a higher number.
    pub after: Option<u64>,
}

impl RowsOf {
    /// All rows and columns of a layout.
    pub fn all(layout: u32) -> RowsOf {
        let [from, to] = [i64::MIN, i64::MAX].map(|unix_ns| Timestamp { unix_ns });
        RowsOf { layout, from, to, columns: None, after: None }
    }

    fn wants(&self, head: &Head) -> bool {
        head.start >= self.from
            && head.start < self.to
            && self.after.is_none_or(|after| head.seq > after)
    }

    /// Whether all rows of a group are wanted, whose first row is this.
    fn covers(&self, first: u64, group: &Group) -> bool {
        group.start_min >= self.from
            && group.start_max < self.to
            && self.after.is_none_or(|after| first > after)
    }

    /// Whether rows of a group may be wanted.
    fn meets(&self, group: &Group) -> bool {
        group.start_max >= self.from
            && group.start_min < self.to
            && self.after.is_none_or(|after| group.last > after)
    }
}

/// Consecutive rows, column by column: what exports and sums over long times want.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// What a row has beside its cells.
    pub heads: Vec<Head>,
    /// The columns that were asked for, each with a cell for each head.
    pub columns: Vec<Cells>,
}

impl Part {
    /// A row of it.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, place: usize) -> Row {
        let Head { seq, start, end, measured_ms, flags } = self.heads[place];
        let cell =
            |column: &Cells| Cell { steps: column.steps[place], quality: column.qualities[place] };
        Row { seq, start, end, measured_ms, flags, cells: self.columns.iter().map(cell).collect() }
    }

    /// Only the rows that are wanted.
    fn only(self, wanted: impl Fn(&Head) -> bool) -> Part {
        let keep: Vec<bool> = self.heads.iter().map(wanted).collect();
        if keep.iter().all(|keep| *keep) {
            return self;
        }
        let columns = self.columns.into_iter().map(|column| Cells {
            steps: kept(column.steps, &keep),
            qualities: kept(column.qualities, &keep),
        });
        Part { columns: columns.collect(), heads: kept(self.heads, &keep) }
    }
}

fn kept<T>(all: Vec<T>, keep: &[bool]) -> Vec<T> {
    all.into_iter().zip(keep).filter(|(_, keep)| **keep).map(|(one, _)| one).collect()
}

/// A chunk that must be there.
fn chunk_of(
    store: &dyn Store,
    layout: u32,
    column: u16,
    first: u64,
) -> Result<Vec<u8>, StoreError> {
    let found = store.get(Table::Chunks, &chunk_key(layout, column, first))?;
    found.ok_or_else(|| StoreError::Damaged {
        place: chunk_place(layout, column, first),
        what: "it is missing".into(),
    })
}

/// A group of the database with some of its columns.
pub(super) fn part_of(
    store: &dyn Store,
    layout: u32,
    first: u64,
    columns: &[usize],
) -> Result<Part, StoreError> {
    let place = || chunk_place(layout, HEADS, first);
    let heads = chunk::decode_heads(&chunk_of(store, layout, HEADS, first)?, &place)?;
    let mut cells = Vec::with_capacity(columns.len());
    for column in columns {
        let column = u16::try_from(*column).expect("a layout has at most some thousand columns");
        let place = || chunk_place(layout, column, first);
        let decoded = chunk::decode_cells(&chunk_of(store, layout, column, first)?, &place)?;
        if decoded.steps.len() != heads.len() {
            let what = "it has another number of rows than its group".into();
            return Err(StoreError::Damaged { place: place(), what });
        }
        cells.push(decoded);
    }
    Ok(Part { heads, columns: cells })
}

/// A pending row with all its cells.
pub(super) fn pending_row(
    layout: u32,
    pending: &Pending,
    columns: usize,
) -> Result<Row, StoreError> {
    items::row_from(&pending.bytes, columns).ok_or_else(|| StoreError::Damaged {
        place: format!("journal: row {} of layout {layout}", pending.seq),
        what: "its contents make no sense".into(),
    })
}

/// Rows column by column, a group at a time.
pub struct Parts<'a> {
    history: &'a History,
    ask: RowsOf,
    columns: Vec<usize>,
    /// All columns of the layout.
    width: usize,
    /// First rows of groups that are still to be read.
    groups: VecDeque<u64>,
    /// Pending rows that were read.
    pending: usize,
    /// Number of the last row that was told.
    told: u64,
}

impl Parts<'_> {
    fn sealed(&mut self, first: u64) -> Result<Part, StoreError> {
        let part = part_of(self.history.store.as_ref(), self.ask.layout, first, &self.columns)?;
        // Groups can overlap when a database that had been set aside was salvaged into a new one.
        let (told, ask) = (self.told, &self.ask);
        let group = self.history.groups.get(&(ask.layout, first));
        let all = first > told && group.is_some_and(|group| ask.covers(first, group));
        self.told = part.heads.last().map_or(told, |head| told.max(head.seq));
        Ok(if all { part } else { part.only(|head| head.seq > told && ask.wants(head)) })
    }

    fn pending(&mut self) -> Result<Part, StoreError> {
        let ask = &self.ask;
        let rows = self.history.pending.get(&ask.layout).into_iter().flatten();
        let mut part = Part::default();
        part.columns.resize(self.columns.len(), Cells::default());
        for pending in rows.skip(self.pending).take(PENDING_AT_ONCE) {
            self.pending += 1;
            if pending.start < ask.from || ask.after.is_some_and(|after| pending.seq <= after) {
                continue;
            }
            let row = pending_row(ask.layout, pending, self.width)?;
            let Row { seq, start, end, measured_ms, flags, cells } = row;
            let head = Head { seq, start, end, measured_ms, flags };
            if ask.wants(&head) {
                part.heads.push(head);
                for (column, place) in part.columns.iter_mut().zip(&self.columns) {
                    column.steps.push(cells[*place].steps);
                    column.qualities.push(cells[*place].quality);
                }
            }
        }
        Ok(part)
    }
}

impl Iterator for Parts<'_> {
    type Item = Result<Part, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let part = match self.groups.pop_front() {
                Some(first) => self.sealed(first),
                None => {
                    let all = self.history.pending.get(&self.ask.layout).map_or(0, VecDeque::len);
                    if self.pending >= all {
                        return None;
                    }
                    self.pending()
                }
            };
            if !part.as_ref().is_ok_and(|part| part.heads.is_empty()) {
                return Some(part);
            }
        }
    }
}

impl History {
    /// Rows column by column, a group at a time, in the order of their numbers. A group that is damaged is
    /// one error, and the next ones follow.
    ///
    /// # Errors
    /// `Asked` if there is no such layout or column.
    pub fn parts(&self, ask: &RowsOf) -> Result<Parts<'_>, StoreError> {
        let width = self.known(ask.layout)?.columns.len();
        let columns = ask.columns.clone().unwrap_or_else(|| (0..width).collect());
        if let Some(column) = columns.iter().find(|column| **column >= width) {
            return Err(asked(format!("layout {} has no column {column}", ask.layout)));
        }
        let groups = self.groups.range((ask.layout, 0)..=(ask.layout, u64::MAX));
        let groups = groups.filter(|(_, group)| ask.meets(group)).map(|((_, first), _)| *first);
        let groups = groups.collect();
        Ok(Parts { history: self, ask: ask.clone(), columns, width, groups, pending: 0, told: 0 })
    }

    /// The same row by row.
    ///
    /// # Errors
    /// As [`History::parts`].
    pub fn rows(&self, ask: &RowsOf) -> Result<Rows<'_>, StoreError> {
        Ok(Box::new(self.parts(ask)?.flat_map(|part| {
            let (part, error) = match part {
                Ok(part) => (part, None),
                Err(error) => (Part::default(), Some(Err(error))),
            };
            let count = part.heads.len();
            error.into_iter().chain((0..count).map(move |place| Ok(part.row(place))))
        })))
    }

    /// When the first and the last row of a layout begin; none if it has no rows.
    pub fn reach(&self, layout: u32) -> Option<(Timestamp, Timestamp)> {
        let groups = self.groups.range((layout, 0)..=(layout, u64::MAX));
        let sealed = groups.map(|(_, group)| (group.start_min, group.start_max));
        let pending = self.pending.get(&layout).into_iter().flatten();
        let all = sealed.chain(pending.map(|row| (row.start, row.start)));
        all.reduce(|(from, to), (start_min, start_max)| (from.min(start_min), to.max(start_max)))
    }
}
