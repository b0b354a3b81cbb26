//! The configuration of an installation: its files and the environment.

use crate::cli::RunArgs;
use crate::failure::Failure;
use config::{Config, Finding, Layer, Web};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};

/// Folder beside a configuration whose files go before it.
const FOLDER: &str = "conf.d";

/// Name of the display's socket in the folder that the service manager gives.
const SOCKET: &str = "control.sock";

/// Where Modbus TCP listens when a scenario is run by its name.
const BENCH_MODBUS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 5502));

/// Where the page is served then: ports that everybody may open.
const BENCH_HTTPS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8443));
const BENCH_HTTP: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));

/// The configuration of a file, with its layers.
pub fn read(file: &Path) -> Result<Config, Failure> {
    Config::read(&layers(file)?).map_err(|findings| invalid(&findings))
}

/// The configuration of a file, or what is usual here.
pub fn named(file: Option<&Path>) -> Result<Config, Failure> {
    match file {
        Some(file) => read(file),
        None => Config::read(&surroundings()).map_err(|findings| invalid(&findings)),
    }
}

/// The layers of a file, the weakest first.
pub fn layers(file: &Path) -> Result<Vec<Layer>, Failure> {
    let folder = file.parent().unwrap_or(Path::new("")).join(FOLDER);
    let mut files = vec![file.to_path_buf()];
    files.extend(beside(&folder)?);
    let files = files.iter().map(|path| Ok(Layer::File(path.display().to_string(), text(path)?)));
    let mut layers = files.collect::<Result<Vec<Layer>, Failure>>()?;
    layers.extend(surroundings());
    Ok(layers)
}

/// The layer of the environment.
pub fn surroundings() -> Vec<Layer> {
    let ours = |name: &String| config::is_variable(name);
    let set = std::env::vars().filter(|(name, _)| ours(name));
    let mut layers: Vec<Layer> = set.map(|(name, text)| Layer::Variable(name, text)).collect();
    layers.sort_by_key(|layer| match layer {
        Layer::File(name, _) | Layer::Variable(name, _) => name.clone(),
    });
    layers
}

/// What a run's arguments say, above its configuration if it has one.
pub fn of(arguments: &RunArgs) -> Result<Config, Failure> {
    let mut config = match &arguments.config {
        Some(file) => read(file)?,
        None => {
            let usual = Config::read(&[]).expect("what is usual fits together");
            let on_bench = |web| Web { https: BENCH_HTTPS, http: BENCH_HTTP, ..web };
            Config {
                modbus: Some(BENCH_MODBUS),
                modbus_listen: BENCH_MODBUS,
                web: usual.web.clone().map(on_bench),
                ..usual
            }
        }
    };
    if let Some(scenario) = &arguments.scenario {
        config.sim.scenario.clone_from(scenario);
    }
    config.sim.seed = arguments.seed.or(config.sim.seed);
    config.sim.speed = arguments.speed.unwrap_or(config.sim.speed);
    config.modbus = arguments.modbus.or(config.modbus);
    config.modbus_listen = arguments.modbus.unwrap_or(config.modbus_listen);
    if let Some(web) = &mut config.web {
        web.https = arguments.https.unwrap_or(web.https);
        web.http = arguments.http.unwrap_or(web.http);
    }
    if arguments.no_web {
        config.web = None;
    }
    let beside = || {
        Path::new(&std::env::var_os("RUNTIME_DIRECTORY")?).join(SOCKET).to_str().map(str::to_owned)
    };
    let asked = arguments.panel.as_ref().map(|path| path.display().to_string());
    let control = asked.or_else(|| config.display.control.take());
    config.display.control = control.or_else(|| arguments.config.as_ref().and_then(|_| beside()));
    if let Some(folder) = &arguments.data {
        config.data_folder = Some(folder.display().to_string());
    }
    Ok(config)
}

/// Files of TOML in a folder by their names; none if there is no folder.
fn beside(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths =
        paths.collect::<Result<Vec<PathBuf>, _>>().map_err(|error| unreadable(folder, &error))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    Ok(paths)
}

fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Environment(format!("cannot read {}: {error}", path.display()))
}

fn invalid(findings: &[Finding]) -> Failure {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Failure::File(lines.join("\n"))
}
