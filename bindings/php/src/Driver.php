<?php

declare(strict_types=1);

namespace Sts;

use Sts\Internal\Json;
use Sts\Types\Commands;
use Sts\Types\Event;

/**
 * Drives one holder's engine with a store, a transport and a receiver of events: the loop of
 * `sts.h`. A web request and a timer job each have their own, on the same store; whoever is slower
 * repeats its input.
 */
final class Driver
{
    use Commands;

    /** Races lost to other processes before an input is given up. */
    private const TRIES = 50;

    /** Failures of the store before a response is given up, which cannot be had again. */
    private const RESPONSE_TRIES = 5;

    /** Readings for one input: a few, and one for each document it passes over. */
    private const READINGS = 1_000;

    /** The longest pause between two tries, in milliseconds; the first is one. */
    private const LONGEST_PAUSE = 64;

    /** Should the clock be set back: how long after its step a request may be begun, in ns. */
    private const PATIENCE = 30_000_000_000;

    private Engine $engine;

    private readonly ?\Closure $listener;

    private readonly Http $http;

    private readonly Clock $clock;

    private ?int $wakeAt = null;

    /** The number after the last event delivered. */
    private int $nextEvent = 0;

    /** The receiver of events threw: what the engine handed out since has to come again. */
    private bool $undelivered = false;

    /** The engine holds what may not be in the store: a commit has not come to its end. */
    private bool $uncertain = false;

    private bool $busy = false;

    private bool $closed = false;

    private bool $storeIsTried = false;

    /**
     * @param array<string, mixed>|\JsonSerializable $settings of the holder
     * @param Events|callable(Event): void|null $events
     * @param ?Http $http by default {@see CurlHttp}
     * @param ?Door $door where engines come from; by default {@see Sts::door()}
     */
    public function __construct(
        #[\SensitiveParameter]
        private readonly array|\JsonSerializable $settings,
        private readonly Store $store,
        private ?Credentials $credentials = null,
        Events|callable|null $events = null,
        ?Http $http = null,
        ?Clock $clock = null,
        private readonly ?Door $door = null,
    ) {
        $this->listener = match (true) {
            $events === null => null,
            $events instanceof Events => $events->deliver(...),
            default => $events(...),
        };
        $this->http = $http ?? new CurlHttp();
        $this->clock = $clock ?? new SystemClock();
        if ($this->http instanceof CurlHttp) {
            $this->http->refuseOwnAuthority(Json::decode(Json::encode($settings)));
        }
        $this->engine = new Engine($settings, $credentials, $door);
    }

    /** Gives the engine other credentials, or takes them away. */
    public function setCredentials(?Credentials $credentials): void
    {
        $this->engine->setCredentials($credentials);
        $this->credentials = $credentials;
    }

    /**
     * Carries out a command with all that follows from it: the requests that may leave now, one
     * after the other, their ends, the events.
     *
     * There is a method with types for each command, such as {@see save()} and {@see send()}; this
     * one takes and gives decoded JSON.
     *
     * @param array<string, mixed>|\JsonSerializable $command
     * @return array<string, mixed> the answer; the archive of receipts is in `zip` of `receipts`
     */
    public function command(#[\SensitiveParameter] array|\JsonSerializable $command): array
    {
        return $this->run(fn (int $now): Step => $this->engine->command($now, $command))
            ?? throw new StsException('PANIC', null, 'a bug of libsts: a command has no answer');
    }

    /** Carries out what is due, with all that follows from it. Too often is harmless. */
    public function tick(): void
    {
        $this->run(fn (int $now): Step => $this->engine->tick($now));
    }

    /**
     * When the engine wants a tick next, as the last input left it: milliseconds since 1970, UTC;
     * null when only a command changes anything.
     */
    public function wakeAt(): ?int
    {
        return $this->wakeAt;
    }

    /** Ends on purpose: events already delivered do not come again. Leaving it out is harmless. */
    public function close(): void
    {
        if ($this->closed) {
            return;
        }
        $this->run(fn (int $now): Step => $this->engine->close($now));
        $this->closed = true;
        $this->engine->free();
    }

    /** @return array<string, mixed> for dumps: settings hold the tax code of the holder */
    public function __debugInfo(): array
    {
        return ['wakeAt' => $this->wakeAt, 'closed' => $this->closed, 'store' => $this->store::class];
    }

    /**
     * @param \Closure(int): Step $first
     * @return ?array<string, mixed>
     */
    private function run(#[\SensitiveParameter] \Closure $first): ?array
    {
        if ($this->closed) {
            throw new StsException('CLOSED', null, 'this driver was closed: make another one');
        }
        if ($this->busy) {
            throw new StsException('BUSY', null, 'a callback called into the driver that it was '
                . 'called from: let it note what it wants, and do that when the call has returned');
        }
        $this->busy = true;
        try {
            return $this->carryOut($first);
        } finally {
            $this->busy = false;
        }
    }

    /**
     * @param \Closure(int): Step $first
     * @return ?array<string, mixed>
     */
    private function carryOut(#[\SensitiveParameter] \Closure $first): ?array
    {
        $answer = $failure = null;
        $steps = [$this->settle($first, 1)];
        while ($steps !== []) {
            $step = array_shift($steps);
            $began = hrtime(true);
            $this->wakeAt = $step->wakeAt;
            // What was asked of the service is the answer of a later step.
            $answer = $step->answer ?? $answer;
            // Before the next input, because with that the engine takes them as delivered.
            $failure = $this->deliver($step->events) ?? $failure;
            $ends = [];
            foreach ($step->requests as $request) {
                $late = $this->clock->now() > $request->notAfter
                    || hrtime(true) - $began > self::PATIENCE;
                try {
                    $end = $late ? Response::notSent() : $this->http->perform($request);
                } catch (\Throwable $error) {
                    $end = Response::unknown();
                    $failure ??= new StsException('HTTP_CALLBACK', null, 'the transport threw '
                        . $error::class . ', so its request counts as unknown and costs a question '
                        . 'to the service: catch it there and return Response::notSent() or '
                        . 'Response::unknown()', $error);
                }
                $ends[] = [$request->id, $end];
            }
            foreach ($ends as [$id, $end]) {
                $input = fn (int $now): Step => $this->engine->response($now, $id, $end);
                try {
                    $steps[] = $this->settle($input, self::RESPONSE_TRIES);
                } catch (StsException $error) {
                    // The others are reported all the same.
                    $failure ??= $error;
                }
            }
        }
        return $failure === null ? $answer : throw $failure;
    }

    /**
     * A new engine does not know what the one before it handed out, and hands it out again: that
     * was delivered already. Numbers ascend within a store, and a step has all that are open.
     *
     * @param list<array<string, mixed>> $events
     */
    private function deliver(array $events): ?StsException
    {
        $this->undelivered = false;
        foreach ($events as $event) {
            if ($event['number'] < $this->nextEvent) {
                continue;
            }
            try {
                if ($this->listener !== null) {
                    ($this->listener)(Event::fromArray($event));
                }
            } catch (\Throwable $error) {
                $this->undelivered = true;
                return new StsException('EVENTS_CALLBACK', null, 'the receiver of events threw '
                    . $error::class . ' at event ' . $event['number'] . ', which comes again; all '
                    . 'else was done', $error);
            }
            $this->nextEvent = $event['number'] + 1;
        }
        return null;
    }

    /**
     * One input, until its writes are committed. When another process was faster, what the engine
     * holds is thrown away and the same input repeated; so it is, a few times, when the store fails
     * to take a response.
     *
     * @param \Closure(int): Step $input
     */
    private function settle(#[\SensitiveParameter] \Closure $input, int $patience): Actions
    {
        for ($tries = 0; $tries < self::TRIES; $tries++) {
            if ($this->undelivered || $this->uncertain) {
                $this->engine->reopen();
                $this->uncertain = false;
            }
            try {
                $actions = $this->attempt($input);
                if ($actions !== null) {
                    return $actions;
                }
            } catch (StsException $error) {
                if (in_array($error->getCode(), ['PANIC', 'DEAD'], true)) {
                    $this->engine->free();
                    $this->engine = new Engine($this->settings, $this->credentials, $this->door);
                    $this->uncertain = false;
                    throw $error;
                }
                if ($error->getCode() !== 'STORE') {
                    throw $error;
                }
                $this->uncertain = true;
                if (--$patience === 0) {
                    throw $error;
                }
            }
            $pause = min(1 << min($tries, 10), self::LONGEST_PAUSE);
            $this->clock->waitUntil($this->clock->now() + $pause);
        }
        throw new StsException('CONTENTION', null, 'other processes changed the store '
            . self::TRIES . ' times in a row');
    }

    /**
     * One try: reads what the engine asks for, commits what it writes. Null is a lost race.
     *
     * @param \Closure(int): Step $input
     */
    private function attempt(#[\SensitiveParameter] \Closure $input): ?Actions
    {
        // The same time for every repetition, or the engine would never stop asking.
        $now = $this->clock->now();
        for ($readings = 0; $readings < self::READINGS; $readings++) {
            $step = $input($now);
            if ($step->needs !== null) {
                $needs = $step->needs;
                [$values, $entries] = $this->withStore(fn (): array => [
                    $this->store->get($needs->keys),
                    array_map(fn (array $range): array => $this->store->scan(...$range), $needs->ranges),
                ]);
                // A value that is left out would be taken for one that is not there.
                if (count($values) !== count($needs->keys)) {
                    throw new StsException('STORE', null, 'the store failed: it has to give a value '
                        . 'or null for each key');
                }
                $this->engine->load($needs, $values, $entries);
                continue;
            }
            $actions = $step->actions;
            if ($actions->writes === []) {
                return $actions;
            }
            // After a conflict, and whatever else ends this early, the store is read again.
            $this->uncertain = true;
            $commit = $this->withStore(
                fn (): Commit => $this->store->commit($actions->revision, $actions->writes),
            );
            if ($commit === Commit::Conflict) {
                return null;
            }
            $this->tryStore($actions);
            $this->uncertain = false;
            return $actions;
        }
        $this->engine->reopen();
        throw new StsException('READING', null, 'the engine asked to read ' . self::READINGS
            . ' times for one input: the store answers something else than it was asked');
    }

    /** Once: whether a commit that was done is there. Nothing leaves before that is certain. */
    private function tryStore(Actions $actions): void
    {
        if ($this->storeIsTried) {
            return;
        }
        $written = array_column($actions->writes, 1, 0)[Store::REVISION] ?? null;
        [$found] = $this->withStore(fn (): array => $this->store->get([Store::REVISION]));
        // Another process may have been here since.
        if ($written !== null && (int) $found < (int) $written) {
            throw new StsException('STORE_NOT_COMMITTING', null, 'the store says that a commit was '
                . 'made, and its writes are not there: it has to make all writes of a commit in a '
                . 'transaction, the key "revision" among them, and end it with COMMIT');
        }
        $this->storeIsTried = true;
    }

    /** Whatever a store throws is its failure; what it says of itself stays. */
    private function withStore(#[\SensitiveParameter] \Closure $call): mixed
    {
        try {
            return $call();
        } catch (\Throwable $error) {
            if ($error instanceof StsException && str_starts_with($error->getCode(), 'STORE')) {
                throw $error;
            }
            throw new StsException('STORE', null, 'the store failed: ' . $error->getMessage(), $error);
        }
    }
}
