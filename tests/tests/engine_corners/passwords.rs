//! Passwords that die in silence, and what a test of them says.

use super::{count, fault, is_there, open_in_flight, save, save_and_send};
use sts_core::command::{Answer, Command, Testing};
use sts_core::event::EventKind;
use sts_simulator::{Fault, FaultRule, Operation, WrongPassword};
use sts_tests::site::{Input as Asked, Site};
use sts_tests::stage;

/// The password changes on the portal, and the wrong one meets silence.
fn password_dies_in_silence(site: &mut Site, now: &str) {
    let mut user = site.world.user(stage::USER).unwrap().clone();
    user.password = now.to_owned();
    site.world.set_user(user);
    let mut settings = site.world.settings().clone();
    settings.wrong_password = WrongPassword::Hang;
    site.world.set_settings(settings);
}

#[test]
fn a_proven_password_that_dies_in_silence_is_not_spent_until_the_account_is_disabled() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    password_dies_in_silence(&mut site, "Nuova123");
    save_and_send(&mut site, "2");
    site.rest(60);
    assert!(site.world.wrong_logins(stage::USER).unwrap_or(0) < 8);
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsSuspect)), 1);
    site.set_credentials(Some(stage::credentials_with_password("Nuova123")));
    site.rest(2);
    assert!(is_there(&mut site, "2"));
}

#[test]
fn an_outage_of_two_days_ends_without_a_person() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    let hang = Fault::Hang { after_storing: false };
    assert!(site.world.add_fault(FaultRule::next(hang).times(10_000)));
    save_and_send(&mut site, "2");
    site.rest(2);
    site.world.clear_faults();
    site.rest(3);
    assert!(is_there(&mut site, "2"));
}

#[test]
fn suspicious_faults_in_a_row_stop_the_sending_with_a_proven_password_too() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    let before = site.sent.len();
    assert!(site.world.add_fault(FaultRule::next(Fault::InternalError).times(10_000)));
    save_and_send(&mut site, "2");
    site.rest(60);
    assert!(site.sent.len() - before < 8, "{:?}", site.sent);
}

#[test]
fn silence_is_counted_for_each_password_by_itself() {
    let mut site = stage::psychologist();
    password_dies_in_silence(&mut site, "Nuova123");
    site.set_credentials(None);
    save_and_send(&mut site, "1");
    for n in 0..40 {
        // Two processes that woke in turn, each with its own wrong password.
        let password = ["vecchia12", "sbagliata1"][n % 2];
        site.set_credentials(Some(stage::credentials_with_password(password)));
        site.reopen();
        site.now = site.now.plus(2 * 3_600_000);
        site.input(Asked::Tick).unwrap().unwrap();
    }
    assert!(site.sent.len() <= 6, "{}", site.sent.len());
}

#[test]
fn a_test_without_result_does_not_say_that_the_password_is_right() {
    let mut site = stage::psychologist();
    fault(&mut site, Fault::Ws99 { after_storing: false }, Operation::InterrogazionePuntuale, 1);
    site.command(Command::TestCredentials { again: false }).unwrap();
    let unclear = count(&site, |e| matches!(e, EventKind::CredentialsUnclear));
    let accepted = count(&site, |e| matches!(e, EventKind::CredentialsAccepted));
    assert_eq!((unclear, accepted), (1, 0));
}

#[test]
fn a_person_may_test_while_a_request_is_under_way_and_is_answered() {
    let mut site = stage::psychologist();
    save_and_send(&mut site, "1");
    save(&mut site, stage::invoice("2", "2"));
    open_in_flight(&mut site, "2");
    let Ok(Answer::Testing { outcome }) = site.command(Command::TestCredentials { again: false })
    else {
        panic!("a test is answered");
    };
    assert_eq!(outcome, Testing::Queued);
    let before = count(&site, |e| matches!(e, EventKind::CredentialsAccepted));
    site.rest(1);
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsAccepted)), before + 1);
    assert!(is_there(&mut site, "2"));
}
