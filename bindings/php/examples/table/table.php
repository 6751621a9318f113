<?php

/** The table that page.php and cron.php share: a database of the program, and a key outside it. */

declare(strict_types=1);

use Sts\CommandTable;

require_once __DIR__ . '/../../autoload.php';

// `php -r 'require "autoload.php"; echo Sts\CommandTable::newKey();'` makes the key, once.
$table = new CommandTable(new PDO('sqlite:' . getenv('STS_DATABASE')), getenv('STS_TABLE_KEY'));
$table->create();
return $table;
