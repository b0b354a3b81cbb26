//! Damage at rest: bits that turned over, records at places of others, sequences far on.

use super::{RECORDS, SHAPE, found, open, put, record, with_records};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use store::bank::{BankError, COUNTERS_FILE, CounterError, HEAD_BYTES, TwoBanks};

/// Records that the file of these proofs went through: all slots hold one.
const LAST: u64 = 2 * RECORDS + 3;

/// Bytes of a payload of [`record`].
fn payload_bytes() -> usize {
    let disk = with_records(1);
    let opened = TwoBanks::open(&disk, COUNTERS_FILE, SHAPE).unwrap();
    opened.newest.unwrap().1.len()
}

/// [D-4] One bit turns over anywhere in the file: the newest record is found, or the one before it, and
/// then that is said. Every value is as it was written.
pub fn a_flipped_bit_is_never_a_wrong_total(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut draw = ChaCha8Rng::seed_from_u64(seed);
        let disk = with_records(LAST);
        disk.flip(COUNTERS_FILE, draw.random_range(0..8 * SHAPE.file_bytes()));
        let (step, findings) = found(&disk);
        let is_told = step == LAST - 1 && !findings.is_empty();
        assert!(step == LAST || is_told, "seed {seed}: found {step}, {findings:?}");
    }
}

/// [D-4] Every bit of the newest record, one after another: none is overlooked.
pub fn every_bit_of_a_record_is_watched() {
    let disk = with_records(LAST);
    let begin = 8 * SHAPE.offset(LAST);
    for bit in begin..begin + 8 * (HEAD_BYTES + payload_bytes()) as u64 {
        disk.flip(COUNTERS_FILE, bit);
        let (step, findings) = found(&disk);
        assert_eq!(step, LAST - 1, "bit {}", bit - begin);
        assert!(findings.iter().any(|finding| finding.contains("damaged")), "bit {}", bit - begin);
        disk.flip(COUNTERS_FILE, bit);
    }
    assert_eq!(found(&disk), (LAST, Vec::new()));
}

/// A record that stands in the place of another is none.
pub fn a_record_at_the_place_of_another_is_refused() {
    let slot_bytes = SHAPE.slot_bytes();
    for from in 0..RECORDS {
        for to in (0..RECORDS).filter(|to| *to != from) {
            let disk = with_records(LAST);
            let bytes = disk.contents(COUNTERS_FILE);
            let record = &bytes[from as usize * slot_bytes..][..slot_bytes];
            disk.overwrite(COUNTERS_FILE, to * slot_bytes as u64, record);
            let (step, findings) = found(&disk);
            let lost = SHAPE.offset(LAST) == to * slot_bytes as u64;
            assert_eq!(step, LAST - u64::from(lost), "{from} to {to}");
            assert!(!findings.is_empty(), "{from} to {to}");
        }
    }
}

/// A file without any valid record says so; it does not look new.
pub fn a_file_without_a_valid_record_says_so() {
    let disk = with_records(LAST);
    disk.overwrite(COUNTERS_FILE, 0, &vec![0x55; SHAPE.file_bytes() as usize]);
    let (step, findings) = found(&disk);
    assert_eq!(step, 0);
    assert!(findings[0].contains("no record in it is valid"), "{findings:?}");
    disk.overwrite(COUNTERS_FILE, 0, &vec![0; SHAPE.file_bytes() as usize]);
    assert_eq!(found(&disk), (0, Vec::new()));
}

/// The newest record is the one of the highest sequence, beyond 16 and 32 bits too.
pub fn sequences_go_on_beyond_every_width() {
    for width in [16, 32, 63] {
        let disk = with_records(1);
        let payload = TwoBanks::open(&disk, COUNTERS_FILE, SHAPE).unwrap().newest.unwrap().1;
        let first = (1 << width) - 3;
        put(&disk, first, &payload);
        for step in 2..2 * RECORDS {
            let sequence = open(&disk).bank.write(&record(step));
            assert_eq!(sequence, Ok(first + step - 1));
            assert_eq!(found(&disk).0, step, "from 2^{width} - 3 on");
        }
    }
}

/// At one record a second 2^64 are 580 thousand million years. The last one is written, and no other.
pub fn the_last_sequence_is_the_last() {
    let disk = with_records(1);
    let payload = TwoBanks::open(&disk, COUNTERS_FILE, SHAPE).unwrap().newest.unwrap().1;
    put(&disk, u64::MAX - 1, &payload);
    let mut bank = open(&disk).bank;
    assert_eq!(bank.write(&record(2)), Ok(u64::MAX));
    let none_left = CounterError::Bank(BankError::NoSequenceLeft);
    assert_eq!(bank.write(&record(3)), Err(none_left));
    assert_eq!(found(&disk).0, 2);
}
