//! The date of a document: now, or what the environment fixes it to.

use crate::failure::Failure;
use jiff::Timestamp;

/// Fixes the date of a document, in seconds since 1970 (reproducible-builds.org).
const DATE_VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Now to the second, or what the environment says instead.
pub fn issued() -> Result<Timestamp, Failure> {
    let Ok(text) = std::env::var(DATE_VARIABLE) else {
        let now = Timestamp::now();
        return Ok(Timestamp::from_second(now.as_second()).unwrap_or(now));
    };
    let seconds = text.trim().parse::<i64>().ok();
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(|| {
        Failure::Usage(format!("{DATE_VARIABLE} is `{text}`; give seconds since 1970, or unset it"))
    })
}
