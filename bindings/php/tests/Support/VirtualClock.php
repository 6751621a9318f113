<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use Sts\Clock;

/** A clock that moves when it is told to. */
final class VirtualClock implements Clock
{
    public function __construct(private int $now)
    {
    }

    public function now(): int
    {
        return $this->now;
    }

    public function waitUntil(int $at): void
    {
        $this->now = max($this->now, $at);
    }

    public function advance(int $ms): void
    {
        $this->now += $ms;
    }
}
