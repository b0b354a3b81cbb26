//! Verification: whether the meter holds its class, and with what margin.

pub mod document;
