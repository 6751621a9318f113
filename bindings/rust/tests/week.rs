//! The week of a practice, and the commands on the database that it leaves.

mod common;

use common::command::Desk;
use serde_json::Value;

const DB: &str = "kept/week.db";

/// The week played into the folder `kept`.
fn played() -> Desk {
    let mut desk = Desk::new("psicologo");
    let ended = desk.sts(&["demo", "--week", "--dir", "kept"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert_eq!(ended.err, "", "quiet when nobody watches");
    for told in [
        "Lunedì 16/11/2026",
        "Domenica 22/11/2026",
        "S011",
        "-errori.zip",
        "variazione: accolto",
        "cancellato da Sistema TS",
        "Tentativi con la password scaduta: 1.",
        "invio rimandato",
        "accertato dopo una risposta persa",
        "rimborso: accolto",
        "già su STS",
        "Elenco degli invii STS",
        "una volta sola",
    ] {
        let out = ended.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(told), "{told}: {}", ended.out);
    }
    desk
}

fn answer(desk: &mut Desk, code: i32, arguments: &[&str]) -> Value {
    let ended = desk.sts(&[arguments, &["--json"]].concat());
    assert_eq!(ended.code, Some(code), "{arguments:?} {}{}", ended.out, ended.err);
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn the_week_is_told_and_its_database_stays_in_use_with_its_service() {
    let mut desk = played();
    let errors = answer(&mut desk, 0, &["list", DB, "--outcome", "errors"]);
    assert_eq!(errors["transmissions"].as_array().unwrap().len(), 2);
    let status = answer(&mut desk, 0, &["status", DB, "2026-203"]);
    assert_eq!(status["status"]["document"]["idSpesa"]["numDocumento"], "203-BIS/2026");
    assert_eq!(status["status"]["history"].as_array().unwrap().len(), 3);
    assert_eq!(
        answer(&mut desk, 0, &["plan", DB, "2026-219"])["status"]["plan"]["code"],
        "UP_TO_DATE"
    );
    let health = answer(&mut desk, 0, &["health", DB]);
    assert_eq!(health["health"]["credentials"]["standing"], "proven");
    let calendar = answer(&mut desk, 0, &["calendar", DB]);
    assert_eq!(calendar["calendar"]["oggi"], "2026-11-22", "its time stands");

    // What asks the service finds it as the week left it.
    let receipts = answer(&mut desk, 0, &["receipts", DB, "1", "-o", "r.zip"]);
    assert_eq!(receipts["receipts"]["rows"][0]["codice"], "S011");
    assert_eq!(receipts["receipts"]["rows"][0]["document"], "2026-204");
    assert!(desk.path("r.zip").is_file());
    let diff = answer(&mut desk, 0, &["diff", DB, "2026-11"]);
    assert_eq!(diff["comparison"]["matched"], 21);
    let reports = ["segnalazioni", DB, "--from", "2026-11-16", "--to", "2026-11-22"];
    assert_eq!(answer(&mut desk, 0, &reports)["rows"].as_array().unwrap().len(), 1);

    // What changes it there stays changed for the next command.
    assert_eq!(desk.sts(&["cancel", DB, "2026-205"]).code, Some(1), "asked first");
    assert_eq!(answer(&mut desk, 0, &["cancel", DB, "2026-205", "--yes"])["answer"], "changed");
    assert_eq!(answer(&mut desk, 0, &["diff", DB, "2026-11"])["comparison"]["matched"], 20);
    let again = answer(&mut desk, 0, &["resend", DB, "2026-205"]);
    assert_eq!(again["documents"][0]["document"]["state"], "accepted");
    assert_eq!(answer(&mut desk, 0, &["diff", DB, "2026-11"])["comparison"]["matched"], 21);

    assert_eq!(desk.sts(&["run", DB, "--forever"]).code, Some(3), "its time stands");
    let other = desk.sts(&["demo", "--week", "--dir", "kept"]);
    assert_eq!(other.code, Some(3), "an old database is not touched");
    let database = desk.path(DB);
    desk.assert_private(Some(&database));
}

#[test]
fn the_week_fits_a_narrow_and_a_wide_terminal_in_both_languages() {
    for (columns, lang) in [("80", "it"), ("80", "en"), ("140", "it"), ("140", "en")] {
        let mut desk = Desk::new("psicologo");
        let mut command = desk.command(&["demo", "--week", "--dir", "kept", "--lang", lang]);
        command.env("COLUMNS", columns);
        let ended = desk.run(command);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        let most: usize = columns.parse().unwrap();
        let long = ended.out.lines().find(|line| line.chars().count() > most);
        assert_eq!(long, None, "{columns} {lang}");
    }
}
