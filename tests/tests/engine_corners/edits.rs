//! Edits, deletions, changes of key and refunds, at odd moments.

use super::{
    all_settled, change, configure, fault, is_there, refund, save, save_and_send, send, state,
    stored,
};
use sts_core::cipher::Certificate;
use sts_core::command::{
    Change, ChangeOutcome, ChannelChoice, Command, DocumentState, Mode, QueueOutcome,
};
use sts_simulator::{Fault, FaultRule, Operation};
use sts_tests::stage;

/// An invoice on the service with its refund.
fn refunded() -> sts_tests::site::Site {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    save(&mut site, refund("r", "r", "1"));
    send(&mut site, "r");
    site.rest(1);
    assert!(is_there(&mut site, "1") && is_there(&mut site, "r"));
    site
}

fn code(codice: &str) -> Fault {
    Fault::Code { codice: codice.to_owned(), descrizione: None, tipo: None }
}

#[test]
fn an_original_is_edited_around_its_refund() {
    let mut site = refunded();
    save(&mut site, stage::invoice_of("1", "1", "80.00"));
    site.rest(1);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SP"], 8_000);
    assert_eq!(stored(&site, "r").unwrap().times_inserted, 2);
    assert!(is_there(&mut site, "1") && is_there(&mut site, "r"));
    all_settled(&mut site);
}

#[test]
fn a_refund_whose_cancellation_is_refused_ends_the_edit_of_its_original_and_no_loop_begins() {
    let mut site = refunded();
    fault(&mut site, code("S999"), Operation::Cancellazione, 10_000);
    save(&mut site, stage::invoice_of("1", "1", "80.00"));
    assert!(site.rest(30) < 100);
    assert!(stage::registry(&mut site).len() < 10);
    assert_eq!(state(&mut site, "1"), DocumentState::ChangeRefused);
    let view = stage::document(&mut site, "1");
    assert_eq!(view.messaggi[0].codice, "S999", "it says why");
    // Another word of a person is another chance.
    site.world.clear_faults();
    assert_eq!(send(&mut site, "1"), QueueOutcome::Queued);
    site.rest(1);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SP"], 8_000);
    assert!(is_there(&mut site, "1") && is_there(&mut site, "r"));
}

#[test]
fn a_refund_that_must_be_corrected_steps_aside_and_comes_back_when_it_is() {
    let mut site = refunded();
    let mut wrong = refund("r", "r", "1");
    let sts_core::domain::invoice::Input::Documento(documento) = &mut wrong else {
        panic!("a document")
    };
    documento.cf_cittadino = None;
    assert_eq!(save(&mut site, wrong), DocumentState::ChangedAfterSending);
    save(&mut site, stage::invoice_of("1", "1", "80.00"));
    assert!(site.rest(30) < 100);
    assert!(is_there(&mut site, "1") && stored(&site, "r").is_none());
    assert_eq!(state(&mut site, "r"), DocumentState::ToFix);
    assert_eq!(save(&mut site, refund("r", "r", "1")), DocumentState::Ready);
    send(&mut site, "r");
    site.rest(1);
    assert!(is_there(&mut site, "r"));
    all_settled(&mut site);
}

#[test]
fn an_original_whose_change_is_refused_gets_its_refund_back() {
    let mut site = refunded();
    fault(&mut site, code("S011"), Operation::Variazione, 1);
    save(&mut site, stage::invoice_of("1", "1", "80.00"));
    assert!(site.rest(10) < 100);
    assert_eq!(state(&mut site, "1"), DocumentState::ChangeRefused);
    assert!(stored(&site, "r").is_some() && is_there(&mut site, "r"));
}

#[test]
fn a_refund_of_what_was_cancelled_rests() {
    let mut site = refunded();
    assert_eq!(change(&mut site, Change::Cancel, "1"), ChangeOutcome::Queued);
    assert!(site.rest(10) < 100);
    assert!(stored(&site, "1").is_none() && stored(&site, "r").is_none());
    assert_eq!(state(&mut site, "1"), DocumentState::Cancelled);
    assert_eq!(send(&mut site, "r"), QueueOutcome::OriginalMissing);
    all_settled(&mut site);
}

#[test]
fn an_original_and_its_refund_are_deleted_together() {
    let mut site = refunded();
    for id in ["1", "r"] {
        change(&mut site, Change::Delete, id);
    }
    assert!(site.rest(10) < 100);
    assert!(stored(&site, "1").is_none() && stored(&site, "r").is_none());
    for id in ["1", "r"] {
        assert_eq!(state(&mut site, id), DocumentState::Deleted);
    }
}

#[test]
fn a_refund_that_waits_for_days_does_not_wake_every_minute() {
    let mut site = stage::psychologist();
    configure(&mut site, Mode::Manual, ChannelChoice::File);
    fault(&mut site, Fault::FileState { stato: 0 }, Operation::InviaFileMtom, 1);
    save_and_send(&mut site, "1");
    save(&mut site, refund("r", "r", "1"));
    send(&mut site, "r");
    let rounds = site.rest(10);
    assert!(rounds < 500, "{rounds}");
    assert_eq!(state(&mut site, "r"), DocumentState::Queued);
}

#[test]
fn an_edit_between_cancellation_and_insertion_is_inserted() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    // The insertion under the new number gets no answer; then another edit, then a refusal.
    fault(&mut site, Fault::Hang { after_storing: false }, Operation::Inserimento, 1);
    save(&mut site, stage::invoice("1", "2"));
    assert!(stored(&site, "1").is_none());
    assert_eq!(state(&mut site, "1"), DocumentState::Unknown);
    save(&mut site, stage::invoice_of("1", "2", "61.00"));
    let attempt = site.store.0.keys().find(|key| key.starts_with("a/")).unwrap()[2..].to_owned();
    let refusal = super::documents::refusal("S011");
    site.input(sts_tests::site::Input::Response(attempt, refusal)).unwrap().unwrap();
    site.rest(1);
    assert_eq!(stored(&site, "2").unwrap().totals_cents["SP"], 6_100);
}

#[test]
fn nothing_is_cancelled_that_a_new_key_keeps_from_being_stored_again() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    // Encrypted for another key than the one in use when its turn comes.
    site.set_credentials(None);
    site.set_settings(stage::settings().with_certificate(&Certificate::sanitel()));
    save(&mut site, stage::invoice("1", "2"));
    site.set_settings(stage::settings());
    site.set_credentials(Some(stage::credentials()));
    site.rest(1);
    assert!(stored(&site, "1").is_some(), "cancelled, and nothing in its place");
    assert!(stage::document(&mut site, "1").save_again);
    save(&mut site, stage::invoice("1", "2"));
    site.rest(1);
    assert!(stored(&site, "1").is_none() && stored(&site, "2").is_some());
}

#[test]
fn numbers_that_two_documents_exchange_are_exchanged_by_way_of_a_third() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    save_and_send(&mut site, "2");
    assert_eq!(save(&mut site, stage::invoice("1", "2")), DocumentState::ChangedAfterSending);
    assert_eq!(save(&mut site, stage::invoice("2", "1")), DocumentState::ChangedAfterSending);
    assert!(site.rest(5) < 20);
    save(&mut site, stage::invoice("1", "9"));
    site.rest(1);
    save(&mut site, stage::invoice("2", "1"));
    site.rest(1);
    save(&mut site, stage::invoice("1", "2"));
    site.rest(1);
    for id in ["1", "2"] {
        assert!(is_there(&mut site, id));
        assert_eq!(
            stage::document(&mut site, id).id_spesa.unwrap().num_documento.as_str(),
            if id == "1" { "2" } else { "1" }
        );
    }
    assert!(stored(&site, "9").is_none());
}

#[test]
fn a_number_whose_cancellation_is_in_doubt_is_not_given_away() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    fault(&mut site, Fault::LostBeforeStoring, Operation::Cancellazione, 1);
    assert_eq!(change(&mut site, Change::Delete, "1"), ChangeOutcome::Queued);
    assert_eq!(save(&mut site, stage::invoice("b", "1")), DocumentState::ToFix);
    site.rest(1);
    assert!(stored(&site, "1").is_none());
    assert_eq!(save(&mut site, stage::invoice("b", "1")), DocumentState::Ready);
}

#[test]
fn edits_of_every_kind_in_every_phase_end_as_the_last_one_wants() {
    let faults = [
        None,
        Some(Fault::LostAfterStoring),
        Some(Fault::LostBeforeStoring),
        Some(Fault::Ws99 { after_storing: true }),
    ];
    let operations = [Operation::Inserimento, Operation::Variazione, Operation::Cancellazione];
    for channel in [ChannelChoice::Sync, ChannelChoice::File] {
        for struck in &faults {
            for first in 1..5 {
                for second in 0..4 {
                    let mut site = stage::psychologist();
                    configure(&mut site, Mode::Manual, channel);
                    if let Some(fault) = struck {
                        let file = channel == ChannelChoice::File;
                        for operation in operations {
                            let of = if file { Operation::InviaFileMtom } else { operation };
                            let rule = FaultRule::next(fault.clone()).of(of);
                            site.world.add_fault(rule);
                        }
                    }
                    save_and_send(&mut site, "1");
                    save(&mut site, version(first));
                    site.now = site.now.plus(70_000);
                    site.input(sts_tests::site::Input::Tick).unwrap().unwrap();
                    save(&mut site, version(second));
                    let rounds = site.rest(20);
                    let story = format!("{channel:?} {struck:?} {first} {second}");
                    assert!(rounds < 200, "{story}: {rounds}");
                    if state(&mut site, "1") == DocumentState::Ready {
                        send(&mut site, "1");
                        site.rest(20);
                    }
                    let there: Vec<_> =
                        site.world.documents().into_iter().filter(|d| !d.cancelled).collect();
                    let wanted = wanted(second);
                    assert_eq!(there.len(), usize::from(wanted.is_some()), "{story}: {there:?}");
                    if let (Some((number, cents)), Some(there)) = (wanted, there.first()) {
                        assert_eq!(there.key.num_documento, number, "{story}");
                        assert_eq!(there.totals_cents["SP"], cents, "{story}");
                        assert!(is_there(&mut site, "1"), "{story}");
                    }
                    all_settled(&mut site);
                }
            }
        }
    }
}

/// The content first saved, another amount, another number, no sending at all, another year.
fn version(n: u32) -> sts_core::domain::invoice::Input {
    match n {
        0 => stage::invoice("1", "1"),
        1 => stage::invoice_of("1", "1", "61.00"),
        2 => stage::invoice("1", "2"),
        3 => stage::invoice_with("1", |json| json["stato"] = "annullata".into()),
        _ => stage::invoice_with("1", |json| {
            json["cessionarioCommittente"]["flagOpposizione"] = "1".into();
        }),
    }
}

fn wanted(n: u32) -> Option<(&'static str, u64)> {
    match n {
        1 => Some(("1", 6_100)),
        2 => Some(("2", 6_000)),
        3 => None,
        _ => Some(("1", 6_000)),
    }
}

#[test]
fn what_is_sent_again_while_its_cancellation_is_under_way_goes_there_again() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    fault(&mut site, Fault::LostAfterStoring, Operation::Cancellazione, 1);
    assert_eq!(change(&mut site, Change::Cancel, "1"), ChangeOutcome::Queued);
    assert_eq!(send(&mut site, "1"), QueueOutcome::UnderWay);
    site.rest(1);
    assert!(stored(&site, "1").is_some() && is_there(&mut site, "1"));
}

#[test]
fn what_was_adopted_is_not_varied_by_saving_its_invoice_for_the_first_time() {
    let mut first = stage::psychologist();
    save_and_send(&mut first, "1");
    let mut site = stage::psychologist();
    site.world = first.world.clone();
    let month = sts_core::command::Month { anno: 2026, mese: 11 };
    let apply = sts_core::command::Apply::Adopt;
    site.command(Command::Compare { month, apply }).unwrap();
    assert_eq!(
        save(&mut site, stage::invoice_of("1", "1", "61.00")),
        DocumentState::ChangedAfterSending
    );
    site.rest(1);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SP"], 6_000);
    // An edit of it does leave.
    save(&mut site, stage::invoice_of("1", "1", "62.00"));
    site.rest(1);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SP"], 6_200);
}
