//! Documents: edits at the worst moment, keys that wander, refunds, answers that come late.

use super::{count, fault, is_there, refund, save, save_and_send, send, state};
use sts_core::command::{Answer, Command, DocumentState, Selection};
use sts_core::domain::invoice::Input;
use sts_core::event::EventKind;
use sts_core::registry::{Acceptance, Transmission, TransmissionView};
use sts_core::step::{Loaded, Response, Step};
use sts_core::{Engine, Error};
use sts_simulator::{Fault, HistoryEntry, Operation};
use sts_tests::site::{Input as Asked, Rivalry, Seeded, Site, Store};
use sts_tests::stage;

#[test]
fn a_refusal_of_what_was_edited_meanwhile_leaves_the_edit_ready() {
    let mut site = stage::psychologist();
    fault(&mut site, Fault::Hang { after_storing: false }, Operation::Inserimento, 1);
    save_and_send(&mut site, "1");
    assert_eq!(state(&mut site, "1"), DocumentState::Unknown);
    let attempt = site.store.0.keys().find(|key| key.starts_with("a/")).unwrap()[2..].to_owned();
    // Corrected while its outcome is not known; then the refusal of the old content arrives.
    save(&mut site, stage::invoice_of("1", "1", "61.00"));
    let refusal = refusal("S011");
    site.input(Asked::Response(attempt, refusal)).unwrap().unwrap();
    assert_eq!(count(&site, |e| matches!(e, EventKind::DocumentRefused { .. })), 1);
    assert_eq!(state(&mut site, "1"), DocumentState::Ready);
    let what = Selection::Ready { limit: 10 };
    site.command(Command::Send { what }).unwrap();
    site.rest(1);
    assert!(is_there(&mut site, "1"));
    assert_eq!(site.world.documents()[0].totals_cents["SP"], 6_100);
}

pub(super) fn refusal(code: &str) -> Response {
    let body = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
         <inserimentoDocumentoSpesaResponse xmlns='http://documentospesap730.sanita.finanze.it'>\
         <esitoChiamata>1</esitoChiamata><listaMessaggi><messaggio><codice>{code}</codice>\
         <descrizione>d</descrizione><tipo>E</tipo></messaggio></listaMessaggi>\
         </inserimentoDocumentoSpesaResponse></s:Body></s:Envelope>"
    );
    Response::Answered { status: 200, headers: Vec::new(), body: body.into_bytes() }
}

#[test]
fn an_answer_full_of_messages_makes_no_record_grow() {
    let mut site = stage::psychologist();
    fault(&mut site, Fault::Hang { after_storing: false }, Operation::Inserimento, 1);
    save_and_send(&mut site, "1");
    let attempt = site.store.0.keys().find(|key| key.starts_with("a/")).unwrap()[2..].to_owned();
    let Response::Answered { body, .. } = refusal("S011") else {
        panic!("an answer");
    };
    let body = String::from_utf8(body).unwrap();
    let (start, rest) = body.split_once("<messaggio>").unwrap();
    let (message, end) = rest.split_once("</messaggio>").unwrap();
    let message = message.replace(">d<", &format!(">{}<", "parola ".repeat(100)));
    let many = format!("<messaggio>{message}</messaggio>").repeat(5_000);
    let response = Response::Answered {
        status: 200,
        headers: Vec::new(),
        body: format!("{start}{many}{end}").into_bytes(),
    };
    site.input(Asked::Response(attempt, response)).unwrap().unwrap();
    assert_eq!(state(&mut site, "1"), DocumentState::Refused);
    assert!(site.store.0.values().all(|value| value.len() < 64 << 10));
}

#[test]
fn refunds_that_name_each_other_do_not_wait_for_ever() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    for (id, original) in [("1", "2"), ("2", "1")] {
        assert_eq!(save(&mut site, refund(id, id, original)), DocumentState::Ready);
        send(&mut site, id);
    }
    site.set_credentials(Some(stage::credentials()));
    assert!(site.rest(10) < 100, "waits for ever");
}

#[test]
fn a_refund_follows_its_original_and_its_lost_answer_is_found() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    save(&mut site, refund("r", "2", "1"));
    send(&mut site, "r");
    save_and_send(&mut site, "1");
    fault(&mut site, Fault::LostAfterStoring, Operation::Inserimento, 1);
    fault(&mut site, Fault::LostAfterStoring, Operation::Rimborso, 1);
    site.set_credentials(Some(stage::credentials()));
    site.rest(2);
    assert!(is_there(&mut site, "1"));
    assert!(is_there(&mut site, "r"));
    let stored = site.world.documents();
    assert!(stored.len() == 2 && stored.iter().all(|d| d.times_inserted == 1));
}

#[test]
fn a_lost_sending_that_met_another_content_is_settled_in_the_registry_too() {
    let mut first = stage::psychologist();
    save_and_send(&mut first, "1");
    let mut site = stage::psychologist();
    site.world = first.world.clone();
    fault(&mut site, Fault::LostBeforeStoring, Operation::Inserimento, 1);
    save(&mut site, stage::invoice_of("altra", "1", "99.00"));
    send(&mut site, "altra");
    site.rest(1);
    assert_eq!(state(&mut site, "altra"), DocumentState::Conflict);
    for row in stage::registry(&mut site) {
        assert_ne!(row.transmission, Transmission::Unknown, "{row:?}");
        assert_ne!(row.acceptance, Acceptance::Pending, "{row:?}");
    }
}

#[test]
fn a_key_belongs_to_its_document_until_nothing_sent_can_be_under_it() {
    let mut site = stage::psychologist();
    fault(&mut site, Fault::LostAfterStoring, Operation::Inserimento, 1);
    save_and_send(&mut site, "a");
    assert_eq!(state(&mut site, "a"), DocumentState::Unknown);
    // Renumbered while nobody knows whether the old number is taken.
    save(&mut site, stage::invoice("a", "a-bis"));
    assert_eq!(save(&mut site, stage::invoice("b", "a")), DocumentState::ToFix);
    assert_eq!(save(&mut site, stage::invoice("c", "a-bis")), DocumentState::ToFix);
    site.rest(1);
    // Found there, cancelled, and inserted under its new number: the old one is free.
    assert_eq!(state(&mut site, "a"), DocumentState::Accepted);
    assert_eq!(save(&mut site, stage::invoice("b", "a")), DocumentState::Ready);
    assert_eq!(save(&mut site, stage::invoice("c", "a-bis")), DocumentState::ToFix);
}

#[test]
fn a_key_given_up_before_it_left_is_free_in_the_same_save() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "x");
    save(&mut site, stage::invoice("a", "1"));
    let invoices = vec![stage::invoice("a", "2"), stage::invoice("b", "1")];
    let Ok(Answer::Saved { documents }) = site.command(Command::Save { invoices }) else {
        panic!("save is answered");
    };
    assert!(documents.iter().all(|d| d.state == DocumentState::Ready));
    for id in ["a", "b"] {
        send(&mut site, id);
    }
    assert_eq!(site.world.documents().len(), 3);
}

#[test]
fn pages_ask_for_printable_keys_alone_and_refuse_what_is_no_cursor() {
    let now = stage::morning("2026-11-23");
    let page = |after: &str| Command::Documents { after: Some(after.to_owned()), limit: 2 };
    let mut site = stage::psychologist();
    for cursor in ["", "a\0", "a\nb", &"x".repeat(65)] {
        let error = site.input(Asked::Command(page(cursor))).unwrap().unwrap_err();
        assert!(matches!(error, Error::Command { .. }), "{cursor:?}: {error:?}");
    }
    let ids = ["a", "a b", "a/b", "à", "ab", "a~", "z\u{10ffff}", "🦷"];
    for (n, id) in ids.iter().enumerate() {
        save(&mut site, stage::invoice(id, &n.to_string()));
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let command = Command::Documents { after, limit: 1 };
        let Ok(Answer::Documents { documents, next }) = site.command(command) else {
            panic!("a page");
        };
        seen.extend(documents.into_iter().map(|d| d.id));
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    assert_eq!(seen, sorted);
    // A store of any make can be asked: no key has a control character.
    let mut engine = Engine::new(stage::settings(), Box::new(Seeded(1)));
    let mut asked = 0;
    for _ in 0..4 {
        let Ok(Step::Read(needs)) = engine.command(now, &page("a")) else {
            break;
        };
        let texts = needs.ranges.iter().flat_map(|r| [&r.from, &r.to]);
        for key in needs.keys.iter().chain(texts) {
            assert!(!key.chars().any(char::is_control), "{key:?}");
        }
        asked += needs.ranges.len();
        let loaded = Loaded {
            keys: needs.keys.iter().map(|k| (k.clone(), None)).collect(),
            ranges: needs.ranges.iter().map(|r| (r.clone(), Vec::new())).collect(),
        };
        engine.load(loaded).unwrap();
    }
    assert!(asked > 0);
}

#[test]
fn late_and_foreign_answers_change_nothing_that_is_settled() {
    let mut site = stage::psychologist();
    fault(&mut site, Fault::LostAfterStoring, Operation::Inserimento, 1);
    save_and_send(&mut site, "1");
    let attempt = site.store.0.keys().find(|key| key.starts_with("a/")).unwrap()[2..].to_owned();
    site.rest(1);
    let settled = site.store.clone();
    for id in [attempt.as_str(), "", "00000001", "../h", "a/\0"] {
        for response in [refusal("S011"), Response::NotSent] {
            site.input(Asked::Response(id.to_owned(), response)).unwrap().unwrap();
        }
    }
    assert!(is_there(&mut site, "1"));
    let documents = |store: &Store| store.0.get("d/1").cloned();
    assert_eq!(documents(&settled), documents(&site.store));
}

/// Four invoices that take each other's numbers, change amount, go back to drafts and are sent,
/// under faults, cuts and rivals.
fn renumbering(seed: u64) -> Site {
    let mut site = stage::psychologist();
    let mut chance = Seeded(seed);
    let mut below = |n: u64| chance.draw() % n;
    if seed.is_multiple_of(2) {
        site.rivalry(Rivalry::OneIn(4));
    }
    for _ in 0..60 {
        let id = format!("f{}", below(4));
        match below(10) {
            0..=3 => {
                let amount = ["60.00", "70.00"][below(2) as usize];
                let mut invoice = stage::invoice_of(&id, &below(5).to_string(), amount);
                if let (Input::Invoice(invoice), 0) = (&mut invoice, below(4)) {
                    invoice.stato = Some("bozza".to_owned());
                }
                let invoices = vec![invoice];
                let _ = site.command(Command::Save { invoices });
            }
            4..=6 => {
                let what = Selection::Ids(vec![id]);
                let _ = site.command(Command::Send { what });
            }
            7 => {
                let insert = Operation::Inserimento;
                let after_storing = below(2) == 0;
                match below(4) {
                    0 => fault(&mut site, Fault::LostBeforeStoring, insert, 1),
                    1 => fault(&mut site, Fault::Hang { after_storing }, insert, 1),
                    2 => fault(&mut site, Fault::ClosedYear, insert, 1),
                    _ => fault(&mut site, Fault::Ws99 { after_storing }, insert, 2),
                }
            }
            8 => site.cut_at(Some(below(10) as u32)),
            _ => {
                site.now = site.now.plus(below(1_000_000) as i64);
                let _ = site.input(Asked::Tick);
            }
        }
    }
    site.cut_at(None);
    site.world.clear_faults();
    site.rest(10);
    site.rivalry(Rivalry::None);
    site
}

#[test]
fn however_numbers_wander_nothing_is_stored_twice_or_unknown_and_no_index_key_is_left_over() {
    let mut stored_in_all = 0;
    for seed in 0..60 {
        let mut site = renumbering(seed);
        let rows = stage::registry(&mut site);
        for row in &rows {
            let settled = row.settled_at.is_some()
                && row.acceptance != Acceptance::Pending
                && !matches!(row.transmission, Transmission::Open | Transmission::Unknown);
            assert!(settled, "seed {seed}: {row:?}");
        }
        for stored in site.world.documents() {
            stored_in_all += 1;
            // As often as it was cancelled, and once more while it is there.
            let cancelled = |entry: &&HistoryEntry| entry.operation == Operation::Cancellazione;
            let cancellations = stored.history.iter().filter(cancelled).count() as u32;
            let expected = cancellations + u32::from(!stored.cancelled);
            assert_eq!(stored.times_inserted, expected, "seed {seed}: {:?}", stored.key);
            let known = |row: &&TransmissionView| {
                row.protocollo.as_ref() == Some(&stored.protocollo)
                    && row.acceptance != Acceptance::Refused
            };
            assert_eq!(rows.iter().filter(known).count(), 1, "seed {seed}: {rows:?}");
        }
        for (key, value) in &site.store.0 {
            let (kind, rest) = key.split_once('/').unwrap_or((key, ""));
            let last = rest.rsplit('/').next().unwrap_or_default();
            match kind {
                "a" | "w" => panic!("seed {seed}: {key} is left"),
                // Whoever has a key wants it, or sent under it.
                "k" => {
                    let id = String::from_utf8_lossy(value);
                    let record = String::from_utf8_lossy(&site.store.0[&format!("d/{id}")]);
                    let number = format!("\"numDocumento\":\"{last}\"");
                    assert!(record.contains(&number), "seed {seed}: {key} {record}");
                }
                "r" => {
                    let record = String::from_utf8_lossy(&site.store.0[&format!("d/{last}")]);
                    let idle = r#""work":"idle""#;
                    let nothing = [r#""remote":"absent""#, r#""remote":{"cancelled":"#];
                    let nothing = nothing.iter().any(|nothing| record.contains(nothing));
                    assert!(nothing && record.contains(idle), "seed {seed}: {key} {record}");
                }
                _ => {}
            }
        }
    }
    assert!(stored_in_all > 100, "{stored_in_all}");
}
