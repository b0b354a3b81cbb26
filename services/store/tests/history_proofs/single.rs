//! Single faults: a flipped bit, a failing operation, a full disk, an edited log.

use super::*;
use rand::SeedableRng;
use sim::disk::DiskFault;
use store::history::{Imported, Stream};
use store::{Change, RowFlag, Store, Table};

/// A journal with rows and events, nothing of it sealed.
struct Written {
    disk: SimDisk,
    memory: Memory,
    id: u32,
    rows: Vec<Row>,
    events: Vec<Event>,
    /// Bytes of the segment that are used.
    used: u64,
}

fn written() -> Written {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (disk, memory) = (SimDisk::new(), Memory::new());
    let (mut history, _) = open(&disk, &memory);
    let id = history.register(&layout("halves", 1800, 4)).expect("a layout is registered");
    let mut meter = Meter::new(1800, 6);
    for n in 0..20 {
        let rows = (0..2).map(|_| (id, meter.row(&mut rng))).collect();
        history.append(rows, vec![event(&format!("event {n}"))]).expect("the disk is sound");
    }
    let (rows, events) = (rows_of(&history, id), events_of(&history));
    let bytes = disk.contents(&newest_segment(&disk));
    let used = bytes.iter().rposition(|byte| *byte != 0).expect("something is written") as u64 + 1;
    Written { disk, memory, id, rows, events, used }
}

/// One flipped bit: what is told is what was written, and what is missing is told to be so.
pub fn a_flipped_bit_is_told(seeds: std::ops::Range<u64>) {
    let Written { disk, memory, id, rows, events, used } = written();
    for seed in seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let copy = disk.cut(0);
        copy.flip(&newest_segment(&copy), rng.random_range(0..used * 8));
        let (history, findings) = open(&copy, &memory.copy());
        assert!(!findings.is_empty(), "seed {seed}: nothing is told");
        // The layout is in the database too.
        let told = rows_of(&history, id);
        let whole = |row: &&Row| rows.contains(row);
        assert_eq!(told.iter().filter(whole).count(), told.len(), "seed {seed}: a wrong row");
        assert!(told.windows(2).all(|pair| pair[0].seq < pair[1].seq), "seed {seed}: order");
        assert!(told.len() + 2 >= rows.len(), "seed {seed}: one record is lost at most");
        let told = events_of(&history);
        assert!(told.iter().all(|event| events.contains(event)), "seed {seed}: a wrong event");
        drop(history);
        let (mut history, _) = open(&copy, &memory.copy());
        history.append(Vec::new(), vec![event("on")]).expect("the journal goes on");
    }
}

/// Each operation of the disk fails once: what was acknowledged is there when it is opened again.
pub fn any_failing_operation_is_survived() {
    for operation in 0.. {
        let (disk, memory) = (SimDisk::new(), Memory::new());
        let mut rng = ChaCha8Rng::seed_from_u64(operation);
        disk.fail(DiskFault::EioAt(operation));
        let mut meter = Meter::new(1800, 4);
        let mut acknowledged = Vec::new();
        let mut failed = false;
        'opened: for _ in 0..3 {
            let opened = History::open(Box::new(disk.clone()), Box::new(memory.clone()));
            let Ok((mut history, _)) = opened else {
                failed = true;
                continue;
            };
            let id = history.register(&layout("halves", 1800, 2)).expect("the database is sound");
            for _ in 0..4 {
                let long = "x".repeat(3000);
                let rows: Vec<Row> = (0..30).map(|_| meter.row(&mut rng)).collect();
                let standings: Vec<i64> = rows.iter().map(|row| row.cells[0].steps).collect();
                let rows = rows.into_iter().map(|row| (id, row)).collect();
                let events = (0..100).map(|_| event(&long)).collect();
                match history.append(rows, events) {
                    Ok(()) => acknowledged.extend(standings),
                    Err(StoreError::Disk(_)) => {
                        failed = true;
                        let again = history.append(vec![], vec![event("again")]);
                        let fresh = matches!(again, Ok(()) | Err(StoreError::Disk(_)));
                        assert!(fresh, "operation {operation}: {again:?}");
                        continue 'opened;
                    }
                    Err(other) => panic!("operation {operation}: {other:?}"),
                }
                failed |= history.seal_due(meter.now()).is_err();
            }
        }
        disk.heal();
        let (history, _) = open(&disk.cut(operation), &memory);
        let rows = rows_of(&history, history.layouts()[0].id);
        let mut told = rows.iter().map(|row| row.cells[0].steps);
        let all_there = acknowledged.iter().all(|standing| told.any(|told| told == *standing));
        assert!(all_there, "operation {operation}: a row is lost");
        if !failed {
            assert!(operation > 20, "there were {operation} operations");
            return;
        }
    }
}

/// After a failed sync the journal takes nothing until it is opened anew.
pub fn a_failed_sync_is_the_end_of_the_journal() {
    let Written { disk, memory, rows, id, .. } = written();
    let (mut history, _) = open(&disk, &memory);
    // A write, then the sync.
    disk.fail(DiskFault::EioAt(1));
    assert!(history.append(vec![], vec![event("lost or not")]).is_err());
    disk.heal();
    assert!(history.append(vec![], vec![event("refused")]).is_err());
    drop(history);
    let (mut history, _) = open(&disk, &memory);
    history.append(vec![], vec![event("taken")]).expect("it was opened anew");
    assert_eq!(rows_of(&history, id), rows);
    let texts: Vec<String> = events_of(&history).into_iter().map(|e| e.text).collect();
    assert!(!texts.contains(&"refused".into()) && texts.last() == Some(&"taken".into()));
}

/// A full disk refuses whole batches; with room again, everything goes on.
pub fn a_full_disk_refuses_and_recovers() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (disk, memory) = (SimDisk::new(), Memory::new());
    disk.fail(DiskFault::Capacity(3_500_000));
    let (mut history, _) = open(&disk, &memory);
    let id = history.register(&layout("halves", 1800, 2)).expect("a layout is registered");
    let mut meter = Meter::new(1800, 4);
    let long = "x".repeat(4000);
    let mut taken = 0;
    let full = loop {
        let rows = vec![(id, meter.row(&mut rng))];
        match history.append(rows, (0..60).map(|_| event(&long)).collect()) {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(full, StoreError::Disk(port::DiskError::Full));
    assert_eq!((rows_of(&history, id).len(), events_of(&history).len()), (taken, taken * 60));
    // What is sealed needs no journal any more.
    history.seal_due(at(10 * 86_400)).expect("the database is elsewhere");
    history.append(vec![(id, meter.row(&mut rng))], vec![event("on")]).expect("there is room");
    drop(history);
    let (mut history, findings) = open(&disk, &memory);
    assert_eq!((findings, rows_of(&history, id).len()), (Vec::<String>::new(), taken + 1));
    disk.fail(DiskFault::ReadOnly);
    let refused = history.append(vec![], vec![event("no")]);
    assert_eq!(refused, Err(StoreError::Disk(port::DiskError::ReadOnly)));
    drop(history);
    let (history, _) = open(&disk, &memory);
    assert_eq!(rows_of(&history, id).len(), taken + 1, "it is read all the same");
    disk.heal();
}

/// Flips of a bit in sealed chunks: the group is an error, told once, and the other groups follow.
pub fn a_damaged_chunk_is_told_and_stepped_over(flips: u64) {
    let (_, memory, history, id, _) = keeps::days(3, 7);
    let rows = rows_of(&history, id);
    let mut chunks = Vec::new();
    memory
        .scan(Table::Chunks, &[], None, &mut |key, value| {
            chunks.push((key.to_vec(), value.to_vec()));
            true
        })
        .expect("the database is sound");
    let ask = RowsOf::all(id);
    for seed in 0..flips {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (key, value) = &chunks[rng.random_range(0..chunks.len())];
        let mut flipped = value.clone();
        let bit = rng.random_range(0..flipped.len() * 8);
        flipped[bit / 8] ^= 1 << (bit % 8);
        put(&memory, Table::Chunks, key, &flipped);
        let told: Vec<Result<Row, StoreError>> = history.rows(&ask).expect("it is there").collect();
        put(&memory, Table::Chunks, key, value);
        let wrong = told.iter().flatten().find(|row| !rows.contains(row));
        assert_eq!(wrong, None, "seed {seed}: a wrong row");
        let errors = told.iter().filter(|row| row.is_err()).count();
        assert_eq!((errors, told.len()), (1, 2 * 48 + 1), "seed {seed}");
    }
    let (key, _) = &chunks[0];
    memory.clone().commit(&vec![Change::Delete(Table::Chunks, key.clone())]).expect("sound");
    let told = history.check().expect("it is readable");
    assert!(told.len() == 1 && told[0].contains("missing"), "{told:?}");
}

fn put(memory: &Memory, table: Table, key: &[u8], value: &[u8]) {
    let change = Change::Put(table, key.to_vec(), value.to_vec());
    memory.clone().commit(&vec![change]).expect("the database is sound");
}

fn key(seq: u64) -> Vec<u8> {
    seq.to_be_bytes().to_vec()
}

/// An event that is taken out, altered, put in or exchanged is named.
pub fn an_edited_log_is_told() {
    let (disk, memory) = (SimDisk::new(), Memory::new());
    let (mut history, _) = open(&disk, &memory);
    let events = (1..=9).map(|n| event(&format!("command {n}"))).collect();
    history.append(vec![], events).expect("the disk is sound");
    history.seal_due(at(0)).expect("the database is sound");
    assert_eq!(history.check_events(), Ok(None));
    let stored = |seq| memory.get(Table::Events, &key(seq)).expect("sound").expect("it is there");
    let told = |change: Vec<Change>| {
        let copy = memory.copy();
        copy.clone().commit(&change).expect("the database is sound");
        let (edited, _) = open(&disk.cut(0), &copy);
        edited.check_events().expect("it is readable").expect("the chain is broken")
    };
    let delete = |seq| Change::Delete(Table::Events, key(seq));
    let write = |seq, value: Vec<u8>| Change::Put(Table::Events, key(seq), value);
    assert_eq!(told(vec![delete(4)]), "events 4 to 4 were deleted");
    assert_eq!(told(vec![delete(8), delete(9)]), "events 8 to 9 were deleted");
    assert_eq!(told(vec![delete(1)]), "events 1 to 1 were deleted");
    let mut altered = stored(5);
    altered[12] ^= 1;
    assert!(told(vec![write(5, altered)]).contains("event 5 was altered"));
    assert!(told(vec![write(2, stored(3)), write(3, stored(2))]).contains("place of event 2"));
    assert!(told(vec![write(0, stored(1))]).contains("before event 1"));
    assert_eq!(told(vec![write(10, stored(9))]), "event 9 stands in the place of event 10");
    assert_eq!(history.trim_events(4), Ok(5), "old ones may go");
    assert_eq!((history.check_events(), events_of(&history).len()), (Ok(None), 4));
    history.advance("cloud", Stream::Events, 7).expect("there are nine");
    assert_eq!(history.trim_events(0), Ok(2), "what is unread stays");
    history.append(vec![], vec![event("on")]).expect("the disk is sound");
    history.seal_due(at(0)).expect("the database is sound");
    assert_eq!(history.check(), Ok(Vec::new()));
    drop(history);
    let (history, findings) = open(&disk, &memory);
    assert_eq!((findings, history.check()), (Vec::new(), Ok(Vec::new())));
}

/// Rows of an export come in once, flagged, and are not taken for what the meter did last.
pub fn an_import_adds_what_is_not_there() {
    let (_, _, mut history, id, meter) = keeps::days(3, 8);
    let all = rows_of(&history, id);
    let last = history.last_row("halves").expect("it is readable");
    let (_, _, mut other, other_id, _) = keeps::days(1, 9);
    assert_eq!(other_id, id, "a layout has the same number everywhere");
    let added = other.import(id, all.clone()).expect("it is sound");
    assert_eq!(added, Imported { added: 96, known: 48 });
    assert_eq!(other.import(id, all.clone()), Ok(Imported { added: 0, known: 144 }));
    other.seal_due(meter.now()).expect("the database is sound");
    assert_eq!(other.import(id, all.clone()), Ok(Imported { added: 0, known: 144 }));
    let rows = rows_of(&other, id);
    assert!(rows[48..].iter().all(|row| row.flags.contains(RowFlag::Imported)));
    assert_eq!(
        rows[48..].iter().map(|row| row.seq).collect::<Vec<_>>(),
        (49..=144).collect::<Vec<_>>()
    );
    let last_here = other.last_row("halves").expect("it is readable").map(|(_, row)| row.seq);
    assert_eq!(last_here, Some(48), "an imported row is not the last one");
    assert_eq!(history.import(id, all), Ok(Imported { added: 0, known: 144 }));
    assert_eq!(history.last_row("halves"), Ok(last));
}

/// A database that had to be begun anew gets from the journal what the journal has, with the same numbers.
pub fn a_new_database_goes_on_with_the_numbers() {
    let Written { disk, id, rows, events, .. } = written();
    let (mut history, findings) = open(&disk, &Memory::new());
    assert_eq!(findings, Vec::<String>::new());
    assert_eq!(history.register(&layout("halves", 1800, 4)), Ok(id));
    assert_eq!(rows_of(&history, id), rows);
    history.append(vec![(id, rows[0].clone())], vec![event("on")]).expect("the disk is sound");
    assert_eq!(rows_of(&history, id).last().map(|row| row.seq), Some(41));
    assert_eq!(history.newest_event(), events.len() as u64 + 1);
    history.seal_due(at(20 * 86_400)).expect("the database is sound");
    assert_eq!(history.check(), Ok(Vec::new()));
}
