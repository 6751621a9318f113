<?php

/**
 * For `opcache.preload`: loads libsts once for all requests, and makes this package preloaded code,
 * to which `ffi.enable=preload` (PHP's default) allows FFI in a web server.
 *
 *     opcache.preload=/path/to/vendor/libsts/sts/preload.php
 *     opcache.preload_user=www-data
 *
 * The library is found as `Sts\Library::load()` finds it. When it is not, the server starts all the
 * same, and the first use says what is wrong.
 */

declare(strict_types=1);

use Sts\Library;
use Sts\StsException;

require_once __DIR__ . '/autoload.php';

(static function (): void {
    $folders = ['', 'Internal/', 'Internal/Cron/', 'Internal/Sql/', 'Types/'];
    foreach ($folders as $folder) {
        foreach (glob(__DIR__ . "/src/$folder*.php") as $file) {
            // Their interfaces are another package's, and may not be there.
            if (!in_array(basename($file), ['Psr18Http.php', 'OneShotBody.php'], true)) {
                require_once $file;
            }
        }
    }
    try {
        Library::preload();
    } catch (StsException) {
        // Said when it is used.
    }
})();
