//! Planted mistakes: the proofs of this crate are worth something only if they catch them.
//!
//! With the feature `planted` a test turns one on for its own thread; without it every question is
//! answered `false` by the compiler and nothing of it is left.

/// A mistake that somebody could make here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// A bank's record is acknowledged without a sync.
    BankSyncSkipped,
    /// Both records in turn go to the same bank.
    BanksSwapped,
    /// The checksum of a record leaves out its last bytes.
    CrcRangeShort,
    /// The newest record is found by its sequence cut to 16 bits.
    SequenceWraps,
    /// A record is not read back after it was written.
    ReadBackSkipped,
    /// The oldest valid record wins.
    OldestWins,
    /// A failed sync is tried again as if nothing had happened.
    FailedSyncRetried,
    /// The journal acknowledges before its sync.
    JournalSyncSkipped,
    /// Rows that were sealed are told once more from the journal.
    RowCountedTwiceAtSeal,
    /// The journal is removed before the database has what was in it.
    JournalRemovedEarly,
    /// A checksum of a chunk is not looked at.
    ChunkChecksumIgnored,
    /// A cursor moves on before its rows were handed over.
    CursorMovesEarly,
    /// Retention takes the newest chunks.
    RetentionTakesNewest,
    /// The hour that a zone has twice is told once.
    DstHourLost,
    /// The hour that a zone has twice is counted twice.
    DstHourDoubled,
    /// A row after a restart begins with the counter as it is, not as the row before left it.
    GainOverRestartLost,
    /// A window over the boundary of two intervals counts in both.
    BoundaryWindowDoubled,
    /// A clock that is set back overwrites the rows of that time.
    ClockBackOverwrites,
    /// Rows are kept without the counters they came from.
    RowsWithoutCounters,
    /// A start does not look for the last row of a job.
    LastRowForgotten,
    /// That counters or settings are not kept is told to nobody.
    FindingSwallowed,
    /// What waits for the history is let go when that fails.
    BacklogDropped,
    /// A batch that failed is appended again though it is there.
    FailedBatchDoubled,
    /// All jobs are kept as the first one is.
    RetentionOfAnotherJob,
    /// Settings that were not kept are not tried again.
    SettingsNotTriedAgain,
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Mistake>> = const { std::cell::Cell::new(None) };
}

/// Whether a mistake is to be made.
#[cfg(feature = "planted")]
pub(crate) fn planted(mistake: Mistake) -> bool {
    PLANTED.get() == Some(mistake)
}

/// Whether a mistake is to be made: never.
#[cfg(not(feature = "planted"))]
#[inline]
pub(crate) const fn planted(_: Mistake) -> bool {
    false
}

/// Runs a proof with a mistake planted in this thread.
#[cfg(feature = "planted")]
pub fn with<T>(mistake: Mistake, proof: impl FnOnce() -> T) -> T {
    PLANTED.set(Some(mistake));
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(proof));
    PLANTED.set(None);
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
