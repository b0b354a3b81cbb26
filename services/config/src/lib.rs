//! The configuration of an installation: which backend, which ports and devices, where data lie.
//!
//! *Layer*: one source of values. From the weakest to the strongest: what is usual, the file, the files of the
//! folder `conf.d` beside it in the order of their names, and the environment (`EMS_ADC_SPI` is `adc.spi`).
//! *Origin*: the layer a value comes from, with its line.
//!
//! One table of keys ([`KEYS`]) is what is read, checked, documented and published as a JSON Schema. What the
//! meter itself is set to (settings, log jobs, tariffs) is no part of this: it is kept in the data folder, and
//! changed by the services.
//!
//! This crate opens nothing: the binary gives it the texts.

mod keys;
mod layers;
mod model;
mod schema;
mod show;
mod value;

pub use keys::{KEYS, Key, MODULE, Takes};
pub use layers::{Finding, Layer, Origin, is_variable, variables};
pub use model::{
    Adc, Backend, Bus, Config, Device, Display, Esy, Io, Module, Parity, Rs485, Sim, Spi, Web,
};
pub use port::Variant;
pub use schema::schema;
pub use show::{show, table};
pub use value::{Baud, GpioLine, Speed};
