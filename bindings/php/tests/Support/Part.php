<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

/** Comparison of what is found with what a fixture names of it. */
final class Part
{
    /**
     * Where they differ, or null: of an object the fields that are named are compared, of a list
     * every element in order; in a text, `*` stands for any text.
     */
    public static function difference(mixed $wanted, mixed $found, string $at = ''): ?string
    {
        $differs = "$at: " . json_encode($found) . ' instead of ' . json_encode($wanted);
        if ($wanted instanceof \stdClass) {
            if (!$found instanceof \stdClass) {
                return $differs;
            }
            foreach (get_object_vars($wanted) as $name => $value) {
                $difference = self::difference($value, $found->$name ?? null, "$at/$name");
                if ($difference !== null) {
                    return $difference;
                }
            }
            return null;
        }
        if (is_array($wanted)) {
            if (!is_array($found) || count($found) !== count($wanted)) {
                return $differs;
            }
            foreach ($wanted as $i => $value) {
                $difference = self::difference($value, $found[$i], "$at/$i");
                if ($difference !== null) {
                    return $difference;
                }
            }
            return null;
        }
        if (is_string($wanted) && is_string($found)) {
            $pattern = '/^' . str_replace('\*', '.*', preg_quote($wanted, '/')) . '$/sD';
            return preg_match($pattern, $found) === 1 ? null : $differs;
        }
        return $wanted === $found ? null : $differs;
    }

    /** Decoded so that objects and lists stay apart. */
    public static function json(mixed $value): mixed
    {
        return json_decode(json_encode($value), false, 512, JSON_THROW_ON_ERROR);
    }
}
