//! The four certificates of the service give the key that is built in.

use sts_core::cipher::{Certificate, KeyOrigin, PublicKey};
use sts_tests::fixtures;

use super::{edition, files};

#[test]
fn all_certificates_of_the_service_carry_the_key_built_in() {
    let Some(kit) = fixtures::kit("certificates of the service") else {
        return;
    };
    let mut certificates = files(&kit.join("certs"), ".cer");
    assert_eq!(certificates.len(), 4);
    certificates.extend(files(&edition(&kit), ".cer"));
    for path in certificates {
        let certificate = Certificate::parse(&std::fs::read(&path).expect("read")).expect("parsed");
        assert_eq!(*certificate.key(), PublicKey::sanitel(), "{}", path.display());
        assert_eq!(certificate.key_origin(), KeyOrigin::Known);
        let built_in = Certificate::sanitel();
        assert_eq!(certificate.key_fingerprint(), built_in.key_fingerprint());
    }
}

#[test]
fn the_certificate_in_force_is_the_one_built_in() {
    let Some(kit) = fixtures::kit("the certificate in force") else {
        return;
    };
    let file = std::fs::read(kit.join("certs/SanitelCF_2024-2027.cer")).expect("read");
    assert_eq!(Certificate::parse(&file), Ok(Certificate::sanitel()));
}
