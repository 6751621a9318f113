<?php

declare(strict_types=1);

namespace Sts;

use Closure;
use PDO;
use Sts\Internal\Cron\Recorder;
use Sts\Internal\Cron\Seal;
use Sts\Internal\Cron\Sql;
use Sts\Internal\Json;
use Sts\Types\Event;

/**
 * Commands for a cron job, in a table of SQLite, MariaDB, MySQL or PostgreSQL: for a web server
 * whose PHP may neither use FFI nor start processes, and for pages that do not wait for the service.
 * A page puts a command and shows what became of it; a {@see CronWorker} carries it out.
 *
 *     $id = $table->put('practice 17', fn ($sts) => $sts->send(Selection::ids(['2026/12'])));
 *     $entry = $table->await('practice 17', $id, 5.0);
 *
 * Commands of a practice are carried out in the order they were put, one at a time. One that was
 * put is there: it ends as done or failed, and stays readable until {@see prune}. A worker that is
 * killed in the middle leaves its command to the next one, which repeats it; the engine makes that
 * harmless, since it compares what is wanted with what is there. Two commands are not repeated,
 * because they are a person's word about the moment they were given: `change` with `resend`, and
 * `test_credentials` with `again`. They fail with the code `INTERRUPTED`, or that of the trouble.
 *
 * When the program has a transaction open on its connection, the command is part of it: an invoice
 * and the command that saves it are there together, or neither.
 *
 * Invoices name patients. What a command says, and its answer, lie in the table encrypted
 * (XChaCha20-Poly1305, bound to the practice) and nowhere in clear; what it says is deleted as soon
 * as it is over. Names of practices, names of commands and times are in clear, and so are events,
 * which hold no tax code and no name.
 */
final class CommandTable
{
    /** The longest command, in bytes. */
    private const LONGEST = 16 << 20;

    private readonly Sql $sql;
    private readonly Seal $seal;
    private readonly Clock $clock;

    /**
     * @param PDO|Closure(): PDO $connection a function is called again after an error
     * @param string $key as {@see newKey} made it once; kept outside the database, where web server
     *     and cron job can read it
     */
    public function __construct(
        PDO|Closure $connection,
        #[\SensitiveParameter]
        string $key,
        ?Clock $clock = null,
    ) {
        $this->sql = new Sql($connection);
        $this->seal = new Seal($key);
        $this->clock = $clock ?? new SystemClock();
    }

    /** A new key, as text. */
    public static function newKey(): string
    {
        return Seal::newKey();
    }

    /** Creates the tables `sts_command` and `sts_event` where there are none; at installation. */
    public function create(): void
    {
        $this->sql->create();
    }

    /**
     * Puts a command and returns its number.
     *
     * @param string $practice its name in 1 to 256 bytes: a number of the program's own, not a tax
     *     code
     * @param array<string, mixed>|Closure(Types\Commands): mixed $command as JSON has it, or a
     *     function that calls one of the methods of {@see Types\Commands}, whose answer comes later
     */
    public function put(
        string $practice,
        #[\SensitiveParameter]
        array|Closure $command,
    ): int {
        if ($practice === '' || strlen($practice) > 256 || str_contains($practice, "\0")) {
            throw new StsException('ARGUMENT', '/practice', 'a practice has a name of 1 to 256 bytes');
        }
        if ($command instanceof Closure) {
            $command = (new Recorder())->listen($command)
                ?? throw new StsException('ARGUMENT', '/command', 'the function has called no command');
        }
        $kind = $command['command'] ?? null;
        if (!is_string($kind) || preg_match('/^[a-z_]{1,40}$/', $kind) !== 1) {
            throw new StsException('ARGUMENT', '/command', 'expected a command: an object with the '
                . 'name of one in its field "command"');
        }
        if ($kind === 'import' || $kind === 'export') {
            throw new StsException('ARGUMENT', '/command', 'whole ledgers do not go through the table: '
                . 'move them with a Driver, or with the command sts');
        }
        $json = Json::encode($command);
        if (strlen($json) > self::LONGEST) {
            throw new StsException('ARGUMENT', '/command', 'a command in the table has at most 16 MiB: '
                . 'save fewer invoices at once');
        }
        return $this->sql->insert(
            'INSERT INTO sts_command (practice, kind, state, payload, tries, not_before, put_at)
                VALUES (?, ?, ?, ?, 0, 0, ?)',
            [
                $practice,
                $kind,
                CommandState::Waiting->value,
                $this->seal->close("command/$practice", $json),
                $this->clock->now(),
            ],
        );
    }

    /** A command of a practice; null when there is none of this number, or not any more. */
    public function find(string $practice, int $id): ?CommandEntry
    {
        return $this->entries('practice = ? AND id = ?', [$practice, $id], 1)[0] ?? null;
    }

    /** The same, once it is over, or as it is when the seconds are. */
    public function await(string $practice, int $id, float $seconds): ?CommandEntry
    {
        $until = hrtime(true) + (int) ($seconds * 1e9);
        $pause = 20_000;
        do {
            $entry = $this->find($practice, $id);
            $left = $until - hrtime(true);
            if ($entry === null || $entry->isOver() || $left <= 0) {
                return $entry;
            }
            usleep((int) min($pause, $left / 1000 + 1));
            $pause = min(2 * $pause, 500_000);
        } while (true);
    }

    /**
     * The last commands of a practice, the newest first.
     *
     * @return list<CommandEntry>
     */
    public function recent(string $practice, int $limit = 20): array
    {
        return $this->entries('practice = ?', [$practice], $limit);
    }

    /**
     * Events of a practice, the oldest first.
     *
     * @param int $after the number of the last one that is known
     * @return list<Event>
     */
    public function events(string $practice, int $after = -1, int $limit = 100): array
    {
        $rows = $this->sql->rows('SELECT event FROM sts_event WHERE practice = ? AND number > ?
            ORDER BY number LIMIT ' . max(0, $limit), [$practice, $after]);
        return array_map(static fn (array $row): Event => Event::fromArray(Json::decode($row[0])), $rows);
    }

    /** Deletes commands that were over, and events that happened, so many days ago. */
    public function prune(int $days = 30): void
    {
        $until = $this->clock->now() - $days * 86_400_000;
        $this->sql->run('DELETE FROM sts_command WHERE ended_at < ?', [$until]);
        $this->sql->run('DELETE FROM sts_event WHERE at < ?', [$until]);
    }

    /** Deletes all that the table has of a practice, commands that wait among it. */
    public function forget(string $practice): void
    {
        $this->sql->run('DELETE FROM sts_command WHERE practice = ?', [$practice]);
        $this->sql->run('DELETE FROM sts_event WHERE practice = ?', [$practice]);
    }

    /** @internal */
    public function sql(): Sql
    {
        return $this->sql;
    }

    /** @internal */
    public function seal(): Seal
    {
        return $this->seal;
    }

    /**
     * @param list<string|int> $values
     * @return list<CommandEntry>
     */
    private function entries(string $where, array $values, int $limit): array
    {
        $rows = $this->sql->rows("SELECT id, practice, kind, state, result, put_at, ended_at
            FROM sts_command WHERE $where ORDER BY id DESC LIMIT " . max(0, $limit), $values);
        return array_map($this->entry(...), $rows);
    }

    /** @param list<mixed> $row */
    private function entry(array $row): CommandEntry
    {
        [$id, $practice, $kind, $state, $result, $putAt, $endedAt] = $row;
        $result = $result === null ? [] : Json::decode($this->seal->open("result/$practice", $result));
        $answer = $result['answer'] ?? null;
        if (isset($answer['receipts']['zip'])) {
            $answer['receipts']['zip'] = base64_decode($answer['receipts']['zip'], true);
        }
        $error = $result['error'] ?? null;
        return new CommandEntry(
            (int) $id,
            $practice,
            $kind,
            CommandState::from($state),
            $answer,
            $error === null ? null : new StsException(...$error),
            (int) $putAt,
            $endedAt === null ? null : (int) $endedAt,
        );
    }
}
