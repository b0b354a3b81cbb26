//! Random secrets, and the hashes under which they are kept.

use sha2::{Digest, Sha256};

/// Random bytes of a secret: 256 bits.
const SECRET_BYTES: usize = 32;

/// SHA-256 of a secret. A secret is too random to be guessed, so that a fast hash is enough.
pub(crate) fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// A secret that nobody had before, in hexadecimal.
///
/// # Panics
/// If the system has no random numbers: then nothing can be kept secret.
pub(crate) fn new_secret() -> String {
    hex(&random::<SECRET_BYTES>())
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    // Every request with a token or a session comes by here, so that no text is made for each byte.
    let digit = |value: u8| char::from_digit(u32::from(value), 16).expect("four bits");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_two_digits_a_byte_and_back() {
        assert_eq!(hex(&[0, 0x9f, 0xff, 7]), "009fff07");
        assert_eq!(from_hex("009fff07"), Some(vec![0, 0x9f, 0xff, 7]));
    }
}
