//! The manual tools, the questions to the service and the choices of a practice, by the command.

mod common;

use common::command::Desk;
use serde_json::{Value, json};
use sts_simulator::{Fault, FaultRule, Operation, Server};

const NOW: &str = "2026-11-23T09:00:00Z";
const LATER: &str = "2026-11-23T10:00:00Z";

/// A practice that has sent one document, whose id this gives.
fn sent() -> (Desk, Server, String) {
    let mut desk = Desk::new("psicologo");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let id = desk.practice.sendable().remove(0);
    let ended = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &id]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    (desk, server, id)
}

/// How many documents the service has.
fn stored(server: &Server) -> usize {
    server.world().documents().iter().filter(|document| !document.cancelled).count()
}

fn count(server: &Server, operation: Operation) -> usize {
    server.world().log().filter(|entry| entry.operation == Some(operation)).count()
}

/// The command's answer as JSON, which every command writes with `--json`.
fn answer(desk: &mut Desk, code: i32, arguments: &[&str]) -> Value {
    let ended = desk.sts_with_credentials(&[arguments, &["--json", "--now", LATER]].concat());
    assert_eq!(ended.code, Some(code), "{arguments:?} {}{}", ended.out, ended.err);
    serde_json::from_str(&ended.out).unwrap()
}

fn case(desk: &Desk, id: &str) -> Value {
    let cases = desk.practice.fixture["invoices"].as_array().unwrap();
    cases.iter().find(|case| case["invoice"]["id"] == id).unwrap()["invoice"].clone()
}

#[test]
fn what_the_service_has_is_neither_deleted_nor_cancelled_without_a_confirmation() {
    for (tool, state) in [("delete", "deleted"), ("cancel", "cancelled")] {
        let (mut desk, server, id) = sent();
        let asked = desk.sts_with_credentials(&[tool, "practice.db", "--now", LATER, &id]);
        assert_eq!(asked.code, Some(1), "{}{}", asked.out, asked.err);
        assert!(asked.out.contains("--yes"), "{}", asked.out);
        assert_eq!(stored(&server), 1);
        let done = answer(&mut desk, 0, &[tool, "practice.db", &id, "--yes"]);
        assert_eq!(done["answer"], "changed");
        assert_eq!(done["documents"][0]["outcome"], "queued");
        assert_eq!(done["documents"][0]["document"]["state"], state);
        assert_eq!(stored(&server), 0);
        desk.assert_private(None);
    }
}

#[test]
fn a_document_never_sent_is_deleted_without_a_question_and_without_a_request() {
    let (mut desk, server, _) = sent();
    let other = desk.practice.sendable().remove(1);
    let calls = server.world().log().len();
    let done = answer(&mut desk, 0, &["delete", "practice.db", &other]);
    assert_eq!(done["documents"][0]["outcome"], "done");
    assert_eq!(
        answer(&mut desk, 1, &["delete", "practice.db", &other])["documents"][0]["outcome"],
        "not_found"
    );
    assert_eq!(server.world().log().len(), calls);
}

#[test]
fn an_edit_leaves_by_run_and_update_varies_even_what_seems_equal() {
    let (mut desk, server, id) = sent();
    let done = answer(&mut desk, 0, &["update", "practice.db", &id]);
    assert_eq!(done["documents"][0]["document"]["state"], "accepted");
    assert_eq!(count(&server, Operation::Variazione), 1);
    let mut invoice = case(&desk, &id);
    invoice["pagamenti"][0]["modalitaPagamento"] = json!("MP01");
    desk.write("edited.json", invoice.to_string().as_bytes());
    desk.sts(&["save", "practice.db", "--now", LATER, "edited.json"]);
    let plan = desk.sts(&["plan", "practice.db", "--now", LATER, &id]);
    assert!(plan.out.contains("CONTENT_CHANGED") && plan.out.contains("1. "), "{}", plan.out);
    let run = desk.sts_with_credentials(&["run", "practice.db", "--now", LATER]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.contains("variazione: accolto"), "{}", run.out);
    assert_eq!(count(&server, Operation::Variazione), 2);
}

#[test]
fn what_is_still_there_is_not_inserted_again_and_what_is_gone_is() {
    let (mut desk, server, id) = sent();
    let still = desk.sts_with_credentials(&["resend", "practice.db", "--now", LATER, &id]);
    assert_eq!(still.code, Some(1), "{}{}", still.out, still.err);
    assert!(still.out.contains("ancora su Sistema TS"), "{}", still.out);
    assert_eq!(count(&server, Operation::Inserimento), 1);
    answer(&mut desk, 0, &["cancel", "practice.db", &id, "--yes"]);
    let again = answer(&mut desk, 0, &["resend", "practice.db", &id]);
    assert_eq!(again["documents"][0]["document"]["state"], "accepted");
    assert_eq!(stored(&server), 1);
    let same = answer(&mut desk, 0, &["resync", "practice.db", &id]);
    assert_eq!(same["documents"][0]["document"]["state"], "accepted");
    assert_eq!(stored(&server), 1);
}

#[test]
fn a_refund_needs_a_confirmation_and_its_original() {
    let (mut desk, server, _) = sent();
    let cases = desk.practice.fixture["invoices"].as_array().unwrap();
    let refers = |case: &&Value| case["invoice"]["fatturaCollegata"].is_object();
    let note = cases.iter().find(refers).unwrap()["invoice"].clone();
    let original = &note["fatturaCollegata"]["numDocumento"];
    let original = cases.iter().find(|case| case["invoice"]["numDocumento"] == *original);
    let original = original.unwrap()["invoice"]["id"].as_str().unwrap().to_owned();
    desk.write("note.json", note.to_string().as_bytes());
    let refund = ["refund", "practice.db", "note.json"];
    assert_eq!(answer(&mut desk, 1, &refund)["outcome"], "original_missing");
    desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &original]);
    assert_eq!(answer(&mut desk, 1, &refund)["outcome"], "needs_confirmation");
    assert_eq!(count(&server, Operation::Rimborso), 0);
    let done = answer(&mut desk, 0, &[&refund[..], &["--yes"]].concat());
    assert_eq!(done["answer"], "refund");
    assert_eq!(done["document"]["state"], "accepted");
    assert_eq!(count(&server, Operation::Rimborso), 1);
    let two = desk.sts_with_credentials(&["refund", "practice.db", "invoices.json"]);
    assert_eq!(two.code, Some(3), "one note at a time: {}", two.err);
}

#[test]
fn the_registry_is_filtered_by_document_protocol_day_and_outcome() {
    let (mut desk, server, id) = sent();
    let other = desk.practice.sendable().remove(1);
    let code = Fault::Code { codice: "S011".to_owned(), descrizione: None, tipo: None };
    assert!(server.world().add_fault(FaultRule::next(code).of(Operation::Inserimento)));
    let refused = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &other]);
    assert_eq!(refused.code, Some(1));
    let protocollo = answer(&mut desk, 0, &["list", "practice.db", "--document", &id]);
    let protocollo = protocollo["transmissions"][0]["protocollo"].as_str().unwrap().to_owned();
    for (filter, number) in [
        (&["--outcome", "errors"][..], Some(2)),
        (&["--outcome", "accepted"], Some(1)),
        (&["--document", &other], Some(2)),
        (&["--protocollo", &protocollo], Some(1)),
        (&["--from", "2026-11-24"], None),
        (&["--to", "2026-11-22"], None),
        (&["--from", "2026-11-23", "--to", "2026-11-23", "--outcome", "errors"], Some(2)),
    ] {
        let found = answer(&mut desk, 0, &[&["list", "practice.db"], filter].concat());
        let rows = found["transmissions"].as_array().unwrap();
        let numbers: Vec<_> = rows.iter().map(|row| row["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, Vec::from_iter(number), "{filter:?}");
    }
    let none = desk.sts(&["list", "practice.db", "--outcome", "open"]);
    assert!(none.out.contains("Nessun invio come richiesto"), "{}", none.out);
    assert_eq!(desk.sts(&["list", "practice.db", "--outcome", "good"]).code, Some(2));
}

#[test]
fn a_status_tells_where_a_document_stands_its_plan_deadline_and_history() {
    let (mut desk, _server, id) = sent();
    let shown = desk.sts(&["status", "practice.db", "--now", LATER, &id]);
    for words in ["Sistema TS l'ha accolto", "UP_TO_DATE", "Scadenza", "01/02/2027", "inserimento"]
    {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    let found = answer(&mut desk, 0, &["status", "practice.db", &id]);
    assert_eq!(found["status"]["plan"]["code"], "UP_TO_DATE");
    assert_eq!(found["status"]["history"].as_array().unwrap().len(), 1);
    assert_eq!(desk.sts(&["plan", "practice.db", "nobody"]).code, Some(3));
    desk.assert_private(None);
}

#[test]
fn receipts_are_one_private_archive_and_what_is_missing_is_said() {
    let (mut desk, _server, id) = sent();
    let receipts = ["receipts", "practice.db", "--now", LATER, "1", "-o", "r.zip"];
    let got = desk.sts_with_credentials(&receipts);
    assert_eq!(got.code, Some(0), "{}{}", got.out, got.err);
    assert!(got.out.contains(".pdf"), "{}", got.out);
    assert!(got.out.contains("Archivio degli errori: "), "{}", got.out);
    let bytes = std::fs::read(desk.path("r.zip")).unwrap();
    assert!(bytes.starts_with(b"PK\x03\x04"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(desk.path("r.zip")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(desk.sts_with_credentials(&receipts).code, Some(3), "nothing is replaced");
    let found = answer(&mut desk, 0, &["status", "practice.db", &id]);
    let protocollo = found["status"]["document"]["protocollo"].as_str().unwrap().to_owned();
    let by = ["receipts", "practice.db", "--protocollo", &protocollo];
    let got = answer(&mut desk, 0, &by);
    assert_eq!(got["receipts"]["protocollo"], protocollo.as_str());
    assert!(desk.path(&format!("{protocollo}-ricevute.zip")).is_file());
    let none = desk.sts_with_credentials(&["receipts", "practice.db", "--now", LATER, "99"]);
    assert_eq!(none.code, Some(3), "{}{}", none.out, none.err);
    let unknown = ["receipts", "practice.db", "--now", LATER, "--protocollo", "12345678901234567"];
    let unknown = desk.sts_with_credentials(&unknown);
    assert_eq!(unknown.code, Some(3), "the service knows nothing of it: {}", unknown.out);
    desk.assert_private(None);
}

#[test]
fn a_delegate_sends_by_file_and_says_until_when_the_outcome_is_open() {
    let mut desk = Desk::new("associazione");
    let server = desk.practice.server(false);
    desk.init(&server.url);
    desk.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let id = desk.practice.sendable().remove(0);
    let sent = desk.sts_with_credentials(&["send", "practice.db", "--now", NOW, &id]);
    assert_eq!(sent.code, Some(4), "{}{}", sent.out, sent.err);
    assert!(sent.out.contains("consegnato") && sent.out.contains("sts run"), "{}", sent.out);
    let early = desk.sts_with_credentials(&["receipts", "practice.db", "--now", NOW, "1"]);
    assert_eq!(early.code, Some(4), "not yet: {}{}", early.out, early.err);
    server.advance(3_600_000);
    let run = desk.sts_with_credentials(&["run", "practice.db", "--now", LATER, "--for", "7200"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.contains("elaborato"), "{}", run.out);
    let status = answer(&mut desk, 0, &["status", "practice.db", &id]);
    assert_eq!(status["status"]["document"]["state"], "accepted");
    let edit = answer(&mut desk, 4, &["update", "practice.db", &id]);
    assert_eq!(edit["documents"][0]["document"]["state"], "handed_in", "by file as well");
    desk.assert_private(None);
}

#[test]
fn a_month_shows_what_differs_and_realign_puts_it_right() {
    let (mut desk, server, id) = sent();
    let paid = case(&desk, &id)["pagamenti"][0]["dataPagamento"].as_str().unwrap().to_owned();
    let (year, month) = (&paid[..4], &paid[..7]);
    let same = answer(&mut desk, 0, &["diff", "practice.db", month]);
    assert_eq!(same["answer"], "comparison");
    assert_eq!(same["comparison"]["matched"], 1);
    // Another program, or a person on the portal, takes it away.
    let mut other = Desk::new("psicologo");
    other.init(&server.url);
    other.sts(&["save", "practice.db", "--now", NOW, "invoices.json"]);
    let adopted = answer(&mut other, 0, &["diff", "practice.db", month, "--adopt"]);
    assert_eq!(adopted["comparison"]["differences"][0]["kind"], "not_known_there");
    let done = answer(&mut other, 0, &["cancel", "practice.db", &id, "--yes"]);
    assert_eq!(done["documents"][0]["document"]["state"], "cancelled");
    assert_eq!(stored(&server), 0);

    let shown = desk.sts_with_credentials(&["diff", "practice.db", "--now", LATER, year]);
    assert_eq!(shown.code, Some(1), "{}{}", shown.out, shown.err);
    assert!(shown.out.contains("manca su STS") && shown.out.contains(&id), "{}", shown.out);
    let months = answer(&mut desk, 1, &["diff", "practice.db", year]);
    assert_eq!(months.as_array().unwrap().len(), 11, "up to November");
    answer(&mut desk, 0, &["diff", "practice.db", month, "--realign"]);
    let run = desk.sts_with_credentials(&["run", "practice.db", "--now", LATER, "--for", "86400"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(stored(&server), 1);
    assert_eq!(desk.sts(&["diff", "practice.db", "2026-13"]).code, Some(2));
}

#[test]
fn automatic_sending_is_chosen_left_paused_and_resumed() {
    let (mut desk, server, _) = sent();
    let automatic = ["automatic", "practice.db", "--now", LATER, "--from", "2026-01-01", "--group"];
    let chosen = desk.sts(&[&automatic[..], &["10"]].concat());
    assert_eq!(chosen.code, Some(0), "{}", chosen.err);
    assert!(chosen.out.contains("a gruppi di 10"), "{}", chosen.out);
    let health = answer(&mut desk, 0, &["health", "practice.db"]);
    assert_eq!(health["health"]["automation"]["group"], 10);
    assert_eq!(health["health"]["credentials"]["standing"], "proven");
    desk.sts(&["pause", "practice.db", "--now", LATER]);
    let run = ["run", "practice.db", "--now", LATER, "--for", "7200"];
    let calls = server.world().log().len();
    desk.sts_with_credentials(&run);
    assert_eq!(server.world().log().len(), calls, "nothing leaves in a pause");
    let paused = desk.sts_with_credentials(&["receipts", "practice.db", "--now", LATER, "1"]);
    assert_eq!(paused.code, Some(1), "{}", paused.err);
    desk.sts(&["resume", "practice.db", "--now", LATER]);
    server.advance(7_200_000);
    let done = desk.sts_with_credentials(&run);
    assert!(matches!(done.code, Some(0 | 4)), "{}{}", done.out, done.err);
    assert!(count(&server, Operation::InviaFileMtom) > 0, "groups go by file: {}", done.out);
    let manual = desk.sts(&["manual", "practice.db", "--now", LATER]);
    assert!(manual.out.contains("no"), "{}", manual.out);
    let health = answer(&mut desk, 0, &["health", "practice.db"]);
    assert_eq!(health["health"]["automation"]["mode"], "manual");
    assert_eq!(health["health"]["automation"]["group"], 10, "as before");
    for wrong in ["0", "1001"] {
        assert_eq!(desk.sts(&[&automatic[..], &[wrong]].concat()).code, Some(2));
    }
    let future = ["automatic", "practice.db", "--now", LATER, "--from", "2026-12-01"];
    assert_eq!(desk.sts(&future).code, Some(3));
}

#[test]
fn the_password_counts_down_from_the_day_it_was_set() {
    let (mut desk, _server, _) = sent();
    let set = ["password-set-on", "practice.db", "--now", LATER, "2026-10-01"];
    let ended = desk.sts_with_credentials(&set);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let health = answer(&mut desk, 0, &["health", "practice.db"]);
    assert_eq!(health["health"]["credentials"]["passwordSince"], "2026-10-01");
    assert_eq!(health["health"]["notices"][0]["code"], "PASSWORD_AGE");
    let tomorrow = ["password-set-on", "practice.db", "--now", LATER, "2026-11-24"];
    assert_eq!(desk.sts_with_credentials(&tomorrow).code, Some(3));
}

#[test]
fn the_calendar_tells_what_waits_for_which_deadline() {
    let (mut desk, _server, _) = sent();
    let found = answer(&mut desk, 0, &["calendar", "practice.db"]);
    let first = &found["calendar"]["scadenze"][0];
    let waiting = desk.practice.sendable().len() as u64 - 1;
    assert_eq!(first["pronti"].as_u64(), Some(waiting), "{found}");
    let shown = desk.sts(&["calendar", "practice.db", "--now", LATER]);
    assert!(shown.out.contains("01/02/2027"), "{}", shown.out);
    let late = desk.sts(&["calendar", "practice.db", "--now", "2027-02-10"]);
    assert_eq!(late.code, Some(1), "{}", late.out);
    assert!(late.out.contains("In ritardo"), "{}", late.out);
}

#[test]
fn a_ledger_goes_through_a_file_into_another_database_and_nothing_is_sent_twice() {
    let (mut desk, server, id) = sent();
    let export = ["export", "practice.db", "--now", LATER, "ledger.jsonl"];
    assert_eq!(desk.sts(&export).code, Some(0));
    assert_eq!(desk.sts(&export).code, Some(3), "nothing is replaced");
    std::fs::rename(desk.path("practice.db"), desk.path("old.db")).unwrap();
    desk.init(&server.url);
    let import = ["import", "practice.db", "ledger.jsonl"];
    let ended = desk.sts(&import);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let (old, new) = (["documents", "old.db", "--json"], ["documents", "practice.db", "--json"]);
    assert_eq!(desk.sts(&old).out, desk.sts(&new).out);
    let again = desk.sts_with_credentials(&["send", "practice.db", "--now", LATER, &id]);
    assert!(again.out.contains("già accolto"), "{}", again.out);
    assert_eq!(count(&server, Operation::Inserimento), 1);
    assert_eq!(desk.sts(&import).code, Some(3), "into empty ones alone");

    let ledger = std::fs::read_to_string(desk.path("ledger.jsonl")).unwrap();
    let tail = ledger.trim_end().rfind('\n').unwrap();
    desk.write("cut.jsonl", &ledger.as_bytes()[..=tail]);
    std::fs::remove_file(desk.path("practice.db")).unwrap();
    desk.init(&server.url);
    let cut = desk.sts(&["import", "practice.db", "cut.jsonl"]);
    assert_eq!(cut.code, Some(3), "{}{}", cut.out, cut.err);
    let refused = desk.sts(&["documents", "practice.db"]);
    assert_eq!(refused.code, Some(3), "half a ledger is not used: {}", refused.out);
    desk.assert_private(None);
}

#[test]
fn reports_of_citizens_are_listed_without_their_tax_codes() {
    let (mut desk, server, _) = sent();
    let none = [
        "segnalazioni",
        "practice.db",
        "--now",
        LATER,
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-30",
    ];
    let ended = desk.sts_with_credentials(&none);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("Nessuna segnalazione"), "{}", ended.out);
    let document = server.world().documents()[0].key.clone();
    let segnalazione = json!({ "document": document, "data": "2026-11-20",
        "segnalazione": "importo diverso" });
    assert!(server.world().add_segnalazione(serde_json::from_value(segnalazione).unwrap()));
    let ended = desk.sts_with_credentials(&none);
    assert!(ended.out.contains("importo diverso"), "{}{}", ended.out, ended.err);
    desk.assert_private(None);
}

#[cfg(unix)]
#[test]
fn run_forever_sends_what_others_queue_and_may_be_killed() {
    use std::io::BufRead;
    let mut desk = Desk::new("psicologo");
    let clock = sts_simulator::Clock::system();
    let options = sts_simulator::Options { clock, ..sts_simulator::Options::default() };
    let server = Server::start(desk.practice.world(), options).unwrap();
    desk.init(&server.url);
    let id = desk.practice.sendable().remove(0);
    desk.sts(&["save", "practice.db", "invoices.json"]);
    desk.sts(&["automatic", "practice.db", "--from", "2026-01-01"]);
    let mut command = desk.command_with_credentials(&["run", "practice.db", "--forever"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let mut lines = std::io::BufReader::new(out).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("ricevuto") || line.contains("accolto"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.is_some(), "something left by itself: {id}");
    let virtual_time = ["run", "practice.db", "--now", NOW, "--forever"];
    assert_eq!(desk.sts_with_credentials(&virtual_time).code, Some(2));
}
