<?php

// ORIGIN

declare(strict_types=1);

namespace Sts\Types;

/**
 * Reads and writes the fields of the generated classes.
 *
 * @internal
 */
final class Json
{
    /**
     * A field that must be there.
     *
     * @template T
     * @param array<string, mixed> $json
     * @param callable(mixed): T $read
     * @return T
     */
    public static function field(array $json, string $name, callable $read): mixed
    {
        return self::optional($json, $name, $read) ?? throw new \UnexpectedValueException("$name: missing");
    }

    /**
     * A field that may be absent or null.
     *
     * @template T
     * @param array<string, mixed> $json
     * @param callable(mixed): T $read
     * @return T|null
     */
    public static function optional(array $json, string $name, callable $read): mixed
    {
        if (!isset($json[$name])) {
            return null;
        }
        try {
            return $read($json[$name]);
        } catch (\UnexpectedValueException $e) {
            throw new \UnexpectedValueException("$name: " . $e->getMessage(), 0, $e);
        }
    }

    /**
     * A list, which is empty when it is absent.
     *
     * @template T
     * @param array<string, mixed> $json
     * @param callable(mixed): T $read
     * @return list<T>
     */
    public static function items(array $json, string $name, callable $read): array
    {
        return self::optional($json, $name, self::listOf($read)) ?? [];
    }

    public static function text(mixed $value): string
    {
        return \is_string($value) ? $value : throw self::not('a text');
    }

    public static function int(mixed $value): int
    {
        return \is_int($value) ? $value : throw self::not('an integer');
    }

    public static function bool(mixed $value): bool
    {
        return \is_bool($value) ? $value : throw self::not('true or false');
    }

    /** Milliseconds since 1970. */
    public static function time(mixed $value): \DateTimeImmutable
    {
        $ms = self::int($value);
        $seconds = intdiv($ms, 1000) - ($ms % 1000 < 0 ? 1 : 0);
        return (new \DateTimeImmutable('@' . $seconds))->modify('+' . ($ms - $seconds * 1000) . ' milliseconds');
    }

    /**
     * @template T
     * @param callable(array<string, mixed>): T $read
     * @return \Closure(mixed): T
     */
    public static function object(callable $read): \Closure
    {
        return static fn (mixed $value) => \is_array($value) ? $read($value) : throw self::not('an object');
    }

    /**
     * @template T
     * @param callable(string): T $read
     * @return \Closure(mixed): T
     */
    public static function word(callable $read): \Closure
    {
        return static fn (mixed $value) => $read(self::text($value));
    }

    /**
     * @template T
     * @param callable(mixed): T $read
     * @return \Closure(mixed): list<T>
     */
    public static function listOf(callable $read): \Closure
    {
        return static fn (mixed $value) => \is_array($value) && array_is_list($value)
            ? array_map($read, $value)
            : throw self::not('a list');
    }

    /**
     * @template T
     * @param callable(mixed): T $read
     * @return \Closure(mixed): array<string, T>
     */
    public static function mapOf(callable $read): \Closure
    {
        return static fn (mixed $value) => \is_array($value) ? array_map($read, $value) : throw self::not('an object');
    }

    /**
     * @template A
     * @template B
     * @param callable(mixed): A $first
     * @param callable(mixed): B $second
     * @return \Closure(mixed): array{0: A, 1: B}
     */
    public static function pairOf(callable $first, callable $second): \Closure
    {
        return static fn (mixed $value) => \is_array($value) && array_is_list($value) && \count($value) === 2
            ? [$first($value[0]), $second($value[1])]
            : throw self::not('a pair');
    }

    /**
     * A case that is a word, or the only key of an object: its name, and what it holds.
     *
     * @return array{0: string, 1: mixed}
     */
    public static function keyed(mixed $value): array
    {
        if (\is_array($value) && \count($value) === 1) {
            return [(string) array_key_first($value), reset($value)];
        }
        return [self::text($value), null];
    }

    /**
     * @return array<string, mixed>
     */
    public static function fields(mixed $value): array
    {
        return \is_array($value) ? $value : throw self::not('an object');
    }

    /**
     * Refuses fields that a host may have misspelt.
     *
     * @param array<string, mixed> $json
     */
    public static function only(array $json, string ...$names): void
    {
        foreach (array_keys($json) as $name) {
            if (!\in_array($name, $names, true)) {
                throw new \UnexpectedValueException("$name: there is no such field");
            }
        }
    }

    /**
     * An object; fields that are null are left out.
     *
     * @param array<string, mixed> $fields
     */
    public static function write(array $fields): \stdClass
    {
        return (object) self::present($fields);
    }

    /**
     * @param array<string, mixed> $fields
     * @return array<string, mixed>
     */
    public static function present(array $fields): array
    {
        return array_filter($fields, static fn (mixed $value) => $value !== null);
    }

    /** `YYYY-MM-DD`. */
    public static function day(string|\DateTimeInterface|null $day): ?string
    {
        return $day instanceof \DateTimeInterface ? $day->format('Y-m-d') : $day;
    }

    /** Milliseconds since 1970. */
    public static function milliseconds(\DateTimeInterface|int|null $time): ?int
    {
        return $time instanceof \DateTimeInterface ? (int) $time->format('Uv') : $time;
    }

    /** Milliseconds since 1970, by the clock of this machine when no time is given. */
    public static function now(\DateTimeInterface|int|null $time): int
    {
        return self::milliseconds($time) ?? (int) floor(microtime(true) * 1000);
    }

    /**
     * The answer to a command, which is of one of some classes.
     *
     * @template T of Answer
     * @param array<string, mixed> $json
     * @param class-string<T> $classes
     * @return T
     */
    public static function answer(array $json, string ...$classes): Answer
    {
        $answer = Answer::fromArray($json);
        foreach ($classes as $class) {
            if ($answer instanceof $class) {
                return $answer;
            }
        }
        throw new \UnexpectedValueException('the engine gave another answer than this package knows: install the '
            . 'package and the library of the same version');
    }

    private static function not(string $expected): \UnexpectedValueException
    {
        return new \UnexpectedValueException("must be $expected");
    }
}
