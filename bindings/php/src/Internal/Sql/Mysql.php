<?php

declare(strict_types=1);

namespace Sts\Internal\Sql;

use PDO;
use Sts\Commit;
use Sts\Internal\Revision;
use Sts\Store;
use Sts\StsException;

/** Many holders in one database of MariaDB or MySQL; the table is that of PostgreSQL. */
final class Mysql implements Dialect
{
    private const CREATE = 'CREATE TABLE IF NOT EXISTS sts_store (
        holder VARBINARY(256) NOT NULL,
        `key` VARBINARY(512) NOT NULL,
        value LONGBLOB NOT NULL,
        PRIMARY KEY (holder, `key`)
    ) ENGINE=InnoDB';

    /** Bytes in one statement, which twice so long stays below every usual `max_allowed_packet`. */
    private const BATCH_BYTES = 1 << 20;

    /** The server ended a transaction for another one's sake, and rolled it back. */
    private const DEADLOCK = 1213;

    private readonly string $holder;

    public function __construct(string $holder)
    {
        $this->holder = self::literal($holder);
    }

    public function prepare(PDO $pdo): void
    {
        if ((int) $pdo->query('SELECT @@autocommit')->fetchColumn() !== 1) {
            throw new StsException('STORE_NOT_COMMITTING', null, 'the connection has autocommit off, '
                . 'so what is read grows stale and what is written may be lost: leave out '
                . 'PDO::ATTR_AUTOCOMMIT => false, or give the store a connection of its own');
        }
        $found = $this->engine($pdo);
        if ($found === null) {
            $pdo->exec(self::CREATE);
            $found = $this->engine($pdo);
        }
        if ($found === null || $found[1] !== 'YES') {
            $engine = $found[0] ?? 'unknown';
            throw new StsException('STORE_NOT_COMMITTING', null, "the table sts_store is of the engine "
                . "$engine, which has no transactions: ALTER TABLE sts_store ENGINE=InnoDB");
        }
    }

    public function attributes(): array
    {
        return self::ATTRIBUTES + [PDO::MYSQL_ATTR_USE_BUFFERED_QUERY => true];
    }

    public function get(PDO $pdo, array $keys): array
    {
        if ($keys === []) {
            return [];
        }
        $among = implode(', ', array_map(self::literal(...), array_unique($keys)));
        // One statement reads at one instant.
        $rows = $pdo->query("SELECT `key`, value FROM sts_store
            WHERE holder = $this->holder AND `key` IN ($among)")->fetchAll(PDO::FETCH_NUM);
        $values = [];
        foreach ($rows as [$key, $value]) {
            $values["/$key"] = $value;
        }
        return array_map(static fn (string $key): ?string => $values["/$key"] ?? null, $keys);
    }

    public function scan(PDO $pdo, string $from, string $to, int $limit): array
    {
        [$from, $to] = [self::literal($from), self::literal($to)];
        return $pdo->query("SELECT `key`, value FROM sts_store WHERE holder = $this->holder
            AND `key` >= $from AND `key` < $to ORDER BY `key` LIMIT $limit")->fetchAll(PDO::FETCH_NUM);
    }

    public function commit(PDO $pdo, int $expected, #[\SensitiveParameter] array $writes): Commit
    {
        try {
            // Of the next transaction alone: what waited for a lock must see what it waited for.
            $pdo->exec('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
            $pdo->exec('START TRANSACTION READ WRITE');
            return $this->commitNow($pdo, $expected, $writes);
        } catch (\PDOException $error) {
            if (($error->errorInfo[1] ?? null) !== self::DEADLOCK) {
                throw $error;
            }
            return Commit::Conflict;
        }
    }

    /** @param list<array{string, ?string}> $writes */
    private function commitNow(PDO $pdo, int $expected, #[\SensitiveParameter] array $writes): Commit
    {
        $key = self::literal(Store::REVISION);
        $found = $pdo->query("SELECT value FROM sts_store
            WHERE holder = $this->holder AND `key` = $key FOR UPDATE")->fetchAll(PDO::FETCH_COLUMN);
        $last = Last::of($writes);
        if ($found === []) {
            // A row that is not there cannot be locked. It stays, unless the writes say otherwise.
            $last->beginWith(Store::REVISION);
            $free = $expected === 0 && $pdo->exec("INSERT IGNORE INTO sts_store (holder, `key`, value)
                VALUES ($this->holder, $key, '0')") === 1;
        } else {
            $free = Revision::read($found[0]) === $expected;
        }
        if (!$free) {
            $pdo->exec('ROLLBACK');
            return Commit::Conflict;
        }
        if ($last->gone() !== []) {
            $among = implode(', ', array_map(self::literal(...), $last->gone()));
            $pdo->exec("DELETE FROM sts_store WHERE holder = $this->holder AND `key` IN ($among)");
        }
        $row = fn (array $entry): string
            => "($this->holder, " . self::literal($entry[0]) . ', ' . self::literal($entry[1]) . ')';
        foreach ($last->batches(self::BATCH_BYTES, strlen($this->holder)) as $batch) {
            $pdo->exec('INSERT INTO sts_store (holder, `key`, value) VALUES '
                . implode(', ', array_map($row, $batch))
                . ' ON DUPLICATE KEY UPDATE value = VALUES(value)');
        }
        $pdo->exec('COMMIT');
        return Commit::Done;
    }

    /** @return ?array{string, string} the table's engine, and whether it has transactions */
    private function engine(PDO $pdo): ?array
    {
        $rows = $pdo->query("SELECT t.ENGINE, e.TRANSACTIONS FROM information_schema.TABLES AS t
            LEFT JOIN information_schema.ENGINES AS e ON e.ENGINE = t.ENGINE
            WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = 'sts_store'");
        return $rows->fetchAll(PDO::FETCH_NUM)[0] ?? null;
    }

    /** Bytes as a number to the base of 16, which no character set and no mode of SQL changes. */
    private static function literal(string $bytes): string
    {
        return "x'" . bin2hex($bytes) . "'";
    }
}
