<?php

declare(strict_types=1);

namespace Sts\Tests;

use PDO;
use PHPUnit\Framework\TestCase;
use Sts\CommandState;
use Sts\CommandTable;
use Sts\Credentials;
use Sts\CronReport;
use Sts\CronWorker;
use Sts\CurlHttp;
use Sts\Driver;
use Sts\Internal\Cron\Turn;
use Sts\MemoryStore;
use Sts\PdoStore;
use Sts\Store;
use Sts\StsException;
use Sts\Tests\Support\Databases;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Simulator;
use Sts\Tests\Support\Target;
use Sts\Tests\Support\VirtualClock;
use Sts\Types\Change;
use Sts\Types\Commands;
use Sts\Types\Selection;

final class CommandTableTest extends TestCase
{
    private const START = '2026-11-23T09:00:00Z';
    private const NOW = 1_795_424_400_000;
    private const PATIENT = 'PZNPRV80A01X999E';

    private static ?Simulator $simulator = null;

    private Folder $folder;
    private VirtualClock $clock;
    private Store $store;
    private string $key;

    /** Receives what the practice's driver throws instead of working. */
    private ?\Throwable $trouble = null;

    public static function setUpBeforeClass(): void
    {
        self::$simulator = new Simulator(self::START);
    }

    public static function tearDownAfterClass(): void
    {
        self::$simulator = null;
    }

    protected function setUp(): void
    {
        self::$simulator->control('POST', '/reset');
        $this->folder = new Folder();
        $this->clock = new VirtualClock(self::NOW);
        $this->store = new MemoryStore();
        $this->key = CommandTable::newKey();
    }

    /** @return array<string, array{string}> */
    public static function databases(): array
    {
        return ['SQLite' => ['sqlite'], 'MariaDB' => ['mysql'], 'PostgreSQL' => ['pgsql']];
    }

    /** Connections to one new database. @return \Closure(): PDO */
    private function database(string $kind): \Closure
    {
        $name = match ($kind) {
            'sqlite' => "{$this->folder->path}/table.db",
            'mysql' => Databases::fresh('MARIADB'),
            'pgsql' => Databases::fresh('POSTGRES'),
        };
        return static fn (): PDO => match ($kind) {
            'sqlite' => new PDO("sqlite:$name"),
            'mysql' => Databases::mariadb($name),
            'pgsql' => Databases::postgres($name),
        };
    }

    private function table(PDO|\Closure $connection): CommandTable
    {
        $table = new CommandTable($connection, $this->key, $this->clock);
        if (!$connection instanceof PDO || !$connection->inTransaction()) {
            $table->create();
        }
        return $table;
    }

    private function run1(CommandTable $table, string ...$practices): CronReport
    {
        $make = function (\Closure $events): Driver {
            if ($this->trouble !== null) {
                throw $this->trouble;
            }
            $credentials = new Credentials('PSCPRV80A01X999I', 'Prova.0000', '9000000001');
            $settings = self::$simulator->settings();
            return new Driver($settings, $this->store, $credentials, $events, new CurlHttp(), $this->clock);
        };
        $practices = array_fill_keys($practices === [] ? ['rossi'] : $practices, $make);
        return (new CronWorker($table, $practices, $this->clock))->run();
    }

    /** @return array<string, mixed> */
    private static function invoice(string $id): array
    {
        return [
            'id' => $id,
            'stato' => 'emessa',
            'dataEmissione' => '2026-11-20',
            'numDocumento' => "$id/2026",
            'cessionarioCommittente' => ['personaFisica' => true, 'cfCittadino' => self::PATIENT],
            'dettaglioLinee' => [['prezzoTotale' => '60.00', 'naturaIVA' => 'N2.2', 'tipoSpesa' => 'SP']],
            'pagamenti' => [['dataPagamento' => '2026-11-20', 'importo' => '60.00', 'modalitaPagamento' => 'MP08']],
        ];
    }

    /** @dataProvider databases */
    public function testACommandIsCarriedOutAndItsAnswerAndEventsAreThereForThePage(string $kind): void
    {
        $table = $this->table($this->database($kind));
        /** @var Commands $sts */
        $save = $table->put('rossi', fn ($sts) => $sts->save([self::invoice('1'), self::invoice('2')]));
        $send = $table->put('rossi', fn ($sts) => $sts->send(Selection::ids(['1', '2'])));
        self::assertSame(CommandState::Waiting, $table->find('rossi', $send)->state);
        self::assertNull($table->find('bianchi', $send), 'another practice has no such command');

        $report = $this->run1($table);
        self::assertSame([2, 0, 0, 1], [$report->done, $report->failed, $report->postponed, $report->practices]);
        self::assertSame('ready', $table->find('rossi', $save)->answer['documents'][0]['state']);
        $entry = $table->await('rossi', $send, 1.0);
        self::assertTrue($entry->isOver());
        self::assertSame(['send', CommandState::Done, null], [$entry->kind, $entry->state, $entry->error]);
        self::assertSame('queued', $entry->answer['documents'][1]['outcome']);
        self::assertSame([$send, $save], array_column($table->recent('rossi'), 'id'));
        self::assertCount(2, self::$simulator->control('GET', '/documents'));

        $events = $table->events('rossi');
        $accepted = array_filter($events, static fn ($event) => $event instanceof \Sts\Types\DocumentAcceptedEvent);
        self::assertCount(2, $accepted);
        self::assertSame([], $table->events('rossi', end($events)->number));
        self::assertSame([], $table->events('bianchi'));
    }

    /** @dataProvider databases */
    public function testNoPatientIsInTheTableInClearAndWhatACommandSaysGoesWhenItIsOver(string $kind): void
    {
        $connect = $this->database($kind);
        $table = $this->table($connect);
        $table->put('rossi', ['command' => 'save', 'invoices' => [self::invoice('1')]]);
        $dump = static fn (): string => json_encode($connect()->query('SELECT * FROM sts_command')->fetchAll(PDO::FETCH_ASSOC))
            . json_encode($connect()->query('SELECT * FROM sts_event')->fetchAll(PDO::FETCH_ASSOC));
        $before = $dump();
        $this->run1($table);
        $table->put('rossi', ['command' => 'send', 'what' => ['ids' => ['1']]]);
        $this->run1($table);
        foreach ([$before, $dump()] as $seen) {
            self::assertStringNotContainsString(self::PATIENT, $seen);
            self::assertStringNotContainsString(base64_encode(self::PATIENT), $seen);
            self::assertStringNotContainsString('numDocumento', $before);
        }
        self::assertNotNull(json_decode(strtok($before, ']') . ']', true)[0]['payload']);
        $left = $connect()->query('SELECT count(*) FROM sts_command WHERE payload IS NOT NULL')->fetchColumn();
        self::assertSame(0, (int) $left);
    }

    /** @dataProvider databases */
    public function testACommandIsPartOfTheTransactionOfTheProgram(string $kind): void
    {
        $pdo = ($this->database($kind))();
        $table = $this->table($pdo);
        $pdo->beginTransaction();
        $id = $table->put('rossi', ['command' => 'health']);
        $pdo->rollBack();
        self::assertNull($table->find('rossi', $id));
        $pdo->beginTransaction();
        $id = $table->put('rossi', ['command' => 'health']);
        $pdo->commit();
        self::assertSame(CommandState::Waiting, $table->find('rossi', $id)->state);
    }

    /** @dataProvider databases */
    public function testAPracticeIsLookedAfterByOneWorkerAtATime(string $kind): void
    {
        $connect = $this->database($kind);
        [$one, $other] = [$this->table($connect()), $this->table($connect())];
        $id = $one->put('rossi', ['command' => 'health']);
        $one->put('bianchi', ['command' => 'health']);
        $turn = Turn::take($one->sql(), 'rossi');
        self::assertSame([1, 1], [$this->run1($other, 'rossi', 'bianchi')->practices, 1]);
        self::assertSame(CommandState::Waiting, $other->find('rossi', $id)->state);
        $turn->end();
        self::assertSame(1, $this->run1($other)->done);
        // A worker that is killed has let go: its connection, or its files, are closed.
        $gone = Turn::take($one->sql(), 'rossi');
        $other->put('rossi', ['command' => 'health']);
        unset($one, $turn, $gone);
        gc_collect_cycles();
        for ($i = 0; $i < 100 && ($report = $this->run1($other))->done === 0; $i++) {
            usleep(10_000);
        }
        self::assertSame(1, $report->done);
    }

    public function testWhatTheEngineRefusesIsForTheUserToSee(): void
    {
        $table = $this->table($this->database('sqlite'));
        $id = $table->put('rossi', ['command' => 'save', 'invoices' => [['id' => 7]]]);
        $later = $table->put('rossi', ['command' => 'health']);
        $report = $this->run1($table);
        self::assertSame([1, 1, []], [$report->done, $report->failed, $report->troubles]);
        $entry = $table->find('rossi', $id);
        self::assertSame(CommandState::Failed, $entry->state);
        self::assertSame(['COMMAND', '/invoices/0/id'], [$entry->error->getCode(), $entry->error->path]);
        self::assertSame(CommandState::Done, $table->find('rossi', $later)->state, 'the next one goes on');
    }

    public function testATroubleThatMayPassIsTriedAgainInOrderAndAfterAWhileIsAFailure(): void
    {
        $table = $this->table($this->database('sqlite'));
        $first = $table->put('rossi', ['command' => 'save', 'invoices' => [self::invoice('1')]]);
        $second = $table->put('rossi', ['command' => 'send', 'what' => ['ids' => ['1']]]);
        $this->trouble = new StsException('STORE', null, 'no disk');
        $report = $this->run1($table);
        self::assertSame([0, 0, 1], [$report->done, $report->failed, $report->postponed]);
        self::assertSame('STORE', $report->troubles['rossi']->getCode());
        self::assertSame('STORE', $table->find('rossi', $first)->error->getCode());
        self::assertSame(0, $this->run1($table)->postponed, 'it waits, and what comes behind it as well');
        $this->trouble = null;
        $this->clock->advance(1_000);
        self::assertSame(2, $this->run1($table)->done);
        self::assertSame(CommandState::Done, $table->find('rossi', $second)->state);

        $never = $table->put('rossi', ['command' => 'health']);
        $this->trouble = new \RuntimeException('the tax code ' . self::PATIENT);
        for ($i = 0; $i < 12; $i++) {
            self::assertFalse($table->find('rossi', $never)->isOver(), "try $i");
            $this->run1($table);
            $this->clock->advance(600_000);
        }
        $entry = $table->find('rossi', $never);
        self::assertSame([CommandState::Failed, 'PRACTICE'], [$entry->state, $entry->error->getCode()]);
        self::assertStringNotContainsString(self::PATIENT, $entry->error->getMessage());
    }

    public function testWhatWasDoneIsNotDoneAgainBecauseTheTableDoesNotTakeItsAnswer(): void
    {
        $connect = $this->database('sqlite');
        $table = $this->table($connect);
        $table->create();
        $save = $table->put('rossi', ['command' => 'save', 'invoices' => [self::invoice('1')]]);
        $later = $table->put('rossi', ['command' => 'health']);
        $connect()->exec("CREATE TRIGGER small BEFORE UPDATE ON sts_command WHEN NEW.id = $save AND NEW.state = '"
            . CommandState::Done->value . "' BEGIN SELECT RAISE(ABORT, 'string or blob too big'); END");
        $report = $this->run1($table);
        self::assertSame([1, 1, 0], [$report->done, $report->failed, $report->postponed]);
        $entry = $table->find('rossi', $save);
        self::assertSame([CommandState::Failed, 'ANSWER_NOT_KEPT'], [$entry->state, $entry->error->getCode()]);
        self::assertSame(CommandState::Done, $table->find('rossi', $later)->state, 'the next one goes on');
    }

    public function testAnotherKeyOrAnotherPracticeReadsNothing(): void
    {
        $connect = $this->database('sqlite');
        $table = $this->table($connect);
        $mine = $table->put('rossi', ['command' => 'health']);
        $this->run1($table);
        $moved = $table->put('bianchi', ['command' => 'save', 'invoices' => [self::invoice('1')]]);
        $connect()->exec("UPDATE sts_command SET practice = 'rossi' WHERE id = $moved");
        self::assertSame('KEY', $this->run1($table)->troubles['rossi']->getCode());
        self::assertSame(CommandState::Waiting, $table->find('rossi', $moved)->state);
        $this->key = CommandTable::newKey();
        $this->expectExceptionMessage('was not encrypted with this key');
        $this->table($connect)->find('rossi', $mine);
    }

    public function testAWorkerWithAnotherKeySpoilsNoCommand(): void
    {
        $connect = $this->database('sqlite');
        $table = $this->table($connect);
        $save = $table->put('rossi', ['command' => 'save', 'invoices' => [self::invoice('1')]]);
        $table->put('bianchi', ['command' => 'health']);
        [$right, $this->key] = [$this->key, CommandTable::newKey()];
        $report = $this->run1($this->table($connect), 'rossi', 'bianchi');
        self::assertSame(['rossi', 'bianchi'], array_keys($report->troubles));
        self::assertSame([0, 0, 0], [$report->done, $report->failed, $report->postponed]);
        $this->key = $right;
        self::assertSame(2, $this->run1($table, 'rossi', 'bianchi')->done);
        self::assertSame(CommandState::Done, $table->find('rossi', $save)->state);
    }

    public function testWhatCannotBeACommandIsRefusedWhenItIsPut(): void
    {
        $table = $this->table($this->database('sqlite'));
        $cases = [
            ['', ['command' => 'health'], '/practice'],
            ['rossi', [], '/command'],
            ['rossi', ['command' => 'EXPORT; DROP'], '/command'],
            ['rossi', ['command' => 'export', 'limit' => 1], '/command'],
            ['rossi', fn ($sts) => null, '/command'],
        ];
        foreach ($cases as [$practice, $command, $path]) {
            try {
                $table->put($practice, $command);
                self::fail($path);
            } catch (StsException $error) {
                self::assertSame(['ARGUMENT', $path], [$error->getCode(), $error->path]);
            }
        }
        self::assertSame([], $table->recent('rossi'));
        $this->expectExceptionMessage('newKey()');
        new CommandTable($this->database('sqlite'), 'secret');
    }

    public function testWhatIsOverGoesAfterSomeDaysAndAPracticeCanBeForgotten(): void
    {
        $table = $this->table($this->database('sqlite'));
        $old = $table->put('rossi', ['command' => 'health']);
        $this->run1($table);
        $open = $table->put('bianchi', ['command' => 'health']);
        $this->clock->advance(31 * 86_400_000);
        $this->run1($table);
        self::assertNull($table->find('rossi', $old));
        self::assertNotNull($table->find('bianchi', $open), 'what waits stays');
        $table->forget('bianchi');
        self::assertNull($table->find('bianchi', $open));
    }

    /** @param array<string, mixed> $more */
    private function told(array $more): string
    {
        return json_encode($more + [
            'db' => "{$this->folder->path}/table.db",
            'store' => "{$this->folder->path}/store.db",
            'key' => $this->key,
            'settings' => self::$simulator->settings(),
            'now' => $this->clock->now(),
        ]);
    }

    /** @return array{resource, resource} a process and its output */
    private function start(array $more = []): array
    {
        $command = [PHP_BINARY, __DIR__ . '/Support/worker.php', $this->told($more)];
        $process = proc_open($command, [1 => ['pipe', 'w']], $pipes);
        return [$process, $pipes[1]];
    }

    /** What it reports; null when it was killed. */
    private function finish(array $started): ?array
    {
        [$process, $output] = $started;
        $text = stream_get_contents($output);
        fclose($output);
        while (($status = proc_get_status($process))['running']) {
            usleep(1_000);
        }
        proc_close($process);
        return $status['signaled'] ? null : json_decode($text, true, 512, JSON_THROW_ON_ERROR);
    }

    public function testAWorkerKilledAtAnyPointLosesNothingAndSendsNothingTwice(): void
    {
        for ($left = 0, $killed = true; $killed; $left++) {
            self::assertLessThan(100, $left, 'it comes to its end');
            $this->setUp();
            $table = $this->table(new PDO("sqlite:{$this->folder->path}/table.db"));
            $ids = [
                $table->put('rossi', ['command' => 'save', 'invoices' => [self::invoice('1'), self::invoice('2')]]),
                $table->put('rossi', ['command' => 'send', 'what' => ['ids' => ['1', '2']]]),
                $table->put('rossi', ['command' => 'change', 'change' => 'cancel', 'ids' => ['1'], 'confirmed' => true]),
            ];
            $killed = $this->finish($this->start(['left' => $left])) === null;
            $this->store = PdoStore::sqlite("{$this->folder->path}/store.db");
            // The lease of a request that the killed one had begun comes to its end meanwhile, and
            // what is not found at the service is asked for once more before it is sent again.
            for ($rounds = 0, $there = []; $there !== ['2/2026'] && $rounds < 12; $rounds++) {
                $this->run1($table);
                $documents = self::$simulator->control('GET', '/documents');
                // The first one was cancelled, or never got there before it was.
                $there = array_filter($documents, static fn (array $document): bool => !$document['cancelled']);
                $there = array_values(array_column(array_column($there, 'key'), 'numDocumento'));
                $this->clock->advance(600_000);
                self::$simulator->control('POST', '/clock', ['advance_ms' => 600_000]);
            }
            self::assertSame(['2/2026'], $there, "killed at $left");
            foreach ($documents as $document) {
                self::assertSame(1, $document['timesInserted'], "killed at $left");
            }
            foreach ($ids as $id) {
                $entry = $table->find('rossi', $id);
                self::assertSame(CommandState::Done, $entry->state, "killed at $left: $entry->kind {$entry->error?->getMessage()}");
            }
            self::$simulator->control('POST', '/clock', ['now' => self::START]);
        }
        self::assertGreaterThan(20, $left);
    }

    public function testManyWorkersAtOnceCarryOutEachCommandOnceAndOneAfterTheOther(): void
    {
        $table = $this->table(new PDO("sqlite:{$this->folder->path}/table.db"));
        $invoices = array_map(static fn (int $n): array => self::invoice((string) $n), range(1, 12));
        $table->put('rossi', ['command' => 'save', 'invoices' => $invoices]);
        foreach (range(1, 12) as $n) {
            $table->put('rossi', ['command' => 'send', 'what' => ['ids' => [(string) $n]]]);
        }
        $log = "{$this->folder->path}/log";
        $workers = array_map(fn () => $this->start(['log' => $log, 'seconds' => 2]), range(1, 4));
        $reports = array_map($this->finish(...), $workers);
        self::assertSame(13, array_sum(array_column($reports, 'done')));
        self::assertSame(0, array_sum(array_column($reports, 'failed')));
        $times = array_map(static fn (string $line): array => explode(' ', $line), file($log, FILE_IGNORE_NEW_LINES));
        self::assertGreaterThanOrEqual(12, count($times));
        usort($times, static fn (array $a, array $b): int => (int) $a[1] <=> (int) $b[1]);
        for ($i = 1; $i < count($times); $i++) {
            self::assertGreaterThanOrEqual((int) $times[$i - 1][2], (int) $times[$i][1], 'none in parallel');
        }
        foreach (self::$simulator->control('GET', '/documents') as $document) {
            self::assertSame(1, $document['timesInserted']);
        }
    }

    /** The command sts-cron by a PHP without FFI, with a configuration as its documentation has it. */
    public function testTheCommandOfCronRunsWithoutFfiAndEndsWhenItIsAsked(): void
    {
        $table = $this->table(new PDO("sqlite:{$this->folder->path}/table.db"));
        $config = "{$this->folder->path}/cron.php";
        $names = ['key' => $this->key, 'folder' => $this->folder->path, 'settings' => self::$simulator->settings()];
        file_put_contents($config, '<?php
            $told = ' . var_export($names + ['sts' => Target::file('sts')], true) . ';
            $table = new Sts\CommandTable(new PDO("sqlite:$told[folder]/table.db"), $told["key"]);
            $worker = Sts\Worker::at($told["sts"]);
            return new Sts\CronWorker($table, ["rossi" => fn ($events) => new Sts\Driver(
                $told["settings"],
                Sts\PdoStore::sqlite("$told[folder]/store.db"),
                new Sts\Credentials("PSCPRV80A01X999I", "Prova.0000", "9000000001"),
                $events,
                door: $worker,
            )]);');
        // The extensions that it needs, and no other.
        $php = [PHP_BINARY, '-n'];
        foreach (['ctype', 'curl', 'pdo', 'pdo_sqlite', 'pcntl', 'posix'] as $extension) {
            if (is_file(ini_get('extension_dir') . "/$extension.so")) {
                $php = [...$php, '-d', "extension=$extension"];
            }
        }
        $start = static function (string ...$options) use ($php, $config): array {
            $command = [...$php, dirname(__DIR__) . '/bin/sts-cron', $config, ...$options];
            $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
            return [$process, $pipes[1]];
        };
        $end = static function (array $started): array {
            $said = stream_get_contents($started[1]);
            return [proc_close($started[0]), $said];
        };
        // The service works by real days here.
        $day = (new \DateTimeImmutable('now', new \DateTimeZone('Europe/Rome')))->format('Y-m-d');
        self::$simulator->control('POST', '/clock', ['now' => 'system']);
        $invoice = ['dataEmissione' => $day] + self::invoice('1');
        $invoice['pagamenti'][0]['dataPagamento'] = $day;
        $table->put('rossi', ['command' => 'save', 'invoices' => [$invoice]]);
        self::assertSame([0, ''], $end($start()));

        $running = $start('--for', '60');
        $id = $table->put('rossi', ['command' => 'send', 'what' => ['ids' => ['1']]]);
        self::assertSame(CommandState::Done, $table->await('rossi', $id, 20.0)->state);
        self::assertCount(1, self::$simulator->control('GET', '/documents'));
        $began = microtime(true);
        proc_terminate($running[0], SIGTERM);
        self::assertSame([0, ''], $end($running));
        self::assertLessThan(20.0, microtime(true) - $began);

        file_put_contents($config, '<?php return 7;');
        self::assertSame([2, "sts-cron: $config returns no Sts\\CronWorker\n"], $end($start()));
        [$code, $said] = $end($start('a', 'b'));
        self::assertSame(2, $code);
        self::assertStringContainsString('sts-cron FILE.php', $said);
        self::$simulator->control('POST', '/clock', ['now' => self::START]);
    }

    public function testAPersonsWordAboutTheMomentIsNotRepeatedByItself(): void
    {
        $connect = $this->database('sqlite');
        $table = $this->table($connect);
        $word = $table->put('rossi', fn ($sts) => $sts->testCredentials(again: true));
        $resend = $table->put('rossi', fn ($sts) => $sts->change(Change::Resend, ['1']));
        $harmless = $table->put('rossi', fn ($sts) => $sts->testCredentials());
        $connect()->exec("UPDATE sts_command SET state = 'running', tries = 1");
        $report = $this->run1($table);
        self::assertSame([1, 2], [$report->done, $report->failed]);
        foreach ([$word, $resend] as $id) {
            self::assertSame('INTERRUPTED', $table->find('rossi', $id)->error->getCode());
        }
        self::assertSame(CommandState::Done, $table->find('rossi', $harmless)->state);

        // Nor when it failed for a reason that passes: its request may have left.
        $word = $table->put('rossi', fn ($sts) => $sts->testCredentials(again: true));
        $this->trouble = new StsException('STORE', null, 'no disk');
        $this->run1($table);
        $entry = $table->find('rossi', $word);
        self::assertSame([CommandState::Failed, 'STORE'], [$entry->state, $entry->error->getCode()]);
    }
}
