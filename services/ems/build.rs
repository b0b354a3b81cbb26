//! Names the build: the commit, the software id of the metrology crates, and the inventory of all that is in it.
//!
//! The software id changes when a source of `catalog`, `port` or `metering` changes and at no other
//! time, so that an inspector can tell whether what measures is what was examined.

mod inventory;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

const METROLOGY: [&str; 3] = ["catalog", "port", "metering"];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            println!("cargo::error={sentence}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    let out = PathBuf::from(variable("OUT_DIR")?);
    let failed = |error: io::Error| error.to_string();
    println!("cargo::rustc-env=EMS_SOFTWARE_ID={:016x}", software_id(&root).map_err(failed)?);
    println!("cargo::rustc-env=EMS_COMMIT={}", commit(&root));
    fs::write(out.join("inventory.cdx.json"), inventory::text(&root)?).map_err(failed)?;
    let shipped = shipped_scenarios(&root.join("scenarios")).map_err(failed)?;
    fs::write(out.join("shipped.rs"), shipped).map_err(failed)
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set; run this by cargo"))
}

/// FNV-1a over names and texts of the sources.
fn software_id(root: &Path) -> io::Result<u64> {
    let mut sources = Vec::new();
    for name in METROLOGY {
        let folder = root.join("twin").join(name).join("src");
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(&folder, &mut sources)?;
    }
    sources.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in &sources {
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        // Line ends differ between checkouts; the text does not.
        let text = fs::read_to_string(path)?.replace("\r\n", "\n");
        for byte in name.bytes().chain([0]).chain(text.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    Ok(hash)
}

/// The code of `SHIPPED`, the names and texts of all files of the folder of scenarios.
fn shipped_scenarios(folder: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut code = String::from(
        "/// Scenarios that come with the program, by name.\npub const SHIPPED: &[(&str, &str)] = &[\n",
    );
    for path in files {
        let name = path.file_stem().expect("it has an extension").to_string_lossy();
        let path = path.canonicalize()?;
        code.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    code.push_str("];\n");
    Ok(code)
}

fn collect(folder: &Path, sources: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, sources)?;
        } else {
            sources.push(path);
        }
    }
    Ok(())
}

fn commit(root: &Path) -> String {
    for watched in [".git/HEAD", ".git/logs/HEAD"] {
        if root.join(watched).exists() {
            println!("cargo::rerun-if-changed={}", root.join(watched).display());
        }
    }
    let output =
        Command::new("git").arg("-C").arg(root).args(["rev-parse", "--short=12", "HEAD"]).output();
    match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_string()
        }
        // A source archive has no repository.
        _ => "unknown".to_string(),
    }
}
