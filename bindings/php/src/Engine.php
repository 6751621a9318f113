<?php

declare(strict_types=1);

namespace Sts;

use Sts\Internal\Json;

/**
 * One holder's engine, step by step, for programs with a loop of their own; {@see Driver} is the
 * loop for all others. It does no I/O: every input gives a step, which is carried out before the
 * next input.
 */
final class Engine
{
    private readonly Handle $handle;

    /**
     * Opens an engine, which has read nothing.
     *
     * @param array<string, mixed>|\JsonSerializable $settings
     * @param ?Door $door where engines come from; by default {@see Sts::door()}
     */
    public function __construct(
        #[\SensitiveParameter]
        array|\JsonSerializable $settings,
        ?Credentials $credentials = null,
        ?Door $door = null,
    ) {
        $this->handle = ($door ?? Sts::door())->open(Json::encode($settings));
        if ($credentials !== null) {
            $this->handle->setCredentials($credentials);
        }
    }

    /** Gives the engine its credentials, or takes them away. */
    public function setCredentials(?Credentials $credentials): void
    {
        $this->handle->setCredentials($credentials);
    }

    /**
     * A wish of the user.
     *
     * @param int $now milliseconds since 1970, UTC; the same for each repetition
     * @param array<string, mixed>|\JsonSerializable $command
     */
    public function command(int $now, #[\SensitiveParameter] array|\JsonSerializable $command): Step
    {
        return Step::from($this->handle->command($now, Json::encode($command)));
    }

    /** Time passed. */
    public function tick(int $now): Step
    {
        return Step::from($this->handle->tick($now));
    }

    /** The end of a request. */
    public function response(int $now, string $id, Response $response): Step
    {
        return Step::from($this->handle->response($now, $id, $response));
    }

    /**
     * Hands over what a step asked to read; then the input is repeated.
     *
     * @param list<?string> $values of the keys, in the order asked
     * @param list<list<array{string, string}>> $entries of the ranges, in the order asked
     */
    public function load(
        Needs $needs,
        #[\SensitiveParameter]
        array $values,
        #[\SensitiveParameter]
        array $entries,
    ): void {
        $keys = static fn (string $key, ?string $value): array => [$key, Json::fromBytes($value)];
        $entry = static fn (array $entry): array => [$entry[0], Json::fromBytes($entry[1])];
        $ranges = static fn (array $range, array $entries): array => [
            'from' => $range[0],
            'to' => $range[1],
            'limit' => $range[2],
            'entries' => array_map($entry, $entries),
        ];
        $this->handle->load(Json::encode([
            'keys' => array_map($keys, $needs->keys, $values),
            'ranges' => array_map($ranges, $needs->ranges, $entries),
        ]));
    }

    /** Throws away what it holds of its store, after a commit that failed or was a conflict. */
    public function reopen(): void
    {
        $this->handle->reopen();
    }

    /** The last step before it is freed on purpose: delivered events do not come again. */
    public function close(int $now): Step
    {
        return Step::from($this->handle->close($now));
    }

    /** Frees the engine; a second time nothing happens. */
    public function free(): void
    {
        $this->handle->free();
    }
}
