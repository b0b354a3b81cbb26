//! A table of a file whose errors name their line.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::file::FrontEndError;
use crate::scenario::nearest;

/// A table of a TOML file, with the text that it stands in.
///
/// A file of several things is taken apart with [`FileTable::take`]; what is left can be refused as
/// unknown by whoever [reads](FileTable::read) it.
#[derive(Debug, Clone)]
pub struct FileTable<'t> {
    text: &'t str,
    table: Spanned<DeTable<'t>>,
}

impl<'t> FileTable<'t> {
    /// The whole of a file.
    ///
    /// # Errors
    /// If the text is not TOML.
    pub fn parse(text: &'t str) -> Result<FileTable<'t>, FrontEndError> {
        let table = DeTable::parse(text).map_err(|error| refusal(text, &error))?;
        Ok(FileTable { text, table })
    }

    /// Takes a table out of this one, if it is there.
    ///
    /// # Errors
    /// If what is there is no table.
    pub fn take(&mut self, key: &str) -> Result<Option<FileTable<'t>>, FrontEndError> {
        let Some(value) = self.table.get_mut().remove(key) else { return Ok(None) };
        let (span, text) = (value.span(), self.text);
        match value.into_inner() {
            DeValue::Table(table) => Ok(Some(FileTable { text, table: Spanned::new(span, table) })),
            _ => Err(refused_at(text, span.start, format!("{key} is a table: write [{key}]"))),
        }
    }

    /// Takes a text out of this one, if it is there.
    ///
    /// # Errors
    /// If what is there is no text.
    pub fn take_text(&mut self, key: &str) -> Result<Option<String>, FrontEndError> {
        let Some(value) = self.table.get_mut().remove(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) => Ok(Some(text.to_string())),
            None => Err(refused_at(self.text, value.span().start, format!("{key} is a text"))),
        }
    }

    /// Names of what is in it, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.table.get_ref().keys().map(|key| key.get_ref().as_ref())
    }

    /// All of it as a type; keys that the type does not know are its to refuse.
    ///
    /// # Errors
    /// What the type does not take, with the nearest right name for an unknown one.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, FrontEndError> {
        T::deserialize(Deserializer::from(self.table.clone()))
            .map_err(|error| refusal(self.text, &error))
    }

    /// Refuses the value of a key, or the whole table if it has no such key.
    pub fn refuse(&self, key: &str, reason: impl Into<String>) -> FrontEndError {
        let start = self.place(&[key]).unwrap_or(self.table.span().start);
        refused_at(self.text, start, reason.into())
    }

    /// Refuses what stands at a path of keys and indices; none of it has to be there.
    pub(super) fn refuse_at(&self, paths: &[&[&str]], reason: String) -> FrontEndError {
        let start = paths.iter().find_map(|path| self.place(path));
        refused_at(self.text, start.unwrap_or(self.table.span().start), reason)
    }

    /// Byte at which the value at a path stands.
    fn place(&self, path: &[&str]) -> Option<usize> {
        let (first, rest) = path.split_first()?;
        let mut value = self.table.get_ref().get(*first)?;
        for step in rest {
            value = match step.parse::<usize>() {
                Ok(index) => value.get_ref().get(index)?,
                Err(_) => value.get_ref().get(*step)?,
            };
        }
        Some(value.span().start)
    }
}

fn refusal(text: &str, error: &Error) -> FrontEndError {
    let start = error.span().map_or(0, |span| span.start);
    refused_at(text, start, with_suggestion(error.message()))
}

fn refused_at(text: &str, byte: usize, reason: String) -> FrontEndError {
    let line = 1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count();
    FrontEndError::File { line, reason }
}

/// Serde says "unknown field `a`, expected one of `b`, `c`": adds which of them was probably meant.
fn with_suggestion(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let near = names.next().and_then(|unknown| nearest(unknown, names));
    match near {
        Some(near) if message.starts_with("unknown ") => {
            format!("{message}; did you mean `{near}`?")
        }
        _ => message.to_string(),
    }
}
