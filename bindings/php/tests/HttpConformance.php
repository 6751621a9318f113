<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Http;
use Sts\Outcome;
use Sts\Request;
use Sts\Response;
use Sts\Tests\Support\Listener;
use Sts\Tests\Support\Simulator;

/** What both transports have to do: tell the three outcomes apart. */
abstract class HttpConformance extends TestCase
{
    /** @param ?string $ca file of the authority to trust */
    abstract protected function http(?string $ca = null, int $timeoutMs = 10_000): Http;

    public function testAnAnswerIsTakenWholeWithWhateverStatus(): void
    {
        foreach ([200, 404, 500] as $status) {
            $body = "\x00\xff" . str_repeat('a', 100_000);
            $server = new Listener("HTTP/1.1 $status Some\r\nX-One: 1\r\nX-One: 2\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body");
            $response = $this->http()->perform($this->request($server->url));
            self::assertSame([Outcome::Answered, $status, $body], [$response->outcome, $response->status, $response->body]);
            $values = array_column(array_filter($response->headers, static fn (array $h): bool => strtolower($h[0]) === 'x-one'), 1);
            self::assertSame(['1', '2'], $values);
        }
    }

    public function testWhatLeavesIsWhatTheEngineMade(): void
    {
        $server = new Listener("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        $this->http()->perform($this->request($server->url));
        $sent = $server->received();
        self::assertStringStartsWith("POST /path HTTP/1.1\r\n", $sent);
        self::assertStringContainsString("\r\nAuthorization: Basic x\r\n", $sent);
        self::assertStringContainsString("\r\nContent-Type: text/xml; charset=utf-8\r\n", $sent);
        self::assertStringContainsString("\r\nContent-Length: 11\r\n", $sent);
        self::assertStringEndsWith("\r\n\r\n<a>\x00\xff</a>\n\n", $sent);
        self::assertStringNotContainsString("\r\nExpect:", $sent);
    }

    public function testARedirectIsAnAnswer(): void
    {
        $server = new Listener("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
        $response = $this->http()->perform($this->request($server->url));
        self::assertSame([Outcome::Answered, 302], [$response->outcome, $response->status]);
    }

    public function testARefusedConnectionAndANameThatIsNoneAreNotSent(): void
    {
        self::assertSame(Outcome::NotSent, $this->http()->perform($this->request('http://127.0.0.1:1/'))->outcome);
        self::assertSame(Outcome::NotSent, $this->http()->perform($this->request('https://name.invalid/'))->outcome);
    }

    public function testAnAnswerThatBreaksOffIsUnknown(): void
    {
        $ends = ['', "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"];
        foreach ($ends as $end) {
            $server = new Listener($end);
            $response = $this->http()->perform($this->request($server->url));
            self::assertSame(Outcome::Unknown, $response->outcome, $end);
        }
    }

    public function testAnAnswerThatDoesNotComeIsUnknownInTime(): void
    {
        $server = new Listener(null);
        $began = microtime(true);
        $response = $this->http(null, 500)->perform($this->request($server->url, 500));
        self::assertSame(Outcome::Unknown, $response->outcome);
        self::assertLessThan(5, microtime(true) - $began);
    }

    public function testABodyWithoutEndIsBounded(): void
    {
        $server = new Listener("HTTP/1.1 200 OK\r\n\r\n", Response::MAX_BODY + (4 << 20));
        $response = $this->http()->perform($this->request($server->url));
        self::assertSame(Outcome::Answered, $response->outcome);
        self::assertSame(Response::MAX_BODY + 1, strlen($response->body));
    }

    public function testAServerThatIsNotTrustedGetsNothing(): void
    {
        $simulator = new Simulator('now', null, ['--tls']);
        $url = "$simulator->url/DocumentoSpesa730pWeb/DocumentoSpesa730pPort";
        self::assertSame(Outcome::NotSent, $this->http()->perform($this->request($url))->outcome);
        self::assertSame([], $simulator->control('GET', '/log'));
        self::assertSame(Outcome::Answered, $this->http($simulator->ca)->perform($this->request($url))->outcome);
        self::assertCount(1, $simulator->control('GET', '/log'));
        // The certificate is of 127.0.0.1 and localhost.
        $other = str_replace('127.0.0.1', '127.0.0.2', $url);
        self::assertSame(Outcome::NotSent, $this->http($simulator->ca)->perform($this->request($other))->outcome);
    }

    protected function request(string $url, int $timeoutMs = 10_000): Request
    {
        $headers = [['Authorization', 'Basic x'], ['Content-Type', 'text/xml; charset=utf-8']];
        return new Request('1', 'test', 'POST', $url, $headers, "<a>\x00\xff</a>\n\n", $timeoutMs, PHP_INT_MAX);
    }
}
