//! What a cut may leave and what it may not, and what each fault does.

use super::*;
use std::collections::BTreeSet;

fn file(disk: &SimDisk) -> Box<dyn DiskFile> {
    disk.open("file", true).unwrap()
}

/// A disk with a file of so many sectors of ones, durable.
fn of_ones(sectors: usize) -> (SimDisk, Box<dyn DiskFile>) {
    let disk = SimDisk::new();
    let mut file = file(&disk);
    file.write_at(0, &vec![1; sectors * 512]).unwrap();
    file.sync().unwrap();
    (disk, file)
}

#[test]
fn what_was_synced_survives_every_cut() {
    let (disk, mut file) = of_ones(4);
    file.write_at(512, &[2; 512]).unwrap();
    file.sync().unwrap();
    for seed in 0..200 {
        let found = disk.cut(seed).contents("file");
        assert_eq!(found, disk.contents("file"), "seed {seed}");
    }
    file.write_at(1_536, &[3; 512]).unwrap();
    for seed in 0..200 {
        assert_eq!(disk.cut(seed).contents("file")[..1_536], disk.contents("file")[..1_536]);
    }
}

#[test]
fn every_subset_of_sectors_is_possible_and_a_seed_replays_it() {
    let (disk, mut file) = of_ones(3);
    file.write_at(0, &[2; 3 * 512]).unwrap();
    let mut whole = BTreeSet::new();
    let mut torn = 0;
    for seed in 0..400 {
        let found = disk.cut(seed).contents("file");
        assert_eq!(found, disk.cut(seed).contents("file"), "seed {seed}");
        let sectors: Vec<&[u8]> = found.chunks(512).collect();
        let mixed = |sector: &&&[u8]| sector.iter().any(|byte| *byte != sector[0]);
        match sectors.iter().filter(mixed).count() {
            0 => {
                whole.insert([found[0], found[512], found[1_024]]);
            }
            1 => torn += 1,
            more => panic!("seed {seed}: {more} sectors are torn"),
        }
    }
    assert_eq!(whole.len(), 8);
    assert!((40..360).contains(&torn), "{torn} of 400 cuts tore a sector");
}

/// A sector that was written twice may be found as it was in between.
#[test]
fn every_version_of_a_sector_is_possible() {
    let (disk, mut file) = of_ones(1);
    for byte in 2..5 {
        file.write_at(0, &[byte; 512]).unwrap();
    }
    let first = |seed| disk.cut(seed).contents("file")[0];
    assert_eq!((0..300).map(first).collect::<BTreeSet<u8>>(), BTreeSet::from([1, 2, 3, 4]));
}

#[test]
fn bytes_are_kept_in_their_order_one_by_one() {
    let (disk, mut file) = of_ones(2);
    file.write_at(10, &[2; 5]).unwrap();
    file.write_at(1_022, &[3; 4]).unwrap();
    for kept in 0..=9 {
        let found = disk.cut_keeping(kept as u64).contents("file");
        let mut expected = vec![1; 1_024];
        expected[10..10 + kept.min(5)].fill(2);
        expected.resize(1_024.max(1_022 + kept.saturating_sub(5)), 0);
        expected[1_022..1_022 + kept.saturating_sub(5)].fill(3);
        assert_eq!(found, expected, "{kept} bytes");
    }
    assert_eq!(disk.cut_keeping(1_000).contents("file"), disk.contents("file"));
}

#[test]
fn sizes_and_new_files_may_be_lost_until_they_are_synced() {
    let (disk, mut grown) = of_ones(1);
    grown.set_size(2_000).unwrap();
    let mut new = disk.open("new", true).unwrap();
    new.write_at(0, b"text").unwrap();
    let sizes: BTreeSet<usize> =
        (0..100).map(|seed| disk.cut(seed).contents("file").len()).collect();
    assert_eq!(sizes, BTreeSet::from([512, 2_000]));
    let is_there = |seed| disk.cut(seed).list().unwrap().contains(&"new".into());
    assert_eq!((0..100).map(is_there).collect::<BTreeSet<bool>>().len(), 2);
    new.sync().unwrap();
    grown.sync().unwrap();
    for seed in 0..100 {
        let found = disk.cut(seed);
        assert_eq!((found.contents("new"), found.contents("file").len()), (b"text".into(), 2_000));
    }
}

/// To rename and to remove are for good when they return; when the sync of the folder fails they are seen,
/// and a cut may undo them.
#[test]
fn names_are_certain_when_the_folder_was_synced() {
    let (disk, _file) = of_ones(1);
    let names = |disk: &SimDisk| disk.list().unwrap();
    disk.rename("file", "other").unwrap();
    assert!((0..50).all(|seed| names(&disk.cut(seed)) == ["other"]));
    disk.fail(DiskFault::EioAt(0));
    assert!(disk.rename("other", "third").is_err());
    assert_eq!(names(&disk), ["other"]);
    disk.fail(DiskFault::EioAt(1));
    assert!(disk.rename("other", "third").is_err());
    assert_eq!(names(&disk), ["third"]);
    let found: BTreeSet<Vec<String>> = (0..50).map(|seed| names(&disk.cut(seed))).collect();
    assert_eq!(found.len(), 2);
    disk.remove("third").unwrap();
    assert!((0..50).all(|seed| names(&disk.cut(seed)).is_empty()));
    assert_eq!(disk.remove("third"), Err(DiskError::NotFound));
    assert!(matches!(disk.open("third", false), Err(DiskError::NotFound)));
}

#[test]
fn a_failing_operation_fails_once_and_leaves_half_a_write() {
    let (disk, mut file) = of_ones(2);
    disk.fail(DiskFault::EioAt(1));
    assert_eq!(file.read_at(0, &mut [0; 4]), Ok(4));
    assert!(matches!(file.write_at(0, &[2; 4]), Err(DiskError::Io(_))));
    assert_eq!(disk.contents("file")[..5], [2, 2, 1, 1, 1]);
    file.write_at(0, &[2; 4]).unwrap();
}

/// The pages of a sync that failed are taken for clean: the next sync says ok and has not written them.
#[test]
fn a_failed_sync_is_not_made_good_by_another() {
    let (disk, mut file) = of_ones(1);
    file.write_at(0, &[2; 512]).unwrap();
    disk.fail(DiskFault::EioAt(0));
    assert!(file.sync().is_err());
    file.sync().unwrap();
    assert_eq!(disk.contents("file"), [2; 512]);
    assert!((0..50).all(|seed| disk.cut(seed).contents("file") == [1; 512]));
}

#[test]
fn a_full_disk_takes_what_fits_and_what_is_there_already() {
    let (disk, mut file) = of_ones(2);
    disk.fail(DiskFault::Capacity(3 * 512));
    file.set_size(10_000).unwrap();
    file.write_at(0, &[2; 1_024]).unwrap();
    assert_eq!(file.write_at(1_024, &[3; 1_024]), Err(DiskError::Full));
    assert_eq!(disk.contents("file")[1_024..2_048], [[3; 512], [0; 512]].concat());
    disk.heal();
    file.write_at(1_024, &[3; 1_024]).unwrap();
}

#[test]
fn a_disk_that_takes_no_writes_is_read() {
    let (disk, mut file) = of_ones(1);
    disk.fail(DiskFault::ReadOnly);
    assert_eq!(file.write_at(0, &[2]), Err(DiskError::ReadOnly));
    assert_eq!(file.set_size(0), Err(DiskError::ReadOnly));
    assert_eq!(disk.remove("file"), Err(DiskError::ReadOnly));
    assert!(matches!(disk.open("new", true), Err(DiskError::ReadOnly)));
    assert_eq!(file.read_at(0, &mut [0; 9]), Ok(9));
    assert_eq!((file.sync(), file.size()), (Ok(()), Ok(512)));
}

#[test]
fn writes_are_lost_or_go_elsewhere_as_told() {
    let (disk, mut file) = of_ones(4);
    disk.fail(DiskFault::LostWriteAt(0));
    disk.fail(DiskFault::MisdirectedWriteAt(1));
    for byte in 2..5 {
        file.write_at(0, &[byte; 512]).unwrap();
    }
    let firsts: Vec<u8> = disk.contents("file").chunks(512).map(|sector| sector[0]).collect();
    assert_eq!(firsts, [4, 1, 3, 1]);
}

#[test]
fn an_ignored_sync_makes_nothing_certain() {
    let (disk, mut file) = of_ones(1);
    disk.fail(DiskFault::IgnoreSync);
    file.write_at(0, &[2; 512]).unwrap();
    file.sync().unwrap();
    assert_eq!(disk.cut_keeping(0).contents("file"), [1; 512]);
    disk.heal();
    file.sync().unwrap();
    assert_eq!(disk.cut_keeping(0).contents("file"), [2; 512]);
}

#[test]
fn operations_and_latency_are_counted() {
    let (disk, file) = of_ones(1);
    assert_eq!(disk.operations(), 3);
    disk.fail(DiskFault::LatencyMs(7));
    file.size().unwrap();
    file.read_at(0, &mut []).unwrap();
    assert_eq!((disk.operations(), disk.waited_ms()), (5, 14));
}

/// What is damaged at rest is damaged after a cut too.
#[test]
fn a_flipped_bit_is_seen_and_stays() {
    let (disk, _file) = of_ones(1);
    disk.flip("file", 8 * 3 + 1);
    disk.overwrite("file", 6, &[9]);
    let found = disk.cut(1).contents("file");
    assert_eq!((found[..8].to_vec(), disk.contents("file")), (vec![1, 1, 1, 3, 1, 1, 9, 1], found));
}
