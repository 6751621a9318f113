<?php

declare(strict_types=1);

namespace Sts;

/** How a request ended. In doubt, `Unknown`: it decides whether a document may be sent again. */
enum Outcome
{
    /** The service answered, with whatever status. */
    case Answered;

    /** It is certain that no byte of the request left. */
    case NotSent;

    /** Everything else: time ran out, the connection broke. */
    case Unknown;
}
