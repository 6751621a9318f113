<?php

declare(strict_types=1);

namespace Sts\Tests;

use Sts\CurlHttp;
use Sts\Http;
use Sts\Outcome;
use Sts\StsException;

final class CurlHttpTest extends HttpConformance
{
    protected function http(?string $ca = null, int $timeoutMs = 10_000): Http
    {
        return new CurlHttp($ca);
    }

    public function testPlainHttpIsForThisMachineAlone(): void
    {
        $http = new CurlHttp();
        self::assertSame(Outcome::NotSent, $http->perform($this->request('http://192.0.2.1/', 300))->outcome);
        self::assertSame('Unsupported protocol', $http->trouble());
    }

    public function testTroubleNamesNoAddress(): void
    {
        $http = new CurlHttp();
        $http->perform($this->request('http://127.0.0.1:1/'));
        self::assertStringNotContainsString('127', $http->trouble());
    }

    public function testAFileThatIsNotThereIsNamedAtOnce(): void
    {
        foreach (['ca', 'certificate', 'key'] as $name) {
            try {
                new CurlHttp(...[$name => '/nowhere/file.pem']);
                self::fail('no such file');
            } catch (StsException $error) {
                self::assertSame(['HTTP', "/$name"], [$error->getCode(), $error->path]);
            }
        }
    }
}
