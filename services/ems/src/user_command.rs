//! `ems user`: users of the page, at the console.

use crate::cli::{RoleName, UserCommand};
use crate::data_folder;
use crate::failure::{Failure, note};
use crate::web::FolderShelf;
use accounts::{Accounts, AccountsError, Role};
use jiff::Timestamp;
use serde::Serialize;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

/// Folder of the documents of the page within a data folder.
pub const FOLDER: &str = "web";

/// Longest line that is read as a password.
const LINE_MAX: u64 = 1024;

/// Carries out the command.
pub fn carry_out(command: &UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { name, role, data } => {
            let accounts = open(data.data.as_deref())?;
            let password = password()?;
            let role = match role {
                RoleName::Viewer => Role::Viewer,
                RoleName::Operator => Role::Operator,
                RoleName::Administrator => Role::Administrator,
            };
            let user = accounts.add_user(name, &password, role, now_s()).map_err(refused)?;
            note(&format!("{} may log in as {}", user.name, user.role.slug()));
            Ok(())
        }
        UserCommand::ResetPassword { name, data } => {
            let accounts = open(data.data.as_deref())?;
            let password = password()?;
            accounts.set_password(name, &password).map_err(refused)?;
            note(&format!("{name} has another password, and is logged out everywhere"));
            Ok(())
        }
        UserCommand::List { data, json } => list(&open(data.data.as_deref())?, *json),
    }
}

/// The users of a data folder.
fn open(asked: Option<&Path>) -> Result<Accounts, Failure> {
    let folder = data_folder::folder(asked, None)?;
    let failed = |error: host::ShelfError| Failure::Environment(error.to_string());
    let shelf = FolderShelf::open(&folder.join(FOLDER)).map_err(failed)?;
    Accounts::open(Arc::new(shelf)).map_err(|error| Failure::File(error.to_string()))
}

/// A line of standard input. Somebody who types it is asked for it.
fn password() -> Result<String, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        note("the password, and Enter (it is shown as you type; a pipe keeps it off the screen):");
    }
    let mut line = String::new();
    let mut limited = std::io::Read::take(input.lock(), LINE_MAX);
    limited
        .read_line(&mut line)
        .map_err(|error| Failure::Environment(format!("reading the password: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::Usage(
            "no password came on standard input: printf '%s\\n' \"$PASSWORD\" | ems user ..."
                .into(),
        ));
    }
    Ok(password.into())
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    users: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    username: String,
    role: &'static str,
}

fn list(accounts: &Accounts, json: bool) -> Result<(), Failure> {
    let users = accounts.users().map_err(|error| Failure::Environment(error.to_string()))?;
    let users: Vec<Listed> = users
        .into_iter()
        .map(|user| Listed { username: user.name, role: user.role.slug() })
        .collect();
    let mut out = std::io::stdout().lock();
    if json {
        let text = serde_json::to_string_pretty(&Document { schema: 1, users })
            .map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(out, "{text}")?;
        return Ok(());
    }
    for user in users {
        writeln!(out, "{:<32} {}", user.username, user.role)?;
    }
    Ok(())
}

fn refused(error: AccountsError) -> Failure {
    match error {
        AccountsError::Shelf(error) => Failure::Environment(error.to_string()),
        other => Failure::Usage(other.to_string()),
    }
}

fn now_s() -> i64 {
    Timestamp::now().as_second()
}
