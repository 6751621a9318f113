<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Driver;
use Sts\Internal\Sql\Postgres;
use Sts\PdoStore;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Practice;
use Sts\Tests\Support\Simulator;
use Sts\Tests\Support\Target;
use Sts\Types\DocumentState;
use Sts\Types\Selection;

/** The records of this package and of the Rust stores are the same. */
final class RustStoresTest extends TestCase
{
    private Folder $folder;

    private Simulator $simulator;

    protected function setUp(): void
    {
        $this->folder = new Folder();
        $this->simulator = new Simulator();
        $settings = $this->simulator->settings();
        file_put_contents("{$this->folder->path}/profile.json", json_encode($settings['profile']));
        file_put_contents("{$this->folder->path}/certificate.pem", $settings['certificate']);
        file_put_contents("{$this->folder->path}/invoice.json", json_encode(Practice::invoice('by-sts')));
    }

    public function testADatabaseOfTheCommandStsIsUsedFromPhp(): void
    {
        $database = "{$this->folder->path}/practice.db";
        $this->init($database);
        $this->sts('save', $database, "{$this->folder->path}/invoice.json");
        $driver = $this->driver($database);
        self::assertSame(DocumentState::Ready, $driver->document('by-sts')->document?->state);
        $driver->save([Practice::invoice('by-php')]);
        $driver->send(Selection::ready(10));
        // The patient has two documents of one day: one of them is accepted with a remark.
        self::assertStringStartsWith('accepted', $driver->document('by-sts')->document->state->value);
        $driver->close();
        $shown = $this->sts('list', $database, '--json');
        $documents = array_column(json_decode($shown, true)['transmissions'], 'documents');
        self::assertEqualsCanonicalizing([['by-php'], ['by-sts']], $documents);
    }

    public function testADatabaseOfPhpIsUsedByTheCommandSts(): void
    {
        $database = "{$this->folder->path}/practice.db";
        $driver = $this->driver($database);
        $driver->save([Practice::invoice('by-php')]);
        $this->init($database);
        $this->sts('send', $database, '--all');
        self::assertSame(DocumentState::Accepted, $driver->document('by-php')->document?->state);
        self::assertCount(1, $this->simulator->control('GET', '/documents'));
    }

    public function testTheTablesAreMadeByTheSameStatements(): void
    {
        $rust = file_get_contents(Target::workspace('bindings/rust/src/store/postgres.rs'));
        preg_match('/const CREATE: &str = "(.*?)";/s', $rust, $wanted);
        $mine = (new \ReflectionClassConstant(Postgres::class, 'CREATE'))->getValue();
        $words = static fn (string $sql): string => trim(preg_replace('/\s+/', ' ', stripslashes($sql)));
        self::assertSame($words($wanted[1]), $words($mine));

        $this->init("{$this->folder->path}/rust.db");
        PdoStore::sqlite("{$this->folder->path}/php.db");
        $table = static fn (string $file): string => $words((string) (new \PDO("sqlite:$file"))
            ->query("SELECT sql FROM sqlite_schema WHERE name = 'sts_store'")->fetchColumn());
        self::assertSame($table("{$this->folder->path}/rust.db"), $table("{$this->folder->path}/php.db"));
    }

    private function driver(string $database): Driver
    {
        return new Driver($this->simulator->settings(), PdoStore::sqlite($database), Practice::credentials());
    }

    private function init(string $database): void
    {
        $folder = $this->folder->path;
        $this->sts('init', $database, '--profile', "$folder/profile.json", '--ambiente', 'test',
            '--endpoint', $this->simulator->url, '--certificate', "$folder/certificate.pem");
    }

    private function sts(string ...$arguments): string
    {
        $secrets = ['STS_USERNAME' => 'PSCPRV80A01X999I', 'STS_PASSWORD' => 'Prova.0000', 'STS_PINCODE' => '9000000001'];
        $log = "{$this->folder->path}/log";
        $command = [Target::file('sts'), ...$arguments];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['file', $log, 'w']], $pipes, null, $secrets + getenv());
        $said = stream_get_contents($pipes[1]);
        self::assertSame(0, proc_close($process), $said . file_get_contents($log));
        return $said;
    }
}
