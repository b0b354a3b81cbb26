//! The head of a document: where its rows come from and what their columns are, as JSON and Parquet tell it.

use crate::Facts;
use crate::columns::{Columns, Heading, Known, unknown};
use crate::error::FilesError;
use crate::stamp;
use serde::{Deserialize, Serialize};
use store::Layout;

/// Kind and version of our documents.
const SCHEMA: &str = "ems.rows/1";

/// The head.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    schema: String,
    /// Serial number of the device.
    pub serial: String,
    version: String,
    software_id: String,
    /// Name of the zone of the offsets; none if it has no name.
    zone: Option<String>,
    created: String,
    job: String,
    interval_s: u32,
    columns: Vec<HeadColumn>,
}

#[derive(Debug, Serialize, Deserialize)]
struct HeadColumn {
    path: String,
    /// Name in SQL.
    name: String,
    unit: String,
    decimals: u8,
    aggregate: String,
}

impl Head {
    /// Of a layout.
    pub fn of(layout: &Layout, columns: &Columns, facts: &Facts) -> Head {
        Head {
            schema: SCHEMA.into(),
            serial: facts.serial.clone(),
            version: facts.version.clone(),
            software_id: facts.software_id.clone(),
            zone: facts.zone.iana_name().map(String::from),
            created: stamp::utc(facts.created),
            job: layout.job.clone(),
            interval_s: layout.interval_s,
            columns: columns.headings.iter().map(head_column).collect(),
        }
    }

    /// As one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }

    /// From JSON.
    ///
    /// # Errors
    /// If it is not ours.
    pub fn from_json(text: &str) -> Result<Head, FilesError> {
        let head: Head = serde_json::from_str(text)
            .map_err(|error| FilesError::Foreign(format!("its head cannot be read ({error})")))?;
        if head.schema == SCHEMA {
            Ok(head)
        } else {
            Err(FilesError::Foreign(format!("it is `{}`, not `{SCHEMA}`", head.schema)))
        }
    }

    /// The layout that it tells.
    ///
    /// # Errors
    /// If this program has no such column, or has it with another unit or other decimals.
    pub fn layout(&self) -> Result<Layout, FilesError> {
        let known = Known::new();
        let found = self
            .columns
            .iter()
            .map(|told| known.column(&told.path).ok_or_else(|| unknown(&told.path)));
        let columns = found.collect::<Result<_, _>>()?;
        let layout = Layout { id: 0, job: self.job.clone(), interval_s: self.interval_s, columns };
        for (told, ours) in self.columns.iter().zip(&Columns::of(&layout)?.headings) {
            if (told.decimals, &told.unit) != (ours.decimals, &ours.unit) {
                let what = format!(
                    "it is in [{}] with {} decimals, this program has it in [{}] with {}",
                    told.unit, told.decimals, ours.unit, ours.decimals
                );
                return Err(FilesError::wrong(format!("column `{}`", told.path), what));
            }
        }
        Ok(layout)
    }
}

fn head_column(heading: &Heading) -> HeadColumn {
    HeadColumn {
        path: heading.path.clone(),
        name: heading.sql(),
        unit: heading.unit.clone(),
        decimals: heading.decimals,
        aggregate: heading.aggregate.slug().into(),
    }
}
