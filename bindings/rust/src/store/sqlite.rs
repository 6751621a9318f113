//! Records in one SQLite file.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use sts_core::step::{Range, Write};

use super::{Commit, REVISION, Store, StoreError, revision};

/// One file of SQLite, shared by any number of processes of one machine.
///
/// It uses a rollback journal and not WAL: at rest there is exactly one file, which a practice can
/// copy, and the waits are short because every transaction is. `synchronous=EXTRA` makes a commit
/// survive the loss of power, the removal of the journal included. The records are in the table
/// `sts_store`; other tables of the same file are left alone.
pub struct SqliteStore {
    connection: Connection,
}

/// How long a process waits for the transaction of another.
const BUSY: Duration = Duration::from_secs(10);

impl SqliteStore {
    /// Opens the file, creating it for its owner alone (mode 0600) where the platform has such
    /// modes. The mode of a file that exists is left as it is.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        create_private(path).map_err(|e| StoreError::new("creating its file", e))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|e| StoreError::new("opening its file", e))?;
        let store = SqliteStore { connection };
        store.prepare().map_err(|e| StoreError::new("preparing its table", e))?;
        Ok(store)
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(BUSY)?;
        self.connection.pragma_update(None, "synchronous", "EXTRA")?;
        // What is deleted or replaced is overwritten.
        self.connection.pragma_update(None, "secure_delete", "ON")?;
        self.connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS sts_store (
                 key TEXT NOT NULL PRIMARY KEY COLLATE BINARY,
                 value BLOB NOT NULL
             ) STRICT, WITHOUT ROWID",
        )
    }

    fn values(&mut self, keys: &[String]) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
        // One transaction, so that all are read at one instant.
        let transaction = self.connection.transaction()?;
        let mut statement =
            transaction.prepare_cached("SELECT value FROM sts_store WHERE key = ?1")?;
        keys.iter().map(|key| statement.query_row([key], |row| row.get(0)).optional()).collect()
    }

    fn entries(&mut self, range: &Range) -> rusqlite::Result<Vec<(String, Vec<u8>)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT key, value FROM sts_store WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3",
        )?;
        let entry = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        statement.query_map(params![range.from, range.to, range.limit], entry)?.collect()
    }
}

impl Store for SqliteStore {
    fn get(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.values(keys).map_err(|e| StoreError::new("reading keys", e))
    }

    fn scan(&mut self, range: &Range) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.entries(range).map_err(|e| StoreError::new("reading a range", e))
    }

    fn commit(&mut self, expected: u64, writes: &[Write]) -> Result<Commit, StoreError> {
        let failed = |e| StoreError::new("committing", e);
        // Dropped without a commit, the transaction is rolled back.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let found: Option<Vec<u8>> = transaction
            .query_row("SELECT value FROM sts_store WHERE key = ?1", [REVISION], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        if revision(found.as_deref())? != expected {
            return Ok(Commit::Conflict);
        }
        let write = |write: &Write| match &write.value {
            Some(value) => transaction
                .prepare_cached(
                    "INSERT INTO sts_store (key, value) VALUES (?1, ?2)
                     ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                )?
                .execute(params![write.key, value]),
            None => transaction
                .prepare_cached("DELETE FROM sts_store WHERE key = ?1")?
                .execute([&write.key]),
        };
        for entry in writes {
            write(entry).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        Ok(Commit::Done)
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, value: &[u8]) -> Write {
        Write { key: key.to_owned(), value: Some(value.to_vec()) }
    }

    #[test]
    fn it_keeps_the_rules_of_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = 0;
        crate::conformance::check(|| {
            files += 1;
            SqliteStore::open(&folder.path().join(format!("{files}.db"))).unwrap()
        });
    }

    #[test]
    fn two_connections_to_one_file_never_both_commit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shared.db");
        crate::conformance::check_shared(|| SqliteStore::open(&path).unwrap());
    }

    #[test]
    fn records_survive_closing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let writes = [put(REVISION, b"1"), put("d/1", b"\x00\xff")];
        assert_eq!(SqliteStore::open(&path).unwrap().commit(0, &writes).unwrap(), Commit::Done);
        let mut again = SqliteStore::open(&path).unwrap();
        assert_eq!(again.get(&["d/1".to_owned()]).unwrap(), [Some(b"\x00\xff".to_vec())]);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("private.db");
        drop(SqliteStore::open(&path).unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_commit_that_fails_half_way_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("half.db");
        let mut store = SqliteStore::open(&path).unwrap();
        store
            .connection
            .execute_batch(
                "CREATE TRIGGER full BEFORE INSERT ON sts_store WHEN new.key = 'z'
                 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
            )
            .unwrap();
        let writes = [put(REVISION, b"1"), put("a", b"1"), put("z", b"1")];
        assert!(store.commit(0, &writes).is_err());
        let keys = [REVISION.to_owned(), "a".to_owned()];
        assert_eq!(SqliteStore::open(&path).unwrap().get(&keys).unwrap(), [None, None]);
        assert_eq!(store.commit(0, &writes[..2]).unwrap(), Commit::Done);
    }
}
