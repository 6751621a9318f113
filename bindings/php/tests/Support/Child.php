<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

/** PHP in a process of its own. */
final class Child
{
    /**
     * What a script prints, given as code without `<?php`; the package is loaded before.
     *
     * @param list<string> $options of PHP
     * @param array<string, ?string> $environment null takes a variable away
     */
    public static function says(string $code, array $options = [], array $environment = [], array $arguments = []): string
    {
        [$said] = self::start($code, $options, $environment, $arguments)();
        return $said;
    }

    /**
     * Starts it, and gives what waits for its end: what it said, and the signal that ended it or 0.
     *
     * @param list<string> $options
     * @param array<string, ?string> $environment
     * @return \Closure(): array{string, int}
     */
    public static function start(string $code, array $options = [], array $environment = [], array $arguments = []): \Closure
    {
        $autoload = var_export(dirname(__DIR__) . '/bootstrap.php', true);
        $command = [PHP_BINARY, ...$options, '-d', 'display_errors=1', '-r', "require $autoload; $code", '--', ...$arguments];
        $environment = array_filter(
            $environment + getenv(),
            static fn (?string $value): bool => $value !== null,
        );
        // What PHP itself has to say belongs to what is said.
        $descriptors = [0 => ['pipe', 'r'], 1 => ['pipe', 'w'], 2 => ['redirect', 1]];
        $process = proc_open($command, $descriptors, $pipes, null, $environment);
        fclose($pipes[0]);
        return static function () use ($process, $pipes): array {
            $said = stream_get_contents($pipes[1]);
            do {
                $status = proc_get_status($process);
            } while ($status['running'] && usleep(1_000) === null);
            proc_close($process);
            return [$said, $status['signaled'] ? $status['termsig'] : 0];
        };
    }
}
