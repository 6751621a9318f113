<?php

declare(strict_types=1);

namespace Sts\Internal;

use FFI\CData;
use Sts\Credentials;
use Sts\Handle;
use Sts\Library;
use Sts\Outcome;
use Sts\Reply;
use Sts\Response;
use Sts\StsException;

/** An engine of the library in this process. */
final class NativeHandle implements Handle
{
    public function __construct(private readonly Library $library, private ?CData $engine)
    {
    }

    public function __destruct()
    {
        $this->free();
    }

    public function setCredentials(?Credentials $credentials): void
    {
        $texts = $credentials === null
            ? [null, 0, null, 0, null, 0]
            : [
                $credentials->username,
                strlen($credentials->username),
                $credentials->password,
                strlen($credentials->password),
                $credentials->pincode,
                strlen($credentials->pincode),
            ];
        $this->library->run('sts_engine_set_credentials', $this->engine(), ...$texts);
    }

    public function command(int $now, #[\SensitiveParameter] string $command): Reply
    {
        return $this->library
            ->run('sts_engine_command', $this->engine(), $now, $command, strlen($command));
    }

    public function tick(int $now): Reply
    {
        return $this->library->run('sts_engine_tick', $this->engine(), $now);
    }

    public function response(int $now, string $id, Response $response): Reply
    {
        $end = match ($response->outcome) {
            Outcome::Answered => 0,
            Outcome::NotSent => 1,
            Outcome::Unknown => 2,
        };
        $headers = Json::headers($response->headers);
        return $this->library->run(
            'sts_engine_response',
            $this->engine(),
            $now,
            $id,
            strlen($id),
            $end,
            $response->status,
            $headers,
            strlen($headers),
            $response->body,
            strlen($response->body),
        );
    }

    public function load(#[\SensitiveParameter] string $values): void
    {
        $this->library->run('sts_engine_load', $this->engine(), $values, strlen($values));
    }

    public function reopen(): void
    {
        $this->library->run('sts_engine_reopen', $this->engine());
    }

    public function close(int $now): Reply
    {
        return $this->library->run('sts_engine_close', $this->engine(), $now);
    }

    public function free(): void
    {
        // Out of reach before it is gone.
        [$engine, $this->engine] = [$this->engine, null];
        if ($engine !== null) {
            $this->library->free($engine);
        }
    }

    public function __clone()
    {
        throw new StsException('ARGUMENT', null, 'an engine cannot be copied: open another one');
    }

    private function engine(): CData
    {
        return $this->engine
            ?? throw new StsException('CLOSED', null, 'this engine was closed: open another one');
    }
}
