<?php

declare(strict_types=1);

namespace Sts;

/** Records in memory: for tests, and for hosts that persist by other means. */
final class MemoryStore implements Store
{
    /** @var array<string, string> by key with a slash before it, or PHP would make numbers of some */
    private array $values = [];

    /** @var ?list<string> the keys in ascending order, once somebody wants to know */
    private ?array $sorted = null;

    public function get(array $keys): array
    {
        return array_map(fn (string $key): ?string => $this->values["/$key"] ?? null, $keys);
    }

    public function scan(string $from, string $to, int $limit): array
    {
        $keys = $this->keys();
        $found = [];
        for ($i = $this->place($keys, "/$from"); $i < count($keys) && count($found) < $limit; $i++) {
            if (strcmp($keys[$i], "/$to") >= 0) {
                break;
            }
            $found[] = [substr($keys[$i], 1), $this->values[$keys[$i]]];
        }
        return $found;
    }

    public function commit(int $expected, array $writes): Commit
    {
        if ((int) ($this->values['/' . self::REVISION] ?? '0') !== $expected) {
            return Commit::Conflict;
        }
        foreach ($writes as [$key, $value]) {
            if ($value === null) {
                unset($this->values["/$key"]);
            } else {
                $this->values["/$key"] = $value;
            }
        }
        $this->sorted = null;
        return Commit::Done;
    }

    /** @return array<string, string> for dumps: how many records, not what they say */
    public function __debugInfo(): array
    {
        return ['records' => (string) count($this->values)];
    }

    /** @return list<string> */
    private function keys(): array
    {
        if ($this->sorted === null) {
            $this->sorted = array_keys($this->values);
            sort($this->sorted, SORT_STRING);
        }
        return $this->sorted;
    }

    /**
     * The place of the first key that is not before this one.
     *
     * @param list<string> $keys
     */
    private function place(array $keys, string $key): int
    {
        [$low, $high] = [0, count($keys)];
        while ($low < $high) {
            $middle = intdiv($low + $high, 2);
            if (strcmp($keys[$middle], $key) < 0) {
                $low = $middle + 1;
            } else {
                $high = $middle;
            }
        }
        return $low;
    }
}
