//! Records that are damaged, newer or lost, and index keys that fit nothing.

use super::{count, fault, is_there, open_in_flight, save, save_and_send, send, state};
use sts_core::command::{DocumentState, QueueOutcome};
use sts_core::event::EventKind;
use sts_simulator::{Fault, Operation};
use sts_tests::site::Site;
use sts_tests::stage;

fn damage(site: &mut Site, key: &str) {
    let value = site.store.0.get_mut(key).expect("the record is there");
    *value = b"{damaged".to_vec();
    site.damaged = true;
}

#[test]
fn a_damaged_document_stops_no_other_document_and_no_answer() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    for id in ["1", "2", "3"] {
        save_and_send(&mut site, id);
    }
    damage(&mut site, "d/2");
    site.set_credentials(Some(stage::credentials()));
    site.rest(2);
    assert_eq!(site.world.documents().len(), 2);
    assert!(is_there(&mut site, "3"));
    // What is new goes on as well, and the damage is told.
    save_and_send(&mut site, "4");
    assert!(is_there(&mut site, "4"));
    let told = count(&site, |e| matches!(e, EventKind::DocumentPutOff { id, .. } if id == "2"));
    assert!(told > 0);
}

#[test]
fn a_document_of_a_newer_version_waits_for_it_and_stops_no_other() {
    let mut site = stage::psychologist();
    site.set_credentials(None);
    for id in ["1", "2"] {
        save_and_send(&mut site, id);
    }
    let old = site.store.0["d/1"].clone();
    let newer = String::from_utf8(old.clone()).unwrap().replace("\"v\":2", "\"v\":9");
    site.store.0.insert("d/1".to_owned(), newer.into_bytes());
    site.damaged = true;
    site.set_credentials(Some(stage::credentials()));
    site.rest(1);
    assert!(is_there(&mut site, "2"));
    // The newer version, played by giving the old record back, finds it still queued.
    site.store.0.insert("d/1".to_owned(), old);
    site.damaged = false;
    site.rest(1);
    assert!(is_there(&mut site, "1"));
    assert_eq!(site.world.documents().len(), 2);
    assert!(!site.store.0.keys().any(|key| key.starts_with("w/")));
}

#[test]
fn a_damaged_row_of_the_registry_loses_no_answer() {
    let mut site = stage::psychologist();
    fault(&mut site, Fault::LostAfterStoring, Operation::Inserimento, 1);
    save_and_send(&mut site, "1");
    let row = site.store.0.keys().find(|key| key.starts_with("t/")).unwrap().clone();
    damage(&mut site, &row);
    site.rest(1);
    assert!(is_there(&mut site, "1"));
}

#[test]
fn a_damaged_attempt_blocks_nothing_for_ever() {
    let mut site = stage::psychologist();
    site.cut_at(None);
    save_and_send(&mut site, "1");
    save(&mut site, stage::invoice("2", "2"));
    let boundary = open_in_flight(&mut site, "2");
    let attempt = site.store.0.keys().find(|key| key.starts_with("a/")).unwrap().clone();
    damage(&mut site, &attempt);
    save_and_send(&mut site, "3");
    site.rest(1);
    assert!(is_there(&mut site, "3"), "cut at {boundary}");
    // The person who asks again for the one whose attempt is gone has it found out.
    assert_eq!(send(&mut site, "2"), QueueOutcome::UnderWay);
    site.rest(1);
    assert!(is_there(&mut site, "2"));
    assert!(site.world.documents().iter().all(|d| d.times_inserted == 1));
}

#[test]
fn an_index_key_that_fits_no_document_is_dropped_and_stops_nothing() {
    let mut site = stage::psychologist();
    site.store.0.insert("w/0000000000001/nobody".to_owned(), Vec::new());
    save(&mut site, stage::invoice("1", "1"));
    site.store.0.insert("w/0000000000002/1".to_owned(), Vec::new());
    save_and_send(&mut site, "2");
    site.rest(1);
    assert!(is_there(&mut site, "2"));
    assert_eq!(state(&mut site, "1"), DocumentState::Ready);
    assert!(!site.store.0.keys().any(|key| key.starts_with("w/")));
}
