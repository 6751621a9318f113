<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\CurlHttp;
use Sts\Driver;
use Sts\Tests\Support\Child;
use Sts\Tests\Support\Databases;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Practice;
use Sts\Tests\Support\PracticeProcess;
use Sts\Tests\Support\Simulator;
use Sts\Tests\Support\VirtualClock;
use Sts\Types\DocumentState;
use Sts\Types\Selection;

/** A web request and a cron job on one practice, killed in mid-send. */
final class ProcessesTest extends TestCase
{
    private Folder $folder;

    /** @dataProvider moments */
    public function testEachDocumentIsSentOnceWhenOneIsKilled(string $kind, string $moment): void
    {
        $database = $this->database($kind);
        $simulator = new Simulator();
        $start = static fn (string $name, ?string $dies): \Closure => Child::start(
            'Sts\Tests\Support\PracticeProcess::run(...array_map(
                fn ($json) => json_decode($json, true), array_slice($argv, 1)));',
            [],
            [],
            array_map(json_encode(...), [$simulator->settings(), $database, $name, $dies]),
        );
        $cron = $start('cron', null);
        $web = $start('web', $moment);
        self::assertSame(['', SIGKILL], $web());
        self::assertSame(['done', 0], $cron());
        self::assertSame(['done', 0], $start('later', null)());

        $wanted = $this->rest($simulator, $database);
        $held = $simulator->control('GET', '/documents');
        $numbers = array_map(static fn (array $document): string => $document['key']['numDocumento'], $held);
        self::assertEqualsCanonicalizing($wanted, $numbers);
        self::assertSame([1], array_values(array_unique(array_column($held, 'timesInserted'))), 'each once');
        self::assertSame([false], array_values(array_unique(array_column($held, 'cancelled'))));
    }

    /** @return iterable<string, array{string, string}> */
    public static function moments(): iterable
    {
        foreach (['SQLITE', 'POSTGRES', 'MARIADB'] as $kind) {
            foreach (['before', 'after'] as $moment) {
                yield "$kind, $moment its request left" => [$kind, $moment];
            }
        }
    }

    /**
     * Goes on later, until nothing is left to do, and gives the ids of all documents.
     *
     * @param array{string, ?string, ?string, ?string} $database
     * @return list<string>
     */
    private function rest(Simulator $simulator, array $database): array
    {
        $clock = new VirtualClock((int) floor(microtime(true) * 1000));
        $store = PracticeProcess::store($database);
        $driver = new Driver($simulator->settings(), $store, Practice::credentials(), null, new CurlHttp(), $clock);
        $driver->send(Selection::ready(100));
        for ($round = 0; $round < 200; $round++) {
            $driver->tick();
            if ($driver->wakeAt() === null) {
                break;
            }
            $clock->waitUntil($driver->wakeAt());
        }
        $documents = $driver->documents(100)->documents;
        self::assertGreaterThan(12, count($documents));
        foreach ($documents as $document) {
            // Or with a remark, because the patient has others of this day.
            self::assertContains($document->state, [DocumentState::Accepted, DocumentState::AcceptedWithWarnings]);
        }
        return array_column($documents, 'id');
    }

    /** @return array{string, ?string, ?string, ?string} */
    private function database(string $kind): array
    {
        if ($kind === 'SQLITE') {
            $this->folder = new Folder();
            return ["sqlite:{$this->folder->path}/practice.db", null, null, null];
        }
        $name = Databases::fresh($kind);
        return [...Databases::description($kind, $name), 'practice'];
    }
}
