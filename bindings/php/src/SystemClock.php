<?php

declare(strict_types=1);

namespace Sts;

/** The clock of the machine. */
final class SystemClock implements Clock
{
    public function now(): int
    {
        return (int) floor(microtime(true) * 1000);
    }

    public function waitUntil(int $at): void
    {
        $left = $at - $this->now();
        if ($left > 0) {
            usleep($left * 1000);
        }
    }
}
