<?php

declare(strict_types=1);

namespace Sts;

/**
 * Why a call has no answer. Programs branch on `getCode()`, a stable text, never on the message.
 * Neither shows a tax code, a name or a secret.
 *
 * The codes of the engine are those of its documentation; these are of this package:
 *
 * | code | meaning |
 * |---|---|
 * | `FFI_MISSING`, `FFI_DISABLED`, `FFI_RESTRICTED` | PHP has no FFI; has it switched off; does not let this SAPI use it |
 * | `LIBRARY_NOT_FOUND` | no libsts in any of the places named |
 * | `LIBRARY_ARCHITECTURE` | a libsts for another processor, system or C library |
 * | `LIBRARY_ABI` | a libsts of another version than this package |
 * | `LIBRARY_UNUSABLE` | a file that is no libsts, or that the system refuses |
 * | `WORKER_NOT_FOUND`, `WORKER_FORBIDDEN`, `WORKER_UNUSABLE` | no program `sts`; PHP may start no processes, or runs on Windows; a program that is none of this version |
 * | `WORKER_DIED`, `WORKER_TIMEOUT` | the process ended twice at one call, or did not answer in time; the next call starts another one |
 * | `ARGUMENT`, `JSON` | an argument cannot be used; a value has no form in JSON |
 * | `HTTP` | a transport cannot be made so |
 * | `CLOSED` | the engine or driver was closed before |
 * | `BUSY` | a callback called into the driver that it was called from |
 * | `STORE` | the store failed; nothing was sent for what it did not take |
 * | `STORE_NOT_COMMITTING` | the store cannot make a commit of its own, or says that one was made which is not there |
 * | `CONTENTION` | other processes were faster every time; try again later |
 * | `READING` | the engine keeps asking to read: the store answers something else than it was asked |
 * | `HTTP_CALLBACK` | the transport threw; the outcome counts as unknown |
 * | `EVENTS_CALLBACK` | the receiver of events threw; all else was done, and the event comes again |
 * | `KEY` | the key of a command table: none, another one, or no extension sodium |
 * | `INTERRUPTED` | the worker was stopped in the middle of a command that is not repeated by itself |
 * | `ANSWER_NOT_KEPT` | the command was carried out, and the command table did not take its answer |
 * | `PRACTICE` | the driver of a practice could not be made, or what it was given threw |
 * | `PANIC`, `DEAD` | a bug of libsts; the driver goes on with a new engine |
 */
final class StsException extends \RuntimeException
{
    /**
     * @param string $code stable, upper case
     * @param ?string $path the field that is wrong, as a JSON pointer, such as `/invoices/0/id`
     */
    public function __construct(
        string $code,
        public readonly ?string $path,
        string $message,
        ?\Throwable $previous = null,
    ) {
        parent::__construct($message, 0, $previous);
        $this->code = $code;
    }
}
