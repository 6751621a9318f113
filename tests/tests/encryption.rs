//! What the core encrypts, OpenSSL decrypts; and which certificates are taken.

use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sts_core::cipher::{Certificate, CertificateError, KeyError, KeyOrigin};
use sts_core::entropy::Entropy;

/// Different bytes each time, zeros among them.
struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.0;
            self.0 = self.0.wrapping_mul(5).wrapping_add(1);
        }
    }
}

fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("openssl is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
    output
}

/// A self-signed certificate in PEM and DER with its key, in a folder of its own.
fn certificate(new_key: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut arguments = vec!["req", "-x509", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"];
    arguments.extend(["-days", "30", "-subj", "/CN=Prova"]);
    arguments.extend(new_key);
    openssl(folder.path(), &arguments);
    let convert = ["x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der"];
    openssl(folder.path(), &convert);
    folder
}

fn parsed(folder: &tempfile::TempDir, name: &str) -> Result<Certificate, CertificateError> {
    Certificate::parse(&std::fs::read(folder.path().join(name)).expect("read"))
}

#[test]
fn openssl_decrypts_what_the_core_encrypts() {
    for new_key in [
        &["-newkey", "rsa:1024"][..],
        // Another exponent takes the general way through the arithmetic.
        &["-newkey", "rsa:1024", "-pkeyopt", "rsa_keygen_pubexp:3"],
    ] {
        let folder = certificate(new_key);
        let certificate = parsed(&folder, "cert.pem").expect("PEM");
        assert_eq!(parsed(&folder, "cert.der"), Ok(certificate.clone()));
        assert_eq!(certificate.key_origin(), KeyOrigin::Different);

        let mut entropy = Counter(7);
        let long = [b'x'; 117];
        for text in [&b"ABCDEF00A00A000A"[..], b"1234567890", b"0", &long] {
            let encrypted = certificate.key().encrypt(text, &mut entropy).expect("encrypted");
            let bytes = STANDARD.decode(encrypted.as_str()).expect("base64");
            std::fs::write(folder.path().join("secret"), bytes).expect("written");
            let decrypt = ["pkeyutl", "-decrypt", "-inkey", "key.pem", "-in", "secret"];
            let padding = ["-pkeyopt", "rsa_padding_mode:pkcs1"];
            let plain = openssl(folder.path(), &[&decrypt[..], &padding].concat());
            assert_eq!(plain.stdout, text);
        }
    }
}

#[test]
fn validity_and_fingerprint_are_those_openssl_prints() {
    let folder = certificate(&["-newkey", "rsa:1024"]);
    let certificate = parsed(&folder, "cert.der").expect("DER");
    let print = ["x509", "-in", "cert.pem", "-noout", "-fingerprint", "-sha256"];
    let printed = openssl(folder.path(), &print).stdout;
    let printed = String::from_utf8(printed).expect("text");
    let (_, digest) = printed.trim().split_once('=').expect("a fingerprint");
    assert_eq!(certificate.fingerprint(), digest.replace(':', "").to_lowercase());
    assert_eq!(certificate.days_left(certificate.not_before()), 30);
    assert!(certificate.days_left(certificate.not_after().plus(1)) < 0);
}

#[test]
fn keys_the_service_cannot_use_are_refused_by_name() {
    let longer = certificate(&["-newkey", "rsa:2048"]);
    assert_eq!(parsed(&longer, "cert.pem"), Err(KeyError::Size.into()));
    let curve = certificate(&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    assert_eq!(parsed(&curve, "cert.pem"), Err(CertificateError::NotRsa));
}
