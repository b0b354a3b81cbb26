//! The power goes: what was committed is there, and no commit is there by half.

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
    Checked, Contents, Engine, FolderSite, Guarded, InThread, OnDiskSite, Opened, PathFiles, Probe,
    Redb, Site, SiteFiles, salvage,
};
use store::{Change, Store, StoreError, Table};

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
            (Some(old), None) => random.random_bool(0.5).then_some((old.as_slice(), old.as_slice())),
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

/// What became of sled.
#[derive(Debug, Default)]
struct Outcomes {
    /// Cuts.
    cuts: u64,
    /// Everything was there, and the last batch whole or not at all.
    whole: u64,
    /// It opened, and entries lacked or were of another time.
    wrong: Vec<String>,
    /// It did not open.
    refused: Vec<String>,
    /// Entries that were synced before, were not touched since, and are in no file any more.
    gone: Vec<String>,
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

/// Runs a load on sled, cuts the power within each of its commits after the first so many, and opens what
/// is left.
fn cut_sled(seed: u64, commits: u64, quiet: u64, columns: u16, longest: usize, cuts: u64) -> Outcomes {
    let folder = tempfile::tempdir().unwrap();
    let site = FolderSite::new(folder.path(), Engine::Sled);
    let path = folder.path().join(Engine::Sled.file_name());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut load = Load::new(seed, columns, longest);
    let mut store = Checked::open(site.open().unwrap()).unwrap();
    let mut outcomes = Outcomes::default();
    for _ in 0..quiet {
        store.commit(&load.next()).unwrap();
    }
    for _ in 0..commits {
        let (committed, before, mut safe) = (store.contents(), image(&path), entries(&store));
        let batch = load.next();
        for change in &batch {
            let (Change::Put(table, key, _) | Change::Delete(table, key)) = change;
            safe.remove(&(*table, key.clone()));
        }
        store.commit(&batch).unwrap();
        let after = image(&path);
        for loss in [Loss::Sectors, Loss::Tail, Loss::Segments] {
            for _ in 0..cuts {
                let left = mixed(&before, &after, loss, &mut random);
                let place = format!("seed {seed}, {loss:?} after commit {}", committed.commits);
                judge(&left, [committed, store.contents()], &safe, &place, &mut outcomes);
            }
        }
    }
    outcomes
}

/// Opens what a cut left, and if it is not whole, looks what is still in its files.
fn judge(left: &Folder, whole: [Contents; 2], safe: &Entries, place: &str, outcomes: &mut Outcomes) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join(Engine::Sled.file_name()), left);
    let site: Arc<dyn Site> = Arc::new(FolderSite::new(folder.path(), Engine::Sled));
    outcomes.cuts += 1;
    match probe().look(&site) {
        Err(error) => outcomes.refused.push(format!("{place}: {error}")),
        Ok(looked) if looked.found == looked.recorded && whole.contains(&looked.found) => {
            outcomes.whole += 1;
            return;
        }
        Ok(looked) => outcomes.wrong.push(format!(
            "{place}: commit {} with {} of {} entries",
            looked.recorded.commits,
            looked.found.entries(),
            looked.recorded.entries()
        )),
    }
    let mut saved = Redb::on_disk(&SimDisk::new(), "saved").unwrap();
    salvage(&*site, &mut saved).unwrap();
    let saved = entries(&saved);
    let gone = safe.iter().filter(|(key, value)| saved.get(key) != Some(value)).count();
    if gone > 0 {
        outcomes.gone.push(format!("{place}: {gone} of {} entries", safe.len()));
    }
}

#[test]
fn sled_keeps_all_commits_whenever_the_power_goes() {
    for (seed, commits, quiet, columns, longest) in [(1, 40, 20, 8, 30_000), (2, 40, 20, 40, 10_000), (3, 20, 20, 20, 20_000), (4, 20, 40, 8, 100_000)] {
    let outcomes = cut_sled(seed, commits, quiet, columns, longest, 4);
    println!("{} cuts {} whole {} wrong {} refused {} gone", outcomes.cuts, outcomes.whole, outcomes.wrong.len(), outcomes.refused.len(), outcomes.gone.len());
    println!("{outcomes:#?}");
    }
    panic!();
}
