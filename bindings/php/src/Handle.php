<?php

declare(strict_types=1);

namespace Sts;

/**
 * One engine, as raw as the C ABI has it: JSON and bytes. {@see Engine} gives it types.
 *
 * After `free` every method but `free` fails with the code `CLOSED`.
 */
interface Handle
{
    /** Gives the engine its credentials, or takes them away. */
    public function setCredentials(?Credentials $credentials): void;

    /**
     * @param int $now milliseconds since 1970, UTC
     * @param string $command JSON
     */
    public function command(int $now, string $command): Reply;

    /** @param int $now milliseconds since 1970, UTC */
    public function tick(int $now): Reply;

    /** @param int $now milliseconds since 1970, UTC */
    public function response(int $now, string $id, Response $response): Reply;

    /** @param string $values JSON: what the last step asked to read */
    public function load(string $values): void;

    /** Throws away what the engine holds of its store, but not its credentials. */
    public function reopen(): void;

    /**
     * Forgets the events that were delivered, before the engine is freed on purpose.
     *
     * @param int $now milliseconds since 1970, UTC
     */
    public function close(int $now): Reply;

    /** Frees the engine; a second time nothing happens. */
    public function free(): void;
}
