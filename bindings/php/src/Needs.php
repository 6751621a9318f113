<?php

declare(strict_types=1);

namespace Sts;

/** What an engine asks to read of the store. */
final class Needs
{
    /**
     * @param list<string> $keys
     * @param list<array{string, string, int}> $ranges from (included), to (excluded), limit
     */
    public function __construct(
        public readonly array $keys,
        public readonly array $ranges,
    ) {
    }

    /**
     * @internal
     * @param array<string, mixed> $json
     */
    public static function from(array $json): self
    {
        $range = static fn (array $range): array => [$range['from'], $range['to'], $range['limit']];
        return new self($json['keys'], array_map($range, $json['ranges']));
    }
}
