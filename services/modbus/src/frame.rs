//! MBAP framing (Modbus Messaging on TCP/IP V1.0b, 3.1.3): transaction id, protocol id 0, length,
//! unit, PDU. Bytes in, frames out; no socket.

use std::ops::Range;

/// Header up to and with the unit.
const HEADER: usize = 7;
/// Largest frame: header and a PDU of 253 bytes.
pub const FRAME_MAX: usize = HEADER + 253;
/// The length field counts the unit and at least a function code, at most 253 bytes of PDU.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=254;

/// What stands at the front of the bytes received.
#[derive(Debug, PartialEq, Eq)]
pub enum Framing<'a> {
    /// Not a whole frame yet.
    Incomplete,
    /// A frame.
    Frame {
        /// Chosen by the client; comes back in the answer.
        transaction: [u8; 2],
        /// Who is asked.
        unit: u8,
        /// Function code and what belongs to it; at least one byte.
        pdu: &'a [u8],
    },
    /// Not Modbus: where the next frame begins cannot be told, so the connection must end.
    Broken,
}

/// Looks at the front of what was received. Never asks for more than [`FRAME_MAX`] bytes.
pub fn next_frame(bytes: &[u8]) -> Framing<'_> {
    let Some((header, rest)) = bytes.split_at_checked(HEADER) else {
        return if header_may_follow(bytes) { Framing::Incomplete } else { Framing::Broken };
    };
    if !header_may_follow(header) {
        return Framing::Broken;
    }
    let length = usize::from(u16::from_be_bytes([header[4], header[5]])) - 1;
    match rest.get(..length) {
        Some(pdu) => Framing::Frame { transaction: [header[0], header[1]], unit: header[6], pdu },
        None => Framing::Incomplete,
    }
}

/// Whether the fields seen so far are those of a header.
fn header_may_follow(bytes: &[u8]) -> bool {
    let protocol_is_modbus = bytes.iter().skip(2).take(2).all(|byte| *byte == 0);
    let length = bytes.get(4..6).map(|field| usize::from(u16::from_be_bytes([field[0], field[1]])));
    protocol_is_modbus && length.is_none_or(|length| LENGTH.contains(&length))
}

/// Bytes of a frame with this PDU.
pub(crate) fn frame_len(pdu: &[u8]) -> usize {
    HEADER + pdu.len()
}

/// Begins an answer; its PDU is appended next.
pub(crate) fn begin(out: &mut Vec<u8>, transaction: [u8; 2], unit: u8) -> usize {
    let at = out.len();
    out.extend_from_slice(&[transaction[0], transaction[1], 0, 0, 0, 0, unit]);
    at
}

/// Ends the answer begun at `at`: fills in its length, or takes it back if it has no PDU.
pub(crate) fn finish(out: &mut Vec<u8>, at: usize) {
    let Range { start, end } = at + HEADER..out.len();
    if start == end {
        out.truncate(at);
        return;
    }
    let length = u16::try_from(end - start + 1).expect("a PDU has at most 253 bytes");
    out[at + 4..at + 6].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers() {
        fn check(bytes: &[u8], expect: Framing) {
            assert_eq!(next_frame(bytes), expect, "{bytes:02X?}");
        }
        let frame = |pdu| Framing::Frame { transaction: [1, 2], unit: 9, pdu };
        check(&[], Framing::Incomplete);
        check(&[1, 2, 0, 0, 0, 2, 9], Framing::Incomplete);
        check(&[1, 2, 0, 0, 0, 2, 9, 7], frame(&[7]));
        check(&[1, 2, 0, 0, 0, 2, 9, 7, 1, 2], frame(&[7]));
        check(&[1, 2, 0], Framing::Incomplete);
        check(&[1, 2, 0, 1], Framing::Broken);
        check(&[1, 2, 0, 0, 0, 0], Framing::Broken);
        check(&[1, 2, 0, 0, 0, 1], Framing::Broken);
        check(&[1, 2, 0, 0, 0, 255], Framing::Broken);
        check(&[1, 2, 0, 0, 255, 255], Framing::Broken);
        check(&[1, 2, 0, 0, 0, 254, 9], Framing::Incomplete);
        check(b"GET / HTTP/1.1", Framing::Broken);
    }

    proptest! {
        /// A whole frame or a broken one is recognised within the largest frame.
        #[test]
        fn a_full_buffer_is_never_incomplete(bytes in prop::collection::vec(any::<u8>(), FRAME_MAX)) {
            prop_assert_ne!(next_frame(&bytes), Framing::Incomplete);
        }
    }
}
