<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

/** A server for one connection, in a process of its own: takes a request, says these bytes, and closes. */
final class Listener
{
    public readonly string $url;

    private readonly int $child;

    private readonly Folder $folder;

    /**
     * @param ?string $says null to be silent
     * @param int $filler so many blanks behind it
     * @param array<string, mixed> $tls options of a stream context; none for plain HTTP
     */
    public function __construct(?string $says, int $filler = 0, array $tls = [])
    {
        $this->folder = new Folder();
        [$transport, $scheme] = $tls === [] ? ['tcp', 'http'] : ['tls', 'https'];
        $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
        $context = stream_context_create(['ssl' => $tls]);
        $server = stream_socket_server("$transport://127.0.0.1:0", $code, $message, $flags, $context);
        $this->url = "$scheme://" . stream_socket_get_name($server, false) . '/path';
        $this->child = pcntl_fork();
        if ($this->child === 0) {
            try {
                $this->serve($server, $says, $filler);
            } finally {
                posix_kill(getmypid(), SIGKILL);
            }
        }
        fclose($server);
    }

    public function __destruct()
    {
        posix_kill($this->child, SIGKILL);
        pcntl_waitpid($this->child, $status);
    }

    /** The request, as it came. */
    public function received(): string
    {
        return file_get_contents("{$this->folder->path}/request");
    }

    /** The certificate that the client showed, PEM; empty when it showed none. */
    public function shown(): string
    {
        return file_get_contents("{$this->folder->path}/shown");
    }

    /** @param resource $server */
    private function serve($server, ?string $says, int $filler): void
    {
        $connection = @stream_socket_accept($server, 20);
        if ($connection === false) {
            return;
        }
        $shown = stream_context_get_options($connection)['ssl']['peer_certificate'] ?? null;
        if ($shown !== null) {
            openssl_x509_export($shown, $pem);
            file_put_contents("{$this->folder->path}/shown", $pem);
        }
        $request = '';
        while (!self::isWhole($request)) {
            $part = fread($connection, 65_536);
            if ($part === '' || $part === false) {
                return;
            }
            $request .= $part;
        }
        file_put_contents("{$this->folder->path}/request", $request);
        if ($says === null) {
            sleep(20);
        }
        fwrite($connection, $says);
        for (; $filler > 0; $filler -= 1 << 16) {
            if (@fwrite($connection, str_repeat(' ', 1 << 16)) === false) {
                return;
            }
        }
        stream_socket_shutdown($connection, STREAM_SHUT_WR);
        // Until the other side has gone, or what was said might be lost with the connection.
        stream_set_timeout($connection, 5);
        fread($connection, 1);
    }

    private static function isWhole(string $request): bool
    {
        [$head, $body] = explode("\r\n\r\n", $request, 2) + [1 => null];
        return $body !== null && preg_match('/\r\nContent-Length: (\d+)/i', $head, $length) === 1
            && strlen($body) >= (int) $length[1];
    }
}
