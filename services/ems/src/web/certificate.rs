//! Where the certificate lies: imported files, or the device's own, made at the first start.

use crate::failure::{Failure, note};
use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::{Pem, Shown};

/// Files of the device's own.
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "certificate.key";

/// What is shown to who connects, and where it comes from.
pub struct Certificate {
    shown: Arc<Shown>,
    /// Files of one that was imported.
    imported: Option<(PathBuf, PathBuf)>,
}

impl Certificate {
    /// The imported one; else the device's own, in a folder if it is to be kept.
    pub fn open(
        wanted: &config::Web,
        serial: &str,
        folder: Option<&Path>,
        now_s: i64,
    ) -> Result<Certificate, Failure> {
        let paths = |(certificate, key): &(String, String)| {
            (PathBuf::from(certificate), PathBuf::from(key))
        };
        let imported = wanted.certificate.as_ref().map(paths);
        let pem = match (&imported, folder) {
            (Some((certificate, key)), _) => read(certificate, key)?,
            (None, Some(folder)) => own(folder, serial, wanted.https.ip(), now_s)?,
            (None, None) => made(serial, wanted.https.ip())?,
        };
        Ok(Certificate { shown: Arc::new(taken(&pem)?), imported })
    }

    /// What TLS shows.
    pub fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown)
    }

    /// Whose it is, and its fingerprint.
    pub fn describe(&self) -> String {
        let whose =
            if self.imported.is_some() { "imported" } else { "signed by the device itself" };
        format!("{whose}, SHA-256 {}", self.shown.facts().fingerprint)
    }

    /// What is to be done about its end; nothing if that is far.
    pub fn warning(&self, now_s: i64) -> Option<String> {
        let facts = self.shown.facts();
        let remedy = match &self.imported {
            Some((certificate, _)) => {
                format!("put another one at {} and reload the configuration", certificate.display())
            }
            None => "start ems anew, and it makes another one".into(),
        };
        let ends = format!("the certificate holds until {}: {remedy}", facts.not_after());
        facts.expires_soon(now_s).then_some(ends)
    }

    /// Reads an imported one anew; one that is not taken changes nothing.
    pub fn reload(&self, now_s: i64) {
        let Some((certificate, key)) = &self.imported else { return };
        let exchanged = read(certificate, key).and_then(|pem| {
            self.shown.exchange(&pem).map_err(|error| Failure::File(error.to_string()))
        });
        if let Err(failure) = exchanged {
            note(&format!("note: the certificate is not taken over: {failure}"));
        }
        if let Some(warning) = self.warning(now_s) {
            note(&format!("note: {warning}"));
        }
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Pem, Failure> {
    let text = |path: &Path| {
        fs::read_to_string(path).map_err(|error| {
            Failure::Environment(format!("cannot read {}: {error}", path.display()))
        })
    };
    Ok(Pem { certificate: text(certificate)?, key: text(key)? })
}

fn taken(pem: &Pem) -> Result<Shown, Failure> {
    Shown::new(pem).map_err(|error| Failure::File(error.to_string()))
}

/// The one in the folder, or a new one that is kept there: at the first start, and once the old one nears its end.
fn own(folder: &Path, serial: &str, address: IpAddr, now_s: i64) -> Result<Pem, Failure> {
    let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
    let failed = |error: std::io::Error| {
        Failure::Environment(format!("cannot write {}: {error}", key.display()))
    };
    if certificate.exists() && key.exists() {
        let pem = read(&certificate, &key)?;
        let facts = taken(&pem)?.facts();
        if !facts.expires_soon(now_s) {
            return Ok(pem);
        }
        let ends = facts.not_after();
        note(&format!("note: the device's own certificate holds until {ends}; it makes a new one"));
        // A new key beside the old certificate would not be taken at the next start.
        fs::remove_file(&certificate).map_err(failed)?;
    }
    let pem = made(serial, address)?;
    write(&key, &pem.key, 0o600)
        .and_then(|()| write(&certificate, &pem.certificate, 0o644))
        .map_err(failed)?;
    Ok(pem)
}

fn write(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn made(serial: &str, address: IpAddr) -> Result<Pem, Failure> {
    let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    if !address.is_unspecified() && !addresses.contains(&address) {
        addresses.push(address);
    }
    web::make(serial, &["localhost".into()], &addresses)
        .map_err(|error| Failure::Internal(error.to_string()))
}
