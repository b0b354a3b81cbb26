//! The certificate of the device: made by itself at the first start, exchanged while it runs.

use super::x509;
use crate::time::rfc3339_s;
use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// A certificate with its key, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    /// Certificate, and those that vouch for it.
    pub certificate: String,
    /// Private key; never shown.
    pub key: String,
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pem").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// Why a certificate is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// There is none in the text.
    #[error("the certificate is no PEM: {0}")]
    Certificate(String),
    /// There is no key in the text.
    #[error("the private key is no PEM: {0}")]
    Key(String),
    /// They do not belong together, or are of a kind that TLS does not use.
    #[error("certificate and key do not fit: {0}")]
    Fit(String),
    /// None can be made.
    #[error("no certificate can be made: {0}")]
    Make(String),
}

/// Makes a certificate that the device signs itself, for its names and addresses.
///
/// # Errors
/// If a name cannot stand in a certificate.
pub fn make(serial: &str, names: &[String], addresses: &[IpAddr]) -> Result<Pem, CertificateError> {
    let failed = |error: rcgen::Error| CertificateError::Make(error.to_string());
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
    params.subject_alt_names.extend(addresses.iter().map(|address| SanType::IpAddress(*address)));
    params.distinguished_name.push(DnType::CommonName, format!("ems {serial}"));
    let certificate = params.self_signed(&key).map_err(failed)?;
    Ok(Pem { certificate: certificate.pem(), key: key.serialize_pem() })
}

/// One that ends sooner than this is warned of: time enough to ask for another one.
const WARNED_S: i64 = 30 * 86_400;

/// What is told of a certificate: the device's, and not of those that vouch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// SHA-256 in pairs of digits: what a browser shows.
    pub fingerprint: String,
    /// Until when it holds, in seconds since 1970.
    pub not_after_s: i64,
}

impl Facts {
    fn of(der: &[u8]) -> Result<Facts, CertificateError> {
        let pairs: Vec<String> =
            Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
        let none = || CertificateError::Certificate("it does not say until when it holds".into());
        let not_after_s = x509::not_after_s(der).ok_or_else(none)?;
        Ok(Facts { fingerprint: pairs.join(":"), not_after_s })
    }

    /// Until when it holds, as RFC 3339.
    pub fn not_after(&self) -> String {
        rfc3339_s(self.not_after_s)
    }

    /// Whether it is to be replaced: it ends within 30 days, or has ended.
    pub fn expires_soon(&self, now_s: i64) -> bool {
        self.not_after_s.saturating_sub(now_s) < WARNED_S
    }
}

fn chain(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(pem.certificate.as_bytes()).collect();
    let failed = |error: String| Err(CertificateError::Certificate(error));
    match certificates {
        Ok(certificates) if certificates.is_empty() => failed("there is none in it".into()),
        Ok(certificates) => Ok(certificates),
        Err(error) => failed(error.to_string()),
    }
}

fn certified(pem: &Pem) -> Result<(Arc<CertifiedKey>, Facts), CertificateError> {
    let chain = chain(pem)?;
    let facts = Facts::of(&chain[0])?;
    let key = PrivateKeyDer::from_pem_slice(pem.key.as_bytes())
        .map_err(|error| CertificateError::Key(error.to_string()))?;
    let key = CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider())
        .map_err(|error| CertificateError::Fit(error.to_string()))?;
    Ok((Arc::new(key), facts))
}

/// The certificate that is shown to who connects; a new one holds from the next connection on.
pub struct Shown(RwLock<(Arc<CertifiedKey>, Facts)>);

impl Shown {
    /// Shows a certificate.
    ///
    /// # Errors
    /// If it is not taken.
    pub fn new(pem: &Pem) -> Result<Shown, CertificateError> {
        Ok(Shown(RwLock::new(certified(pem)?)))
    }

    /// Shows another one; if that is not taken, the old one stays.
    ///
    /// # Errors
    /// If it is not taken.
    pub fn exchange(&self, pem: &Pem) -> Result<(), CertificateError> {
        let new = certified(pem)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// What is told of the one that is shown.
    pub fn facts(&self) -> Facts {
        self.0.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shown")
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_taken_and_what_does_not_fit_is_not() {
        let make = || make("AV2-1", &["localhost".into()], &[IpAddr::from([127, 0, 0, 1])]);
        let (one, two) = (make().expect("made"), make().expect("made"));
        assert_ne!(one.key, two.key, "no two devices have a key in common");
        let shown = Shown::new(&one).expect("taken");
        let facts = shown.facts();
        assert_eq!((facts.fingerprint.len(), facts.fingerprint.matches(':').count()), (95, 31));
        let mixed = Pem { key: two.key.clone(), ..one.clone() };
        assert!(matches!(shown.exchange(&mixed), Err(CertificateError::Fit(_))));
        let nothing = Pem { certificate: "hello".into(), ..one.clone() };
        assert!(matches!(shown.exchange(&nothing), Err(CertificateError::Certificate(_))));
        let keyless = Pem { key: String::new(), ..one.clone() };
        assert!(matches!(shown.exchange(&keyless), Err(CertificateError::Key(_))));
        assert_eq!(shown.facts(), facts, "what is not taken changes nothing");
        shown.exchange(&two).expect("taken");
        assert_ne!(shown.facts().fingerprint, facts.fingerprint);
        assert!(!format!("{one:?}").contains("PRIVATE"));
    }
    /// [W14] There is a month to replace it.
    #[test]
    fn one_that_ends_within_thirty_days_is_warned_of() {
        let facts = Facts { fingerprint: String::new(), not_after_s: 1_803_859_200 };
        assert_eq!(facts.not_after(), "2027-03-01T00:00:00Z");
        assert!(!facts.expires_soon(facts.not_after_s - WARNED_S));
        assert!(facts.expires_soon(facts.not_after_s - WARNED_S + 1));
        assert!(facts.expires_soon(facts.not_after_s + 1), "it has ended");
        assert!(!facts.expires_soon(i64::MIN));
    }
}
