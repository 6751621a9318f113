//! The rules of a store, as checks for stores written by hosts.
//!
//! ```
//! use sts_host::{MemoryStore, conformance};
//!
//! conformance::check(MemoryStore::new);
//! ```

use std::sync::Barrier;

use sts_core::step::{Range, Write};

use crate::store::{Commit, REVISION, Store, revision};

fn put(key: &str, value: &[u8]) -> Write {
    Write { key: key.to_owned(), value: Some(value.to_vec()) }
}

fn delete(key: &str) -> Write {
    Write { key: key.to_owned(), value: None }
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn scan(store: &mut impl Store, from: &str, to: &str, limit: u32) -> Vec<String> {
    let range = Range { from: from.to_owned(), to: to.to_owned(), limit };
    let entries = store.scan(&range).expect("a scan succeeds");
    entries.into_iter().map(|(key, _)| key).collect()
}

/// Commits the writes with the successor of the revision.
fn advance(store: &mut impl Store, expected: u64, mut writes: Vec<Write>) -> Commit {
    writes.push(put(REVISION, (expected + 1).to_string().as_bytes()));
    store.commit(expected, &writes).expect("a commit succeeds or conflicts")
}

/// Checks every rule that one connection can show. `empty` gives a new, empty store each time.
///
/// # Panics
///
/// When the store breaks a rule; the message says which.
pub fn check<S: Store>(mut empty: impl FnMut() -> S) {
    absent_is_none_and_revision_zero(empty());
    values_are_bytes(empty());
    keys_compare_as_bytes(empty());
    ranges_are_half_open_and_limited(empty());
    answers_keep_the_order_of_the_question(empty());
    deletions_are_part_of_a_commit(empty());
    a_commit_against_another_revision_changes_nothing(empty());
    large_commits_are_whole(empty());
}

fn absent_is_none_and_revision_zero(mut store: impl Store) {
    let found = store.get(&keys(&[REVISION, "d/1"])).expect("reading succeeds");
    assert_eq!(found, [None, None], "a missing key is None");
    assert!(scan(&mut store, "", "~", 10).is_empty(), "a new store is empty");
    assert!(store.get(&[]).expect("reading nothing succeeds").is_empty());
    let done = advance(&mut store, 0, vec![]);
    assert_eq!(done, Commit::Done, "an absent revision counts as 0");
}

fn values_are_bytes(mut store: impl Store) {
    let all: Vec<u8> = (0..=255).collect();
    let writes = vec![put("bytes", &all), put("empty", b"")];
    assert_eq!(advance(&mut store, 0, writes), Commit::Done);
    let found = store.get(&keys(&["bytes", "empty"])).expect("reading succeeds");
    assert_eq!(found, [Some(all), Some(vec![])], "values come back byte for byte, empty ones too");
}

fn keys_compare_as_bytes(mut store: impl Store) {
    // Upper before lower case, blanks before letters, and by code point beyond ASCII.
    let ascending =
        ["A", "B/ 1", "B/1", "a", "a b", "a%", "a_", "b", "z", "~", "à", "é", "\u{10000}"];
    let writes = ascending.iter().rev().map(|key| put(key, b"")).collect();
    assert_eq!(advance(&mut store, 0, writes), Commit::Done);
    let mut found = scan(&mut store, "", "\u{10ffff}", 100);
    found.retain(|key| key != REVISION);
    assert_eq!(found, ascending, "keys are ordered as bytes");
    assert_eq!(scan(&mut store, "a", "a\0", 9), ["a"], "a NUL ends nothing");
    assert_eq!(scan(&mut store, "a\0", "b", 9), ["a b", "a%", "a_"], "a NUL ends nothing");
    let same = store.get(&keys(&["a ", "À", "a"])).expect("reading succeeds");
    assert_eq!(same, [None, None, Some(vec![])], "no two keys are the same but equal ones");
}

fn ranges_are_half_open_and_limited(mut store: impl Store) {
    let writes = ["w/1", "w/2", "w/3", "w0"].iter().map(|key| put(key, key.as_bytes())).collect();
    assert_eq!(advance(&mut store, 0, writes), Commit::Done);
    assert_eq!(scan(&mut store, "w/", "w0", 10), ["w/1", "w/2", "w/3"], "the end is excluded");
    assert_eq!(scan(&mut store, "w/2", "w/3", 10), ["w/2"], "the beginning is included");
    assert_eq!(scan(&mut store, "w/", "w0", 2), ["w/1", "w/2"], "the first `limit` are given");
    assert!(scan(&mut store, "w/", "w0", 0).is_empty(), "a limit of 0 gives nothing");
    assert!(scan(&mut store, "w/3", "w/1", 10).is_empty(), "a reversed range is empty");
    assert_eq!(scan(&mut store, "w/", "w0", u32::MAX).len(), 3, "any limit is taken");
}

fn answers_keep_the_order_of_the_question(mut store: impl Store) {
    let writes = ["a", "b", "c"].iter().map(|key| put(key, key.as_bytes())).collect();
    assert_eq!(advance(&mut store, 0, writes), Commit::Done);
    let found = store.get(&keys(&["c", "x", "a"])).expect("reading succeeds");
    let expected = [Some(b"c".to_vec()), None, Some(b"a".to_vec())];
    assert_eq!(found, expected, "one answer for each key, in order");
}

fn deletions_are_part_of_a_commit(mut store: impl Store) {
    assert_eq!(advance(&mut store, 0, vec![put("a", b"1"), put("b", b"1")]), Commit::Done);
    let writes = vec![delete("a"), put("b", b"2"), delete("never")];
    assert_eq!(advance(&mut store, 1, writes), Commit::Done);
    let found = store.get(&keys(&["a", "b"])).expect("reading succeeds");
    assert_eq!(found, [None, Some(b"2".to_vec())], "deleted and replaced");
}

fn a_commit_against_another_revision_changes_nothing(mut store: impl Store) {
    assert_eq!(advance(&mut store, 0, vec![put("a", b"1")]), Commit::Done);
    for stale in [0, 2, u64::MAX - 1] {
        let writes = vec![put("a", b"2"), put("c", b"2"), delete("a")];
        assert_eq!(advance(&mut store, stale, writes), Commit::Conflict, "revision {stale}");
    }
    let found = store.get(&keys(&["a", "c", REVISION])).expect("reading succeeds");
    assert_eq!(
        found,
        [Some(b"1".to_vec()), None, Some(b"1".to_vec())],
        "a conflict changes nothing"
    );
}

fn large_commits_are_whole(mut store: impl Store) {
    let long = "k".repeat(512);
    let value = vec![7; 1 << 20];
    let mut writes: Vec<Write> =
        (0..2_000).map(|i| put(&format!("d/{i:05}"), &i.to_string().into_bytes())).collect();
    writes.push(put(&long, &value));
    assert_eq!(advance(&mut store, 0, writes), Commit::Done);
    assert_eq!(scan(&mut store, "d/", "d0", 5_000).len(), 2_000, "two thousand writes at once");
    let many: Vec<String> = (0..2_000).rev().map(|i| format!("d/{i:05}")).collect();
    let found = store.get(&many).expect("reading succeeds");
    assert_eq!(found.len(), 2_000, "two thousand keys at once");
    assert_eq!(found[0], Some(b"1999".to_vec()), "two thousand keys in order");
    let found = store.get(&[long]).expect("reading succeeds");
    assert_eq!(found, [Some(value)], "a key of 512 bytes and a value of 1 MiB");
}

/// Checks that connections to one store exclude each other. `connect` gives another connection to
/// the same store, empty at first, each time.
///
/// # Panics
///
/// When two connections both commit against one revision, or a write is lost.
pub fn check_shared<S: Store + Send>(connect: impl Fn() -> S) {
    const CONNECTIONS: usize = 4;
    const COMMITS: usize = 25;
    let connections: Vec<S> = (0..CONNECTIONS).map(|_| connect()).collect();
    let start = Barrier::new(CONNECTIONS);
    std::thread::scope(|scope| {
        for (mine, mut store) in connections.into_iter().enumerate() {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                let mut done = 0;
                while done < COMMITS {
                    let read = store.get(&keys(&[REVISION])).expect("reading succeeds");
                    let seen = revision(read[0].as_deref()).expect("a number");
                    let write = put(&format!("c/{seen:05}"), &[mine as u8]);
                    if advance(&mut store, seen, vec![write]) == Commit::Done {
                        done += 1;
                    }
                }
            });
        }
    });
    let mut store = connect();
    let read = store.get(&keys(&[REVISION])).expect("reading succeeds");
    let total = (CONNECTIONS * COMMITS) as u64;
    assert_eq!(revision(read[0].as_deref()).expect("a number"), total, "each commit counted once");
    let commits = scan(&mut store, "c/", "c0", u32::MAX);
    assert_eq!(commits.len() as u64, total, "each revision was committed by one connection");
}
