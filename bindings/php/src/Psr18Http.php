<?php

declare(strict_types=1);

namespace Sts;

use Psr\Http\Client\ClientExceptionInterface;
use Psr\Http\Client\ClientInterface;
use Psr\Http\Message\RequestFactoryInterface;
use Psr\Http\Message\ResponseInterface;
use Sts\Internal\OneShotBody;

/**
 * HTTP by a PSR-18 client of the program's own, such as Guzzle.
 *
 * The client must verify TLS, follow no redirects, log no headers, and have a time limit of a minute
 * at most: PSR-18 cannot hand over that of a request. It cannot send a request twice by itself,
 * because the body can be read once.
 *
 * PSR-18 does not tell a request that never left from one whose answer was lost. An exception that
 * carries curl's error number (Guzzle's do) is `notSent` when curl did not get as far as a
 * connection with TLS agreed; all others are `unknown`, which costs a question to the service.
 */
final class Psr18Http implements Http
{
    /**
     * curl's errors while connecting: proxy or host not resolved, no connection, no TLS, a
     * certificate or authority of one's own that cannot be used, a server that is not trusted.
     */
    private const BEFORE_SENDING = [5, 6, 7, 35, 58, 60, 77];

    private ?string $trouble = null;

    public function __construct(
        private readonly ClientInterface $client,
        private readonly RequestFactoryInterface $requests,
    ) {
    }

    public function perform(Request $request): Response
    {
        // On a connection that was used before, curl may send twice without saying so.
        $message = $this->requests->createRequest($request->method, $request->url)
            ->withProtocolVersion('1.1')
            ->withHeader('Connection', 'close')
            ->withBody(new OneShotBody($request->body));
        foreach ($request->headers as [$name, $value]) {
            $message = $message->withAddedHeader($name, $value);
        }
        try {
            $response = $this->read($this->client->sendRequest($message), $request->timeoutMs);
            $this->trouble = null;
            return $response;
        } catch (ClientExceptionInterface $error) {
            $this->trouble = $error::class;
            return self::neverLeft($error) ? Response::notSent() : Response::unknown();
        } catch (\RuntimeException $error) {
            // The body broke off: what is missing may be the outcome.
            $this->trouble = $error::class;
            return Response::unknown();
        }
    }

    /** The class of the client's last exception; null after an answer. Its message shows addresses. */
    public function trouble(): ?string
    {
        return $this->trouble;
    }

    private function read(ResponseInterface $answer, int $timeoutMs): Response
    {
        $until = hrtime(true) + $timeoutMs * 1_000_000;
        $stream = $answer->getBody();
        $body = '';
        while (!$stream->eof() && strlen($body) <= Response::MAX_BODY) {
            // One that has nothing yet gives nothing, and is not at its end.
            if (hrtime(true) > $until) {
                throw new \RuntimeException('the body of an answer did not come to its end in time');
            }
            $body .= $stream->read(min(1 << 20, Response::MAX_BODY + 1 - strlen($body)));
        }
        $stream->close();
        $headers = [];
        foreach ($answer->getHeaders() as $name => $values) {
            foreach ($values as $value) {
                $headers[] = [(string) $name, $value];
            }
        }
        return Response::answered($answer->getStatusCode(), $headers, $body);
    }

    private static function neverLeft(\Throwable $error): bool
    {
        for (; $error !== null; $error = $error->getPrevious()) {
            if (method_exists($error, 'getHandlerContext')) {
                return in_array($error->getHandlerContext()['errno'] ?? null, self::BEFORE_SENDING, true);
            }
        }
        return false;
    }
}
