<?php

declare(strict_types=1);

namespace Sts;

use Closure;
use Sts\Internal\Cron\Item;
use Sts\Internal\Cron\Queue;
use Sts\Internal\Cron\Turn;
use Sts\Types\Event;

/**
 * Carries out the commands of a {@see CommandTable} and what is due by itself, from a timer: every
 * minute, say, for 55 seconds at a time (`bin/sts-cron`). It may be killed at any moment, and any
 * number may run at once, on any number of machines: one practice is looked after by one of them at
 * a time.
 */
final class CronWorker
{
    /** The longest time between two ticks, in milliseconds. */
    private const CYCLE = 600_000;

    /** Between two looks into the table, in milliseconds. */
    private const PAUSE = 500;

    /**
     * Failures that may pass: of the surroundings, not of the command. Every other one is the
     * engine's answer, and is for the user to see.
     */
    private const PASSING = [
        'BUSY', 'CLOSED', 'CONTENTION', 'DEAD', 'EVENTS_CALLBACK', 'FFI_DISABLED', 'FFI_MISSING',
        'FFI_RESTRICTED', 'HTTP', 'HTTP_CALLBACK', 'LIBRARY_ABI', 'LIBRARY_ARCHITECTURE',
        'LIBRARY_NOT_FOUND', 'LIBRARY_UNUSABLE', 'PANIC', 'PRACTICE', 'READING', 'STORE',
        'STORE_NOT_COMMITTING', 'WORKER_DIED', 'WORKER_FORBIDDEN', 'WORKER_NOT_FOUND',
        'WORKER_TIMEOUT', 'WORKER_UNUSABLE',
    ];

    private readonly Queue $queue;
    private readonly Clock $clock;

    /** @var array<string, Driver> */
    private array $drivers = [];

    /** @var array<string, int> when the practice was ticked last */
    private array $ticked = [];

    private bool $stopping = false;

    /**
     * @param array<string, Closure(Closure(Event): void): Driver> $practices for each practice, by its name in
     *     the table, a function that makes its driver; it is given the receiver of events to hand
     *     to the driver, so that pages can show them
     * @param int $keepDays how long commands that are over, and events, stay readable
     */
    public function __construct(
        private readonly CommandTable $table,
        private readonly array $practices,
        ?Clock $clock = null,
        private readonly int $keepDays = 30,
    ) {
        $this->queue = new Queue($table->sql(), $table->seal());
        $this->clock = $clock ?? new SystemClock();
    }

    /**
     * Carries out what waits and what is due; then, until the seconds are over, what comes.
     * A failure of the table itself is thrown: what was begun is repeated by the next run.
     */
    public function run(float $seconds = 0): CronReport
    {
        $report = new CronReport();
        $this->table->create();
        $this->table->prune($this->keepDays);
        $until = hrtime(true) + (int) ($seconds * 1e9);
        $looked = [];
        do {
            // As text: PHP makes a number of a key that looks like one.
            $waiting = array_map(strval(...), $this->queue->practices());
            foreach (array_map(strval(...), array_keys($this->practices)) as $practice) {
                if (!$this->stopping && (in_array($practice, $waiting, true) || $this->isDue($practice))) {
                    $looked[$practice] = $this->look($practice, $report) || ($looked[$practice] ?? false);
                }
            }
            $left = intdiv($until - hrtime(true), 1_000_000);
            if ($left > 0 && !$this->stopping) {
                usleep(1000 * min($left, self::PAUSE));
            }
        } while ($left > 0 && !$this->stopping);
        $report->practices = count(array_filter($looked));
        return $report;
    }

    /** Lets a run end after the command it is at; for a handler of signals. */
    public function stop(): void
    {
        $this->stopping = true;
    }

    private function isDue(string $practice): bool
    {
        $now = $this->clock->now();
        $ticked = $this->ticked[$practice] ?? null;
        $wakeAt = ($this->drivers[$practice] ?? null)?->wakeAt();
        return $ticked === null || $now - $ticked >= self::CYCLE || ($wakeAt !== null && $wakeAt <= $now);
    }

    /** All that there is to do for a practice now; false when another worker is at it. */
    private function look(string $practice, CronReport $report): bool
    {
        $turn = Turn::take($this->table->sql(), $practice);
        if ($turn === null) {
            return false;
        }
        try {
            while (!$this->stopping && ($item = $this->queue->next($practice, $this->clock->now())) !== null) {
                if (!$this->carryOut($item, $report)) {
                    break;
                }
            }
            if (!$this->stopping && $this->isDue($practice)) {
                $this->ticked[$practice] = $this->clock->now();
                $this->attempt($practice, $report, fn (Driver $driver) => $driver->tick());
            }
        } finally {
            $turn->end();
        }
        return true;
    }

    /** False when it cannot be read: it stays for a worker with the right key, and the next ones wait. */
    private function carryOut(Item $item, CronReport $report): bool
    {
        try {
            $command = $this->queue->read($item);
        } catch (StsException $error) {
            $report->troubles[$item->practice] = $error;
            return false;
        }
        $ofItsMoment = self::isOfItsMoment($command);
        if ($item->interrupted && ($item->tries >= Queue::TRIES || $ofItsMoment)) {
            $this->queue->failed($item, $this->clock->now(), new StsException('INTERRUPTED', null, 'the '
                . 'worker was stopped in the middle of this command, which is not repeated by itself: '
                . 'look at what became of it, and give it again if need be'));
            $report->failed++;
            return true;
        }
        $this->queue->begin($item);
        $answer = null;
        $error = $this->attempt($item->practice, $report, function (Driver $driver) use ($command, &$answer): void {
            $answer = $driver->command($command);
        });
        $now = $this->clock->now();
        if ($error === null) {
            $this->keep($item, $now, $answer, $report);
        } elseif ($ofItsMoment || !in_array($error->getCode(), self::PASSING, true)) {
            // What failed may have been after its request had left.
            $this->queue->failed($item, $now, $error);
            $report->failed++;
        } elseif ($this->queue->postpone($item, $now, $error)) {
            $report->postponed++;
        } else {
            $report->failed++;
        }
        return true;
    }

    /**
     * What was done is not done again because the table has no room for its answer.
     *
     * @param array<string, mixed> $answer
     */
    private function keep(Item $item, int $now, array $answer, CronReport $report): void
    {
        try {
            $this->queue->done($item, $now, $answer);
            $report->done++;
        } catch (StsException $error) {
            // Where this fails as well the table is away, and the run ends.
            $this->queue->failed($item, $now, new StsException('ANSWER_NOT_KEPT', null, 'the command was carried '
                . 'out, and the table did not take its answer, which may be too large for it: '
                . $error->getMessage(), $error));
            $report->failed++;
        }
    }

    /** @param Closure(Driver): mixed $work */
    private function attempt(string $practice, CronReport $report, Closure $work): ?StsException
    {
        try {
            $work($this->drivers[$practice] ??= $this->open($practice));
            return null;
        } catch (\Throwable $thrown) {
            // Its words may show anything.
            $error = $thrown instanceof StsException ? $thrown : new StsException('PRACTICE', null,
                'the driver of the practice could not be made or used: ' . $thrown::class, $thrown);
            if (in_array($error->getCode(), self::PASSING, true)) {
                unset($this->drivers[$practice]);
                $report->troubles[$practice] = $error;
            }
            return $error;
        }
    }

    private function open(string $practice): Driver
    {
        $keep = fn (Event $event) => $this->queue->keep($practice, $event);
        return ($this->practices[$practice])($keep);
    }

    /**
     * Whether a command is a person's word about the moment it was given. The service may have
     * another document by now, or have counted another wrong password.
     *
     * @param array<string, mixed> $command
     */
    private static function isOfItsMoment(array $command): bool
    {
        return match ($command['command']) {
            'change' => ($command['change'] ?? null) === 'resend',
            'test_credentials' => ($command['again'] ?? false) === true,
            default => false,
        };
    }
}
