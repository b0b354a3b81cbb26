//! Makes the files of a report from a `certificate.json`, such as one of an older run.
//!
//! `cargo run -p report --example render -- certificate.json folder`

use std::error::Error;
use std::path::PathBuf;

use verify::document::Certificate;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(document), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("which certificate.json, and into which folder?".into());
    };
    let certificate: Certificate = serde_json::from_slice(&std::fs::read(document)?)?;
    let files = report::files(&certificate)?;
    std::fs::create_dir_all(folder.join("plots"))?;
    std::fs::write(folder.join("certificate.pdf"), &files.pdf)?;
    std::fs::write(folder.join("certificate.csv"), &files.csv)?;
    std::fs::write(folder.join("certificate.txt"), report::table(&certificate))?;
    for (name, text) in &files.plots {
        std::fs::write(folder.join("plots").join(name), text)?;
    }
    Ok(())
}
