<?php

declare(strict_types=1);

namespace Sts\Internal\Sql;

use PDO;
use PDOStatement;
use Sts\Commit;
use Sts\Internal\Revision;
use Sts\Store;
use Sts\StsException;

/** Many holders in one database, in the layout of the Rust `PostgresStore`. */
final class Postgres implements Dialect
{
    /** Two commits must see each other's rows, and one that stands still must give way. */
    private const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
        SET LOCAL lock_timeout = '20s';
        SET LOCAL idle_in_transaction_session_timeout = '10s';
        SELECT set_config('synchronous_commit', 'on', true)
            WHERE current_setting('synchronous_commit') = 'off'";

    /** `IF NOT EXISTS` does not make it safe to create a table twice at once; the lock does. */
    private const CREATE = "BEGIN;
        SELECT pg_advisory_xact_lock(hashtext('sts_store'));
        CREATE TABLE IF NOT EXISTS sts_store (
            holder text COLLATE \"C\" NOT NULL,
            key bytea NOT NULL,
            value bytea NOT NULL,
            PRIMARY KEY (holder, key)
        );
        COMMIT";

    /** Bytes in one statement. */
    private const BATCH_BYTES = 4 << 20;

    public function __construct(private readonly string $holder)
    {
    }

    public function prepare(PDO $pdo): void
    {
        // In another character set the name would be another one, and its holder one without records.
        if (preg_match('/^[\x20-\x7e]+$/D', $this->holder) !== 1
            && $pdo->query('SHOW client_encoding')->fetchColumn() !== 'UTF8') {
            throw new StsException('ARGUMENT', '/holder', 'a name that is not ASCII needs a connection '
                . "in UTF-8: SET client_encoding = 'UTF8'");
        }
        // Asking first: without the right to create tables, creating fails though it exists.
        if ($pdo->query("SELECT to_regclass('sts_store')")->fetchColumn() === null) {
            $pdo->exec(self::CREATE);
        }
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
        // One statement reads at one instant.
        $select = $this->statement($pdo, 'SELECT found.value
            FROM unnest(?::bytea[]) WITH ORDINALITY AS asked (key, place)
            LEFT JOIN sts_store AS found ON found.holder = ? AND found.key = asked.key
            ORDER BY asked.place');
        $select->execute([self::array($keys), $this->holder]);
        return array_map(self::bytes(...), array_column($select->fetchAll(PDO::FETCH_NUM), 0));
    }

    public function scan(PDO $pdo, string $from, string $to, int $limit): array
    {
        $select = $this->statement($pdo, 'SELECT key, value FROM sts_store
            WHERE holder = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?');
        $select->bindValue(1, $this->holder);
        $select->bindValue(2, $from, PDO::PARAM_LOB);
        $select->bindValue(3, $to, PDO::PARAM_LOB);
        $select->bindValue(4, $limit, PDO::PARAM_INT);
        $select->execute();
        $entry = static fn (array $row): array => [self::bytes($row[0]), self::bytes($row[1])];
        return array_map($entry, $select->fetchAll(PDO::FETCH_NUM));
    }

    public function commit(PDO $pdo, int $expected, #[\SensitiveParameter] array $writes): Commit
    {
        $pdo->exec(self::BEGIN);
        $found = $this->lockedRevision($pdo);
        $last = Last::of($writes);
        if ($found === null) {
            // Its row is there from now on, unless the writes say otherwise.
            $last->beginWith(Store::REVISION);
        }
        $free = $found === null
            ? $expected === 0 && $this->isFirst($pdo)
            : Revision::read($found) === $expected;
        if ($free) {
            $this->write($pdo, $last);
        }
        $pdo->exec($free ? 'COMMIT' : 'ROLLBACK');
        return $free ? Commit::Done : Commit::Conflict;
    }

    /** The revision, its row locked until the transaction ends. */
    private function lockedRevision(PDO $pdo): ?string
    {
        $select = $this->statement($pdo, 'SELECT value FROM sts_store
            WHERE holder = ? AND key = ? FOR UPDATE');
        $select->bindValue(1, $this->holder);
        $select->bindValue(2, Store::REVISION, PDO::PARAM_LOB);
        $select->execute();
        $rows = $select->fetchAll(PDO::FETCH_NUM);
        return $rows === [] ? null : self::bytes($rows[0][0]);
    }

    /** A row that is not there cannot be locked. False when another transaction was first. */
    private function isFirst(PDO $pdo): bool
    {
        $insert = $this->statement($pdo, "INSERT INTO sts_store (holder, key, value)
            VALUES (?, ?, '0') ON CONFLICT DO NOTHING");
        $insert->bindValue(1, $this->holder);
        $insert->bindValue(2, Store::REVISION, PDO::PARAM_LOB);
        $insert->execute();
        return $insert->rowCount() === 1;
    }

    private function write(PDO $pdo, Last $last): void
    {
        if ($last->gone() !== []) {
            $delete = 'DELETE FROM sts_store WHERE holder = ? AND key = ANY (?::bytea[])';
            $this->statement($pdo, $delete)->execute([$this->holder, self::array($last->gone())]);
        }
        foreach ($last->batches(self::BATCH_BYTES) as $batch) {
            $insert = $this->statement($pdo, 'INSERT INTO sts_store (holder, key, value)
                SELECT ?, key, value FROM unnest(?::bytea[], ?::bytea[]) AS kept (key, value)
                ON CONFLICT (holder, key) DO UPDATE SET value = excluded.value');
            $keys = self::array(array_column($batch, 0));
            $insert->execute([$this->holder, $keys, self::array(array_column($batch, 1))]);
        }
    }

    /** A statement without a name, so that a pooler may lend a connection for one transaction. */
    private function statement(PDO $pdo, string $sql): PDOStatement
    {
        return $pdo->prepare($sql, [PDO::PGSQL_ATTR_DISABLE_PREPARES => true]);
    }

    /** @param list<string> $all */
    private static function array(array $all): string
    {
        $hex = static fn (string $bytes): string => '"\\\\x' . bin2hex($bytes) . '"';
        return '{' . implode(',', array_map($hex, $all)) . '}';
    }

    private static function bytes(mixed $value): ?string
    {
        return is_resource($value) ? stream_get_contents($value) : $value;
    }
}
