<?php

/**
 * Prints what a call costs through this binding, in nanoseconds: `check` of one invoice, and `tick`
 * of an idle driver over records in memory.
 */

declare(strict_types=1);

use Sts\Driver;
use Sts\MemoryStore;
use Sts\Sts;
use Sts\Tests\Support\Target;
use Sts\Types\Settings;

require __DIR__ . '/bootstrap.php';

$read = static fn (string $name): array =>
    json_decode(file_get_contents(Target::workspace("fixtures/start/$name.json")), true);
$invoice = $read('invoice');
$settings = Settings::fromArray(['ambiente' => 'test', 'profile' => $read('profile')]);

$measure = static function (string $name, callable $call): void {
    $best = PHP_INT_MAX;
    for ($round = 0; $round < 7; $round++) {
        $began = hrtime(true);
        for ($i = 0; $i < 500; $i++) {
            $call();
        }
        $best = min($best, intdiv(hrtime(true) - $began, 500));
    }
    echo "$name $best\n";
};

$now = (int) floor(microtime(true) * 1000);
$measure('check', static fn () => Sts::check($settings, $invoice, $now));

$driver = new Driver($settings, new MemoryStore());
$driver->save([$invoice]);
$measure('tick', static fn () => $driver->tick());
