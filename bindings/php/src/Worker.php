<?php

declare(strict_types=1);

namespace Sts;

use Sts\Internal\Pipes;
use Sts\Internal\WorkerHandle;

/**
 * libsts in a process of its own, for a PHP without FFI: the program `sts worker`, which computes
 * and does nothing else. HTTP and records stay in PHP, as with {@see Library}.
 *
 * The process is started with the first call, serves all engines of this object, and ends with it,
 * or with PHP, however that ends. When it dies or is killed it is started again, and its engines
 * are opened again: they keep nothing that the store does not have.
 */
final class Worker implements Door
{
    private ?Pipes $pipes = null;

    /** How often a process was started: engines of an earlier one are gone. */
    private int $generation = 0;

    private string $version = '';

    private bool $asking = false;

    /**
     * @param string $program the file `sts`
     * @param float $timeout seconds for one call, after which the process is killed and the call
     *     fails with `WORKER_TIMEOUT`; the engine computes for milliseconds
     */
    private function __construct(private readonly string $program, private readonly float $timeout)
    {
    }

    /**
     * A worker, which starts with the first call. Without a path: the program that the environment
     * variable `STS_PROGRAM` names, the copy in this package, or `sts` in `PATH`.
     */
    public static function at(?string $path = null, float $timeout = 60.0): self
    {
        if (!function_exists('proc_open')) {
            throw new StsException('WORKER_FORBIDDEN', null, 'this PHP may start no processes '
                . '(disable_functions has proc_open): let a cron job do the work and give it '
                . 'commands through a table (Sts\CommandTable)');
        }
        if (PHP_OS_FAMILY === 'Windows') {
            throw new StsException('WORKER_FORBIDDEN', null, 'pipes of Windows know no time limits in '
                . 'PHP: use the library (FFI is in every PHP for Windows: extension=ffi)');
        }
        return new self(Pipes::program($path), $timeout);
    }

    public function __destruct()
    {
        $this->stop();
    }

    public function call(string $name, #[\SensitiveParameter] string $question): string
    {
        return $this->again(fn () => $this->ask(['call' => 'call', 'name' => $name], [$question]))->json;
    }

    public function open(#[\SensitiveParameter] string $settings): Handle
    {
        $handle = new WorkerHandle($this, $settings);
        $handle->open();
        return $handle;
    }

    public function version(): string
    {
        $this->start();
        return $this->version;
    }

    /** The number of the process that serves now, for a host that watches it; null without one. */
    public function pid(): ?int
    {
        return $this->pipes?->pid();
    }

    /** Ends the process; engines of it open again when they are used. */
    public function stop(): void
    {
        [$pipes, $this->pipes] = [$this->pipes, null];
        $pipes?->close();
    }

    /**
     * One call, in the process that runs or in a new one; with a number, in that process or none.
     *
     * @internal
     * @param array<string, mixed> $header
     * @param list<string> $bodies
     */
    public function ask(
        array $header,
        #[\SensitiveParameter]
        array $bodies = [],
        ?int $generation = null,
    ): Reply {
        $this->start();
        if ($generation !== null && $generation !== $this->generation) {
            throw new StsException('WORKER_DIED', null, 'the process sts worker ended');
        }
        if ($this->asking) {
            throw new StsException('BUSY', null, 'a handler of signals called into the worker in the '
                . 'middle of a call: let it note what it wants, and do that when the call has returned');
        }
        $this->asking = true;
        try {
            return $this->pipes->ask($header, $bodies, $this->timeout);
        } catch (\Throwable $error) {
            // Half a call is left in the pipes, also when a handler of signals has thrown.
            if (!$error instanceof StsException || str_starts_with($error->getCode(), 'WORKER')) {
                $this->stop();
            }
            throw $error;
        } finally {
            $this->asking = false;
        }
    }

    /**
     * A call that is repeated once when the process died of it or before it. It may be: what was
     * lost is an engine, and an engine that was asked twice has done nothing twice.
     *
     * @internal
     * @template T
     * @param \Closure(): T $call
     * @return T
     */
    public function again(\Closure $call): mixed
    {
        try {
            return $call();
        } catch (StsException $error) {
            if ($error->getCode() !== 'WORKER_DIED') {
                throw $error;
            }
        }
        return $call();
    }

    /**
     * The number of the process that answers the next call.
     *
     * @internal
     */
    public function generation(): int
    {
        $this->start();
        return $this->generation;
    }

    /**
     * Whether this process runs.
     *
     * @internal
     */
    public function serves(int $generation): bool
    {
        return $generation === $this->generation && $this->pipes?->alive() === true;
    }

    private function start(): void
    {
        if ($this->pipes !== null && $this->pipes->alive()) {
            return;
        }
        $this->stop();
        $this->generation++;
        $pipes = new Pipes($this->program);
        try {
            $reply = $pipes->ask(['call' => 'version'], [], $this->timeout);
        } catch (StsException $error) {
            $pipes->close();
            throw $error;
        }
        $answer = json_decode($reply->json, true);
        if ($answer['abi'] !== Library::ABI) {
            $pipes->close();
            throw new StsException('LIBRARY_ABI', null, "{$this->program} speaks version "
                . "{$answer['abi']} of the interface, and this package needs " . Library::ABI
                . ': install the program and the package of one version');
        }
        [$this->pipes, $this->version] = [$pipes, $answer['version']];
    }
}
