//! What is left when the power goes.

use super::content::{Content, SECTOR, Sector, pieces};
use super::state::{Change, File, FileNumber, Names, State};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Of the cuts, one in so many loses all from one byte on, as a disk does that writes in order.
const IN_ORDER_ONE_IN: u32 = 4;

impl State {
    /// Any subset of what was not synced, drawn by the seed.
    pub(super) fn cut(&self, seed: u64) -> State {
        let mut draw = ChaCha8Rng::seed_from_u64(seed);
        let names = self.names[draw.random_range(0..self.names.len())].clone();
        if draw.random_ratio(1, IN_ORDER_ONE_IN) {
            let kept = draw.random_range(0..=self.pending_bytes());
            return self.surviving(names, self.kept_in_order(kept));
        }
        let mut contents = BTreeMap::new();
        let torn = self.torn_file(&mut draw);
        for (number, file) in &self.files {
            let versions = Versions::of(*number, file, &self.pending);
            contents.insert(*number, versions.drawn(&mut draw, torn == Some(*number)));
        }
        self.surviving(names, contents)
    }

    /// The first so many bytes of what was not synced, with the names as they are seen.
    pub(super) fn cut_keeping(&self, bytes: u64) -> State {
        self.surviving(self.seen_names().clone(), self.kept_in_order(bytes))
    }

    fn pending_bytes(&self) -> u64 {
        let bytes = |change: &Change| match change {
            Change::Write { bytes, .. } => bytes.len() as u64,
            Change::Size(_) => 0,
        };
        self.pending.iter().map(|(_, change)| bytes(change)).sum()
    }

    /// The file of which a sector is torn, in half of the cuts.
    fn torn_file(&self, draw: &mut ChaCha8Rng) -> Option<FileNumber> {
        if self.pending.is_empty() || draw.random_bool(0.5) {
            return None;
        }
        Some(self.pending[draw.random_range(0..self.pending.len())].0)
    }

    fn kept_in_order(&self, bytes: u64) -> BTreeMap<FileNumber, Content> {
        let durable = |(number, file): (&FileNumber, &File)| (*number, file.durable.clone());
        let mut contents: BTreeMap<_, _> = self.files.iter().map(durable).collect();
        let mut left = usize::try_from(bytes).unwrap_or(usize::MAX);
        for (number, change) in &self.pending {
            let content = contents.get_mut(number).expect("changes are of files that are there");
            match change {
                Change::Size(bytes) => content.set_size(*bytes),
                Change::Write { offset, bytes } => {
                    let kept = bytes.len().min(left);
                    content.write(*offset, &bytes[..kept]);
                    left -= kept;
                    if kept < bytes.len() {
                        break;
                    }
                }
            }
        }
        contents
    }

    fn surviving(&self, names: Names, contents: BTreeMap<FileNumber, Content>) -> State {
        let named = |number: &FileNumber| names.values().any(|file| file == number);
        let file = |content: Content| File { seen: content.clone(), durable: content };
        let files = contents.into_iter().filter(|(number, _)| named(number));
        State::new(files.map(|(number, content)| (number, file(content))).collect(), names)
    }
}

/// What may be found of a file: of each sector and of its size the certain version, and those since.
struct Versions<'a> {
    file: &'a File,
    sectors: BTreeMap<u64, Vec<Option<Sector>>>,
    sizes: Vec<u64>,
}

impl<'a> Versions<'a> {
    fn of(number: FileNumber, file: &'a File, pending: &[(FileNumber, Change)]) -> Versions<'a> {
        let mut versions =
            Versions { file, sectors: BTreeMap::new(), sizes: vec![file.durable.size] };
        let mut content = file.durable.clone();
        for (_, change) in pending.iter().filter(|(other, _)| *other == number) {
            let touched: Vec<u64> = match change {
                Change::Write { offset, bytes } => {
                    pieces(*offset, bytes).map(|piece| piece.sector).collect()
                }
                Change::Size(bytes) => {
                    let from = bytes / SECTOR as u64;
                    content.sectors.range(from..).map(|(sector, _)| *sector).collect()
                }
            };
            change.apply(&mut content);
            for sector in touched {
                versions.add(sector, content.sectors.get(&sector).cloned());
            }
            if content.size != versions.sizes[versions.sizes.len() - 1] {
                versions.sizes.push(content.size);
            }
        }
        versions
    }

    fn add(&mut self, number: u64, version: Option<Sector>) {
        let durable = &self.file.durable;
        let first = || vec![durable.sectors.get(&number).cloned()];
        self.sectors.entry(number).or_insert_with(first).push(version);
    }

    /// One version of each, and one sector of two if it is torn.
    fn drawn(mut self, draw: &mut ChaCha8Rng, torn: bool) -> Content {
        let mut content = self.file.durable.clone();
        // Of some cuts nothing arrived, of some all, of most a part.
        let arrived = [0.0, 0.5, 1.0, draw.random_range(0.0..1.0)][draw.random_range(0..4)];
        let torn =
            (torn && !self.sectors.is_empty()).then(|| draw.random_range(0..self.sectors.len()));
        for (place, (number, versions)) in std::mem::take(&mut self.sectors).into_iter().enumerate()
        {
            let kept = if torn == Some(place) {
                Some(torn_of(&versions, draw))
            } else if draw.random_bool(arrived) {
                versions[versions.len() - 1].clone()
            } else {
                versions[draw.random_range(0..versions.len() - 1)].clone()
            };
            match kept {
                Some(sector) => content.sectors.insert(number, sector),
                None => content.sectors.remove(&number),
            };
        }
        let size = self.sizes[draw.random_range(0..self.sizes.len())];
        // What lies beyond the size that survived is not of the file any more.
        content.size = u64::MAX;
        content.set_size(size);
        content
    }
}

/// The beginning of one version and the end of an older one.
fn torn_of(versions: &[Option<Sector>], draw: &mut ChaCha8Rng) -> Sector {
    let bytes = |version: &Option<Sector>| version.as_deref().copied().unwrap_or([0; SECTOR]);
    let newer = draw.random_range(1..versions.len());
    let older = draw.random_range(0..newer);
    let at = draw.random_range(1..SECTOR);
    let mut sector = bytes(&versions[older]);
    sector[..at].copy_from_slice(&bytes(&versions[newer])[..at]);
    Sector::new(sector)
}
