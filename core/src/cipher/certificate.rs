//! X.509 certificates of the service's key: which key, until when.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::spki::ObjectIdentifier;

use super::{KeyError, PublicKey};
use crate::time::Timestamp;

/// SHA-256 of SanitelCF's SubjectPublicKeyInfo, the same in all its certificates
/// (PROTOCOL section 3.1).
const SANITEL_SPKI: [u8; 32] = [
    0xd1, 0x91, 0x6c, 0x0a, 0x1a, 0x86, 0xeb, 0x6a, 0xf0, 0x4b, 0xe4, 0x74, 0x1e, 0xe2, 0x05, 0x5c,
    0x0f, 0xc3, 0xda, 0x55, 0x2f, 0xb4, 0x14, 0x3d, 0x4c, 0x5a, 0x5e, 0xd7, 0xe1, 0xbe, 0xba, 0xba,
];
/// SHA-256 of the SanitelCF certificate in force since 2024-01-23, serial 641F19FDC36E2533.
const SANITEL_FINGERPRINT: [u8; 32] = [
    0x8e, 0x7e, 0x18, 0x7d, 0xae, 0x44, 0x8d, 0x92, 0xf7, 0x8b, 0x30, 0xdd, 0xa6, 0x25, 0x3c, 0xf5,
    0xfc, 0x61, 0x05, 0xd2, 0xaf, 0xdc, 0x85, 0x11, 0x1c, 0xa7, 0x29, 0x70, 0x8e, 0x07, 0xde, 0x01,
];
/// 2024-01-23T15:27:18Z and 2027-01-23T15:27:17Z.
const SANITEL_VALIDITY: (Timestamp, Timestamp) =
    (Timestamp(1_706_023_638_000), Timestamp(1_800_718_037_000));
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const MAX_LEN: usize = 64 * 1024;
const DAY: i64 = 86_400_000;

/// The service's key with the validity of the certificate that carries it.
///
/// An expired certificate still encrypts: the service sees only ciphertext. So expiry is a warning
/// with a countdown, never a stop; what must be announced is a different key (PROTOCOL 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    key: PublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
    sha256: Fingerprint,
    spki_sha256: Fingerprint,
}

/// A SHA-256 digest; `Debug` and `Display` print lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fingerprint([u8; 32]);

/// Whether a key is the one built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The key of SanitelCF known since 2015: at most a renewal of the certificate.
    Known,
    /// Another key. The service reads only what is encrypted with its own, so a wrong file here
    /// makes every sending fail with code 002.
    Different,
}

/// Why a file is not a certificate the service's key can be taken from; the host's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Over 64 KiB.
    #[error("a certificate is shorter than 65536 bytes")]
    TooLarge,
    /// Neither DER nor PEM of an X.509 certificate.
    #[error("not an X.509 certificate in DER or PEM")]
    Format,
    /// The key is not RSA.
    #[error("the key of the certificate is not RSA")]
    NotRsa,
    /// An RSA key that the service could not use.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Certificate {
    /// The certificate built in: its key, and the dates of the issue in force.
    pub fn sanitel() -> Self {
        Certificate {
            key: PublicKey::sanitel(),
            not_before: SANITEL_VALIDITY.0,
            not_after: SANITEL_VALIDITY.1,
            sha256: Fingerprint(SANITEL_FINGERPRINT),
            spki_sha256: Fingerprint(SANITEL_SPKI),
        }
    }

    /// Reads a certificate file, DER or PEM, such as the `SanitelCF.cer` of the official kit.
    /// The first certificate of a PEM file counts; its signature is not checked, because the host
    /// chose the file.
    pub fn parse(der_or_pem: &[u8]) -> Result<Self, CertificateError> {
        if der_or_pem.len() >= MAX_LEN {
            return Err(CertificateError::TooLarge);
        }
        match pem_body(der_or_pem) {
            Some(body) => {
                let der = STANDARD.decode(body).map_err(|_| CertificateError::Format)?;
                Self::from_der(&der)
            }
            None => Self::from_der(der_or_pem),
        }
    }

    fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let certificate =
            x509_cert::Certificate::from_der(der).map_err(|_| CertificateError::Format)?;
        let body = certificate.tbs_certificate();
        let info = body.subject_public_key_info();
        if info.algorithm.oid != RSA_ENCRYPTION {
            return Err(CertificateError::NotRsa);
        }
        let spki = info.to_der().map_err(|_| CertificateError::Format)?;
        let instant = |time: &x509_cert::time::Time| {
            Timestamp(time.to_unix_duration().as_secs() as i64 * 1000)
        };
        Ok(Certificate {
            key: rsa_key(info.subject_public_key.raw_bytes())?,
            not_before: instant(&body.validity().not_before),
            not_after: instant(&body.validity().not_after),
            sha256: Fingerprint(Sha256::digest(der).into()),
            spki_sha256: Fingerprint(Sha256::digest(&spki).into()),
        })
    }

    /// The key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Start of the validity.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// End of the validity.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// SHA-256 of the whole certificate, lower-case hexadecimal.
    pub fn fingerprint(&self) -> String {
        self.sha256.to_string()
    }

    /// SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal: it names the key across
    /// renewals.
    pub fn key_fingerprint(&self) -> String {
        self.spki_sha256.to_string()
    }

    /// Whether this is the key built in.
    pub fn key_origin(&self) -> KeyOrigin {
        if self.key == PublicKey::sanitel() { KeyOrigin::Known } else { KeyOrigin::Different }
    }

    /// Whole days until the end of the validity, rounded down: 0 on the last day, negative after.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.not_after.0.saturating_sub(now.0).div_euclid(DAY)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The base64 between the first pair of certificate marks, without blanks; `None` when there is
/// no mark. Lenient with line lengths and text around, because such files are copied by hand.
fn pem_body(bytes: &[u8]) -> Option<String> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, rest) = text.split_once(BEGIN)?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    Some(body.split_ascii_whitespace().collect())
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017, A.1.1).
fn rsa_key(der: &[u8]) -> Result<PublicKey, CertificateError> {
    fn read(der: &[u8]) -> x509_cert::der::Result<(UintRef<'_>, UintRef<'_>)> {
        let mut reader = SliceReader::new(der)?;
        let numbers = reader.sequence::<_, _, x509_cert::der::Error>(|r| {
            Ok((UintRef::decode(r)?, UintRef::decode(r)?))
        })?;
        reader.finish()?;
        Ok(numbers)
    }
    let (modulus, exponent) = read(der).map_err(|_| CertificateError::Format)?;
    let exponent = exponent.as_bytes();
    if exponent.len() > 4 {
        return Err(KeyError::Exponent.into());
    }
    let exponent = exponent.iter().fold(0u32, |n, b| n << 8 | u32::from(*b));
    Ok(PublicKey::new(modulus.as_bytes(), exponent)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Data;

    #[test]
    fn the_built_in_key_has_the_published_digest() {
        // SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { SEQUENCE { n, e } } }
        let mut spki = vec![0x30, 0x81, 0x9f, 0x30, 0x0d, 0x06, 0x09];
        spki.extend([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]);
        spki.extend([0x03, 0x81, 0x8d, 0x00, 0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00]);
        spki.extend(PublicKey::sanitel().modulus());
        spki.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
        assert_eq!(<[u8; 32]>::from(Sha256::digest(&spki)), SANITEL_SPKI);
    }

    #[test]
    fn the_built_in_certificate_counts_down_to_its_last_second() {
        let certificate = Certificate::sanitel();
        let last_day = Timestamp::midnight_utc(Data::parse("2027-01-23").unwrap());
        let end = last_day.plus((15 * 3600 + 27 * 60 + 17) * 1000);
        assert_eq!(certificate.not_after(), end);
        assert_eq!(certificate.days_left(end), 0);
        assert_eq!(certificate.days_left(end.plus(1)), -1);
        assert_eq!(certificate.days_left(Timestamp(end.0 - 30 * DAY)), 30);
        assert_eq!(certificate.key_origin(), KeyOrigin::Known);
    }

    #[test]
    fn what_is_not_a_certificate_is_refused() {
        let cases: [&[u8]; 5] = [
            b"",
            b"hello",
            &[0x30, 0x82, 0xff, 0xff],
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
        ];
        for bytes in cases {
            assert_eq!(Certificate::parse(bytes), Err(CertificateError::Format));
        }
        let long = vec![0x30; MAX_LEN];
        assert_eq!(Certificate::parse(&long), Err(CertificateError::TooLarge));
    }
}
