//! What the benches share: fixed input, the work under test and the honest denominators.
//!
//! The work is the same in every run: no clock decides what is done, and random numbers have a seed.

pub mod call;
pub mod history;
pub mod house;
pub mod input;
pub mod keeping;
pub mod least;
pub mod load;
pub mod loopback;
pub mod open_loop;
pub mod plain;
pub mod probe;
pub mod processor;
pub mod reference;
pub mod shipped;
pub mod synthesis;
pub mod ticks;
pub mod turns;
pub mod work;
