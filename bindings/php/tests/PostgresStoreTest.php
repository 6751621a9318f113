<?php

declare(strict_types=1);

namespace Sts\Tests;

use PDO;
use Sts\PdoStore;
use Sts\Store;
use Sts\StsException;
use Sts\Testing\StoreConformance;
use Sts\Tests\Support\Databases;

final class PostgresStoreTest extends StoreConformance
{
    private string $database;

    private int $holders = 0;

    protected function setUp(): void
    {
        $this->database = Databases::fresh('POSTGRES');
    }

    protected function emptyStore(): Store
    {
        return new PdoStore(Databases::postgres($this->database), 'holder ' . ++$this->holders);
    }

    protected function connect(): ?Store
    {
        return new PdoStore(fn (): PDO => Databases::postgres($this->database), 'shared');
    }

    public function testHoldersOfOneDatabaseDoNotMeet(): void
    {
        $one = new PdoStore(Databases::postgres($this->database), 'one');
        $other = new PdoStore(Databases::postgres($this->database), 'One');
        $one->commit(0, [['a', '1'], [Store::REVISION, '1']]);
        self::assertSame([null, null], $other->get(['a', Store::REVISION]));
        self::assertSame([], $other->scan('', '~', 9));
        $other->commit(0, [['a', null], [Store::REVISION, '1']]);
        self::assertSame(['1'], $one->get(['a']));
    }

    public function testATransactionOfTheProgramIsRefused(): void
    {
        $pdo = Databases::postgres($this->database);
        $store = new PdoStore($pdo, 'one');
        $pdo->exec('BEGIN');
        try {
            $store->commit(0, [['a', '1'], [Store::REVISION, '1']]);
            self::fail('a commit inside another one is none');
        } catch (StsException $error) {
            self::assertSame('STORE_NOT_COMMITTING', $error->getCode());
        }
        $pdo->exec('ROLLBACK');
        self::assertSame([null], $store->get(['a']));
    }

    public function testALostConnectionIsMadeAgainByTheNextCall(): void
    {
        $store = $this->connect();
        $store->commit(0, [['a', '1'], [Store::REVISION, '1']]);
        Databases::postgres($this->database)->exec('SELECT pg_terminate_backend(pid)
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
        try {
            $store->get(['a']);
            self::fail('the connection is gone');
        } catch (StsException $error) {
            self::assertSame('STORE', $error->getCode());
        }
        self::assertSame(['1'], $store->get(['a']));
    }

    public function testATableThatCannotBeCreatedLeavesTheConnectionAsItWas(): void
    {
        $pdo = Databases::postgres($this->database);
        $pdo->exec('SET default_transaction_read_only = on');
        try {
            new PdoStore($pdo, 'one');
            self::fail('nothing can be created');
        } catch (StsException $error) {
            self::assertStringContainsString('while opening its table', $error->getMessage());
        }
        self::assertSame(1, $pdo->query('SELECT 1')->fetchColumn());
    }

    public function testANameMeansOneHolderWhateverTheCharacterSetOfTheConnection(): void
    {
        $pdo = Databases::postgres($this->database);
        $pdo->exec("SET client_encoding = 'LATIN1'");
        self::assertSame([null], (new PdoStore($pdo, 'studio 1'))->get(['a']));
        try {
            new PdoStore($pdo, 'però');
            self::fail('this would be another holder');
        } catch (StsException $error) {
            self::assertSame(['ARGUMENT', '/holder'], [$error->getCode(), $error->path]);
        }
        $pdo->exec("SET client_encoding = 'UTF8'");
        self::assertSame([null], (new PdoStore($pdo, 'però'))->get(['a']));
    }

    public function testADatabaseOfManyHoldersNeedsToKnowWhose(): void
    {
        foreach ([null, '', str_repeat('x', 257), "a\0"] as $holder) {
            try {
                new PdoStore(Databases::postgres($this->database), $holder);
                self::fail('no holder');
            } catch (StsException $error) {
                self::assertSame(['ARGUMENT', '/holder'], [$error->getCode(), $error->path]);
            }
        }
    }
}
