//! The guard: how a database is opened that may have been damaged since it was closed or cut off.
//!
//! *Head*: what should be in it, kept outside it. *Prints*: checksums of its files, taken when it is
//! closed. *Probe*: a look from where the engine can do no harm. *Set aside*: given another name, nothing
//! deleted. *Copy*: of files that opening may spoil.
//!
//! A database whose files are as they were when it was closed is opened at once. Any other is looked at
//! first: every entry is read, and the whole is compared with what the database says of itself and with the
//! head. The head is written after the database, so it may be older, by the commit that a power cut fell
//! into: the database then proves itself by its own record. It is never newer: a database with fewer
//! commits than its head has lost some.

use super::fault::of_panic;
use super::head::{self, Head, State, Unsearched};
use super::prints::Prints;
use super::salvage::salvage;
use super::site::DAMAGED;
use super::{
    Batch, Checked, Contents, Engine, Looked, Probe, Site, Store, StoreError, Table, migrate,
};
use port::{Disk, DiskError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A file that is given up on a full disk, so that a database can be opened, and old rows can be deleted: a
/// deletion needs room of its own before it makes any.
const BALLAST: &str = "history.ballast";

/// Its length in bytes. On opening, sled writes a snapshot of 16 bytes a page and at most one segment of
/// 512 KiB; this is for 200,000 pages. redb opens within its file.
const BALLAST_BYTES: u64 = 4 << 20;

/// A database that keeps its head.
///
/// When it is dropped, or better [`Guarded::close`]d, it takes the prints of its files. One that was
/// not is looked at when it is opened next.
pub struct Guarded {
    /// None only after it was closed.
    checked: Option<Checked>,
    head: Head,
    state: State,
    disk: Arc<dyn Disk + Sync>,
    site: Arc<dyn Site>,
}

/// A database that was opened.
pub struct Opened {
    /// It.
    pub store: Guarded,
    /// A sentence for each thing that was not as it should be.
    pub findings: Vec<String>,
}

impl Guarded {
    /// Opens the database of a site, or makes it, or sets it aside and begins a new one.
    ///
    /// `disk` holds the head and what belongs to it; no other process may have it.
    ///
    /// # Errors
    /// `Disk` if the disk is full, takes no writes or fails, and `InUse`: the caller goes on without a
    /// history and tries again. `Asked` if the history lies in another engine.
    pub fn open(
        disk: Arc<dyn Disk + Sync>,
        site: Arc<dyn Site>,
        probe: &dyn Probe,
    ) -> Result<Opened, StoreError> {
        let (head, last, findings) = Head::open(&*disk)?;
        refuse_another_engine(last.as_ref(), site.engine())?;
        let state = State {
            engine: site.engine(),
            contents: last.as_ref().map_or_else(Contents::default, |last| last.contents),
            closed: None,
            unsearched: last.as_ref().and_then(|last| last.unsearched),
            failed: false,
        };
        let mut opening = Opening { head, last, state, disk, site, probe, findings };
        let mut checked = opening.run()?;
        opening.search_aside(&mut checked)?;
        opening.keep_ballast();
        let Opening { mut head, mut state, disk, site, findings, .. } = opening;
        if state.contents != checked.contents() || state.unsearched.is_some() {
            state.contents = checked.contents();
            state.unsearched = None;
            head.write(&state)?;
        }
        Ok(Opened { store: Guarded { checked: Some(checked), head, state, disk, site }, findings })
    }

    /// Which database the history of this disk lies in, if there is one.
    ///
    /// # Errors
    /// As the disk says.
    pub fn engine_of(disk: &dyn Disk) -> Result<Option<Engine>, StoreError> {
        let (_, last, _) = Head::open(disk)?;
        Ok(last.map(|last| last.engine))
    }

    /// Copies a history into the database of another site, and has it lie there from then on; returns how
    /// many entries there were. The old database stays where it is. What lies in the other site is set
    /// aside: it was left by a copy that was cut off, or by an earlier time.
    ///
    /// # Errors
    /// As [`Guarded::open`] and [`migrate`]; then the history lies where it did.
    pub fn migrate(
        disk: Arc<dyn Disk + Sync>,
        from: Arc<dyn Site>,
        to: Arc<dyn Site>,
        probe: &dyn Probe,
    ) -> Result<u64, StoreError> {
        let mut history = Guarded::open(disk, from, probe)?.store;
        if !to.files()?.is_empty() {
            to.set_aside()?;
        }
        let mut into = Checked::open(to.open()?)?;
        let entries = migrate(&history, &mut into)?;
        history.state = State {
            engine: to.engine(),
            contents: into.contents(),
            closed: None,
            unsearched: None,
            failed: false,
        };
        history.checked = Some(into);
        history.site = to;
        history.head.write(&history.state)?;
        history.close()?;
        Ok(entries)
    }

    /// What is in it.
    pub fn contents(&self) -> Contents {
        self.state.contents
    }

    /// Reads and checks every entry.
    ///
    /// # Errors
    /// `Damaged` with what does not fit, else as the engine says.
    pub fn check(&self) -> Result<Contents, StoreError> {
        let found = self.checked().count()?;
        match judge(&Looked { recorded: self.checked().contents(), found }, None) {
            None => Ok(found),
            Some(what) => Err(StoreError::Damaged { place: "the database".into(), what }),
        }
    }

    /// Closes it and takes its prints.
    ///
    /// # Errors
    /// As the disk says; then it is looked at when it is opened next.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        let Some(checked) = self.checked.take() else { return Ok(()) };
        let is_suspect = checked.is_suspect();
        drop(checked);
        if is_suspect {
            return Ok(());
        }
        let prints = Prints::of(&*self.site)?;
        self.state.closed = Some(head::write_prints(&*self.disk, &prints)?);
        self.head.write(&self.state)
    }

    /// Remembers that the disk failed under the database. After a sync that failed its file reads as if
    /// nothing had happened, while a power cut would show that something did: so it is written anew before it
    /// is opened again.
    fn note_failure(&mut self, done: Result<(), StoreError>) -> Result<(), StoreError> {
        let is_room = |error: &StoreError| {
            matches!(error, StoreError::Disk(DiskError::Full | DiskError::ReadOnly))
        };
        if done.as_ref().is_err_and(|error| !is_room(error)) {
            self.state.failed = true;
            // If the disk takes this neither, there is nothing left to do.
            let _ = self.head.write(&self.state);
        }
        done
    }

    fn checked(&self) -> &Checked {
        self.checked.as_ref().expect("it is taken only when it is closed")
    }

    fn checked_mut(&mut self) -> &mut Checked {
        self.checked.as_mut().expect("it is taken only when it is closed")
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Nobody is left to be told; what was not closed is looked at when it is opened next.
        let _ = self.finish();
    }
}

impl Store for Guarded {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.checked().get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), StoreError> {
        self.checked().scan(table, from, to, visit)
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let done = self.checked_mut().commit(batch);
        self.note_failure(done)?;
        self.state.contents = self.checked().contents();
        self.head.write(&self.state)
    }

    fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        self.checked().bytes_on_disk()
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        let done = self.checked_mut().compact();
        self.note_failure(done)
    }

    fn give_up_reserve(&mut self) -> Result<(), StoreError> {
        match self.disk.remove(BALLAST) {
            Ok(()) | Err(DiskError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn take_reserve(&mut self) {
        // Without room there is none; the next opening tries again, and says so.
        let _ = keep_ballast(&*self.disk);
    }
}

fn refuse_another_engine(last: Option<&State>, asked: Engine) -> Result<(), StoreError> {
    match last {
        Some(last) if last.engine != asked && last.contents.commits > 0 => {
            Err(StoreError::Asked(format!(
                "the history lies in {}, and {} was asked for; `ems store migrate` moves it",
                last.engine.slug(),
                asked.slug()
            )))
        }
        _ => Ok(()),
    }
}

/// Why what was looked at is not whole, if it is not.
fn judge(looked: &Looked, last: Option<&State>) -> Option<String> {
    let Looked { recorded, found } = looked;
    if recorded != found {
        return Some(format!(
            "{} of {} entries are there, or others in their place",
            found.entries(),
            recorded.entries()
        ));
    }
    let last = last?.contents;
    if recorded.commits < last.commits {
        return Some(format!("the last {} commits are missing", last.commits - recorded.commits));
    }
    (recorded.commits == last.commits && *recorded != last)
        .then(|| "it is another database than the one its head tells of".into())
}

/// How the files are compared with their prints.
enum Files {
    /// None are there.
    Missing,
    /// As they were when the database was closed.
    AsClosed,
    /// It was not closed as it should be, or not all is known of it.
    Unknown,
    /// They are not as they were, in these places.
    Changed(Vec<String>),
}

/// A database that is being opened.
struct Opening<'a> {
    head: Head,
    /// What the head said.
    last: Option<State>,
    /// What it says from now on.
    state: State,
    disk: Arc<dyn Disk + Sync>,
    site: Arc<dyn Site>,
    probe: &'a dyn Probe,
    findings: Vec<String>,
}

impl Opening<'_> {
    fn run(&mut self) -> Result<Checked, StoreError> {
        if self.last.as_ref().is_some_and(|last| last.failed) {
            self.site.renew()?;
            let database = self.site.engine().file_name();
            self.findings
                .push(format!("{database}: the disk failed under it; it was written anew"));
        }
        let files = self.files()?;
        // From here on its files change, whatever becomes of us.
        self.head.write(&self.state)?;
        match files {
            Files::Missing => self.begin_after_loss(),
            Files::AsClosed => match self.opened_as_closed()? {
                Some(checked) => Ok(checked),
                None => self.opened_after_a_look(),
            },
            Files::Unknown => self.opened_after_a_look(),
            Files::Changed(places) => {
                self.findings.extend(places.iter().map(|place| {
                    let database = self.site.engine().file_name();
                    format!("{database}: since it was closed, {place}")
                }));
                self.opened_after_a_look()
            }
        }
    }

    fn files(&mut self) -> Result<Files, StoreError> {
        if self.site.files()?.is_empty() {
            return Ok(Files::Missing);
        }
        let Some(last) = &self.last else {
            self.findings.push("history: nothing is known of its database, which is there".into());
            return Ok(Files::Unknown);
        };
        let Some(closed) = last.closed else { return Ok(Files::Unknown) };
        let Some(before) = head::read_prints(&*self.disk, closed)? else {
            self.findings.push("history: the checksums of its files are damaged".into());
            return Ok(Files::Unknown);
        };
        let places = before.differences(&Prints::of(&*self.site)?);
        Ok(if places.is_empty() { Files::AsClosed } else { Files::Changed(places) })
    }

    /// No database is there.
    fn begin_after_loss(&mut self) -> Result<Checked, StoreError> {
        let commits = self.state.contents.commits;
        if commits > 0 {
            self.findings.push(format!(
                "history: its database of {commits} commits is gone; a new one was begun"
            ));
            // It may have been set aside just before the power went.
            self.note_aside(commits)?;
        }
        self.begin()
    }

    /// Opens files that no one has changed; none if the engine will not have them all the same.
    fn opened_as_closed(&mut self) -> Result<Option<Checked>, StoreError> {
        match self.opened() {
            Ok(checked) if checked.contents() == self.state.contents => Ok(Some(checked)),
            Ok(_) | Err(StoreError::Damaged { .. } | StoreError::Engine(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn opened_after_a_look(&mut self) -> Result<Checked, StoreError> {
        let site = Arc::clone(&self.site);
        self.with_ballast(|| site.keep_copy())?;
        let what = match self.looked() {
            Ok(looked) => match judge(&looked, self.last.as_ref()) {
                None => match self.opened() {
                    Ok(checked) => {
                        self.site.drop_copy()?;
                        return Ok(checked);
                    }
                    Err(error) => self.fault(error)?,
                },
                Some(what) => what,
            },
            Err(error) => self.fault(error)?,
        };
        self.set_aside(&what)
    }

    /// What is wrong with the database, if it is the database.
    fn fault(&self, error: StoreError) -> Result<String, StoreError> {
        match error {
            StoreError::Damaged { .. } | StoreError::Engine(_) => Ok(error.to_string()),
            StoreError::Disk(_) | StoreError::InUse(_) | StoreError::Asked(_) => Err(error),
        }
    }

    /// Sets the database aside and begins a new one.
    fn set_aside(&mut self, what: &str) -> Result<Checked, StoreError> {
        let name = self.site.set_aside()?;
        self.findings.push(format!(
            "history: its database is damaged ({what}); it was set aside as {name} and a new one begun"
        ));
        self.note_aside(self.last.as_ref().map_or(u64::MAX, |last| last.contents.commits))?;
        self.begin()
    }

    /// Notes that the newest database that was set aside is to be searched. If another one still is, then
    /// the newest is what that search had made so far.
    fn note_aside(&mut self, last_commit: u64) -> Result<(), StoreError> {
        if self.state.unsearched.is_none() {
            let newest = self.site.last_aside()?;
            self.state.unsearched = newest.map(|number| Unsearched { number, last_commit });
        }
        Ok(())
    }

    /// Brings over what is whole in the database that was set aside: all of it after a cut of the power,
    /// and less after damage. The head says that it is to be done until it is.
    fn search_aside(&mut self, into: &mut Checked) -> Result<(), StoreError> {
        let Some(Unsearched { number, last_commit }) = self.state.unsearched else {
            return Ok(());
        };
        let name = format!("{DAMAGED}{number}");
        let salvaged = salvage(&*self.site.aside(&name), Some(last_commit), into)?;
        self.findings.push(format!(
            "history: {} of {} entries were brought over from {name}; `ems store salvage {name}` \
             searches it once more",
            salvaged.copied, salvaged.found
        ));
        Ok(())
    }

    /// Makes a new database.
    fn begin(&mut self) -> Result<Checked, StoreError> {
        self.state.contents = Contents::default();
        self.head.write(&self.state)?;
        self.opened()
    }

    fn looked(&mut self) -> Result<Looked, StoreError> {
        let (probe, site) = (self.probe, Arc::clone(&self.site));
        self.with_ballast(|| probe.look(&site))
    }

    fn opened(&mut self) -> Result<Checked, StoreError> {
        let site = Arc::clone(&self.site);
        self.with_ballast(|| {
            let opened = catch_unwind(AssertUnwindSafe(|| site.open()));
            opened
                .unwrap_or_else(|panic| {
                    let what = of_panic(&*panic);
                    Err(StoreError::Engine(format!("the database panicked: {what}")))
                })
                .and_then(Checked::open)
        })
    }

    /// Tries once more with the ballast gone, if the disk is full.
    fn with_ballast<T>(
        &mut self,
        work: impl Fn() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let done = work();
        let is_full = matches!(done, Err(StoreError::Disk(DiskError::Full)));
        if !is_full || self.disk.remove(BALLAST).is_err() {
            return done;
        }
        self.findings.push(format!(
            "history: the disk is full; {BALLAST} was given up so that the database opens"
        ));
        work()
    }

    fn keep_ballast(&mut self) {
        if let Err(error) = keep_ballast(&*self.disk) {
            self.findings.push(format!("history: no ballast could be laid by: {error}"));
        }
    }
}

/// Makes the ballast if it is not there. It is zeros that are written: a hole would hold no space.
fn keep_ballast(disk: &dyn Disk) -> Result<(), DiskError> {
    let filled = || -> Result<(), DiskError> {
        let mut file = disk.open(BALLAST, true)?;
        let zeros = vec![0; 64 << 10];
        while file.size()? < BALLAST_BYTES {
            let end = file.size()?;
            file.write_at(end, &zeros)?;
        }
        file.sync()
    };
    filled().inspect_err(|_| {
        // Space that is short now is better left to the counters.
        let _ = disk.remove(BALLAST);
    })
}
