//! A certificate for people: a PDF, its pictures as SVG, and tables as CSV and plain text.
//!
//! Everything is computed from a [`Certificate`] and nothing else: no file, no clock. The same
//! certificate gives the same bytes. Pages and figures are
//! those of `paper`.

mod csv;
mod figure;
mod format;
mod groups;
mod pdf;
mod terminal;

pub use csv::csv;
pub use terminal::table;
use verify::document::Certificate;

/// The files of a certificate, but for the document itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// `certificate.pdf`.
    pub pdf: Vec<u8>,
    /// `certificate.csv`.
    pub csv: String,
    /// Name, which ends in `.svg`, and text of each figure, in the order of the PDF.
    pub plots: Vec<(String, String)>,
}

/// Why no report can be made of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// A point belongs to no clause, so its limit comes from nowhere.
    #[error("point {point} is of clause {clause}, which the certificate does not hold")]
    UnknownClause {
        /// Id of the point.
        point: String,
        /// Id of the clause.
        clause: String,
    },
    /// An error, limit or applied value is not a number, so there is nothing to print or draw.
    #[error("point {point}: its {field} is not a finite number")]
    NotFinite {
        /// Id of the point.
        point: String,
        /// Name of the field.
        field: &'static str,
    },
    /// The document could not be written.
    #[error("writing the PDF: {0}")]
    Pdf(String),
}

/// Makes all files of a certificate.
///
/// Fails if a point has no clause or holds something that is not a number.
pub fn files(certificate: &Certificate) -> Result<Files, ReportError> {
    check(certificate)?;
    let sections = groups::sections(certificate);
    let figures = figure::all(certificate, &sections);
    Ok(Files {
        pdf: pdf::certificate(certificate, &sections, &figures)?,
        csv: csv(certificate),
        plots: figures.files(),
    })
}

fn check(certificate: &Certificate) -> Result<(), ReportError> {
    for point in &certificate.points {
        let known = |clause: &&verify::document::ClauseResult| {
            clause.id == point.clause && clause.arm == point.arm
        };
        if certificate.clauses.iter().find(known).is_none() {
            let (point, clause) = (point.id.clone(), point.clause.clone());
            return Err(ReportError::UnknownClause { point, clause });
        }
        let numbers = [
            ("indicated value", point.indicated),
            ("reference", point.reference),
            ("error", point.error),
            ("limit", point.limit),
            ("uncertainty", point.uncertainty),
            ("applied current", point.applied.current_a),
        ];
        if let Some((field, _)) = numbers.into_iter().find(|(_, value)| !value.is_finite()) {
            return Err(ReportError::NotFinite { point: point.id.clone(), field });
        }
    }
    Ok(())
}
