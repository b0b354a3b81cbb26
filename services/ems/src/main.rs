//! `ems`: the one binary. It reads the command line, opens files and sockets, and joins the parts;
//! what they do is in their crates.

mod calibrate_command;
mod catalog_command;
mod channels;
mod cli;
mod config_command;
mod converter;
mod data_folder;
mod device;
mod doctor;
mod document;
mod failure;
mod history;
mod installation;
mod issued;
mod keeping;
mod lcd_command;
mod live;
mod map_command;
mod progress_line;
mod read_command;
mod record_command;
mod replay;
mod run;
mod scenario;
mod secret;
mod store_command;
mod table;
mod trace_command;
mod trace_document;
mod trace_print;
mod user_command;
mod verify_command;
mod version;
mod web;

use clap::Parser;
use cli::{Cli, Command};
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // The panic's own message is already on standard error; what is left to give is the exit code.
    let done = std::panic::catch_unwind(|| carry_out(cli.command)).unwrap_or_else(|_| {
        Err(Failure::Internal("the program stopped at a fault of its own".into()))
    });
    match done {
        // A reader that closed the pipe has what it wanted.
        Ok(()) | Err(Failure::OutputClosed) => ExitCode::SUCCESS,
        Err(failure) => {
            failure::report(&failure);
            ExitCode::from(failure.code())
        }
    }
}

fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Replay(arguments) => replay::replay(&arguments),
        Command::Record(arguments) => record_command::record(&arguments),
        Command::Trace(arguments) => trace_command::trace(&arguments),
        Command::Catalog(arguments) => catalog_command::print(arguments.json),
        Command::Map(arguments) => map_command::print(&arguments),
        Command::Scenario { command } => scenario::carry_out(&command),
        Command::Verify(arguments) => verify_command::carry_out(&arguments),
        Command::Export(arguments) => history::export::export(&arguments),
        Command::Import(arguments) => history::import::import(&arguments),
        Command::Store { command } => store_command::carry_out(&command),
        Command::Config { command } => config_command::carry_out(&command),
        Command::User { command } => user_command::carry_out(&command),
        Command::Doctor(arguments) => doctor::carry_out(&arguments),
        Command::Calibrate(arguments) => calibrate_command::carry_out(&arguments),
        Command::Read(arguments) => read_command::read(&arguments),
        Command::Lcd(arguments) => lcd_command::lcd(&arguments),
        Command::Button(arguments) => lcd_command::button(&arguments),
        Command::Completions { shell } => cli::completions(shell),
        Command::Man { folder } => cli::manual(&folder),
    }
}
