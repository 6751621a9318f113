<?php

declare(strict_types=1);

namespace Sts;

/** Performs requests. */
interface Http
{
    /**
     * Performs a request once, within its `timeoutMs`, with TLS verified, and says how it ended.
     * It neither repeats nor follows redirects nor throws: what is not certain is `unknown`.
     */
    public function perform(Request $request): Response;
}
