<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Tests\Support\Scenario;
use Sts\Tests\Support\Target;

/** Every file of `fixtures/scenarios`, over the binding, at a virtual time, against the simulator. */
final class ScenariosTest extends TestCase
{
    /** @dataProvider scenarios */
    public function testAScenarioEndsAsItSays(string $path): void
    {
        (new Scenario($path))->play();
    }

    /** @return iterable<string, array{string}> */
    public static function scenarios(): iterable
    {
        foreach (glob(Target::workspace('fixtures/scenarios/*.json')) as $path) {
            yield basename($path, '.json') => [$path];
        }
    }
}
