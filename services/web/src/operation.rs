//! The table of operations: what may be called, by whom, with what, and who answers.
//!
//! The table is what is routed, what `/api/v1/openapi.json` publishes and what tests go through, so that none of
//! them can know an operation that the others do not.

use crate::Web;
use crate::call::{Answer, Call};
use crate::problem::Problem;
use schemars::{Schema, SchemaGenerator};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use warp::http::Method;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody, also before set-up.
    Nobody,
    /// Anybody, once the device is set up.
    SetUp,
    /// Whoever is logged in, also before set-up is finished.
    Viewer,
    /// An operator.
    Operator,
    /// An administrator.
    Administrator,
    /// An administrator who gave his password within the last minutes.
    Confirmed,
    /// A token for metrics, or whoever is logged in.
    Metrics,
}

/// What the future of an answer is.
pub type Answering = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;

/// Who answers.
pub type Handler = fn(Arc<Web>, Call) -> Answering;

/// A type that is sent, as a schema.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A text, which its operation reads.
    Text,
    /// A whole number from the first to the second.
    Whole(u64, u64),
    /// One of these words.
    One(&'static [&'static str]),
}

/// A parameter of the query. What it takes is published, and held before its operation is called.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// A sentence.
    pub doc: &'static str,
    /// What it may be.
    pub takes: Takes,
}

impl Parameter {
    /// A text.
    pub const fn text(name: &'static str, doc: &'static str) -> Parameter {
        Parameter { name, doc, takes: Takes::Text }
    }

    /// A whole number within a range.
    pub const fn whole(
        name: &'static str,
        doc: &'static str,
        (low, high): (u64, u64),
    ) -> Parameter {
        Parameter { name, doc, takes: Takes::Whole(low, high) }
    }

    /// One of some words.
    pub const fn one(
        name: &'static str,
        doc: &'static str,
        words: &'static [&'static str],
    ) -> Parameter {
        Parameter { name, doc, takes: Takes::One(words) }
    }

    /// Whether what is asked is what it takes; nothing is always.
    ///
    /// # Errors
    /// If it is something else, or there twice.
    pub fn check(&self, call: &Call) -> Result<(), Problem> {
        let name = self.name;
        if call.query.iter().filter(|(known, _)| known == name).count() > 1 {
            return Err(Problem::invalid(name, format!("{name} is there more than once")));
        }
        let Some(text) = call.asked(name) else { return Ok(()) };
        let (fits, takes) = match self.takes {
            Takes::Text => return Ok(()),
            Takes::Whole(low, high) => (
                text.parse().is_ok_and(|value| (low..=high).contains(&value)),
                format!("a whole number from {low} to {high}"),
            ),
            Takes::One(words) => (words.contains(&text), format!("one of {}", words.join(", "))),
        };
        if fits { Ok(()) } else { Err(Problem::invalid(name, format!("{name} is {takes}"))) }
    }
}

/// What a body or an answer is.
#[derive(Clone, Copy)]
pub enum Content {
    /// JSON of this shape.
    Json(Shape),
    /// Something else, of one of these media types.
    Other(&'static [&'static str]),
    /// Nothing.
    None,
}

/// One row.
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path below `/api/v1`, with `{name}` for what is named by the caller.
    pub path: &'static str,
    /// Its name, unique.
    pub id: &'static str,
    /// A sentence.
    pub doc: &'static str,
    /// Who may call it.
    pub needs: Needs,
    /// Parameters of its query.
    pub query: &'static [Parameter],
    /// What is sent to it.
    pub body: Content,
    /// Status and content of its answer.
    pub answer: (u16, Content),
    /// Who answers.
    pub handler: Handler,
}

/// The shape of a type.
pub fn shape<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Makes a [`Handler`] of an async function.
macro_rules! handler {
    ($function:path) => {
        |web, call| Box::pin($function(web, call))
    };
}
pub(crate) use handler;

impl Operation {
    /// A row without parameters.
    #[expect(clippy::too_many_arguments, reason = "a table row")]
    pub fn new(
        method: Method,
        path: &'static str,
        id: &'static str,
        doc: &'static str,
        needs: Needs,
        body: Content,
        answer: (u16, Content),
        handler: Handler,
    ) -> Operation {
        Operation { method, path, id, doc, needs, query: &[], body, answer, handler }
    }

    /// A row for whoever may look.
    pub fn get(
        path: &'static str,
        id: &'static str,
        doc: &'static str,
        answer: Content,
        handler: Handler,
    ) -> Operation {
        let (needs, answer) = (Needs::Viewer, (200, answer));
        Operation::new(Method::GET, path, id, doc, needs, Content::None, answer, handler)
    }

    /// Values of the names of its path, in their order; none if it is another path.
    pub fn matched(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        // Every request goes through the whole table, and most rows differ early: that is seen without taking them apart.
        let mut pairs =
            self.path.bytes().zip(path.bytes()).take_while(|(wanted, _)| *wanted != b'{');
        if pairs.any(|(wanted, part)| wanted != part) {
            return None;
        }
        let mut names = Vec::new();
        let mut parts = path.split('/');
        for wanted in self.path.split('/') {
            let part = parts.next()?;
            match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => names.push((name, decoded(part)?)),
                None if wanted == part => {}
                None => return None,
            }
        }
        parts.next().is_none().then_some(names)
    }
}

/// A part of a path without its percent signs; none if it is empty or no text.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (high, low) = (rest.next()?, rest.next()?);
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(high)? << 4 | digit(low)?).ok()?
            }
            other => other,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_that_of_its_row_only() {
        let check = |row: &'static str, path: &str, expected: Option<&[&str]>| {
            let handler: Handler = |_, _| Box::pin(async { Ok(Answer::Done) });
            let operation = Operation::get(row, "row", "A row.", Content::None, handler);
            let names = operation.matched(path);
            let values = names.map(|names| names.into_iter().map(|(_, value)| value).collect());
            assert_eq!(
                values,
                expected.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>()),
                "{row} {path}"
            );
        };
        check("/api/v1/meters", "/api/v1/meters", Some(&[]));
        check("/api/v1/meters", "/api/v1/meter", None);
        check("/api/v1/meters", "/api/v1/meters/", None);
        check("/api/v1/meters", "/api/v1/metering", None);
        check("/api/v1/meters/{id}", "/api/v1/meters", None);
        check("/api/v1/meters/{id}", "/api/v1/meters/", None);
        check("/api/v1/meters/{id}", "/api/v1/meters/a%20b", Some(&["a b"]));
        check("/api/v1/meters/{id}/reset", "/api/v1/meters/{x/reset", Some(&["{x"]));
        check("/api/v1/meters/{id}/reset", "/api/v1/meters/main/wiring", None);
    }
}
