//! What must hold once a world is at rest.

use std::collections::{BTreeMap, BTreeSet};

use sts_core::command::{Change, DocumentState};
use sts_core::registry::{Acceptance, Transmission};
use sts_core::rules::YearState;
use sts_simulator::{Date, DocumentView as Stored, LocalTime, Season};

use super::invoices::Version;
use super::practice::Wanted;
use super::scene::Scene;
use super::wishes::Wish;

/// After the weather has cleared, and without any further wish than a test of the credentials,
/// nothing is under way or waiting any more.
pub(super) fn queued_work_is_done(scene: &mut Scene) {
    use DocumentState::{Changing, HandedIn, Queued, Sending, Unknown};
    for view in scene.views() {
        let open = [Queued, Sending, HandedIn, Unknown, Changing].contains(&view.state);
        assert!(!open, "{} is not at rest: {view:?}", view.id);
    }
    no_story_is_open(scene);
    what_is_said_is_true(scene);
}

/// Every transmission has its end, and the store holds nothing that is waited for.
fn no_story_is_open(scene: &mut Scene) {
    let rows = scene.registry();
    for pair in rows.windows(2) {
        assert_eq!(pair[0].number, pair[1].number + 1, "the registry has a gap");
    }
    for row in &rows {
        let open = row.transmission == Transmission::Open
            || row.transmission == Transmission::Unknown
            || row.acceptance == Acceptance::Pending
            || row.settled_at.is_none();
        assert!(!open, "a transmission without an end: {row:?}");
    }
    let waits = |key: &&String| ["a/", "w/", "v/"].iter().any(|kind| key.starts_with(kind));
    let left: Vec<&String> = scene.store.0.keys().filter(waits).collect();
    assert!(left.is_empty(), "left in the store: {left:?}");
}

/// Whatever the engine says of a document is so on the service.
fn what_is_said_is_true(scene: &mut Scene) {
    let views = scene.views();
    for view in &views {
        let live = live(scene, &view.id);
        use DocumentState::{
            Accepted, AcceptedWithWarnings, Cancelled, ChangeRefused, ChangedAfterSending,
            Conflict, Deleted, GivenUp, OutOfScope, Ready, Refused, ToFix, Waiting,
        };
        let paper = &scene.practice.papers[&view.id];
        let current = paper.current().expect("what is shown was saved");
        match view.state {
            Accepted | AcceptedWithWarnings => {
                let [stored] = live.as_slice() else {
                    panic!("said to be there once: {view:?}, {live:?}");
                };
                if let Some(what) = current.differs(stored, &scene.world) {
                    panic!(
                        "said to be there, but {what} differs: {view:?}, {stored:?}, {current:?}"
                    );
                }
                if view.protocollo.is_some() {
                    assert_eq!(view.protocollo.as_ref(), Some(&stored.protocollo), "{}", view.id);
                }
            }
            Cancelled | Deleted | OutOfScope | Ready | Refused | ToFix | Waiting | GivenUp => {
                assert!(live.is_empty(), "said not to be there: {view:?}, {live:?}");
            }
            ChangedAfterSending | ChangeRefused | Conflict => {}
            other => panic!("not at rest: {other:?}"),
        }
    }
    let mut counts = BTreeMap::new();
    for view in &views {
        *counts.entry(view.state).or_insert(0u64) += 1;
    }
    let mut counted = scene.health().counts;
    counted.retain(|_, count| *count > 0);
    assert_eq!(counted, counts, "the counts of the health are not those of the list");
}

/// What the service has of a document, under any key that it ever had.
fn live(scene: &Scene, id: &str) -> Vec<Stored> {
    let paper = &scene.practice.papers[id];
    let documents = scene.world.documents().into_iter();
    documents.filter(|stored| !stored.cancelled && paper.had(&stored.key)).collect()
}

/// Documents that the engine judged under another date than today's, in their present version.
pub(super) fn to_be_judged_again(scene: &mut Scene) -> Vec<Version> {
    let papers = scene.practice.papers.values().filter(|paper| !paper.deleted);
    let current: Vec<Version> = papers.filter_map(|paper| paper.current().cloned()).collect();
    let stale = current.into_iter().filter(|version| {
        let view = scene.view(&version.id);
        let judged = scene.settings.judge(&version.input(), scene.now);
        view.is_none_or(|view| view.save_again || view.verdict != judged.verdict)
    });
    stale.collect()
}

/// What a person does about documents that did not end well.
pub(super) fn to_be_put_right(scene: &mut Scene) -> Vec<Wish> {
    use DocumentState::{ChangeRefused, ChangedAfterSending, Conflict, GivenUp, Refused};
    let mut wishes = Vec::new();
    for view in scene.views() {
        let (id, paper) = (view.id.clone(), &scene.practice.papers[&view.id]);
        if ![ChangeRefused, ChangedAfterSending, Conflict, GivenUp, Refused].contains(&view.state) {
            continue;
        }
        let current = paper.current().expect("what is shown was saved").clone();
        let ids = vec![id];
        if paper.deleted {
            wishes.push(Wish::Save(vec![current]));
            wishes.push(Wish::Change(Change::Resync, ids.clone(), true));
            wishes.push(Wish::Change(Change::Delete, ids, true));
        } else if paper.withheld {
            wishes.push(Wish::Change(Change::Resync, ids.clone(), true));
            wishes.push(Wish::Change(Change::Cancel, ids, true));
        } else {
            wishes.push(Wish::Change(Change::Resync, ids, true));
        }
    }
    wishes
}

/// The end: each wanted document is there once with equal content, the others are not, and the
/// engine says so.
pub(super) fn everything_is_as_wanted(scene: &mut Scene) {
    no_story_is_open(scene);
    what_is_said_is_true(scene);
    for stored in scene.world.documents().iter().filter(|stored| !stored.cancelled) {
        let owner = scene.practice.owner(&stored.key);
        let owner = owner.unwrap_or_else(|| panic!("stored and never wanted: {:?}", stored.key));
        let same = |version: &Version| version.differs(stored, &scene.world).is_none();
        assert!(owner.saved.iter().any(same), "no version of it is what is stored: {stored:?}");
    }
    let ids: Vec<String> = scene.practice.papers.keys().cloned().collect();
    for id in ids {
        if let Some(version) = scene.practice.papers[&id].current().cloned() {
            document_is_as_wanted(scene, &version);
        } else {
            assert!(scene.view(&id).is_none(), "{id} was never saved");
        }
    }
    every_event_was_delivered(scene);
    for (key, value) in &scene.store.0 {
        scene.privacy.scan("the store", key);
        scene.privacy.scan("the store", &String::from_utf8_lossy(value));
    }
}

fn document_is_as_wanted(scene: &mut Scene, version: &Version) {
    let paper = &scene.practice.papers[&version.id];
    let verdict = scene.settings.judge(&version.input(), scene.now).verdict;
    let wanted = paper.wanted(verdict);
    let (deleted, live) = (paper.deleted, live(scene, &version.id));
    let view = scene.view(&version.id);
    assert!(deleted || view.is_some(), "what was committed is lost: {version:?}");
    if out_of_reach(scene, version) {
        scene.statistics.out_of_reach += 1;
        return;
    }
    let equal = live.len() == 1 && version.differs(&live[0], &scene.world).is_none();
    let right = match wanted {
        Wanted::Content if original_is_there(scene, version) => equal,
        Wanted::Content | Wanted::Nothing => live.is_empty(),
        Wanted::Undecided => live.len() <= 1,
    };
    assert!(right, "wanted {wanted:?}: {live:?}, {version:?}, {view:?}");
    match (wanted, live.len(), view) {
        (Wanted::Content, 1, Some(view)) => {
            use DocumentState::{Accepted, AcceptedWithWarnings};
            let accepted = matches!(view.state, Accepted | AcceptedWithWarnings);
            assert!(accepted, "it is there, and not said to be: {view:?}");
            scene.statistics.accepted += 1;
        }
        (Wanted::Nothing, ..) if scene.practice.papers[&version.id].asked => {
            scene.statistics.taken_away += 1;
        }
        _ => {}
    }
}

/// A refund is there only when its original is, under the key that it names.
fn original_is_there(scene: &Scene, version: &Version) -> bool {
    let Some(key) = version.original() else {
        return true;
    };
    let original = scene.world.document(&key).filter(|stored| !stored.cancelled);
    original.is_some_and(|stored| stored.refund_of.is_none())
}

/// Whether nobody can make the service have what is wanted: a year is over for a version of the
/// document, or the service takes no key again that was cancelled; or the same holds of a
/// document that refunds it, or that it refunds.
fn out_of_reach(scene: &Scene, version: &Version) -> bool {
    let refunds = |other: &Version| {
        other.original().is_some_and(|key| scene.practice.papers[&version.id].had(&key))
    };
    scene.practice.papers.iter().any(|(id, paper)| {
        let bound = *id == version.id
            || paper.saved.iter().any(refunds)
            || scene.practice.papers[&version.id]
                .saved
                .iter()
                .filter_map(Version::original)
                .any(|key| paper.had(&key));
        bound && paper.saved.iter().any(|version| stuck(scene, version))
    })
}

fn stuck(scene: &Scene, version: &Version) -> bool {
    let day = if version.refunds.is_some() { Some(version.issued) } else { version.paid };
    let over = day.is_some_and(|day| {
        let judged = scene.settings.judge(&version.input(), scene.now);
        let paid = Date::iso(&day.to_string()).expect("both write dates alike");
        let today = LocalTime::at(scene.now.0).date;
        let calendar = &scene.world.settings().calendar;
        calendar.season(paid, false, today) == Season::Closed
            || judged.scadenza.is_some_and(|scadenza| scadenza.stato == YearState::Closed)
    });
    let cancelled = scene.world.document(&version.key()).is_some_and(|stored| stored.cancelled);
    over || cancelled && !scene.world.settings().reinsert_after_cancellation
}

fn every_event_was_delivered(scene: &Scene) {
    let delivered: BTreeSet<u64> = scene.events.keys().copied().collect();
    let last = delivered.last().copied().unwrap_or(0);
    assert_eq!(delivered.len() as u64, last, "an event is missing before number {last}");
    let holder = scene.store.0.get("h").expect("the holder's record is there");
    let holder: serde_json::Value = serde_json::from_slice(holder).expect("a record is JSON");
    assert_eq!(holder["body"]["next_event"], last + 1, "events were never delivered");
}
