//! A store that forgets: for tests, and for hosts that persist by other means.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sts_core::step::{Range, Write};

use super::{Commit, REVISION, Store, StoreError, revision};

/// Records in memory. Clones share them, as two processes share a database.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of all records, in ascending order of key.
    pub fn dump(&self) -> Vec<(String, Vec<u8>)> {
        self.entries().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        // No code panics between two changes of one commit, so a poisoned map is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let entries = self.entries();
        Ok(keys.iter().map(|key| entries.get(key).cloned()).collect())
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        if range.from >= range.to {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Included(&range.from), Bound::Excluded(&range.to));
        let entries = self.entries();
        let found = entries.range::<String, _>(bounds).take(range.limit as usize);
        Ok(found.map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        let mut entries = self.entries();
        if revision(entries.get(REVISION).map(Vec::as_slice))? != expected {
            return Ok(Commit::Conflict);
        }
        for write in writes {
            match &write.value {
                Some(value) => entries.insert(write.key.clone(), value.clone()),
                None => entries.remove(&write.key),
            };
        }
        Ok(Commit::Done)
    }
}

impl std::fmt::Debug for MemoryStore {
    /// How many records, not what they say.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemoryStore({} records)", self.entries().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_rules_of_a_store() {
        crate::conformance::check(MemoryStore::new);
    }

    #[test]
    fn clones_share_their_records() {
        let store = MemoryStore::new();
        crate::conformance::check_shared(|| store.clone());
    }
}
