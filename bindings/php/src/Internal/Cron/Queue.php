<?php

declare(strict_types=1);

namespace Sts\Internal\Cron;

use Sts\CommandState;
use Sts\Internal\Json;
use Sts\StsException;
use Sts\Types\Event;
use Sts\Types\Json as Types;

/** The table as the worker sees it. Whoever calls has the turn of the practice. */
final class Queue
{
    /** Tries of a command whose failure may pass. With the pauses: about half an hour. */
    public const TRIES = 12;

    /** The longest pause before a try, in milliseconds; the first is a second. */
    private const LONGEST_PAUSE = 600_000;

    public function __construct(private readonly Sql $sql, private readonly Seal $seal)
    {
    }

    /**
     * Practices with commands that are not over.
     *
     * @return list<string>
     */
    public function practices(): array
    {
        $rows = $this->sql->rows('SELECT DISTINCT practice FROM sts_command WHERE state IN (?, ?)', [
            CommandState::Waiting->value,
            CommandState::Running->value,
        ]);
        return array_column($rows, 0);
    }

    /** The first command of a practice that is not over, unless it has to wait. */
    public function next(string $practice, int $now): ?Item
    {
        $rows = $this->sql->rows('SELECT id, state, payload, tries, not_before FROM sts_command
            WHERE practice = ? AND state IN (?, ?) ORDER BY id LIMIT 1', [
            $practice,
            CommandState::Waiting->value,
            CommandState::Running->value,
        ]);
        if ($rows === [] || (int) $rows[0][4] > $now) {
            return null;
        }
        [$id, $state, $payload, $tries] = $rows[0];
        $interrupted = $state === CommandState::Running->value;
        return new Item((int) $id, $practice, $interrupted, (int) $tries, $payload);
    }

    /**
     * What the command says.
     *
     * @return array<string, mixed>
     */
    public function read(Item $item): array
    {
        return Json::decode($this->seal->open("command/$item->practice", $item->payload));
    }

    public function begin(Item $item): void
    {
        $this->sql->run('UPDATE sts_command SET state = ?, tries = tries + 1 WHERE id = ?', [
            CommandState::Running->value,
            $item->id,
        ]);
    }

    /** @param array<string, mixed> $answer */
    public function done(Item $item, int $now, array $answer): void
    {
        if (isset($answer['receipts']['zip'])) {
            $answer['receipts']['zip'] = base64_encode($answer['receipts']['zip']);
        }
        $this->end($item, $now, CommandState::Done, ['answer' => $answer]);
    }

    public function failed(Item $item, int $now, StsException $error): void
    {
        $this->end($item, $now, CommandState::Failed, ['error' => self::words($error)]);
    }

    /** To be tried again after a while; false when it was tried often enough, and has failed. */
    public function postpone(Item $item, int $now, StsException $error): bool
    {
        if ($item->tries + 1 >= self::TRIES) {
            $this->failed($item, $now, $error);
            return false;
        }
        $pause = min(1000 << $item->tries, self::LONGEST_PAUSE);
        $this->sql->run('UPDATE sts_command SET state = ?, result = ?, not_before = ? WHERE id = ?', [
            CommandState::Waiting->value,
            $this->seal->close("result/$item->practice", Json::encode(['error' => self::words($error)])),
            $now + $pause,
            $item->id,
        ]);
        return true;
    }

    /** The same number again is the same event again. */
    public function keep(string $practice, Event $event): void
    {
        $at = Types::milliseconds($event->at);
        // ASCII, so that connections of several character sets read the same.
        $json = json_encode($event, JSON_THROW_ON_ERROR);
        $this->sql->upsertEvent([$practice, $event->number, $at, $json]);
    }

    /** @param array<string, mixed> $result */
    private function end(Item $item, int $now, CommandState $state, array $result): void
    {
        $sealed = $this->seal->close("result/$item->practice", Json::encode($result));
        $this->sql->run('UPDATE sts_command SET state = ?, result = ?, payload = NULL, ended_at = ?
            WHERE id = ?', [$state->value, $sealed, $now, $item->id]);
    }

    /** @return array{string, ?string, string} */
    private static function words(StsException $error): array
    {
        return [$error->getCode(), $error->path, $error->getMessage()];
    }
}
