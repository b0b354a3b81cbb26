//! `ems config`: what the meter is configured to, as one TOML document.

use crate::cli::{ConfigCommand, DataArgs, Secrets};
use crate::failure::{Failure, note};
use crate::installation;
use crate::keeping;
use crate::secret;
use catalog::{SETTINGS, SettingId};
use std::io::Write;
use std::path::Path;
use store::job::Configuration;

/// Carries out a command.
pub fn carry_out(command: &ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Export { data, secrets, passphrase_file } => {
            export(data, *secrets, passphrase_file.as_deref())
        }
        ConfigCommand::Import { data, file, passphrase_file } => {
            import(data, file, passphrase_file.as_deref())
        }
        ConfigCommand::Check { file } => {
            installation::read(file)?;
            note(&format!("{} is in order", file.display()));
            Ok(())
        }
        ConfigCommand::Show { file } => {
            let layers = file
                .as_deref()
                .map_or_else(|| Ok(installation::surroundings()), installation::layers)?;
            write!(std::io::stdout().lock(), "{}", config::show(&layers))?;
            Ok(())
        }
        ConfigCommand::Schema => {
            writeln!(std::io::stdout().lock(), "{:#}", config::schema())?;
            Ok(())
        }
    }
}

fn export(data: &DataArgs, secrets: Secrets, passphrase: Option<&Path>) -> Result<(), Failure> {
    let keeping = keeping::open_to_read(data)?;
    let passphrase = passphrase.map(read_passphrase).transpose()?;
    let kept = keeping.parameters.parameters().to_settings();
    let open = SETTINGS.iter().filter(|row| !is_secret(row.id));
    let settings = open.map(|row| (row.id, kept.get(row.id))).collect();
    let mut text = Configuration { settings, ..keeping.configuration.clone() }.to_toml();
    // Settings are the last table, so that secrets go on in it.
    for row in SETTINGS.iter().filter(|row| is_secret(row.id)) {
        text.push_str(&match (secrets, &passphrase) {
            (Secrets::Encrypted, Some(passphrase)) => {
                let value = kept.get(row.id).to_string();
                let sealed = secret::encrypt(row.slug, &value, passphrase, random()?);
                format!("{} = \"{sealed}\"\n", row.slug)
            }
            _ => format!("# {} is a secret, which is left out.\n", row.slug),
        });
    }
    write!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

fn import(data: &DataArgs, file: &Path, passphrase: Option<&Path>) -> Result<(), Failure> {
    let failed = |error: String| Failure::File(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Environment(format!("{}: {error}", file.display())))?;
    let passphrase = passphrase.map(read_passphrase).transpose()?;
    let text = opened(&text, passphrase.as_deref()).map_err(failed)?;
    let configuration = Configuration::parse(&text).map_err(|error| failed(error.to_string()))?;
    let (folder, mut bank) = keeping::open_parameters(data)?;
    let mut parameters = bank.parameters().clone();
    let mut settings = parameters.to_settings();
    for (id, value) in &configuration.settings {
        let accepted = settings.set(*id, *value);
        assert!(accepted, "the reader accepts no other values");
    }
    parameters.keep_settings(&settings);
    parameters.configuration = Configuration { settings: Vec::new(), ..configuration }.to_toml();
    let changed =
        bank.write(parameters).map_err(|error| Failure::Environment(error.to_string()))?;
    let path = folder.path.display();
    note(&match changed {
        true => format!("taken over into {path}; it holds from the next start on"),
        false => format!("{path} has this configuration already"),
    });
    Ok(())
}

fn is_secret(id: SettingId) -> bool {
    id == SettingId::Password
}

/// A text with its encrypted secrets opened, line by line, so that errors name the same lines.
fn opened(text: &str, passphrase: Option<&str>) -> Result<String, String> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let sealed =
            line.split_once(" = \"").filter(|(_, value)| value.starts_with(secret::PREFIX));
        let Some((name, value)) = sealed else {
            lines.push(line.to_string());
            continue;
        };
        let passphrase = passphrase.ok_or_else(|| {
            format!("line {number}: {name} is encrypted; give its passphrase by --passphrase-file")
        })?;
        let value =
            secret::decrypt(name.trim(), value.trim_end().trim_end_matches('"'), passphrase)
                .ok_or_else(|| {
                    format!("line {number}: the passphrase does not open {name}, or it was altered")
                })?;
        lines.push(format!("{name} = {value}"));
    }
    Ok(lines.join("\n"))
}

fn read_passphrase(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Environment(format!("{}: {error}", file.display())))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(Failure::File(format!("{}: there is no passphrase in it", file.display()))),
        passphrase => Ok(passphrase.to_string()),
    }
}

fn random() -> Result<[u8; 28], Failure> {
    let mut bytes = [0; 28];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Environment(format!("no random numbers: {error}")))?;
    Ok(bytes)
}
