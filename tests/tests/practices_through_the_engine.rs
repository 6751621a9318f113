//! A whole year of each practice that sends by itself, saved and sent through the engine.

use sts_core::command::{Answer, Command, DocumentState, QueueOutcome, Saved, Selection};
use sts_core::domain::Accesso;
use sts_tests::practice_file::{Case, PracticeFile};
use sts_tests::site::Site;
use sts_tests::stage;

fn own_access() -> impl Iterator<Item = PracticeFile> {
    let files = PracticeFile::all().into_iter();
    files.filter(|practice| practice.profile.accesso == Accesso::Proprio)
}

fn save(site: &mut Site, cases: &[Case]) -> Vec<Saved> {
    let invoices = cases.iter().map(Case::input).collect();
    match site.command(Command::Save { invoices }) {
        Ok(Answer::Saved { documents }) => documents,
        other => panic!("{other:?}"),
    }
}

/// What the service would refuse, the engine keeps back: it knows the other documents.
fn goes(case: &Case) -> bool {
    let outcome = case.expect.outcome.as_ref();
    outcome.is_some_and(|outcome| outcome.result != "refused")
}

#[test]
fn what_may_go_is_accepted_once_and_nothing_else_leaves() {
    for practice in own_access() {
        let mut site = practice.site();
        for (saved, case) in save(&mut site, &practice.invoices).iter().zip(&practice.invoices) {
            let state = match &*case.expect.verdict {
                "send" if goes(case) => DocumentState::Ready,
                "send" => DocumentState::ToFix,
                "wait" => DocumentState::Waiting,
                "fix" => DocumentState::ToFix,
                _ => DocumentState::OutOfScope,
            };
            assert_eq!(saved.state, state, "{}", saved.id);
        }

        // Everything is asked for; the engine itself must keep back what may not go.
        let ids = practice.invoices.iter().map(|case| case.id().to_owned());
        let what = Selection::Ids(ids.collect());
        match site.command(Command::Send { what }) {
            Ok(Answer::Queued { documents }) => {
                for (queued, case) in documents.iter().zip(&practice.invoices) {
                    let queued_up = queued.outcome == QueueOutcome::Queued;
                    assert_eq!(queued_up, goes(case), "{queued:?}");
                }
            }
            other => panic!("{other:?}"),
        }
        site.rest(30);

        for case in &practice.invoices {
            let Some(outcome) = case.expect.outcome.as_ref().filter(|_| goes(case)) else {
                continue;
            };
            let document = stage::document(&mut site, case.id());
            let state = match &*outcome.result {
                "accepted" => DocumentState::Accepted,
                _ => DocumentState::AcceptedWithWarnings,
            };
            assert_eq!(document.state, state, "{} {}", case.id(), case.comment);
            let codes = document.messaggi.iter().map(|m| &m.codice);
            assert!(codes.filter(|code| *code != "0").eq(&outcome.codes), "{}", case.id());
            assert!(document.protocollo.is_some(), "{}", case.id());
        }
        let went = practice.invoices.iter().filter(|case| goes(case));
        let stored = site.world.documents();
        assert_eq!(stored.len(), went.count(), "{}", practice.name);
        assert!(stored.iter().all(|view| view.times_inserted == 1 && !view.cancelled));
    }
}

#[test]
fn saving_a_year_twice_changes_nothing() {
    for practice in own_access() {
        let mut site = practice.site();
        let first = save(&mut site, &practice.invoices);
        let store = site.store.clone();
        let second = save(&mut site, &practice.invoices);
        assert_eq!(first, second);
        assert!(store.0.keys().eq(site.store.0.keys()), "{}", practice.name);
    }
}

#[test]
fn nothing_printed_or_stored_shows_a_tax_code_or_a_credential() {
    for practice in own_access() {
        let mut site = practice.site();
        save(&mut site, &practice.invoices);
        let what = Selection::Ready { limit: 500 };
        site.command(Command::Send { what }).expect("no cut is set");
        site.rest(30);
        let store: Vec<_> = site.store.0.values().map(|v| String::from_utf8_lossy(v)).collect();
        // What may be seen is there, so the search below looks where things are.
        let id = practice.invoices[0].id();
        assert!(site.seen.contains(id) && store.iter().any(|value| value.contains(id)));
        let secrets = practice.secrets();
        assert!(secrets.len() > 10);
        for secret in secrets {
            assert!(!site.seen.contains(&secret), "{}", practice.name);
            assert!(!store.iter().any(|value| value.contains(&secret)), "{}", practice.name);
        }
    }
}
