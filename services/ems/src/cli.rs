//! The command line. Help texts carry an example each.

use crate::failure::Failure;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use config::Speed;
use image::MeterId;
use port::SlotId;
use sim::scenario::Fidelity;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use store::engine::Engine;

/// A three-phase energy meter and its digital twin.
#[derive(Debug, Parser)]
#[command(name = "ems", version = crate::version::LONG, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 pass, 1 expectation or limit failed, 2 usage, 3 file invalid, \
    4 environment (a port is busy, a file cannot be opened), 5 time-out, 70 internal.\n\
    Results go to standard output, progress to standard error."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the meter and serve it, on a simulated grid or as an installation is configured
    #[command(after_help = "Examples:\n  ems run\n  ems run --speed max --duration 60s --json\n  \
        ems run scenarios/wild-leg.toml --modbus 127.0.0.1:0\n  \
        ems run --config /etc/ems/config.toml")]
    Run(RunArgs),
    /// Meter a recording (COMTRADE or CSV)
    #[command(after_help = "Examples:\n  ems replay fault.cfg\n  \
        ems replay bay.cfg --map \"va=#6,vb=#7,vc=#8,ia=#1,ib=#2,ic=#3\" --to 0.9 --json\n  \
        ems replay house.csv --wiring 2p3w --front-end typical")]
    Replay(ReplayArgs),
    /// Run scenarios and judge what the meter made of them
    Scenario {
        /// What to do
        #[command(subcommand)]
        command: ScenarioCommand,
    },
    /// Write what a meter sees of a scenario as a recording (COMTRADE or CSV)
    #[command(after_help = "Examples:\n  ems record house house.cfg --duration 20s\n  \
        ems record wild-leg compressor.csv --meter esy1")]
    Record(RecordArgs),
    /// Follow one value from the terminals to the register
    #[command(after_help = "Examples:\n  ems trace house --point main.l1.active_power\n  \
        ems trace wild-leg --point esy1.system.active_energy_import.total --at 20s --json")]
    Trace(TraceArgs),
    /// Tell whether the meter holds its class, and with what margin
    #[command(after_help = "Examples:\n  ems verify\n  ems verify --full --out certificate\n  \
        ems verify --lot 1000 --json > lot.json\n  \
        ems verify --front-end spoiled/led-990.toml\n  \
        ems verify compare before/certificate.json now/certificate.json")]
    #[command(args_conflicts_with_subcommands = true)]
    Verify(Box<VerifyArgs>),
    /// Print every quantity the meter has
    #[command(after_help = "Example:\n  ems catalog --json")]
    Catalog(CatalogArgs),
    /// Print a protocol's map
    #[command(after_help = "Example:\n  ems map modbus --format csv")]
    Map(MapArgs),
    /// Write the history of a data folder as files: CSV, JSON, Parquet or XLSX
    #[command(
        after_help = "Examples:\n  ems export --job minutes --from 2026-11-01 --to 2026-12-01\n  \
        ems export --format parquet --out fleet\n  \
        ems export --format csv --step day --zone Europe/Paris --columns 'main/active_energy_import.*/delta'"
    )]
    Export(Box<ExportArgs>),
    /// Read an export back into the history
    #[command(
        after_help = "Example:\n  ems import SIM0000000001_minutes_20261101T000000Z_20261201T000000Z.csv"
    )]
    Import(ImportArgs),
    /// Look after a data folder
    Store {
        /// What to do
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Print or change what the meter is configured to
    Config {
        /// What to do
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Add a user of the page, or give one another password: at the console, also while the meter runs
    User {
        /// What to do
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Tell whether this machine has what the configured meter needs, and what to do if not
    #[command(
        after_help = "Examples:\n  sudo -u ems ems doctor --config /etc/ems/config.toml\n  ems doctor --json"
    )]
    Doctor(DoctorArgs),
    /// Calibrate the meter on a bench, and write the record of its channels
    #[command(after_help = "Example:
  systemctl stop ems; ems calibrate --config /etc/ems/config.toml")]
    Calibrate(CalibrateArgs),
    /// Read all values of a meter over Modbus TCP
    #[command(after_help = "Example:\n  ems read 127.0.0.1:5502")]
    Read(ReadArgs),
    /// Show the display: of a running meter, or of a scenario
    #[command(after_help = "Examples:\n  ems lcd --page voltage-ln --language fr\n  \
        ems lcd --page energy --png energy.png\n  ems lcd --connect /run/ems/panel --json")]
    Lcd(LcdArgs),
    /// Press a button of a running meter, and show the display after it
    #[command(after_help = "Example:\n  ems button enter --long --connect /run/ems/panel")]
    Button(ButtonArgs),
    /// Print completions for a shell
    #[command(after_help = "Example:\n  ems completions bash > /etc/bash_completion.d/ems")]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    #[command(after_help = "Example:\n  ems man /usr/local/share/man/man1")]
    Man {
        /// A folder that exists
        folder: PathBuf,
    },
}

/// The commands of `scenario`.
#[derive(Debug, Subcommand)]
pub enum ScenarioCommand {
    /// List the scenarios that come with the program
    #[command(after_help = "Example:\n  ems scenario list --json")]
    List {
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Print the text of a scenario, to copy and change
    #[command(after_help = "Example:\n  ems scenario show swell > mine.toml")]
    Show {
        /// Name of a shipped one, or a file
        scenario: String,
    },
    /// Check scenarios without running them
    #[command(after_help = "Example:\n  ems scenario check mine.toml")]
    Check {
        /// Files, or names of shipped ones; all of these if none is given
        scenarios: Vec<String>,
    },
    /// Run scenarios and judge their expectations
    #[command(after_help = "Examples:\n  ems scenario run\n  \
        ems scenario run swell mine.toml --junit result.xml\n  \
        ems scenario run house-day --fidelity phasor --json")]
    Run(ScenarioRunArgs),
    /// Write a scenario to begin with
    #[command(after_help = "Example:\n  ems scenario new mine.toml")]
    New {
        /// A file that does not exist yet
        file: PathBuf,
    },
    /// Print the JSON Schema of scenario files, for editors
    #[command(after_help = "Example:\n  ems scenario schema > scenario.schema.json")]
    Schema,
}

/// Arguments of `scenario run`.
#[derive(Debug, Args)]
pub struct ScenarioRunArgs {
    /// Files, or names of shipped ones; all of these if none is given
    pub scenarios: Vec<String>,
    /// How fast simulated time passes: realtime, max, or a factor
    #[arg(long, default_value = "max", value_parser = parse_speed)]
    pub speed: Speed,
    /// Seed of everything random; each scenario's by default
    #[arg(long)]
    pub seed: Option<u64>,
    /// waveform, sampled or phasor; each scenario's by default
    #[arg(long, value_parser = parse_fidelity)]
    pub fidelity: Option<Fidelity>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    /// Also write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Something else than a verification
    #[command(subcommand)]
    pub command: Option<VerifyCommand>,
    /// What a commit needs: all clauses on one supply, every wiring system at a few points (the default)
    #[arg(long, conflicts_with = "full")]
    pub quick: bool,
    /// Everything: whole curves, every wiring system, nominal voltage and frequency
    #[arg(long)]
    pub full: bool,
    /// Seed of everything random: the unit under test, its noise, the lot
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Make, calibrate and verify so many units besides
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=verify::LOT_MAX))]
    pub lot: u64,
    /// Only these wiring systems: 3p4w, 3p3w, 2p3w, 1p2w, wild-leg, 3x1p
    #[arg(long, value_parser = parse_wiring, value_delimiter = ',')]
    pub wiring: Vec<metering::Wiring>,
    /// Only these nominal voltages L-N: 120, 230, 277
    #[arg(long, value_name = "VOLTS", value_parser = parse_nominal_v, value_delimiter = ',')]
    pub un: Vec<f64>,
    /// The unit under test: typical, ideal or a file
    #[arg(long, value_name = "FILE", default_value = "typical")]
    pub front_end: String,
    /// Take the expanded uncertainty off each limit (by default errors up to the limit pass)
    #[arg(long)]
    pub guard_band: bool,
    #[command(flatten)]
    pub output: VerifyOutput,
    /// Do only the K-th of N shares of the work, for `ems verify merge`
    #[arg(long, value_name = "K/N", conflicts_with = "junit", value_parser = parse_shard)]
    pub shard: Option<(usize, usize)>,
}

/// Where the results of `verify` go, beside a table on standard output.
#[derive(Debug, Args)]
pub struct VerifyOutput {
    /// Folder for certificate.pdf, .json, .csv and plots
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// One JSON document instead of the table
    #[arg(long)]
    pub json: bool,
    /// Also write the verdicts as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// The commands of `verify`.
#[derive(Debug, Subcommand)]
pub enum VerifyCommand {
    /// Make one certificate of the shares that `--shard` did
    #[command(after_help = "Example:\n  ems verify merge parts/part-*.json --out certificate")]
    Merge(MergeArgs),
    /// Tell what changed between two certificates, worst first
    #[command(
        after_help = "Example:\n  ems verify compare before/certificate.json certificate.json"
    )]
    Compare {
        /// certificate.json of before
        before: PathBuf,
        /// certificate.json of now
        now: PathBuf,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `verify merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The parts of all shards, in any order
    #[arg(required = true)]
    pub parts: Vec<PathBuf>,
    #[command(flatten)]
    pub output: VerifyOutput,
}

/// Which data folder.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// The data folder; without it that of the scenario `house`, as `ems run` tells it at its start
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// The databases of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// redb 4
    Redb,
    /// sled 0.34
    Sled,
}

impl EngineName {
    /// The database.
    pub fn engine(self) -> Engine {
        match self {
            EngineName::Redb => Engine::Redb,
            EngineName::Sled => Engine::Sled,
        }
    }
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// csv, json, parquet or xlsx
    #[arg(long, default_value = "csv")]
    pub format: FileFormat,
    /// Which job's rows; all jobs by default
    #[arg(long)]
    pub job: Option<String>,
    /// First moment: 2026-11-01, 2026-11-01T06:00 (in the zone) or 2026-11-01T06:00:00Z
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Moment at which it ends, not included
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Put together to longer intervals: 5min, 1h, day, week, month, year (the last four local)
    #[arg(long)]
    pub step: Option<String>,
    /// Time zone of days and of local times; that of the configuration by default
    #[arg(long)]
    pub zone: Option<String>,
    /// Only these columns, such as main/active_power.*/mean; `*` stands for anything
    #[arg(long, value_delimiter = ',')]
    pub columns: Vec<String>,
    /// CSV for a European Excel: `;` between fields and `,` in numbers
    #[arg(long)]
    pub european: bool,
    /// Folder for the files
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// One JSON document with the names of the files that were written
    #[arg(long)]
    pub json: bool,
}

/// Formats of exported files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// A file of a header and a line for each interval
    Csv,
    /// The same as one document
    Json,
    /// A file for each device and day, for DuckDB, Spark, ClickHouse
    Parquet,
    /// A workbook
    Xlsx,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// Files that `ems export` wrote: .csv, .json or .parquet
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// The commands of `store`.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Read everything and tell what is damaged or missing
    #[command(after_help = "Example:\n  ems store check --data DIR")]
    Check {
        #[command(flatten)]
        data: DataArgs,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Tell what is there, and how much room it takes
    Stats {
        #[command(flatten)]
        data: DataArgs,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Print what happened: starts, commands and what became of them, modules, clock, damage
    #[command(after_help = "Example:\n  ems store events --after 120 --json")]
    Events {
        #[command(flatten)]
        data: DataArgs,
        /// Only events with a higher number
        #[arg(long, value_name = "N")]
        after: Option<u64>,
        /// One JSON object an event, each on a line
        #[arg(long)]
        json: bool,
    },
    /// Tell what is missing in the rows of a job, and how good the rest is
    #[command(after_help = "Example:\n  ems store gaps minutes --from 2026-11-01 --to 2026-12-01")]
    Gaps {
        #[command(flatten)]
        data: DataArgs,
        /// Which job
        job: String,
        /// First moment, as in `ems export`
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Moment at which it ends, not included
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Copy the history into the other database and go on with that
    #[command(after_help = "Example:\n  ems store migrate --to sled")]
    Migrate {
        #[command(flatten)]
        data: DataArgs,
        /// Which database
        #[arg(long)]
        to: EngineName,
    },
    /// Take what is whole out of a database that was set aside
    #[command(after_help = "Example:\n  ems store salvage DIR/history.damaged-1 --data DIR")]
    Salvage {
        #[command(flatten)]
        data: DataArgs,
        /// The database that was set aside
        aside: PathBuf,
    },
    /// Open a database and read all of it: run by `ems` itself, in a process that may fall
    #[command(hide = true)]
    Probe {
        /// The data folder
        folder: PathBuf,
        /// Which database of it
        engine: EngineName,
    },
}

/// The commands of `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print settings, log jobs, tariffs and time zone as TOML
    #[command(after_help = "Example:\n  ems config export > meter.toml")]
    Export {
        #[command(flatten)]
        data: DataArgs,
        /// What becomes of secrets, such as passwords
        #[arg(long, default_value = "filtered")]
        secrets: Secrets,
        /// File with the passphrase that encrypted secrets are for
        #[arg(long, value_name = "FILE", required_if_eq("secrets", "encrypted"))]
        passphrase_file: Option<PathBuf>,
    },
    /// Take over a file that was exported, or written by hand
    #[command(after_help = "Example:\n  ems config import meter.toml")]
    Import {
        #[command(flatten)]
        data: DataArgs,
        /// The file
        file: PathBuf,
        /// File with the passphrase of its encrypted secrets
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Tell what is wrong with the configuration of an installation
    #[command(after_help = "Example:\n  ems config check /etc/ems/config.toml")]
    Check {
        /// The file that `ems run --config` is given
        file: PathBuf,
    },
    /// Print every value that holds in an installation, and where it comes from
    #[command(after_help = "Example:\n  ems config show /etc/ems/config.toml")]
    Show {
        /// The file that `ems run --config` is given; without one, what is usual
        file: Option<PathBuf>,
    },
    /// Print the JSON Schema of the configuration of an installation, for editors
    #[command(after_help = "Example:\n  ems config schema > config.schema.json")]
    Schema,
}

/// The commands of `user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user; the password is read from standard input, one line
    #[command(
        after_help = "Example:\n  printf '%s\\n' \"$PASSWORD\" | ems user add anna --role administrator --data DIR"
    )]
    Add {
        /// 1 to 32 small letters, digits, '.', '-' or '_'
        name: String,
        /// What the user may do
        #[arg(long)]
        role: RoleName,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Give a user another password, which is read from standard input; sessions and lock-out end
    #[command(after_help = "Example:\n  ems user reset-password anna --data DIR")]
    ResetPassword {
        /// Who
        name: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List all users
    #[command(after_help = "Example:\n  ems user list --data DIR --json")]
    List {
        #[command(flatten)]
        data: DataArgs,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
}

/// Roles of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Looks
    Viewer,
    /// Works with the meter
    Operator,
    /// Decides who may, and what is served
    Administrator,
}

/// What becomes of secrets in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Secrets {
    /// Left out
    Filtered,
    /// Encrypted with a passphrase
    Encrypted,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Scenario file, or the name of a shipped one; house by default
    #[arg(conflicts_with = "config")]
    pub scenario: Option<String>,
    /// Configuration of the installation: backend, devices, ports, folders; the options below go before it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How fast simulated time passes: realtime (the default), max, or a factor
    #[arg(long, value_parser = parse_speed)]
    pub speed: Option<Speed>,
    /// Simulated time after which to stop, such as 90s, 15min or 1h (a bare number is seconds)
    #[arg(long, value_parser = parse_seconds)]
    pub duration: Option<f64>,
    /// Seed of everything random; the scenario's by default
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where the meter keeps its counters, settings and history; by default a folder of the scenario's name
    /// in $STATE_DIRECTORY, $XDG_STATE_HOME/ems or ~/.local/state/ems
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep nothing: begin anew, and forget everything at the end
    #[arg(long, conflicts_with = "data")]
    pub ephemeral: bool,
    /// Print a line for every batch of counters, rows and events that is durable
    #[arg(long, conflicts_with = "ephemeral")]
    pub acknowledge: bool,
    /// Which database a new history gets
    #[arg(long, value_name = "NAME")]
    pub engine: Option<EngineName>,
    /// Where Modbus TCP listens; port 0 takes a free one. Without --config 127.0.0.1:5502
    #[arg(long, value_name = "ADDR")]
    pub modbus: Option<SocketAddr>,
    /// Where the page is served with HTTPS; port 0 takes a free one. Without --config 127.0.0.1:8443
    #[arg(long, value_name = "ADDR", conflicts_with = "no_web")]
    pub https: Option<SocketAddr>,
    /// Where HTTP says where HTTPS is; port 0 takes a free one. Without --config 127.0.0.1:8080
    #[arg(long, value_name = "ADDR", conflicts_with = "no_web")]
    pub http: Option<SocketAddr>,
    /// Serve no page and no interface over HTTP
    #[arg(long)]
    pub no_web: bool,
    /// Be as delivered: no link that logs in, set-up first, and (without --data) a folder that is gone at the end
    #[arg(long, conflicts_with = "ephemeral")]
    pub fresh: bool,
    /// Socket at which `ems lcd` and `ems button` find the display
    #[arg(long, value_name = "SOCKET")]
    pub panel: Option<PathBuf>,
    /// One JSON object a window and a last one with the result, each on a line
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// .cfg (with its .dat beside it), .cff or .csv
    pub file: PathBuf,
    /// Wiring system: 3p4w, 3p3w, 2p3w, 1p2w, wild-leg or 3x1p; by the channels present if not given
    #[arg(long, value_parser = parse_wiring)]
    pub wiring: Option<metering::Wiring>,
    /// Which channel is what: va=NAME or va=#3 (number), separated by commas
    #[arg(long, value_name = "ROLE=CHANNEL,...")]
    pub map: Option<String>,
    /// Factors for channels, such as va=1000,ia=0.5
    #[arg(long, value_name = "ROLE=FACTOR,...")]
    pub scale: Option<String>,
    /// Section of the recording, counted from 1
    #[arg(long, default_value_t = 1)]
    pub section: usize,
    /// Resample to this rate
    #[arg(long, value_name = "HZ", value_parser = parse_positive)]
    pub rate: Option<f64>,
    /// Begin this many seconds into the section
    #[arg(long, value_name = "S", default_value_t = 0.0, value_parser = parse_not_negative)]
    pub from: f64,
    /// End this many seconds into the section
    #[arg(long, value_name = "S", value_parser = parse_not_negative)]
    pub to: Option<f64>,
    /// Analogue front end: ideal, typical or a file
    #[arg(long, default_value = "ideal")]
    pub front_end: String,
    /// Seed of a typical front end
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Scenario file, or the name of a shipped one
    pub scenario: String,
    /// File to write: .cfg (with a .dat beside it), .cff or .csv
    pub out: PathBuf,
    /// Simulated time to record; the scenario's by default, and 10s if it is endless
    #[arg(long, value_parser = parse_seconds)]
    pub duration: Option<f64>,
    /// Seed of everything random; the scenario's by default
    #[arg(long)]
    pub seed: Option<u64>,
    /// Whose samples: main, or esy1 to esy10
    #[arg(long, default_value = "main", value_parser = parse_meter)]
    pub meter: MeterId,
}

/// Arguments of `trace`.
#[derive(Debug, Args)]
pub struct TraceArgs {
    /// Scenario file, or the name of a shipped one
    pub scenario: String,
    /// Meter, scope, quantity and register, in any order, such as main.l1.active_power
    #[arg(long, value_name = "POINT")]
    pub point: String,
    /// Simulated time that the window contains
    #[arg(long, default_value = "2s", value_parser = parse_seconds)]
    pub at: f64,
    /// Seed of everything random; the scenario's by default
    #[arg(long)]
    pub seed: Option<u64>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `catalog`.
#[derive(Debug, Args)]
pub struct CatalogArgs {
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// Which protocol
    pub protocol: MapProtocol,
    /// In which format
    #[arg(long, default_value = "md")]
    pub format: MapFormat,
}

/// Protocols with a map.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MapProtocol {
    /// Registers of Modbus TCP and RTU
    Modbus,
    /// Registers of a module on the ESY bus
    Esy,
}

/// Formats of a map.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MapFormat {
    /// Markdown tables
    Md,
    /// Comma-separated values
    Csv,
    /// JSON
    Json,
}

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Configuration of the installation
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The record; that of the configuration by default
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Configuration of the installation; without one, what is usual
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder; that of the configuration by default
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Host and port, such as 127.0.0.1:5502
    #[arg(value_name = "HOST:PORT")]
    pub address: String,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `lcd`.
#[derive(Debug, Args)]
pub struct LcdArgs {
    /// Which page, menu or sheet, as --list names it; what stands there by default
    #[arg(long, value_name = "NAME")]
    pub page: Option<String>,
    /// Language: en, it, fr or de; the setting's by default
    #[arg(long, value_parser = parse_language, conflicts_with = "connect")]
    pub language: Option<i64>,
    /// Scenario file, or the name of a shipped one
    #[arg(long, default_value = "house", conflicts_with = "connect")]
    pub scenario: String,
    /// Simulated time after which to look, such as 2s or 15min (a bare number is seconds)
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = parse_seconds)]
    pub after: f64,
    /// Look at the meter that listens at this socket
    #[arg(long, value_name = "SOCKET")]
    pub connect: Option<PathBuf>,
    /// List what can be shown
    #[arg(long, conflicts_with_all = ["page", "connect", "png"])]
    pub list: bool,
    #[command(flatten)]
    pub form: PictureArgs,
}

/// Arguments of `button`.
#[derive(Debug, Args)]
pub struct ButtonArgs {
    /// up, down, back or enter
    pub key: String,
    /// Hold it
    #[arg(long)]
    pub long: bool,
    /// Socket of the running meter
    #[arg(long, value_name = "SOCKET")]
    pub connect: PathBuf,
    #[command(flatten)]
    pub form: PictureArgs,
}

/// How a picture of the display is given.
#[derive(Debug, Args)]
pub struct PictureArgs {
    /// Write it as a PNG
    #[arg(long, value_name = "FILE")]
    pub png: Option<PathBuf>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// The value of the setting for a language.
fn parse_language(text: &str) -> Result<i64, String> {
    let names = catalog::SettingId::DisplayLanguage.row().names;
    let found = names.iter().find(|(_, name)| *name == text).map(|(value, _)| *value);
    found.ok_or_else(|| "expected en, it, fr or de".into())
}

fn parse_speed(text: &str) -> Result<Speed, String> {
    text.parse().map_err(|what| format!("`{text}` {what}"))
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| c.is_ascii_alphabetic() && c != 'e').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "min" | "m" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        other => return Err(format!("unknown unit {other}: expected ms, s, min, h or d")),
    };
    match number.trim().parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value * factor),
        _ => Err("expected a time above 0, such as 90s or 15min".into()),
    }
}

/// `main`, or `esy1` to `esy10`.
pub fn parse_meter(text: &str) -> Result<MeterId, String> {
    let slots = (1..=SlotId::MAX).filter_map(SlotId::new).map(MeterId::Esy);
    std::iter::once(MeterId::Main)
        .chain(slots)
        .find(|meter| meter.slug() == text)
        .ok_or_else(|| "expected main, or esy1 to esy10".into())
}

fn parse_positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("expected a number above 0".into()),
    }
}

fn parse_not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value >= 0.0 && value.is_finite() => Ok(value),
        _ => Err("expected a number of seconds, 0 or more".into()),
    }
}

fn parse_nominal_v(text: &str) -> Result<f64, String> {
    let volts = text.trim().trim_end_matches('V').trim().parse::<f64>().ok();
    let known = verify::Selection::NOMINAL_V;
    volts
        .filter(|volts| known.contains(volts))
        .ok_or_else(|| "expected 120, 230 or 277, volts between phase and neutral".into())
}

fn parse_shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(shard, shards)| {
        Some((shard.trim().parse::<usize>().ok()?, shards.trim().parse::<usize>().ok()?))
    });
    numbers
        .filter(|(shard, shards)| (1..=*shards).contains(shard))
        .ok_or_else(|| "expected K/N with K from 1 to N, such as 2/8".into())
}

fn parse_fidelity(text: &str) -> Result<Fidelity, String> {
    Fidelity::from_slug(text).ok_or_else(|| "expected waveform, sampled or phasor".into())
}

fn parse_wiring(text: &str) -> Result<metering::Wiring, String> {
    metering::Wiring::from_slug(text).ok_or_else(|| {
        let known: Vec<_> = metering::Wiring::ALL.iter().map(|wiring| wiring.slug()).collect();
        format!("expected one of {}", known.join(", "))
    })
}

/// Writes completions.
pub fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut buffer = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ems", &mut buffer);
    std::io::Write::write_all(&mut std::io::stdout(), &buffer)?;
    Ok(())
}

/// Writes a manual page for the program and one for each command, `ems-run.1` and so on.
pub fn manual(folder: &Path) -> Result<(), Failure> {
    clap_mangen::generate_to(Cli::command(), folder).map_err(|error| {
        Failure::Environment(format!("cannot write pages into {}: {error}", folder.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_and_speeds() {
        let cases =
            [("90", 90.0), ("90s", 90.0), ("15min", 900.0), ("1.5 h", 5400.0), ("250ms", 0.25)];
        for (text, seconds) in cases {
            assert_eq!(parse_seconds(text), Ok(seconds), "{text}");
        }
        for text in ["", "0", "-3", "5 parsecs", "inf"] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
        assert_eq!(parse_speed("max"), Ok(Speed::Max));
        assert_eq!(parse_speed("60"), Ok(Speed::Times(60.0)));
        assert!(parse_speed("0").is_err());
    }
}
