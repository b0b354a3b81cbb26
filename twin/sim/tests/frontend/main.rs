//! The analogue front end against formulas and the tables of metrology.md section 8.

mod conformance;
mod errors;
mod files;
mod response;
mod seek;

use port::{Role, SampleBlock, SampleSource, SourceState};
use sim::frontend::{Afe, FrontEnd};
use sim::waveform::Waveform;

/// A signal by its formula: volts or amperes at a row and a time in seconds.
pub struct Formula<F> {
    roles: Vec<Role>,
    samples: u64,
    next: u64,
    at: F,
}

impl<F: Fn(Role, f64) -> f64> Formula<F> {
    /// So many samples of it on these terminals.
    pub fn new(roles: &[Role], samples: u64, at: F) -> Formula<F> {
        Formula { roles: roles.to_vec(), samples, next: 0, at }
    }
}

impl<F: Fn(Role, f64) -> f64> Waveform for Formula<F> {
    fn roles(&self) -> &[Role] {
        &self.roles
    }

    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        let count = self.samples.saturating_sub(self.next).min(max as u64) as usize;
        for (row, role) in rows.iter_mut().zip(&self.roles) {
            for (index, value) in row[..count].iter_mut().enumerate() {
                *value = (self.at)(*role, (self.next + index as u64) as f64 / rate_hz);
            }
        }
        self.next += count as u64;
        count
    }

    fn seek(&mut self, index: u64) {
        self.next = index;
    }
}

/// All codes of one row of a source that ends.
pub fn codes(source: &mut impl SampleSource, row: usize) -> Vec<i32> {
    let mut block = SampleBlock::new(source.format().channels.len(), 1_000);
    let mut codes = Vec::new();
    while source.read(&mut block, 1_000) == Ok(SourceState::Samples) {
        codes.extend_from_slice(block.row(row));
    }
    codes
}

/// Codes of one channel that is driven alone.
pub fn run(
    front_end: &FrontEnd,
    role: Role,
    rate_hz: f64,
    samples: u64,
    at: impl Fn(f64) -> f64,
) -> Vec<i32> {
    let waveform = Formula::new(&[role], samples, |_, t| at(t));
    let mut afe = Afe::new(front_end, waveform, rate_hz).expect("a front end that makes sense");
    codes(&mut afe, 0)
}

/// Mean and standard deviation.
pub fn mean_and_deviation(codes: &[i32]) -> (f64, f64) {
    let count = codes.len() as f64;
    let mean = codes.iter().map(|code| f64::from(*code)).sum::<f64>() / count;
    let square = codes.iter().map(|code| (f64::from(*code) - mean).powi(2)).sum::<f64>() / count;
    (mean, square.sqrt())
}
