//! Has npm build the app and puts its files into the program.
//!
//! npm works on a copy in OUT_DIR, so that nothing is written beside the sources, and cargo runs this again only if a
//! source has changed. What npm installed stays there from one build to the next.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

/// What the app is made of, beside the sources.
const SOURCES: [&str; 6] =
    ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src"];

/// Compression at build time may take its time.
const LEVEL: Compression = Compression::best();

/// Files smaller than this are not worth compressing.
const GZIP_BYTES_MIN: usize = 256;

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
    let app = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("app");
    let out = PathBuf::from(variable("OUT_DIR")?);
    let copy = out.join("app");
    println!("cargo::rerun-if-changed=build.rs");
    for name in SOURCES.iter().chain(&["public"]) {
        println!("cargo::rerun-if-changed={}", app.join(name).display());
    }
    bring(&app, &copy).map_err(|error| format!("copying the web app: {error}"))?;
    install(&copy)?;
    npm(&copy, &["run", "--silent", "build"])?;
    let code =
        embed(&copy.join("dist")).map_err(|error| format!("reading the built web app: {error}"))?;
    fs::write(out.join("assets.rs"), code).map_err(|error| error.to_string())
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set; run this by cargo"))
}

/// Copies the sources; what is no longer among them goes.
fn bring(app: &Path, copy: &Path) -> io::Result<()> {
    fs::create_dir_all(copy)?;
    for name in ["src", "public", "dist"] {
        match fs::remove_dir_all(copy.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    for name in SOURCES.iter().chain(&["public"]) {
        if app.join(name).exists() {
            copy_all(&app.join(name), &copy.join(name))?;
        }
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Installs what the lock file says, unless that is what is there.
fn install(copy: &Path) -> Result<(), String> {
    let lock = fs::read(copy.join("package-lock.json")).map_err(|error| error.to_string())?;
    let stamp = copy.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    npm(copy, &["ci", "--no-audit", "--no-fund", "--prefer-offline"])?;
    fs::write(stamp, lock).map_err(|error| error.to_string())
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let done = Command::new("npm").args(arguments).current_dir(folder).output();
    let done = done.map_err(|_| {
        "the web app is built with Node.js 20.19 or later and its npm, and there is no npm here: install Node.js \
         from https://nodejs.org or your distribution, and build again"
            .to_string()
    })?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = last[last.len().saturating_sub(12)..].join(" | ");
    Err(format!("npm {} failed in {}: {last}", arguments.join(" "), folder.display()))
}

/// The files of a folder as Rust: a table of their bytes.
fn embed(dist: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(dist, &mut files)?;
    files.sort();
    let mut code = String::from("/// All files.\npub const ASSETS: &[Asset] = &[\n");
    for file in files {
        let name = file.strip_prefix(dist).expect("it was found there");
        let name = name.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&file)?;
        let packed = pack(&bytes)?;
        let gzip = match packed {
            Some(packed) => {
                let beside = file.with_file_name(format!(
                    "{}.gz",
                    file.file_name().expect("a file has a name").to_string_lossy()
                ));
                fs::write(&beside, packed)?;
                format!("Some(include_bytes!({beside:?}))")
            }
            None => "None".into(),
        };
        let (media, hashed) = (media(&name), name.starts_with("assets/"));
        let tag = format!("{:016x}", fnv(&bytes));
        writeln!(
            code,
            "    Asset {{ path: {name:?}, media: {media:?}, bytes: include_bytes!({file:?}), gzip: {gzip}, tag: {tag:?}, hashed: {hashed} }},"
        )
        .expect("a String takes everything");
    }
    code.push_str("];\n");
    Ok(code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn pack(bytes: &[u8]) -> io::Result<Option<Vec<u8>>> {
    if bytes.len() < GZIP_BYTES_MIN {
        return Ok(None);
    }
    let mut encoder = GzEncoder::new(Vec::new(), LEVEL);
    encoder.write_all(bytes)?;
    let packed = encoder.finish()?;
    Ok((packed.len() < bytes.len()).then_some(packed))
}

fn media(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// FNV-1a, which tells one file from another.
fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
