//! `sts preview`: what it writes is what would leave, and nothing else.

mod common;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use common::command::{Desk, installed};
use common::{DAY, InProcess, READY, save};
use serde_json::Value;
use sts_core::event::Event;
use sts_core::step::Request;
use sts_host::{Clock, Driver, Http, MemoryStore, VirtualClock};

fn preview(desk: &mut Desk, more: &[&str]) -> i32 {
    let today = desk.today().to_owned();
    let mut arguments = vec![
        "preview",
        "--profile",
        "profile.json",
        "--policy",
        "policy.json",
        "--today",
        &today,
        "--out",
        "out",
        "--key",
        "cf.cer",
        "invoices.json",
    ];
    arguments.extend(more);
    desk.write("cf.cer", sts_simulator::CERTIFICATE_DER);
    let ended = desk.sts(&arguments);
    ended.code.unwrap_or_else(|| panic!("{}", ended.err))
}

/// The private half of the simulator's key opens what `--key` closed.
fn decrypted(ciphertext: &str) -> String {
    let key =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/simulator/keys/simulator-cf.key.pem");
    let mut child = Command::new("openssl")
        .args(["pkeyutl", "-decrypt", "-inkey", key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut decode = Command::new("openssl")
        .args(["base64", "-d", "-A"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    decode.stdin.take().unwrap().write_all(ciphertext.as_bytes()).unwrap();
    let bytes = decode.wait_with_output().unwrap().stdout;
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn between<'a>(text: &'a str, element: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{element}>"))?;
    Some(rest.split_once(&format!("</{element}>"))?.0)
}

#[test]
fn preview_writes_one_request_for_each_document_with_nothing_in_clear() {
    let mut desk = Desk::new("psicologo");
    assert_eq!(preview(&mut desk, &["--channel", "sync"]), 1, "some are left out");
    let sent = desk.practice.fixture["invoices"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["expect"]["verdict"] == "send")
        .cloned()
        .collect::<Vec<Value>>();
    let mut files: Vec<_> =
        std::fs::read_dir(desk.path("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 2 * sent.len(), "a body and its headers each");
    let openssl = installed("openssl", "decrypting what preview wrote");
    let xmllint = installed("xmllint", "the form of what preview wrote");
    for (case, pair) in sent.iter().zip(files.chunks(2)) {
        let headers = std::fs::read_to_string(&pair[0]).unwrap();
        let body = std::fs::read_to_string(&pair[1]).unwrap();
        assert!(headers.starts_with("POST https://invioSS730pTest.sanita.finanze.it/"));
        assert!(headers.contains("Authorization: Basic […]\n"), "{headers}");
        assert!(headers.contains(&format!("Content-Length: {}\n", body.len())));
        for secret in desk.practice.secrets() {
            assert!(!body.contains(&secret) && !headers.contains(&secret), "a secret in clear");
        }
        let patient = &case["invoice"]["cessionarioCommittente"]["cfCittadino"];
        if let (true, Some(ciphertext)) = (openssl, between(&body, "cfCittadino")) {
            assert_eq!(decrypted(ciphertext), patient.as_str().unwrap());
        }
        if xmllint {
            let status = Command::new("xmllint").arg("--noout").arg(&pair[1]).status().unwrap();
            assert!(status.success());
        }
    }
    if openssl {
        let first = std::fs::read_to_string(&files[1]).unwrap();
        assert_eq!(decrypted(between(&first, "pincode").unwrap()), "0000000000");
    }
    desk.assert_private(None);
}

#[test]
fn preview_of_files_holds_the_archive_and_the_xml_inside_it() {
    let mut desk = Desk::new("psicologo");
    assert_eq!(preview(&mut desk, &["--channel", "file", "--group", "30"]), 1);
    let out = desk.path("out");
    let read = |name: &str| std::fs::read(out.join(name)).unwrap();
    let mut documents = 0;
    for number in ["001", "002"] {
        let archive = read(&format!("sts-preview-{number}.zip"));
        let xml = String::from_utf8(read(&format!("sts-preview-{number}.xml"))).unwrap();
        documents += xml.matches("<documentoSpesa>").count();
        let body = read(&format!("0{number}-inviaFileMtom.mime"));
        assert!(body.windows(archive.len()).any(|part| part == archive), "sent as it lies there");
        let entries = sts_core::wire::zip::read(&archive).unwrap();
        assert_eq!(entries[0].bytes, xml.as_bytes());
        for secret in desk.practice.secrets() {
            assert!(!xml.contains(&secret), "a tax code in clear");
        }
    }
    assert!(!out.join("sts-preview-003.zip").exists());
    let sent = desk.practice.fixture["invoices"].as_array().unwrap().iter();
    assert_eq!(documents, sent.filter(|case| case["expect"]["verdict"] == "send").count());
    desk.assert_private(None);
}

#[test]
fn preview_uses_real_credentials_when_it_has_them_and_never_writes_the_password() {
    let mut desk = Desk::new("psicologo");
    desk.write("cf.cer", sts_simulator::CERTIFICATE_DER);
    let today = desk.today().to_owned();
    let ended = desk.sts_with_credentials(&[
        "preview",
        "--profile",
        "profile.json",
        "--today",
        &today,
        "--channel",
        "sync",
        "--out",
        "out",
        "--key",
        "cf.cer",
        "invoices.json",
    ]);
    assert!(!ended.out.contains("0000000000"), "{}", ended.out);
    let body = std::fs::read_to_string(desk.path("out/0001-Inserimento.xml")).unwrap();
    if installed("openssl", "decrypting the pincode") {
        assert_eq!(decrypted(between(&body, "pincode").unwrap()), desk.practice.secret("pincode"));
    }
    for entry in std::fs::read_dir(desk.path("out")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(desk.practice.secret("password")));
    }
}

/// The text with everything that is encrypted taken out: no two encryptions are the same.
fn without_ciphertexts(text: &str) -> String {
    let mut rest = text.split('<').map(|part| match part.split_once('>') {
        Some((element, content)) if content.len() > 100 => format!("{element}>…"),
        _ => part.to_owned(),
    });
    let mut text = rest.next().unwrap_or_default();
    rest.for_each(|part| text.push_str(&format!("<{part}")));
    text
}

#[test]
fn preview_writes_what_the_engine_sends() {
    let mut desk = Desk::new("psicologo");
    preview(&mut desk, &["--channel", "sync"]);
    let sent = RefCell::new(Vec::new());
    let practice = &desk.practice;
    let clock = VirtualClock::new(practice.now);
    let service = InProcess::new(practice.world(), clock.clone());
    let tap = |request: &Request| {
        sent.borrow_mut().push(request.clone());
        service.perform(request)
    };
    let opener = practice.opener(InProcess::ENDPOINT);
    let mut driver = Driver::new(opener, tap, MemoryStore::new(), |_: &Event| {}, &clock);
    driver.command(&save(practice)).unwrap();
    driver.command(&READY).unwrap();
    driver.run_to_rest(clock.now().plus(DAY)).unwrap();
    drop(driver);

    let mut previewed = BTreeSet::new();
    for entry in std::fs::read_dir(desk.path("out")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "xml") {
            let body = without_ciphertexts(&std::fs::read_to_string(&path).unwrap());
            let headers = std::fs::read_to_string(path.with_extension("headers")).unwrap();
            let named = headers.lines().skip(1).filter(|line| !line.starts_with("Content-Length"));
            let mut headers: Vec<String> = named.map(str::to_owned).collect();
            headers.sort();
            previewed.insert((body, headers));
        }
    }
    let mut compared = 0;
    for request in sent.into_inner() {
        let body = String::from_utf8(request.body).unwrap();
        if body.contains("interrogazione") {
            continue;
        }
        let shown = |(name, value): &(String, String)| {
            let secret = name == "Authorization";
            format!("{name}: {}", if secret { "Basic […]" } else { value })
        };
        let mut headers: Vec<String> = request.headers.iter().map(shown).collect();
        headers.sort();
        let body = without_ciphertexts(&body);
        assert!(previewed.contains(&(body.clone(), headers)), "{body}");
        compared += 1;
    }
    assert_eq!(compared, desk.practice.sendable().len());
}

#[test]
fn preview_mixes_nothing_with_what_lies_in_the_folder() {
    let mut desk = Desk::new("psicologo");
    std::fs::create_dir(desk.path("out")).unwrap();
    desk.write("out/old.xml", b"old");
    assert_eq!(preview(&mut desk, &["--channel", "sync"]), 3);
    let mut delegate = Desk::new("associazione");
    assert_eq!(preview(&mut delegate, &["--channel", "sync"]), 3, "it has no such service");
    assert!(!delegate.path("out").exists());
}
