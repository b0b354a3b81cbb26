//! A folder of small documents, which a running meter and a command at the console may both change.

use host::{Change, Shelf, ShelfError};
use linux::Folder;
use port::{Disk, DiskError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a change waits for another process to finish its own.
const PATIENCE: Duration = Duration::from_secs(2);

/// Pause between two looks whether it has.
const PAUSE: Duration = Duration::from_millis(10);

/// A document is a file of its name, with this ending if it has none.
const ENDING: &str = "json";

/// See the module.
#[derive(Debug)]
pub struct FolderShelf {
    path: PathBuf,
    /// Threads of this process change one after the other.
    turn: Mutex<()>,
}

impl FolderShelf {
    /// In a folder, which is made if it is not there, for its owner alone.
    pub fn open(path: &Path) -> Result<FolderShelf, ShelfError> {
        let shelf = FolderShelf { path: path.into(), turn: Mutex::new(()) };
        std::fs::create_dir_all(path).map_err(|error| shelf.failed(&error))?;
        let owner = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(path, owner).map_err(|error| shelf.failed(&error))?;
        Ok(shelf)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(file_name(name))
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> ShelfError {
        ShelfError(format!("{}: {error}", self.path.display()))
    }

    /// The folder, once no other process has it.
    fn locked(&self) -> Result<Folder, ShelfError> {
        let begun = Instant::now();
        loop {
            match Folder::open(&self.path) {
                Ok(folder) => return Ok(folder),
                Err(_) if Folder::is_in_use(&self.path) && begun.elapsed() < PATIENCE => {
                    std::thread::sleep(PAUSE);
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Writes beside the old one, and then in its place: one of the two is always whole.
    fn write(folder: &Folder, name: &str, bytes: &[u8]) -> Result<(), DiskError> {
        let draft = format!("{name}.new");
        let mut file = folder.open(&draft, true)?;
        file.set_size(0)?;
        file.write_at(0, bytes)?;
        file.sync()?;
        drop(file);
        folder.rename(&draft, &file_name(name))
    }
}

impl Shelf for FolderShelf {
    fn stamp(&self, name: &str) -> Result<u64, ShelfError> {
        match std::fs::metadata(self.file(name)) {
            // A new document is a new file: its number and time tell it from the old one.
            Ok(data) => {
                let time = data.mtime().wrapping_mul(1_000_000_007).wrapping_add(data.mtime_nsec());
                Ok(data.ino().rotate_left(32) ^ time.cast_unsigned())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        match std::fs::read(self.file(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn update(&self, name: &str, change: Change<'_>) -> Result<(), ShelfError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.locked()?;
        let known = self.read(name)?;
        let Some(bytes) = change(known.as_deref()) else { return Ok(()) };
        FolderShelf::write(&folder, name, &bytes).map_err(|error| self.failed(&error))
    }

    fn remove(&self, name: &str) -> Result<(), ShelfError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        match self.locked()?.remove(&file_name(name)) {
            Ok(()) | Err(DiskError::NotFound) => Ok(()),
            Err(error) => Err(self.failed(&error)),
        }
    }
}

fn file_name(name: &str) -> String {
    if name.contains('.') { name.into() } else { format!("{name}.{ENDING}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_there_is_found_by_another_process() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("web");
        let (one, two) =
            (FolderShelf::open(&path).expect("made"), FolderShelf::open(&path).expect("made"));
        assert_eq!((one.stamp("users"), one.read("users")), (Ok(0), Ok(None)));
        one.update("users", &mut |known| {
            assert_eq!(known, None);
            Some(b"1".to_vec())
        })
        .expect("written");
        let stamp = two.stamp("users").expect("there");
        two.update("users", &mut |known| {
            assert_eq!(known, Some(&b"1"[..]));
            Some(b"12".to_vec())
        })
        .expect("written");
        assert_ne!(one.stamp("users").expect("there"), stamp);
        assert_eq!(one.read("users").expect("there").as_deref(), Some(&b"12"[..]));
        one.update("users", &mut |_| None).expect("nothing to do");
        assert_eq!(one.read("users").expect("there").as_deref(), Some(&b"12"[..]));
        let mode = std::fs::metadata(&path).expect("there").mode();
        assert_eq!(mode & 0o077, 0, "its owner's alone");
    }

    #[test]
    fn two_who_change_at_once_lose_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("web");
        let count = |path: PathBuf| {
            std::thread::spawn(move || {
                let shelf = FolderShelf::open(&path).expect("made");
                for _ in 0..20 {
                    shelf
                        .update("count", &mut |known| {
                            let text = known.map_or("0".into(), String::from_utf8_lossy);
                            let count: u32 = text.parse().expect("a number");
                            Some((count + 1).to_string().into_bytes())
                        })
                        .expect("written");
                }
            })
        };
        let threads = [count(path.clone()), count(path.clone())];
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        let shelf = FolderShelf::open(&path).expect("there");
        assert_eq!(shelf.read("count").expect("there").as_deref(), Some(&b"40"[..]));
    }
}
