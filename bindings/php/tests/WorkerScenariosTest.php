<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Sts;
use Sts\Tests\Support\Scenario;
use Sts\Tests\Support\Target;
use Sts\Worker;

/** Every file of `fixtures/scenarios` once more, with the engine at the other end of two pipes. */
final class WorkerScenariosTest extends TestCase
{
    private static ?Worker $worker = null;

    public static function setUpBeforeClass(): void
    {
        self::$worker = Worker::at(Target::file('sts'));
        Sts::use(self::$worker);
    }

    public static function tearDownAfterClass(): void
    {
        Sts::use(null);
        self::$worker = null;
    }

    /** @dataProvider \Sts\Tests\ScenariosTest::scenarios */
    public function testAScenarioEndsAsItSays(string $path): void
    {
        (new Scenario($path))->play();
        self::assertNotNull(self::$worker->pid(), 'it was played over the pipes');
    }
}
