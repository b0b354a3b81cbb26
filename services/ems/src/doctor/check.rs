//! What a check comes to.

use serde::Serialize;
use std::fmt::{self, Display};

/// How a check ended, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// There is nothing to check, or it cannot be checked now.
    Skipped,
    /// It is as it should be.
    Ok,
    /// The meter works, and something about it is not as it should be.
    Warning,
    /// The meter will not work.
    Failure,
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Skipped => "skipped",
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failure => "failure",
        })
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What: a word, or the key of the configuration.
    pub name: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub sentence: String,
    /// What to do, if there is anything.
    pub remedy: Option<String>,
}

impl Check {
    /// All is well.
    pub fn ok(name: &'static str, sentence: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Ok, sentence: sentence.into(), remedy: None }
    }

    /// Not looked at, and why.
    pub fn skipped(name: &'static str, sentence: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Skipped, sentence: sentence.into(), remedy: None }
    }

    /// It works, but.
    pub fn warning(name: &'static str, sentence: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Warning, sentence: sentence.into(), remedy: None }
    }

    /// It does not work.
    pub fn failure(name: &'static str, sentence: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Failure, sentence: sentence.into(), remedy: None }
    }

    /// It does not work for a reason of ours, which names the remedy after its last semicolon.
    pub fn failed(name: &'static str, error: &dyn Display) -> Check {
        let text = error.to_string();
        match text.rsplit_once("; ") {
            Some((sentence, remedy)) => Check::failure(name, sentence).with_remedy(remedy),
            None => Check::failure(name, text),
        }
    }

    /// What to do.
    pub fn with_remedy(self, remedy: impl Into<String>) -> Check {
        Check { remedy: Some(remedy.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_of_an_error_stands_apart() {
        let check = Check::failed("spi", &"/dev/spidev0.0: not there; is it on?; check this");
        assert_eq!(check.sentence, "/dev/spidev0.0: not there; is it on?");
        assert_eq!(check.remedy.as_deref(), Some("check this"));
        assert_eq!(Check::failed("spi", &"no more").remedy, None);
    }
}
