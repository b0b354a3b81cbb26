//! What this build is.

/// Version, commit and software id of the metrology, for `--version`.
pub const LONG: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (commit ",
    env!("EMS_COMMIT"),
    ", metrology ",
    env!("EMS_SOFTWARE_ID"),
    ")"
);

/// Commit of the sources; `unknown` for an archive without a repository.
pub const COMMIT: &str = env!("EMS_COMMIT");

/// Software id of the metrology crates.
pub const SOFTWARE_ID: &str = env!("EMS_SOFTWARE_ID");

/// Version as numbers, for protocols.
pub fn numbers() -> (u8, u8, u8) {
    let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}
