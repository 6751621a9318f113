<?php

declare(strict_types=1);

namespace Sts;

/** User name, password and pincode of Sistema TS. They show in no dump and cannot be serialized. */
final class Credentials
{
    public function __construct(
        #[\SensitiveParameter]
        public readonly string $username,
        #[\SensitiveParameter]
        public readonly string $password,
        #[\SensitiveParameter]
        public readonly string $pincode,
    ) {
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ['username' => '[…]', 'password' => '[…]', 'pincode' => '[…]'];
    }

    /** @return never */
    public function __serialize(): array
    {
        throw new StsException('SECRET', null, 'credentials are not serialized');
    }
}
