<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

/** `php -S` with one page, which ends with this object. */
final class WebServer
{
    /** @var resource */
    private $process;

    public readonly int $port;

    /** @param list<string> $options of PHP */
    public function __construct(string $page, array $options)
    {
        // Another process may take a port that was free a moment ago.
        for ($tries = 0; $tries < 10; $tries++) {
            $port = random_int(20_000, 32_000);
            $log = tmpfile();
            $command = [PHP_BINARY, ...$options, '-d', 'display_errors=1', '-S', "127.0.0.1:$port", $page];
            $this->process = proc_open($command, [['file', '/dev/null', 'r'], $log, $log], $pipes);
            for ($waited = 0; $waited < 100 && proc_get_status($this->process)['running']; $waited++) {
                $connection = @fsockopen('127.0.0.1', $port);
                if ($connection !== false) {
                    fclose($connection);
                    $this->port = $port;
                    return;
                }
                usleep(50_000);
            }
            $this->stop();
        }
        rewind($log);
        throw new \RuntimeException('php -S does not start: ' . stream_get_contents($log));
    }

    public function __destruct()
    {
        $this->stop();
    }

    public function get(string $path): string
    {
        $context = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 20]]);
        return file_get_contents("http://127.0.0.1:$this->port$path", false, $context);
    }

    private function stop(): void
    {
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
    }
}
