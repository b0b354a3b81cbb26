//! `ems import`: what an export wrote goes back into a history.
//!
//! Rows that are there already are passed over, so the same file twice is the same as once. A file of
//! another meter is taken as that meter's rows would be lost otherwise: it is refused.

use crate::cli::ImportArgs;
use crate::failure::{Failure, note};
use crate::keeping::{self, Keeping};
use files::{FilesError, Imported};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Carries out the command: file after file; the first that cannot be read ends it.
pub fn import(arguments: &ImportArgs) -> Result<(), Failure> {
    let mut keeping = keeping::open_to_read(&arguments.data)?;
    for path in &arguments.files {
        let imported = read(path)?;
        take(&mut keeping, path, imported)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Imported<'static>, Failure> {
    let file = File::open(path)
        .map_err(|error| Failure::Environment(format!("{}: {error}", path.display())))?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    let imported = match extension {
        "csv" => files::csv::read(BufReader::new(file)),
        "json" => files::json::read(BufReader::new(file)),
        "parquet" => files::parquet::read(file),
        _ => {
            return Err(Failure::Usage(format!(
                "{}: only .csv, .json and .parquet files can be imported; export in one of these formats",
                path.display()
            )));
        }
    };
    imported.map_err(|error: FilesError| Failure::File(format!("{}: {error}", path.display())))
}

fn take(keeping: &mut Keeping, path: &Path, imported: Imported<'static>) -> Result<(), Failure> {
    if imported.serial != keeping.serial {
        return Err(Failure::File(format!(
            "{}: these are rows of meter {}, and {} holds those of {}",
            path.display(),
            imported.serial,
            keeping.folder.path.display(),
            keeping.serial
        )));
    }
    let layout = keeping.history.register(&imported.layout).map_err(keeping::failure)?;
    let mut unreadable = None;
    let rows = imported.rows.map_while(|row| row.map_err(|error| unreadable = Some(error)).ok());
    let taken = keeping.history.import(layout, rows);
    let failed = |error| Failure::File(format!("{}: {error}", path.display()));
    let taken = taken.map_err(failed)?;
    note(&format!(
        "{}: {} rows taken, {} were there already",
        path.display(),
        taken.added,
        taken.known
    ));
    // Rows before the one that cannot be read are sound, and stay.
    unreadable.map_or(Ok(()), |error| Err(failed(error)))
}
