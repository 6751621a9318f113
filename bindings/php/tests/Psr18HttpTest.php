<?php

declare(strict_types=1);

namespace Sts\Tests;

use GuzzleHttp\Client;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use GuzzleHttp\Promise\Create;
use GuzzleHttp\Psr7\FnStream;
use GuzzleHttp\Psr7\HttpFactory;
use GuzzleHttp\Psr7\Response as GuzzleResponse;
use Sts\Http;
use Sts\Outcome;
use Sts\Psr18Http;
use Sts\Request;
use Sts\Tests\Support\Listener;
use Sts\Tests\Support\Simulator;

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
        return new Psr18Http($client, new HttpFactory());
    }

    public function testABodyThatGuzzleReadsPieceByPieceArrives(): void
    {
        $simulator = new Simulator();
        $url = "$simulator->url/DocumentoSpesa730pWeb/DocumentoSpesa730pPort";
        $request = new Request('1', 'test', 'POST', $url, [], str_repeat('x', 1_500_000), 10_000, PHP_INT_MAX);
        $http = $this->http();
        self::assertSame(Outcome::Answered, $http->perform($request)->outcome, (string) $http->trouble());
    }

    public function testAnAnswerThatGivesNothingForEverIsUnknownInTime(): void
    {
        $silent = new FnStream([
            'eof' => static fn (): bool => false,
            'read' => static fn (): string => '',
            'close' => static fn () => null,
        ]);
        $handler = static fn () => Create::promiseFor(new GuzzleResponse(200, [], $silent));
        $http = new Psr18Http(new Client(['handler' => $handler]), new HttpFactory());
        $began = microtime(true);
        self::assertSame(Outcome::Unknown, $http->perform($this->request('http://127.0.0.1:1/', 100))->outcome);
        self::assertLessThan(5, microtime(true) - $began);
    }

    public function testAClientCannotSendTwiceByItself(): void
    {
        // Guzzle tries again when headers break off; then nobody listens any more.
        for ($i = 0; $i < 10; $i++) {
            $server = new Listener("HTTP/1.1 200 OK\r\nContent-Le");
            self::assertSame(Outcome::Unknown, $this->http()->perform($this->request($server->url))->outcome);
        }
        $stack = HandlerStack::create();
        $stack->push(Middleware::retry(static fn (int $retries): bool => $retries < 2));
        $server = new Listener("HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n");
        $http = new Psr18Http(new Client(['handler' => $stack]), new HttpFactory());
        self::assertSame(Outcome::Unknown, $http->perform($this->request($server->url))->outcome);
    }
}
