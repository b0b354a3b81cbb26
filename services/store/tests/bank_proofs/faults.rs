//! A disk that fails while it is used.

use super::{RECORDS, SHAPE, found, open, record, step_of, with_records};
use port::DiskError;
use sim::disk::{DiskFault, SimDisk};
use store::bank::{BankError, COUNTERS_FILE, CounterBank, CounterError, ParameterBank, Parameters};

/// Operations that the run of the next proof takes, and some more.
const OPERATIONS: u64 = 40;

/// [D-5] Each operation fails in turn, while the file is made and later. No panic; a typed error or none;
/// what was acknowledged is there after the power went; after a failed sync nothing is written any more.
pub fn any_operation_may_fail() {
    for (last, cut) in (0..=1).flat_map(|used| (0..8).map(move |cut| (used * RECORDS, cut))) {
        for failing in 0..OPERATIONS {
            let disk = with_records_if_any(last);
            disk.fail(DiskFault::EioAt(failing));
            let (acknowledged, attempted) = run(&disk, last);
            disk.heal();
            let (step, _) = found(&disk.cut(cut));
            let claim = acknowledged..=attempted;
            assert!(
                claim.contains(&step),
                "operation {failing}: {step} where {claim:?} was written"
            );
        }
    }
}

fn with_records_if_any(last: u64) -> SimDisk {
    if last == 0 { SimDisk::new() } else { with_records(last) }
}

/// Opens and writes eight records, each tried once; returns the last step acknowledged and the last tried.
fn run(disk: &SimDisk, last: u64) -> (u64, u64) {
    let Ok(opened) = CounterBank::open_shaped(disk, SHAPE) else { return (last, last) };
    assert_eq!(step_of(&opened), last);
    let mut bank = opened.bank;
    let (mut acknowledged, mut attempted) = (last, last);
    let mut given_up = false;
    for step in last + 1..=last + RECORDS {
        let before = disk.operations();
        match bank.write(&record(step)) {
            Ok(_) => {
                assert!(!given_up, "written after a failed sync");
                (acknowledged, attempted) = (step, step);
            }
            Err(CounterError::Bank(BankError::GivenUp(_))) => {
                assert!(given_up, "given up without a failed sync");
                assert_eq!(disk.operations(), before, "a file that was given up is left alone");
            }
            Err(CounterError::Bank(BankError::Disk(DiskError::Io(_)))) => {
                // The sync is the second operation of a write.
                given_up |= disk.operations() == before + 2;
                attempted = step;
            }
            Err(error) => panic!("{error}"),
        }
    }
    (acknowledged, attempted)
}

/// [D-5] A slot that cannot be read is not the end of the others, and a file of which nothing can be read is
/// not taken for a new one.
pub fn what_cannot_be_read_is_not_taken_for_empty() {
    let disk = with_records(RECORDS);
    // Open, size, then the large read; after it slot by slot, of which the newest lies first.
    assert_eq!(SHAPE.offset(RECORDS), 0);
    (2..=3).for_each(|operation| disk.fail(DiskFault::EioAt(operation)));
    let (step, findings) = found(&disk);
    assert_eq!(step, RECORDS - 1);
    assert!(findings[0].contains("1 slots cannot be read"), "{findings:?}");
    disk.heal();
    (2..20).for_each(|operation| disk.fail(DiskFault::EioAt(operation)));
    let outcome = CounterBank::open_shaped(&disk, SHAPE).map(|_| ());
    assert!(matches!(outcome, Err(CounterError::Bank(BankError::Disk(DiskError::Io(_))))));
    disk.heal();
    assert_eq!(found(&disk).0, RECORDS);
}

/// [D-6] The file has its blocks from the beginning: on a full disk the counters go on.
pub fn a_full_disk_does_not_stop_the_counters() {
    let disk = with_records(1);
    disk.fail(DiskFault::Capacity(0));
    let mut bank = open(&disk).bank;
    for step in 2..3 * RECORDS {
        bank.write(&record(step)).expect("no new block is needed");
    }
    assert_eq!(found(&disk.cut(1)), (3 * RECORDS - 1, Vec::new()));
}

/// [D-6] Where there is no space for the file, that is said, and it is made as soon as there is.
pub fn a_file_is_made_when_there_is_space() {
    for capacity in (0..SHAPE.file_bytes()).step_by(512) {
        let disk = SimDisk::new();
        disk.fail(DiskFault::Capacity(capacity));
        let error = CounterBank::open_shaped(&disk, SHAPE).map(|_| ()).unwrap_err();
        assert_eq!(error, CounterError::Bank(BankError::Disk(DiskError::Full)));
        disk.heal();
        open(&disk).bank.write(&record(1)).unwrap();
        assert_eq!(found(&disk.cut(1)), (1, Vec::new()));
    }
}

/// [D-6] On a disk that takes no writes the counters can be read, and a write says why it is none. When it
/// takes writes again they go on, with the same bank or with one opened anew.
pub fn a_read_only_disk_is_read_and_recovers() {
    for opened_anew in [false, true] {
        let disk = with_records(5);
        disk.fail(DiskFault::ReadOnly);
        let opened = open(&disk);
        assert_eq!(step_of(&opened), 5);
        let mut bank = opened.bank;
        for _ in 0..3 * RECORDS {
            let read_only = CounterError::Bank(BankError::Disk(DiskError::ReadOnly));
            assert_eq!(bank.write(&record(6)), Err(read_only));
        }
        assert_eq!(found(&disk), (5, Vec::new()));
        disk.heal();
        if opened_anew {
            bank = open(&disk).bank;
        }
        bank.write(&record(6)).unwrap();
        assert_eq!(found(&disk.cut(1)).0, 6);
    }
}

/// However often a write fails half-way, it never touches the bank of the record that stands.
pub fn writes_that_fail_again_and_again_spare_the_last_record() {
    for last in RECORDS..2 * RECORDS {
        let disk = with_records(last);
        let mut bank = open(&disk).bank;
        for _ in 0..3 * RECORDS {
            disk.fail(DiskFault::EioAt(0));
            assert!(bank.write(&record(last + 1)).is_err());
            assert_eq!(found(&disk).0, last);
        }
        bank.write(&record(last + 1)).unwrap();
        assert_eq!(found(&disk.cut(1)).0, last + 1);
    }
}

/// A write that the disk says it has done and has not is found by reading back.
pub fn a_lost_write_is_found_by_reading_back() {
    for last in RECORDS..2 * RECORDS {
        let disk = with_records(last);
        disk.fail(DiskFault::LostWriteAt(0));
        let mut bank = open(&disk).bank;
        let outcome = bank.write(&record(last + 1));
        assert_eq!(outcome, Err(CounterError::Bank(BankError::ReadBack(last + 1))));
        assert_eq!(found(&disk).0, last);
        bank.write(&record(last + 1)).unwrap();
        assert_eq!(found(&disk.cut(1)), (last + 1, Vec::new()));
    }
}

/// A write that goes to another place, which may be that of the newest record, is found by reading back. If
/// it did, the record before that is used, and it is said.
pub fn a_misdirected_write_is_found_by_reading_back() {
    for last in RECORDS..2 * RECORDS {
        let disk = with_records(last);
        disk.fail(DiskFault::MisdirectedWriteAt(0));
        let mut bank = open(&disk).bank;
        let outcome = bank.write(&record(last + 1));
        assert_eq!(outcome, Err(CounterError::Bank(BankError::ReadBack(last + 1))));
        let (step, findings) = found(&disk);
        assert!(step == last || step == last - 1, "found {step} of {last}");
        assert!(!findings.is_empty());
        bank.write(&record(last + 1)).unwrap();
        assert_eq!(found(&disk.cut(1)).0, last + 1);
    }
}

/// [D-5] Parameters are the old or the new ones, whatever operation fails.
pub fn parameters_survive_any_failing_operation() {
    let of = |text: &str| {
        let mut parameters = Parameters::default();
        parameters.configuration = text.into();
        parameters
    };
    let made = SimDisk::new();
    ParameterBank::open(&made).unwrap().bank.write(of("old")).unwrap();
    for failing in 0..12 {
        let disk = made.cut(0);
        disk.fail(DiskFault::EioAt(failing));
        let outcome = ParameterBank::open(&disk).and_then(|opened| {
            let mut bank = opened.bank;
            bank.write(of("new"))
        });
        disk.heal();
        let bank = ParameterBank::open(&disk.cut(failing)).unwrap().bank;
        let text = bank.parameters().configuration.as_str();
        assert!(
            text == "new" || (text == "old" && outcome.is_err()),
            "operation {failing}: {text}"
        );
    }
}

/// The layout is the one of the book: what is put by hand is read.
pub fn the_layout_is_as_documented() {
    let disk = with_records(3);
    let bytes = disk.contents(COUNTERS_FILE);
    let payload =
        store::bank::TwoBanks::open(&disk, COUNTERS_FILE, SHAPE).unwrap().newest.unwrap().1;
    let by_hand = with_records(2);
    super::put(&by_hand, 3, &payload);
    assert_eq!(by_hand.contents(COUNTERS_FILE), bytes);
}
