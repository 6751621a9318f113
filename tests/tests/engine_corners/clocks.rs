//! Time: clocks set wrong, years that closed, networks that are down for long.

use super::{DAY, count, fault, is_there, open_in_flight, save, save_and_send, send, state};
use sts_core::command::DocumentState;
use sts_core::event::EventKind;
use sts_core::time::Timestamp;
use sts_simulator::{Fault, Operation};
use sts_tests::site::{Input as Asked, Network};
use sts_tests::stage;

#[test]
fn a_clock_that_was_years_ahead_freezes_nothing() {
    for story in 0..3 {
        let mut site = stage::psychologist();
        save_and_send(&mut site, "1");
        let right = site.now;
        site.now = right.plus(20 * DAY);
        save(&mut site, stage::invoice("2", "2"));
        match story {
            // Dies with the request under way.
            0 => drop(open_in_flight(&mut site, "2")),
            // The doubt of a lost answer.
            1 => {
                fault(&mut site, Fault::LostAfterStoring, Operation::Inserimento, 1);
                send(&mut site, "2");
            }
            // The pause after trouble.
            _ => {
                site.network = Network::Down;
                send(&mut site, "2");
                site.network = Network::Up;
            }
        }
        site.now = right.plus(60_000);
        site.rest(2);
        assert!(is_there(&mut site, "2"), "story {story}");
        assert!(site.world.documents().iter().all(|d| d.times_inserted == 1));
    }
}

#[test]
fn a_time_in_another_unit_is_refused_and_changes_nothing() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    save_and_send(&mut site, "1");
    site.set_credentials(Some(stage::credentials()));
    let right = site.now;
    for wrong in [right.0 / 1000, right.0.saturating_mul(1000), 0, -1, i64::MAX, i64::MIN] {
        site.now = Timestamp(wrong);
        let error = site.input(Asked::Tick).unwrap().unwrap_err();
        assert_eq!(error.code(), "CLOCK", "{wrong}");
    }
    site.now = right;
    site.rest(1);
    assert!(is_there(&mut site, "1"));
}

#[test]
fn many_documents_that_may_not_leave_any_more_take_few_readings_and_do_not_hide_the_rest() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    for n in 0..120 {
        let id = format!("{n:03}");
        save(&mut site, stage::invoice(&id, &id));
        send(&mut site, &id);
        site.now = site.now.plus(1);
    }
    // They were forgotten until the year was closed.
    site.now = stage::morning("2028-06-01");
    site.set_credentials(Some(stage::credentials()));
    site.rest(1);
    assert_eq!(count(&site, |e| matches!(e, EventKind::YearClosed { .. })), 120);
    assert!(site.world.documents().is_empty());
}

#[test]
fn a_network_that_is_down_for_a_week_costs_no_document_its_turn() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    site.network = Network::Down;
    save_and_send(&mut site, "2");
    site.rest(7);
    assert_eq!(state(&mut site, "2"), DocumentState::Queued);
    site.network = Network::Up;
    site.rest(1);
    assert!(is_there(&mut site, "2"));
}

#[test]
fn a_process_that_slept_between_commit_and_request_sends_nothing_late() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    let before = site.sent.len();
    site.nap = 3_600_000;
    save_and_send(&mut site, "2");
    assert_eq!(site.sent.len(), before);
    assert_eq!(state(&mut site, "2"), DocumentState::Queued);
    site.nap = 0;
    site.rest(1);
    assert!(is_there(&mut site, "2"));
}
