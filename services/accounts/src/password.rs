//! Passwords: which are taken, and how they are kept.
//!
//! Length counts, composition does not (NIST SP 800-63B); what everybody tries first is refused.

use crate::secret::{from_hex, hex, random};
use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;

/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 12;

/// Longest password, in bytes: what is hashed must be bounded.
pub const PASSWORD_MAX: usize = 256;

/// Memory in KiB, passes and lanes: the first choice of OWASP's sheet on storing passwords.
const ARGON2: (u32, u32, u32) = (19 * 1024, 2, 1);

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// What people take when twelve characters are asked for. A text that contains one of them, and little
/// else, is refused.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "passwort",
    "kennwort",
    "motdepasse",
    "administrator",
    "adminadmin",
    "letmein",
    "welcome",
    "changeme",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "iloveyou",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "trustno1",
    "abcdefgh",
    "energymeter",
    "carlogavazzi",
    "smartmeter",
    "benvenuto",
    "bonjour",
    "willkommen",
    "default",
    "raspberry",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "q1w2e3r4t5y6",
    "zaq12wsx",
];

/// Characters that a password must have besides what is common in it.
const BESIDES_COMMON_MIN: usize = 8;

/// Different characters that a password must have.
const DIFFERENT_MIN: usize = 5;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error(
        "a password has at least {PASSWORD_MIN} characters; a few words in a row are easy to remember"
    )]
    Short,
    /// Too long.
    #[error("a password has at most {PASSWORD_MAX} bytes")]
    Long,
    /// Among the first that are tried.
    #[error(
        "this password is among the first that are tried; take a few words that do not belong together"
    )]
    Common,
    /// It holds the name of the user.
    #[error("a password does not hold the name of its user")]
    HoldsName,
}

/// Whether a password may be taken by a user.
///
/// # Errors
/// With the reason.
pub fn check_password(user: &str, password: &str) -> Result<(), PasswordError> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(PasswordError::Short);
    }
    if password.len() > PASSWORD_MAX {
        return Err(PasswordError::Long);
    }
    let small = password.to_lowercase();
    if user.len() >= 4 && small.contains(&user.to_lowercase()) {
        return Err(PasswordError::HoldsName);
    }
    let mut different: Vec<char> = small.chars().collect();
    different.sort_unstable();
    different.dedup();
    let is_row = |step: u32| {
        let codes: Vec<u32> = small.chars().map(u32::from).collect();
        let in_row = codes.windows(2).filter(|pair| pair[1].abs_diff(pair[0]) == step).count();
        in_row + 3 >= codes.len()
    };
    let common = COMMON.iter().any(|common| {
        small.contains(common) && small.chars().count() - common.len() < BESIDES_COMMON_MIN
    });
    if common || different.len() < DIFFERENT_MIN || is_row(0) || is_row(1) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

/// Hash of a password with a salt of its own: `argon2id$19456$2$1$salt$hash`.
pub(crate) fn hash_password(password: &str) -> String {
    let salt = random::<SALT_BYTES>();
    let (memory, passes, lanes) = ARGON2;
    let hash = derive(password, &salt, ARGON2);
    format!("argon2id${memory}${passes}${lanes}${}${}", hex(&salt), hex(&hash))
}

/// Whether a password is that of a hash. What is no hash is no password's.
pub(crate) fn is_password(password: &str, hash: &str) -> bool {
    parse(hash)
        .is_some_and(|(cost, salt, wanted)| derive(password, &salt, cost).ct_eq(&wanted[..]).into())
}

/// Takes as long as a password that is wrong, for a user that there is not.
pub(crate) fn pretend(password: &str) {
    let _unused = derive(password, &[0; SALT_BYTES], ARGON2);
}

fn parse(hash: &str) -> Option<((u32, u32, u32), Vec<u8>, Vec<u8>)> {
    let mut parts = hash.strip_prefix("argon2id$")?.split('$');
    let mut number = || parts.next()?.parse().ok();
    let cost = (number()?, number()?, number()?);
    let salt = from_hex(parts.next()?)?;
    let wanted = from_hex(parts.next()?).filter(|wanted| wanted.len() == HASH_BYTES)?;
    Some((cost, salt, wanted))
}

fn derive(
    password: &str,
    salt: &[u8],
    (memory, passes, lanes): (u32, u32, u32),
) -> [u8; HASH_BYTES] {
    let mut hash = [0; HASH_BYTES];
    let params = Params::new(memory, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .expect("salt and hash have lengths that Argon2 takes");
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused_and_what_is_long_is_taken() {
        let check = |password: &str, expected: Result<(), PasswordError>| {
            assert_eq!(check_password("anna", password), expected, "{password}");
        };
        check("correct horse battery", Ok(()));
        check("Übergänge sind schön", Ok(()));
        check(&"wörter und mehr ".repeat(4), Ok(()));
        check("short", Err(PasswordError::Short));
        check("password1234", Err(PasswordError::Common));
        check("P4ssword but Password", Ok(()));
        check("123456789012", Err(PasswordError::Common));
        check("aaaaaaaaaaaa", Err(PasswordError::Common));
        check("abababababab", Err(PasswordError::Common));
        check("abcdefghijkl", Err(PasswordError::Common));
        check("Qwertyuiop12", Err(PasswordError::Common));
        check("annas electric meter", Err(PasswordError::HoldsName));
        check(&"x1y2z3".repeat(50), Err(PasswordError::Long));
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let hash = hash_password("correct horse battery");
        assert!(is_password("correct horse battery", &hash));
        assert!(!is_password("correct horse batterz", &hash));
        assert_ne!(hash, hash_password("correct horse battery"), "each has a salt of its own");
        for nonsense in ["", "argon2id$", "argon2id$1$1$1$zz$00", "argon2id$19456$2$1$00$00"] {
            assert!(!is_password("", nonsense), "{nonsense}");
        }
    }
}
