//! What every engine must do, as one function of how it is opened.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use store::{Batch, Change, Store, StoreError, Table};

/// Opens the same database each time; never twice at a time.
pub type Open<'a> = &'a dyn Fn() -> Box<dyn Store>;

/// Runs all rules, each on a database of its own: `fresh` makes the opener of a new one.
pub fn conforms(fresh: &dyn Fn() -> Box<dyn Fn() -> Box<dyn Store>>) {
    let rules: [fn(Open<'_>); 8] = [
        entries_come_in_the_order_of_bytes,
        a_range_takes_its_beginning_and_not_its_end,
        a_visitor_ends_a_scan,
        empty_and_big_values_come_back,
        what_is_not_there_can_be_deleted,
        tables_do_not_mix,
        changes_of_a_batch_happen_in_their_order,
        what_was_committed_is_there_after_opening_again,
    ];
    for rule in rules {
        rule(&*fresh());
    }
    any_history_is_that_of_a_map(fresh);
}

pub fn put(table: Table, key: &[u8], value: &[u8]) -> Change {
    Change::Put(table, key.to_vec(), value.to_vec())
}

/// All entries of a table.
pub fn all(store: &dyn Store, table: Table) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
    range(store, table, &[], None)
}

fn range(
    store: &dyn Store,
    table: Table,
    from: &[u8],
    to: Option<&[u8]>,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
    let mut entries = Vec::new();
    store.scan(table, from, to, &mut |key, value| {
        entries.push((key.to_vec(), value.to_vec()));
        true
    })?;
    Ok(entries)
}

fn keys(entries: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<Vec<u8>> {
    entries.into_iter().map(|(key, _)| key).collect()
}

fn entries_come_in_the_order_of_bytes(open: Open<'_>) {
    let mut store = open();
    let mut written: Vec<Vec<u8>> =
        vec![vec![0xff], b"b".to_vec(), vec![0], b"ab".to_vec(), vec![], b"a".to_vec(), vec![0, 0]];
    for key in &written {
        store.commit(&vec![put(Table::Events, key, b"x")]).unwrap();
    }
    written.sort();
    assert_eq!(keys(all(&*store, Table::Events).unwrap()), written);
}

fn a_range_takes_its_beginning_and_not_its_end(open: Open<'_>) {
    let mut store = open();
    let batch: Batch = (0..10_u8).map(|key| put(Table::Chunks, &[key], &[key])).collect();
    store.commit(&batch).unwrap();
    let cases: [(&[u8], Option<&[u8]>, &[u8]); 6] = [
        (&[3], Some(&[6]), &[3, 4, 5]),
        (&[8], None, &[8, 9]),
        (&[2, 1], Some(&[3, 1]), &[3]),
        (&[5], Some(&[5]), &[]),
        (&[6], Some(&[3]), &[]),
        (&[77], None, &[]),
    ];
    for (from, to, expect) in cases {
        let found = keys(range(&*store, Table::Chunks, from, to).unwrap()).concat();
        assert_eq!(found, expect, "{from:?} to {to:?}");
    }
}

fn a_visitor_ends_a_scan(open: Open<'_>) {
    let mut store = open();
    let batch: Batch = (0..10_u8).map(|key| put(Table::Chunks, &[key], &[])).collect();
    store.commit(&batch).unwrap();
    let mut seen = 0;
    store
        .scan(Table::Chunks, &[], None, &mut |_, _| {
            seen += 1;
            seen < 4
        })
        .unwrap();
    assert_eq!(seen, 4);
}

fn empty_and_big_values_come_back(open: Open<'_>) {
    let big: Vec<u8> =
        (0..1_u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut store = open();
    store.commit(&vec![put(Table::Meta, b"none", b""), put(Table::Meta, b"big", &big)]).unwrap();
    for _ in 0..2 {
        assert_eq!(store.get(Table::Meta, b"none").unwrap().as_deref(), Some(&b""[..]));
        assert!(store.get(Table::Meta, b"big").unwrap().is_some_and(|value| value == big));
        assert_eq!(store.get(Table::Meta, b"nothing").unwrap(), None);
        assert!(store.bytes_on_disk().unwrap() >= 1 << 20);
        drop(store);
        store = open();
    }
}

fn what_is_not_there_can_be_deleted(open: Open<'_>) {
    let mut store = open();
    store.commit(&vec![Change::Delete(Table::Cursors, b"never".to_vec())]).unwrap();
    store.commit(&vec![put(Table::Cursors, b"once", b"1")]).unwrap();
    store.commit(&vec![Change::Delete(Table::Cursors, b"once".to_vec())]).unwrap();
    assert_eq!(store.get(Table::Cursors, b"once").unwrap(), None);
    store.commit(&Batch::new()).unwrap();
}

fn tables_do_not_mix(open: Open<'_>) {
    let mut store = open();
    let batch = Table::ALL.iter().map(|table| put(*table, b"k", table.slug().as_bytes())).collect();
    store.commit(&batch).unwrap();
    for table in Table::ALL {
        let expect = (b"k".to_vec(), table.slug().as_bytes().to_vec());
        assert_eq!(all(&*store, table).unwrap(), [expect]);
    }
}

fn changes_of_a_batch_happen_in_their_order(open: Open<'_>) {
    let mut store = open();
    store
        .commit(&vec![
            put(Table::Meta, b"a", b"1"),
            put(Table::Meta, b"a", b"2"),
            put(Table::Meta, b"b", b"1"),
            Change::Delete(Table::Meta, b"b".to_vec()),
            Change::Delete(Table::Meta, b"c".to_vec()),
            put(Table::Meta, b"c", b"3"),
        ])
        .unwrap();
    let expect = [(b"a".to_vec(), b"2".to_vec()), (b"c".to_vec(), b"3".to_vec())];
    assert_eq!(all(&*store, Table::Meta).unwrap(), expect);
}

fn what_was_committed_is_there_after_opening_again(open: Open<'_>) {
    for round in 0..5_u8 {
        let mut store = open();
        let found = keys(all(&*store, Table::Layouts).unwrap()).concat();
        assert_eq!(found, (0..round).collect::<Vec<u8>>());
        store.commit(&vec![put(Table::Layouts, &[round], b"x")]).unwrap();
        store.compact().unwrap();
    }
}

fn any_history_is_that_of_a_map(fresh: &dyn Fn() -> Box<dyn Fn() -> Box<dyn Store>>) {
    let change = (0..Table::ALL.len(), 0..12_u8, proptest::option::of(0..3000_usize));
    let batches = proptest::collection::vec(proptest::collection::vec(change, 0..6), 1..12);
    // Few cases, since each is a database; a fixed seed, so that each run is the same.
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    runner.run(&batches, |batches| history_is_that_of_a_map(&*fresh(), &batches)).unwrap();
}

fn history_is_that_of_a_map(
    open: Open<'_>,
    batches: &[Vec<(usize, u8, Option<usize>)>],
) -> Result<(), TestCaseError> {
    let mut map = BTreeMap::new();
    let mut store = open();
    for (number, batch) in batches.iter().enumerate() {
        let batch: Batch = batch
            .iter()
            .map(|(table, key, bytes)| {
                let (table, key) = (Table::ALL[*table], vec![*key]);
                match bytes {
                    Some(bytes) => {
                        let value = vec![number as u8; *bytes];
                        map.insert((table, key.clone()), value.clone());
                        Change::Put(table, key, value)
                    }
                    None => {
                        map.remove(&(table, key.clone()));
                        Change::Delete(table, key)
                    }
                }
            })
            .collect();
        store.commit(&batch).unwrap();
        if number % 4 == 3 {
            drop(store);
            store = open();
        }
    }
    for table in Table::ALL {
        let expect: Vec<_> = map
            .iter()
            .filter(|((of, _), _)| *of == table)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect();
        prop_assert_eq!(all(&*store, table).unwrap(), expect);
    }
    Ok(())
}
