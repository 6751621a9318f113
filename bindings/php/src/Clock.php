<?php

declare(strict_types=1);

namespace Sts;

/** The time; replaced in tests alone. */
interface Clock
{
    /** Milliseconds since 1970, UTC. */
    public function now(): int;

    /** Returns when it is so late, at once when it is later. */
    public function waitUntil(int $at): void;
}
