<?php

declare(strict_types=1);

namespace Sts\Internal\Cron;

use Closure;
use PDO;
use PDOStatement;
use Sts\Internal\Sql\Dialect;
use Sts\StsException;

/** The tables of commands and events in SQLite, MariaDB, MySQL or PostgreSQL. */
final class Sql
{
    private const CREATE = [
        'sqlite' => [
            'CREATE TABLE IF NOT EXISTS sts_command (id INTEGER PRIMARY KEY AUTOINCREMENT,
                practice TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, payload TEXT,
                result TEXT, tries INTEGER NOT NULL, not_before INTEGER NOT NULL,
                put_at INTEGER NOT NULL, ended_at INTEGER)',
            'CREATE INDEX IF NOT EXISTS sts_command_order ON sts_command (practice, state, id)',
            'CREATE TABLE IF NOT EXISTS sts_event (practice TEXT NOT NULL, number INTEGER NOT NULL,
                at INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (practice, number))',
        ],
        'mysql' => [
            'CREATE TABLE IF NOT EXISTS sts_command (id BIGINT PRIMARY KEY AUTO_INCREMENT,
                practice VARBINARY(256) NOT NULL, kind VARCHAR(40) NOT NULL,
                state VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                payload LONGTEXT CHARACTER SET ascii, result LONGTEXT CHARACTER SET ascii,
                tries INT NOT NULL, not_before BIGINT NOT NULL, put_at BIGINT NOT NULL,
                ended_at BIGINT, INDEX sts_command_order (practice, state, id)) ENGINE=InnoDB',
            'CREATE TABLE IF NOT EXISTS sts_event (practice VARBINARY(256) NOT NULL,
                number BIGINT NOT NULL, at BIGINT NOT NULL,
                event LONGTEXT CHARACTER SET utf8mb4 NOT NULL, PRIMARY KEY (practice, number))
                ENGINE=InnoDB',
        ],
        'pgsql' => [
            'CREATE TABLE IF NOT EXISTS sts_command (id BIGSERIAL PRIMARY KEY,
                practice TEXT COLLATE "C" NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
                payload TEXT, result TEXT, tries INT NOT NULL, not_before BIGINT NOT NULL,
                put_at BIGINT NOT NULL, ended_at BIGINT)',
            'CREATE INDEX IF NOT EXISTS sts_command_order ON sts_command (practice, state, id)',
            'CREATE TABLE IF NOT EXISTS sts_event (practice TEXT COLLATE "C" NOT NULL,
                number BIGINT NOT NULL, at BIGINT NOT NULL, event TEXT NOT NULL,
                PRIMARY KEY (practice, number))',
        ],
    ];

    private ?PDO $pdo;

    /** @param PDO|Closure(): PDO $connection */
    public function __construct(private readonly PDO|Closure $connection)
    {
        $this->pdo = $connection instanceof PDO ? $connection : null;
    }

    /** `sqlite`, `mysql` or `pgsql`. */
    public function kind(): string
    {
        $kind = $this->pdo()->getAttribute(PDO::ATTR_DRIVER_NAME);
        return isset(self::CREATE[$kind]) ? $kind : throw new StsException('ARGUMENT', null,
            "a command table lies in SQLite, MariaDB, MySQL or PostgreSQL, not in $kind");
    }

    /** Creates the tables where there are none. MariaDB ends an open transaction by that. */
    public function create(): void
    {
        // Asking first: without the right to create tables, creating fails though they exist.
        if ($this->exists()) {
            return;
        }
        try {
            foreach (self::CREATE[$this->kind()] as $statement) {
                $this->run($statement);
            }
        } catch (StsException $error) {
            // Another process was faster, which PostgreSQL does not take for "if not exists".
            if (!$this->exists()) {
                throw $error;
            }
        }
    }

    /** By the table that is created last. */
    private function exists(): bool
    {
        [$names, $own] = match ($this->kind()) {
            'sqlite' => ['sqlite_master', "type = 'table' AND name"],
            'mysql' => ['information_schema.tables', 'table_schema = DATABASE() AND table_name'],
            'pgsql' => ['information_schema.tables', 'table_schema = ANY (current_schemas(false)) AND table_name'],
        };
        return $this->rows("SELECT 1 FROM $names WHERE $own = 'sts_event'") !== [];
    }

    /** @param list<string|int|null> $values */
    public function run(string $statement, array $values = []): void
    {
        $this->with($statement, $values, static fn () => null);
    }

    /**
     * @param list<string|int|null> $values
     * @return list<list<mixed>>
     */
    public function rows(string $statement, array $values = []): array
    {
        $all = static fn (PDOStatement $done): array => $done->fetchAll(PDO::FETCH_NUM);
        return $this->with($statement, $values, $all);
    }

    /** @param list<string|int|null> $values of an insertion, whose `id` is given back */
    public function insert(string $statement, array $values): int
    {
        if ($this->kind() === 'pgsql') {
            return (int) $this->rows("$statement RETURNING id", $values)[0][0];
        }
        $id = static fn (PDOStatement $done, PDO $pdo): int => (int) $pdo->lastInsertId();
        return $this->with($statement, $values, $id);
    }

    /** @param list<string|int> $values the key first; the last one replaces what is there */
    public function upsertEvent(array $values): void
    {
        $conflict = $this->kind() === 'mysql'
            ? 'ON DUPLICATE KEY UPDATE at = VALUES(at), event = VALUES(event)'
            : 'ON CONFLICT (practice, number) DO UPDATE SET at = excluded.at, event = excluded.event';
        $this->run("INSERT INTO sts_event (practice, number, at, event) VALUES (?, ?, ?, ?) $conflict",
            $values);
    }

    /**
     * @template T
     * @param list<string|int|null> $values
     * @param Closure(PDOStatement, PDO): T $take what is wanted of the statement when it is done
     * @return T
     */
    private function with(string $statement, array $values, Closure $take): mixed
    {
        $pdo = $this->pdo();
        // As the statements rely on them, whatever the program has set.
        $before = [];
        foreach (Dialect::ATTRIBUTES as $attribute => $value) {
            $before[$attribute] = $pdo->getAttribute($attribute);
            $pdo->setAttribute($attribute, $value);
        }
        try {
            $prepared = $pdo->prepare($statement);
            $prepared->execute($values);
            return $take($prepared, $pdo);
        } catch (\PDOException $error) {
            // The next call connects again, where it may.
            $this->pdo = $this->connection instanceof PDO ? $this->pdo : null;
            throw self::failed($error, '. When it is not there yet, CommandTable::create() makes it');
        } finally {
            foreach ($before as $attribute => $value) {
                $pdo->setAttribute($attribute, $value);
            }
        }
    }

    private function pdo(): PDO
    {
        try {
            return $this->pdo ??= ($this->connection)();
        } catch (\PDOException $error) {
            throw self::failed($error, '');
        }
    }

    /** Further lines, and the error itself with its trace, may show what was written, or a password. */
    private static function failed(\PDOException $error, string $remedy): StsException
    {
        $words = strtok((string) ($error->errorInfo[2] ?? $error->getMessage()), "\n");
        return new StsException('STORE', null, "the command table failed: $words$remedy");
    }
}
