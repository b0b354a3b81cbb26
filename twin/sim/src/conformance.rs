//! One test for every source of samples: the contract of [`port::SampleSource`].

use port::{SampleBlock, SampleSource, SourceState};

use crate::frontend::{CODE_MAX, CODE_MIN};

/// Samples of a source that are compared; a source without end is left there.
const COMPARED_SAMPLES: usize = 20_000;

/// Samples asked for at a time, and room in the block. Each must give the same samples.
const CUTS: [(usize, usize); 5] = [(1, 1), (7, 64), (100, 100), (1600, 1600), (1600, 333)];

/// Reads after the end that must all say so.
const READS_AFTER_END: usize = 3;

/// What came out of a source: indices and codes.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    indices: Vec<u64>,
    rows: Vec<Vec<i32>>,
    /// Whether the source ended within the compared samples.
    ended: bool,
}

/// Reads fresh sources made by `make`, cut in several ways, and says what breaks the contract:
///
/// a format without channels, with a role twice, without a rate, or changing; a read that fails, is
/// empty or too long; an index that goes back; a count beyond 24 bits; a source that ends and goes
/// on; samples that depend on the cut; no sample at all.
pub fn verify(make: impl Fn() -> Box<dyn SampleSource>) -> Result<(), String> {
    let mut whole: Option<Heard> = None;
    for (max, capacity) in CUTS {
        let mut source = make();
        let heard = hear(source.as_mut(), max, capacity)
            .map_err(|reason| format!("read {max} at a time: {reason}"))?;
        match &whole {
            None => whole = Some(heard),
            Some(whole) => same(whole, &heard)
                .map_err(|reason| format!("read {max} instead of 1 at a time: {reason}"))?,
        }
    }
    Ok(())
}

/// The same as a test: panics with the reason.
pub fn check(make: impl Fn() -> Box<dyn SampleSource>) {
    if let Err(reason) = verify(make) {
        panic!("not a source of samples: {reason}");
    }
}

fn hear(source: &mut dyn SampleSource, max: usize, capacity: usize) -> Result<Heard, String> {
    let format = source.format().clone();
    if !(format.sample_rate_hz > 0.0 && format.sample_rate_hz.is_finite()) {
        return Err(format!("a sample rate of {}", format.sample_rate_hz));
    }
    let repeated = (1..format.channels.len())
        .any(|row| format.row(format.channels[row].role).is_some_and(|first| first < row));
    if format.channels.is_empty() || repeated {
        return Err("the format needs channels, each role at most once".to_string());
    }
    let mut block = SampleBlock::new(format.channels.len(), capacity);
    let mut heard = Heard { rows: vec![Vec::new(); format.channels.len()], ..Heard::default() };
    while heard.indices.len() < COMPARED_SAMPLES && !heard.ended {
        match read(source, &mut block, max)? {
            SourceState::Samples => take(&mut heard, &block, max.min(capacity))?,
            SourceState::Silent => quiet(&heard, &block)?,
            SourceState::Ended => heard.ended = true,
        }
        if *source.format() != format {
            return Err("the format changed".to_string());
        }
    }
    if heard.indices.is_empty() {
        return Err("it ended without a sample".to_string());
    }
    if heard.ended {
        stays_ended(source, &mut block, max)?;
    }
    Ok(heard)
}

fn read(
    source: &mut dyn SampleSource,
    block: &mut SampleBlock,
    max: usize,
) -> Result<SourceState, String> {
    source.read(block, max).map_err(|error| format!("the read failed: {error}"))
}

fn stays_ended(
    source: &mut dyn SampleSource,
    block: &mut SampleBlock,
    max: usize,
) -> Result<(), String> {
    for _ in 0..READS_AFTER_END {
        if read(source, block, max)? != SourceState::Ended || block.samples != 0 {
            return Err("it went on after its end".to_string());
        }
    }
    Ok(())
}

/// A stretch without samples only moves time on.
fn quiet(heard: &Heard, block: &SampleBlock) -> Result<(), String> {
    let least = heard.indices.last().map_or(0, |last| last + 1);
    match block.samples == 0 && block.first >= least {
        true => Ok(()),
        false => Err(format!("silent, with {} samples from {}", block.samples, block.first)),
    }
}

/// Adds a block after checking it by itself.
fn take(heard: &mut Heard, block: &SampleBlock, room: usize) -> Result<(), String> {
    if block.samples == 0 || block.samples > room {
        return Err(format!("{} samples where 1 to {room} were asked for", block.samples));
    }
    let least = heard.indices.last().map_or(0, |last| last + 1);
    if block.first < least {
        return Err(format!("index {} after {}", block.first, least - 1));
    }
    heard.indices.extend(block.first..block.first + block.samples as u64);
    for (row, codes) in heard.rows.iter_mut().enumerate() {
        let counts = block.row(row);
        if let Some(count) = counts.iter().find(|count| !(CODE_MIN..=CODE_MAX).contains(count)) {
            return Err(format!("row {row} holds {count}, which is beyond 24 bits"));
        }
        codes.extend_from_slice(counts);
    }
    Ok(())
}

/// Whether two readings of a source agree as far as both went.
fn same(a: &Heard, b: &Heard) -> Result<(), String> {
    if (a.ended || b.ended) && a.indices.len() != b.indices.len() {
        return Err(format!("{} samples became {}", a.indices.len(), b.indices.len()));
    }
    let both = a.indices.len().min(b.indices.len());
    if let Some(at) = (0..both).find(|at| a.indices[*at] != b.indices[*at]) {
        return Err(format!("sample {at} has index {} or {}", a.indices[at], b.indices[at]));
    }
    for (row, (a, b)) in a.rows.iter().zip(&b.rows).enumerate() {
        if let Some(at) = (0..both).find(|at| a[*at] != b[*at]) {
            return Err(format!("row {row}, sample {at}: {} became {}", a[at], b[at]));
        }
    }
    Ok(())
}
