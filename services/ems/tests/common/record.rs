//! Samples under the names of their columns, and the CSV file made of them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Columns of equal length.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Samples a second.
    pub rate_hz: f64,
    /// Name and samples.
    pub columns: Vec<(&'static str, Vec<f64>)>,
}

impl Record {
    /// Nothing yet, at a rate.
    pub fn new(rate_hz: f64) -> Record {
        Record { rate_hz, columns: Vec::new() }
    }

    /// With one more column: so many samples of a function of time in seconds.
    #[must_use]
    pub fn with(
        mut self,
        name: &'static str,
        samples: usize,
        value: impl Fn(f64) -> f64,
    ) -> Record {
        let rate = self.rate_hz;
        self.columns.push((name, (0..samples).map(|n| value(n as f64 / rate)).collect()));
        self
    }

    /// Samples of each column.
    pub fn samples(&self) -> usize {
        self.columns.first().map_or(0, |(_, samples)| samples.len())
    }

    /// As CSV; every number is printed so that it reads back to the bit.
    pub fn csv(&self) -> String {
        let rate = self.rate_hz;
        self.csv_at(|n| n as f64 / rate)
    }

    /// The same with other times.
    pub fn csv_at(&self, time_s: impl Fn(usize) -> f64) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let mut text = format!("t,{}\n", names.join(","));
        for n in 0..self.samples() {
            write!(text, "{:.12}", time_s(n)).expect("text grows");
            for (_, samples) in &self.columns {
                write!(text, ",{}", samples[n]).expect("text grows");
            }
            text.push('\n');
        }
        text
    }

    /// Writes the CSV.
    pub fn write(&self, folder: &Path, name: &str) -> PathBuf {
        write(folder, name, self.csv())
    }
}

/// Writes a file and gives its path.
pub fn write(folder: &Path, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, contents).expect("the test's folder can be written");
    path
}
