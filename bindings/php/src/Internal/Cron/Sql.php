<?php

declare(strict_types=1);

namespace Sts\Internal\Cron;

use Closure;
use PDO;
use PDOStatement;
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
    public function run(string $statement, array $values = []): PDOStatement
    {
        $pdo = $this->pdo();
        // As the statements rely on it, whatever the program has set.
        $mode = $pdo->getAttribute(PDO::ATTR_ERRMODE);
        $pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
        try {
            $prepared = $pdo->prepare($statement);
            $prepared->execute($values);
            return $prepared;
        } catch (\PDOException $error) {
            // The next call connects again, where it may.
            $this->pdo = $this->connection instanceof PDO ? $this->pdo : null;
            // Further lines, and the error itself with its trace, may show what was written.
            $words = strtok((string) ($error->errorInfo[2] ?? $error->getMessage()), "\n");
            throw new StsException('STORE', null, "the command table failed: $words. When it is not there "
                . 'yet, CommandTable::create() makes it');
        } finally {
            $pdo->setAttribute(PDO::ATTR_ERRMODE, $mode);
        }
    }

    /**
     * @param list<string|int|null> $values
     * @return list<list<mixed>>
     */
    public function rows(string $statement, array $values = []): array
    {
        return $this->run($statement, $values)->fetchAll(PDO::FETCH_NUM);
    }

    /** @param list<string|int|null> $values of an insertion, whose `id` is given back */
    public function insert(string $statement, array $values): int
    {
        if ($this->kind() === 'pgsql') {
            return (int) $this->rows("$statement RETURNING id", $values)[0][0];
        }
        $this->run($statement, $values);
        return (int) $this->pdo()->lastInsertId();
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

    private function pdo(): PDO
    {
        return $this->pdo ??= ($this->connection)();
    }
}
