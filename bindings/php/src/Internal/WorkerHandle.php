<?php

declare(strict_types=1);

namespace Sts\Internal;

use Sts\Credentials;
use Sts\Handle;
use Sts\Outcome;
use Sts\Reply;
use Sts\Response;
use Sts\StsException;
use Sts\Worker;

/** An engine in the process of a worker, opened again in the next process when that one dies. */
final class WorkerHandle implements Handle
{
    private ?Credentials $credentials = null;
    private int $engine = 0;

    /** The process that has the engine; 0 is none yet, null is closed. */
    private ?int $generation = 0;

    public function __construct(
        private readonly Worker $worker,
        #[\SensitiveParameter]
        private readonly string $settings,
    ) {
    }

    /** @return array<string, mixed> for dumps: settings hold the tax code of the holder */
    public function __debugInfo(): array
    {
        return ['engine' => $this->engine, 'generation' => $this->generation];
    }

    public function __destruct()
    {
        $this->free();
    }

    /** Opens the engine, in the process that runs now. */
    public function open(): void
    {
        $this->worker->again(fn () => $this->present());
    }

    public function setCredentials(?Credentials $credentials): void
    {
        $this->credentials = $credentials;
        $this->worker->again(function (): void {
            if ($this->present()) {
                $this->introduce();
            }
        });
    }

    public function command(int $now, #[\SensitiveParameter] string $command): Reply
    {
        return $this->input(['call' => 'command', 'now' => $now], [$command]);
    }

    public function tick(int $now): Reply
    {
        return $this->input(['call' => 'tick', 'now' => $now]);
    }

    public function response(int $now, string $id, Response $response): Reply
    {
        $end = match ($response->outcome) {
            Outcome::Answered => 0,
            Outcome::NotSent => 1,
            Outcome::Unknown => 2,
        };
        $header = ['call' => 'response', 'now' => $now, 'id' => $id, 'end' => $end];
        $bodies = [];
        if ($response->outcome === Outcome::Answered) {
            $header['status'] = $response->status;
            $bodies = [Json::headers($response->headers), $response->body];
        }
        return $this->input($header, $bodies);
    }

    public function load(#[\SensitiveParameter] string $values): void
    {
        // A new engine has asked for nothing: it asks when the input is repeated.
        $this->worker->again(function () use ($values): void {
            if ($this->present()) {
                $this->ask(['call' => 'load'], [$values]);
            }
        });
    }

    public function reopen(): void
    {
        $this->worker->again(function (): void {
            if ($this->present()) {
                $this->ask(['call' => 'reopen']);
            }
        });
    }

    public function close(int $now): Reply
    {
        return $this->input(['call' => 'close', 'now' => $now]);
    }

    public function free(): void
    {
        [$generation, $this->generation] = [$this->generation, null];
        // With its process the engine is gone as well: none is started to free it.
        if ($generation !== null && $this->worker->serves($generation)) {
            try {
                $this->worker->ask(['call' => 'free', 'engine' => $this->engine], [], $generation);
            } catch (StsException) {
            }
        }
    }

    public function __clone()
    {
        throw new StsException('ARGUMENT', null, 'an engine cannot be copied: open another one');
    }

    /**
     * An input is repeated by a new engine when the old one was lost: it reads the store again.
     *
     * @param array<string, mixed> $header
     * @param list<string> $bodies
     */
    private function input(array $header, #[\SensitiveParameter] array $bodies = []): Reply
    {
        return $this->worker->again(function () use ($header, $bodies): Reply {
            $this->present();
            return $this->ask($header, $bodies);
        });
    }

    /** Whether the engine was there already; otherwise it is opened now, with its credentials. */
    private function present(): bool
    {
        if ($this->generation === null) {
            throw new StsException('CLOSED', null, 'this engine was closed: open another one');
        }
        $generation = $this->worker->generation();
        if ($this->generation === $generation) {
            return true;
        }
        $reply = $this->worker->ask(['call' => 'new'], [$this->settings], $generation);
        $this->engine = json_decode($reply->json, true)['engine'];
        $this->generation = $generation;
        if ($this->credentials !== null) {
            $this->introduce();
        }
        return false;
    }

    private function introduce(): void
    {
        $credentials = $this->credentials;
        $texts = $credentials === null
            ? []
            : [$credentials->username, $credentials->password, $credentials->pincode];
        $this->ask(['call' => 'set_credentials'], $texts);
    }

    /**
     * @param array<string, mixed> $header
     * @param list<string> $bodies
     */
    private function ask(array $header, #[\SensitiveParameter] array $bodies = []): Reply
    {
        return $this->worker->ask($header + ['engine' => $this->engine], $bodies, $this->generation);
    }
}
