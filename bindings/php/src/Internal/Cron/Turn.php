<?php

declare(strict_types=1);

namespace Sts\Internal\Cron;

use Sts\StsException;

/**
 * Who works for a practice: one worker at a time. The lock is of the process or of its connection,
 * so a worker that is killed has let it go, and no time has to pass. One that loses its connection
 * in the middle may be joined by another; the engine's compare-and-swap keeps them from harm.
 */
final class Turn
{
    /** @param resource|null $file */
    private function __construct(
        private readonly Sql $sql,
        private readonly string $kind,
        private readonly string $name,
        private $file,
    ) {
    }

    /** The turn of a practice, or null while another worker has it. */
    public static function take(Sql $sql, string $practice): ?self
    {
        $kind = $sql->kind();
        $hash = hash('sha256', "sts-cron:$practice");
        if ($kind === 'sqlite') {
            return self::takeFile($sql, $hash);
        }
        if ($kind === 'mysql') {
            // Of the server, so the database is part of the name.
            $name = 'sts:' . substr($hash, 0, 24) . ':';
            $statement = 'SELECT GET_LOCK(CONCAT(?, SUBSTR(SHA1(DATABASE()), 1, 24)), 0)';
        } else {
            $name = (string) unpack('q', hex2bin(substr($hash, 0, 16)))[1];
            $statement = 'SELECT CASE WHEN pg_try_advisory_lock(CAST(? AS bigint)) THEN 1 ELSE 0 END';
        }
        $got = (int) $sql->rows($statement, [$name])[0][0] === 1;
        return $got ? new self($sql, $kind, $name, null) : null;
    }

    private static function takeFile(Sql $sql, string $hash): ?self
    {
        $files = array_column($sql->rows('PRAGMA database_list'), 2, 1);
        if (($files['main'] ?? '') === '') {
            // In memory: of this process alone.
            return new self($sql, 'sqlite', '', null);
        }
        // Beside the database. It is never removed: that would let two in.
        $name = $files['main'] . '-' . substr($hash, 0, 16) . '.lock';
        // Closed in programs that are started meanwhile, such as a worker's: they would hold it too.
        $file = @fopen($name, 'ce');
        if ($file === false) {
            throw new StsException('STORE', null, "the file $name cannot be made: SQLite too needs to "
                . 'write into the folder of its database');
        }
        return flock($file, LOCK_EX | LOCK_NB) ? new self($sql, 'sqlite', $name, $file) : null;
    }

    /** Lets the next one in. */
    public function end(): void
    {
        if ($this->file !== null) {
            flock($this->file, LOCK_UN);
            fclose($this->file);
            $this->file = null;
        } elseif ($this->kind === 'mysql') {
            $this->sql->run('DO RELEASE_LOCK(CONCAT(?, SUBSTR(SHA1(DATABASE()), 1, 24)))', [$this->name]);
        } elseif ($this->kind === 'pgsql') {
            $this->sql->rows('SELECT pg_advisory_unlock(CAST(? AS bigint))', [$this->name]);
        }
    }
}
