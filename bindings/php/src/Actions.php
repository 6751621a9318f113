<?php

declare(strict_types=1);

namespace Sts;

use Sts\Internal\Json;

/** What is to be carried out, in the order of the fields. */
final class Actions
{
    /**
     * @param int $revision against which the writes are committed
     * @param list<array{string, ?string}> $writes key and new value; null deletes
     * @param list<array<string, mixed>> $events to be delivered once the writes are committed
     * @param list<Request> $requests to be performed then, each once
     * @param ?array<string, mixed> $answer of a command; the last one counts
     * @param ?int $wakeAt when a tick is due; milliseconds since 1970, UTC
     */
    public function __construct(
        public readonly int $revision,
        public readonly array $writes,
        public readonly array $events,
        public readonly array $requests,
        public readonly ?array $answer,
        public readonly ?int $wakeAt,
    ) {
    }

    /**
     * @internal
     * @param array<string, mixed> $json
     * @param list<string> $bodies
     */
    public static function from(array $json, array $bodies): self
    {
        $write = static fn (array $write): array => [$write['key'], Json::toBytes($write['value'])];
        $request = static fn (array $request): Request => new Request(
            $request['id'],
            $request['label'],
            $request['method'],
            $request['url'],
            $request['headers'],
            $bodies[$request['body']],
            $request['timeoutMs'],
            $request['notAfter'],
        );
        $answer = $json['answer'];
        if (isset($answer['receipts']['body'])) {
            // The archive itself in the place of its number.
            $answer['receipts']['zip'] = $bodies[$answer['receipts']['body']];
            unset($answer['receipts']['body']);
        }
        return new self(
            $json['revision'],
            array_map($write, $json['writes']),
            $json['events'],
            array_map($request, $json['requests']),
            $answer,
            $json['wakeAt'],
        );
    }
}
