//! *Site*: where a database lies, and what can be done with it without opening it.

use super::fault::{of_io, sync_folder};
use super::{Engine, Redb, Sled, Store, StoreError};
use port::{Disk, DiskError};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a database that was set aside is called, with a number behind it.
pub const DAMAGED: &str = "history.damaged-";

/// A database that is being written anew.
const RENEWED: &str = "history.renewed";

/// The files of a database as bytes.
pub trait SiteFiles: Send + Sync {
    /// Names and lengths, sorted by name; empty if there is no database.
    ///
    /// # Errors
    /// As the disk says.
    fn files(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Reads a file from a place until the buffer is full or it ends; tells how many bytes there were.
    ///
    /// # Errors
    /// As the disk says.
    fn read(&self, file: &str, offset: u64, into: &mut [u8]) -> Result<usize, StoreError>;
}

/// Where a database lies.
pub trait Site: SiteFiles {
    /// Which database it is.
    fn engine(&self) -> Engine;

    /// Opens or makes it.
    ///
    /// # Errors
    /// As the engine says; it may panic on damage.
    fn open(&self) -> Result<Box<dyn Store>, StoreError>;

    /// Keeps a copy of its files if opening it may spoil them, before anybody opens it. One that is there
    /// stays: it is from an attempt that did not end.
    ///
    /// # Errors
    /// As the disk says; then there is no copy.
    fn keep_copy(&self) -> Result<(), StoreError>;

    /// Lets the copy go.
    ///
    /// # Errors
    /// As the disk says.
    fn drop_copy(&self) -> Result<(), StoreError>;

    /// Writes its file anew, so that what is read is what is on the disk; of sled nothing is done.
    ///
    /// # Errors
    /// As the disk says; then the file is as it was.
    fn renew(&self) -> Result<(), StoreError>;

    /// Gives it, or the copy of it if there is one, another name for good, and tells which.
    ///
    /// # Errors
    /// As the disk says.
    fn set_aside(&self) -> Result<String, StoreError>;

    /// The number of the newest that was set aside, if there is one.
    ///
    /// # Errors
    /// As the disk says.
    fn last_aside(&self) -> Result<Option<u64>, StoreError>;

    /// The files of one that was set aside.
    fn aside(&self, name: &str) -> Box<dyn SiteFiles>;
}

/// A file, or a folder of files, of the system.
#[derive(Debug, Clone)]
pub struct PathFiles {
    path: PathBuf,
}

impl PathFiles {
    /// At this path, whether there is anything or not.
    pub fn at(path: &Path) -> PathFiles {
        PathFiles { path: path.into() }
    }

    fn file(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.path.clone() } else { self.path.join(name) }
    }

    /// Adds what is in a folder; `within` is its name seen from our path.
    fn walk(&self, within: &str, files: &mut Vec<(String, u64)>) -> std::io::Result<()> {
        for entry in fs::read_dir(self.file(within))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = if within.is_empty() { name } else { format!("{within}/{name}") };
            let about = entry.metadata()?;
            if about.is_dir() {
                self.walk(&name, files)?;
            } else {
                files.push((name, about.len()));
            }
        }
        Ok(())
    }

    fn listed(&self) -> std::io::Result<Vec<(String, u64)>> {
        let about = match fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            about => about?,
        };
        let mut files = Vec::new();
        if about.is_dir() {
            self.walk("", &mut files)?;
        } else {
            files.push((String::new(), about.len()));
        }
        files.sort();
        Ok(files)
    }
}

impl SiteFiles for PathFiles {
    fn files(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.listed().map_err(|error| of_io(&error, &self.path.display().to_string()))
    }

    fn read(&self, file: &str, offset: u64, into: &mut [u8]) -> Result<usize, StoreError> {
        use std::io::{Read, Seek, SeekFrom};
        let path = self.file(file);
        let read = || -> std::io::Result<usize> {
            let mut file = fs::File::open(&path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut filled = 0;
            while filled < into.len() {
                match file.read(&mut into[filled..])? {
                    0 => break,
                    bytes => filled += bytes,
                }
            }
            Ok(filled)
        };
        read_with(read, &path)
    }
}

fn read_with(
    read: impl FnOnce() -> std::io::Result<usize>,
    path: &Path,
) -> Result<usize, StoreError> {
    read().map_err(|error| of_io(&error, &path.display().to_string()))
}

/// A database in a folder of the system.
#[derive(Debug, Clone)]
pub struct FolderSite {
    folder: PathBuf,
    engine: Engine,
    files: PathFiles,
}

impl FolderSite {
    /// The history's database in the folder of all state.
    pub fn new(folder: &Path, engine: Engine) -> FolderSite {
        FolderSite {
            folder: folder.into(),
            engine,
            files: PathFiles::at(&folder.join(engine.file_name())),
        }
    }
}

impl SiteFiles for FolderSite {
    fn files(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.files.files()
    }

    fn read(&self, file: &str, offset: u64, into: &mut [u8]) -> Result<usize, StoreError> {
        self.files.read(file, offset, into)
    }
}

impl Site for FolderSite {
    fn engine(&self) -> Engine {
        self.engine
    }

    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        let path = self.folder.join(self.engine.file_name());
        Ok(match self.engine {
            Engine::Sled => Box::new(Sled::open(&path)?),
            Engine::Redb => Box::new(Redb::on_file(&path)?),
        })
    }

    /// sled's recovery zeroes what it does not believe and cuts its log; redb writes to no page that is in
    /// use.
    fn keep_copy(&self) -> Result<(), StoreError> {
        if self.engine == Engine::Redb || self.copy().exists() {
            return Ok(());
        }
        self.copy_files().map_err(|error| {
            // Half a copy takes space and is of no use.
            let _ = removed(&self.unfinished());
            of_io(&error, &self.unfinished().display().to_string())
        })
    }

    fn drop_copy(&self) -> Result<(), StoreError> {
        removed(&self.copy()).map_err(|error| of_io(&error, &self.copy().display().to_string()))
    }

    fn renew(&self) -> Result<(), StoreError> {
        let path = self.folder.join(self.engine.file_name());
        if self.engine == Engine::Sled || !path.exists() {
            return Ok(());
        }
        let renewed = self.folder.join(RENEWED);
        let copied = fs::copy(&path, &renewed)
            .and_then(|_| fs::File::open(&renewed)?.sync_all())
            .and_then(|()| fs::rename(&renewed, &path));
        copied.map_err(|error| of_io(&error, &renewed.display().to_string()))?;
        sync_folder(&self.folder)?;
        Ok(())
    }

    fn set_aside(&self) -> Result<String, StoreError> {
        let database = self.folder.join(self.engine.file_name());
        let name = free_name(|name| self.folder.join(name).symlink_metadata().is_ok());
        let moved = if self.copy().exists() {
            fs::rename(self.copy(), self.folder.join(&name)).and_then(|()| removed(&database))
        } else {
            fs::rename(&database, self.folder.join(&name))
        };
        moved.map_err(|error| of_io(&error, &self.folder.display().to_string()))?;
        sync_folder(&self.folder)?;
        Ok(name)
    }

    fn last_aside(&self) -> Result<Option<u64>, StoreError> {
        let names = fs::read_dir(&self.folder).and_then(|entries| {
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
        });
        names
            .map(|names: Vec<String>| newest(&names))
            .map_err(|error| of_io(&error, &self.folder.display().to_string()))
    }

    fn aside(&self, name: &str) -> Box<dyn SiteFiles> {
        Box::new(PathFiles::at(&self.folder.join(name)))
    }
}

impl FolderSite {
    fn copy(&self) -> PathBuf {
        self.folder.join("history.copy")
    }

    fn unfinished(&self) -> PathBuf {
        self.folder.join("history.copying")
    }

    /// Copies the files; a file system that can shares their blocks. The copy has its name only when it is
    /// whole.
    fn copy_files(&self) -> std::io::Result<()> {
        removed(&self.unfinished())?;
        for (name, _) in self.files.listed()? {
            let target = self.unfinished().join(&name);
            fs::create_dir_all(target.parent().expect("it is in a folder"))?;
            fs::copy(self.files.file(&name), &target)?;
            fs::File::open(&target)?.sync_all()?;
        }
        fs::rename(self.unfinished(), self.copy())?;
        fs::File::open(&self.folder)?.sync_all()
    }
}

/// Removes a folder that may not be there.
fn removed(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A redb database on a [`Disk`].
#[derive(Clone)]
pub struct OnDiskSite {
    disk: Arc<dyn Disk + Sync>,
    name: String,
}

impl OnDiskSite {
    /// The history's database on this disk.
    pub fn new(disk: Arc<dyn Disk + Sync>) -> OnDiskSite {
        OnDiskSite { disk, name: Engine::Redb.file_name().into() }
    }
}

impl SiteFiles for OnDiskSite {
    fn files(&self) -> Result<Vec<(String, u64)>, StoreError> {
        if !self.disk.list()?.contains(&self.name) {
            return Ok(Vec::new());
        }
        Ok(vec![(String::new(), self.disk.open(&self.name, false)?.size()?)])
    }

    fn read(&self, _: &str, offset: u64, into: &mut [u8]) -> Result<usize, StoreError> {
        Ok(self.disk.open(&self.name, false)?.read_at(offset, into)?)
    }
}

impl Site for OnDiskSite {
    fn engine(&self) -> Engine {
        Engine::Redb
    }

    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(Redb::on_disk(&*self.disk, &self.name)?))
    }

    fn keep_copy(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn drop_copy(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn renew(&self) -> Result<(), StoreError> {
        let file = match self.disk.open(&self.name, false) {
            Ok(file) => file,
            Err(DiskError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let mut renewed = self.disk.open(RENEWED, true)?;
        renewed.set_size(0)?;
        let (mut offset, mut bytes) = (0, vec![0; 64 << 10]);
        loop {
            let read = file.read_at(offset, &mut bytes)?;
            if read == 0 {
                break;
            }
            renewed.write_at(offset, &bytes[..read])?;
            offset += read as u64;
        }
        renewed.sync()?;
        Ok(self.disk.rename(RENEWED, &self.name)?)
    }

    fn set_aside(&self) -> Result<String, StoreError> {
        let names = self.disk.list()?;
        let name = free_name(|name| names.iter().any(|other| other == name));
        self.disk.rename(&self.name, &name)?;
        Ok(name)
    }

    fn last_aside(&self) -> Result<Option<u64>, StoreError> {
        Ok(newest(&self.disk.list()?))
    }

    fn aside(&self, name: &str) -> Box<dyn SiteFiles> {
        Box::new(OnDiskSite { disk: Arc::clone(&self.disk), name: name.into() })
    }
}

/// The first name of one set aside that is free.
fn free_name(taken: impl Fn(&str) -> bool) -> String {
    (1_u64..)
        .map(|number| format!("{DAMAGED}{number}"))
        .find(|name| !taken(name))
        .expect("a disk has fewer files than numbers")
}

/// The highest number of one set aside, of names of all kinds.
fn newest(names: &[String]) -> Option<u64> {
    names.iter().filter_map(|name| name.strip_prefix(DAMAGED)?.parse().ok()).max()
}
