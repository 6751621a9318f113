<?php

declare(strict_types=1);

namespace Sts\Internal;

use Sts\Reply;
use Sts\StsException;

/** A process of `sts worker` and the two pipes to it. `bindings/rust/README.md` has the protocol. */
final class Pipes
{
    /** The longest header of an answer, and the most bytes of its bodies: more is no answer. */
    private const HEADER = 1 << 20;
    private const BYTES = 1 << 30;

    /** How long a process may take to end when its input has. */
    private const FAREWELL = 2.0;

    /** Written or read at a time. */
    private const PIECE = 1 << 16;

    /** @var resource */
    private $process;

    /** @var resource */
    private $input;

    /** @var resource */
    private $output;

    private readonly int $owner;
    private readonly int $pid;

    public function __construct(private readonly string $program)
    {
        // No shell; what it might print on standard error is nobody's.
        $ends = [['pipe', 'r'], ['pipe', 'w'], ['null']];
        $process = @proc_open([$program, 'worker'], $ends, $pipes);
        if ($process === false) {
            throw new StsException('WORKER_UNUSABLE', null, "$program cannot be started: "
                . (error_get_last()['message'] ?? 'the system refuses'));
        }
        [$this->process, $this->input, $this->output] = [$process, ...$pipes];
        stream_set_blocking($this->input, false);
        stream_set_blocking($this->output, false);
        stream_set_write_buffer($this->input, 0);
        stream_set_read_buffer($this->output, 0);
        $this->pid = proc_get_status($process)['pid'];
        $this->owner = (int) getmypid();
    }

    /** The file of the program: a path that was given, `STS_PROGRAM`, the package's copy, `PATH`. */
    public static function program(?string $path): string
    {
        $named = $path ?? getenv('STS_PROGRAM');
        if ($named !== false && $named !== '') {
            $by = $path === null ? 'which STS_PROGRAM names' : 'the path that was given';
            return self::usable($named)
                ?? throw new StsException('WORKER_NOT_FOUND', null, "$named, $by, is no file that "
                    . 'this user may execute');
        }
        $machine = strtolower(php_uname('m'));
        $machine = ['amd64' => 'x86_64', 'arm64' => 'aarch64'][$machine] ?? $machine;
        $own = sprintf('%s/lib/%s-%s', dirname(__DIR__, 2), strtolower(PHP_OS_FAMILY), $machine);
        $folders = [$own, ...explode(PATH_SEPARATOR, (string) getenv('PATH'))];
        foreach (array_filter($folders) as $folder) {
            $file = self::usable("$folder/sts");
            if ($file !== null) {
                return $file;
            }
        }
        throw new StsException('WORKER_NOT_FOUND', null, 'there is no program sts in '
            . implode(', ', array_filter($folders)) . ': set the environment variable STS_PROGRAM to '
            . 'it, or give its path to Worker::at(); `cargo build --release -p sts-host` of the '
            . 'project makes it');
    }

    private static function usable(string $file): ?string
    {
        return is_file($file) && is_executable($file) ? (realpath($file) ?: null) : null;
    }

    public function pid(): int
    {
        return $this->pid;
    }

    /** Whether it runs, and is ours: after a fork it belongs to the parent alone. */
    public function alive(): bool
    {
        return $this->owner === getmypid() && proc_get_status($this->process)['running'];
    }

    /**
     * @param array<string, mixed> $header
     * @param list<string> $bodies
     */
    public function ask(array $header, #[\SensitiveParameter] array $bodies, float $timeout): Reply
    {
        $until = microtime(true) + $timeout;
        $header['bodies'] = array_map(strlen(...), $bodies);
        $header = Json::encode($header);
        $this->write(pack('N', strlen($header)) . $header, $until);
        foreach ($bodies as $body) {
            $this->write($body, $until);
        }
        $length = unpack('N', $this->read(4, $until))[1];
        if ($length > self::HEADER) {
            throw $this->strange();
        }
        $answer = json_decode($this->read($length, $until), true);
        $lengths = $answer['bodies'] ?? null;
        if (!is_array($lengths) || $lengths === [] || array_sum($lengths) > self::BYTES) {
            throw $this->strange();
        }
        $found = array_map(fn (int $length) => $this->read($length, $until), $lengths);
        $json = array_shift($found);
        if ($answer['status'] === 0) {
            return new Reply($json, $found);
        }
        ['code' => $code, 'path' => $path, 'message' => $message] = json_decode($json, true);
        throw new StsException($code, $path, $message);
    }

    /** Lets it end, and sees that it has: no zombie is left. */
    public function close(): void
    {
        if ($this->owner !== getmypid()) {
            return;
        }
        fclose($this->input);
        fclose($this->output);
        $until = microtime(true) + self::FAREWELL;
        while (proc_get_status($this->process)['running']) {
            if (microtime(true) > $until) {
                proc_terminate($this->process, 9);
                break;
            }
            usleep(500);
        }
        proc_close($this->process);
    }

    private function write(#[\SensitiveParameter] string $bytes, float $until): void
    {
        for ($at = 0; $at < strlen($bytes);) {
            $this->ready([], [$this->input], $until);
            // What a broken pipe would print is said by the exception.
            $count = @fwrite($this->input, substr($bytes, $at, self::PIECE));
            if ($count === false || ($count === 0 && !$this->alive())) {
                throw $this->died();
            }
            $at += $count;
        }
    }

    private function read(int $length, float $until): string
    {
        $bytes = '';
        while (strlen($bytes) < $length) {
            $this->ready([$this->output], [], $until);
            $piece = @fread($this->output, min(self::PIECE, $length - strlen($bytes)));
            if ($piece === false || ($piece === '' && feof($this->output))) {
                throw $this->died();
            }
            $bytes .= $piece;
        }
        return $bytes;
    }

    /**
     * Waits until a pipe is ready.
     *
     * @param list<resource> $read
     * @param list<resource> $write
     */
    private function ready(array $read, array $write, float $until): void
    {
        $except = [];
        do {
            $left = $until - microtime(true);
            if ($left <= 0) {
                proc_terminate($this->process, 9);
                throw new StsException('WORKER_TIMEOUT', null, 'sts worker did not answer in time '
                    . 'and was ended; the next call starts it again');
            }
            // A signal that PHP handles ends the waiting early.
            [$reading, $writing] = [$read, $write];
            $seconds = (int) min($left, 3600);
            $ready = @stream_select($reading, $writing, $except, $seconds, (int) (fmod($left, 1) * 1e6));
        } while ($ready === false || $ready === 0);
    }

    private function died(): StsException
    {
        return new StsException('WORKER_DIED', null, "the process {$this->program} worker ended, or "
            . 'is no sts worker for this machine');
    }

    private function strange(): StsException
    {
        return new StsException('WORKER_UNUSABLE', null, "{$this->program} does not answer as sts "
            . 'worker does: install the program and the package of one version');
    }
}
