//! The crate `ads131m08`, which others wrote, as a second client of the model.
//!
//! It wants a DRDY pin, a SYNC pin and a chip select of its own. It sets itself to words of 16 bits after a reset,
//! while the chip has 24; reads and writes registers in frames of three and six bytes, which the chip allows only
//! while it does not convert and the model forgives; and leaves the CRC of commands off.

mod common;

use adc::model::{Faults, Model};
use ads131m08::blocking::Ads131m08;
use ads131m08::{Config, Register};
use common::{Counting, model};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{ErrorType, InputPin, OutputPin};
use std::convert::Infallible;

/// Pins that lead nowhere, and pauses in which the chip's time passes.
struct Wires(Model);

impl ErrorType for Wires {
    type Error = Infallible;
}

impl OutputPin for Wires {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl InputPin for Wires {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

impl DelayNs for Wires {
    fn delay_ns(&mut self, ns: u32) {
        self.0.advance_to(self.0.now_ns() + u64::from(ns));
    }
}

#[test]
fn another_driver_reads_the_same_conversions() {
    let model = model(10.0, Faults::default());
    let wires = || Wires(model.clone());
    let mut driver = Ads131m08::new(model.spi(), wires(), wires(), wires(), wires());
    driver.init(&Config::default()).expect("it sets the chip up");
    assert_eq!(driver.chip_id() >> 8, 0x28, "{:04X}", driver.chip_id());
    assert_eq!(driver.read_reg(Register::Id).expect("no fault") >> 8, 0x28);
    driver.set_channel_gain(5, 0.5).expect("no fault");
    for place in 0..100 {
        model.advance_to(model.next_conversion_ns().expect("it goes on"));
        let read = driver.read_channels().expect("no fault");
        // What the chip had kept, and what had not settled.
        if place < 4 {
            continue;
        }
        let index = model.conversions() - 1;
        assert_eq!(read.channels[5], Counting::truth(index) / 2, "half of {index}");
        assert_eq!(read.channels[0], !Counting::truth(index));
        assert!(read.crc.is_some());
    }
}
