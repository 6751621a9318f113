<?php

declare(strict_types=1);

namespace Sts\Internal\Cron;

use Sts\StsException;

/** Encrypts what a table keeps for a while: XChaCha20-Poly1305, bound to the place where it lies. */
final class Seal
{
    private const NONCE = 24;
    private const KEY = 32;

    private readonly string $key;

    /** @param string $key as {@see newKey} makes it */
    public function __construct(#[\SensitiveParameter] string $key)
    {
        if (!extension_loaded('sodium')) {
            throw new StsException('KEY', null, 'the PHP extension sodium is not loaded: invoices do not '
                . 'lie in a table unencrypted. It is part of PHP; on Debian it is in php-common');
        }
        $this->key = (string) base64_decode($key, true);
        if (strlen($this->key) !== self::KEY) {
            throw new StsException('KEY', '/key', 'this is no key of a command table: make one with '
                . 'CommandTable::newKey(), and keep its text outside the database');
        }
    }

    /** Base64 of 32 random bytes. */
    public static function newKey(): string
    {
        return base64_encode(random_bytes(self::KEY));
    }

    /** ASCII. */
    public function close(string $place, #[\SensitiveParameter] string $text): string
    {
        $nonce = random_bytes(self::NONCE);
        $sealed = sodium_crypto_aead_xchacha20poly1305_ietf_encrypt($text, $place, $nonce, $this->key);
        return base64_encode($nonce . $sealed);
    }

    /** Fails with `KEY` when it was sealed with another key, for another place, or was altered. */
    public function open(string $place, string $sealed): string
    {
        $bytes = (string) base64_decode($sealed, true);
        $text = strlen($bytes) < self::NONCE ? false : sodium_crypto_aead_xchacha20poly1305_ietf_decrypt(
            substr($bytes, self::NONCE),
            $place,
            substr($bytes, 0, self::NONCE),
            $this->key,
        );
        return $text === false
            ? throw new StsException('KEY', null, 'what the table holds was not encrypted with this '
                . 'key: give CommandTable the key that the command was put with')
            : $text;
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return ['key' => '[…]'];
    }
}
