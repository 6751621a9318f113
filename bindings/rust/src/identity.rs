//! Who the host is to a server that asks for a certificate.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, parse_pem};

/// A client certificate with its private key, as a body has them that enters under `/enti`
/// (PROTOCOL section 1.3). `Debug` shows neither.
#[derive(Clone)]
pub struct Identity {
    pub(crate) certificate: ClientCert,
    /// The one that was asked whether it can use the key.
    pub(crate) provider: Arc<CryptoProvider>,
}

/// Why a client certificate cannot be used; the files are at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// No certificate in it, or a damaged one.
    #[error("the file of the client certificate holds no readable PEM certificate")]
    Certificate,
    /// No private key in it, one behind a passphrase, or one of a kind that is not supported.
    #[error(
        "the file of the client's key holds no usable PEM private key: RSA from 2048 bits or \
         ECDSA, without a passphrase"
    )]
    Key,
    /// Two that do not belong together, or a chain that begins with an authority.
    #[error("the client's key is not that of the first certificate in the file")]
    Mismatch,
}

impl Identity {
    /// Reads a chain, the client's own certificate first and no root needed, and the key of the
    /// first. Both may be in one file, which is then given twice.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let mut certificates: Vec<Certificate<'static>> = Vec::new();
        for item in parse_pem(chain) {
            if let PemItem::Certificate(found) = item.map_err(|_| IdentityError::Certificate)? {
                certificates.push(found);
            }
        }
        if certificates.is_empty() {
            return Err(IdentityError::Certificate);
        }
        // What is wrong with the pair would be a panic inside ureq, at the first connection.
        let provider = Arc::new(ring::default_provider());
        let chain = certificates.iter().map(|c| CertificateDer::from(c.der().to_vec())).collect();
        let der = PrivateKeyDer::from_pem_slice(key).map_err(|_| IdentityError::Key)?;
        CertifiedKey::from_der(chain, der, &provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => IdentityError::Mismatch,
            rustls::Error::InvalidCertificate(_) => IdentityError::Certificate,
            _ => IdentityError::Key,
        })?;
        let key = PrivateKey::from_pem(key).map_err(|_| IdentityError::Key)?;
        let certificate = ClientCert::new_with_certs(&certificates, key);
        Ok(Identity { certificate, provider })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}
