<?php

declare(strict_types=1);

namespace Sts\Internal\Cron;

use Sts\Types\Commands;

/** Takes down which command is called, in place of carrying it out. */
final class Recorder
{
    use Commands;

    /** @var ?array<string, mixed> */
    private ?array $recorded = null;

    private readonly \RuntimeException $end;

    public function __construct()
    {
        $this->end = new \RuntimeException('the command is taken down; its answer comes later');
    }

    /**
     * @param \Closure(self): mixed $call that calls one command
     * @return ?array<string, mixed>
     */
    public function listen(\Closure $call): ?array
    {
        try {
            $call($this);
        } catch (\RuntimeException $end) {
            if ($end !== $this->end) {
                throw $end;
            }
        }
        return $this->recorded;
    }

    protected function command(array $command): array
    {
        $this->recorded ??= $command;
        // There is no answer to return: whoever called goes no further.
        throw $this->end;
    }
}
