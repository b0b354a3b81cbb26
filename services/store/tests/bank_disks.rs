//! The simulated disk behaves as a real folder does, so what is proved on one holds on the other.

use port::{Disk, DiskError, DiskFile};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::disk::SimDisk;

/// What an operation said, without the words that name a place.
type Outcome = Result<Vec<u8>, DiskError>;

const NAMES: [&str; 3] = ["one", "two", "three"];

/// One operation, drawn; files stay open while others come and go.
fn step(disk: &dyn Disk, open: &mut Vec<Box<dyn DiskFile>>, draw: &mut ChaCha8Rng) -> Outcome {
    let name = NAMES[draw.random_range(0..NAMES.len())];
    let other = NAMES[draw.random_range(0..NAMES.len())];
    let (kind, place) = (draw.random_range(0..9), draw.random_range(0..4usize));
    let (offset, length) = (draw.random_range(0..3_000u64), draw.random_range(0..1_500usize));
    let byte: u8 = draw.random();
    match (kind, open.get_mut(place)) {
        (0, _) => disk.remove(name).map(|()| Vec::new()),
        (1, _) => disk.rename(name, other).map(|()| Vec::new()),
        (2, _) => Ok(disk.list()?.join(" ").into_bytes()),
        (3, None) => disk.open(name, byte < 200).map(|file| {
            open.push(file);
            Vec::new()
        }),
        (3, Some(_)) => {
            drop(open.remove(place));
            Ok(Vec::new())
        }
        (4, Some(file)) => file.set_size(offset).map(|()| Vec::new()),
        (5, Some(file)) => file.sync().map(|()| Vec::new()),
        (6, Some(file)) => Ok(file.size()?.to_le_bytes().into()),
        (7, Some(file)) => file.write_at(offset, &vec![byte; length]).map(|()| Vec::new()),
        (_, Some(file)) => {
            let mut bytes = vec![byte; length];
            let count = file.read_at(offset, &mut bytes)?;
            bytes.truncate(count);
            Ok(bytes)
        }
        (_, None) => Ok(Vec::new()),
    }
}

#[test]
fn both_disks_say_the_same_of_the_same() {
    for seed in 0..20 {
        let place = tempfile::tempdir().unwrap();
        let folder = linux::Folder::open(place.path()).unwrap();
        let simulated = SimDisk::new();
        let (mut real_files, mut simulated_files) = (Vec::new(), Vec::new());
        let draw = ChaCha8Rng::seed_from_u64(seed);
        let (mut left, mut right) = (draw.clone(), draw);
        for number in 0..200 {
            let real = step(&folder, &mut real_files, &mut left);
            let in_memory = step(&simulated, &mut simulated_files, &mut right);
            assert_eq!(in_memory, real, "seed {seed}, operation {number}");
        }
        for name in simulated.list().unwrap() {
            let real = std::fs::read(place.path().join(&name)).unwrap();
            assert_eq!(simulated.contents(&name), real, "seed {seed}, {name}");
        }
    }
}
