//! Small numbers in few bytes, and reading them back from bytes that may be anything.

/// CRC-32C (Castagnoli), as everywhere in this program, by sixteen tables: five times the speed of one.
pub(crate) static CRC: crc::Crc<u32, crc::Table<16>> =
    crc::Crc::<u32, crc::Table<16>>::new(&crc::CRC_32_ISCSI);

/// Seven bits a byte, lowest first; ten bytes at most.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// With the sign in the lowest bit, so that small negative numbers are short too.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, (value.wrapping_shl(1) ^ (value >> 63)) as u64);
}

/// Its length before it.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Equal neighbours once, with their number.
pub(crate) fn put_runs(out: &mut Vec<u8>, bytes: impl Iterator<Item = u8>) {
    let mut run: Option<(u8, u64)> = None;
    for byte in bytes {
        match &mut run {
            Some((same, length)) if *same == byte => *length += 1,
            Some((other, length)) => {
                out.push(*other);
                put_varint(out, *length);
                run = Some((byte, 1));
            }
            None => run = Some((byte, 1)),
        }
    }
    if let Some((byte, length)) = run {
        out.push(byte);
        put_varint(out, length);
    }
}

/// Reads from the front of bytes; whatever is not there is `None`, and nothing is allocated for it.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        self.varint().map(|value| (value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// As long as its length says, which may be at most `longest`.
    pub(crate) fn bytes(&mut self, longest: usize) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok().filter(|length| *length <= longest)?;
        self.take(length)
    }

    pub(crate) fn text(&mut self, longest: usize) -> Option<String> {
        std::str::from_utf8(self.bytes(longest)?).ok().map(str::to_owned)
    }

    /// Exactly `count` bytes out of runs.
    pub(crate) fn runs<T: Clone>(&mut self, count: usize, as_is: fn(u8) -> T) -> Option<Vec<T>> {
        let mut all = Vec::new();
        while all.len() < count {
            let (byte, length) = (self.byte()?, self.varint()?);
            let length = usize::try_from(length).ok().filter(|length| *length > 0)?;
            let end = all.len().checked_add(length).filter(|end| *end <= count)?;
            all.resize(end, as_is(byte));
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, -1, 63, -64, 64, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            put_signed(&mut out, value);
            assert_eq!(Reader(&out).signed(), Some(value));
            out.pop();
            assert_eq!(Reader(&out).signed(), None, "{value} cut short");
        }
    }

    #[test]
    fn runs_are_as_long_as_asked_or_nothing() {
        let mut out = Vec::new();
        put_runs(&mut out, [7, 7, 7, 1].into_iter());
        assert_eq!(Reader(&out).runs(4, |byte| byte), Some(vec![7, 7, 7, 1]));
        assert_eq!(Reader(&out).runs(2, |byte| byte), None, "a run is longer");
        assert_eq!(Reader(&out).runs(5, |byte| byte), None, "the runs are too short");
    }
}
