//! Real sockets: what the world asks for is what a client meets. And the program, as its README
//! runs it.

#[expect(dead_code, reason = "shared with the unit tests, which use the rest")]
#[path = "../src/testing/mod.rs"]
mod testing;

use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use sts_simulator::*;
use testing::{Bench, Doc};

fn start(tls: bool) -> (Server, Bench) {
    let bench = Bench::new("2026-03-10");
    let options = Options { tls, clock: Clock::fixed(bench.now_ms), ..Options::default() };
    (Server::start(bench.world.clone(), options).unwrap(), bench)
}

fn insertion(bench: &mut Bench, numero: &str) -> HttpRequest {
    let doc = Doc::new(numero).on(&format!("2026-02-{:02}", numero.len()));
    let document = bench.sync_document(&doc, "idInserimentoDocumentoFiscale");
    let payload = bench.sync_payload("inserimento", &document);
    bench.request(Operation::Inserimento, &payload)
}

fn bytes(request: &HttpRequest) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", request.method, request.path);
    for (name, value) in &request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", request.body.len());
    [head.as_bytes(), &request.body].concat()
}

fn connect(url: &str) -> TcpStream {
    let address = url.split("://").nth(1).unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends a request and reads to the end of the connection.
fn exchange(url: &str, raw: &[u8]) -> (String, Option<ErrorKind>) {
    let mut stream = connect(url);
    // The server may have closed already; what it said is then still to be read.
    let _ = stream.write_all(raw);
    let mut read = Vec::new();
    let end = stream.read_to_end(&mut read).err().map(|error| error.kind());
    (String::from_utf8_lossy(&read).into_owned(), end)
}

fn control(server: &Server, method: &str, path: &str, json: &str) -> String {
    let raw = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{json}",
        json.len()
    );
    let (answer, end) = exchange(&server.control, raw.as_bytes());
    assert_eq!(end, None);
    answer.split("\r\n\r\n").nth(1).unwrap().trim().to_owned()
}

#[test]
fn a_request_over_http_is_answered_and_stored() {
    let (server, mut bench) = start(false);
    let (answer, end) = exchange(&server.url, &bytes(&insertion(&mut bench, "1")));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("<esitoChiamata>0</esitoChiamata>") && end.is_none());
    assert_eq!(server.world().documents().len(), 1);
}

#[test]
fn chunked_bodies_and_expectations_are_understood() {
    let (server, mut bench) = start(false);
    let request = insertion(&mut bench, "1");
    let whole = String::from_utf8(bytes(&request)).unwrap();
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let (first, second) = body.split_at(100);
    let head = head.split("Content-Length").next().unwrap();
    let raw = format!(
        "{head}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n\
         {:x}\r\n{first}\r\n{:x};x=y\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    let (answer, _) = exchange(&server.url, raw.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn a_reset_is_a_reset_and_a_cut_is_a_cut_on_the_socket() {
    let (server, mut bench) = start(false);
    server.world().add_fault(FaultRule::next(Fault::LostAfterStoring));
    let (answer, end) = exchange(&server.url, &bytes(&insertion(&mut bench, "1")));
    assert_eq!((answer.as_str(), end), ("", Some(ErrorKind::ConnectionReset)));
    assert_eq!(server.world().documents().len(), 1);

    server.world().add_fault(FaultRule::next(Fault::ResetMidBody { bytes: 30 }));
    let (answer, end) = exchange(&server.url, &bytes(&insertion(&mut bench, "22")));
    assert_eq!(end, Some(ErrorKind::ConnectionReset));
    assert_eq!(answer.split("\r\n\r\n").nth(1).map(str::len), Some(30));

    server.world().add_fault(FaultRule::next(Fault::Truncated { bytes: 30 }));
    let (answer, end) = exchange(&server.url, &bytes(&insertion(&mut bench, "333")));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!((end, body.len()), (None, 30));
    let length = head.split("Content-Length: ").nth(1).unwrap().lines().next().unwrap();
    assert!(length.parse::<usize>().unwrap() > 300);
}

#[test]
fn an_oversized_answer_really_arrives() {
    let (server, mut bench) = start(false);
    server.world().add_fault(FaultRule::next(Fault::Oversized { bytes: 5_000_000 }));
    let (answer, end) = exchange(&server.url, &bytes(&insertion(&mut bench, "1")));
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!((end, body.len()), (None, 5_000_000));
}

#[test]
fn a_hang_says_nothing_and_a_stopping_server_does_not_wait_for_it() {
    let (server, mut bench) = start(false);
    server.world().add_fault(FaultRule::next(Fault::Hang { after_storing: false }));
    let mut stream = connect(&server.url);
    stream.write_all(&bytes(&insertion(&mut bench, "1"))).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let silence = stream.read(&mut [0; 10]).unwrap_err();
    assert!(matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    let before = Instant::now();
    drop(server);
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_slow_answer_comes_late_and_whole() {
    let (server, mut bench) = start(false);
    server.world().add_fault(FaultRule::next(Fault::Slow { ms: 300 }));
    let before = Instant::now();
    let (answer, _) = exchange(&server.url, &bytes(&insertion(&mut bench, "1")));
    assert!(before.elapsed() >= Duration::from_millis(300));
    assert!(answer.contains("<esitoChiamata>0</esitoChiamata>"));
}

#[test]
fn rubbish_and_too_much_are_cut_off() {
    let (server, _) = start(false);
    for raw in [
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n".to_vec(),
        [b"GET / HTTP/1.1\r\nX: ".to_vec(), vec![b'x'; 100_000]].concat(),
    ] {
        assert_eq!(exchange(&server.url, &raw).0, "");
    }
    assert!(exchange(&server.url, b"GET / HTTP/1.1\r\n\r\n").0.starts_with("HTTP/1.1 404"));
}

#[test]
fn only_loopback_addresses_are_served() {
    let world = World::new(Setup::default()).unwrap();
    let listen = "0.0.0.0:0".parse().unwrap();
    let options = Options { listen, ..Options::default() };
    assert!(matches!(Server::start(world, options), Err(StartError::NotLoopback(_))));
}

#[test]
fn https_is_trusted_through_its_own_authority_and_knows_client_certificates() {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use sha2::Digest as _;
    let (server, bench) = start(true);
    let mut bench = bench.called_by("SIMENTE1");
    let key = rcgen::KeyPair::generate().unwrap();
    let mine =
        rcgen::CertificateParams::new(vec!["ente".into()]).unwrap().self_signed(&key).unwrap();
    let digest = sha2::Sha256::digest(mine.der()).iter().map(|b| format!("{b:02x}")).collect();
    let mut user = bench.world.user("SIMENTE1").unwrap().clone();
    user.certificato_sha256 = Some(digest);
    server.world().set_user(user);
    let mut request = bench.inline_request("prova.zip", &zip_of("a.xml", b"<a/>"));
    request.headers.retain(|(name, _)| name != "Authorization");

    let mut roots = rustls::RootCertStore::empty();
    let ca = server.ca_pem.clone().unwrap();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let with = builder
        .clone()
        .with_client_auth_cert(
            vec![mine.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let without = builder.with_no_client_auth();
    for (config, expected) in [(with, "<codiceEsito>000<"), (without, "Errore generico")] {
        let name = "127.0.0.1".try_into().unwrap();
        let mut tls = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let mut tcp = connect(&server.url);
        let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
        stream.write_all(&bytes(&request)).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(expected), "{answer}");
    }
}

#[test]
fn a_client_cannot_claim_a_certificate_in_a_header() {
    let (server, bench) = start(false);
    let mut bench = bench.called_by("SIMENTE1");
    let mut user = bench.world.user("SIMENTE1").unwrap().clone();
    user.certificato_sha256 = Some("ab".repeat(32));
    server.world().set_user(user);
    let mut request = bench.inline_request("prova.zip", b"");
    request.headers.retain(|(name, _)| name != "Authorization");
    let claim = ("X-Simulator-Client-Certificate-SHA256".into(), "ab".repeat(32));
    request.headers.push(claim);
    assert!(exchange(&server.url, &bytes(&request)).0.contains("Errore generico"));
}

#[test]
fn the_control_interface_sets_and_tells() {
    let (server, mut bench) = start(false);
    let fault = r#"{"fault":{"kind":"late"},"operation":"Inserimento"}"#;
    assert_eq!(control(&server, "POST", "/faults", fault), "{}");
    assert!(control(&server, "GET", "/faults", "").contains("\"late\""));
    let (answer, _) = exchange(&server.url, &bytes(&insertion(&mut bench, "1")));
    assert!(answer.contains("W008"));
    let documents = control(&server, "GET", "/documents", "");
    assert!(documents.contains("\"warnings\":[\"W008\"]"), "{documents}");
    assert!(!documents.contains(testing::PATIENT));
    let digest =
        control(&server, "POST", "/digest", &format!("{{\"text\":\"{}\"}}", testing::PATIENT));
    let digest: serde_json::Value = serde_json::from_str(&digest).unwrap();
    assert!(documents.contains(digest["digest"].as_str().unwrap()));

    let user = format!("{{\"user\":\"{}\",\"stato\":\"bloccato\"}}", testing::PSICOLOGO);
    assert_eq!(control(&server, "POST", "/users", &user), "{}");
    let (answer, _) = exchange(&server.url, &bytes(&insertion(&mut bench, "22")));
    assert!(answer.contains("Errore generico"));
    assert!(control(&server, "GET", "/users", "").contains("\"bloccato\""));
    assert!(control(&server, "GET", "/log", "").contains("\"answer\":\"500\""));

    let clock = control(&server, "POST", "/clock", r#"{"now":"2026-03-11","advance_ms":5}"#);
    assert_eq!(clock, format!("{{\"now_ms\":{}}}", instant("2026-03-11").unwrap() + 5));
    let settings = control(&server, "POST", "/settings", r#"{"processing_delay_ms":7}"#);
    assert!(settings.contains("\"processing_delay_ms\":7"));
    assert!(control(&server, "POST", "/settings", r#"{"typo":7}"#).contains("error"));
    assert!(control(&server, "POST", "/nothing", "{}").contains("error"));
    assert_eq!(control(&server, "POST", "/reset", "{}"), "{}");
    assert_eq!(control(&server, "GET", "/documents", ""), "[]");
    let raw = b"POST /reset HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
    assert!(exchange(&server.control, raw).0.starts_with("HTTP/1.1 400"));
}

/// The program, started, and the line it printed.
fn program(arguments: &[&str]) -> (Child, serde_json::Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sts-simulator"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

#[test]
fn the_program_says_where_it_is_and_ends_with_its_input() {
    let (mut child, ready) = program(&["--tls", "--clock", "2026-03-10T12:00:00Z", "--seed", "5"]);
    assert!(ready["url"].as_str().unwrap().starts_with("https://127.0.0.1:"));
    let ca = PathBuf::from(ready["certificate"].as_str().unwrap());
    assert!(std::fs::read_to_string(&ca).unwrap().starts_with("-----BEGIN CERTIFICATE"));
    let certificate = std::fs::read(ready["encryption_certificate"].as_str().unwrap()).unwrap();
    assert_eq!(certificate, CERTIFICATE_DER);
    let (clock, _) = exchange(ready["control"].as_str().unwrap(), b"GET /clock HTTP/1.1\r\n\r\n");
    assert!(clock.contains(&instant("2026-03-10T12:00:00").unwrap().to_string()));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(!ca.exists(), "the temporary folder is removed");
}

#[cfg(unix)]
#[test]
fn the_program_ends_in_good_order_when_terminated() {
    let (mut child, ready) = program(&["--ignore-stdin"]);
    assert!(ready["certificate"].is_null());
    let certificate = PathBuf::from(ready["encryption_certificate"].as_str().unwrap());
    assert!(certificate.exists());
    let kill = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(kill.success());
    assert!(child.wait().unwrap().success());
    assert!(!certificate.exists(), "the temporary folder is removed");
}

#[test]
fn the_program_refuses_other_addresses_and_bad_arguments() {
    for arguments in [
        &["--listen", "0.0.0.0:0"][..],
        &["--clock", "yesterday"],
        &["--setup", "/does/not/exist"],
        &["--kit", "/does/not/exist"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_sts-simulator"))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("sts-simulator: "));
    }
}

/// The code blocks of this language in the README, in order.
fn readme(language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_user_of_the_readme_is_a_user() {
    let user: User = serde_json::from_str(readme("json").last().unwrap()).unwrap();
    assert_eq!(user.delegato.as_deref(), Some("SIMASS01"));
}

#[test]
fn the_control_requests_of_the_readme_are_accepted() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: curl is not installed");
        return;
    }
    let (server, _) = start(false);
    let script = &readme("sh")[1];
    let output =
        Command::new("sh").args(["-euc", script]).env("CONTROL", &server.control).output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && !out.contains("error"), "{out}");
    assert_eq!(out.lines().count(), script.matches("\npost /").count());
    assert_eq!(server.world().faults().len(), 2);
    assert_eq!(server.world().settings().processing_delay_ms, 7_200_000);
}

#[test]
fn the_commands_of_the_readme_work() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let kit = std::env::var("STS_KIT").unwrap_or_else(|_| format!("{root}/../shared/kit"));
    let tool = |name: &str| Command::new(name).arg("--version").output().is_ok();
    if !std::path::Path::new(&kit).is_dir() || !tool("curl") {
        println!("skipped: the official kit or curl is not here");
        return;
    }
    let script = readme("sh").remove(0);
    let cargo = "cargo run -q -p sts-simulator --";
    assert!(script.contains(cargo), "the README runs something else now");
    let script = script.replace(cargo, env!("CARGO_BIN_EXE_sts-simulator"));
    let output = Command::new("sh")
        .args(["-euc", &script])
        .env("STS_KIT", kit)
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("<esitoChiamata>0</esitoChiamata>"), "{out}\n{err}");
}
