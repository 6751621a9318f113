<?php

/**
 * What cron does where pages may not use FFI: carries out their commands, and what is due.
 *
 *     * * * * *  php bindings/php/bin/sts-cron bindings/php/examples/table/cron.php --for 55
 *
 * So there is nearly always one that listens, and a page has its answer within a second.
 */

declare(strict_types=1);

use Sts\Credentials;
use Sts\CronWorker;
use Sts\Driver;
use Sts\PdoStore;

$table = require __DIR__ . '/table.php';

// One for each practice. With a database of many, PdoStore takes its name as the holder.
return new CronWorker($table, [
    'studio 1' => static fn (Closure $events): Driver => new Driver(
        json_decode(file_get_contents(getenv('STS_SETTINGS')), true, 512, JSON_THROW_ON_ERROR),
        PdoStore::sqlite(getenv('STS_DATABASE')),
        new Credentials(getenv('STS_USERNAME'), getenv('STS_PASSWORD'), getenv('STS_PINCODE')),
        $events,
    ),
]);
