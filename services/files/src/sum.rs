//! SHA-256 of a file while it is written, and the text beside it.

use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// A writer that sums what passes.
pub struct Summed<W> {
    inner: W,
    sum: Sha256,
}

impl<W: Write> Summed<W> {
    /// Sums what is written to `inner` from now on.
    pub fn new(inner: W) -> Summed<W> {
        Summed { inner, sum: Sha256::new() }
    }

    /// The writer, and the sum as 64 hexadecimal digits.
    pub fn finish(self) -> (W, String) {
        let hex = self.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        (self.inner, hex)
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.sum.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Text of `<name>.sha256`, as `sha256sum --check` reads it.
pub fn sidecar(hex: &str, name: &str) -> String {
    format!("{hex}  {name}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of "abc" is that of FIPS 180-4, whatever the pieces.
    #[test]
    fn the_sum_is_the_standards() {
        let mut summed = Summed::new(Vec::new());
        summed.write_all(b"a").unwrap();
        summed.write_all(b"bc").unwrap();
        let (bytes, hex) = summed.finish();
        assert_eq!(bytes, b"abc");
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(sidecar(&hex, "x.csv").ends_with("ad  x.csv\n"));
    }
}
