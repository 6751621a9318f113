<?php

declare(strict_types=1);

namespace Sts\Tests;

use Sts\CurlHttp;
use Sts\Driver;
use Sts\Http;
use Sts\MemoryStore;
use Sts\Outcome;
use Sts\StsException;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Listener;

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
            foreach (['/nowhere/file.pem', __DIR__] as $file) {
                try {
                    new CurlHttp(...[$name => $file]);
                    self::fail('no such file');
                } catch (StsException $error) {
                    self::assertSame(['HTTP', "/$name"], [$error->getCode(), $error->path]);
                }
            }
        }
    }

    public function testAServerThatAsksForACertificateIsShownIt(): void
    {
        $folder = new Folder();
        [$server, $serverKey] = self::pair($folder, 'server');
        [$client, $clientKey] = self::pair($folder, 'client');
        $tls = ['local_cert' => $server, 'local_pk' => $serverKey, 'cafile' => $client,
            'verify_peer' => true, 'verify_peer_name' => false, 'capture_peer_cert' => true];
        foreach ([STREAM_CRYPTO_METHOD_TLSv1_2_SERVER, STREAM_CRYPTO_METHOD_TLSv1_3_SERVER] as $method) {
            $answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
            $listener = new Listener($answer, 0, $tls + ['crypto_method' => $method]);
            $response = (new CurlHttp($server, $client, $clientKey))->perform($this->request($listener->url));
            self::assertSame([Outcome::Answered, 'hi'], [$response->outcome, $response->body]);
            self::assertSame(file_get_contents($client), $listener->shown());
            $listener = new Listener($answer, 0, $tls + ['crypto_method' => $method]);
            // This server refuses once the connection stands, when the request may have left.
            $response = (new CurlHttp($server))->perform($this->request($listener->url));
            self::assertSame(Outcome::Unknown, $response->outcome);
        }
    }

    public function testProductionTrustsNoAuthorityOfOnesOwn(): void
    {
        $folder = new Folder();
        [$ca] = self::pair($folder, 'server');
        $profile = ['categoria' => 'psicologo', 'cfProprietario' => 'PSCPRV80A01X999I', 'pIva' => '99900011000'];
        new Driver(['ambiente' => 'test', 'profile' => $profile], new MemoryStore(), http: new CurlHttp($ca));
        new Driver(['ambiente' => 'produzione', 'profile' => $profile], new MemoryStore(), http: new CurlHttp());
        $this->expectExceptionMessage('goes with ambiente "test" only');
        new Driver(['ambiente' => 'produzione', 'profile' => $profile], new MemoryStore(), http: new CurlHttp($ca));
    }

    /** @return array{string, string} files of a certificate for 127.0.0.1 and of its key */
    private static function pair(Folder $folder, string $name): array
    {
        [$certificate, $key] = ["$folder->path/$name.pem", "$folder->path/$name.key"];
        exec("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$name "
            . "-addext subjectAltName=IP:127.0.0.1 -keyout $key -out $certificate 2>&1", $said, $status);
        self::assertSame(0, $status, implode("\n", $said));
        return [$certificate, $key];
    }
}
