//! Reading of payloads: numbers one after another, little endian.

/// What is left of a payload.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

/// A payload ended early, or says something that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Senseless;

impl<'a> Bytes<'a> {
    /// The next so many bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Senseless> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Senseless)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next bytes, as many as asked for by the type.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Senseless> {
        Ok(self.take(N)?.try_into().expect("so many were taken"))
    }

    pub(super) fn u8(&mut self) -> Result<u8, Senseless> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16, Senseless> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Senseless> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Senseless> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn i64(&mut self) -> Result<i64, Senseless> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// Bytes with their count before them.
    pub(super) fn counted(&mut self) -> Result<&'a [u8], Senseless> {
        let count = self.u32()?;
        self.take(usize::try_from(count).map_err(|_| Senseless)?)
    }

    /// All was read.
    pub(super) fn end(self) -> Result<(), Senseless> {
        if self.0.is_empty() { Ok(()) } else { Err(Senseless) }
    }
}

/// Bytes with their count before them.
pub(super) fn put_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    let count = u32::try_from(bytes.len()).expect("payloads are bounded");
    out.extend(count.to_le_bytes());
    out.extend(bytes);
}
