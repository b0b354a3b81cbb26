//! What the program is made of, as CycloneDX 1.6: the crates that are linked into `ems`, and the npm packages of the page.
//!
//! All of it comes from the two lock files and from what cargo resolves by them, and nothing from a clock, so that the
//! same sources give the same bytes. Scope `excluded` marks a crate that runs only while the program is built: macros,
//! and what they are made of. Our own crates have neither a checksum nor a purl: they are in no registry, and what bears
//! their names there is something else.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Crates that run with the program. Cargo's own resolution for the target: `cargo metadata` would also count optional
/// crates that nobody switches on, and ask for those of the tests.
const LINKED: &str = "normal,no-proc-macro";

/// The same with macros.
const COMPILED: &str = "normal";

/// The inventory of the workspace at `root`. Tells cargo what it was read from.
///
/// # Errors
/// A sentence on what to do.
pub fn text(root: &Path) -> Result<Vec<u8>, String> {
    // Features, by which cargo resolves, stand in the manifests.
    println!("cargo::rerun-if-changed={}", root.join("Cargo.toml").display());
    let linked = tree(root, LINKED)?;
    let checksums = checksums(root)?;
    let mut components = Vec::new();
    let mut program = Value::Null;
    for found in tree(root, COMPILED)? {
        if let Some(folder) = &found.folder {
            println!("cargo::rerun-if-changed={}", folder.join("Cargo.toml").display());
        }
        if found.name == env!("CARGO_PKG_NAME") {
            program = component(&found, "application", None);
            continue;
        }
        let checksum = checksums.get(&(found.name.clone(), found.version.clone()));
        let mut one = component(&found, "library", checksum.map(String::as_str));
        one["scope"] = if linked.contains(&found) { "required" } else { "excluded" }.into();
        components.push(one);
    }
    components.extend(packages(&root.join("services/webapp/app/package-lock.json"))?);
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": program },
        "components": components,
    });
    serde_json::to_vec_pretty(&document).map_err(|error| error.to_string())
}

/// A crate of cargo's tree.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    licence: String,
    /// Where it lies, if it is ours.
    folder: Option<PathBuf>,
}

impl Crate {
    /// Of a line `name v1.2.3 (proc-macro) (/its/folder)|MIT/Apache-2.0|`; what stands behind that says only that it was
    /// there before.
    fn parse(line: &str) -> Option<Crate> {
        let mut fields = line.split('|');
        let (package, licence) = (fields.next()?, fields.next()?);
        let mut words = package.splitn(3, ' ');
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        let folder = words.next().and_then(|rest| rest.split_once("(/")?.1.strip_suffix(')'));
        // `/` is the old way to write OR, which SPDX does not know.
        let licence = licence.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ");
        let folder = folder.map(|folder| Path::new("/").join(folder));
        Some(Crate { name: name.into(), version: version.into(), licence, folder })
    }
}

/// Crates that edges of these kinds lead to from `ems`.
fn tree(root: &Path, edges: &str) -> Result<BTreeSet<Crate>, String> {
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set by cargo"));
    let done = Command::new(variable("CARGO")?)
        .args(["tree", "--locked", "--offline", "--package", "ems", "--prefix", "none"])
        .args(["--format", "{p}|{l}|", "--edges", edges, "--target", &variable("TARGET")?])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run cargo for the inventory: {error}"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        return Err(format!(
            "cargo cannot tell what ems is made of, which its inventory lists; run `cargo fetch --locked` and build \
             again ({})",
            said.join(" | ")
        ));
    }
    let lines = String::from_utf8_lossy(&done.stdout);
    let parsed = |line: &str| Crate::parse(line).ok_or(format!("cargo tree says `{line}`"));
    lines.lines().filter(|line| !line.is_empty()).map(parsed).collect()
}

/// SHA-256 by name and version, of the crates that come from a registry.
fn checksums(root: &Path) -> Result<BTreeMap<(String, String), String>, String> {
    let lock: toml::Table = read(&root.join("Cargo.lock"))?
        .parse()
        .map_err(|error| format!("Cargo.lock cannot be read: {error}"))?;
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let row = |package: &toml::Value| {
        let text = |key: &str| package.get(key)?.as_str().map(String::from);
        Some(((text("name")?, text("version")?), text("checksum")?))
    };
    Ok(packages.filter_map(row).collect())
}

fn component(found: &Crate, kind: &str, checksum: Option<&str>) -> Value {
    let Crate { name, version, licence, .. } = found;
    let mut one = json!({ "type": kind, "name": name, "version": version });
    if !licence.is_empty() {
        one["licenses"] = json!([{ "expression": licence }]);
    }
    if let Some(checksum) = checksum {
        one["purl"] = format!("pkg:cargo/{name}@{version}").into();
        one["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    one
}

/// The npm packages of a lock file that are no tools.
fn packages(path: &Path) -> Result<Vec<Value>, String> {
    let wrong = |what: &str| format!("{}: {what}", path.display());
    let lock: Value =
        serde_json::from_str(&read(path)?).map_err(|error| wrong(&error.to_string()))?;
    let packages = lock["packages"].as_object().ok_or_else(|| wrong("there are no packages"))?;
    let mut found = Vec::new();
    for (place, package) in packages {
        // The first is the app itself, whose place is the folder.
        let Some((_, name)) = place.rsplit_once("node_modules/") else { continue };
        if package["dev"] == true {
            continue;
        }
        let version = package["version"].as_str().ok_or_else(|| wrong("a version is missing"))?;
        let mut one = json!({
            "type": "library",
            "name": name,
            "version": version,
            // The `@` of a scope is escaped; that before the version is not.
            "purl": format!("pkg:npm/{}@{version}", name.replace('@', "%40")),
            "scope": "required",
        });
        if let Some(licence) = package["license"].as_str() {
            one["licenses"] = json!([{ "expression": licence }]);
        }
        if let Some(sum) = package["integrity"].as_str().and_then(|sum| sum.strip_prefix("sha512-"))
        {
            let sum = hex(sum).ok_or_else(|| wrong("an integrity is no base64"))?;
            one["hashes"] = json!([{ "alg": "SHA-512", "content": sum }]);
        }
        found.push(one);
    }
    Ok(found)
}

/// A text of a file that this is made of.
fn read(path: &Path) -> Result<String, String> {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The bytes of a text in base64, in hexadecimal.
fn hex(base64: &str) -> Option<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut out) = (0, 0, String::new());
    for byte in base64.trim_end_matches('=').bytes() {
        bits = bits << 6 | DIGITS.iter().position(|digit| *digit == byte)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push_str(&format!("{:02x}", bits >> count & 0xff));
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}
