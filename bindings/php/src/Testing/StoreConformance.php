<?php

declare(strict_types=1);

namespace Sts\Testing;

use PHPUnit\Framework\TestCase;
use Sts\Commit;
use Sts\Store;

/**
 * The rules of a store as tests, for stores written by hosts: extend it in your own suite and give
 * it your store. They are the rules of `sts_host::conformance`.
 */
abstract class StoreConformance extends TestCase
{
    private const CONNECTIONS = 4;
    private const COMMITS = 25;

    /** A new, empty store each time. */
    abstract protected function emptyStore(): Store;

    /**
     * Another connection to one store, which is empty when a test begins; null when there can be
     * but one, as for records in memory.
     */
    abstract protected function connect(): ?Store;

    public function testAbsentIsNullAndRevisionZero(): void
    {
        $store = $this->emptyStore();
        self::assertSame([null, null], $store->get([Store::REVISION, 'd/1']), 'a missing key is null');
        self::assertSame([], $store->scan('', '~', 10), 'a new store is empty');
        self::assertSame([], $store->get([]));
        self::assertSame(Commit::Done, self::advance($store, 0, []), 'an absent revision counts as 0');
    }

    public function testValuesAreBytes(): void
    {
        $store = $this->emptyStore();
        $all = implode('', array_map(chr(...), range(0, 255)));
        self::assertSame(Commit::Done, self::advance($store, 0, [['bytes', $all], ['empty', '']]));
        self::assertSame([$all, ''], $store->get(['bytes', 'empty']), 'byte for byte, empty ones too');
    }

    public function testKeysCompareAsBytes(): void
    {
        $store = $this->emptyStore();
        // Upper before lower case, blanks before letters, numbers as texts, and by code point.
        $ascending = ['1', '10', '9', 'A', 'B/ 1', 'B/1', 'a', 'a b', 'a%', 'a_', 'b', 'z', '~', 'à', 'é', "\u{10000}"];
        $writes = array_map(static fn (string $key): array => [$key, ''], array_reverse($ascending));
        self::assertSame(Commit::Done, self::advance($store, 0, $writes));
        $found = array_diff(self::keys($store, '', "\u{10ffff}", 100), [Store::REVISION]);
        self::assertSame($ascending, array_values($found), 'keys are ordered as bytes');
        self::assertSame(['a'], self::keys($store, 'a', "a\0", 9), 'a NUL ends nothing');
        self::assertSame(['a b', 'a%', 'a_'], self::keys($store, "a\0", 'b', 9), 'a NUL ends nothing');
        $same = $store->get(['a ', 'À', 'a']);
        self::assertSame([null, null, ''], $same, 'no two keys are the same but equal ones');
    }

    public function testRangesAreHalfOpenAndLimited(): void
    {
        $store = $this->emptyStore();
        $writes = array_map(static fn (string $key): array => [$key, $key], ['w/1', 'w/2', 'w/3', 'w0']);
        self::assertSame(Commit::Done, self::advance($store, 0, $writes));
        $all = [['w/1', 'w/1'], ['w/2', 'w/2'], ['w/3', 'w/3']];
        self::assertSame($all, $store->scan('w/', 'w0', 10), 'the end is excluded');
        self::assertSame(['w/2'], self::keys($store, 'w/2', 'w/3', 10), 'the beginning is included');
        self::assertSame(['w/1', 'w/2'], self::keys($store, 'w/', 'w0', 2), 'the first `limit` are given');
        self::assertSame([], $store->scan('w/', 'w0', 0), 'a limit of 0 gives nothing');
        self::assertSame([], $store->scan('w/3', 'w/1', 10), 'a reversed range is empty');
        self::assertCount(3, $store->scan('w/', 'w0', 0xffffffff), 'any limit is taken');
    }

    public function testAnswersKeepTheOrderOfTheQuestion(): void
    {
        $store = $this->emptyStore();
        self::assertSame(Commit::Done, self::advance($store, 0, [['a', 'a'], ['b', 'b'], ['c', 'c']]));
        $found = $store->get(['c', 'x', 'a', 'c']);
        self::assertSame(['c', null, 'a', 'c'], $found, 'one answer for each key, in order');
    }

    public function testDeletionsArePartOfACommit(): void
    {
        $store = $this->emptyStore();
        self::assertSame(Commit::Done, self::advance($store, 0, [['a', '1'], ['b', '1']]));
        $writes = [['a', null], ['b', '2'], ['never', null]];
        self::assertSame(Commit::Done, self::advance($store, 1, $writes));
        self::assertSame([null, '2'], $store->get(['a', 'b']), 'deleted and replaced');
    }

    public function testACommitAgainstAnotherRevisionChangesNothing(): void
    {
        $store = $this->emptyStore();
        self::assertSame(Commit::Done, self::advance($store, 0, [['a', '1']]));
        foreach ([0, 2, PHP_INT_MAX - 1] as $stale) {
            $writes = [['a', '2'], ['c', '2'], ['a', null]];
            self::assertSame(Commit::Conflict, self::advance($store, $stale, $writes), "revision $stale");
        }
        $found = $store->get(['a', 'c', Store::REVISION]);
        self::assertSame(['1', null, '1'], $found, 'a conflict changes nothing');
        $empty = $this->emptyStore();
        self::assertSame(Commit::Conflict, self::advance($empty, 1, [['a', '2']]));
        self::assertSame([null, null], $empty->get(['a', Store::REVISION]));
    }

    public function testLargeCommitsAreWhole(): void
    {
        $store = $this->emptyStore();
        $long = str_repeat('k', 512);
        $value = str_repeat("\x07", 1 << 20);
        $keys = array_map(static fn (int $i): string => sprintf('d/%05d', $i), range(0, 1999));
        $writes = array_map(static fn (string $key): array => [$key, $key], $keys);
        self::assertSame(Commit::Done, self::advance($store, 0, [...$writes, [$long, $value]]));
        self::assertCount(2000, $store->scan('d/', 'd0', 5000), 'two thousand writes at once');
        $found = $store->get(array_reverse($keys));
        self::assertSame(array_reverse($keys), $found, 'two thousand keys in order');
        self::assertSame([$value], $store->get([$long]), 'a key of 512 bytes and a value of 1 MiB');
    }

    public function testAFailedCommitChangesNothing(): void
    {
        $store = $this->emptyStore();
        self::assertSame(Commit::Done, self::advance($store, 0, [['a', '1']]));
        try {
            // No store takes a key so long that no index does, or it keeps it whole.
            self::advance($store, 1, [['a', '2'], [str_repeat('k', 100_000), '']]);
            $expected = '2';
        } catch (\Throwable) {
            $expected = '1';
        }
        self::assertSame([$expected, $expected], $store->get(['a', Store::REVISION]), 'all or nothing');
    }

    public function testTwoConnectionsNeverBothCommitAgainstOneRevision(): void
    {
        $stores = array_map(fn (): ?Store => $this->connect(), range(1, self::CONNECTIONS));
        if (in_array(null, $stores, true)) {
            self::assertNull($stores[0], 'all connections can be made, or none');
            return;
        }
        for ($round = 0; $round < self::CONNECTIONS; $round++) {
            $seen = array_map(static fn (Store $store): int => self::revision($store), $stores);
            self::assertSame([$round], array_unique($seen), 'each connection sees what is committed');
            $ends = [];
            foreach ($stores as $i => $store) {
                // Another one is first in each round.
                $at = ($i + $round) % self::CONNECTIONS;
                $ends[] = self::advance($stores[$at], $round, [["c/$round", (string) $at]]);
            }
            $conflicts = array_fill(1, self::CONNECTIONS - 1, Commit::Conflict);
            self::assertSame([Commit::Done] + $conflicts, $ends, 'the first alone commits');
            self::assertSame([(string) $round], $stores[0]->get(["c/$round"]), 'and what it wrote stays');
        }
    }

    public function testProcessesExcludeEachOther(): void
    {
        $store = $this->connect();
        if ($store === null) {
            $this->expectNotToPerformAssertions();
            return;
        }
        if (!function_exists('pcntl_fork') || !function_exists('posix_kill')) {
            self::markTestSkipped('the PHP extensions pcntl and posix are not loaded');
        }
        $children = [];
        for ($i = 0; $i < self::CONNECTIONS; $i++) {
            $child = pcntl_fork();
            if ($child === 0) {
                // Nothing of the parent's is closed or printed by its child.
                try {
                    $this->compete($i);
                } finally {
                    posix_kill(getmypid(), SIGKILL);
                }
            }
            $children[] = $child;
        }
        array_walk($children, static fn (int $child) => pcntl_waitpid($child, $status));
        $total = self::CONNECTIONS * self::COMMITS;
        self::assertSame($total, self::revision($store), 'each commit counted once');
        self::assertCount($total, $store->scan('c/', 'c0', 1000), 'each revision was committed by one');
    }

    private function compete(int $mine): void
    {
        $store = $this->connect();
        for ($done = 0; $done < self::COMMITS;) {
            $seen = self::revision($store);
            $write = [sprintf('c/%05d', $seen), (string) $mine];
            if (self::advance($store, $seen, [$write]) === Commit::Done) {
                $done++;
            }
        }
    }

    private static function revision(Store $store): int
    {
        return (int) ($store->get([Store::REVISION])[0] ?? '0');
    }

    /**
     * Commits the writes with the successor of the revision.
     *
     * @param list<array{string, ?string}> $writes
     */
    private static function advance(Store $store, int $expected, array $writes): Commit
    {
        return $store->commit($expected, [...$writes, [Store::REVISION, (string) ($expected + 1)]]);
    }

    /** @return list<string> */
    private static function keys(Store $store, string $from, string $to, int $limit): array
    {
        return array_column($store->scan($from, $to, $limit), 0);
    }
}
