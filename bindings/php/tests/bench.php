<?php

/**
 * Prints what a call costs through this binding, in nanoseconds, as `tests/bench` wants it: `check`,
 * from the JSON of an invoice to its verdict, and `tick`, of an idle driver over records in memory.
 *
 *     php tests/bench.php PROFILE INVOICE
 */

declare(strict_types=1);

use Sts\Driver;
use Sts\MemoryStore;
use Sts\Sts;
use Sts\Tests\Support\Target;
use Sts\Tests\Support\VirtualClock;
use Sts\Types\Settings;

require __DIR__ . '/bootstrap.php';

$profile = file_get_contents($argv[1] ?? Target::workspace('fixtures/start/profile.json'));
$invoice = file_get_contents($argv[2] ?? Target::workspace('fixtures/start/invoice.json'));
$settings = Settings::fromArray(['ambiente' => 'test', 'profile' => json_decode($profile, true)]);

/** The median of 51 batches of 200 calls, after five to warm up. */
$measure = static function (string $name, callable $call): void {
    $batches = [];
    for ($batch = 0; $batch < 56; $batch++) {
        $began = hrtime(true);
        for ($i = 0; $i < 200; $i++) {
            $call();
        }
        $batches[] = intdiv(hrtime(true) - $began, 200);
    }
    $batches = array_slice($batches, 5);
    sort($batches);
    echo "$name $batches[25]\n";
};

$now = (int) floor(microtime(true) * 1000);
$measure(
    'check',
    static fn (): string => Sts::check($settings, json_decode($invoice, true), $now)->verdict->value,
);

$driver = new Driver($settings, new MemoryStore(), clock: new VirtualClock($now));
$driver->save([json_decode($invoice, true)]);
$measure('tick', static fn () => $driver->tick());
