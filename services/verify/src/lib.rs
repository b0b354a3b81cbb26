//! Verification: whether the meter holds its class, and with what margin.

pub mod document;
pub mod unit;
mod unit_file;
