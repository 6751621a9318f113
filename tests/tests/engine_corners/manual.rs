//! The tools of the document list, at odd moments.

use super::{
    all_settled, change, configure, count, fault, is_there, save, save_and_send, send, state,
    stored,
};
use sts_core::command::{Change, ChangeOutcome, ChannelChoice, DocumentState, Mode, QueueOutcome};
use sts_core::event::EventKind;
use sts_simulator::{Fault, Operation};
use sts_tests::stage;

#[test]
fn every_tool_in_every_state_ends_and_stores_nothing_twice() {
    let tools = [Change::Delete, Change::Resend, Change::Update, Change::Cancel, Change::Resync];
    for channel in [ChannelChoice::Sync, ChannelChoice::File] {
        // By file the answers come later, and nothing else differs.
        let scenes = if channel == ChannelChoice::File { 1..3 } else { 0..7 };
        for scene in scenes {
            for first in tools {
                for second in tools {
                    let mut site = stage::psychologist();
                    configure(&mut site, Mode::Manual, channel);
                    let (of, lost) = match channel {
                        ChannelChoice::File => (Operation::InviaFileMtom, Fault::LostAfterStoring),
                        _ => (Operation::Inserimento, Fault::LostAfterStoring),
                    };
                    let refusal =
                        Fault::Code { codice: "S011".into(), descrizione: None, tipo: None };
                    match scene {
                        0 => drop(save(&mut site, stage::invoice("1", "1"))),
                        1 => {
                            fault(&mut site, lost, of, 1);
                            save_and_send(&mut site, "1");
                        }
                        2 => {
                            fault(&mut site, Fault::LostBeforeStoring, of, 1);
                            save_and_send(&mut site, "1");
                        }
                        3 => {
                            fault(&mut site, refusal, of, 1);
                            save_and_send(&mut site, "1");
                            site.rest(1);
                        }
                        4 => {
                            save_and_send(&mut site, "1");
                            site.rest(1);
                            save(&mut site, stage::invoice_of("1", "1", "61.00"));
                        }
                        5 => {
                            save_and_send(&mut site, "1");
                            site.rest(1);
                            fault(&mut site, Fault::LostAfterStoring, Operation::Cancellazione, 1);
                            change(&mut site, Change::Cancel, "1");
                        }
                        _ => {
                            save_and_send(&mut site, "1");
                            site.rest(1);
                        }
                    }
                    change(&mut site, first, "1");
                    change(&mut site, second, "1");
                    let story = format!("{channel:?} {scene} {first:?} {second:?}");
                    let rounds = site.rest(20);
                    assert!(rounds < 200, "{story}: {rounds}");
                    all_settled(&mut site);
                    let there = stored(&site, "1").is_some();
                    let known = match site.store.0.contains_key("d/1") {
                        true => is_there(&mut site, "1"),
                        false => false,
                    };
                    assert_eq!(there, known, "{story}");
                }
            }
        }
    }
}

#[test]
fn a_cancelled_document_that_is_edited_stays_off_until_it_is_sent() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    change(&mut site, Change::Cancel, "1");
    save(&mut site, stage::invoice_of("1", "1", "61.00"));
    site.rest(1);
    assert_eq!(state(&mut site, "1"), DocumentState::Cancelled);
    assert!(stored(&site, "1").is_none());
    assert_eq!(send(&mut site, "1"), QueueOutcome::Queued);
    site.rest(1);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SP"], 6_100);
}

#[test]
fn what_is_deleted_while_its_outcome_is_unknown_is_gone_in_the_end_and_may_come_back() {
    for lost in [Fault::LostAfterStoring, Fault::LostBeforeStoring] {
        let mut site = stage::psychologist();
        fault(&mut site, lost, Operation::Inserimento, 1);
        save_and_send(&mut site, "1");
        assert_eq!(change(&mut site, Change::Delete, "1"), ChangeOutcome::UnderWay);
        site.rest(1);
        assert!(stored(&site, "1").is_none());
        assert_eq!(state(&mut site, "1"), DocumentState::Deleted);
        // Saved again, it is an invoice like another.
        assert_eq!(save(&mut site, stage::invoice("1", "1")), DocumentState::Ready);
        assert_eq!(send(&mut site, "1"), QueueOutcome::Queued);
        site.rest(1);
        assert!(is_there(&mut site, "1"));
    }
}

#[test]
fn what_is_deleted_in_a_closed_year_stays_there_and_is_said_to() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    site.now = stage::morning("2027-11-23");
    assert_eq!(change(&mut site, Change::Delete, "1"), ChangeOutcome::YearClosed);
    assert!(site.rest(10) < 20);
    assert!(stored(&site, "1").is_some());
    assert_eq!(state(&mut site, "1"), DocumentState::ChangedAfterSending);
}

#[test]
fn a_document_that_is_queued_and_cancelled_before_it_leaves_does_not_leave() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    save_and_send(&mut site, "1");
    assert_eq!(change(&mut site, Change::Cancel, "1"), ChangeOutcome::Done);
    site.set_credentials(Some(stage::credentials()));
    site.rest(1);
    assert!(stored(&site, "1").is_none());
    assert_eq!(count(&site, |e| matches!(e, EventKind::DocumentAccepted { .. })), 0);
}
