//! The commands that read and write a history: `ems export` and `ems import`.

pub mod export;
pub mod import;
