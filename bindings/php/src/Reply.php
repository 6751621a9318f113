<?php

declare(strict_types=1);

namespace Sts;

/** What a call of an engine gives: JSON, and the bodies that the JSON names by number. */
final class Reply
{
    /** @param list<string> $bodies */
    public function __construct(
        public readonly string $json,
        public readonly array $bodies = [],
    ) {
    }

    /** @return array<string, mixed> for dumps: the bodies may name people, and are not shown */
    public function __debugInfo(): array
    {
        return ['json' => strlen($this->json) . ' bytes', 'bodies' => count($this->bodies)];
    }
}
