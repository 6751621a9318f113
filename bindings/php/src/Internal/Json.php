<?php

declare(strict_types=1);

namespace Sts\Internal;

use Sts\StsException;

/** JSON as the library has it: UTF-8, and bytes that are no text as `{"base64": …}`. */
final class Json
{
    public static function encode(#[\SensitiveParameter] mixed $value): string
    {
        try {
            return json_encode(
                $value,
                JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES,
            );
        } catch (\JsonException $error) {
            throw new StsException('JSON', null, "this has no form in JSON: {$error->getMessage()}");
        }
    }

    /**
     * Header lines of an answer, whose bytes need not be UTF-8.
     *
     * @param list<array{string, string}> $headers
     */
    public static function headers(array $headers): string
    {
        return json_encode($headers, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
    }

    /** @return array<string, mixed> */
    public static function decode(#[\SensitiveParameter] string $json): array
    {
        try {
            $value = json_decode($json, true, 512, JSON_THROW_ON_ERROR);
        } catch (\JsonException $error) {
            throw new StsException('JSON', null, "not JSON: {$error->getMessage()}");
        }
        return is_array($value) ? $value : throw new StsException('JSON', null, 'not a JSON object');
    }

    /** A value of the store, on its way to the library. */
    public static function fromBytes(?string $bytes): mixed
    {
        if ($bytes === null || preg_match('//u', $bytes) === 1) {
            return $bytes;
        }
        return ['base64' => base64_encode($bytes)];
    }

    /** A value of the store, as the library has it. */
    public static function toBytes(mixed $value): ?string
    {
        if (is_array($value)) {
            return (string) base64_decode($value['base64'], true);
        }
        return $value;
    }
}
