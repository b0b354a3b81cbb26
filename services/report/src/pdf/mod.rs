//! `certificate.pdf`: A4, in the order that ISO/IEC 17025, 7.8 asks for.

mod conditions;
mod failing;
mod front;
mod grid;
mod lot;
mod points;
mod results;
mod uncertainty;
mod unit;

use paper::{About, Flow, Fonts};
use verify::document::{Certificate, NOTICE};

use crate::ReportError;
use crate::figure::Figures;
use crate::groups::Section;

/// What the document is called.
const TITLE: &str = "Verification certificate";

/// The document as bytes, the same for the same certificate.
pub(crate) fn certificate(
    certificate: &Certificate,
    sections: &[Section<'_>],
    figures: &Figures,
) -> Result<Vec<u8>, ReportError> {
    let unreadable = || ReportError::Pdf("a font of the program cannot be read".to_string());
    let fonts = Fonts::new().ok_or_else(unreadable)?;
    let mut flow = Flow::new(&fonts);
    front::write(&mut flow, certificate, sections);
    unit::conditions(&mut flow, certificate);
    unit::write(&mut flow, &certificate.unit);
    results::curves(&mut flow, figures);
    results::used(&mut flow, figures);
    results::points(&mut flow, sections);
    if let Some(lot) = &certificate.lot {
        lot::write(&mut flow, lot, &certificate.program.command, figures);
    }
    uncertainty::write(&mut flow, certificate);
    results::not_covered(&mut flow, certificate);
    results::conformity(&mut flow, certificate, sections);

    let program = &certificate.program;
    let head = format!("{TITLE}  {}", certificate.report_id);
    let foot = format!("{} {}, commit {}", program.name, program.version, short(&program.commit));
    let number = |page, pages| format!("Page {page} of {pages}");
    let (pages, places) = flow.finish((&fonts.clean(&head), NOTICE), &fonts.clean(&foot), number);
    paper::pdf(&pages, &places, &about(certificate), &fonts)
        .map_err(|error| ReportError::Pdf(error.0))
}

fn about(certificate: &Certificate) -> About {
    let program = &certificate.program;
    About {
        title: format!("{TITLE} {}", certificate.report_id),
        description: format!("Accuracy of an energy meter, by simulation. {NOTICE}."),
        author: format!("{} {}", program.name, program.version),
        id: certificate.report_id.clone(),
        language: "en".into(),
        created: certificate.issued.clone(),
    }
}

/// As many digits of a commit as people write.
fn short(commit: &str) -> String {
    commit.chars().take(12).collect()
}
