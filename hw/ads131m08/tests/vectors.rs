//! Frames worked out by hand from the chip's documentation, against driver and model alike.
//!
//! A word has 24 bits: 16 of content and 8 of zeros behind. The CRC is over all bits before it, most significant
//! first. The CRCs here were worked out bit by bit, beside the library that the driver uses.

use adc::model::{Faults, Model, Wiring};
use adc::{Crc, Driver, FRAME_BYTES, Frame, FrameError, Register, Settings, Status};
use embedded_hal::spi::{ErrorKind, ErrorType, Operation, SpiDevice};
use port::{Channel, Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use std::collections::VecDeque;

/// CRC-16 bit by bit: shift a bit out, and take the polynomial away if it was a one.
fn crc_by_hand(bytes: &[u8], polynomial: u16) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ polynomial }
        })
    })
}

/// A frame of these words of 16 bits, and the CRC behind.
fn frame(words: &[[u8; 3]; 9], polynomial: u16) -> [u8; FRAME_BYTES] {
    let mut bytes = [0; FRAME_BYTES];
    words.iter().flatten().zip(&mut bytes).for_each(|(from, to)| *to = *from);
    let crc = crc_by_hand(&bytes[..27], polynomial);
    bytes[27..29].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// 123456789 in ASCII has 29B1h with the polynomial 1021h and AEE7h with 8005h, both from FFFFh: the check values
/// of the catalogue of CRCs. And a word of zeros, long division by hand: CC9Ch for three bytes with 1021h.
#[test]
fn both_crcs_are_those_of_the_documentation() {
    for (crc, polynomial, check) in [(Crc::Ccitt, 0x1021, 0x29B1), (Crc::Ansi, 0x8005, 0xAEE7)] {
        assert_eq!(crc.of(b"123456789"), check);
        assert_eq!(crc_by_hand(b"123456789", polynomial), check);
    }
    assert_eq!(Crc::Ccitt.of(&[0, 0, 0]), 0xCC9C);
}

/// Status 81FFh is: locked (8000h), words of 24 bits (0100h), all eight inputs new (00FFh). Counts are two's
/// complement: 000001h is 1, FFFFFFh -1, 7FFFFFh 8388607, 800000h -8388608.
#[test]
fn a_frame_is_read() {
    let words = [
        [0x81, 0xFF, 0x00],
        [0x00, 0x00, 0x01],
        [0xFF, 0xFF, 0xFF],
        [0x7F, 0xFF, 0xFF],
        [0x80, 0x00, 0x00],
        [0x12, 0x34, 0x56],
        [0xED, 0xCB, 0xAA],
        [0x00, 0x00, 0x00],
        [0x00, 0x01, 0x00],
    ];
    for (crc, polynomial) in [(Crc::Ccitt, 0x1021), (Crc::Ansi, 0x8005)] {
        let bytes = frame(&words, polynomial);
        let read = Frame::decode(&bytes, crc).expect("its CRC is right");
        assert!(read.status().has(Status::LOCK) && read.status().ready() == 0xFF);
        let expected = [1, -1, 0x7F_FFFF, -0x80_0000, 0x12_3456, -0x12_3456, 0, 256];
        assert_eq!(read.counts, expected);
        for bit in 0..8 * 29 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(
                matches!(Frame::decode(&flipped, crc), Err(FrameError::Crc { .. })),
                "bit {bit}"
            );
        }
    }
}

/// SPI with a script: what the driver must send, and what it hears.
struct Script {
    expected: VecDeque<([u8; FRAME_BYTES], [u8; FRAME_BYTES])>,
}

impl ErrorType for Script {
    type Error = ErrorKind;
}

impl SpiDevice for Script {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), ErrorKind> {
        for operation in operations {
            match operation {
                Operation::DelayNs(_) => {}
                Operation::Transfer(read, write) => {
                    let (sent, heard) = self.expected.pop_front().expect("a frame of the script");
                    assert_eq!(&write[..], &sent, "{} frames are left", self.expected.len());
                    read.copy_from_slice(&heard);
                }
                other => panic!("frames are transfers: {other:?}"),
            }
        }
        Ok(())
    }
}

/// A frame that the driver sends: command, a register's value, and the CRC of both.
fn sent(command: u16, value: Option<u16>, polynomial: u16) -> [u8; FRAME_BYTES] {
    let mut bytes = [0; FRAME_BYTES];
    bytes[..2].copy_from_slice(&command.to_be_bytes());
    let mut end = 3;
    if let Some(value) = value {
        bytes[3..5].copy_from_slice(&value.to_be_bytes());
        end = 6;
    }
    let crc = crc_by_hand(&bytes[..end], polynomial);
    bytes[end..end + 2].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn heard(response: u16, polynomial: u16) -> [u8; FRAME_BYTES] {
    let mut words = [[0; 3]; 9];
    words[0] = [(response >> 8) as u8, response as u8, 0];
    frame(&words, polynomial)
}

/// The whole set-up, frame by frame. RREG is 101a aaaa annn nnnn: ID (00h) A000h, MODE (02h) A100h. WREG is 011a
/// aaaa annn nnnn: MODE 6100h, its acknowledgement 010a aaaa ammm mmmm: 4100h. MODE becomes 3110h: registers
/// watched (2000h), CRC on commands (1000h), 24 bits (0100h), time-out (0010h). OSR 512 is 010 in bits 4 to 2 of
/// CLOCK: FF0Ah. With gain 4 at input 3 and 16 at input 5, GAIN1 is 2000h and GAIN2 0040h.
#[test]
fn the_driver_sets_up_as_documented() {
    const P: u16 = 0x1021;
    // NULL with its CRC, as literal bytes: 00 00 00 CC 9C 00 ...
    assert_eq!(sent(0, None, P)[..6], [0, 0, 0, 0xCC, 0x9C, 0]);
    let mut settings = Settings::default();
    (settings.gains[3], settings.gains[5]) = (4, 16);
    settings.calibration[1].phase = -2;
    settings.calibration[1].offset = -1;
    settings.calibration[1].gain = 0x80_1234;
    let mut script = vec![
        (sent(0x0655, None, P), heard(0x05FF, P)),
        (sent(0x0011, None, P), heard(0x0655, P)),
        (sent(0x0000, None, P), heard(0xFF28, P)),
        (sent(0xA000, None, P), heard(0x05FF, P)),
        (sent(0x0000, None, P), heard(0x2803, P)),
    ];
    let mut write = |address: u16, value: u16| {
        script.push((sent(0x6000 | address << 7, Some(value), P), heard(0x01FF, P)));
        script.push((sent(0xA000 | address << 7, None, P), heard(0x4000 | address << 7, P)));
        script.push((sent(0x0000, None, P), heard(value, P)));
    };
    write(0x02, 0x3110);
    write(0x03, 0xFF0A);
    write(0x04, 0x2000);
    write(0x05, 0x0040);
    for input in 0..8u16 {
        // -2 in the upper ten bits is FF80h; -1 is FFFFFFh; GCAL is 800000h for one.
        let values = match input {
            1 => [0xFF80, 0xFFFF, 0xFF00, 0x8012, 0x3400],
            _ => [0x0000, 0x0000, 0x0000, 0x8000, 0x0000],
        };
        (0x09 + 5 * input..).zip(values).for_each(|(address, value)| write(address, value));
    }
    script.push((sent(0x0555, None, P), heard(0x01FF, P)));
    script.push((sent(0x0000, None, P), heard(0x0555, P)));
    script.push((sent(0x0000, None, P), heard(0x81FF, P)));
    let spi = Script { expected: script.into() };
    let driver = Driver::start(spi, settings).expect("the script is the documentation");
    assert_eq!(driver.settings().rate_hz(), 8000.0);
}

/// A source that counts: sample n has n at every input.
struct Counting(SourceFormat, u64);

impl SampleSource for Counting {
    fn format(&self) -> &SourceFormat {
        &self.0
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        block.first = self.1;
        block.samples = max.min(block.capacity());
        for place in 0..block.samples {
            block.row_mut(0)[place] = (self.1 + place as u64) as i32;
        }
        self.1 += block.samples as u64;
        Ok(SourceState::Samples)
    }
}

fn model() -> Model {
    let channels = vec![Channel::ideal(Role::Va, 1.0)];
    let source = Counting(SourceFormat { sample_rate_hz: 4000.0, channels }, 1);
    let mut wiring = Wiring { inputs: [None; 8], clock_hz: 8.192e6, clock_ppm: 0.0, spi_hz: 8e6 };
    wiring.inputs[2] = Some(0);
    Model::new(Box::new(source), &wiring, Faults::default())
}

/// The model at its pins, without a driver: as it comes up it has words of 24 bits, CCITT, status 0500h (reset,
/// 24 bits) and no CRC on commands; what it says answers the frame before.
#[test]
fn the_model_answers_as_documented() {
    let model = model();
    let mut spi = model.spi();
    let mut exchange = |bytes: &[u8; FRAME_BYTES]| {
        let mut heard = [0; FRAME_BYTES];
        spi.transfer(&mut heard, bytes).expect("no fault");
        heard
    };
    assert_eq!(
        exchange(&sent(0xA000, None, 0x1021)),
        heard(0x4500, 0x1021),
        "F_RESYNC after power-up"
    );
    assert_eq!(exchange(&sent(0xA100, None, 0x1021)), heard(0x2801, 0x1021), "the identity");
    assert_eq!(exchange(&sent(0xA180, None, 0x1021)), heard(0x0510, 0x1021), "MODE");
    assert_eq!(exchange(&sent(0x6100, Some(0x1110), 0x1021)), heard(0xFF0E, 0x1021), "CLOCK");
    // From here on a command without its CRC is not carried out.
    let mut wrong = sent(0x0011, None, 0x1021);
    wrong[4] ^= 1;
    assert_eq!(exchange(&wrong), heard(0x4100, 0x1021), "the write is acknowledged");
    assert_eq!(exchange(&sent(0, None, 0x1021)), heard(0x1100, 0x1021), "CRC_ERR, and no reset");
    // ANSI from the next frame on.
    exchange(&sent(0x6100, Some(0x1910), 0x1021));
    assert_eq!(exchange(&sent(0x0655, None, 0x8005)), heard(0x4100, 0x8005));
    assert_eq!(exchange(&sent(0x0022, None, 0x8005)), heard(0x0655, 0x8005));
    assert_eq!(exchange(&sent(0x0033, None, 0x8005)), heard(0x0022, 0x8005));
    assert_eq!(exchange(&sent(0x0555, None, 0x8005)), heard(0x0033, 0x8005));
    // A chip that is locked hears no reset.
    assert_eq!(exchange(&sent(0x0011, None, 0x8005)), heard(0x0555, 0x8005));
    let status = exchange(&sent(0, None, 0x8005))[0];
    assert_eq!(status & 0x8D, 0x89, "locked, ANSI, 24 bits, not reset");
}

/// Two conversions are kept, the older first; one that was read is old.
#[test]
fn the_model_keeps_two_conversions() {
    let model = model();
    let mut spi = model.spi();
    let mut exchange = |command: u16| {
        let mut heard = [0; FRAME_BYTES];
        spi.transfer(&mut heard, &sent(command, None, 0x1021)).expect("no fault");
        Frame::decode(&heard, Crc::Ccitt).expect("its CRC is right")
    };
    exchange(0x0022);
    exchange(0x0033);
    let period_ns = 250_000;
    // Three that have not settled, and five of the source, of which nobody reads any.
    let begun = model.next_conversion_ns().expect("it goes on");
    model.advance_to(begun + 7 * period_ns);
    assert_eq!(model.conversions(), 5);
    let frame = exchange(0);
    // The answer to WAKEUP; the older one kept is an unsettled one from long ago.
    assert_eq!((frame.response, frame.counts[2]), (0x0033, 0));
    let frame = exchange(0);
    assert_eq!((frame.status().ready(), frame.counts[2]), (0xFF, 5));
    let frame = exchange(0);
    assert_eq!((frame.status().ready(), frame.counts[2]), (0, 5), "nothing new");
    assert_eq!(frame.counts[0], 0, "an input that is shorted");
}

/// A chip that is not there, or another one, is named with what to check.
#[test]
fn a_chip_that_is_not_there_is_said_so() {
    #[derive(Debug)]
    struct Silent(u8);
    impl ErrorType for Silent {
        type Error = ErrorKind;
    }
    impl SpiDevice for Silent {
        fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), ErrorKind> {
            for operation in operations {
                if let Operation::Transfer(read, _) = operation {
                    read.fill(self.0);
                }
            }
            Ok(())
        }
    }
    for level in [0x00, 0xFF] {
        let error = Driver::start(Silent(level), Settings::default()).expect_err("no chip");
        assert!(error.to_string().contains("does not confirm a reset"), "{error}");
    }
    let settings = Settings { oversampling: 500, ..Settings::default() };
    let error = Driver::start(model().spi(), settings).expect_err("no such oversampling");
    assert!(error.to_string().contains("power of two from 128"), "{error}");
}

/// Every register of the set-up is in the chip afterwards, and calibration there does what it says.
#[test]
fn what_is_written_is_read_back() {
    let model = model();
    let mut settings = Settings { crc: Crc::Ansi, ..Settings::default() };
    settings.gains[7] = 128;
    settings.calibration[6].phase = -256;
    let mut driver = Driver::start(model.spi(), settings).expect("a sound chip");
    assert_eq!(driver.read_register(Register::CLOCK), Ok(0xFF0A));
    assert_eq!(driver.read_register(Register::GAIN2), Ok(0x7000));
    assert_eq!(driver.read_register(Register::config(6)), Ok(0xC000));
    assert_eq!(driver.read_register(Register::MODE), Ok(0x3910));
}
