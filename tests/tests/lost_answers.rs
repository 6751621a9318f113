//! A lost answer, in every place it can be lost, ends with the document stored once and its
//! protocol known.

use sts_core::command::{Answer, Command, DocumentState, QueueOutcome, Selection};
use sts_core::event::EventKind;
use sts_core::registry::{Acceptance, Transmission};
use sts_simulator::{Fault, FaultRule, Operation};
use sts_tests::site::{Cut, Network, Site};
use sts_tests::stage;

/// Saves one invoice and sends it, surviving a cut as a host does: by asking again.
fn save_and_send(site: &mut Site) {
    loop {
        match site.command(Command::Save { invoices: vec![stage::invoice("fattura-1", "1")] }) {
            Ok(_) => break,
            Err(Cut) => continue,
        }
    }
    loop {
        let what = Selection::Ids(vec!["fattura-1".to_owned()]);
        match site.command(Command::Send { what }) {
            Ok(_) => break,
            Err(Cut) => continue,
        }
    }
}

/// The end every story must have.
fn assert_stored_once_and_known(site: &mut Site, story: &str) {
    let stored = site.world.documents();
    assert_eq!(stored.len(), 1, "{story}: documents on the service");
    assert_eq!(stored[0].times_inserted, 1, "{story}: times stored");
    let view = stage::document(site, "fattura-1");
    assert_eq!(view.state, DocumentState::Accepted, "{story}");
    assert_eq!(view.protocollo.as_deref(), Some(stored[0].protocollo.as_str()), "{story}");
    assert_eq!(view.due, None, "{story}: nothing left to do");
    let registry = stage::registry(site);
    for row in &registry {
        assert_ne!(row.transmission, Transmission::Open, "{story}: {row:?}");
        assert_ne!(row.acceptance, Acceptance::Pending, "{story}: {row:?}");
        assert!(row.settled_at.is_some(), "{story}: {row:?}");
    }
    let accepted = registry.iter().filter(|row| row.acceptance == Acceptance::Accepted).count();
    assert_eq!(accepted, 1, "{story}: {registry:?}");
    assert!(!site.store.0.keys().any(|key| key.starts_with("a/")), "{story}: attempts left over");
}

#[test]
fn every_fault_of_the_service_ends_with_one_stored_document() {
    let insert = Operation::Inserimento;
    let faults = [
        Fault::LostBeforeStoring,
        Fault::LostAfterStoring,
        Fault::Hang { after_storing: false },
        Fault::Hang { after_storing: true },
        Fault::ResetMidBody { bytes: 0 },
        Fault::ResetMidBody { bytes: 100 },
        Fault::Slow { ms: 1_000 },
        Fault::Slow { ms: 3_600_000 },
        Fault::Http { status: 500, after_storing: false },
        Fault::Http { status: 500, after_storing: true },
        Fault::Http { status: 503, after_storing: true },
        Fault::Maintenance,
        Fault::Ws99 { after_storing: false },
        Fault::Ws99 { after_storing: true },
        Fault::Code200 { after_storing: true },
        Fault::Truncated { bytes: 0 },
        Fault::Truncated { bytes: 300 },
        Fault::Oversized { bytes: 40 << 20 },
        Fault::WrongCharset,
        Fault::InternalError,
    ];
    for fault in faults {
        for times in 1..=3 {
            let mut site = stage::psychologist();
            assert!(site.world.add_fault(FaultRule::next(fault.clone()).of(insert).times(times)));
            save_and_send(&mut site);
            site.rest(30);
            assert_stored_once_and_known(&mut site, &format!("{fault:?} × {times}"));
        }
    }
}

#[test]
fn a_query_that_is_lost_too_is_repeated() {
    for fault in [Fault::LostAfterStoring, Fault::Maintenance, Fault::Truncated { bytes: 50 }] {
        let mut site = stage::psychologist();
        let insert = FaultRule::next(Fault::LostAfterStoring).of(Operation::Inserimento);
        assert!(site.world.add_fault(insert));
        // The first query is the test of the credentials.
        let mut rule = FaultRule::next(fault.clone()).of(Operation::InterrogazionePuntuale);
        rule.skip = 1;
        assert!(site.world.add_fault(rule.times(4)));
        save_and_send(&mut site);
        site.rest(30);
        assert_stored_once_and_known(&mut site, &format!("{fault:?}"));
    }
}

#[test]
fn a_cut_at_every_boundary_loses_and_doubles_nothing() {
    for fault in [None, Some(Fault::LostAfterStoring), Some(Fault::LostBeforeStoring)] {
        let play = |cut: Option<u32>| {
            let mut site = stage::psychologist();
            if let Some(fault) = fault.clone() {
                assert!(site.world.add_fault(FaultRule::next(fault).of(Operation::Inserimento)));
            }
            site.cut_at(cut);
            save_and_send(&mut site);
            site.rest(30);
            let passed = site.boundaries;
            site.cut_at(None);
            assert_stored_once_and_known(&mut site, &format!("{fault:?}, cut at {cut:?}"));
            passed
        };
        let boundaries = play(None);
        assert!(boundaries > 10, "the story has boundaries");
        for cut in 0..boundaries {
            play(Some(cut));
        }
    }
}

#[test]
fn a_network_that_is_down_postpones_and_never_gives_up_too_soon() {
    let mut site = stage::psychologist();
    site.network = Network::Down;
    save_and_send(&mut site);
    site.now = site.now.plus(3_600_000);
    assert_eq!(stage::document(&mut site, "fattura-1").state, DocumentState::Queued);
    site.network = Network::Up;
    site.rest(2);
    assert_stored_once_and_known(&mut site, "network down for an hour");
}

#[test]
fn a_document_that_another_program_stored_with_the_same_content_counts_as_accepted() {
    let mut first = stage::psychologist();
    save_and_send(&mut first);
    first.rest(1);
    // A second store knows nothing of the first: the same invoice meets S017.
    let mut second = stage::psychologist();
    second.world = first.world.clone();
    save_and_send(&mut second);
    second.rest(1);
    let view = stage::document(&mut second, "fattura-1");
    assert_eq!(view.state, DocumentState::Accepted);
    assert!(view.protocollo.is_some());
    assert_eq!(second.world.documents()[0].times_inserted, 1);
    assert!(second.events.values().any(|event| {
        matches!(event.kind, EventKind::DocumentAccepted { recovered: true, .. })
    }));
}

#[test]
fn another_content_under_the_same_key_is_a_conflict_and_stays_untouched() {
    let mut first = stage::psychologist();
    save_and_send(&mut first);
    let mut second = stage::psychologist();
    second.world = first.world.clone();
    let invoice = stage::invoice_of("altra", "1", "99.00");
    second.command(Command::Save { invoices: vec![invoice] }).unwrap();
    let what = Selection::Ids(vec!["altra".to_owned()]);
    second.command(Command::Send { what: what.clone() }).unwrap();
    second.rest(1);
    assert_eq!(stage::document(&mut second, "altra").state, DocumentState::Conflict);
    let Ok(Answer::Queued { documents }) = second.command(Command::Send { what }) else {
        panic!("send is answered");
    };
    assert_eq!(documents[0].outcome, QueueOutcome::Conflict);
    assert_eq!(second.world.documents()[0].times_inserted, 1);
}

#[test]
fn sending_twice_sends_once() {
    let mut site = stage::psychologist();
    save_and_send(&mut site);
    save_and_send(&mut site);
    site.rest(1);
    assert_stored_once_and_known(&mut site, "sent twice");
    let inserts = site.sent.iter().filter(|label| **label == "Inserimento").count();
    assert_eq!(inserts, 1);
}
