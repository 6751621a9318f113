<?php

declare(strict_types=1);

namespace Sts\Tests;

use PDO;
use PHPUnit\Framework\TestCase;
use Sts\CommandTable;
use Sts\Internal\Cron\Queue;
use Sts\Internal\Cron\Turn;
use Sts\StsException;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Target;
use Sts\Types\Event;
use Sts\Worker;

/** What a command table asks of its database, without a worker. */
final class CommandTableDatabaseTest extends TestCase
{
    private Folder $folder;

    protected function setUp(): void
    {
        $this->folder = new Folder();
    }

    private function connect(): PDO
    {
        return new PDO("sqlite:{$this->folder->path}/table.db");
    }

    private function table(?PDO $pdo = null): CommandTable
    {
        $table = new CommandTable($pdo ?? $this->connect(), CommandTable::newKey());
        $table->create();
        return $table;
    }

    public function testAWorkersProcessDoesNotKeepTheTurnThatItWasStartedIn(): void
    {
        $table = $this->table();
        $turn = Turn::take($table->sql(), 'rossi');
        $worker = Worker::at(Target::file('sts'));
        $worker->version();
        $turn->end();
        $next = Turn::take($table->sql(), 'rossi');
        self::assertNotNull($next, 'the next one is let in');
        $next->end();
        $worker->stop();
    }

    public function testADatabaseThatIsAwayIsAFailureWithoutItsPassword(): void
    {
        $connect = static fn (): PDO => new PDO('sqlite:/nowhere/table.db', 'web', 'geheim');
        $table = new CommandTable($connect, CommandTable::newKey());
        foreach ([fn () => $table->create(), fn () => $table->put('rossi', ['command' => 'health'])] as $call) {
            try {
                $call();
                self::fail('there is no such file');
            } catch (StsException $error) {
                self::assertSame('STORE', $error->getCode());
                self::assertStringNotContainsString('geheim', "$error");
            }
        }
    }

    public function testAttributesOfTheConnectionChangeNothingAndAreLeftAsTheyWere(): void
    {
        $pdo = $this->connect();
        $pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_SILENT);
        $pdo->setAttribute(PDO::ATTR_ORACLE_NULLS, PDO::NULL_TO_STRING);
        $pdo->setAttribute(PDO::ATTR_DEFAULT_FETCH_MODE, PDO::FETCH_OBJ);
        $table = $this->table($pdo);
        $id = $table->put('rossi', ['command' => 'health']);
        self::assertSame([null, null], [$table->find('rossi', $id)->answer, $table->find('rossi', $id)->endedAt]);
        self::assertSame(PDO::ERRMODE_SILENT, $pdo->getAttribute(PDO::ATTR_ERRMODE));
        self::assertSame(PDO::NULL_TO_STRING, $pdo->getAttribute(PDO::ATTR_ORACLE_NULLS));
    }

    public function testEventsAreAsciiSoThatNoCharacterSetChangesThem(): void
    {
        $table = $this->table();
        $queue = new Queue($table->sql(), $table->seal());
        $queue->keep('rossi', Event::fromArray(['event' => 'save_again', 'number' => 1, 'at' => 1_795_424_400_000, 'id' => 'così']));
        $raw = $this->connect()->query('SELECT event FROM sts_event')->fetchColumn();
        self::assertMatchesRegularExpression('/^[\x20-\x7e]+$/D', $raw);
        self::assertSame('così', $table->events('rossi')[0]->id);
    }
}
