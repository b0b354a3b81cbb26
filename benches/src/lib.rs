//! What the benches share: fixed input, the work under test and the honest denominators.
//!
//! Everything is the same in every run: no clock, no random numbers.

pub mod input;
pub mod reference;
pub mod work;
