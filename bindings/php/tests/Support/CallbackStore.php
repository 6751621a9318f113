<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use Closure;
use Sts\Commit;
use Sts\MemoryStore;
use Sts\Store;

/** Records in memory, with something of the test's own in the place of a commit. */
final class CallbackStore implements Store
{
    public readonly MemoryStore $inner;

    /** @param Closure(Store, int, list<array{string, ?string}>): Commit $commit */
    public function __construct(private readonly Closure $commit)
    {
        $this->inner = new MemoryStore();
    }

    public function get(array $keys): array
    {
        return $this->inner->get($keys);
    }

    public function scan(string $from, string $to, int $limit): array
    {
        return $this->inner->scan($from, $to, $limit);
    }

    public function commit(int $expected, array $writes): Commit
    {
        return ($this->commit)($this->inner, $expected, $writes);
    }
}
