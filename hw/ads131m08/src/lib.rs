//! The converter ADS131M08: its driver over SPI, and a model of the chip that the driver cannot tell from a real one.
