<?php

declare(strict_types=1);

namespace Sts\Tests;

use PDO;
use Sts\Commit;
use Sts\PdoStore;
use Sts\Store;
use Sts\StsException;
use Sts\Testing\StoreConformance;
use Sts\Tests\Support\Folder;

final class SqliteStoreTest extends StoreConformance
{
    private Folder $folder;

    private int $files = 0;

    protected function setUp(): void
    {
        $this->folder = new Folder();
    }

    protected function emptyStore(): Store
    {
        return PdoStore::sqlite("{$this->folder->path}/" . ++$this->files . '.db');
    }

    protected function connect(): ?Store
    {
        return PdoStore::sqlite("{$this->folder->path}/shared.db");
    }

    public function testRecordsSurviveAndANewFileIsForItsOwnerAlone(): void
    {
        $path = "{$this->folder->path}/kept.db";
        $writes = [[Store::REVISION, '1'], ['d/1', "\x00\xff"]];
        self::assertSame(Commit::Done, PdoStore::sqlite($path)->commit(0, $writes));
        self::assertSame(["\x00\xff"], PdoStore::sqlite($path)->get(['d/1']));
        self::assertSame(0600, fileperms($path) & 0777);
    }

    public function testAPathIsAFileWhateverItIsCalledAndWhereverTheProgramGoes(): void
    {
        $before = getcwd();
        chdir($this->folder->path);
        try {
            PdoStore::sqlite(':memory:')->commit(0, [[Store::REVISION, '1']]);
            $store = PdoStore::sqlite('relative.db');
            $store->commit(0, [[Store::REVISION, '1']]);
            chdir('/');
            self::assertSame(['1'], PdoStore::sqlite("{$this->folder->path}/:memory:")->get([Store::REVISION]));
            self::assertSame(['1'], $store->get([Store::REVISION]));
        } finally {
            chdir($before);
        }
        foreach (['', "a\0b"] as $path) {
            try {
                PdoStore::sqlite($path);
                self::fail('no file');
            } catch (StsException $error) {
                self::assertSame(['ARGUMENT', '/path'], [$error->getCode(), $error->path]);
            }
        }
    }

    public function testAPathRelativeToAFolderThatWasLeftIsNotANewFile(): void
    {
        $before = getcwd();
        chdir($this->folder->path);
        try {
            $store = PdoStore::sqlite('practice.db');
            $store->commit(0, [[Store::REVISION, '1']]);
            $other = new PDO("sqlite:{$this->folder->path}/practice.db");
            $other->exec('ALTER TABLE sts_store RENAME TO away');
            $elsewhere = new Folder();
            chdir($elsewhere->path);
            try {
                $store->get(['a']);
                self::fail('its table is away');
            } catch (StsException $error) {
                self::assertSame('STORE', $error->getCode());
            }
            $other->exec('ALTER TABLE away RENAME TO sts_store');
            self::assertSame(['1'], $store->get([Store::REVISION]), 'it connects again');
        } finally {
            chdir($before);
        }
    }

    public function testACommitThatFailsHalfWayChangesNothing(): void
    {
        $pdo = new PDO("sqlite:{$this->folder->path}/half.db");
        $store = new PdoStore($pdo);
        $pdo->exec("CREATE TRIGGER full BEFORE INSERT ON sts_store WHEN new.key = 'z'
            BEGIN SELECT RAISE(ABORT, 'disk full'); END");
        $writes = [[Store::REVISION, '1'], ['a', '1'], ['z', '1']];
        try {
            $store->commit(0, $writes);
            self::fail('the disk is full');
        } catch (StsException $error) {
            self::assertSame('STORE', $error->getCode());
            self::assertStringContainsString('while committing: disk full', $error->getMessage());
        }
        self::assertSame([null, null], $store->get([Store::REVISION, 'a']));
        self::assertSame(Commit::Done, $store->commit(0, array_slice($writes, 0, 2)));
    }

    public function testATransactionOfTheProgramIsRefusedAndLeftAlone(): void
    {
        foreach (['beginTransaction', null] as $how) {
            $pdo = new PDO("sqlite:{$this->folder->path}/mine.db");
            $store = new PdoStore($pdo);
            $pdo->exec('CREATE TABLE IF NOT EXISTS mine (n)');
            $how === null ? $pdo->exec('BEGIN') : $pdo->$how();
            $pdo->exec('INSERT INTO mine VALUES (1)');
            foreach ([fn () => $store->get(['a']), fn () => $store->commit(0, [['a', '1']])] as $call) {
                try {
                    $call();
                    self::fail('a commit inside another one is none');
                } catch (StsException $error) {
                    self::assertSame('STORE_NOT_COMMITTING', $error->getCode());
                    self::assertStringContainsString('connection of its own', $error->getMessage());
                }
            }
            $how === null ? $pdo->exec('ROLLBACK') : $pdo->rollBack();
            self::assertSame(0, (int) $pdo->query('SELECT count(*) FROM mine')->fetchColumn());
            self::assertSame([null], $store->get(['a']));
        }
    }

    public function testAttributesOfTheConnectionAreLeftAsTheyWere(): void
    {
        $pdo = new PDO("sqlite:{$this->folder->path}/odd.db");
        $pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_SILENT);
        $pdo->setAttribute(PDO::ATTR_ORACLE_NULLS, PDO::NULL_EMPTY_STRING);
        $pdo->setAttribute(PDO::ATTR_STRINGIFY_FETCHES, true);
        $pdo->setAttribute(PDO::ATTR_DEFAULT_FETCH_MODE, PDO::FETCH_OBJ);
        $pdo->setAttribute(PDO::ATTR_CASE, PDO::CASE_UPPER);
        $store = new PdoStore($pdo);
        self::assertSame(Commit::Done, $store->commit(0, [['empty', ''], [Store::REVISION, '1']]));
        self::assertSame(['', '1'], $store->get(['empty', Store::REVISION]));
        self::assertSame([['empty', '']], $store->scan('e', 'f', 9));
        self::assertSame(PDO::ERRMODE_SILENT, $pdo->getAttribute(PDO::ATTR_ERRMODE));
        self::assertSame(PDO::NULL_EMPTY_STRING, $pdo->getAttribute(PDO::ATTR_ORACLE_NULLS));
    }

    public function testAHolderGoesWithADatabaseOfManyHolders(): void
    {
        $this->expectExceptionMessage('leave $holder out');
        new PdoStore(new PDO('sqlite::memory:'), 'practice 17');
    }

    public function testAFolderThatIsNotThereIsNamed(): void
    {
        $this->expectExceptionMessage('its folder has to exist');
        PdoStore::sqlite("{$this->folder->path}/none/practice.db");
    }
}
