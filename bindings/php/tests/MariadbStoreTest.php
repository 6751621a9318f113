<?php

declare(strict_types=1);

namespace Sts\Tests;

use PDO;
use Sts\Commit;
use Sts\PdoStore;
use Sts\Store;
use Sts\StsException;
use Sts\Testing\StoreConformance;
use Sts\Tests\Support\Databases;

final class MariadbStoreTest extends StoreConformance
{
    private string $database;

    private int $holders = 0;

    protected function setUp(): void
    {
        $this->database = Databases::fresh('MARIADB');
    }

    protected function emptyStore(): Store
    {
        return new PdoStore(Databases::mariadb($this->database), 'holder ' . ++$this->holders);
    }

    protected function connect(): ?Store
    {
        return new PdoStore(fn (): PDO => Databases::mariadb($this->database), 'shared');
    }

    public function testHoldersOfOneDatabaseDoNotMeet(): void
    {
        $one = new PdoStore(Databases::mariadb($this->database), 'one');
        $other = new PdoStore(Databases::mariadb($this->database), 'One');
        $one->commit(0, [['a', '1'], [Store::REVISION, '1']]);
        self::assertSame([null, null], $other->get(['a', Store::REVISION]));
        self::assertSame([], $other->scan('', '~', 9));
        $other->commit(0, [['a', null], [Store::REVISION, '1']]);
        self::assertSame(['1'], $one->get(['a']));
    }

    public function testManySmallRecordsUnderALongNameFitIntoPackets(): void
    {
        $store = new PdoStore(Databases::mariadb($this->database), str_repeat('h', 256));
        $writes = array_map(static fn (int $i): array => [sprintf('%06d', $i), ''], range(1, 40_000));
        self::assertSame(Commit::Done, $store->commit(0, [...$writes, [Store::REVISION, '1']]));
        self::assertSame(['', '1'], $store->get(['040000', Store::REVISION]));
    }

    public function testATransactionOfTheProgramIsRefused(): void
    {
        $pdo = Databases::mariadb($this->database);
        $store = new PdoStore($pdo, 'one');
        $pdo->exec('START TRANSACTION');
        try {
            $store->commit(0, [['a', '1'], [Store::REVISION, '1']]);
            self::fail('a commit inside another one is none');
        } catch (StsException $error) {
            self::assertSame('STORE_NOT_COMMITTING', $error->getCode());
        }
        $pdo->exec('ROLLBACK');
        self::assertSame([null], $store->get(['a']));
    }

    public function testATableWithoutTransactionsIsRefusedWithTheRemedy(): void
    {
        $pdo = Databases::mariadb($this->database);
        $pdo->exec('CREATE TABLE sts_store (holder VARBINARY(200) NOT NULL, `key` VARBINARY(512) NOT NULL,
            value LONGBLOB NOT NULL, PRIMARY KEY (holder, `key`)) ENGINE=MyISAM');
        try {
            new PdoStore($pdo, 'one');
            self::fail('MyISAM has no transactions');
        } catch (StsException $error) {
            self::assertSame('STORE_NOT_COMMITTING', $error->getCode());
            self::assertStringContainsString('MyISAM', $error->getMessage());
            self::assertStringContainsString('ALTER TABLE sts_store ENGINE=InnoDB', $error->getMessage());
        }
        $pdo->exec('ALTER TABLE sts_store ENGINE=InnoDB');
        self::assertSame([null], (new PdoStore($pdo, 'one'))->get(['a']));
    }

    public function testAConnectionWithoutAutocommitIsRefused(): void
    {
        $pdo = Databases::mariadb($this->database);
        $pdo->setAttribute(PDO::ATTR_AUTOCOMMIT, false);
        $this->expectExceptionMessage('autocommit off');
        new PdoStore($pdo, 'one');
    }
}
