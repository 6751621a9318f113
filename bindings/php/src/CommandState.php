<?php

declare(strict_types=1);

namespace Sts;

/** Where a command of a {@see CommandTable} stands. */
enum CommandState: string
{
    /** Nobody has begun it, or it is tried again later. */
    case Waiting = 'waiting';

    /** A worker is at it, or was killed at it: then the next one repeats it. */
    case Running = 'running';

    /** It has its answer. */
    case Done = 'done';

    /** It has an error, and is not tried again. */
    case Failed = 'failed';
}
