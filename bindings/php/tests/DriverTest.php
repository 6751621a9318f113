<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Commit;
use Sts\CurlHttp;
use Sts\Driver;
use Sts\Http;
use Sts\MemoryStore;
use Sts\PdoStore;
use Sts\Request;
use Sts\Response;
use Sts\Store;
use Sts\StsException;
use Sts\Tests\Support\CallbackStore;
use Sts\Tests\Support\Practice;
use Sts\Tests\Support\Simulator;
use Sts\Tests\Support\VirtualClock;
use Sts\Types\DocumentAcceptedEvent;
use Sts\Types\DocumentState;
use Sts\Types\Event;
use Sts\Types\Selection;
use Sts\Types\Settings;
use Sts\Types\Verdict;

/** The loop, with the library and the simulator. */
final class DriverTest extends TestCase
{
    private Simulator $simulator;

    /** @var list<Event> */
    private array $events = [];

    protected function setUp(): void
    {
        $this->simulator = new Simulator();
    }

    public function testAnInvoiceIsAcceptedAndItsProtocolIsTold(): void
    {
        $driver = $this->driver(new MemoryStore());
        $saved = $driver->save([Practice::invoice('1')]);
        self::assertSame(Verdict::Send, $saved->documents[0]->verdict);
        $driver->send(Selection::ids(['1']));
        self::assertSame(DocumentState::Accepted, $driver->document('1')->document?->state);
        $accepted = array_filter($this->events, static fn (Event $event): bool => $event instanceof DocumentAcceptedEvent);
        self::assertCount(1, $accepted);
        $held = $this->simulator->control('GET', '/documents');
        self::assertSame(end($accepted)->protocollo, $held[0]['protocollo']);
        self::assertNull($driver->wakeAt());
        $driver->close();
        $driver->close();
        $this->expectException(StsException::class);
        $driver->tick();
    }

    public function testSettingsMayBeTyped(): void
    {
        $settings = Settings::fromArray($this->simulator->settings());
        $driver = new Driver($settings, new MemoryStore(), Practice::credentials());
        $driver->save([Practice::invoice('1')]);
        $driver->send(Selection::ready(10));
        self::assertSame(DocumentState::Accepted, $driver->document('1')->document?->state);
    }

    public function testWhatTheEngineRefusesHasCodeAndPath(): void
    {
        $driver = $this->driver(new MemoryStore());
        try {
            $driver->command(['command' => 'send', 'what' => ['ready' => ['limit' => 'all']]]);
            self::fail('a limit is a number');
        } catch (StsException $error) {
            self::assertSame('COMMAND', $error->getCode());
            self::assertStringStartsWith('/what', $error->path);
        }
        // And nothing of it stays.
        $driver->save([Practice::invoice('1')]);
        self::assertSame(DocumentState::Ready, $driver->document('1')->document?->state);
    }

    public function testATransportThatThrowsIsNamedAndItsRequestIsUnknown(): void
    {
        $http = new class () implements Http {
            public bool $throws = false;

            public function perform(Request $request): Response
            {
                $response = (new CurlHttp())->perform($request);
                return $this->throws ? throw new \LogicException('oops') : $response;
            }
        };
        $clock = new VirtualClock((int) floor(microtime(true) * 1000));
        $driver = $this->driver(new MemoryStore(), $http, $clock);
        $driver->testCredentials();
        $driver->save([Practice::invoice('1')]);
        $http->throws = true;
        try {
            $driver->send(Selection::ids(['1']));
            self::fail('the transport threw');
        } catch (StsException $error) {
            self::assertSame('HTTP_CALLBACK', $error->getCode());
            self::assertStringContainsString('the transport threw LogicException', $error->getMessage());
            self::assertSame('oops', $error->getPrevious()?->getMessage());
        }
        self::assertSame(DocumentState::Unknown, $driver->document('1')->document?->state);
        $http->throws = false;
        $clock->waitUntil($driver->wakeAt());
        $driver->tick();
        self::assertSame(DocumentState::Accepted, $driver->document('1')->document?->state);
        self::assertSame(1, $this->simulator->control('GET', '/documents')[0]['timesInserted']);
        self::assertSame(1, $this->simulator->calls()['Inserimento']);
    }

    public function testAnEventWhoseReceiverThrewComesAgainAndAllElseIsDone(): void
    {
        $throws = true;
        $seen = [];
        $listener = function (Event $event) use (&$throws, &$seen): void {
            $seen[] = $event->number;
            if ($throws) {
                throw new \RuntimeException('the database of the program is away');
            }
        };
        $driver = new Driver($this->simulator->settings(), new MemoryStore(), Practice::credentials(), $listener);
        $driver->save([Practice::invoice('1')]);
        try {
            $driver->send(Selection::ids(['1']));
            self::fail('the receiver threw');
        } catch (StsException $error) {
            self::assertSame('EVENTS_CALLBACK', $error->getCode());
            self::assertStringContainsString('RuntimeException at event 1, which comes again', $error->getMessage());
        }
        self::assertCount(1, $this->simulator->control('GET', '/documents'));
        $throws = false;
        [$before, $seen] = [$seen, []];
        self::assertSame([1], array_values(array_unique($before)));
        $driver->tick();
        self::assertSame([1, 2], $seen);
        $driver->tick();
        self::assertSame([1, 2], $seen, 'and not a third time');
    }

    public function testAReceiverMayNotCallIntoItsDriver(): void
    {
        $driver = null;
        $listener = function () use (&$driver): void {
            $driver->tick();
        };
        $driver = new Driver($this->simulator->settings(), new MemoryStore(), Practice::credentials(), $listener);
        $driver->save([Practice::invoice('1')]);
        try {
            $driver->send(Selection::ids(['1']));
            self::fail('this would never end');
        } catch (StsException $error) {
            self::assertSame('BUSY', $error->getPrevious()?->getCode());
        }
    }

    public function testAStoreThatDoesNotCommitIsFoundOutBeforeAnythingLeaves(): void
    {
        $store = new CallbackStore(static fn (): Commit => Commit::Done);
        $driver = $this->driver($store);
        try {
            $driver->save([Practice::invoice('1')]);
            self::fail('nothing was written');
        } catch (StsException $error) {
            self::assertSame('STORE_NOT_COMMITTING', $error->getCode());
            self::assertStringContainsString('end it with COMMIT', $error->getMessage());
        }
        self::assertSame([], $this->simulator->control('GET', '/log'));
    }

    public function testAStoreThatFailsStopsWhatWouldLeave(): void
    {
        $works = true;
        $commit = function (Store $store, int $expected, array $writes) use (&$works): Commit {
            return $works ? $store->commit($expected, $writes) : throw new \RuntimeException('the disk is full');
        };
        $driver = $this->driver(new CallbackStore($commit));
        $driver->save([Practice::invoice('1')]);
        $works = false;
        try {
            $driver->send(Selection::ids(['1']));
            self::fail('the store failed');
        } catch (StsException $error) {
            self::assertSame(['STORE', 'the store failed: the disk is full'], [$error->getCode(), $error->getMessage()]);
        }
        self::assertSame([], $this->simulator->control('GET', '/log'));
        $works = true;
        $driver->send(Selection::ids(['1']));
        self::assertSame(DocumentState::Accepted, $driver->document('1')->document?->state);
        self::assertSame(1, $this->simulator->calls()['Inserimento']);
    }

    public function testWhatATransactionOfTheProgramKeptOutOfTheStoreIsNotTakenForSaved(): void
    {
        $pdo = new \PDO('sqlite::memory:');
        $driver = $this->driver(new PdoStore($pdo));
        $driver->health();
        $pdo->beginTransaction();
        try {
            $driver->save([Practice::invoice('1')]);
            self::fail('a commit inside another one is none');
        } catch (StsException $error) {
            self::assertSame('STORE_NOT_COMMITTING', $error->getCode());
        }
        $pdo->rollBack();
        self::assertNull($driver->document('1')->document);
        $driver->save([Practice::invoice('1')]);
        self::assertNotNull($this->driver(new PdoStore($pdo))->document('1')->document);
    }

    public function testWhateverAStoreThrowsIsItsFailureAndNothingOfItStays(): void
    {
        $trouble = null;
        $commit = function (Store $store, int $expected, array $writes) use (&$trouble): Commit {
            return $trouble === null ? $store->commit($expected, $writes) : throw $trouble;
        };
        $driver = $this->driver(new CallbackStore($commit));
        $driver->health();
        foreach ([new StsException('QUOTA', null, 'full'), new \TypeError('full')] as $trouble) {
            try {
                $driver->save([Practice::invoice('1')]);
                self::fail('the store failed');
            } catch (StsException $error) {
                self::assertSame(['STORE', 'the store failed: full'], [$error->getCode(), $error->getMessage()]);
            }
            self::assertNull($driver->document('1')->document);
        }
    }

    public function testAStoreThatLeavesOutValuesIsNotBelieved(): void
    {
        $store = new class () implements Store {
            public function get(array $keys): array
            {
                return [];
            }

            public function scan(string $from, string $to, int $limit): array
            {
                return [];
            }

            public function commit(int $expected, array $writes): Commit
            {
                return Commit::Done;
            }
        };
        $this->expectExceptionMessage('a value or null for each key');
        $this->driver($store)->save([Practice::invoice('1')]);
    }

    public function testAResponseIsGivenToTheStoreAgainBecauseItCannotBeHadAgain(): void
    {
        $failures = 0;
        $commit = function (Store $store, int $expected, array $writes) use (&$failures): Commit {
            // The response of the insertion meets a database that is away for a moment.
            if (isset($this->simulator->calls()['Inserimento']) && ++$failures <= 3) {
                throw new \RuntimeException('away');
            }
            return $store->commit($expected, $writes);
        };
        $driver = $this->driver(new CallbackStore($commit));
        $driver->save([Practice::invoice('1')]);
        $driver->send(Selection::ids(['1']));
        self::assertGreaterThan(3, $failures);
        self::assertSame(DocumentState::Accepted, $driver->document('1')->document?->state);
        // The credentials were tried with a question before; nothing had to be asked after.
        self::assertSame(['InterrogazionePuntuale' => 1, 'Inserimento' => 1], $this->simulator->calls());
    }

    public function testWhoLosesEveryRaceIsTold(): void
    {
        $tries = 0;
        $commit = function () use (&$tries): Commit {
            $tries++;
            return Commit::Conflict;
        };
        $driver = $this->driver(new CallbackStore($commit));
        try {
            $driver->save([Practice::invoice('1')]);
            self::fail('no commit is ever done');
        } catch (StsException $error) {
            self::assertSame('CONTENTION', $error->getCode());
        }
        self::assertSame(50, $tries);
    }

    public function testTwoDriversOnOneStoreSendEachDocumentOnce(): void
    {
        $store = new MemoryStore();
        $drivers = [$this->driver($store), $this->driver($store)];
        foreach (range(1, 6) as $i) {
            $drivers[$i % 2]->save([Practice::invoice((string) $i)]);
        }
        foreach (range(1, 6) as $i) {
            $drivers[$i % 2]->send(Selection::ready(1));
        }
        $held = $this->simulator->control('GET', '/documents');
        self::assertCount(6, $held);
        self::assertSame([1], array_values(array_unique(array_column($held, 'timesInserted'))));
    }

    public function testARequestIsNotBegunAfterItsTime(): void
    {
        $clock = new VirtualClock((int) floor(microtime(true) * 1000));
        $commit = function (Store $store, int $expected, array $writes) use ($clock): Commit {
            // The disk stands still for a minute.
            $clock->advance(60_000);
            return $store->commit($expected, $writes);
        };
        $driver = $this->driver(new CallbackStore($commit), null, $clock);
        $driver->save([Practice::invoice('1')]);
        $driver->send(Selection::ids(['1']));
        self::assertSame([], $this->simulator->control('GET', '/log'));
        self::assertSame(DocumentState::Queued, $driver->document('1')->document?->state);
    }

    public function testSecretsShowInNoDump(): void
    {
        $driver = $this->driver(new MemoryStore());
        $driver->save([Practice::invoice('1')]);
        $shown = print_r($driver, true) . var_export(Practice::credentials()->__debugInfo(), true);
        foreach (['Prova.0000', '9000000001', 'PZNPRV80A01X999E', 'PSCPRV80A01X999I'] as $secret) {
            self::assertStringNotContainsString($secret, $shown);
        }
        $this->expectExceptionMessage('not serialized');
        serialize(Practice::credentials());
    }

    private function driver(Store $store, ?Http $http = null, ?VirtualClock $clock = null): Driver
    {
        $listener = function (Event $event): void {
            $this->events[] = $event;
        };
        return new Driver($this->simulator->settings(), $store, Practice::credentials(), $listener, $http, $clock);
    }
}
