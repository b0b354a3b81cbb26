//! How far a row and its cells can be trusted, in words, and back.

use crate::columns::Columns;
use crate::decimal::MEASURED_MS_MAX;
use crate::error::FilesError;
use port::{Flag, Flags, Reason};
use store::{Cell, Layout, Quality, Row, RowFlag, RowFlags};

/// The word of a row whose cells are all good.
pub(crate) const GOOD: &str = "good";

/// What a row is called by: reasons that are a fault come before flags, and what the installation does not have
/// comes last, since it is no fault of this interval.
const REASONS_BEFORE_FLAGS: [Reason; 3] = [Reason::SensorFault, Reason::BusTimeout, Reason::Stale];
const REASONS_AFTER_FLAGS: [Reason; 5] = [
    Reason::Settling,
    Reason::NoSignal,
    Reason::RateTooLow,
    Reason::NotWired,
    Reason::NotInstalled,
];

/// Holds a row against its layout, so that every format can tell it and read it back.
///
/// # Errors
/// If the number of cells is another, it ends before it began, or something in it has no name.
pub(crate) fn check(layout: &Layout, row: &Row) -> Result<(), FilesError> {
    let odd = |what: &str| {
        let what = format!("row {} of job `{}` {what}", row.seq, layout.job);
        Err(FilesError::cannot(what, "leave it out, and check the store with `ems store check`"))
    };
    if row.cells.len() != layout.columns.len() {
        return odd("has another number of cells than its layout");
    }
    if row.end.unix_ns.checked_sub(row.start.unix_ns).is_none_or(|ns| ns < 0) {
        return odd("ends before it began, or is longer than 292 years");
    }
    if row.measured_ms > MEASURED_MS_MAX {
        return odd("has measured for longer than 292 years");
    }
    if flags_of(&row.flags.slugs()) != Ok(row.flags) {
        return odd("has a flag without a name");
    }
    if row.cells.iter().any(|cell| cell.quality != Quality::GOOD && !is_named(cell.quality)) {
        return odd("has a cell whose quality has no name");
    }
    Ok(())
}

fn is_named(quality: Quality) -> bool {
    quality_of(&slug(quality)) == Ok(quality)
}

/// Reason of a cell without a value, else its flags: `bus_timeout`, `gap+clipped`.
pub(crate) fn slug(quality: Quality) -> String {
    match (quality.reason(), quality.has_value()) {
        (Some(reason), _) => reason.slug().into(),
        (None, true) => flags(quality).map(Flag::slug).collect::<Vec<_>>().join("+"),
        (None, false) => String::new(),
    }
}

fn flags(quality: Quality) -> impl Iterator<Item = Flag> {
    Flag::ALL.into_iter().filter(move |flag| quality.has_value() && quality.0 & bit(*flag) != 0)
}

fn bit(flag: Flag) -> u8 {
    Flags::NONE.with(flag, true).bits()
}

/// The quality that [`slug`] was given.
///
/// # Errors
/// A sentence, if there is no such word.
pub(crate) fn quality_of(text: &str) -> Result<Quality, String> {
    if let Some(reason) = Reason::ALL.into_iter().find(|reason| reason.slug() == text) {
        return Ok(Quality::absent(reason));
    }
    let mut flags = Flags::NONE;
    for word in text.split('+') {
        let flag = Flag::ALL.into_iter().find(|flag| flag.slug() == word);
        flags = flags.with(flag.ok_or_else(|| format!("`{word}` is no remark"))?, true);
    }
    Ok(Quality::of(flags))
}

/// Places and words of the cells that are not good.
pub(crate) fn remarks<'a>(
    columns: &'a Columns,
    row: &'a Row,
) -> impl Iterator<Item = (&'a str, String)> {
    let paths = columns.headings.iter().map(|heading| heading.path.as_str());
    let not_good = paths.zip(&row.cells).filter(|(_, cell)| cell.quality != Quality::GOOD);
    not_good.map(|(path, cell)| (path, slug(cell.quality)))
}

/// All of them as one text: `path=reason path=reason`.
pub(crate) fn remarks_text(columns: &Columns, row: &Row) -> String {
    let all: Vec<String> =
        remarks(columns, row).map(|(path, word)| format!("{path}={word}")).collect();
    all.join(" ")
}

/// A quality for each column from what [`remarks_text`] wrote.
///
/// # Errors
/// A sentence, if it is no such text.
pub(crate) fn qualities_of(columns: &Columns, text: &str) -> Result<Vec<Quality>, String> {
    let pairs = text.split(' ').filter(|pair| !pair.is_empty());
    let split = pairs
        .map(|pair| pair.split_once('=').ok_or_else(|| format!("`{pair}` is not path=reason")));
    qualities(columns, split)
}

/// A quality for each column from pairs of path and word.
///
/// # Errors
/// A sentence, if a path or a word is unknown.
pub(crate) fn qualities<'a>(
    columns: &Columns,
    pairs: impl Iterator<Item = Result<(&'a str, &'a str), String>>,
) -> Result<Vec<Quality>, String> {
    let mut all = vec![Quality::GOOD; columns.headings.len()];
    for pair in pairs {
        let (path, word) = pair?;
        let place = columns.place(path).ok_or_else(|| format!("there is no column `{path}`"))?;
        all[place] = quality_of(word)?;
    }
    Ok(all)
}

/// A cell from its value and its quality.
///
/// # Errors
/// A sentence, if one says that there is a value and the other that there is none.
pub(crate) fn cell(value: Option<i64>, quality: Quality) -> Result<Cell, String> {
    match (value, quality.has_value()) {
        (Some(steps), true) => Ok(Cell { steps, quality }),
        (None, false) => Ok(Cell { steps: 0, quality }),
        (Some(_), false) => Err("there is a value, and the remarks say why there is none".into()),
        (None, true) => Err("there is no value, and the remarks do not say why".into()),
    }
}

/// The worst of a row's cells in one word, `good` if there is nothing to say.
pub(crate) fn worst(row: &Row) -> &'static str {
    if row.cells.iter().all(|cell| cell.quality == Quality::GOOD) {
        return GOOD;
    }
    let lacks =
        |reason: &Reason| row.cells.iter().any(|cell| cell.quality.reason() == Some(*reason));
    let has =
        |flag: &Flag| row.cells.iter().any(|cell| flags(cell.quality).any(|other| other == *flag));
    let before = REASONS_BEFORE_FLAGS.into_iter().filter(lacks).map(Reason::slug);
    let flagged = Flag::ALL.into_iter().filter(has).map(Flag::slug);
    let after = REASONS_AFTER_FLAGS.into_iter().filter(lacks).map(Reason::slug);
    before.chain(flagged).chain(after).next().unwrap_or(GOOD)
}

/// Row flags from their words.
///
/// # Errors
/// A sentence, if a word is none.
pub(crate) fn flags_of(words: &[&str]) -> Result<RowFlags, String> {
    words.iter().try_fold(RowFlags::NONE, |flags, word| {
        let flag = RowFlag::ALL.into_iter().find(|flag| flag.slug() == *word);
        Ok(flags.with(flag.ok_or_else(|| format!("`{word}` is no flag of a row"))?, true))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualities_come_back_from_their_words() {
        for bits in 1..0x20 {
            assert_eq!(quality_of(&slug(Quality(bits))), Ok(Quality(bits)));
        }
        for reason in Reason::ALL {
            assert_eq!(quality_of(&slug(Quality::absent(reason))), Ok(Quality::absent(reason)));
        }
        for unnamed in [0x20, 0x41, 0x88, 0xff] {
            assert!(!is_named(Quality(unnamed)), "{unnamed:#x}");
        }
    }

    #[test]
    fn the_worst_names_the_row() {
        let row = |qualities: &[Quality]| Row {
            seq: 0,
            start: port::Timestamp::default(),
            end: port::Timestamp::default(),
            measured_ms: 0,
            flags: RowFlags::NONE,
            cells: qualities.iter().map(|quality| Cell { steps: 0, quality: *quality }).collect(),
        };
        let clipped = Quality::of(Flags::NONE.with(Flag::Clipped, true));
        let [lost, unwired] = [Reason::BusTimeout, Reason::NotWired].map(Quality::absent);
        assert_eq!(worst(&row(&[])), "good");
        assert_eq!(worst(&row(&[Quality::GOOD, unwired])), "not_wired");
        assert_eq!(worst(&row(&[clipped, unwired])), "clipped");
        assert_eq!(worst(&row(&[clipped, unwired, lost])), "bus_timeout");
    }
}
