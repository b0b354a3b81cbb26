//! Where the results go: the table or JSON to standard output, files to a folder.

use super::junit;
use crate::cli::VerifyOutput;
use crate::failure::{self, Failure};
use serde::Serialize;
use std::fs;
use std::io::Write;
use std::path::Path;
use verify::document::Certificate;
use verify::part::Part;

/// Makes the folder and an empty JUnit file, so that a place that cannot be written is told at once.
pub fn prepare(output: &VerifyOutput) -> Result<(), Failure> {
    output.out.as_deref().map_or(Ok(()), folder)?;
    output.junit.as_deref().map_or(Ok(()), |path| file(path, b""))
}

/// Prints a certificate and writes its files.
pub fn certificate(certificate: &Certificate, output: &VerifyOutput) -> Result<(), Failure> {
    if let Some(out) = &output.out {
        let files = report::files(certificate)
            .map_err(|error| Failure::Internal(format!("making the report: {error}")))?;
        file(&out.join("certificate.json"), json(certificate)?.as_bytes())?;
        file(&out.join("certificate.csv"), files.csv.as_bytes())?;
        file(&out.join("certificate.pdf"), &files.pdf)?;
        for (name, text) in &files.plots {
            file(&out.join(name), text.as_bytes())?;
        }
        failure::note(&format!(
            "certificate {} as PDF, JSON, CSV and {} plots in {}",
            certificate.report_id,
            files.plots.len(),
            out.display()
        ));
    }
    if let Some(path) = &output.junit {
        file(path, junit::document(certificate).as_bytes())?;
    }
    let text = if output.json { json(certificate)? } else { report::table(certificate) };
    write!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Writes what a shard has done.
pub fn part(output: &VerifyOutput, part: &Part) -> Result<(), Failure> {
    let text = json(part)?;
    if let Some(out) = &output.out {
        let (shard, shards) = part.shard;
        let path = out.join(format!("part-{shard}-of-{shards}.json"));
        file(&path, text.as_bytes())?;
        failure::note(&format!("{} pieces in {}", part.outcomes.len(), path.display()));
    }
    if output.json {
        write!(std::io::stdout().lock(), "{text}")?;
    }
    Ok(())
}

/// Pretty, with a line end.
pub fn json(document: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document);
    text.map(|text| text + "\n").map_err(|error| Failure::Internal(error.to_string()))
}

fn folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| {
        Failure::Environment(format!(
            "cannot make the folder {}: {error}; give one that can be written",
            path.display()
        ))
    })
}

fn file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| {
        Failure::Environment(format!(
            "cannot write {}: {error}; give a file in a folder that exists",
            path.display()
        ))
    })
}
