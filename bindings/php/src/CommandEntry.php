<?php

declare(strict_types=1);

namespace Sts;

/** One command of a {@see CommandTable}, without what it says. */
final class CommandEntry
{
    /**
     * @param string $kind the name of the command, such as `send`
     * @param ?array<string, mixed> $answer of a command that is done
     * @param ?StsException $error of one that failed, or why it is tried again
     * @param int $putAt milliseconds since 1970, UTC
     * @param ?int $endedAt likewise; null while it is open
     */
    public function __construct(
        public readonly int $id,
        public readonly string $practice,
        public readonly string $kind,
        public readonly CommandState $state,
        public readonly ?array $answer,
        public readonly ?StsException $error,
        public readonly int $putAt,
        public readonly ?int $endedAt,
    ) {
    }

    /** Whether it has come to its end. */
    public function isOver(): bool
    {
        return $this->state === CommandState::Done || $this->state === CommandState::Failed;
    }
}
