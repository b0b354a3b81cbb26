//! A folder of a file system as a disk.
//!
//! `sync` is `fdatasync`, which returns when the data and the size are on the device; the folder is synced
//! after it if names changed, since the entry of a new file is data of its folder. A file `lock` is held
//! exclusively as long as the folder or a file of it is open: two processes would write over each other.
//!
//! What is read comes from the page cache as a rule. So reading back proves what the system has taken, and
//! only the sync says that the device has it.

use port::{Disk, DiskError, DiskFile};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The file that says that a process is there.
const LOCK: &str = "lock";

/// A folder that this process alone writes to; clones are handles of it.
#[derive(Debug, Clone)]
pub struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// The folder itself, to be synced.
    entries: File,
    /// Names may have changed since the folder was synced.
    names_changed: AtomicBool,
    /// Let go when it is closed, also when the process is killed.
    _lock: File,
}

impl Folder {
    /// Opens a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If another process has it open, or as the file system says.
    pub fn open(path: &Path) -> Result<Folder, DiskError> {
        make(path).map_err(|error| described(path, &error))?;
        let lock = locked(&path.join(LOCK))?;
        let entries = File::open(path).map_err(|error| described(path, &error))?;
        // A process that was killed may have left names that were never synced.
        let names_changed = AtomicBool::new(true);
        Ok(Folder(Arc::new(Inner { path: path.into(), entries, names_changed, _lock: lock })))
    }

    /// Whether a process has a folder open. Nothing is made or changed.
    pub fn is_in_use(path: &Path) -> bool {
        let Ok(lock) = File::open(path.join(LOCK)) else { return false };
        matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

impl Inner {
    /// Where a file is. A name has no folder in it, and the lock is nobody's.
    fn place(&self, name: &str) -> Result<PathBuf, DiskError> {
        let plain = !matches!(name, "" | "." | ".." | LOCK) && !name.contains(['/', '\0']);
        if plain {
            Ok(self.path.join(name))
        } else {
            Err(DiskError::Io(format!("{name:?} cannot be the name of a file")))
        }
    }

    /// Makes the names certain, if they changed.
    fn sync_names(&self) -> Result<(), DiskError> {
        // Taken back before the sync, so that a change during it is not forgotten.
        if !self.names_changed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        self.entries.sync_all().map_err(|error| {
            self.names_changed.store(true, Ordering::Release);
            described(&self.path, &error)
        })
    }
}

/// Makes a folder and those above it. The one above the folder is synced, so that it survives.
fn make(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path)?;
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => File::open(above)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

fn locked(path: &Path) -> Result<File, DiskError> {
    let made = OpenOptions::new().write(true).create(true).truncate(false).open(path);
    // A lock can be taken on a file that is only read, and a disk that takes no writes can be read.
    let file = match made {
        Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => File::open(path),
        other => other,
    };
    let file = file.map_err(|error| described(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let folder = path.parent().unwrap_or(path);
            Err(DiskError::Io(format!("{} is in use by another process", folder.display())))
        }
        Err(TryLockError::Error(error)) => Err(described(path, &error)),
    }
}

/// An error of the system as one of a disk, with the place it is about.
fn described(place: &Path, error: &io::Error) -> DiskError {
    match error.kind() {
        ErrorKind::NotFound => DiskError::NotFound,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => DiskError::Full,
        ErrorKind::ReadOnlyFilesystem => DiskError::ReadOnly,
        _ => DiskError::Io(format!("{}: {error}", place.display())),
    }
}

/// An open file of a folder.
struct FolderFile {
    file: File,
    path: PathBuf,
    folder: Arc<Inner>,
    /// The file system took no writes when it was opened.
    read_only: bool,
}

impl FolderFile {
    fn described(&self, error: &io::Error) -> DiskError {
        described(&self.path, error)
    }

    fn check_writable(&self) -> Result<(), DiskError> {
        if self.read_only { Err(DiskError::ReadOnly) } else { Ok(()) }
    }
}

impl DiskFile for FolderFile {
    fn size(&self) -> Result<u64, DiskError> {
        Ok(self.file.metadata().map_err(|error| self.described(&error))?.len())
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, DiskError> {
        let mut count = 0;
        while count < into.len() {
            match self.file.read_at(&mut into[count..], offset + count as u64) {
                Ok(0) => break,
                Ok(more) => count += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.described(&error)),
            }
        }
        Ok(count)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.check_writable()?;
        self.file.write_all_at(bytes, offset).map_err(|error| self.described(&error))
    }

    fn set_size(&mut self, bytes: u64) -> Result<(), DiskError> {
        self.check_writable()?;
        self.file.set_len(bytes).map_err(|error| self.described(&error))
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.file.sync_data().map_err(|error| self.described(&error))?;
        self.folder.sync_names()
    }
}

impl Disk for Folder {
    fn open(&self, name: &str, create: bool) -> Result<Box<dyn DiskFile>, DiskError> {
        let path = self.0.place(name)?;
        let both = || OpenOptions::new().read(true).write(true).to_owned();
        let mut read_only = false;
        let file = match both().open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound && create => {
                self.0.names_changed.store(true, Ordering::Release);
                both().create_new(true).open(&path)
            }
            Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => {
                read_only = true;
                File::open(&path)
            }
            other => other,
        };
        let file = file.map_err(|error| described(&path, &error))?;
        Ok(Box::new(FolderFile { file, path, folder: self.0.clone(), read_only }))
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        let path = self.0.place(name)?;
        self.0.names_changed.store(true, Ordering::Release);
        fs::remove_file(&path).map_err(|error| described(&path, &error))?;
        self.0.sync_names()
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let path = self.0.place(from)?;
        let to = self.0.place(to)?;
        self.0.names_changed.store(true, Ordering::Release);
        fs::rename(&path, to).map_err(|error| described(&path, &error))?;
        self.0.sync_names()
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        let failed = |error: io::Error| described(&self.0.path, &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0.path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let is_file = entry.file_type().map_err(failed)?.is_file();
            // What has another kind of name was not made here.
            if let (true, Ok(name)) = (is_file, entry.file_name().into_string()) {
                names.push(name);
            }
        }
        names.retain(|name| name != LOCK);
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("a/b")).unwrap();
        (place, folder)
    }

    #[test]
    fn files_keep_what_was_written_where() {
        let (_place, folder) = folder();
        let mut file = folder.open("one", true).unwrap();
        file.write_at(5, b"text").unwrap();
        file.sync().unwrap();
        let again = folder.open("one", false).unwrap();
        let mut read = [7; 12];
        assert_eq!((again.size(), again.read_at(2, &mut read)), (Ok(9), Ok(7)));
        assert_eq!(&read, b"\0\0\0text\x07\x07\x07\x07\x07");
        file.set_size(6).unwrap();
        assert_eq!(again.read_at(0, &mut read), Ok(6));
        assert_eq!(again.read_at(99, &mut read), Ok(0));
    }

    /// Offsets have 64 bits on every machine.
    #[test]
    fn places_beyond_four_gibibytes_are_their_own() {
        let (_place, folder) = folder();
        let mut file = folder.open("far", true).unwrap();
        let far = (1 << 32) + 3;
        file.write_at(far, b"far").unwrap();
        let mut read = [1; 3];
        assert_eq!(file.read_at(3, &mut read), Ok(3));
        assert_eq!((read, file.size()), ([0; 3], Ok(far + 3)));
    }

    #[test]
    fn names_are_listed_changed_and_removed() {
        let (place, folder) = folder();
        fs::create_dir(place.path().join("a/b/database")).unwrap();
        for name in ["two", "one", "three"] {
            drop(folder.open(name, true).unwrap());
        }
        assert_eq!(folder.list().unwrap(), ["one", "three", "two"]);
        folder.rename("two", "one").unwrap();
        folder.remove("three").unwrap();
        assert_eq!(folder.list().unwrap(), ["one"]);
        assert_eq!(folder.remove("three"), Err(DiskError::NotFound));
        assert_eq!(folder.rename("three", "four"), Err(DiskError::NotFound));
        assert!(matches!(folder.open("three", false), Err(DiskError::NotFound)));
    }

    #[test]
    fn a_name_has_no_folder_in_it() {
        let (_place, folder) = folder();
        for name in ["", "..", "a/b", "/etc/hosts", "lock", "nul\0"] {
            assert!(matches!(folder.open(name, true), Err(DiskError::Io(_))), "{name:?}");
        }
    }

    /// A file keeps the lock, and whoever comes second is told.
    #[test]
    fn one_process_has_a_folder() {
        let (place, folder) = folder();
        let path = place.path().join("a/b");
        let file = folder.open("file", true).unwrap();
        drop(folder);
        let error = Folder::open(&path).unwrap_err().to_string();
        assert!(error.contains("is in use by another process"), "{error}");
        assert!(Folder::is_in_use(&path));
        drop(file);
        assert!(!Folder::is_in_use(&path));
        assert!(!Folder::is_in_use(place.path()) && !place.path().join("lock").exists());
        Folder::open(&path).unwrap();
    }

    /// [D-6] A device without space says so.
    #[test]
    fn a_full_device_is_full() {
        let (place, folder) = folder();
        std::os::unix::fs::symlink("/dev/full", place.path().join("a/b/full")).unwrap();
        let mut file = folder.open("full", false).unwrap();
        assert_eq!(file.write_at(0, b"text"), Err(DiskError::Full));
    }

    #[test]
    fn errors_of_the_system_keep_their_meaning() {
        let of = |number| described(Path::new("x"), &io::Error::from_raw_os_error(number));
        // ENOENT, ENOSPC, EDQUOT, EROFS and EIO of Linux.
        assert_eq!((of(2), of(28)), (DiskError::NotFound, DiskError::Full));
        assert_eq!((of(122), of(30)), (DiskError::Full, DiskError::ReadOnly));
        assert!(matches!(of(5), DiskError::Io(text) if text.starts_with("x: ")));
    }
}
