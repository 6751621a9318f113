<?php

declare(strict_types=1);

namespace Sts\Internal;

use Psr\Http\Message\StreamInterface;

/**
 * The body of a request that can be read once. Clients that would send a request again by
 * themselves, as Guzzle does when an answer breaks off in its headers, have to read it again.
 *
 * Parameters have no types, so that it suits versions 1 and 2 of psr/http-message.
 */
final class OneShotBody implements StreamInterface
{
    private int $at = 0;

    public function __construct(
        #[\SensitiveParameter]
        private readonly string $body,
    ) {
    }

    public function __toString(): string
    {
        return $this->at === 0 ? $this->getContents() : throw self::again();
    }

    public function close(): void
    {
        $this->at = strlen($this->body);
    }

    public function detach()
    {
        $this->close();
        return null;
    }

    public function getSize(): ?int
    {
        return strlen($this->body);
    }

    public function tell(): int
    {
        return $this->at;
    }

    public function eof(): bool
    {
        return $this->at >= strlen($this->body);
    }

    public function isSeekable(): bool
    {
        // Otherwise Guzzle waits for the service to say that it wants the body (100-continue).
        return true;
    }

    public function seek($offset, $whence = SEEK_SET): void
    {
        // Clients that read piece by piece go to the beginning first.
        if ($this->at !== 0 || $offset !== 0 || $whence !== SEEK_SET) {
            throw self::again();
        }
    }

    public function rewind(): void
    {
        $this->seek(0);
    }

    public function isWritable(): bool
    {
        return false;
    }

    public function write($string): int
    {
        throw new \RuntimeException('the body of a request is not written to');
    }

    public function isReadable(): bool
    {
        return true;
    }

    public function read($length): string
    {
        $part = substr($this->body, $this->at, $length);
        $this->at += strlen($part);
        return $part;
    }

    public function getContents(): string
    {
        return $this->read(strlen($this->body));
    }

    public function getMetadata($key = null)
    {
        return $key === null ? [] : null;
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return ['body' => strlen($this->body) . ' bytes'];
    }

    private static function again(): \RuntimeException
    {
        return new \RuntimeException('a request is not sent a second time: its outcome is unknown');
    }
}
