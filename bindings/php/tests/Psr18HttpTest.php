<?php

declare(strict_types=1);

namespace Sts\Tests;

use GuzzleHttp\Client;
use GuzzleHttp\Psr7\HttpFactory;
use Sts\Http;
use Sts\Psr18Http;

/** With Guzzle. */
final class Psr18HttpTest extends HttpConformance
{
    public static function setUpBeforeClass(): void
    {
        // Debian's package; Composer would have loaded it.
        @include_once 'GuzzleHttp/autoload.php';
        if (!class_exists(Client::class)) {
            self::markTestSkipped('Guzzle is not installed');
        }
    }

    protected function http(?string $ca = null, int $timeoutMs = 10_000): Http
    {
        $client = new Client(['timeout' => $timeoutMs / 1000, 'verify' => $ca ?? true]);
        $factory = new HttpFactory();
        return new Psr18Http($client, $factory, $factory);
    }
}
