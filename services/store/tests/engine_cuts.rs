//! The power goes: what was committed is there, and no commit is there by half.

#![allow(clippy::print_stdout)] // what a run met: the claims hold for any of it

mod engine_load;

use engine_load::Load;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::disk::{DiskFault, SimDisk};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::engine::{
    Contents, Engine, FolderSite, Guarded, InThread, OnDiskSite, Opened, PathFiles, SiteFiles,
};
use store::{Batch, Change, Store, StoreError, Table};

fn probe() -> InThread {
    InThread { limit: Duration::from_secs(20) }
}

// --- redb, on the simulated disk ------------------------------------------------------------

fn open(disk: &SimDisk) -> Result<Opened, StoreError> {
    let disk = Arc::new(disk.clone());
    Guarded::open(disk.clone(), Arc::new(OnDiskSite::new(disk)), &probe())
}

/// Commits of one run.
const COMMITS: u64 = 4;

/// Cuts the power at an operation of a run with this seed, and opens what is left.
fn cut_redb(seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let disk = SimDisk::new();
    let mut store = open(&disk).unwrap().store;
    let mut load = Load::new(seed, 8, 3000);
    // The operations of a commit are about twenty.
    disk.fail(DiskFault::EioAt(random.random_range(0..25 * COMMITS)));
    let mut known = vec![Contents::default()];
    let mut acknowledged = 0;
    for _ in 0..COMMITS {
        let done = store.commit(&load.next());
        known.push(store.contents());
        if done.is_err() {
            break;
        }
        acknowledged += 1;
    }
    let left = disk.cut(random.random());
    let opened = open(&left).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    // A record of the head may be torn, which its bank tells; the database is whole.
    let is_set_aside = opened.findings.iter().any(|finding| finding.contains("history: "));
    assert!(!is_set_aside, "seed {seed}: {:?}", opened.findings);
    let found = opened.store.check().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert!(found.commits >= acknowledged, "seed {seed}: {} of {acknowledged}", found.commits);
    assert!(found.commits <= acknowledged + 1, "seed {seed}: {}", found.commits);
    if found.commits == acknowledged {
        assert_eq!(found, known[acknowledged as usize], "seed {seed}");
    }
}

/// [D-2] 2,000 seeds.
#[test]
fn redb_keeps_all_commits_whenever_the_power_goes() {
    (0..2000).for_each(cut_redb);
}

// --- sled, as images of its folder ----------------------------------------------------------

/// The files of a folder.
type Folder = BTreeMap<String, Vec<u8>>;

fn image(folder: &Path) -> Folder {
    let files = PathFiles::at(folder);
    let read = |(name, bytes): (String, u64)| {
        let mut content = vec![0; bytes as usize];
        let read = files.read(&name, 0, &mut content).unwrap();
        content.truncate(read);
        (name, content)
    };
    files.files().unwrap().into_iter().map(read).collect()
}

fn write(folder: &Path, image: &Folder) {
    for (name, bytes) in image {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::create_dir_all(folder.join("blobs")).unwrap();
}

/// How the writes after the last sync are lost.
#[derive(Debug, Clone, Copy)]
enum Loss {
    /// Any of them.
    Sectors,
    /// All behind a place of the file.
    Tail,
    /// All of them in any segment of the log.
    Segments,
}

/// What a cut leaves of the writes between two images: the first was synced, the second was not.
fn mixed(before: &Folder, after: &Folder, loss: Loss, random: &mut ChaCha8Rng) -> Folder {
    let mut left = Folder::new();
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names {
        // A new file may not be there yet, a removed one may be there again.
        let both = match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => Some((old.as_slice(), new.as_slice())),
            (None, Some(new)) => random.random_bool(0.5).then_some((&[][..], new.as_slice())),
            (Some(old), None) => {
                random.random_bool(0.5).then_some((old.as_slice(), old.as_slice()))
            }
            (None, None) => None,
        };
        if let Some((old, new)) = both {
            left.insert(name.clone(), mixed_file(old, new, loss, random));
        }
    }
    left
}

fn mixed_file(old: &[u8], new: &[u8], loss: Loss, random: &mut ChaCha8Rng) -> Vec<u8> {
    const SECTOR: usize = 512;
    const SEGMENT: usize = 512 << 10;
    let bytes = if random.random_bool(0.5) { old.len() } else { new.len() };
    let torn = random.random_range(0..=new.len());
    let share = random.random_range(0.05..0.95);
    let mut keep_segment = BTreeMap::new();
    let mut left = vec![0; bytes];
    for (number, sector) in left.chunks_mut(SECTOR).enumerate() {
        let at = number * SECTOR;
        let keep = match loss {
            Loss::Sectors => random.random_bool(share),
            Loss::Tail => at < torn,
            Loss::Segments => {
                *keep_segment.entry(at / SEGMENT).or_insert_with(|| random.random_bool(share))
            }
        };
        let from = if keep { new } else { old };
        let from = from.get(at..).unwrap_or(&[]);
        let length = from.len().min(sector.len());
        sector[..length].copy_from_slice(&from[..length]);
    }
    left
}

/// What became of sled in so many cuts.
#[derive(Debug, Default)]
struct Outcomes {
    /// Cuts.
    cuts: u64,
    /// Those after which the guard had to set it aside and search its files.
    set_aside: u64,
}

/// Entries by table and key.
type Entries = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

fn entries(store: &dyn Store) -> Entries {
    let mut entries = Entries::new();
    for table in Table::ALL {
        store
            .scan(table, &[], None, &mut |key, value| {
                entries.insert((table, key.to_vec()), value.to_vec());
                true
            })
            .unwrap();
    }
    entries
}

/// What a sled database must survive: a power cut within a commit.
struct Cut {
    /// Its files as of the commit before and the one that was cut.
    images: [Folder; 2],
    /// The disk of its head.
    head: SimDisk,
    contents: [Contents; 2],
    /// What the commit that was cut leaves as it is.
    safe: Entries,
    /// What it writes.
    written: Entries,
}

impl Cut {
    /// Cuts, opens what is left through the guard, and holds it against what must be there.
    fn survive(&self, loss: Loss, random: &mut ChaCha8Rng, place: &str) -> bool {
        let folder = engine_load::folder();
        let left = mixed(&self.images[0], &self.images[1], loss, random);
        write(&folder.path().join(Engine::Sled.file_name()), &left);
        let site = Arc::new(FolderSite::new(folder.path(), Engine::Sled));
        // A copy of its own: nothing of it is unsynced.
        let head = self.head.cut_keeping(0);
        let elsewhere = engine_load::folder();
        let opened = match Guarded::open(Arc::new(head.clone()), site, &probe()) {
            // A thread of sled that panicked keeps its lock as long as the process lives; the next process
            // finds the same files without it.
            Err(StoreError::InUse(_)) => {
                write(elsewhere.path(), &image(folder.path()));
                let site = Arc::new(FolderSite::new(elsewhere.path(), Engine::Sled));
                Guarded::open(Arc::new(head), site, &probe())
            }
            other => other,
        }
        .unwrap_or_else(|error| panic!("{place}: {error}"));
        let found = opened.store.check().unwrap_or_else(|error| panic!("{place}: {error}"));
        let kept = entries(&opened.store);
        let is_set_aside = opened.findings.iter().any(|finding| finding.contains("set aside"));
        for (key, value) in &self.safe {
            assert_eq!(kept.get(key), Some(value), "{place}: {:?}", opened.findings);
        }
        if is_set_aside {
            let half = self.written.iter().filter(|(key, value)| kept.get(*key) == Some(*value));
            assert_eq!(half.count(), 0, "{place}: a part of the commit that was cut");
        } else {
            assert!(self.contents.contains(&found), "{place}: {found:?}");
        }
        is_set_aside
    }
}

/// Runs a load on sled, and after some quiet commits cuts the power within each, in every way so often.
fn cut_sled(seed: u64, load: Load, quiet: u64, commits: u64, cuts: u64) -> Outcomes {
    let (folder, head) = (engine_load::folder(), SimDisk::new());
    let path = folder.path().join(Engine::Sled.file_name());
    let site = Arc::new(FolderSite::new(folder.path(), Engine::Sled));
    let mut store = Guarded::open(Arc::new(head.clone()), site, &probe()).unwrap().store;
    let (mut random, mut load) = (ChaCha8Rng::seed_from_u64(seed), load);
    for _ in 0..quiet {
        store.commit(&load.next()).unwrap();
    }
    let mut outcomes = Outcomes::default();
    for commit in 0..commits {
        let cut = cut_within(&mut store, &load.next(), &path, &head);
        for loss in [Loss::Sectors, Loss::Tail, Loss::Segments] {
            for _ in 0..cuts {
                let place = format!("seed {seed}, commit {commit}, {loss:?}");
                outcomes.cuts += 1;
                outcomes.set_aside += u64::from(cut.survive(loss, &mut random, &place));
            }
        }
    }
    outcomes
}

/// Makes a commit, and keeps what a cut within it needs.
fn cut_within(store: &mut Guarded, batch: &Batch, path: &Path, head: &SimDisk) -> Cut {
    let head = head.cut_keeping(0);
    let (before, first) = (store.contents(), image(path));
    let (mut safe, mut written) = (entries(store), Entries::new());
    for change in batch {
        match change {
            Change::Put(table, key, value) => {
                safe.remove(&(*table, key.clone()));
                written.insert((*table, key.clone()), value.clone());
            }
            Change::Delete(table, key) => {
                safe.remove(&(*table, key.clone()));
            }
        }
    }
    store.commit(batch).unwrap();
    let (contents, images) = ([before, store.contents()], [first, image(path)]);
    Cut { images, head, contents, safe, written }
}

/// [D-2] 216 cuts, half of them with values as long as sled is not whole with by itself.
#[test]
fn sled_behind_the_guard_keeps_all_commits_whenever_the_power_goes() {
    let long = cut_sled(1, Load::new(1, 6, 30_000), 14, 12, 3);
    let short = cut_sled(2, Load::new(2, 30, 2_000), 14, 12, 3);
    println!("long values: {long:?}; short values: {short:?}");
    assert_eq!(short.set_aside, 0);
}

/// [D-2] As above, 6,000 cuts.
#[test]
#[ignore = "by ci/soak"]
fn sled_behind_the_guard_keeps_all_commits_in_long_runs() {
    for (seed, columns, longest) in
        [(1, 8, 30_000), (2, 40, 10_000), (3, 20, 20_000), (4, 8, 100_000), (5, 150, 3_000)]
    {
        let load = Load::new(seed, columns, longest);
        let outcomes = cut_sled(seed, load, 20, 40, 10);
        println!("seed {seed}, {columns} columns of up to {longest} bytes: {outcomes:?}");
    }
}
