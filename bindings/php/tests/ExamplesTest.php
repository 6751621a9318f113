<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\CommandTable;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Simulator;
use Sts\Tests\Support\Target;
use Sts\Tests\Support\WebServer;

final class ExamplesTest extends TestCase
{
    private const PATIENT = 'PRVNNA80C61X999L';

    private Simulator $simulator;
    private Folder $folder;

    /** What the examples find in their environment. @var array<string, string> */
    private array $environment;

    protected function setUp(): void
    {
        $this->simulator = new Simulator();
        $this->folder = new Folder();
        $settings = "{$this->folder->path}/settings.json";
        file_put_contents($settings, json_encode($this->simulator->settings()));
        $this->environment = [
            'STS_SETTINGS' => $settings,
            'STS_DATABASE' => "{$this->folder->path}/practice.db",
            'STS_USERNAME' => 'PSCPRV80A01X999I',
            'STS_PASSWORD' => 'Prova.0000',
            'STS_PINCODE' => '9000000001',
        ];
        foreach ($this->environment as $name => $value) {
            putenv("$name=$value");
        }
    }

    protected function tearDown(): void
    {
        array_map(putenv(...), array_keys($this->environment));
    }

    private static function today(): string
    {
        return (new \DateTimeImmutable('now', new \DateTimeZone('Europe/Rome')))->format('Y-m-d');
    }

    /** @return list<string> numbers of what is there, each inserted once */
    private function there(): array
    {
        $documents = $this->simulator->control('GET', '/documents');
        foreach ($documents as $document) {
            self::assertSame(1, $document['timesInserted']);
        }
        return array_column(array_column($documents, 'key'), 'numDocumento');
    }

    private static function php(string ...$arguments): string
    {
        $command = [PHP_BINARY, dirname(__DIR__) . '/examples/practice.php', ...$arguments];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        $said = stream_get_contents($pipes[1]);
        self::assertSame(0, proc_close($process), $said);
        return $said;
    }

    public function testAPracticeIsWorkedOffByCron(): void
    {
        $invoice = json_decode(file_get_contents(Target::workspace('fixtures/start/invoice.json')), true);
        $invoice['dataEmissione'] = $invoice['pagamenti'][0]['dataPagamento'] = self::today();
        $file = "{$this->folder->path}/invoice.json";
        $database = $this->environment['STS_DATABASE'];
        $add = static function (array $changes) use ($invoice, $file, $database): void {
            file_put_contents($file, json_encode($changes + $invoice));
            self::assertSame('', self::php($database, 'add', $file));
        };
        $add([]);
        $add(['id' => 'draft', 'stato' => 'bozza']);
        $said = self::php($database);
        self::assertStringContainsString("2026-118: send\n", $said);
        self::assertStringContainsString("draft: wait\n", $said);
        self::assertMatchesRegularExpression('/2026-118: accepted, protocollo \d+/', $said);
        self::assertSame(['118/2026'], $this->there());
        self::assertSame('', self::php($database), 'nothing is left to do');

        $add(['cessionarioCommittente' => ['flagOpposizione' => '1'] + $invoice['cessionarioCommittente']]);
        self::assertStringContainsString('2026-118: accepted', self::php($database), 'an edit leaves at once');
        self::assertSame(['118/2026'], $this->there());
        $rows = (new \PDO("sqlite:$database"))->query('SELECT id, stato FROM fattura ORDER BY id');
        self::assertSame(['2026-118' => 'accepted', 'draft' => 'waiting'], $rows->fetchAll(\PDO::FETCH_KEY_PAIR));
    }

    /** @param ?array<string, string> $form to be posted */
    private function page(WebServer $server, ?array $form = null, array $headers = []): array
    {
        $curl = curl_init("http://127.0.0.1:$server->port/");
        curl_setopt_array($curl, [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 30,
            CURLOPT_COOKIEFILE => "{$this->folder->path}/cookies",
            CURLOPT_COOKIEJAR => "{$this->folder->path}/cookies",
            CURLOPT_HTTPHEADER => $headers,
        ] + ($form === null ? [] : [CURLOPT_POSTFIELDS => http_build_query($form)]));
        $body = curl_exec($curl);
        return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body];
    }

    /** The cells of the row of a document. */
    private static function row(string $page, string $number): string
    {
        $rows = array_filter(explode('<tr>', $page), static fn (string $row): bool => str_contains($row, "<td>$number"));
        self::assertNotEmpty($rows, "no document $number in $page");
        return reset($rows);
    }

    public function testThePageJudgesAnInvoiceAndItsButtonSendsIt(): void
    {
        $preload = ['-d', 'ffi.enable=preload', '-d', 'opcache.enable=1', '-d', 'session.save_path=' . $this->folder->path,
            '-d', 'opcache.preload=' . dirname(__DIR__) . '/preload.php'];
        if (posix_geteuid() === 0) {
            $preload = [...$preload, '-d', 'opcache.preload_user=root'];
        }
        $server = new WebServer(dirname(__DIR__) . '/examples/web/index.php', $preload);
        [$status, $page] = $this->page($server);
        self::assertSame(200, $status, $page);
        self::assertSame(1, preg_match('/name="token" value="([0-9a-f]{32})"/', $page, $found));
        $token = ['token' => $found[1]];
        $invoice = ['salva' => '1', 'data' => self::today(), 'cf' => self::PATIENT, 'importo' => '60,00', 'pagata' => '1'];

        self::assertSame(303, $this->page($server, $token + $invoice + ['numero' => '1/2026'])[0]);
        $wrong = ['numero' => '2/2026', 'cf' => 'PRVNNA80C61X999M'];
        self::assertSame(303, $this->page($server, $token + $wrong + $invoice)[0]);
        [, $page] = $this->page($server);
        self::assertStringContainsString('È pronto per l&#039;invio.', self::row($page, '1/2026'));
        self::assertStringContainsString('name="invia" value="1/2026"', self::row($page, '1/2026'));
        self::assertStringContainsString('errore di battitura', self::row($page, '2/2026'));
        self::assertStringNotContainsString('name="invia"', self::row($page, '2/2026'));
        self::assertStringNotContainsString(self::PATIENT, $page);
        self::assertSame([], $this->there());

        $send = ['invia' => '1/2026'];
        self::assertSame(403, $this->page($server, $send)[0], 'without a token');
        self::assertSame(403, $this->page($server, ['token' => str_repeat('0', 32)] + $send)[0]);
        self::assertSame(403, $this->page($server, $token + $send, ['Host: evil.example'])[0]);
        self::assertSame([], $this->there(), 'nothing was sent');
        self::assertSame(303, $this->page($server, $token + $send)[0]);
        self::assertSame(['1/2026'], $this->there());

        [, $page] = $this->page($server);
        $protocollo = $this->simulator->control('GET', '/documents')[0]['protocollo'];
        self::assertStringContainsString($protocollo, $page, 'in the registry');
        self::assertStringContainsString('accolto', self::row($page, '1/2026'));
        self::assertSame(303, $this->page($server, $token + $send)[0], 'pressed twice');
        self::assertSame(['1/2026'], $this->there());
    }

    public function testAPageWithoutFfiGivesItsCommandsToCron(): void
    {
        $this->environment['STS_TABLE_KEY'] = CommandTable::newKey();
        putenv("STS_TABLE_KEY={$this->environment['STS_TABLE_KEY']}");
        $examples = dirname(__DIR__) . '/examples';
        $cron = [PHP_BINARY, dirname(__DIR__) . '/bin/sts-cron', "$examples/table/cron.php", '--for', '60'];
        $cron = proc_open($cron, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        $server = new WebServer("$examples/table/page.php", ['-d', 'ffi.enable=false',
            '-d', 'disable_functions=proc_open', '-d', 'session.save_path=' . $this->folder->path]);
        preg_match('/name="token" value="([0-9a-f]{32})"/', $this->page($server)[1], $found);
        $invoice = json_decode(file_get_contents(Target::workspace('fixtures/start/invoice.json')), true);
        $invoice['dataEmissione'] = $invoice['pagamenti'][0]['dataPagamento'] = self::today();
        $form = ['fattura' => json_encode($invoice)];
        self::assertSame(403, $this->page($server, $form)[0], 'without a token');
        self::assertSame(303, $this->page($server, $form + ['token' => $found[1]])[0]);
        for ($i = 0; $i < 100 && $this->there() === []; $i++) {
            usleep(100_000);
        }
        self::assertSame(['118/2026'], $this->there());
        proc_terminate($cron, SIGTERM);
        self::assertSame('', stream_get_contents($pipes[1]));
        self::assertSame(0, proc_close($cron));
        [, $page] = $this->page($server);
        self::assertSame(2, substr_count($page, 'fatto'), $page);
        $protocollo = $this->simulator->control('GET', '/documents')[0]['protocollo'];
        self::assertStringContainsString("document_accepted 2026-118 $protocollo", $page);
        self::assertStringNotContainsString(self::PATIENT, $page);
        self::assertStringNotContainsString(self::PATIENT, file_get_contents($this->environment['STS_DATABASE']));
    }

    public function testWhatIsTypedIsShownAndNotObeyed(): void
    {
        $server = new WebServer(dirname(__DIR__) . '/examples/web/index.php', ['-d', 'ffi.enable=true',
            '-d', 'session.save_path=' . $this->folder->path]);
        preg_match('/name="token" value="([0-9a-f]{32})"/', $this->page($server)[1], $found);
        $script = '<script>alert(1)</script>';
        $form = ['token' => $found[1], 'salva' => '1', 'numero' => $script, 'data' => self::today(), 'cf' => $script, 'importo' => $script];
        self::assertSame(303, $this->page($server, $form)[0]);
        [$status, $page] = $this->page($server);
        self::assertSame(200, $status);
        self::assertStringNotContainsString('<script', $page);
        self::assertSame(303, $this->page($server, ['token' => $found[1], 'invia' => ['x']])[0]);
        self::assertSame(200, $this->page($server)[0]);
    }

    public function testNoExampleIsLong(): void
    {
        foreach (glob(dirname(__DIR__) . '/examples/{*,*/*}.php', GLOB_BRACE) as $file) {
            self::assertLessThan(150, count(file($file)), $file);
        }
    }
}
