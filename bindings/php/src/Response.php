<?php

declare(strict_types=1);

namespace Sts;

/** The end of a request. */
final class Response
{
    /** The most bytes of a body that are looked at; of a longer one, one more tells that it is. */
    public const MAX_BODY = 32 << 20;

    /** @param list<array{string, string}> $headers */
    private function __construct(
        public readonly Outcome $outcome,
        public readonly int $status = 0,
        public readonly array $headers = [],
        public readonly string $body = '',
    ) {
    }

    /**
     * The service answered, with whatever status.
     *
     * @param list<array{string, string}> $headers name and value
     * @param string $body whole, or the first `MAX_BODY + 1` bytes of one that is too long
     */
    public static function answered(int $status, array $headers, string $body): self
    {
        return new self(Outcome::Answered, $status, $headers, $body);
    }

    /** It is certain that no byte left: name not resolved, connection or TLS refused. */
    public static function notSent(): self
    {
        return new self(Outcome::NotSent);
    }

    /** Everything else, and every doubt. */
    public static function unknown(): self
    {
        return new self(Outcome::Unknown);
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return [
            'outcome' => $this->outcome,
            'status' => $this->status,
            'body' => strlen($this->body) . ' bytes',
        ];
    }
}
