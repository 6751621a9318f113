<?php

declare(strict_types=1);

namespace Sts\Internal\Sql;

use Sts\Commit;

/** The table `sts_store` in one kind of database. Whatever fails is a `PDOException`. */
interface Dialect
{
    /** Attributes that the statements rely on while they run. */
    public const ATTRIBUTES = [
        \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
        \PDO::ATTR_ORACLE_NULLS => \PDO::NULL_NATURAL,
    ];

    /**
     * Creates the table where there is none, and prepares the connection. Fails with an
     * `StsException` when its commits would not be commits.
     */
    public function prepare(\PDO $pdo): void;

    /** @return array<int, mixed> attributes of the connection, while a call runs */
    public function attributes(): array;

    /**
     * @param list<string> $keys
     * @return list<?string>
     */
    public function get(\PDO $pdo, array $keys): array;

    /** @return list<array{string, string}> */
    public function scan(\PDO $pdo, string $from, string $to, int $limit): array;

    /**
     * In a transaction of its own; one that is open when this throws is rolled back by the caller.
     *
     * @param list<array{string, ?string}> $writes
     */
    public function commit(\PDO $pdo, int $expected, array $writes): Commit;
}
