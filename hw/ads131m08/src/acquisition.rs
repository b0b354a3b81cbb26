//! From edges and frames to samples in their places.
//!
//! The chip keeps two conversions. So one that was not read in time is still there when the next is announced,
//! and both are read, in order. With a third, or after a frame that failed, which of them the chip holds is not
//! known any more: it is read until it says that it is empty, and nothing of that is used.

use crate::driver::{Driver, Error, FrameError};
use crate::frame::{Frame, INPUTS, Status};
use crate::sequence::Sequence;
use embedded_hal::spi::SpiDevice;

/// Conversions that the chip keeps.
const KEPT: u64 = 2;

/// Conversions after a start that the sinc3 filter has not settled in.
const UNSETTLED: u64 = 3;

/// Frames in a row with the same counts at all inputs, from which on they are refused: a crest may give two at
/// inputs without noise. Silence at all inputs is allowed, since no energy comes of it.
const EQUAL_MAX: u32 = 2;

/// Bad frames in a row after which the chip is set up anew: 2 ms, longer than any burst on a short line.
const BAD_MAX: u32 = 16;

/// Reads until the chip must have said that it holds nothing: several conversions long.
const DRAINS_MAX: usize = 16;

/// Without an edge or a sample for this long a converter is silent: a quarter of the time after which values are
/// stale.
pub const SILENCE_NS: u64 = 250_000_000;

/// An edge of DRDY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// When it came, in nanoseconds of a clock that only goes forwards.
    pub at_ns: u64,
}

/// What came of waiting for an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// A conversion is ready.
    Edge(Edge),
    /// No edge came for as long as was waited.
    Silence,
    /// No edge will come any more: the recording or scenario that plays the chip is over.
    Ended,
}

/// The DRDY line, and the clock that its edges are stamped with.
pub trait Drdy {
    /// Why the line cannot be read.
    type Error;

    /// Waits for the next edge that has not been seen, `silence_ns` at the most.
    ///
    /// # Errors
    /// If the line cannot be read any more.
    fn wait(&mut self, silence_ns: u64) -> Result<Waited, Self::Error>;

    /// The next edge that has not been seen, if it has come already.
    ///
    /// # Errors
    /// If the line cannot be read any more.
    fn poll(&mut self) -> Result<Option<Edge>, Self::Error>;

    /// Now, in nanoseconds of the clock of the edges.
    fn now_ns(&self) -> u64;
}

/// What has become of all conversions so far. Their count is the sum but for the last two, which count events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// Samples that were handed on.
    pub samples: u64,
    /// Lost because the transfer failed.
    pub transfers: u64,
    /// Lost because a frame was damaged.
    pub damaged: u64,
    /// Lost because the chip had nothing new.
    pub not_new: u64,
    /// Lost because all inputs stood still.
    pub stuck: u64,
    /// Lost because they were not read in time.
    pub late: u64,
    /// Lost while the chip was set up, or its filter had not settled.
    pub starting: u64,
    /// Times the chip was set up anew.
    pub restarts: u64,
    /// Times its conversions began anew by themselves, as after a spike on the SYNC line.
    pub resynchronised: u64,
}

impl Health {
    /// Conversions that gave no sample.
    pub fn lost(&self) -> u64 {
        self.transfers + self.damaged + self.not_new + self.stuck + self.late + self.starting
    }
}

/// Why a chip cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StartError<E> {
    /// The chip.
    #[error(transparent)]
    Chip(#[from] Error),
    /// Its edges.
    #[error("DRDY: {0}")]
    Drdy(E),
}

/// A chip that is being read.
#[derive(Debug)]
pub struct Acquisition<S, D> {
    driver: Driver<S>,
    drdy: D,
    sequence: Sequence,
    /// Number of the conversion that is read next.
    next: u64,
    /// Conversions to come in which the filter has not settled.
    unsettled: u64,
    origin: Option<u64>,
    /// Whether it is not known which conversions the chip holds.
    doubtful: bool,
    bad: u32,
    equal: u32,
    before: [i32; INPUTS],
    health: Health,
}

impl<S: SpiDevice, D: Drdy> Acquisition<S, D> {
    /// Begins to read a chip that was set up. All its conversions begin anew, so that the first edge is that of
    /// the first of them.
    ///
    /// # Errors
    /// If the chip does not follow, or its edges cannot be read.
    pub fn start(
        mut driver: Driver<S>,
        mut drdy: D,
    ) -> Result<Acquisition<S, D>, StartError<D::Error>> {
        driver.stand_by()?;
        while drdy.poll().map_err(StartError::Drdy)?.is_some() {}
        driver.wake_up()?;
        let sequence = Sequence::new(driver.settings().rate_hz());
        Ok(Acquisition {
            driver,
            drdy,
            sequence,
            next: 0,
            unsettled: UNSETTLED,
            origin: None,
            doubtful: false,
            bad: 0,
            equal: 0,
            before: [0; INPUTS],
            health: Health::default(),
        })
    }

    /// What has become of the conversions.
    pub fn health(&self) -> Health {
        self.health
    }

    /// The DRDY line.
    pub fn drdy(&mut self) -> &mut D {
        &mut self.drdy
    }

    /// Where time stands: the least index that a sample to come can have. It goes on while no edges come.
    pub fn position(&self) -> u64 {
        let passed = self.sequence.at(self.drdy.now_ns()).max(self.next);
        passed.saturating_sub(self.origin.unwrap_or(passed))
    }

    /// Waits for an edge and hands on what it brought, each sample with its index. Indices grow, and where they
    /// jump samples are missing.
    ///
    /// # Errors
    /// If the line of the edges is gone. A chip that cannot be set up again is tried at the next edge.
    pub fn step(
        &mut self,
        silence_ns: u64,
        mut sample: impl FnMut(u64, &[i32; INPUTS]),
    ) -> Result<Waited, D::Error> {
        let waited = self.drdy.wait(silence_ns)?;
        let Waited::Edge(edge) = waited else { return Ok(waited) };
        let Some(mut newest) = self.sequence.edge(edge.at_ns) else { return Ok(waited) };
        // Edges that came while we were away.
        while let Some(edge) = self.drdy.poll()? {
            newest = self.sequence.edge(edge.at_ns).unwrap_or(newest);
        }
        while self.next <= newest || self.doubtful {
            if self.doubtful {
                newest = self.drain(newest)?;
                if self.doubtful {
                    // The next edge finds another try.
                    self.bad += 1;
                    self.restart_if_bad();
                    break;
                }
                continue;
            }
            let result = self.driver.read();
            while let Some(edge) = self.drdy.poll()? {
                newest = self.sequence.edge(edge.at_ns).unwrap_or(newest);
            }
            // What was over by then follows from the time, since its edge may be late or lost.
            let over_ns = self.drdy.now_ns() + self.sequence.stamp_ns();
            let unread = (self.sequence.at(over_ns) + 1).saturating_sub(self.next);
            if unread > KEPT {
                self.doubtful = true;
            } else {
                // A frame that failed may have left its conversion in the chip.
                self.doubtful = result.is_err();
                self.take(result, &mut sample);
            }
        }
        Ok(waited)
    }

    /// Takes what a read brought for the conversion that is next.
    fn take(
        &mut self,
        result: Result<Frame, FrameError>,
        sample: &mut impl FnMut(u64, &[i32; INPUTS]),
    ) {
        let number = self.next;
        self.next += 1;
        self.heed_resync(&result);
        if self.unsettled > 0 {
            self.unsettled -= 1;
            self.health.starting += 1;
            if let Err(FrameError::Reset(_) | FrameError::Registers(_)) = result {
                self.restart();
            }
            return;
        }
        match result {
            Ok(frame) => {
                self.bad = 0;
                self.equal = match frame.counts == self.before && frame.counts != [0; INPUTS] {
                    true => self.equal.saturating_add(1),
                    false => 0,
                };
                self.before = frame.counts;
                if self.equal >= EQUAL_MAX {
                    self.health.stuck += 1;
                    return;
                }
                let origin = *self.origin.get_or_insert(number);
                self.health.samples += 1;
                sample(number - origin, &frame.counts);
            }
            Err(error) => {
                let lost = match error {
                    FrameError::Spi(_) => &mut self.health.transfers,
                    FrameError::Crc { .. } => &mut self.health.damaged,
                    FrameError::NotNew(_) => &mut self.health.not_new,
                    FrameError::Reset(_) | FrameError::Registers(_) => &mut self.health.starting,
                };
                *lost += 1;
                self.bad += 1;
                if matches!(error, FrameError::Reset(_) | FrameError::Registers(_)) {
                    self.restart();
                } else {
                    self.restart_if_bad();
                }
            }
        }
    }

    /// Reads until the chip says that it holds nothing new, at a time that is clearly between two conversions: then
    /// all that are over are out of it, and the next has its number again. The newest number that was announced
    /// meanwhile; what was read is not used.
    fn drain(&mut self, mut newest: u64) -> Result<u64, D::Error> {
        for _ in 0..DRAINS_MAX {
            let begun_ns = self.drdy.now_ns();
            let result = self.driver.read();
            self.heed_resync(&result);
            while let Some(edge) = self.drdy.poll()? {
                newest = self.sequence.edge(edge.at_ns).unwrap_or(newest);
            }
            if matches!(result, Err(FrameError::NotNew(_))) && self.sequence.is_between(begun_ns) {
                let next = (self.sequence.at(begun_ns) + 1).max(self.next);
                self.health.late += next - self.next;
                self.next = next;
                self.doubtful = false;
                break;
            }
        }
        Ok(newest)
    }

    /// Conversions that began anew have not settled, and the chip says so once only: in the frame of the first of
    /// them, or in one before it that has nothing new.
    fn heed_resync(&mut self, result: &Result<Frame, FrameError>) {
        let (status, before) = match result {
            Ok(frame) => (frame.status(), 0),
            Err(FrameError::NotNew(status)) => (Status(*status), 1),
            Err(_) => return,
        };
        if status.has(Status::F_RESYNC) {
            self.health.resynchronised += u64::from(self.unsettled == 0);
            self.unsettled = UNSETTLED + before;
        }
    }

    fn restart_if_bad(&mut self) {
        if self.bad >= BAD_MAX {
            self.restart();
        }
    }

    /// Sets the chip up anew. If that fails, the frames that follow are bad, and it is tried again.
    fn restart(&mut self) {
        self.health.restarts += 1;
        self.bad = 0;
        let done: Result<(), Error> = self.driver.restart();
        if done.is_ok() {
            self.unsettled = UNSETTLED;
        }
    }
}
