<?php

declare(strict_types=1);

namespace Sts;

use Sts\Internal\Json;
use Sts\Types\Questions;

/**
 * Questions that need no engine, no credentials and no store: what a page asks while an invoice is
 * typed.
 */
final class Sts
{
    use Questions;

    private static ?Door $door = null;

    /** Takes this library, or this process that has it, in place of the default one from now on. */
    public static function use(?Door $door): void
    {
        self::$door = $door;
    }

    /** What `use` was given, or else the library in this process. */
    public static function door(): Door
    {
        return self::$door ??= Library::load();
    }

    /** The version of the library, such as `0.1.0`. */
    public static function version(): string
    {
        return self::door()->version();
    }

    protected static function ask(string $name, #[\SensitiveParameter] array $question): array
    {
        return Json::decode(self::door()->call($name, Json::encode((object) $question)));
    }
}
