<?php

declare(strict_types=1);

namespace Sts;

/** A request to perform once. Its headers carry credentials: neither they nor the body are logged. */
final class Request
{
    /**
     * @param string $id to report its end by
     * @param string $label what it does, for logs; nothing personal
     * @param string $method always `POST`
     * @param string $url absolute
     * @param list<array{string, string}> $headers name and value, `Authorization` among them
     * @param string $body bytes, to be sent unchanged
     * @param int $timeoutMs time for the whole exchange
     * @param int $notAfter not to be begun later; milliseconds since 1970, UTC
     */
    public function __construct(
        public readonly string $id,
        public readonly string $label,
        public readonly string $method,
        public readonly string $url,
        #[\SensitiveParameter]
        public readonly array $headers,
        #[\SensitiveParameter]
        public readonly string $body,
        public readonly int $timeoutMs,
        public readonly int $notAfter,
    ) {
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return [
            'id' => $this->id,
            'label' => $this->label,
            'url' => $this->url,
            'headers' => '[…]',
            'body' => strlen($this->body) . ' bytes',
        ];
    }
}
