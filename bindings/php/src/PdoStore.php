<?php

declare(strict_types=1);

namespace Sts;

use Closure;
use PDO;
use PDOException;
use Sts\Internal\Sql\Dialect;
use Sts\Internal\Sql\Mysql;
use Sts\Internal\Sql\Postgres;
use Sts\Internal\Sql\Sqlite;

/**
 * Records in the table `sts_store` of a database: SQLite (the file of one holder, which the command
 * `sts` can open as well), PostgreSQL 9.6 or later, MariaDB, MySQL (many holders in one table, each
 * under a name). Any number of processes share it.
 *
 * The table is created where there is none. The connection may be the program's own, but the store
 * is not used inside a transaction of the program: a commit has to survive, whatever becomes of that.
 *
 * SQLite is set to `synchronous=EXTRA` for this connection. PostgreSQL with `fsync = off`, and
 * MariaDB or MySQL with `innodb_flush_log_at_trx_commit` other than 1, forget commits when the power
 * fails; then a document may be sent twice.
 */
final class PdoStore implements Store
{
    /** With the key it has to fit into a row of an index. */
    private const HOLDER_BYTES = 256;

    /** @var ?Closure(): PDO */
    private readonly ?Closure $connect;

    /** Null before the first call and, where it can be made again, after an error. */
    private ?PDO $pdo = null;

    private ?Dialect $dialect = null;

    /**
     * @param PDO|Closure(): PDO $connection a function is called again after an error, for
     *     processes that outlive their connection
     * @param ?string $holder whose records these are, in 1 to 256 bytes: a number of the program's
     *     own, not a tax code; null for SQLite
     */
    public function __construct(PDO|Closure $connection, private readonly ?string $holder = null)
    {
        $this->connect = $connection instanceof Closure ? $connection : null;
        $this->pdo = $connection instanceof PDO ? $connection : null;
        $this->with('opening its table', static fn () => null);
    }

    /** A file of SQLite, created for its owner alone (mode 0600). */
    public static function sqlite(string $path): self
    {
        if ($path === '' || str_contains($path, "\0")) {
            throw new StsException('ARGUMENT', '/path', 'a file of SQLite has a name without NUL');
        }
        if (!is_file($path)) {
            $file = @fopen($path, 'x');
            if ($file === false && !is_file($path)) {
                throw new StsException('STORE', null, "the store failed while creating its file $path: "
                    . 'its folder has to exist, and this user needs the right to write there');
            }
            if ($file !== false) {
                chmod($path, 0600);
                fclose($file);
            }
        }
        // The whole path is the same file for ever: to SQLite `:memory:` is none, and a program may
        // change its folder before the connection is made again.
        $whole = realpath($path) ?: $path;
        return new self(static fn (): PDO => new PDO("sqlite:$whole"));
    }

    public function get(array $keys): array
    {
        return $this->with(
            'reading keys',
            static fn (Dialect $dialect, PDO $pdo): array => $dialect->get($pdo, $keys),
        );
    }

    public function scan(string $from, string $to, int $limit): array
    {
        return $this->with(
            'reading a range',
            static fn (Dialect $dialect, PDO $pdo): array => $dialect->scan($pdo, $from, $to, $limit),
        );
    }

    public function commit(int $expected, #[\SensitiveParameter] array $writes): Commit
    {
        return $this->with(
            'committing',
            static fn (Dialect $dialect, PDO $pdo): Commit => $dialect->commit($pdo, $expected, $writes),
        );
    }

    /**
     * One call with the connection, as the statements need it and, afterwards, as it was.
     *
     * @template T
     * @param Closure(Dialect, PDO): T $call
     * @return T
     */
    private function with(string $doing, #[\SensitiveParameter] Closure $call): mixed
    {
        try {
            $pdo = $this->pdo ??= ($this->connect)();
            $dialect = $this->dialect ?? $this->dialectOf($pdo);
            $before = $this->demand($pdo, $dialect->attributes());
            try {
                $this->refuseForeignTransaction($pdo);
                return $this->whole($pdo, function () use ($dialect, $pdo, $call): mixed {
                    if ($this->dialect === null) {
                        $dialect->prepare($pdo);
                        $this->dialect = $dialect;
                    }
                    return $call($dialect, $pdo);
                });
            } finally {
                $this->demand($pdo, $before);
            }
        } catch (PDOException $error) {
            if ($this->connect !== null) {
                $this->pdo = $this->dialect = null;
            }
            // Further lines, and the error itself with its trace, may show keys and values.
            $words = strtok((string) ($error->errorInfo[2] ?? $error->getMessage()), "\n");
            $state = $error->errorInfo[0] ?? '';
            throw new StsException('STORE', null, "the store failed while $doing: $words"
                . ($state === '' ? '' : " (SQLSTATE $state)"));
        }
    }

    /** A transaction that was begun and fails is rolled back. */
    private function whole(PDO $pdo, #[\SensitiveParameter] Closure $call): mixed
    {
        try {
            return $call();
        } catch (\Throwable $error) {
            try {
                $pdo->exec('ROLLBACK');
            } catch (PDOException) {
                // None was open, or the connection is gone and the transaction with it.
            }
            throw $error;
        }
    }

    private function refuseForeignTransaction(PDO $pdo): void
    {
        $open = $pdo->inTransaction();
        if (!$open && $pdo->getAttribute(PDO::ATTR_DRIVER_NAME) === 'sqlite') {
            // PDO does not know of one that was begun with exec.
            try {
                $pdo->exec('BEGIN');
                $pdo->exec('ROLLBACK');
            } catch (PDOException) {
                $open = true;
            }
        }
        if ($open) {
            throw new StsException('STORE_NOT_COMMITTING', null, 'the connection of the store is '
                . 'inside a transaction of the program, so its commits would not be commits: end that '
                . 'transaction first, or give the store a connection of its own');
        }
    }

    /**
     * @param array<int, mixed> $attributes
     * @return array<int, mixed> what they were
     */
    private function demand(PDO $pdo, array $attributes): array
    {
        $before = [];
        foreach ($attributes as $attribute => $value) {
            $found = $pdo->getAttribute($attribute);
            if ($found != $value) {
                $before[$attribute] = $found;
                $pdo->setAttribute($attribute, $value);
            }
        }
        return $before;
    }

    private function dialectOf(PDO $pdo): Dialect
    {
        $driver = $pdo->getAttribute(PDO::ATTR_DRIVER_NAME);
        if ($driver === 'sqlite') {
            return $this->holder === null ? new Sqlite() : throw new StsException(
                'ARGUMENT',
                '/holder',
                'a file of SQLite is of one holder: leave $holder out, and give each its own file',
            );
        }
        $length = strlen($this->holder ?? '');
        if ($length < 1 || $length > self::HOLDER_BYTES || str_contains($this->holder, "\0")) {
            throw new StsException('ARGUMENT', '/holder', 'a database of many holders needs to know '
                . 'whose records these are: a name of 1 to 256 bytes without NUL');
        }
        return match ($driver) {
            'pgsql' => new Postgres($this->holder),
            'mysql' => new Mysql($this->holder),
            default => throw new StsException('ARGUMENT', '/connection', "there is no table for PDO's "
                . "driver $driver: use sqlite, pgsql or mysql, or implement Sts\\Store"),
        };
    }
}
