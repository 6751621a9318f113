<?php

declare(strict_types=1);

namespace Sts;

/** How a commit ended. */
enum Commit
{
    /** All writes are made. */
    case Done;

    /** Another process was faster; nothing was changed. */
    case Conflict;
}
