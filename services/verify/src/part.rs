//! A part of a verification that was done elsewhere, and how parts become one again.

use crate::document::Program;
use crate::job::{Job, Outcome, Request};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tells a part from a certificate.
const KIND: &str = "part of a verification";

/// Outcomes of some pieces of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What this file is.
    pub kind: String,
    /// The program that did it.
    pub program: Program,
    /// What was asked for.
    pub request: Request,
    /// Which of how many shards, from 1.
    pub shard: (usize, usize),
    /// Outcomes by piece.
    pub outcomes: BTreeMap<usize, Outcome>,
}

/// Why parts do not make a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// No part was given.
    #[error("there is no part to merge")]
    None,
    /// A file is something else.
    #[error(
        "{0} is no part of a verification; give the part-K-of-N.json files that `--shard K/N` wrote"
    )]
    NotAPart(String),
    /// Parts are of different requests or programs.
    #[error("{0} and {1} are of different verifications: {2} differs")]
    Different(String, String, &'static str),
    /// A piece is there twice.
    #[error("{0} and another file hold the same shard")]
    Twice(String),
    /// An outcome is not of the piece that it stands for.
    #[error(
        "what the parts hold of piece {0} does not fit the plan: merge with the program that made the parts"
    )]
    Unfit(usize),
    /// Pieces are missing.
    #[error("{missing} of {pieces} pieces are missing: give the parts of all {shards} shards")]
    Missing {
        /// How many.
        missing: usize,
        /// Of how many.
        pieces: usize,
        /// Shards there should be.
        shards: usize,
    },
}

impl Part {
    /// Of a shard; `outcomes` are of its own pieces.
    pub fn new(
        program: Program,
        request: Request,
        shard: (usize, usize),
        outcomes: BTreeMap<usize, Outcome>,
    ) -> Part {
        Part { kind: KIND.to_string(), program, request, shard, outcomes }
    }

    /// Reads a file, whose name is for the error.
    ///
    /// # Errors
    /// If it is not a part.
    pub fn parse(name: &str, text: &str) -> Result<Part, MergeError> {
        let part: Option<Part> = serde_json::from_str(text).ok();
        part.filter(|part| part.kind == KIND).ok_or_else(|| MergeError::NotAPart(name.to_string()))
    }

    /// Pieces of a shard, of so many: every `shards`-th, so that all shards have some of everything.
    pub fn pieces((shard, shards): (usize, usize), pieces: usize) -> impl Iterator<Item = usize> {
        (shard - 1..pieces).step_by(shards)
    }
}

/// The whole of named parts: what was asked for and all outcomes by piece.
///
/// # Errors
/// If they are not of one verification, or overlap.
pub fn merge(parts: Vec<(String, Part)>) -> Result<Part, MergeError> {
    let mut parts = parts.into_iter();
    let (first_name, mut whole) = parts.next().ok_or(MergeError::None)?;
    for (name, part) in parts {
        let different =
            |what: &'static str| Err(MergeError::Different(first_name.clone(), name.clone(), what));
        // First, since the command line that a program tells follows from it.
        if part.request != whole.request {
            return different("what was asked for");
        }
        if part.program != whole.program {
            return different("the program");
        }
        if part.shard.1 != whole.shard.1 {
            return different("the number of shards");
        }
        for (piece, outcome) in part.outcomes {
            if whole.outcomes.insert(piece, outcome).is_some() {
                return Err(MergeError::Twice(name));
            }
        }
    }
    Ok(whole)
}

/// All outcomes of a job in order, if each of its pieces has one.
///
/// # Errors
/// If there are gaps, or the parts come from a program whose plan is another.
pub fn complete(whole: Part, job: &Job) -> Result<Vec<Outcome>, MergeError> {
    let (pieces, shards) = (job.pieces(), whole.shard.1);
    if let Some((piece, _)) = whole.outcomes.iter().find(|(piece, of)| !job.fits(**piece, of)) {
        return Err(MergeError::Unfit(*piece));
    }
    let missing = pieces - whole.outcomes.len();
    if missing > 0 {
        return Err(MergeError::Missing { missing, pieces, shards });
    }
    Ok(whole.outcomes.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every piece belongs to one shard.
    #[test]
    fn shards_share_the_pieces_out() {
        for shards in 1..6 {
            let mut all: Vec<usize> =
                (1..=shards).flat_map(|shard| Part::pieces((shard, shards), 17)).collect();
            all.sort_unstable();
            assert_eq!(all, (0..17).collect::<Vec<_>>());
        }
    }
}
