<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

/** What cargo has built, in the folder that `STS_TARGET` names. */
final class Target
{
    public static function file(string $name): string
    {
        $folder = getenv('STS_TARGET');
        if ($folder === false || !is_file("$folder/$name")) {
            throw new \RuntimeException("STS_TARGET has no $name: use `tests/run php`");
        }
        return "$folder/$name";
    }

    /** A file of the workspace. */
    public static function workspace(string $path): string
    {
        return dirname(__DIR__, 4) . "/$path";
    }
}
