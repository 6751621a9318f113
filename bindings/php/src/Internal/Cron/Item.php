<?php

declare(strict_types=1);

namespace Sts\Internal\Cron;

/** A command that is to be carried out. */
final class Item
{
    /**
     * @param bool $interrupted a worker was killed at it
     * @param int $tries so many were begun before
     */
    public function __construct(
        public readonly int $id,
        public readonly string $practice,
        public readonly bool $interrupted,
        public readonly int $tries,
        public readonly string $payload,
    ) {
    }
}
