//! The commands that work on a database: demo, init, save, send, run, list, status, credentials.

mod common;

use common::command::Desk;
use common::{insertions, storing_calls};
use serde_json::Value;
use sts_simulator::{Fault, FaultRule, Operation};

const NOW: &str = "2026-11-23T09:00:00Z";
const LATER: &str = "2026-11-24T09:00:00Z";

#[test]
fn the_demo_ends_as_expected_shows_no_secret_and_keeps_its_database() {
    for name in ["psicologo", "medico"] {
        let mut desk = Desk::new(name);
        let ended = desk.sts(&["demo", "--practice", name, "--dir", "kept"]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        assert_eq!(ended.err, "", "quiet when nobody watches");
        let db = desk.path("kept").join(format!("{name}.db"));
        let list = desk.sts(&["list", db.to_str().unwrap(), "--json", "--limit", "500"]);
        assert_eq!(list.code, Some(0), "{}", list.err);
        let registry: Value = serde_json::from_str(&list.out).unwrap();
        let rows = registry["transmissions"].as_array().unwrap();
        assert_eq!(rows.len(), desk.practice.sendable().len());
        assert!(rows.iter().all(|row| row["protocollo"].is_string()));
        desk.assert_private(Some(&db));
        let again = desk.sts(&["demo", "--practice", name, "--dir", "kept"]);
        assert_eq!(again.code, Some(3), "an old database is not touched");
    }
}

#[test]
fn those_who_have_no_sync_service_send_by_file() {
    for name in ["associazione", "intermediario_entratel"] {
        let mut desk = Desk::new(name);
        let ended = desk.sts(&["demo", "--practice", name, "--dir", "kept"]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        assert!(ended.out.contains("(file)"), "{}", ended.out);
        let db = desk.path("kept").join(format!("{name}.db"));
        let list = desk.sts(&["list", db.to_str().unwrap(), "--json"]);
        let registry: Value = serde_json::from_str(&list.out).unwrap();
        let rows = registry["transmissions"].as_array().unwrap();
        let documents: usize = rows.iter().map(|r| r["documents"].as_array().unwrap().len()).sum();
        assert!(rows.iter().all(|row| row["channel"] == "file"));
        assert_eq!(documents, desk.practice.sendable().len());
    }
}

#[test]
fn a_demo_of_an_unknown_practice_is_refused() {
    let mut desk = Desk::new("psicologo");
    assert_eq!(desk.sts(&["demo", "--practice", "nobody"]).code, Some(3));
}

#[test]
fn a_practice_is_prepared_saved_sent_and_listed() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    let saved = desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    assert_eq!(saved.code, Some(1), "some are to be put right: {}", saved.err);
    let id = desk.practice.sendable().remove(0);
    let one = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &id]);
    assert_eq!(one.code, Some(0), "{}{}", one.out, one.err);
    assert!(one.out.contains("accolto"), "{}", one.out);
    let all = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, "--all", "--json"]);
    assert_eq!(all.code, Some(0), "{}{}", all.out, all.err);
    let outcomes: Value = serde_json::from_str(&all.out).unwrap();
    assert_eq!(outcomes.as_array().unwrap().len(), desk.practice.sendable().len() - 1);
    let again = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &id]);
    assert_eq!(again.code, Some(0));
    assert!(again.out.contains("già accolto"), "{}", again.out);
    let unknown = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, "nobody"]);
    assert_eq!(unknown.code, Some(1));
    assert_eq!(desk.sts(&["send", "practice.db"]).code, Some(2), "neither ids nor --all");
    assert_eq!(storing_calls(&server.world()), desk.practice.sendable().len());

    let list = desk.sts(&["list", "practice.db", "--limit", "3"]);
    assert_eq!(list.code, Some(0));
    assert!(list.out.contains("--after"), "{}", list.out);
    let documents = desk.sts(&["documents", "practice.db", "--lang", "en"]);
    assert!(documents.out.contains("accepted"), "{}", documents.out);
    let status = desk.sts(&["status", "practice.db", &id]);
    assert_eq!(status.code, Some(0));
    assert!(status.out.contains("accolto"), "{}", status.out);
    assert_eq!(desk.sts(&["status", "practice.db", "nobody"]).code, Some(3));
    let rest = desk.sts_with_credentials(&["run", "practice.db", "--now", LATER]);
    assert_eq!(rest.code, Some(0), "{}{}", rest.out, rest.err);
    let database = desk.path("practice.db");
    desk.assert_private(Some(&database));
}

#[test]
fn a_lost_answer_is_unfinished_until_a_later_run_finds_the_document() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let lost = FaultRule::next(Fault::LostAfterStoring).of(Operation::Inserimento);
    assert!(server.world().add_fault(lost));
    let id = desk.practice.sendable().remove(0);
    let sent = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &id]);
    assert_eq!(sent.code, Some(4), "{}{}", sent.out, sent.err);
    assert!(sent.out.contains("sts run practice.db"), "{}", sent.out);
    let run = desk.sts_with_credentials(&["run", "practice.db", "--now", LATER, "--for", "86400"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.contains("accolto"), "{}", run.out);
    assert_eq!(storing_calls(&server.world()), 1);
    let database = desk.path("practice.db");
    desk.assert_private(Some(&database));
}

#[test]
fn an_unreachable_service_is_unfinished_and_loses_nothing() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    let url = server.url.clone();
    drop(server);
    desk.init(&url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let id = desk.practice.sendable().remove(0);
    let sent = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &id]);
    assert_eq!(sent.code, Some(4), "{}{}", sent.out, sent.err);
    assert!(sent.out.contains("non è raggiungibile"), "{}", sent.out);
    let status = desk.sts(&["status", "practice.db", &id, "--json"]);
    let answer: Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!(answer["status"]["document"]["state"], "queued");
}

#[test]
fn two_processes_send_each_document_once() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let send = ["send", "practice.db", "--now", NOW, "--all"];
    let children: Vec<_> = (0..3)
        .map(|_| {
            let mut command = desk.command_with_credentials(&send);
            let pipe = std::process::Stdio::piped;
            command.stdout(pipe()).stderr(pipe()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let ended = desk.ended(output);
        // Whoever was left out leaves the rest to the other.
        assert!(matches!(ended.code, Some(0 | 4)), "{:?} {}{}", ended.code, ended.out, ended.err);
    }
    desk.sts_with_credentials(&["run", "practice.db", "--now", LATER, "--for", "86400"]);
    let world = server.world();
    let stored = insertions(&world);
    assert_eq!(stored.len(), desk.practice.sendable().len());
    assert!(stored.values().all(|times| *times == 1), "{stored:?}");
    assert_eq!(storing_calls(&world), stored.len());
}

#[test]
fn a_process_that_is_killed_at_any_moment_loses_nothing_and_sends_nothing_twice() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let now = |hour: u32| format!("2026-11-23T{hour:02}:00:00Z");
    for (round, more) in [0, 1, 2, 3, 5, 8].into_iter().enumerate() {
        let now = now(9 + round as u32);
        let send = ["send", "practice.db", "--now", &now, "--all"];
        let null = std::process::Stdio::null;
        let target = server.world().log().len() + more;
        let mut command = desk.command_with_credentials(&send);
        let mut child = command.stdout(null()).stderr(null()).spawn().unwrap();
        // Right after the service has seen so many requests: before the answer, while it is
        // written down, or a little later.
        while server.world().log().len() < target && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let now = now(20);
    for _ in 0..2 {
        desk.sts_with_credentials(&["run", "practice.db", "--now", &now, "--for", "86400"]);
        desk.sts_with_credentials(&["send", "practice.db", "--now", LATER, "--all"]);
    }
    let done = desk.sts_with_credentials(&["run", "practice.db", "--now", LATER]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    let stored = insertions(&server.world());
    assert_eq!(stored.len(), desk.practice.sendable().len());
    assert!(stored.values().all(|times| *times == 1), "{stored:?}");
}

#[test]
fn an_impossible_id_loses_no_other_invoice() {
    let mut desk = Desk::new("psicologo");
    desk.init("http://127.0.0.1:9");
    let long = "x".repeat(65);
    desk.write(
        "ids.json",
        format!(r#"[{{"id":"a","stato":"bozza"}},{{"id":"{long}"}},{{"id":"b","stato":"bozza"}}]"#)
            .as_bytes(),
    );
    let saved = desk.sts(&["save", "practice.db", "--now", NOW, "ids.json", "--json"]);
    assert_eq!(saved.code, Some(1));
    let rows: Value = serde_json::from_str(&saved.out).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert!(saved.err.contains("/id"), "{}", saved.err);
}

#[test]
fn wrong_credentials_cost_one_attempt_however_often_one_tries() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let id = desk.practice.sendable().remove(0);
    for arguments in [
        &["send", "practice.db", "--now", NOW, id.as_str()][..],
        &["send", "practice.db", "--now", LATER, "--all"],
        &["run", "practice.db", "--now", LATER, "--for", "86400"],
        &["test-credentials", "practice.db", "--now", LATER],
    ] {
        let mut command = desk.command_with_credentials(arguments);
        command.env("STS_PASSWORD", "Sbagliata.1");
        let ended = desk.run(command);
        assert_ne!(ended.code, Some(0), "{arguments:?}");
        assert!(!ended.out.contains("Sbagliata") && !ended.err.contains("Sbagliata"));
    }
    let user = desk.practice.secret("user").to_owned();
    assert_eq!(server.world().wrong_logins(&user), Some(1));
    assert_eq!(storing_calls(&server.world()), 0);

    let right = desk.sts_with_credentials(&["test-credentials", "practice.db", "--now", LATER]);
    assert_eq!(right.code, Some(0), "{}{}", right.out, right.err);
    let sent = desk.sts_with_credentials(&["send", "practice.db", "--now", LATER, "--all"]);
    assert_eq!(sent.code, Some(0), "{}{}", sent.out, sent.err);
    let database = desk.path("practice.db");
    desk.assert_private(Some(&database));
}

#[test]
fn a_test_of_credentials_remarks_on_what_pasting_may_have_spoilt() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    let test = ["test-credentials", "practice.db", "--now", NOW];
    let fine = desk.sts_with_credentials(&test);
    assert_eq!((fine.code, fine.err.as_str()), (Some(0), ""), "{}", fine.out);
    let mut command = desk.command_with_credentials(&test);
    command.env("STS_PASSWORD", "Sbagliatà.1 ").env("STS_PINCODE", "12345");
    let ended = desk.run(command);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    let codes = ["CREDENTIAL_BLANK_AT_END", "PASSWORD_NOT_ASCII", "PINCODE_NOT_TEN_DIGITS"];
    assert_eq!(ended.err.lines().count(), codes.len(), "{}", ended.err);
    assert!(codes.iter().all(|code| ended.err.contains(code)), "{}", ended.err);
    assert!(!ended.err.contains("Sbagliat") && !ended.err.contains("12345"), "{}", ended.err);
}

#[test]
fn a_refused_document_ends_with_1_and_says_what_to_do() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let code = Fault::Code { codice: "S011".to_owned(), descrizione: None, tipo: None };
    assert!(server.world().add_fault(FaultRule::next(code).of(Operation::Inserimento)));
    let id = desk.practice.sendable().remove(0);
    let sent = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &id]);
    assert_eq!(sent.code, Some(1), "{}{}", sent.out, sent.err);
    assert!(sent.out.contains("scartato") && sent.out.contains("S011"), "{}", sent.out);
}

#[cfg(unix)]
#[test]
fn a_file_of_credentials_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.write("login.json", desk.practice.fixture["credentials"].to_string().as_bytes());
    let test = ["test-credentials", "practice.db", "--now", NOW, "--credentials", "login.json"];
    for (mode, code) in [(0o644, 3), (0o640, 3), (0o600, 0)] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(desk.path("login.json"), permissions).unwrap();
        let ended = desk.sts(&test);
        assert_eq!(ended.code, Some(code), "{mode:o}: {}{}", ended.out, ended.err);
    }
    let user = desk.practice.secret("user");
    desk.write("login.json", format!(r#"{{"username":"{user}","password":7}}"#).as_bytes());
    assert_eq!(desk.sts(&test).code, Some(3));
    assert_eq!(desk.sts(&["test-credentials", "practice.db"]).code, Some(3), "none at all");
    desk.assert_private(None);
    let mode = std::fs::metadata(desk.path("practice.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the database is its owner's alone");
}

#[test]
fn production_takes_no_address_no_authority_and_no_clock_of_ones_own() {
    let mut desk = Desk::new("psicologo");
    let ca = desk.practice.server(true).ca_pem.clone().unwrap();
    desk.write("ca.pem", ca.as_bytes());
    let init = ["init", "real.db", "--profile", "profile.json", "--ambiente", "produzione"];
    for more in [&["--endpoint", "https://example.org"][..], &["--ca", "ca.pem"]] {
        let ended = desk.sts(&[&init[..], more].concat());
        assert_eq!(ended.code, Some(3), "{}", ended.out);
    }
    assert_eq!(desk.sts(&init).code, Some(0));
    assert_eq!(desk.sts(&["list", "real.db", "--now", NOW]).code, Some(3));
    assert_eq!(desk.sts(&["list", "real.db"]).code, Some(0));
}

#[test]
fn a_database_keeps_its_holder_and_its_environment() {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let other = Desk::new("medico");
    desk.write("other.json", other.practice.fixture["profile"].to_string().as_bytes());
    let ended = desk.sts(&["init", "practice.db", "--profile", "other.json", "--ambiente", "test"]);
    assert_eq!(ended.code, Some(3), "{}", ended.out);
    assert!(ended.err.contains("OTHER_HOLDER"), "{}", ended.err);
    let ended =
        desk.sts(&["init", "practice.db", "--profile", "profile.json", "--ambiente", "produzione"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.err.contains("OTHER_ENVIRONMENT"), "{}", ended.err);
    let still = desk.sts(&["documents", "practice.db"]);
    assert_eq!(still.code, Some(0), "the old settings stay: {}", still.err);
    assert_eq!(desk.sts(&["list", "none.db"]).code, Some(3));
    assert!(!desk.path("none.db").exists(), "looking creates nothing");
    desk.write("text.db", b"not a database");
    assert_eq!(desk.sts(&["list", "text.db"]).code, Some(3));
}
