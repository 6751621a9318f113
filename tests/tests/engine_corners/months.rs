//! Months compared with the service: adopted, realigned, lied about.

use super::{
    all_settled, change, configure, fault, is_there, refund, save, save_and_send, send, send_all,
    state, stored,
};
use sts_core::command::{
    Answer, Apply, Asked, Change, ChangeOutcome, ChannelChoice, Command, DocumentState, Mode,
    Month, QueueOutcome,
};
use sts_core::comparison::{Comparison, DifferenceKind};
use sts_simulator::{Fault, Operation};
use sts_tests::site::Site;
use sts_tests::stage;

fn compare(site: &mut Site, mese: u8, apply: Apply) -> Comparison {
    let month = Month { anno: 2026, mese };
    match site.command(Command::Compare { month, apply }) {
        Ok(Answer::Comparison { comparison }) => *comparison,
        other => panic!("{other:?}"),
    }
}

fn kinds(comparison: &Comparison) -> Vec<DifferenceKind> {
    comparison.differences.iter().map(|difference| difference.kind).collect()
}

#[test]
fn a_month_with_refunds_and_cancelled_documents_agrees_with_itself() {
    let mut site = stage::psychologist();
    for id in ["1", "2", "3"] {
        save_and_send(&mut site, id);
    }
    save(&mut site, refund("r", "r", "1"));
    send(&mut site, "r");
    change(&mut site, Change::Cancel, "2");
    site.rest(1);
    let comparison = compare(&mut site, 11, Apply::Nothing);
    assert_eq!(kinds(&comparison), []);
    assert_eq!(comparison.matched, 2);
    let revision = site.store.revision();
    compare(&mut site, 12, Apply::Realign);
    site.rest(1);
    assert!(is_there(&mut site, "1") && stored(&site, "2").is_none());
    assert!(site.store.revision() > revision);
}

#[test]
fn a_report_that_shows_nothing_makes_nothing_be_stored_twice() {
    let mut site = stage::psychologist();
    send_all(&mut site, &["1", "2", "3"]);
    save(&mut site, refund("r", "r", "1"));
    send(&mut site, "r");
    let empty = Fault::Code { codice: "WS96".into(), descrizione: None, tipo: None };
    fault(&mut site, empty, Operation::ReportMensile, 1);
    let comparison = compare(&mut site, 11, Apply::Realign);
    assert!(kinds(&comparison).iter().all(|kind| *kind == DifferenceKind::MissingThere));
    assert_eq!(comparison.differences.len(), 3);
    site.rest(2);
    for id in ["1", "2", "3", "r"] {
        assert!(is_there(&mut site, id), "{id}");
        assert_eq!(stored(&site, id).unwrap().times_inserted, 1);
    }
    all_settled(&mut site);
}

#[test]
fn adopting_twice_changes_nothing_more_and_sends_nothing() {
    let mut first = stage::psychologist();
    send_all(&mut first, &["1", "2"]);
    let mut site = stage::psychologist();
    site.world = first.world.clone();
    save(&mut site, stage::invoice("1", "1"));
    let comparison = compare(&mut site, 11, Apply::Adopt);
    assert_eq!(comparison.differences.len(), 2);
    let keys = |site: &Site| site.store.0.keys().cloned().collect::<Vec<_>>();
    let before = keys(&site);
    compare(&mut site, 11, Apply::Adopt);
    assert_eq!(before, keys(&site));
    assert_eq!(save(&mut site, stage::invoice("2", "2")), DocumentState::Accepted);
    assert!(is_there(&mut site, "1"));
    assert_eq!(send(&mut site, "2"), QueueOutcome::AlreadyAccepted);
    site.rest(1);
    assert!(!site.sent.contains(&"Inserimento") && !site.sent.contains(&"Variazione"));
    assert_eq!(kinds(&compare(&mut site, 11, Apply::Nothing)), []);
}

#[test]
fn what_is_missing_there_is_asked_for_and_sent_again() {
    let mut site = stage::psychologist();
    send_all(&mut site, &["1", "2"]);
    let mut other = stage::psychologist();
    other.world = site.world.clone();
    compare(&mut other, 11, Apply::Adopt);
    save(&mut other, stage::invoice("x", "1"));
    change(&mut other, Change::Cancel, "x");
    other.rest(1);
    site.world = other.world.clone();
    let comparison = compare(&mut site, 11, Apply::Realign);
    assert_eq!(kinds(&comparison), [DifferenceKind::MissingThere]);
    site.rest(1);
    assert!(stored(&site, "1").is_some() && is_there(&mut site, "1"));
    assert_eq!(stored(&site, "2").unwrap().times_inserted, 1);
}

#[test]
fn what_was_to_be_sent_is_still_sent_after_it_was_asked_for() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    save(&mut site, stage::invoice("1", "1"));
    assert_eq!(send(&mut site, "1"), QueueOutcome::Queued);
    assert_eq!(change(&mut site, Change::Resync, "1"), ChangeOutcome::Queued);
    site.set_credentials(Some(stage::credentials()));
    site.rest(1);
    assert!(is_there(&mut site, "1"));
}

#[test]
fn a_document_on_its_way_is_no_difference_that_is_put_right() {
    let mut site = stage::psychologist();
    configure(&mut site, Mode::Manual, ChannelChoice::File);
    send_all(&mut site, &["1", "2"]);
    assert_eq!(state(&mut site, "1"), DocumentState::HandedIn);
    let comparison = compare(&mut site, 11, Apply::Realign);
    assert!(kinds(&comparison).iter().all(|kind| *kind == DifferenceKind::Unsettled));
    site.rest(2);
    for id in ["1", "2"] {
        assert_eq!(stored(&site, id).unwrap().times_inserted, 1);
    }
}

#[test]
fn a_month_that_is_asked_for_while_another_request_is_under_way_is_told_to_wait() {
    let mut site = stage::psychologist();
    save(&mut site, stage::invoice("1", "1"));
    super::open_in_flight(&mut site, "1");
    let month = Month { anno: 2026, mese: 11 };
    match site.command(Command::Compare { month, apply: Apply::Nothing }) {
        Ok(Answer::Asked { outcome: Asked::Busy { .. } }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_payment_moved_to_another_month_is_found_under_its_own() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    save(
        &mut site,
        stage::invoice_with("1", |json| {
            json["dataEmissione"] = "2026-10-20".into();
            json["pagamenti"][0]["dataPagamento"] = "2026-10-30".into();
        }),
    );
    site.rest(1);
    assert!(is_there(&mut site, "1"));
    for (mese, matched) in [(10, 1), (11, 0)] {
        let comparison = compare(&mut site, mese, Apply::Nothing);
        assert_eq!((kinds(&comparison), comparison.matched), (vec![], matched), "{mese}");
    }
}
