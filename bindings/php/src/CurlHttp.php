<?php

declare(strict_types=1);

namespace Sts;

/**
 * HTTP by the extension curl.
 *
 * Every request has a connection of its own, so that "not sent" can be proven: a connection that was
 * never established, TLS included, carried nothing. Servers are verified against the authorities of
 * the system (`curl.cainfo` in php.ini), `http` is for this machine alone, redirects are not
 * followed. A proxy is taken from the environment (`https_proxy`), except for this machine.
 */
final class CurlHttp implements Http
{
    private ?string $trouble = null;

    /**
     * @param ?string $ca file of PEM authorities that are trusted in place of the system's, for a
     *     simulator or a proxy of one's own; with ambiente `test` only
     * @param ?string $certificate file of a PEM certificate to show to servers that ask for one, as
     *     those under `/enti` do; under TLS 1.3 a request that is refused for lack of one is
     *     `unknown`, although no server acts on it
     * @param ?string $key file of its private key, PEM
     */
    public function __construct(
        private readonly ?string $ca = null,
        private readonly ?string $certificate = null,
        private readonly ?string $key = null,
        #[\SensitiveParameter]
        private readonly ?string $keyPassword = null,
    ) {
        if (!extension_loaded('curl')) {
            throw new StsException('HTTP', null, 'the PHP extension curl is not loaded: install it '
                . '(Debian: php-curl), or use Psr18Http');
        }
        foreach (['ca' => $ca, 'certificate' => $certificate, 'key' => $key] as $name => $file) {
            if ($file !== null && !(is_file($file) && is_readable($file))) {
                throw new StsException('HTTP', "/$name", "there is no readable file $file");
            }
        }
    }

    public function perform(Request $request): Response
    {
        $headers = [];
        $body = '';
        $whole = false;
        $curl = curl_init();
        curl_setopt_array($curl, $this->options($request) + [
            CURLOPT_HEADERFUNCTION => static function ($_, string $line) use (&$headers, &$whole): int {
                if (str_starts_with($line, 'HTTP/')) {
                    // What came before, such as 100 Continue, was not the answer.
                    $headers = [];
                    $whole = false;
                } elseif (trim($line) === '') {
                    // curl takes headers that break off for an answer.
                    $whole = true;
                } elseif (str_contains($line, ':')) {
                    [$name, $value] = explode(':', $line, 2);
                    $headers[] = [trim($name), trim($value)];
                }
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function ($_, string $part) use (&$body): int {
                $room = Response::MAX_BODY + 1 - strlen($body);
                $body .= substr($part, 0, $room);
                return min(strlen($part), $room);
            },
        ]);
        $done = curl_exec($curl);
        $this->trouble = $done === false ? curl_strerror(curl_errno($curl)) : null;
        if ($done !== false && !$whole) {
            $this->trouble = 'the answer broke off';
            return Response::unknown();
        }
        if ($done !== false || strlen($body) > Response::MAX_BODY) {
            return Response::answered(curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $headers, $body);
        }
        $tls = str_starts_with(strtolower($request->url), 'https:');
        $stood = curl_getinfo($curl, $tls ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T);
        return $stood > 0 ? Response::unknown() : Response::notSent();
    }

    /**
     * Why the last request had no answer, for a person to read, with neither address nor
     * credentials in it; null after an answer.
     */
    public function trouble(): ?string
    {
        return $this->trouble;
    }

    /**
     * Production trusts the public authorities and no other.
     *
     * @internal
     * @param array<string, mixed> $settings
     */
    public function refuseOwnAuthority(array $settings): void
    {
        if ($this->ca !== null && ($settings['ambiente'] ?? null) !== 'test') {
            throw new StsException('HTTP', '/ca', 'a certificate authority of one\'s own goes with '
                . 'ambiente "test" only');
        }
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return ['ca' => $this->ca, 'certificate' => $this->certificate, 'key' => $this->key];
    }

    /** @return array<int, mixed> */
    private function options(Request $request): array
    {
        $headers = array_map(static fn (array $header): string => "$header[0]: $header[1]", $request->headers);
        $options = [
            CURLOPT_URL => $request->url,
            CURLOPT_CUSTOMREQUEST => $request->method,
            CURLOPT_POSTFIELDS => $request->body,
            // What leaves is what the engine made: no header of curl's beside Host and length.
            CURLOPT_HTTPHEADER => [...$headers, 'Accept:', 'Expect:'],
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
            CURLOPT_TIMEOUT_MS => $request->timeoutMs,
            CURLOPT_CONNECTTIMEOUT_MS => $request->timeoutMs,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_FRESH_CONNECT => true,
            CURLOPT_FORBID_REUSE => true,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTPS,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
        ];
        $host = trim((string) parse_url($request->url, PHP_URL_HOST), '[]');
        if (in_array($host, ['localhost', '127.0.0.1', '::1'], true)) {
            $options[CURLOPT_PROTOCOLS] = CURLPROTO_HTTPS | CURLPROTO_HTTP;
            $options[CURLOPT_PROXY] = '';
        }
        $own = [
            CURLOPT_CAINFO => $this->ca,
            CURLOPT_SSLCERT => $this->certificate,
            CURLOPT_SSLKEY => $this->key,
            CURLOPT_KEYPASSWD => $this->keyPassword,
        ];
        return $options + array_filter($own, static fn (?string $value): bool => $value !== null);
    }
}
