<?php

declare(strict_types=1);

namespace Sts;

/**
 * Where engines come from: the library in this process ({@see Library}), or another process that
 * has it. Everything is JSON as `sts.h` describes it; every failure is an {@see StsException}.
 */
interface Door
{
    /**
     * The answer to a question that needs no engine, such as `check`.
     *
     * @param string $question JSON
     * @return string JSON
     */
    public function call(string $name, string $question): string;

    /**
     * Opens an engine, which has no credentials yet and has read nothing.
     *
     * @param string $settings JSON
     */
    public function open(string $settings): Handle;

    /** The version of the library, such as `0.1.0`. */
    public function version(): string;
}
