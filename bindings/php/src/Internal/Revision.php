<?php

declare(strict_types=1);

namespace Sts\Internal;

use Sts\StsException;

/** The value of the key `revision`. */
final class Revision
{
    /** Absent is 0; what is no number of PHP's is damage. */
    public static function read(?string $value): int
    {
        if ($value === null) {
            return 0;
        }
        $number = filter_var($value, FILTER_VALIDATE_INT, ['options' => ['min_range' => 0]]);
        if ($number === false || !ctype_digit($value)) {
            throw new StsException('STORE', null, 'the store failed: its revision is not a number');
        }
        return $number;
    }
}
