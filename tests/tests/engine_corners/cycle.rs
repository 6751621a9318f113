//! The automatic cycle, and what may hold it up.

use super::{change, configure, count, fault, is_there, save, send_all, state, stored};
use sts_core::command::{
    Answer, Asked, Automation, Change, ChangeOutcome, ChannelChoice, Command, DocumentState, Mode,
    ReceiptOf,
};
use sts_core::domain::Data;
use sts_core::event::EventKind;
use sts_simulator::{Fault, FaultRule, Operation};
use sts_tests::site::{Network, Site};
use sts_tests::stage;

fn automatic(site: &mut Site, from: &str) {
    let send_from = Data::parse(from).unwrap();
    configure(site, Mode::Automatic { send_from }, ChannelChoice::Auto);
}

#[test]
fn documents_that_cannot_leave_hold_up_no_others() {
    let mut site = stage::psychologist();
    let mode = Mode::Automatic { send_from: Data::parse("2026-01-01").unwrap() };
    let automation = Automation { mode, group: 1, ..Automation::default() };
    // Refunds of what is not there, paid before everything else: more than one cycle looks at.
    send_all(&mut site, &["o"]);
    assert_eq!(change(&mut site, Change::Cancel, "o"), ChangeOutcome::Queued);
    for n in 0..45 {
        let id = format!("r{n:02}");
        save(&mut site, super::refund(&id, &id, "o"));
    }
    save(&mut site, stage::invoice("z", "z"));
    site.command(Command::Configure { automation }).unwrap();
    let woken = site.rest(1);
    assert!(is_there(&mut site, "z"));
    assert!(woken < 1_000, "{woken}");
}

#[test]
fn documents_of_a_closed_year_leave_the_cycle() {
    let mut site = stage::psychologist();
    save(&mut site, stage::invoice("1", "1"));
    site.now = stage::morning("2027-11-23");
    automatic(&mut site, "2026-01-01");
    site.rest(1);
    assert_eq!(count(&site, |e| matches!(e, EventKind::YearClosed { .. })), 1);
    assert_eq!(state(&mut site, "1"), DocumentState::OutOfScope);
    assert!(stored(&site, "1").is_none());
}

#[test]
fn what_the_cycle_queued_stays_when_it_is_switched_off() {
    let mut site = stage::psychologist();
    site.network = Network::Down;
    for id in ["1", "2", "3"] {
        save(&mut site, stage::invoice(id, id));
    }
    automatic(&mut site, "2026-01-01");
    site.input(sts_tests::site::Input::Tick).unwrap().unwrap();
    assert_eq!(state(&mut site, "1"), DocumentState::Queued);
    configure(&mut site, Mode::Manual, ChannelChoice::Auto);
    site.network = Network::Up;
    site.rest(3);
    for id in ["1", "2", "3"] {
        assert_eq!(state(&mut site, id), DocumentState::Ready, "{id}");
    }
    assert!(site.world.documents().is_empty());
}

#[test]
fn the_cycle_never_sends_what_a_person_cancelled() {
    let mut site = stage::psychologist();
    send_all(&mut site, &["1", "2"]);
    assert_eq!(change(&mut site, Change::Cancel, "1"), ChangeOutcome::Queued);
    automatic(&mut site, "2026-01-01");
    site.rest(2);
    save(&mut site, stage::invoice_of("1", "1", "61.00"));
    change(&mut site, Change::Resync, "1");
    site.rest(2);
    assert!(stored(&site, "1").is_none());
    assert_eq!(state(&mut site, "1"), DocumentState::Cancelled);
}

#[test]
fn a_service_of_outcomes_that_is_down_keeps_no_document_from_leaving() {
    let mut site = stage::psychologist();
    let down = Fault::Http { status: 503, after_storing: false };
    let rule = FaultRule::next(down).of(Operation::EsitoInvii).times(100_000);
    assert!(site.world.add_fault(rule));
    configure(&mut site, Mode::Manual, ChannelChoice::File);
    for n in 0..20 {
        let (a, b) = (format!("a{n}"), format!("b{n}"));
        send_all(&mut site, &[&a, &b]);
    }
    site.rest(2);
    automatic(&mut site, "2026-01-01");
    save(&mut site, stage::invoice("z", "z"));
    site.rest(1);
    assert!(is_there(&mut site, "z"), "{:?}", state(&mut site, "z"));
}

#[test]
fn a_service_of_documents_that_is_down_keeps_no_file_from_its_outcome() {
    let mut site = stage::psychologist();
    configure(&mut site, Mode::Manual, ChannelChoice::File);
    send_all(&mut site, &["f", "g"]);
    configure(&mut site, Mode::Manual, ChannelChoice::Sync);
    let down = Fault::Http { status: 503, after_storing: false };
    for operation in [Operation::Inserimento, Operation::InterrogazionePuntuale] {
        let rule = FaultRule::next(down.clone()).of(operation).times(100_000);
        assert!(site.world.add_fault(rule));
    }
    let ids: Vec<String> = (0..60).map(|n| n.to_string()).collect();
    send_all(&mut site, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    site.rest(1);
    assert!(is_there(&mut site, "f"), "{:?}", state(&mut site, "f"));
}

#[test]
fn a_clock_that_ran_ahead_delays_no_cycle_by_more_than_a_day() {
    let mut site = stage::psychologist();
    save(&mut site, stage::invoice("1", "1"));
    site.now = stage::morning("2027-01-20");
    automatic(&mut site, "2026-01-01");
    site.rest(1);
    assert!(is_there(&mut site, "1"));
    site.now = stage::morning("2026-11-24");
    save(&mut site, stage::invoice("2", "2"));
    site.rest(2);
    assert!(is_there(&mut site, "2"));
}

#[test]
fn a_bad_document_in_a_group_costs_the_others_nothing() {
    let mut site = stage::psychologist();
    for id in ["1", "2", "3", "4"] {
        save(&mut site, stage::invoice(id, id));
    }
    fault(&mut site, Fault::FileState { stato: 5 }, Operation::InviaFileMtom, 1);
    let bad = Fault::Code { codice: "S011".into(), descrizione: None, tipo: None };
    fault(&mut site, bad, Operation::Inserimento, 1);
    automatic(&mut site, "2026-01-01");
    site.rest(1);
    let refused = ["1", "2", "3", "4"].iter().filter(|id| !is_there(&mut site, id)).count();
    assert_eq!(refused, 1);
}

#[test]
fn a_silence_while_receipts_are_fetched_costs_one_request() {
    let mut site = stage::psychologist();
    send_all(&mut site, &["1"]);
    fault(&mut site, Fault::LostBeforeStoring, Operation::RicevutaPdf, 10);
    let before = site.sent.len();
    let of = ReceiptOf::Transmission(1);
    match site.command(Command::Receipts { of }) {
        Ok(Answer::NoAnswer { .. }) => {}
        Ok(Answer::Asked { outcome: Asked::Started }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(site.sent.len() - before, 1, "{:?}", &site.sent[before..]);
}
