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
    fingerprint: String,
    /// Files of one that was imported.
    imported: Option<(PathBuf, PathBuf)>,
}

impl Certificate {
    /// The imported one; else the device's own, in a folder if it is to be kept.
    pub fn open(
        wanted: &config::Web,
        serial: &str,
        folder: Option<&Path>,
    ) -> Result<Certificate, Failure> {
        let paths = |(certificate, key): &(String, String)| {
            (PathBuf::from(certificate), PathBuf::from(key))
        };
        let imported = wanted.certificate.as_ref().map(paths);
        let pem = match (&imported, folder) {
            (Some((certificate, key)), _) => read(certificate, key)?,
            (None, Some(folder)) => own(folder, serial, wanted.https.ip())?,
            (None, None) => made(serial, wanted.https.ip())?,
        };
        let refused = |error: web::CertificateError| Failure::File(error.to_string());
        let shown = Arc::new(Shown::new(&pem).map_err(refused)?);
        let fingerprint = web::fingerprint(&pem).map_err(refused)?;
        Ok(Certificate { shown, fingerprint, imported })
    }

    /// What TLS shows.
    pub fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown)
    }

    /// Whose it is, and its fingerprint.
    pub fn describe(&self) -> String {
        let whose =
            if self.imported.is_some() { "imported" } else { "signed by the device itself" };
        format!("{whose}, SHA-256 {}", self.fingerprint)
    }

    /// Reads an imported one anew; one that is not taken changes nothing.
    pub fn reload(&self) {
        let Some((certificate, key)) = &self.imported else { return };
        let exchanged = read(certificate, key).and_then(|pem| {
            self.shown.exchange(&pem).map_err(|error| Failure::File(error.to_string()))
        });
        if let Err(failure) = exchanged {
            note(&format!("note: the certificate is not taken over: {failure}"));
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

/// The one in the folder, or a new one that is kept there.
fn own(folder: &Path, serial: &str, address: IpAddr) -> Result<Pem, Failure> {
    let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
    if certificate.exists() && key.exists() {
        return read(&certificate, &key);
    }
    let pem = made(serial, address)?;
    let written =
        write(&key, &pem.key, 0o600).and_then(|()| write(&certificate, &pem.certificate, 0o644));
    written.map_err(|error| {
        Failure::Environment(format!("cannot write {}: {error}", key.display()))
    })?;
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
