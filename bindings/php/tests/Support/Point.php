<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use Sts\Clock;
use Sts\Commit;
use Sts\Http;
use Sts\Request;
use Sts\Response;
use Sts\Store;

/** Moments at which a process can be killed: store, transport and clock, each counting its calls. */
final class Point implements Store, Http, Clock
{
    /** Calls that are left to live; null is for ever. */
    public static ?int $left = null;

    public function __construct(
        private readonly Store $store,
        private readonly Http $http,
        private readonly Clock $clock,
    ) {
    }

    public static function pass(): void
    {
        if (self::$left !== null && self::$left-- === 0) {
            posix_kill(getmypid(), SIGKILL);
        }
    }

    public function get(array $keys): array
    {
        return $this->store->get($keys);
    }

    public function scan(string $from, string $to, int $limit): array
    {
        return $this->store->scan($from, $to, $limit);
    }

    public function commit(int $expected, array $writes): Commit
    {
        self::pass();
        $commit = $this->store->commit($expected, $writes);
        self::pass();
        return $commit;
    }

    public function perform(Request $request): Response
    {
        self::pass();
        $response = $this->http->perform($request);
        self::pass();
        return $response;
    }

    public function now(): int
    {
        self::pass();
        return $this->clock->now();
    }

    public function waitUntil(int $at): void
    {
        $this->clock->waitUntil($at);
    }
}
