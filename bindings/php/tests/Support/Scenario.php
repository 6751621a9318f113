<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use PHPUnit\Framework\Assert;
use Sts\Credentials;
use Sts\Driver;
use Sts\MemoryStore;
use Sts\StsException;
use Sts\Types\Answer;
use Sts\Types\Event;
use Sts\Types\UnknownAnswer;

/** Plays one file of `fixtures/scenarios`; the folder's README is the form's definition. */
final class Scenario
{
    private const DAY = 86_400_000;

    private readonly object $file;

    private readonly Simulator $simulator;

    private readonly VirtualClock $clock;

    private readonly SimulatedHttp $http;

    private Credentials $credentials;

    private Driver $driver;

    /** @var array<int, object> by number */
    private array $events = [];

    /** Whatever was printed or could be. */
    private string $seen = '';

    public function __construct(string $path)
    {
        $this->file = json_decode(file_get_contents($path), false, 512, JSON_THROW_ON_ERROR);
        $this->clock = new VirtualClock((new \DateTimeImmutable($this->file->start))->getTimestamp() * 1000);
        $this->simulator = new Simulator($this->file->start, $this->file->simulator ?? null);
        $this->http = new SimulatedHttp($this->simulator, $this->clock);
        $this->credentials = $this->written($this->file->credentials);
        $this->begin();
    }

    public function play(): void
    {
        foreach ($this->file->steps as $n => $step) {
            $comment = $step->comment ?? '';
            $this->step($step, "{$this->file->name}, step $n $comment");
        }
        foreach ([$this->credentials->password, $this->credentials->pincode] as $secret) {
            Assert::assertStringNotContainsString($secret, $this->seen);
        }
    }

    private function step(object $step, string $at): void
    {
        $does = array_values(array_diff(array_keys(get_object_vars($step)), ['comment', 'answer', 'error']));
        Assert::assertCount(1, $does, "$at: a step does one thing");
        $what = $step->{$does[0]};
        match ($does[0]) {
            'command' => $this->command($step, $at),
            'advance' => $this->advance($what),
            'rest' => $this->rest($what),
            'control' => $this->control($what),
            'credentials' => $this->driver->setCredentials($this->credentials = $this->written($what)),
            'network' => $this->http->down = $what === 'down',
            'store' => $this->begin(),
            'expect' => $this->expect($what, $at),
        };
    }

    private function written(object $written): Credentials
    {
        return new Credentials($written->user, $written->password, $written->pincode);
    }

    /** A driver over an empty store. */
    private function begin(): void
    {
        $this->events = [];
        $this->driver = new Driver(
            $this->settings(),
            new MemoryStore(),
            $this->credentials,
            function (Event $event): void {
                $this->seen .= print_r($event, true);
                Assert::assertArrayNotHasKey($event->number, $this->events, 'each number once');
                $this->events[$event->number] = Part::json($event);
            },
            $this->http,
            $this->clock,
        );
    }

    /** @return array<string, mixed> */
    private function settings(): array
    {
        $policy = isset($this->file->policy) ? ['policy' => $this->file->policy] : [];
        return ['profile' => $this->file->profile] + $policy + $this->simulator->settings();
    }

    private function command(object $step, string $at): void
    {
        try {
            $answer = $this->driver->command((array) $step->command);
        } catch (StsException $error) {
            $this->seen .= $error;
            Assert::assertTrue(isset($step->error), "$at: $error");
            $found = Part::json(['code' => $error->getCode(), 'path' => $error->path]);
            Assert::assertNull(Part::difference($step->error, $found, '/error'), $at);
            return;
        }
        Assert::assertFalse(isset($step->error), "$at: there is no error");
        // What the types make of an answer says the same.
        $typed = Answer::fromArray($answer);
        $zip = $answer['receipts']['zip'] ?? null;
        if ($zip !== null) {
            foreach ($answer['receipts']['entries'] as $name) {
                Assert::assertStringContainsString($name, $zip, "$at: the archive has the entries it says");
            }
            unset($answer['receipts']['zip']);
        }
        $this->seen .= json_encode($answer);
        Assert::assertNull(Part::difference($step->answer ?? new \stdClass(), Part::json($answer), '/answer'), $at);
        Assert::assertNotInstanceOf(UnknownAnswer::class, $typed, $at);
        if ($zip === null) {
            Assert::assertNull(Part::difference($step->answer ?? new \stdClass(), Part::json($typed), '/typed'), $at);
        }
    }

    private function advance(int $ms): void
    {
        $this->clock->advance($ms);
        $this->driver->tick();
    }

    private function rest(int $days): void
    {
        $end = $this->clock->now() + $days * self::DAY;
        for ($round = 0; $round < 10_000; $round++) {
            $this->driver->tick();
            $wake = $this->driver->wakeAt();
            if ($wake === null || $wake > $end) {
                return;
            }
            Assert::assertGreaterThan($this->clock->now(), $wake, 'the engine wakes in the past');
            $this->clock->waitUntil($wake);
        }
        Assert::fail('no rest within 10 000 rounds');
    }

    private function control(object $control): void
    {
        $this->http->tellTime();
        $this->simulator->control($control->method, $control->path, $control->body ?? null);
    }

    private function expect(object $expect, string $at): void
    {
        $hold = static fn (mixed $wanted, mixed $found, string $what) =>
            Assert::assertNull(Part::difference($wanted, Part::json($found), $what), $at);
        foreach ($expect as $what => $wanted) {
            switch ($what) {
                case 'documents':
                    foreach (get_object_vars($wanted) as $id => $document) {
                        $answer = $this->driver->command(['command' => 'document', 'id' => (string) $id]);
                        $hold($document, $answer['document'], "/documents/$id");
                    }
                    break;
                case 'registry':
                    $hold($wanted, $this->registry(), '/registry');
                    break;
                case 'events':
                    $kinds = array_count_values(array_map(static fn (object $event): string => $event->event, $this->events));
                    foreach (get_object_vars($wanted) as $kind => $count) {
                        Assert::assertSame($count, $kinds[$kind] ?? 0, "$at: events $kind");
                    }
                    break;
                case 'told':
                    foreach ($wanted as $event) {
                        $like = array_filter(
                            $this->events,
                            static fn (object $found): bool => Part::difference($event, $found) === null,
                        );
                        Assert::assertNotEmpty($like, "$at: nothing like " . json_encode($event));
                    }
                    break;
                case 'service':
                    $hold($wanted, $this->simulator->control('GET', '/documents'), '/service');
                    break;
                case 'requests':
                    $wanted = array_filter(get_object_vars($wanted));
                    $found = $this->simulator->calls();
                    ksort($wanted);
                    ksort($found);
                    Assert::assertSame($wanted, $found, "$at: requests");
                    break;
                case 'wrongLogins':
                    Assert::assertSame($wanted, $this->wrongLogins(), "$at: wrong logins");
                    break;
                default:
                    Assert::fail("$at: nobody knows what $what is");
            }
        }
    }

    /** @return list<array<string, mixed>> newest first */
    private function registry(): array
    {
        [$rows, $after] = [[], null];
        do {
            $list = ['command' => 'list', 'after' => $after, 'limit' => 50];
            $answer = $this->driver->command($list);
            $rows = [...$rows, ...$answer['transmissions']];
            $after = $answer['next'];
        } while ($after !== null);
        return $rows;
    }

    private function wrongLogins(): ?int
    {
        $digest = $this->simulator->control('POST', '/digest', ['text' => $this->file->credentials->user])['digest'];
        foreach ($this->simulator->control('GET', '/users') as $user) {
            if ($user['user'] === $digest) {
                return $user['wrongLogins'];
            }
        }
        return null;
    }
}
