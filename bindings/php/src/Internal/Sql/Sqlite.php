<?php

declare(strict_types=1);

namespace Sts\Internal\Sql;

use PDO;
use Sts\Commit;
use Sts\Internal\Revision;
use Sts\Store;

/** One holder in one file, in the layout of the Rust `SqliteStore` and of the command `sts`. */
final class Sqlite implements Dialect
{
    /** How long a process waits for the transaction of another, in milliseconds. */
    private const BUSY = 10_000;

    public function prepare(PDO $pdo): void
    {
        $pdo->exec('PRAGMA busy_timeout = ' . self::BUSY);
        // A commit survives the loss of power, the removal of the journal included.
        $pdo->exec('PRAGMA synchronous = EXTRA');
        // What is deleted or replaced is overwritten.
        $pdo->exec('PRAGMA secure_delete = ON');
        $version = $pdo->query('SELECT sqlite_version()')->fetchColumn();
        $strict = version_compare($version, '3.37', '>=') ? 'STRICT, ' : '';
        $pdo->exec("CREATE TABLE IF NOT EXISTS sts_store (
            key TEXT NOT NULL PRIMARY KEY COLLATE BINARY,
            value BLOB NOT NULL
        ) {$strict}WITHOUT ROWID");
    }

    public function attributes(): array
    {
        return self::ATTRIBUTES;
    }

    public function get(PDO $pdo, array $keys): array
    {
        if ($keys === []) {
            return [];
        }
        // One transaction, so that all are read at one instant.
        $pdo->exec('BEGIN');
        $select = $pdo->prepare('SELECT value FROM sts_store WHERE key = ?');
        $values = [];
        foreach ($keys as $key) {
            $values[] = $this->value($select, $key);
        }
        $pdo->exec('COMMIT');
        return $values;
    }

    public function scan(PDO $pdo, string $from, string $to, int $limit): array
    {
        $select = $pdo->prepare(
            'SELECT key, value FROM sts_store WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
        );
        $select->bindValue(1, $from);
        $select->bindValue(2, $to);
        $select->bindValue(3, $limit, PDO::PARAM_INT);
        $select->execute();
        return $select->fetchAll(PDO::FETCH_NUM);
    }

    public function commit(PDO $pdo, int $expected, #[\SensitiveParameter] array $writes): Commit
    {
        $pdo->exec('BEGIN IMMEDIATE');
        $select = $pdo->prepare('SELECT value FROM sts_store WHERE key = ?');
        if (Revision::read($this->value($select, Store::REVISION)) !== $expected) {
            $pdo->exec('ROLLBACK');
            return Commit::Conflict;
        }
        $put = $pdo->prepare('INSERT INTO sts_store (key, value) VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value');
        $delete = $pdo->prepare('DELETE FROM sts_store WHERE key = ?');
        foreach ($writes as [$key, $value]) {
            if ($value === null) {
                $delete->execute([$key]);
            } else {
                $put->bindValue(1, $key);
                $put->bindValue(2, $value, PDO::PARAM_LOB);
                $put->execute();
            }
        }
        $pdo->exec('COMMIT');
        return Commit::Done;
    }

    private function value(\PDOStatement $select, string $key): ?string
    {
        $select->execute([$key]);
        $row = $select->fetch(PDO::FETCH_NUM);
        // A statement that is not at its end would keep the transaction open.
        $select->closeCursor();
        return $row === false ? null : $row[0];
    }
}
