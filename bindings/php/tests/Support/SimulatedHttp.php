<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use Sts\CurlHttp;
use Sts\Http;
use Sts\Outcome;
use Sts\Request;
use Sts\Response;

/** Real HTTP at a virtual time, and a network that can be down. */
final class SimulatedHttp implements Http
{
    public bool $down = false;

    private readonly CurlHttp $curl;

    private int $told;

    public function __construct(private readonly Simulator $simulator, private readonly VirtualClock $clock)
    {
        $this->curl = new CurlHttp();
        $this->told = $clock->now();
    }

    public function perform(Request $request): Response
    {
        if ($this->down) {
            return Response::notSent();
        }
        $this->tellTime();
        $hangs = in_array('hang', $this->waitingFaults(), true);
        $response = $this->curl->perform(new Request(
            $request->id,
            $request->label,
            $request->method,
            $request->url,
            $request->headers,
            $request->body,
            $hangs ? 300 : $request->timeoutMs,
            $request->notAfter,
        ));
        // What really took a moment takes as long as it says.
        $this->clock->advance(match (true) {
            $response->outcome === Outcome::Answered => 200,
            str_contains((string) $this->curl->trouble(), 'imeout') => $request->timeoutMs,
            default => 0,
        });
        return $response;
    }

    /** Moves the simulator's clock to where ours is. */
    public function tellTime(): void
    {
        $ahead = $this->clock->now() - $this->told;
        if ($ahead > 0) {
            $this->simulator->control('POST', '/clock', ['advance_ms' => $ahead]);
            $this->told += $ahead;
        }
    }

    /** @return list<string> */
    private function waitingFaults(): array
    {
        return array_map(static fn (array $rule): string => $rule['fault']['kind'], $this->simulator->control('GET', '/faults'));
    }
}
