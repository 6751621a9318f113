<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

/** A simulator of the service in a process of its own, which ends with this object. */
final class Simulator
{
    public readonly string $url;

    /** The certificate engines encrypt with, PEM. */
    public readonly string $certificate;

    /** File of the authority to trust; null without TLS. */
    public readonly ?string $ca;

    private readonly string $control;

    private readonly Folder $folder;

    /** @var resource */
    private $process;

    /** @var array<int, resource> */
    private array $pipes = [];

    /** @param list<string> $options of the program */
    public function __construct(string $clock = 'now', ?object $setup = null, array $options = [])
    {
        $this->folder = new Folder();
        if ($setup !== null) {
            file_put_contents("{$this->folder->path}/setup", json_encode($setup));
            $options = [...$options, '--setup', "{$this->folder->path}/setup"];
        }
        $command = [Target::file('sts-simulator'), '--clock', $clock, '--cert-out', $this->folder->path, ...$options];
        // It runs until its input closes.
        $this->process = proc_open($command, [0 => ['pipe', 'r'], 1 => ['pipe', 'w']], $this->pipes);
        $ready = json_decode(fgets($this->pipes[1]) ?: '', true, 512, JSON_THROW_ON_ERROR);
        $this->url = $ready['url'];
        $this->ca = $ready['certificate'];
        $this->control = $ready['control'];
        $der = base64_encode(file_get_contents($ready['encryption_certificate']));
        $this->certificate = "-----BEGIN CERTIFICATE-----\n" . chunk_split($der, 64, "\n")
            . "-----END CERTIFICATE-----\n";
    }

    public function __destruct()
    {
        fclose($this->pipes[0]);
        proc_close($this->process);
    }

    /** A request to the control interface. */
    public function control(string $method, string $path, mixed $body = null): mixed
    {
        $context = stream_context_create(['http' => [
            'method' => $method,
            'header' => "Content-Type: application/json\r\nConnection: close",
            'content' => $body === null ? '' : json_encode($body),
            'ignore_errors' => true,
        ]]);
        $answer = file_get_contents($this->control . $path, false, $context);
        if (!str_contains($http_response_header[0], ' 200 ')) {
            throw new \RuntimeException("$method $path: $answer");
        }
        return json_decode($answer, true);
    }

    /** @return array<string, int> how many calls of each operation there were */
    public function calls(): array
    {
        $operation = static fn (array $call): string => $call['operation'] ?? 'unreadable';
        return array_count_values(array_map($operation, $this->control('GET', '/log')));
    }

    /**
     * Settings of the invented psychologist, or of another profile, in this simulator.
     *
     * @param array<string, mixed>|null $profile
     * @param array<string, mixed>|null $policy
     * @return array<string, mixed>
     */
    public function settings(?array $profile = null, ?array $policy = null): array
    {
        $profile ??= ['categoria' => 'psicologo', 'cfProprietario' => 'PSCPRV80A01X999I', 'pIva' => '99900011000'];
        $settings = ['ambiente' => 'test', 'endpoint' => $this->url, 'certificate' => $this->certificate, 'profile' => $profile];
        return $policy === null ? $settings : $settings + ['policy' => $policy];
    }
}
