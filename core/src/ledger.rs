//! One input's view of the store: what was loaded, what is still needed, what will be written.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::record::{self, Record};
use crate::step::{Loaded, Needs, Range, Write};

/// The key whose value is the revision, a decimal number; absent counts as 0.
pub(crate) const REVISION: &str = "revision";

/// Why an input cannot go on.
pub(crate) enum Stop {
    /// Something is not loaded; it is noted in the needs.
    Read,
    /// The input is refused.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Error(error)
    }
}

/// The view itself. What was loaded is dropped when the input is done, so that an engine is never
/// stale and never grows.
#[derive(Default)]
pub(crate) struct Ledger {
    keys: BTreeMap<String, Option<Vec<u8>>>,
    ranges: BTreeMap<Range, Vec<(String, Vec<u8>)>>,
    /// What the host was asked to read last.
    asked: Needs,
    /// What this handling of the input found missing.
    needs: Needs,
    writes: BTreeMap<String, Option<Vec<u8>>>,
    /// Whether the revision was read again after everything else, and had not moved.
    confirmed: bool,
}

impl Ledger {
    /// Takes the store's answer to exactly what was asked.
    pub(crate) fn load(&mut self, loaded: Loaded) -> Result<(), Error> {
        let asked = std::mem::take(&mut self.asked);
        let keys: BTreeSet<&String> = asked.keys.iter().collect();
        if loaded.keys.len() != keys.len() || !loaded.keys.iter().all(|(k, _)| keys.contains(k)) {
            return Err(Error::Load { why: "the keys are not those asked for" });
        }
        if loaded.ranges.len() != asked.ranges.len() {
            return Err(Error::Load { why: "the ranges are not those asked for" });
        }
        for (range, entries) in &loaded.ranges {
            if !asked.ranges.contains(range) {
                return Err(Error::Load { why: "the ranges are not those asked for" });
            }
            if entries.len() > range.limit as usize {
                return Err(Error::Load { why: "a range has more entries than its limit" });
            }
            if !entries.iter().all(|(k, _)| (&range.from..&range.to).contains(&k)) {
                return Err(Error::Load { why: "a range has a key outside its bounds" });
            }
            if !entries.is_sorted_by(|a, b| a.0 < b.0) {
                return Err(Error::Load { why: "a range is not in ascending order of key" });
            }
        }
        // Every reading asks for the revision. When it moved, another process committed in between,
        // and what was read before does not belong to what is read now.
        let revision = loaded.keys.iter().find(|(key, _)| key == REVISION);
        let before = self.keys.get(REVISION);
        self.confirmed = false;
        if let (Some((_, now)), Some(before)) = (revision, before) {
            if now != before {
                self.keys.clear();
                self.ranges.clear();
            } else if loaded.keys.len() == 1 && loaded.ranges.is_empty() {
                self.confirmed = true;
            }
        }
        self.keys.extend(loaded.keys);
        self.ranges.extend(loaded.ranges);
        Ok(())
    }

    /// Whether everything that was read is known to be of one revision. When not, the revision is
    /// asked for alone, and what looks damaged may turn out to have been read in pieces.
    pub(crate) fn confirmed(&mut self) -> bool {
        if !self.confirmed && self.keys.contains_key(REVISION) {
            self.needs = Needs { keys: vec![REVISION.to_owned()], ranges: Vec::new() };
            return false;
        }
        true
    }

    /// Begins an input, or begins it anew after loading: nothing is written yet.
    pub(crate) fn begin(&mut self) {
        self.needs = Needs::default();
        self.writes.clear();
    }

    /// What is still to be read before the input can be repeated.
    pub(crate) fn ask(&mut self) -> Needs {
        if !self.needs.keys.iter().any(|key| key == REVISION) {
            self.needs.keys.insert(0, REVISION.to_owned());
        }
        self.asked = std::mem::take(&mut self.needs);
        self.asked.clone()
    }

    /// The revision that was loaded.
    pub(crate) fn revision(&mut self) -> Result<u64, Stop> {
        let Some(bytes) = self.bytes(REVISION)? else {
            return Ok(0);
        };
        std::str::from_utf8(bytes)
            .ok()
            .filter(|text| !text.starts_with('+'))
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| {
                Error::Record { key: REVISION.to_owned(), why: "not a number".to_owned() }.into()
            })
    }

    /// The record under a key.
    pub(crate) fn record<R: Record>(&mut self, key: &str) -> Result<Option<R>, Stop> {
        match self.bytes(key)? {
            Some(bytes) => Ok(Some(record::read(key, bytes)?)),
            None => Ok(None),
        }
    }

    /// The value under a key as text.
    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, Stop> {
        let Some(bytes) = self.bytes(key)? else {
            return Ok(None);
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Error::Record { key: key.to_owned(), why: "not text".to_owned() }.into()),
        }
    }

    /// Notes keys that will be read, so that one reading fetches them all.
    pub(crate) fn want<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) -> Result<(), Stop> {
        let mut complete = true;
        for key in keys {
            complete &= self.bytes(key).is_ok();
        }
        if complete { Ok(()) } else { Err(Stop::Read) }
    }

    /// Notes ranges that will be read, for the same reason.
    pub(crate) fn want_scans(&mut self, ranges: &[(&str, &str, u32)]) -> Result<(), Stop> {
        let mut complete = true;
        for (from, to, limit) in ranges {
            complete &= self.scan(from, to, *limit).is_ok();
        }
        if complete { Ok(()) } else { Err(Stop::Read) }
    }

    fn bytes(&mut self, key: &str) -> Result<Option<&[u8]>, Stop> {
        if let Some(written) = self.writes.get(key) {
            return Ok(written.as_deref());
        }
        if let Some(loaded) = self.keys.get(key) {
            return Ok(loaded.as_deref());
        }
        if !self.needs.keys.iter().any(|k| k == key) {
            self.needs.keys.push(key.to_owned());
        }
        Err(Stop::Read)
    }

    /// The first `limit` entries with `from` ≤ key < `to`, the writes of this input included.
    pub(crate) fn scan(&mut self, from: &str, to: &str, limit: u32) -> Result<Vec<Entry>, Stop> {
        let within = from.to_owned()..to.to_owned();
        let gone = self.writes.range(within.clone()).filter(|(_, v)| v.is_none()).count();
        // Deleted entries would leave the answer short, so that many more are read, rounded up so
        // that a repeated input asks the same question.
        let limit_asked = limit.saturating_add(gone.next_multiple_of(8) as u32);
        let asked = Range { from: from.to_owned(), to: to.to_owned(), limit: limit_asked };
        let Some(loaded) = self.ranges.get(&asked) else {
            self.needs.ranges.push(asked);
            return Err(Stop::Read);
        };
        let mut merged: BTreeMap<&str, &[u8]> =
            loaded.iter().map(|(k, v)| (k.as_str(), v.as_slice())).collect();
        // Beyond the last loaded key of a full answer the store is unknown.
        let known_to = (loaded.len() == limit_asked as usize).then(|| loaded.last()).flatten();
        for (key, value) in self.writes.range(within) {
            if known_to.is_some_and(|(last, _)| key > last) {
                continue;
            }
            match value {
                Some(value) => merged.insert(key, value),
                None => merged.remove(key.as_str()),
            };
        }
        Ok(merged
            .into_iter()
            .take(limit as usize)
            .map(|(k, v)| Entry { key: k.to_owned(), value: v.to_owned() })
            .collect())
    }

    /// Writes a record.
    pub(crate) fn put<R: Record>(&mut self, key: String, record: &R) {
        let bytes = record::write(record);
        self.set(key, Some(bytes));
    }

    /// Writes or deletes raw bytes.
    pub(crate) fn set(&mut self, key: String, value: Option<Vec<u8>>) {
        if self.keys.get(&key) == Some(&value) {
            self.writes.remove(&key);
        } else {
            self.writes.insert(key, value);
        }
    }

    /// The writes, with the successor of the revision when there are any.
    pub(crate) fn take_writes(&mut self) -> Result<(u64, Vec<Write>), Stop> {
        let revision = self.revision()?;
        if !self.writes.is_empty() {
            let next = revision.checked_add(1).ok_or(Error::Bug { why: "revisions ended" })?;
            self.writes.insert(REVISION.to_owned(), Some(next.to_string().into_bytes()));
        }
        let writes = std::mem::take(&mut self.writes);
        let writes = writes.into_iter().map(|(key, value)| Write { key, value }).collect();
        Ok((revision, writes))
    }
}

/// One entry of a scan.
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(limit: u32) -> Range {
        Range { from: "w/".into(), to: "w0".into(), limit }
    }

    /// A ledger that asked for the first keys from `w/`, and the store's answer.
    fn answered(limit: u32, keys: &[&str]) -> Result<Ledger, Error> {
        let asked = Needs { keys: vec![], ranges: vec![range(limit)] };
        let mut ledger = Ledger { asked, ..Ledger::default() };
        let entries = keys.iter().map(|key| ((*key).to_owned(), vec![])).collect();
        ledger.load(Loaded { keys: vec![], ranges: vec![(range(limit), entries)] })?;
        Ok(ledger)
    }

    fn keys(ledger: &mut Ledger, limit: u32) -> Vec<String> {
        let entries = ledger.scan("w/", "w0", limit).ok().unwrap();
        entries.into_iter().map(|entry| entry.key).collect()
    }

    #[test]
    fn a_scan_sees_the_writes_of_its_own_input() {
        let mut ledger = answered(2, &["w/1"]).unwrap();
        ledger.set("w/0".into(), Some(vec![]));
        assert_eq!(keys(&mut ledger, 2), ["w/0", "w/1"]);
    }

    #[test]
    fn a_write_beyond_a_full_answer_never_jumps_the_queue() {
        let mut ledger = answered(2, &["w/1", "w/2"]).unwrap();
        ledger.set("w/9".into(), Some(vec![]));
        assert_eq!(keys(&mut ledger, 2), ["w/1", "w/2"]);
    }

    #[test]
    fn deletions_make_the_scan_read_further_instead_of_answering_short() {
        let mut ledger = answered(1, &["w/1"]).unwrap();
        ledger.set("w/1".into(), None);
        assert!(matches!(ledger.scan("w/", "w0", 1), Err(Stop::Read)));
        assert_eq!(ledger.ask().ranges, [range(9)]);
    }

    #[test]
    fn what_was_read_before_the_revision_moved_is_read_again() {
        let mut ledger = Ledger::default();
        let read = |ledger: &mut Ledger, revision: &str, key: &str| {
            ledger.begin();
            assert!(ledger.text(key).is_err());
            let keys = ledger.ask().keys;
            assert_eq!(keys, [REVISION, key]);
            let value = |k: &str| if k == REVISION { revision } else { "value" };
            let keys = keys.iter().map(|k| (k.clone(), Some(value(k).into()))).collect();
            ledger.load(Loaded { keys, ranges: vec![] }).unwrap();
        };
        read(&mut ledger, "7", "d/1");
        read(&mut ledger, "7", "d/2");
        assert!(ledger.text("d/1").is_ok() && ledger.text("d/2").is_ok());
        read(&mut ledger, "8", "d/3");
        assert!(ledger.text("d/1").is_err() && ledger.text("d/3").is_ok());
    }

    #[test]
    fn damage_is_believed_only_when_all_was_read_at_one_revision() {
        let mut ledger = Ledger::default();
        ledger.keys.insert(REVISION.into(), Some(b"7".to_vec()));
        ledger.keys.insert("d/1".into(), Some(b"damaged".to_vec()));
        assert!(!ledger.confirmed());
        let again = |revision: &str| Loaded {
            keys: vec![(REVISION.into(), Some(revision.into()))],
            ranges: vec![],
        };
        assert_eq!(ledger.ask().keys, [REVISION]);
        ledger.load(again("7")).unwrap();
        assert!(ledger.confirmed());

        ledger.begin();
        assert!(ledger.text("d/2").is_err());
        ledger.ask();
        let keys = vec![(REVISION.into(), Some(b"7".to_vec())), ("d/2".into(), None)];
        ledger.load(Loaded { keys, ranges: vec![] }).unwrap();
        assert!(!ledger.confirmed());
        ledger.ask();
        ledger.load(again("8")).unwrap();
        assert!(!ledger.keys.contains_key("d/1"), "and it is read again");
    }

    #[test]
    fn what_equals_the_store_is_not_written() {
        let mut ledger = Ledger::default();
        ledger.keys.insert("d/1".into(), Some(b"same".to_vec()));
        ledger.keys.insert(REVISION.into(), Some(b"7".to_vec()));
        ledger.set("d/1".into(), Some(b"same".to_vec()));
        assert_eq!(ledger.take_writes().ok().unwrap(), (7, vec![]));
    }

    #[test]
    fn answers_that_do_not_fit_the_question_are_refused() {
        for wrong in [&["w/2", "w/1"][..], &["w/1", "w/1"], &["x"], &["w/1", "w/2", "w/3"]] {
            assert!(answered(2, wrong).is_err(), "{wrong:?}");
        }
        assert!(answered(2, &["w/1", "w/2"]).is_ok());
        let unasked = Loaded { keys: vec![("h".into(), None)], ranges: vec![] };
        assert!(Ledger::default().load(unasked).is_err());
    }
}
