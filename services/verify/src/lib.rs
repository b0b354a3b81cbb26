//! Verification: whether the meter holds its class, and with what margin.

pub mod calibrate;
pub mod calibration_bench;
pub mod document;
pub mod error;
pub mod unit;
mod unit_file;
