//! Guarding the credentials: eight wrong attempts disable the account, and the engine spends one.

use sts_core::command::{Answer, Command, DocumentState, Selection, Testing};
use sts_core::event::EventKind;
use sts_simulator::{Fault, FaultRule, Operation, WrongPassword};
use sts_tests::site::{Input, Site};
use sts_tests::stage;

fn want_sent(site: &mut Site, ids: &[&str]) {
    let invoices = ids.iter().map(|id| stage::invoice(id, id)).collect();
    site.command(Command::Save { invoices }).unwrap();
    let what = Selection::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
    site.command(Command::Send { what }).unwrap();
}

fn test_credentials(site: &mut Site, again: bool) -> Testing {
    match site.command(Command::TestCredentials { again }).unwrap() {
        Answer::Testing { outcome } => outcome,
        other => panic!("{other:?}"),
    }
}

fn count(site: &Site, wanted: impl Fn(&EventKind) -> bool) -> usize {
    site.events.values().filter(|event| wanted(&event.kind)).count()
}

#[test]
fn a_refused_password_is_tried_once_and_work_resumes_when_it_changes() {
    let mut site = stage::psychologist();
    let right = stage::credentials();
    site.set_credentials(Some(stage::credentials_with_password("sbagliata1")));
    want_sent(&mut site, &["1", "2", "3"]);
    site.rest(60);
    for _ in 0..50 {
        site.reopen();
        site.input(Input::Tick).unwrap().unwrap();
        site.now = site.now.plus(600_000);
    }
    assert_eq!(site.sent.len(), 1, "one login, whatever waits: {:?}", site.sent);
    assert_eq!(site.world.wrong_logins(stage::USER), Some(1));
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsRefused { .. })), 1);
    assert_eq!(stage::document(&mut site, "1").state, DocumentState::Queued);
    assert_eq!(test_credentials(&mut site, false), Testing::RefusedBefore);
    assert_eq!(site.sent.len(), 1);

    site.set_credentials(Some(right));
    site.rest(1);
    assert_eq!(site.world.documents().len(), 3);
    assert_eq!(site.sent[1], "InterrogazionePuntuale", "tested before anything is sent");
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsAccepted)), 1);
}

#[test]
fn a_password_that_expires_in_mid_work_pauses_and_loses_nothing() {
    let mut site = stage::psychologist();
    let expire = FaultRule { skip: 1, ..FaultRule::next(Fault::ExpirePassword) };
    assert!(site.world.add_fault(expire.of(Operation::Inserimento)));
    want_sent(&mut site, &["1", "2", "3"]);
    site.rest(90);
    assert_eq!(site.world.documents().len(), 1);
    assert_eq!(site.world.wrong_logins(stage::USER).unwrap_or(0).max(1), 1);
    let inserts = site.sent.iter().filter(|label| **label == "Inserimento").count();
    assert_eq!(inserts, 2, "the second was refused, the third never left");

    let mut user = site.world.user(stage::USER).unwrap().clone();
    user.password = "Nuova123".to_owned();
    user.stato = sts_simulator::Stato::Attivo;
    site.world.set_user(user);
    site.set_credentials(Some(stage::credentials_with_password("Nuova123")));
    site.rest(1);
    assert_eq!(site.world.documents().len(), 3);
}

#[test]
fn silence_to_untested_credentials_is_not_repeated_for_ever() {
    let mut site = stage::psychologist();
    let mut settings = site.world.settings().clone();
    settings.wrong_password = WrongPassword::Hang;
    site.world.set_settings(settings);
    site.set_credentials(Some(stage::credentials_with_password("sbagliata1")));
    want_sent(&mut site, &["1"]);
    site.rest(60);
    assert!(site.sent.len() <= 3, "{:?}", site.sent);
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsSuspect)), 1);

    // A person may insist, and the right ones go through.
    site.set_credentials(Some(stage::credentials()));
    assert_eq!(test_credentials(&mut site, false), Testing::Started);
    site.rest(1);
    assert_eq!(site.world.documents().len(), 1);
}

#[test]
fn a_second_process_with_the_old_password_spends_no_login() {
    let mut site = stage::psychologist();
    let old = stage::credentials_with_password("vecchia12");
    site.set_credentials(Some(old.clone()));
    want_sent(&mut site, &["1"]);
    site.set_credentials(Some(stage::credentials()));
    site.rest(1);
    assert_eq!(site.world.documents().len(), 1);
    let before = site.sent.len();
    // The cron job still has the old one in its environment.
    site.set_credentials(Some(old));
    site.reopen();
    want_sent(&mut site, &["2"]);
    site.rest(30);
    assert_eq!(site.sent.len(), before);
    assert_eq!(site.world.wrong_logins(stage::USER).unwrap_or(0), 0, "reset by the right login");
}

#[test]
fn a_test_of_right_credentials_stores_nothing() {
    let mut site = stage::psychologist();
    assert_eq!(test_credentials(&mut site, false), Testing::Started);
    assert!(site.world.documents().is_empty());
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsAccepted)), 1);
    // Asked again, a person gets an answer again.
    assert_eq!(test_credentials(&mut site, false), Testing::Started);
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsAccepted)), 2);
}

#[test]
fn nothing_of_the_credentials_or_the_patients_is_seen_or_kept() {
    let mut site = stage::psychologist();
    want_sent(&mut site, &["1", "2"]);
    site.world.add_fault(FaultRule::next(Fault::AuthenticationFault).of(Operation::Inserimento));
    want_sent(&mut site, &["3"]);
    site.rest(1);
    let kept: String =
        site.store.0.values().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
    for secret in stage::secrets() {
        assert!(!site.seen.contains(&secret), "seen");
        assert!(!kept.contains(&secret), "kept");
    }
}
