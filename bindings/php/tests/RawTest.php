<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Credentials;
use Sts\Driver;
use Sts\Internal\Json;
use Sts\Library;
use Sts\MemoryStore;
use Sts\Outcome;
use Sts\Response;
use Sts\StsException;

/** The layer that owns results of the library. Notices of PHP are failures of a test. */
final class RawTest extends TestCase
{
    private const SETTINGS = '{"ambiente": "test", "profile": {"categoria": "psicologo",
        "cfProprietario": "PSCPRV80A01X999I", "pIva": "99900011000"}}';

    private const NOW = 1_795_424_400_000;

    private const EMPTY = '{"keys": [["revision", null], ["h", null], ["import", null]], "ranges": [
        {"from": "w/", "to": "w0", "limit": 1, "entries": []}, {"from": "x/", "to": "x0", "limit": 1, "entries": []},
        {"from": "v/", "to": "v0", "limit": 1, "entries": []}, {"from": "j/", "to": "j0", "limit": 1, "entries": []}]}';

    public function testTenThousandCallsLeakNothing(): void
    {
        $this->calls(2_000);
        [$php, $all] = [memory_get_usage(), self::resident()];
        $this->calls(10_000);
        self::assertLessThan(64 << 10, memory_get_usage() - $php, "PHP's own memory");
        self::assertLessThan(4 << 20, self::resident() - $all, 'all memory of the process');
    }

    public function testAFailureIsAnExceptionWithCodeAndPath(): void
    {
        $library = Library::load();
        $handle = $library->open(self::SETTINGS);
        $calls = [
            ['COMMAND', null, fn () => $handle->command(self::NOW, '{"command": "none"}')],
            ['SETTINGS', '/profile', fn () => $library->open('{"ambiente": "test"}')],
            ['ARGUMENT', '/command', fn () => $handle->command(self::NOW, "\xff")],
            ['ARGUMENT', '/values', fn () => $handle->load('[]')],
            ['CLOCK', null, fn () => $handle->tick(PHP_INT_MAX)],
            ['ARGUMENT', '/pincode', fn () => $handle->setCredentials(new Credentials('a', 'b', "\xff"))],
        ];
        foreach ($calls as [$code, $path, $call]) {
            try {
                $call();
                self::fail("no $code");
            } catch (StsException $error) {
                self::assertSame($code, $error->getCode(), $error->getMessage());
                if ($path !== null) {
                    self::assertSame($path, $error->path);
                }
                self::assertNotSame('', $error->getMessage());
            }
        }
    }

    public function testTextsWithNulsAndAnyBytesArriveWhole(): void
    {
        $handle = Library::load()->open(self::SETTINGS);
        try {
            $handle->setCredentials(new Credentials("a\0b", 'b', 'c'));
            self::fail('a NUL is no part of a user name');
        } catch (StsException $error) {
            self::assertSame('/username', $error->path);
        }
        $body = implode('', array_map(chr(...), range(0, 255)));
        // An end nobody waits for is nothing to do, whatever it brought.
        $response = Response::answered(200, [['x', "\xff\0"]], $body);
        $reply = $handle->response(self::NOW, "q\0", $response);
        self::assertStringStartsWith('{"', $reply->json);
        self::assertSame(Outcome::Answered, $response->outcome);
    }

    /** @requires PHP 8.2 */
    public function testTheTraceOfAnExceptionShowsNoArgumentThatIsPersonal(): void
    {
        $before = ini_set('zend.exception_ignore_args', '0');
        $invoice = ['id' => "\xff", 'cessionarioCommittente' => ['cfCittadino' => 'PZNPRV80A01X999E']];
        $settings = json_decode(self::SETTINGS, true);
        $calls = [
            fn () => new Driver($settings, new MemoryStore(), new Credentials('PSCPRV80A01X999I', 'segreta', "7654321\xff")),
            fn () => (new Driver($settings, new MemoryStore()))->command(['command' => 'save', 'invoices' => [$invoice]]),
            fn () => Library::load()->open(self::SETTINGS)->command(self::NOW, '{"PZNPRV80A01X999E'),
            fn () => Library::load()->call('codice_fiscale', '"PZNPRV80A01X999E"'),
            fn () => Library::load()->open('{"profile": "PSCPRV80A01X999I"}'),
        ];
        foreach ($calls as $i => $call) {
            try {
                $call();
                self::fail("call $i");
            } catch (StsException $error) {
                $of = static fn (array $frame): bool => str_starts_with($frame['class'] ?? '', 'Sts\\')
                    && !str_starts_with($frame['class'], 'Sts\\Tests');
                $shown = print_r(array_filter($error->getTrace(), $of), true);
                foreach (['PSCPRV80A01X999I', 'PZNPRV80A01X999E', 'segreta', '7654321'] as $secret) {
                    self::assertStringNotContainsString($secret, $shown, "call $i");
                }
            }
        }
        ini_set('zend.exception_ignore_args', $before);
    }

    public function testBytesArriveAsTheyWereWhateverTheyAre(): void
    {
        foreach (['', '0', "\xff", "0\0"] as $bytes) {
            self::assertSame($bytes, Json::toBytes(Json::fromBytes($bytes)));
            self::assertSame($bytes, Json::toBytes(['base64' => base64_encode($bytes)]));
        }
    }

    public function testAClosedEngineSaysSo(): void
    {
        $handle = Library::load()->open(self::SETTINGS);
        $handle->free();
        $handle->free();
        $this->expectExceptionMessage('this engine was closed');
        $handle->tick(self::NOW);
    }

    private function calls(int $count): void
    {
        $library = Library::load();
        $handle = $library->open(self::SETTINGS);
        for ($i = 0; $i < $count; $i += 10) {
            $library->call('partita_iva', '{"text": "99900011000"}');
            $handle->setCredentials(new Credentials('PSCPRV80A01X999I', 'segreta', '1234567890'));
            $handle->tick(self::NOW);
            $handle->load(self::EMPTY);
            $handle->tick(self::NOW);
            $handle->reopen();
            $handle->response(self::NOW, 'none', Response::answered(200, [['a', 'b']], str_repeat('x', 1000)));
            foreach ([fn () => $handle->command(self::NOW, 'x'), fn () => $library->open('{}')] as $wrong) {
                try {
                    $wrong();
                    self::fail('this is refused');
                } catch (StsException) {
                }
            }
            $library->open(self::SETTINGS);
        }
    }

    private static function resident(): int
    {
        return (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096;
    }
}
