//! Servers that ask for a client's certificate, as `/enti` does.

mod common;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};
use sts_core::domain::Ambiente;
use sts_core::step::{Request, Response};
use sts_host::{Http, Identity, IdentityError, UreqHttp};

type Issuer = CertifiedIssuer<'static, KeyPair>;

/// A certificate and its key.
struct Pair {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn authority() -> Issuer {
    Issuer::self_signed(ca_params(), KeyPair::generate().unwrap()).unwrap()
}

fn server_pair(issuer: &Issuer) -> Pair {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    Pair { certificate: params.signed_by(&key, issuer).unwrap(), key }
}

fn client_pair(issuer: &Issuer) -> Pair {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "Ente inventato");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Pair { certificate: params.signed_by(&key, issuer).unwrap(), key }
}

fn identity(pair: &Pair) -> Identity {
    let (chain, key) = (pair.certificate.pem(), pair.key.serialize_pem());
    Identity::from_pem(chain.as_bytes(), key.as_bytes()).unwrap()
}

/// A server for one connection.
struct Server {
    url: String,
    /// What came of the request, and the certificate of the client.
    thread: JoinHandle<(String, Option<Vec<u8>>)>,
}

impl Server {
    /// Lets in those alone who have a certificate of this authority.
    fn asking(clients: &Issuer, own: &Pair, version: &'static SupportedProtocolVersion) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(clients.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                .build()
                .unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![own.certificate.der().clone()], private)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let thread = std::thread::spawn(move || {
            let tcp = listener.accept().unwrap().0;
            let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), tcp);
            let seen = read_request(&mut stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
            let _ = stream.flush();
            let certificates = stream.conn.peer_certificates();
            (seen, certificates.map(|chain| chain[0].to_vec()))
        });
        Server { url, thread }
    }
}

/// The head of a request; its body matters to nobody here.
fn read_request(stream: &mut impl Read) -> String {
    let mut seen = Vec::new();
    let mut byte = [0; 1];
    while !seen.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        seen.push(byte[0]);
    }
    String::from_utf8(seen).unwrap()
}

fn perform(http: &UreqHttp, server: &Server) -> Response {
    http.perform(&Request {
        id: "1".to_owned(),
        label: "test",
        method: "POST",
        url: format!("{}/enti/service", server.url),
        headers: vec![("Content-Type".to_owned(), "text/xml".to_owned())],
        body: Vec::new(),
        timeout_ms: 5_000,
        not_after: sts_core::time::Timestamp::MAX,
    })
}

fn trusting(issuer: &Issuer) -> UreqHttp {
    UreqHttp::with_ca(Ambiente::Test, issuer.pem().as_bytes()).unwrap()
}

#[test]
fn a_client_shows_its_certificate_to_a_server_that_asks() {
    let (servers, clients) = (authority(), authority());
    let (server_pair, client_pair) = (server_pair(&servers), client_pair(&clients));
    let http = trusting(&servers).with_identity(identity(&client_pair));
    for version in [&TLS12, &TLS13] {
        let server = Server::asking(&clients, &server_pair, version);
        let response = perform(&http, &server);
        assert!(matches!(response, Response::Answered { status: 200, .. }), "{response:?}");
        let (seen, certificate) = server.thread.join().unwrap();
        assert!(seen.starts_with("POST /enti/service "), "{seen}");
        assert_eq!(certificate.unwrap(), client_pair.certificate.der().to_vec());
    }
}

#[test]
fn a_chain_goes_along_with_the_certificate() {
    let (servers, root) = (authority(), authority());
    let mut params = ca_params();
    params.distinguished_name.push(DnType::CommonName, "Between");
    let between = Issuer::signed_by(params, KeyPair::generate().unwrap(), &root).unwrap();
    let pair = client_pair(&between);
    let chain = format!("{}{}", pair.certificate.pem(), between.pem());
    let identity =
        Identity::from_pem(chain.as_bytes(), pair.key.serialize_pem().as_bytes()).unwrap();
    let server = Server::asking(&root, &server_pair(&servers), &TLS13);
    let response = perform(&trusting(&servers).with_identity(identity), &server);
    assert!(matches!(response, Response::Answered { status: 200, .. }), "{response:?}");
}

#[test]
fn without_the_right_certificate_no_server_that_asks_sees_a_request() {
    let (servers, clients, others) = (authority(), authority(), authority());
    let own = server_pair(&servers);
    let nobody = trusting(&servers);
    let stranger = nobody.clone().with_identity(identity(&client_pair(&others)));
    for http in [nobody, stranger] {
        for version in [&TLS12, &TLS13] {
            let server = Server::asking(&clients, &own, version);
            let response = perform(&http, &server);
            // Under TLS 1.3 the client may write before it learns that it is not let in.
            match (version == &TLS12, &response) {
                (true, Response::NotSent) | (false, Response::Unknown) => {}
                _ => panic!("{version:?}: {response:?}"),
            }
            assert_eq!(server.thread.join().unwrap().0, "");
        }
    }
}

#[test]
fn a_client_with_a_certificate_verifies_the_server_as_before() {
    let (servers, clients) = (authority(), authority());
    let own = server_pair(&servers);
    let identity = identity(&client_pair(&clients));
    let elsewhere = trusting(&authority()).with_identity(identity.clone());
    for http in [elsewhere, UreqHttp::new(Ambiente::Produzione).with_identity(identity)] {
        let server = Server::asking(&clients, &own, &TLS13);
        let response = perform(&http, &server);
        assert!(matches!(response, Response::NotSent), "{response:?}");
        let (seen, certificate) = server.thread.join().unwrap();
        assert_eq!((seen.as_str(), certificate), ("", None), "nothing was shown to it");
    }
}

#[test]
fn files_that_are_no_certificate_with_its_key_are_refused_and_never_shown() {
    let issuer = authority();
    let (pair, other) = (client_pair(&issuer), client_pair(&issuer));
    let (certificate, key) = (pair.certificate.pem(), pair.key.serialize_pem());
    let read =
        |chain: &str, key: &str| Identity::from_pem(chain.as_bytes(), key.as_bytes()).map(|_| ());
    assert_eq!(read(&certificate, &key), Ok(()));
    let both = format!("{key}{certificate}");
    assert_eq!(read(&both, &both), Ok(()), "one file for the two");

    let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let block = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    for chain in ["", "not PEM", &key, &block("CERTIFICATE", "AAAA"), "-----BEGIN CERTIFICATE"] {
        assert_eq!(read(chain, &key), Err(IdentityError::Certificate), "{chain}");
    }
    let locked = block("ENCRYPTED PRIVATE KEY", &body);
    let mislabelled = [block("RSA PRIVATE KEY", &body), block("EC PRIVATE KEY", &body)];
    let broken = block("PRIVATE KEY", "AAAA");
    for key in ["", &certificate, &locked, &mislabelled[0], &mislabelled[1], &broken] {
        assert_eq!(read(&certificate, key), Err(IdentityError::Key), "{key}");
    }
    assert_eq!(read(&other.certificate.pem(), &key), Err(IdentityError::Mismatch));
    let upside_down = format!("{}{certificate}", issuer.pem());
    assert_eq!(read(&upside_down, &key), Err(IdentityError::Mismatch));

    let http = UreqHttp::new(Ambiente::Test).with_identity(identity(&pair));
    let shown = format!("{http:?}");
    assert!(shown.contains("Identity(…)") && !shown.contains(&body[..16]), "{shown}");
}

#[test]
fn a_body_without_a_certificate_is_told_of_it() {
    let mut desk = common::command::Desk::new("psicologo");
    let mut profile = desk.practice.fixture["profile"].clone();
    let init = ["init", "practice.db", "--profile", "profile.json", "--ambiente", "test"];
    for (accesso, told) in [("proprio", false), ("enti", true)] {
        profile["accesso"] = accesso.into();
        desk.write("profile.json", profile.to_string().as_bytes());
        let ended = desk.sts(&init);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert_eq!(ended.out.contains("--client-certificate"), told, "{}", ended.out);
    }
}

#[cfg(unix)]
#[test]
fn the_command_shows_the_certificate_it_was_told_of_and_keeps_no_key() {
    use std::os::unix::fs::PermissionsExt;
    let (servers, clients) = (authority(), authority());
    let pair = client_pair(&clients);
    let server = Server::asking(&clients, &server_pair(&servers), &TLS13);
    let mut desk = common::command::Desk::new("psicologo");
    let key = pair.key.serialize_pem();
    desk.write("ca.pem", servers.pem().as_bytes());
    desk.write("body.pem", pair.certificate.pem().as_bytes());
    desk.write("body.key", key.as_bytes());
    let mut init = vec!["init", "practice.db", "--profile", "profile.json", "--ambiente", "test"];
    init.extend(["--endpoint", &server.url, "--ca", "ca.pem", "--client-certificate", "body.pem"]);
    assert_eq!(desk.sts(&init).code, Some(2), "a certificate without its key");
    init.extend(["--client-key", "body.key"]);
    for (mode, code) in [(0o644, 3), (0o600, 0)] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(desk.path("body.key"), permissions).unwrap();
        let ended = desk.sts(&init);
        assert_eq!(ended.code, Some(code), "{mode:o}: {}", ended.err);
    }
    let database = std::fs::read(desk.path("practice.db")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    assert!(!database.windows(secret.len()).any(|window| window == secret.as_bytes()));

    let tested = desk.sts_with_credentials(&["test-credentials", "practice.db"]);
    assert_eq!(tested.code, Some(4), "this server gives no clear answer: {}", tested.err);
    let (seen, certificate) = server.thread.join().unwrap();
    assert!(seen.starts_with("POST "), "{seen}");
    assert_eq!(certificate.unwrap(), pair.certificate.der().to_vec());

    std::fs::remove_file(desk.path("body.key")).unwrap();
    assert_eq!(desk.sts(&["documents", "practice.db"]).code, Some(0), "nothing leaves");
    let without = desk.sts_with_credentials(&["test-credentials", "practice.db"]);
    assert_eq!(without.code, Some(3), "{}", without.out);
    assert!(without.err.contains("body.key") && !desk.seen.contains(secret), "{}", without.err);
}
