<?php

/**
 * A cron worker of the tests, in a process of its own. Its argument is JSON: `db` and `store` (files
 * of SQLite), `key`, `settings`, `now`, `left` (points until it is killed, see Point), `log` (a file
 * for the times of requests), `seconds`.
 */

declare(strict_types=1);

use Sts\CommandTable;
use Sts\Credentials;
use Sts\CronWorker;
use Sts\CurlHttp;
use Sts\Driver;
use Sts\Http;
use Sts\PdoStore;
use Sts\Request;
use Sts\Response;
use Sts\Tests\Support\Point;
use Sts\Tests\Support\VirtualClock;

require __DIR__ . '/../bootstrap.php';

$told = json_decode($argv[1], true, 512, JSON_THROW_ON_ERROR);
Point::$left = $told['left'] ?? null;
$http = new class ($told['log'] ?? null) implements Http {
    private readonly CurlHttp $http;

    public function __construct(private readonly ?string $log)
    {
        $this->http = new CurlHttp();
    }

    public function perform(Request $request): Response
    {
        $began = hrtime(true);
        $response = $this->http->perform($request);
        if ($this->log !== null) {
            usleep(5_000);
            file_put_contents($this->log, getmypid() . " $began " . hrtime(true) . "\n", FILE_APPEND);
        }
        return $response;
    }
};
$point = new Point(PdoStore::sqlite($told['store']), $http, new VirtualClock($told['now']));
$table = new CommandTable(new PDO("sqlite:$told[db]"), $told['key'], $point);
$credentials = new Credentials('PSCPRV80A01X999I', 'Prova.0000', '9000000001');
$driver = static fn (Closure $events): Driver => new Driver(
    $told['settings'],
    $point,
    $credentials,
    static function (mixed $event) use ($events): void {
        Point::pass();
        $events($event);
        Point::pass();
    },
    $point,
    $point,
);
$report = (new CronWorker($table, ['rossi' => $driver], $point))->run($told['seconds'] ?? 0);
echo json_encode($report);
