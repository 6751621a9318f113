<?php

declare(strict_types=1);

namespace Sts\Internal\Sql;

/** What each key is to hold in the end, when one transaction writes it more than once. */
final class Last
{
    /** @var array<string, array{string, ?string}> by key with a slash before it, so that it stays text */
    private array $writes = [];

    /** @param list<array{string, ?string}> $writes */
    public static function of(array $writes): self
    {
        $last = new self();
        foreach ($writes as $write) {
            $last->writes["/$write[0]"] = $write;
        }
        return $last;
    }

    /** A key that is deleted unless it is written. */
    public function beginWith(string $key): void
    {
        $this->writes["/$key"] ??= [$key, null];
    }

    /** @return list<string> */
    public function gone(): array
    {
        $gone = array_filter($this->writes, static fn (array $write): bool => $write[1] === null);
        return array_column($gone, 0);
    }

    /**
     * @param int $each bytes that a row takes beside its key and value
     * @return iterable<list<array{string, string}>> of so many bytes, or one entry more
     */
    public function batches(int $limit, int $each = 0): iterable
    {
        [$batch, $bytes] = [[], 0];
        foreach ($this->writes as [$key, $value]) {
            if ($value === null) {
                continue;
            }
            $batch[] = [$key, $value];
            $bytes += strlen($key) + strlen($value) + $each;
            if ($bytes >= $limit) {
                yield $batch;
                [$batch, $bytes] = [[], 0];
            }
        }
        if ($batch !== []) {
            yield $batch;
        }
    }
}
