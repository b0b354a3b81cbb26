//! The constants of a unit's channels, and the record in which they are stored.
//!
//! # The record, version 1
//!
//! Little endian, without padding:
//!
//! ```text
//! 0   4  "EMSC"
//! 4   2  version
//! 6   2  count of channels, n
//! 8  50  for each channel: role (u8, its place in Role::ALL), sinc order (u8), and as f64 unit a count,
//!        offset in counts, delay in s, lead in rad, frequency of the lead in Hz, RC corner in Hz (0: none)
//!    4  CRC-32C of all before it
//! ```

use super::error::CalibrationError;
use port::{Channel, Role, SourceFormat};

/// First bytes of a record.
const MAGIC: [u8; 4] = *b"EMSC";

/// Bytes before the first channel.
const HEAD_BYTES: usize = 8;

/// Bytes of a channel: two of one byte and six of eight.
const CHANNEL_BYTES: usize = 50;

/// Bytes of the CRC.
const CRC_BYTES: usize = 4;

/// CRC-32C (Castagnoli): finds every error of up to five bits in a record of seven channels.
const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);

/// Constants of all channels of a unit, in the order of [`Role::ALL`].
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    channels: Vec<Channel>,
}

impl Coefficients {
    /// Version of the record.
    pub const VERSION: u16 = 1;

    /// Of these channels, in any order.
    ///
    /// # Errors
    /// If a role is there twice, or a constant is not finite or is one that no channel can have.
    pub fn new(channels: &[Channel]) -> Result<Coefficients, CalibrationError> {
        let mut channels = channels.to_vec();
        channels.sort_by_key(|channel| channel.role);
        for pair in channels.windows(2) {
            if pair[0].role == pair[1].role {
                return Err(CalibrationError::Repeated(pair[0].role));
            }
        }
        channels.iter().try_for_each(check)?;
        Ok(Coefficients { channels })
    }

    /// All channels there are.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// The channel of a role.
    pub fn channel(&self, role: Role) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.role == role)
    }

    /// Puts a channel in the place of the one that has its role.
    ///
    /// # Errors
    /// If there is none, or a constant makes no sense; then nothing is changed.
    pub fn replace(&mut self, channel: Channel) -> Result<(), CalibrationError> {
        check(&channel)?;
        let place = self.channels.iter_mut().find(|place| place.role == channel.role);
        *place.ok_or(CalibrationError::Missing(channel.role))? = channel;
        Ok(())
    }

    /// What a source with these channels delivers at a nominal rate in hertz.
    pub fn format(&self, sample_rate_hz: f64) -> SourceFormat {
        SourceFormat { sample_rate_hz, channels: self.channels.clone() }
    }

    /// The CRC-32C that ends the record.
    pub fn crc(&self) -> u32 {
        CRC.checksum(&self.body())
    }

    /// The record.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.body();
        bytes.extend(CRC.checksum(&bytes).to_le_bytes());
        bytes
    }

    /// The record but for its CRC.
    fn body(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length(self.channels.len()));
        bytes.extend(MAGIC);
        bytes.extend(Coefficients::VERSION.to_le_bytes());
        let count = u16::try_from(self.channels.len()).expect("there are seven roles");
        bytes.extend(count.to_le_bytes());
        for channel in &self.channels {
            bytes.extend([channel.role as u8, channel.sinc_order]);
            fields(channel).iter().for_each(|field| bytes.extend(field.to_le_bytes()));
        }
        bytes
    }

    /// Reads a record.
    ///
    /// # Errors
    /// If it does not begin as one, is of another version, has another length than its count of channels
    /// asks for, has a wrong CRC, or holds a constant that is not finite or that no channel can have.
    pub fn from_bytes(bytes: &[u8]) -> Result<Coefficients, CalibrationError> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC) {
            return Err(CalibrationError::NotARecord);
        }
        let found = bytes.len();
        if found < HEAD_BYTES + CRC_BYTES {
            return Err(CalibrationError::WrongLength { found, expected: length(0) });
        }
        let version = u16::from_le_bytes([bytes[4], bytes[5]]);
        if version != Coefficients::VERSION {
            return Err(CalibrationError::UnknownVersion(version));
        }
        let count = usize::from(u16::from_le_bytes([bytes[6], bytes[7]]));
        if found != length(count) {
            return Err(CalibrationError::WrongLength { found, expected: length(count) });
        }
        let (body, end) = bytes.split_at(found - CRC_BYTES);
        let stored = u32::from_le_bytes([end[0], end[1], end[2], end[3]]);
        let computed = CRC.checksum(body);
        if stored != computed {
            return Err(CalibrationError::WrongCrc { stored, computed });
        }
        let channels = body[HEAD_BYTES..].chunks_exact(CHANNEL_BYTES).map(read_channel);
        Coefficients::new(&channels.collect::<Result<Vec<Channel>, CalibrationError>>()?)
    }
}

/// Bytes of a record of so many channels.
fn length(channels: usize) -> usize {
    HEAD_BYTES + channels * CHANNEL_BYTES + CRC_BYTES
}

/// The numbers of a channel in the order of the record. A record says by 0 that there is no RC, so that
/// all its numbers are finite.
fn fields(channel: &Channel) -> [f64; 6] {
    let rc_hz = if channel.rc_hz.is_infinite() { 0.0 } else { channel.rc_hz };
    let Channel { unit_per_count, offset_counts, delay_s, .. } = *channel;
    [unit_per_count, offset_counts, delay_s, channel.lead_rad, channel.lead_reference_hz, rc_hz]
}

fn read_channel(bytes: &[u8]) -> Result<Channel, CalibrationError> {
    let (head, numbers) = bytes.split_at(2);
    let role = Role::ALL.get(usize::from(head[0])).copied();
    let role = role.ok_or(CalibrationError::UnknownRole(head[0]))?;
    let number = |field: usize| {
        let bytes = &numbers[8 * field..8 * field + 8];
        f64::from_le_bytes(bytes.try_into().expect("eight bytes"))
    };
    let rc_hz = number(5);
    if rc_hz.is_infinite() {
        return Err(CalibrationError::Senseless { role, what: "the RC corner", value: rc_hz });
    }
    Ok(Channel {
        role,
        unit_per_count: number(0),
        offset_counts: number(1),
        delay_s: number(2),
        lead_rad: number(3),
        lead_reference_hz: number(4),
        rc_hz: if rc_hz == 0.0 { f64::INFINITY } else { rc_hz },
        sinc_order: head[1],
    })
}

/// A constant, what it is called, and the range in which it makes sense.
type Bound = (&'static str, fn(&Channel) -> f64, f64, f64);

/// Wide enough for any meter: 24-bit counts of nanovolts to megavolts, a lead of 12 degrees where the
/// worst transformers have 5, a millisecond of delay, an RC from a tenth of the grid's frequency up.
const BOUNDS: [Bound; 7] = [
    ("the unit a count", |c| c.unit_per_count, 1e-15, 1e3),
    ("the offset in counts", |c| c.offset_counts, -8_388_608.0, 8_388_607.0),
    ("the delay in seconds", |c| c.delay_s, -1e-3, 1e-3),
    ("the lead in radians", |c| c.lead_rad, -0.21, 0.21),
    ("the frequency of the lead in hertz", |c| c.lead_reference_hz, 40.0, 70.0),
    ("the RC corner in hertz", |c| c.rc_hz, 5.0, f64::INFINITY),
    ("the order of the sinc filter", |c| c.sinc_order as f64, 0.0, 8.0),
];

fn check(channel: &Channel) -> Result<(), CalibrationError> {
    for (what, value, least, most) in BOUNDS {
        let value = value(channel);
        // A NaN lies in no range.
        if !(least..=most).contains(&value) {
            return Err(CalibrationError::Senseless { role: channel.role, what, value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Coefficients {
        let channel = |role: Role| Channel {
            offset_counts: 123.25,
            delay_s: 2e-7,
            lead_rad: 1.7e-3,
            rc_hz: if role.is_voltage() { f64::INFINITY } else { 4_822.877 },
            sinc_order: 3,
            ..Channel::ideal(role, 1e-5 * (1.0 + role as u8 as f64))
        };
        Coefficients::new(&Role::ALL.map(channel)).unwrap()
    }

    /// The same body with another CRC that fits it, as a program gone wrong would write it.
    fn with_crc(mut bytes: Vec<u8>) -> Vec<u8> {
        let body = bytes.len() - CRC_BYTES;
        let crc = CRC.checksum(&bytes[..body]).to_le_bytes();
        bytes[body..].copy_from_slice(&crc);
        bytes
    }

    #[test]
    fn a_record_is_read_back_unchanged() {
        let bytes = sample().to_bytes();
        assert_eq!(bytes.len(), 8 + 7 * 50 + 4);
        assert_eq!(Coefficients::from_bytes(&bytes), Ok(sample()));
        assert_eq!(bytes[358..], sample().crc().to_le_bytes());
        let none = Coefficients::new(&[]).unwrap();
        assert_eq!(Coefficients::from_bytes(&none.to_bytes()), Ok(none));
    }

    /// The check value of CRC-32C over the digits 1 to 9 (RFC 3720, B.4 has the polynomial).
    #[test]
    fn the_crc_is_that_of_castagnoli() {
        assert_eq!(CRC.checksum(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let bytes = sample().to_bytes();
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Coefficients::from_bytes(&flipped).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn every_shorter_or_longer_record_is_refused() {
        let mut bytes = sample().to_bytes();
        for length in 0..bytes.len() {
            assert!(Coefficients::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
        }
        bytes.push(0);
        let error = Coefficients::from_bytes(&bytes).unwrap_err();
        assert_eq!(error, CalibrationError::WrongLength { found: 363, expected: 362 });
    }

    #[test]
    fn what_is_wrong_is_said() {
        let write = |place: usize, with: &[u8]| {
            let mut bytes = sample().to_bytes();
            bytes[place..place + with.len()].copy_from_slice(with);
            bytes
        };
        let cases = [
            (write(0, b"x"), "would begin with EMSC"),
            (write(4, &[9]), "has version 9"),
            (write(6, &[6]), "has 362 bytes instead of 312"),
            (write(30, &[1]), "is damaged: its CRC is"),
            (with_crc(write(8, &[7])), "a channel of the unknown kind 7"),
            (with_crc(write(58, &[0])), "channel va is there twice"),
            (
                with_crc(write(10, &f64::NAN.to_le_bytes())),
                "unit a count of channel va cannot be NaN",
            ),
            (with_crc(write(10, &0f64.to_le_bytes())), "unit a count of channel va cannot be 0"),
            (
                with_crc(write(10, &(-1f64).to_le_bytes())),
                "unit a count of channel va cannot be -1",
            ),
            (with_crc(write(18, &f64::INFINITY.to_le_bytes())), "offset in counts of channel va"),
            (with_crc(write(26, &0.5f64.to_le_bytes())), "delay in seconds of channel va"),
            (with_crc(write(34, &1f64.to_le_bytes())), "lead in radians of channel va"),
            (with_crc(write(42, &0f64.to_le_bytes())), "frequency of the lead in hertz"),
            (with_crc(write(50, &f64::INFINITY.to_le_bytes())), "the RC corner of channel va"),
            (with_crc(write(50, &(-3f64).to_le_bytes())), "the RC corner in hertz of channel va"),
            (with_crc(write(9, &[200])), "order of the sinc filter of channel va cannot be 200"),
        ];
        for (bytes, sentence) in cases {
            let error = Coefficients::from_bytes(&bytes).expect_err(sentence).to_string();
            assert!(error.contains(sentence), "{error:?} does not say {sentence:?}");
        }
    }
}
