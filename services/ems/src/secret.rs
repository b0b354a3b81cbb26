//! Secrets of an exported configuration, encrypted with a passphrase.
//!
//! `encrypted:v1:` and in hexadecimal 16 bytes of salt, 12 of nonce and the sealed text: ChaCha20-Poly1305
//! under a key that Argon2id makes of the passphrase. The name of the setting is authenticated too, so that
//! a secret cannot be moved to another.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

/// What an encrypted secret begins with.
pub const PREFIX: &str = "encrypted:v1:";

const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;

/// Memory in KiB, passes and lanes: the first choice of OWASP's sheet on storing passwords.
const ARGON2: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Encrypts the value of a setting; `random` are bytes that were never used before.
pub fn encrypt(
    name: &str,
    value: &str,
    passphrase: &str,
    random: [u8; SALT_BYTES + NONCE_BYTES],
) -> String {
    let (salt, nonce) = random.split_at(SALT_BYTES);
    let payload = Payload { msg: value.as_bytes(), aad: name.as_bytes() };
    let sealed = cipher(passphrase, salt)
        .encrypt(&nonce_of(nonce), payload)
        .expect("a few bytes are not too long");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("{PREFIX}{}{}", hex(&random), hex(&sealed))
}

/// The value of an encrypted setting; none if the passphrase is wrong, or the text is not what was written.
pub fn decrypt(name: &str, text: &str, passphrase: &str) -> Option<String> {
    let hex = text.strip_prefix(PREFIX)?;
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect::<Option<_>>()?;
    if bytes.len() < SALT_BYTES + NONCE_BYTES {
        return None;
    }
    let (salt, rest) = bytes.split_at(SALT_BYTES);
    let (nonce, sealed) = rest.split_at(NONCE_BYTES);
    let payload = Payload { msg: sealed, aad: name.as_bytes() };
    let value = cipher(passphrase, salt).decrypt(&nonce_of(nonce), payload).ok()?;
    String::from_utf8(value).ok()
}

fn nonce_of(bytes: &[u8]) -> Nonce {
    Nonce::try_from(bytes).expect("it was cut to its length")
}

fn cipher(passphrase: &str, salt: &[u8]) -> ChaCha20Poly1305 {
    let (memory, passes, lanes) = ARGON2;
    let params = Params::new(memory, passes, lanes, None).expect("within the limits of Argon2");
    let mut key = [0u8; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .expect("salt and key have lengths that Argon2 takes");
    ChaCha20Poly1305::new(&Key::from(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_passphrase_and_its_name_alone() {
        let text = encrypt("password", "1234", "correct horse", [7; 28]);
        assert!(text.starts_with(PREFIX) && !text.contains("1234"), "{text}");
        assert_eq!(decrypt("password", &text, "correct horse").as_deref(), Some("1234"));
        assert_eq!(decrypt("password", &text, "wrong horse"), None);
        assert_eq!(decrypt("other", &text, "correct horse"), None);
        let altered = format!("{}0", &text[..text.len() - 1]);
        if altered != text {
            assert_eq!(decrypt("password", &altered, "correct horse"), None);
        }
        for nonsense in ["", "encrypted:v1:", "encrypted:v1:zz", "encrypted:v1:00", "1234"] {
            assert_eq!(decrypt("password", nonsense, "correct horse"), None, "{nonsense}");
        }
    }
}
