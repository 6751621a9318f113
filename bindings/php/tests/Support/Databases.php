<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use PDO;
use PHPUnit\Framework\TestCase;

/** The servers that `tests/support/databases` has started, if it has. */
final class Databases
{
    /** A connection, or the test is skipped. */
    public static function postgres(string $database): PDO
    {
        return new PDO(...self::description('POSTGRES', $database));
    }

    public static function mariadb(string $database): PDO
    {
        return new PDO(...self::description('MARIADB', $database));
    }

    /** @return array{string, string, string} DSN, user and password */
    public static function description(string $kind, string $database): array
    {
        $env = self::environment($kind);
        $driver = $kind === 'POSTGRES' ? 'pgsql' : 'mysql';
        return ["$driver:host=$env[HOST];port=$env[PORT];dbname=$database", $env['USER'], $env['PASSWORD']];
    }

    /** Makes a new database and gives its name. */
    public static function fresh(string $kind): string
    {
        $name = 'sts' . bin2hex(random_bytes(6));
        $home = self::environment($kind)['DATABASE'];
        $pdo = $kind === 'POSTGRES' ? self::postgres($home) : self::mariadb($home);
        $pdo->exec("CREATE DATABASE $name");
        return $name;
    }

    /** @return array<string, string> */
    private static function environment(string $kind): array
    {
        $env = [];
        foreach (['HOST', 'PORT', 'USER', 'PASSWORD', 'DATABASE'] as $name) {
            $value = getenv("STS_{$kind}_$name");
            if ($value === false) {
                TestCase::markTestSkipped("no server of $kind: run by tests/support/databases");
            }
            $env[$name] = $value;
        }
        return $env;
    }
}
