//! What a memory as a whole must hold, as functions that panic when it does not: run sound, and with mistakes
//! planted.
//!
//! *Device*: what is measured. *Mains*: a disk whose power goes. *Meter*: a device with its memory, from a
//! start to a stop or a cut. *Ledger*: what was given to the memory and what it acknowledged, and so what must
//! be found.

pub mod brown_out;
pub mod damage;
pub mod device;
pub mod full;
pub mod ledger;
pub mod mains;
pub mod meter;
pub mod story;
